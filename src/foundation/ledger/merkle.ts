/**
 * The Merkle tree of RFC 6962, section 2: pure functions over SHA-256.
 *
 * A tree of n leaves splits at the largest power of two below n. Its shape is therefore the binary form of n: a row of perfect
 * subtrees ("peaks"), largest first, folded from the right. Appending needs the peaks only. A proof is a list of spans of leaves,
 * each of which is again a row of perfect subtrees; so whoever can read the hash of a perfect subtree `(level, index)`, covering the
 * leaves `index·2^level … (index+1)·2^level − 1`, can make every proof.
 */
import { hash } from 'node:crypto'

export const hashBytes = 32

export function sha256(bytes: Uint8Array): Buffer {
  // Through a binary string: twice as quick as asking for a buffer, and this is the innermost step of every walk.
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary')
}

export const emptyRoot = sha256(new Uint8Array(0))

const nodeInput = Buffer.alloc(1 + 2 * hashBytes, 1)
const leafInput = Buffer.alloc(1 + hashBytes)

/** MTH of one entry: a leading 0x00 keeps leaves and nodes apart. */
export function hashLeaf(entry: Uint8Array): Buffer {
  if (entry.length !== hashBytes) return sha256(Buffer.concat([leafInput.subarray(0, 1), entry]))
  leafInput.set(entry, 1)
  return sha256(leafInput)
}

export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + hashBytes)
  return sha256(nodeInput)
}

/** The root over 2^k hashes that lie one after the other. */
export function foldPerfect(hashes: Buffer): Buffer {
  let row = hashes
  while (row.length > hashBytes) {
    const above = Buffer.allocUnsafe(row.length / 2)
    for (let at = 0; at < above.length; at += hashBytes) {
      nodeInput.set(row.subarray(2 * at, 2 * at + 2 * hashBytes), 1)
      above.write(hash('sha256', nodeInput, 'binary'), at, 'binary')
    }
    row = above
  }
  return row
}

/** A growing tree, kept as its peaks: at most one for each bit of the size. */
export interface Tree {
  size: number
  peaks: Buffer[]
}

export const emptyTree = (): Tree => ({ size: 0, peaks: [] })

/**
 * Appends in place. `onSubtree` hears of every perfect subtree the leaf completes, level 1 and up, and may answer with the hash to
 * go on with instead.
 */
export function appendLeaf(
  tree: Tree,
  leafHash: Buffer,
  onSubtree?: (level: number, index: number, hash: Buffer) => Buffer | undefined,
): void {
  let node = leafHash
  let rest = tree.size
  for (let level = 1; rest % 2 === 1; level += 1) {
    const left = tree.peaks.pop()
    if (!left) throw new Error('a tree has as many peaks as its size has bits')
    node = hashNode(left, node)
    rest = (rest - 1) / 2
    node = onSubtree?.(level, rest, node) ?? node
  }
  tree.peaks.push(node)
  tree.size += 1
}

export function rootOf(tree: Tree): Buffer {
  return foldRight(tree.peaks)
}

function foldRight(hashes: readonly Buffer[]): Buffer {
  let root = hashes.at(-1) ?? emptyRoot
  for (let at = hashes.length - 2; at >= 0; at -= 1) root = hashNode(hashes[at] as Buffer, root)
  return root
}

/** Leaves `start … end − 1`. */
export interface Span {
  start: number
  end: number
}

export interface Subtree {
  level: number
  index: number
}

/** The perfect subtrees that make up a span which occurs in a tree, largest first. */
export function splitSpan({ start, end }: Span): Subtree[] {
  const parts: Subtree[] = []
  let from = start
  while (from < end) {
    let level = 0
    while (from % 2 ** (level + 1) === 0 && from + 2 ** (level + 1) <= end) level += 1
    parts.push({ level, index: from / 2 ** level })
    from += 2 ** level
  }
  return parts
}

export type ReadSubtree = (part: Subtree) => Buffer

export const hashSpan = (span: Span, read: ReadSubtree): Buffer => foldRight(splitSpan(span).map(read))

