// Keys that differ by one letter meet under what is left when that letter is taken out. Most questions have no answer: a table of bits over
// running hashes says so without the string being made.
import { codesOf, HashBits, hashBeginnings, hashOfRun, hashWithout, longestKey } from './letters.ts'

const shortest = 4

export class Slips {
  readonly #known = new Set<string>()
  readonly #bySlip = new Map<string, string[]>()
  readonly #seen = new HashBits(22)

  add(key: string): void {
    const { length } = key
    if (length < shortest || length > longestKey) return
    this.#known.add(key)
    const before = hashBeginnings(codesOf(key), length)
    this.#seen.add(hashOfRun(before, 0, length))
    for (let at = 0; at < length; at++) {
      this.#seen.add(hashWithout(before, { from: 0, to: length }, at))
      const slip = key.slice(0, at) + key.slice(at + 1)
      const list = this.#bySlip.get(slip)
      if (!list) this.#bySlip.set(slip, [key])
      else if (list.at(-1) !== key) list.push(key)
    }
  }

  /** The keys one letter away from a run of letters; a run that is a key itself is not among them. */
  find(letters: string, before: Int32Array, run: { from: number; to: number }): readonly string[] {
    const { from, to } = run
    if (to - from > longestKey) return none
    let found: string[] | undefined
    if (this.#seen.has(hashOfRun(before, from, to))) {
      const key = letters.slice(from, to)
      found = put(found, this.#bySlip.get(key), key, false)
    }
    for (let out = from; out < to; out++) {
      if (!this.#seen.has(hashWithout(before, run, out))) continue
      const key = letters.slice(from, to)
      const slip = letters.slice(from, out) + letters.slice(out + 1, to)
      if (this.#known.has(slip)) found = put(found, [slip], key, false)
      found = put(found, this.#bySlip.get(slip), key, true)
    }
    return found ?? none
  }
}

const none: readonly string[] = []

function put(found: string[] | undefined, keys: readonly string[] | undefined, key: string, isAsked: boolean) {
  if (!keys) return found
  const list = found ?? []
  for (const one of keys) if (one !== key && !list.includes(one) && (!isAsked || isOneAway(key, one))) list.push(one)
  return list
}

/** One letter put in, left out, changed, or two neighbours changed round. */
function isOneAway(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  const shorter = Math.min(a.length, b.length) - start
  while (end < shorter && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  if (left.length <= 1 && right.length <= 1) return true
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0]
}
