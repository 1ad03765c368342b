/**
 * The stored tree read for many proofs: whole blocks of 256 neighbours, each hashed upwards once and kept for the entries that follow.
 * Proofs of entries that lie side by side cost a block among them; those far apart a few blocks each.
 */
import type { Sql } from '#platform/sql'
import { hashBytes, hashNode, hashSpan, planInclusion, type Subtree, splitSpan } from '../merkle.ts'
import { splitHashes } from '../proof.ts'
import { listHashes } from '../store.ts'
import { storedEvery } from '../tree.ts'

const blockWidth = 2 ** storedEvery
const mostBlocks = 1024

/** Hashes of a block by level above its stored rows: `levels[k]` holds those of perfect subtrees of 2^k rows. */
type Levels = Buffer[][]

export interface TreeBlocks {
  /** The audit paths of these leaves in the tree of the given size. @throws when a row of the tree is missing. */
  prove(indexes: readonly number[]): Promise<Buffer[][]>
}

export function openTreeBlocks(sql: Sql, size: number): TreeBlocks {
  const blocks = new Map<string, Levels>()
  const read = (part: Subtree): Buffer => {
    const { height, block } = placeOf(part)
    const level = part.level - height
    const hash = blocks.get(`${height}/${block}`)?.[level]?.[part.index - block * 2 ** (storedEvery - level)]
    if (!hash) throw new Error(`the ledger's tree has no hash ${part.level}/${part.index}: run the verification`)
    return hash
  }
  return {
    async prove(indexes) {
      const plans = indexes.map((index) => planInclusion(index, size))
      const wanted = new Map(
        plans
          .flat()
          .flatMap(splitSpan)
          .map(placeOf)
          .map((place) => [`${place.height}/${place.block}`, place]),
      )
      if (blocks.size > mostBlocks) blocks.clear()
      const missing = [...wanted].filter(([key]) => !blocks.has(key)).map(([, place]) => place)
      for (const [key, levels] of await loadBlocks(sql, size, missing)) blocks.set(key, levels)
      return plans.map((plan) => plan.map((span) => hashSpan(span, read)))
    },
  }
}

interface Place {
  height: number
  block: number
}

function placeOf({ level, index }: Subtree): Place {
  const height = level - (level % storedEvery)
  return { height, block: Math.floor((index * 2 ** (level - height)) / blockWidth) }
}

async function loadBlocks(sql: Sql, size: number, places: readonly Place[]): Promise<Map<string, Levels>> {
  const ranges = places.map(({ height, block }) => ({
    height,
    from: block * blockWidth,
    to: Math.min((block + 1) * blockWidth, Math.floor(size / 2 ** height)),
  }))
  const rows = await listHashes(sql, ranges)
  return new Map(
    rows.flatMap(({ height, from, to, hashes }) =>
      hashes.length === (to - from) * hashBytes
        ? [[`${height}/${from / blockWidth}`, growLevels(splitHashes(hashes))] as const]
        : [],
    ),
  )
}

function growLevels(row: Buffer[]): Levels {
  const levels: Levels = [row]
  for (let below = row; below.length > 1 && levels.length < storedEvery; ) {
    const above: Buffer[] = []
    for (let at = 0; at + 1 < below.length; at += 2) {
      const [left, right] = [below[at], below[at + 1]]
      if (left && right) above[at / 2] = hashNode(left, right)
    }
    levels.push(above)
    below = above
  }
  return levels
}
