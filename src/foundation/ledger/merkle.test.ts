import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
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
  splitSpan,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'

const sha = (...parts: Uint8Array[]) => {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return digest.digest()
}

// Section 2.1 of RFC 6962 word for word, slow and sharing nothing with the code under test.
function naiveRoot(entries: readonly Buffer[]): Buffer {
  if (entries.length === 0) return sha()
  if (entries.length === 1) return sha(Buffer.of(0), entries[0] as Buffer)
  const k = largestPowerBelow(entries.length)
  return sha(Buffer.of(1), naiveRoot(entries.slice(0, k)), naiveRoot(entries.slice(k)))
}

function naivePath(m: number, entries: readonly Buffer[]): Buffer[] {
  if (entries.length === 1) return []
  const k = largestPowerBelow(entries.length)
  return m < k
    ? [...naivePath(m, entries.slice(0, k)), naiveRoot(entries.slice(k))]
    : [...naivePath(m - k, entries.slice(k)), naiveRoot(entries.slice(0, k))]
}

function naiveConsistency(m: number, entries: readonly Buffer[], whole = true): Buffer[] {
  if (m === entries.length) return whole ? [] : [naiveRoot(entries)]
  const k = largestPowerBelow(entries.length)
  return m <= k
    ? [...naiveConsistency(m, entries.slice(0, k), whole), naiveRoot(entries.slice(k))]
    : [...naiveConsistency(m - k, entries.slice(k), false), naiveRoot(entries.slice(0, k))]
}

function largestPowerBelow(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => Buffer.from(`entry ${at}`))
const path = (index: number, entries: readonly Buffer[]) => {
  const read = readFromLeaves(entries.map(hashLeaf))
  return planInclusion(index, entries.length).map((span) => hashSpan(span, read))
}
const consistency = (first: number, entries: readonly Buffer[]) => {
  const read = readFromLeaves(entries.map(hashLeaf))
  return planConsistency(first, entries.length).map((span) => hashSpan(span, read))
}
const grow = (entries: readonly Buffer[]) => {
  const tree = emptyTree()
  for (const entry of entries) appendLeaf(tree, hashLeaf(entry))
  return tree
}

const vectorInputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'))
const vectorRoots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

test('the trees of the Certificate Transparency test vectors have the published roots', () => {
  for (const [size, expected] of vectorRoots.entries()) {
    assert.equal(rootOf(grow(vectorInputs.slice(0, size))).toString('hex'), expected, `size ${size}`)
  }
  assert.equal(emptyRoot.toString('hex'), vectorRoots[0])
})

test('the published audit paths of the test vectors are made', () => {
  const hex = (index: number, size: number) =>
    path(index, vectorInputs.slice(0, size)).map((step) => step.toString('hex'))
  assert.deepEqual(hex(0, 1), [])
  assert.deepEqual(hex(0, 8), [
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ])
  assert.deepEqual(hex(5, 8), [
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ])
  assert.deepEqual(hex(2, 3), ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'])
  assert.deepEqual(hex(1, 5), [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ])
})

test('roots and proofs of every tree up to 70 leaves are those of the naive recursion, and verify', () => {
  for (let size = 1; size <= 70; size += 1) {
    const entries = numbered(size)
    const root = naiveRoot(entries)
    assert.deepEqual(rootOf(grow(entries)), root)
    for (let at = 0; at < size; at += 1) {
      const steps = path(at, entries)
      assert.deepEqual(steps, naivePath(at, entries), `path ${at} of ${size}`)
      assert.ok(verifyInclusion({ index: at, size, leafHash: hashLeaf(entries[at] as Buffer), path: steps, root }))
      const first = at + 1
      const proof = consistency(first, entries)
      assert.deepEqual(proof, naiveConsistency(first, entries), `consistency ${first} to ${size}`)
      const firstRoot = naiveRoot(entries.slice(0, first))
      assert.ok(verifyConsistency({ first, second: size, firstRoot, secondRoot: root, path: proof }))
    }
  }
})

test('appending announces every perfect subtree once, with its hash', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), (size) => {
      const leaves = numbered(size).map(hashLeaf)
      const read = readFromLeaves(leaves)
      const seen = new Map<string, Buffer>()
      const tree = emptyTree()
      for (const leaf of leaves) {
        appendLeaf(tree, leaf, (level, index, hash) => {
          assert.ok(!seen.has(`${level}/${index}`))
          seen.set(`${level}/${index}`, hash)
          return undefined
        })
      }
      let expected = 0
      for (let level = 1; 2 ** level <= size; level += 1) {
        for (let index = 0; (index + 1) * 2 ** level <= size; index += 1, expected += 1) {
          assert.deepEqual(seen.get(`${level}/${index}`), read({ level, index }))
        }
      }
      assert.equal(seen.size, expected)
    }),
    { numRuns: 40 },
  )
})

