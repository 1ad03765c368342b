/**
 * Counts how often each text has been met in a file, wherever in it. A file may hold more rows than memory holds keys, so what is kept
 * is a hash of 53 bits and a count, in two flat arrays that double: some 20 bytes a row. Two keys of one hash, about one pair in ten
 * million rows a thousand times, would only make the later one bear a number more than it need.
 */
export class RepeatCounter {
  #hashes = new Float64Array(1024)
  #counts = new Uint32Array(1024)
  #size = 0

  /** Which time this is: 1 for the first. */
  count(text: string): number {
    if (this.#size * 5 > this.#hashes.length * 3) this.#grow()
    const at = placeOf(this.#hashes, hashOf(text))
    if (this.#counts[at] === 0) {
      this.#size += 1
      this.#hashes[at] = hashOf(text)
    }
    const counted = (this.#counts[at] ?? 0) + 1
    this.#counts[at] = counted
    return counted
  }

  #grow(): void {
    const hashes = new Float64Array(this.#hashes.length * 2)
    const counts = new Uint32Array(hashes.length)
    for (const [index, hash] of this.#hashes.entries()) {
      if (hash === 0) continue
      const at = placeOf(hashes, hash)
      hashes[at] = hash
      counts[at] = this.#counts[index] ?? 0
    }
    this.#hashes = hashes
    this.#counts = counts
  }
}

/** Where a hash stands, or the empty place where it would. */
function placeOf(hashes: Float64Array, hash: number): number {
  const mask = hashes.length - 1
  let at = hash % hashes.length
  while (hashes[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask
  return at
}

/** Two runs of Murmur-like mixing, joined to a whole number of 53 bits that is never 0. */
function hashOf(text: string): number {
  let high = 0x9e3779b9
  let low = 0x85ebca6b
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    high = Math.imul(high ^ code, 0xcc9e2d51)
    high ^= high >>> 15
    low = Math.imul(low ^ code, 0x1b873593)
    low ^= low >>> 13
  }
  high = Math.imul(high ^ (high >>> 16), 0x21f0aaad)
  low = Math.imul(low ^ (low >>> 16), 0x735a2d97)
  return ((high ^ (high >>> 15)) >>> 0) * 2 ** 21 + (((low ^ (low >>> 15)) >>> 0) >>> 11) + 1
}
