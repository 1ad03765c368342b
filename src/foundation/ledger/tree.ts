/**
 * The stored tree. Leaves are rows; of the nodes above only the roots of perfect subtrees of 256^k leaves are (`ledger.subtree`).
 * Any hash of the tree is then at most 255 hashes away from rows that lie side by side: a proof among ten million entries reads
 * about six hundred rows in three ranges, and appending writes one row more for every 256 leaves.
 */
import type { Sql } from '#platform/sql'
import {
  foldPerfect,
  hashBytes,
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
  const ranges = new Map(spans.flatMap(splitSpan).map((part) => [nameOf(part), rangeOf(part)]))
  const rows = await listHashes(sql, [...ranges.values()])
  const stored = new Map(rows.map(({ height, from, to, hashes }) => [`${height}/${from}/${to}`, hashes]))
  const folded = new Map<string, Buffer>()
  return (part) => {
    const known = folded.get(nameOf(part))
    if (known) return known
    const { height, from, to } = rangeOf(part)
    const hashes = stored.get(`${height}/${from}/${to}`)
    if (hashes?.length !== (to - from) * hashBytes)
      throw new Error(`the ledger's tree lacks hashes among ${height}/${from}–${to - 1}: run the verification`)
    const hash = foldPerfect(hashes)
    folded.set(nameOf(part), hash)
    return hash
  }
}

const nameOf = ({ level, index }: Subtree) => `${level}/${index}`

/** The tree of the first `size` leaves, ready to be appended to. */
export async function loadTree(sql: Sql, size: number): Promise<Tree> {
  const all = wholeOf(size)
  const read = await loadSpans(sql, [all])
  return { size, peaks: splitSpan(all).map(read) }
}

export const loadRoot = async (sql: Sql, size: number): Promise<Buffer> => rootOf(await loadTree(sql, size))

/** The span whose hash is the root of the tree of so many leaves. */
export const wholeOf = (size: number): Span => ({ start: 0, end: size })

/** The hashes of the spans, in one statement. */
export async function loadHashes(sql: Sql, spans: readonly Span[]): Promise<Buffer[]> {
  const read = await loadSpans(sql, spans)
  return spans.map((span) => hashSpan(span, read))
}
