// Running hashes over letters: any run of them has its hash in two operations, without the string being made. A table of bits then says of
// nearly every run that it is no name; only what is left is made a string and looked up.

const step = 31
/** No name is longer; runs that are need not be asked about. */
export const longestKey = 60
const powers = new Int32Array(longestKey + 2)
powers[0] = 1
for (let at = 1; at < powers.length; at++) powers[at] = Math.imul(powers[at - 1] ?? 0, step)

export const codesOf = (key: string): Uint8Array => Buffer.from(key, 'latin1')

/** Hashes of all beginnings of some letters. */
export function hashBeginnings(codes: Uint8Array, length: number): Int32Array {
  const before = new Int32Array(length + 1)
  let hash = 0
  for (let at = 0; at < length; at++) {
    hash = (Math.imul(hash, step) + (codes[at] ?? 0)) | 0
    before[at + 1] = hash
  }
  return before
}

/** The hash of the letters from one place to before another. */
export const hashOfRun = (before: Int32Array, from: number, to: number): number =>
  ((before[to] ?? 0) - Math.imul(before[from] ?? 0, powers[to - from] ?? 0)) | 0

/** The hash of a run with one of its letters left out. */
export const hashWithout = (before: Int32Array, { from, to }: { from: number; to: number }, out: number): number =>
  (Math.imul(hashOfRun(before, from, out), powers[to - out - 1] ?? 0) + hashOfRun(before, out + 1, to)) | 0

/** A set of hashes that may say yes to one it does not hold, never no to one it holds. */
export class HashBits {
  readonly #table: Uint8Array
  readonly #shift: number

  constructor(bits: number) {
    this.#table = new Uint8Array(2 ** (bits - 3))
    this.#shift = 32 - bits
  }

  add(hash: number): void {
    const place = Math.imul(hash, 0x9e3779b1) >>> this.#shift
    this.#table[place >> 3] = (this.#table[place >> 3] ?? 0) | (1 << (place & 7))
  }

  has(hash: number): boolean {
    const place = Math.imul(hash, 0x9e3779b1) >>> this.#shift
    return ((this.#table[place >> 3] ?? 0) & (1 << (place & 7))) !== 0
  }
}
