/**
 * The stored tree. Leaves are rows; of the nodes above only the roots of perfect subtrees of 256^k leaves are (`ledger.subtree`).
 * Any hash of the tree is then at most 255 hashes away from rows that lie side by side: a proof among ten million entries reads
 * about six hundred rows in three ranges, and appending writes one row more for every 256 leaves.
 */
import type { Sql } from '#platform/sql'
import {
  hashNode,
  hashSpan,
  type ReadSubtree,
  rootOf,
  type Span,
  type Subtree,
  splitSpan,
  type Tree,
} from './merkle.ts'
import { type HashRange, listHashes } from './store.ts'

/** Levels between stored nodes. */
export const storedEvery = 8

const baseOf = (level: number) => level - (level % storedEvery)

function rangeOf({ level, index }: Subtree): HashRange {
  const height = baseOf(level)
  const width = 2 ** (level - height)
  return { height, from: index * width, to: (index + 1) * width }
}

/** Loads what the spans need in one query. @throws when a row of the tree is missing. */
export async function loadSpans(sql: Sql, spans: readonly Span[]): Promise<ReadSubtree> {
  const ranges = spans.flatMap(splitSpan).map(rangeOf)
  const rows = await listHashes(sql, ranges)
  const stored = new Map<number, Map<number, Buffer>>()
  for (const { height, index, hash } of rows) {
    const row = stored.get(height) ?? new Map<number, Buffer>()
    stored.set(height, row.set(index, hash))
  }
  return (part) => {
    const { height, from, to } = rangeOf(part)
    let hashes: Buffer[] = []
    for (let at = from; at < to; at += 1) {
      const hash = stored.get(height)?.get(at)
      if (!hash) throw new Error(`the ledger's tree has no hash ${height}/${at}: run the verification`)
      hashes.push(hash)
    }
    while (hashes.length > 1) {
      hashes = Array.from({ length: hashes.length / 2 }, (_, at) =>
        hashNode(hashes[2 * at] as Buffer, hashes[2 * at + 1] as Buffer),
      )
    }
    return hashes[0] as Buffer
  }
}

/** The tree of the first `size` leaves, ready to be appended to. */
export async function loadTree(sql: Sql, size: number): Promise<Tree> {
  const all = { start: 0, end: size }
  const read = await loadSpans(sql, [all])
  return { size, peaks: splitSpan(all).map(read) }
}

export const loadRoot = async (sql: Sql, size: number): Promise<Buffer> => rootOf(await loadTree(sql, size))

/** The hashes of the spans, for a proof, and the root of the tree they belong to. */
export async function loadProof(sql: Sql, spans: readonly Span[], size: number) {
  const all = { start: 0, end: size }
  const read = await loadSpans(sql, [...spans, all])
  return { path: spans.map((span) => hashSpan(span, read)), root: hashSpan(all, read) }
}