test('a tree taken up again from its peaks grows as if it had never been put down', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }), (before, after) => {
      const leaves = numbered(before + after).map(hashLeaf)
      const read = readFromLeaves(leaves)
      const tree = { size: before, peaks: splitSpan({ start: 0, end: before }).map(read) }
      for (const leaf of leaves.slice(before)) appendLeaf(tree, leaf)
      assert.deepEqual(rootOf(tree), naiveRoot(numbered(before + after)))
    }),
    { numRuns: 60 },
  )
})

test('a proof with any bit turned, a step more or less, or for another place is refused', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 120 }), fc.nat(), fc.nat(), (size, pick, bit) => {
      const entries = numbered(size)
      const index = pick % size
      const claim = {
        index,
        size,
        leafHash: hashLeaf(entries[index] as Buffer),
        path: path(index, entries),
        root: naiveRoot(entries),
      }
      const step = bit % claim.path.length
      const bent = claim.path.map((hash, at) => (at === step ? flip(hash, bit) : hash))
      assert.ok(verifyInclusion(claim))
      assert.ok(!verifyInclusion({ ...claim, path: bent }))
      assert.ok(!verifyInclusion({ ...claim, path: claim.path.slice(1) }))
      assert.ok(!verifyInclusion({ ...claim, path: [...claim.path, claim.root] }))
      assert.ok(!verifyInclusion({ ...claim, index: (index + 1) % size }))
      assert.ok(!verifyInclusion({ ...claim, leafHash: flip(claim.leafHash, bit) }))
      assert.ok(!verifyInclusion({ ...claim, root: flip(claim.root, bit) }))
    }),
  )
})

test('a consistency proof is refused for a bent step, a wrong root or wrong sizes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 120 }), fc.nat(), fc.nat(), (second, pick, bit) => {
      const entries = numbered(second)
      const first = 1 + (pick % (second - 1))
      const claim = {
        first,
        second,
        firstRoot: naiveRoot(entries.slice(0, first)),
        secondRoot: naiveRoot(entries),
        path: consistency(first, entries),
      }
      assert.ok(verifyConsistency(claim))
      const step = bit % claim.path.length
      assert.ok(
        !verifyConsistency({ ...claim, path: claim.path.map((hash, at) => (at === step ? flip(hash, bit) : hash)) }),
      )
      assert.ok(!verifyConsistency({ ...claim, path: claim.path.slice(0, -1) }))
      assert.ok(!verifyConsistency({ ...claim, firstRoot: flip(claim.firstRoot, bit) }))
      assert.ok(!verifyConsistency({ ...claim, secondRoot: flip(claim.secondRoot, bit) }))
      assert.ok(!verifyConsistency({ ...claim, first: second, second: first }))
    }),
  )
})

test('sizes beyond 2^32 are split and planned exactly', () => {
  const size = 2 ** 40 + 2 ** 33 + 5
  const parts = splitSpan({ start: 0, end: size })
  assert.deepEqual(
    parts.map((part) => part.level),
    [40, 33, 2, 0],
  )
  assert.equal(planInclusion(size - 1, size).length, 3)
  assert.equal(planInclusion(2 ** 35, size).length, 41)
  assert.throws(() => planInclusion(size, size), RangeError)
})

function flip(hash: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(hash)
  const at = bit % 256
  copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (1 << (at & 7))
  return copy
}