/** Largest power of two smaller than the size. */
function splitPoint(size: number): number {
  let half = 1
  while (half * 2 < size) half *= 2
  return half
}

/** PATH(m, D[n]): the spans whose hashes prove that leaf `index` is in the tree of `size` leaves, from the leaf upwards. */
export function planInclusion(index: number, size: number): Span[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new RangeError(`no leaf ${index} in ${size}`)
  const spans: Span[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      spans.push({ start: middle, end })
      end = middle
    } else {
      spans.push({ start, end: middle })
      start = middle
    }
  }
  return spans.reverse()
}

/** PROOF(m, D[n]): the spans whose hashes prove that the tree of `first` leaves is a beginning of the tree of `second`. */
export function planConsistency(first: number, second: number): Span[] {
  if (first < 0 || first > second) throw new RangeError(`no consistency from ${first} to ${second}`)
  if (first === 0 || first === second) return []
  const spans: Span[] = []
  let start = 0
  let end = second
  // The left part is known to the verifier only while it is the whole old tree.
  let whole = true
  while (end !== first) {
    const middle = start + splitPoint(end - start)
    if (first <= middle) {
      spans.push({ start: middle, end })
      end = middle
    } else {
      spans.push({ start, end: middle })
      start = middle
      whole = false
    }
  }
  if (!whole) spans.push({ start, end })
  return spans.reverse()
}

/** Reader over leaves held in memory; every subtree is computed once. */
export function readFromLeaves(leaves: readonly Buffer[]): ReadSubtree {
  const levels: Buffer[][] = [leaves as Buffer[]]
  return ({ level, index }) => {
    while (levels.length <= level) {
      const below = levels.at(-1) ?? []
      const row: Buffer[] = []
      for (let at = 0; at + 1 < below.length; at += 2) row.push(hashNode(below[at] as Buffer, below[at + 1] as Buffer))
      levels.push(row)
    }
    const found = levels[level]?.[index]
    if (!found) throw new RangeError(`no subtree ${level}/${index} over ${leaves.length} leaves`)
    return found
  }
}

export interface InclusionClaim {
  index: number
  size: number
  leafHash: Uint8Array
  path: readonly Uint8Array[]
  root: Uint8Array
}

/** RFC 9162, section 2.1.3.2. */
export function verifyInclusion({ index, size, leafHash, path, root }: InclusionClaim): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false
  let node = index
  let last = size - 1
  let computed = leafHash
  for (const step of path) {
    if (step.length !== hashBytes || last === 0) return false
    if (node % 2 === 1 || node === last) {
      computed = hashNode(step, computed)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      computed = hashNode(computed, step)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && Buffer.compare(computed, root) === 0
}

export interface ConsistencyClaim {
  first: number
  second: number
  firstRoot: Uint8Array
  secondRoot: Uint8Array
  path: readonly Uint8Array[]
}

/** RFC 9162, section 2.1.4.2. */
export function verifyConsistency({ first, second, firstRoot, secondRoot, path }: ConsistencyClaim): boolean {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(second) || first < 0 || first > second) return false
  if (first === second) return path.length === 0 && Buffer.compare(firstRoot, secondRoot) === 0
  if (first === 0) return path.length === 0 && Buffer.compare(firstRoot, emptyRoot) === 0
  const steps = Number.isInteger(Math.log2(first)) ? [firstRoot, ...path] : [...path]
  const [seed, ...rest] = steps
  if (!seed || rest.length === 0 || steps.some((step) => step.length !== hashBytes)) return false
  let node = first - 1
  let last = second - 1
  while (node % 2 === 1) {
    node = (node - 1) / 2
    last = Math.floor(last / 2)
  }
  let old = seed
  let grown = seed
  for (const step of rest) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      old = hashNode(step, old)
      grown = hashNode(step, grown)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      grown = hashNode(grown, step)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && Buffer.compare(old, firstRoot) === 0 && Buffer.compare(grown, secondRoot) === 0
}
