// RFC 6962, section 2.1, from its definitions: MTH, PATH and PROOF over D[n], written down as they stand there, over spans of one list
// whose hashes are remembered. It shares nothing with the code under test, and is held against it at every size from 0 to 1,000.
import assert from 'node:assert/strict'
import { createHash, randomInt, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  appendLeaf,
  emptyRoot,
  emptyTree,
  hashLeaf,
  hashSpan,
  planConsistency,
  planInclusion,
  readFromLeaves,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
import { makeScratch } from './scratch-database.test.ts'
import { insertLeaves, insertSubtrees, type SubtreeRow } from './store.ts'
import { loadHashes, storedEvery, wholeOf } from './tree.ts'

const most = 1000
/** Up to here every leaf and every pair is looked at; above, those at the edges and some between. */
const whole = 130

const sha = (...parts: Uint8Array[]) => {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return digest.digest()
}

const entries = Array.from({ length: most }, (_, at) => Buffer.from(`entry ${at}`))

function k(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

const known = new Map<number, Buffer>()

/** MTH(D[from:to]). */
function mth(from: number, to: number): Buffer {
  if (to === from) return sha()
  const place = from * (most + 1) + to
  const before = known.get(place)
  if (before) return before
  const split = from + k(to - from)
  const entry = entries[from] ?? Buffer.alloc(0)
  const made = to - from === 1 ? sha(Buffer.of(0), entry) : sha(Buffer.of(1), mth(from, split), mth(split, to))
  known.set(place, made)
  return made
}

/** PATH(m, D[from:to]). */
function path(m: number, from: number, to: number): Buffer[] {
  if (to - from === 1) return []
  const half = k(to - from)
  return m < half
    ? [...path(m, from, from + half), mth(from + half, to)]
    : [...path(m - half, from + half, to), mth(from, from + half)]
}

/** SUBPROOF(m, D[from:to], b). */
function subproof(m: number, [from, to]: readonly [number, number], b: boolean): Buffer[] {
  if (m === to - from) return b ? [] : [mth(from, to)]
  const half = k(to - from)
  return m <= half
    ? [...subproof(m, [from, from + half], b), mth(from + half, to)]
    : [...subproof(m - half, [from + half, to], false), mth(from, from + half)]
}

const read = readFromLeaves(entries.map(hashLeaf))
/** All below a size while it is small; the first, the last, powers of two and their neighbours, and every 37th where it is large. */
const placesBelow = (size: number): number[] => {
  const all = Array.from({ length: size }, (_, at) => at)
  if (size <= whole) return all
  return all.filter((at) => at === size - 1 || (at & (at - 1)) === 0 || ((at + 1) & at) === 0 || (at + size) % 37 === 0)
}

test('the root of the growing tree is MTH at every size from 0 to 1,000', () => {
  assert.deepEqual(emptyRoot, mth(0, 0))
  const tree = emptyTree()
  assert.deepEqual(rootOf(tree), mth(0, 0))
  for (const [at, entry] of entries.entries()) {
    appendLeaf(tree, hashLeaf(entry))
    assert.ok(rootOf(tree).equals(mth(0, at + 1)), `size ${at + 1}`)
  }
})

test('inclusion proofs are PATH at every size from 1 to 1,000, and prove', () => {
  for (let size = 1; size <= most; size += 1) {
    const root = mth(0, size)
    for (const index of placesBelow(size)) {
      const made = planInclusion(index, size).map((span) => hashSpan(span, read))
      const expected = path(index, 0, size)
      assert.ok(made.length === expected.length && made.every((hash, at) => hash.equals(expected[at] ?? hash.fill(0))))
      const claim = { index, size, leafHash: mth(index, index + 1), path: made, root }
      assert.ok(verifyInclusion(claim), `${index} in ${size}`)
      if (index + 1 < size) assert.ok(!verifyInclusion({ ...claim, index: index + 1 }), `${index} in ${size}, moved`)
    }
  }
})

test('consistency proofs are PROOF between every pair of small sizes and many of large ones, and prove', () => {
  for (let second = 1; second <= most; second += 1) {
    for (const first of placesBelow(second).map((at) => at + 1)) {
      const made = planConsistency(first, second).map((span) => hashSpan(span, read))
      const expected = subproof(first, [0, second], true)
      assert.ok(made.length === expected.length && made.every((hash, at) => hash.equals(expected[at] ?? hash.fill(0))))
      const claim = { first, second, firstRoot: mth(0, first), secondRoot: mth(0, second), path: made }
      assert.ok(verifyConsistency(claim), `${first} to ${second}`)
      if (first < second)
        assert.ok(!verifyConsistency({ ...claim, firstRoot: mth(0, first + 1) }), `${first} to ${second}, another root`)
    }
  }
})

test('what the stored tree answers is MTH, PATH and PROOF at every size from 1 to 1,000', async () => {
  const { sql, close } = await makeScratch()
  try {
    const tree = emptyTree()
    const subtrees: SubtreeRow[] = []
    const leaves = entries.map((entry) => ({ entryId: randomUUID(), hash: hashLeaf(entry) }))
    for (const { hash } of leaves)
      appendLeaf(tree, hash, (level, index, node) => {
        if (level % storedEvery === 0) subtrees.push({ height: level, index, hash: node })
        return undefined
      })
    await insertLeaves(sql, 0, leaves)
    await insertSubtrees(sql, subtrees)
    for (let size = 1; size <= most; size += 1) {
      const [index, first] = [randomInt(size), 1 + randomInt(size)]
      const spans = [wholeOf(size), ...planInclusion(index, size), ...planConsistency(first, size)]
      const expected = [mth(0, size), ...path(index, 0, size), ...subproof(first, [0, size], true)]
      const made = await loadHashes(sql, spans)
      assert.ok(
        made.length === expected.length && made.every((hash, at) => hash.equals(expected[at] ?? Buffer.alloc(0))),
        `size ${size}, leaf ${index}, from ${first}`,
      )
    }
  } finally {
    await close()
  }
})
