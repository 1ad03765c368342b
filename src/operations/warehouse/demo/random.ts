/** A repeatable source of chance: the same words give the same numbers on every machine. */
export interface Chance {
  /** Evenly in [0, 1). */
  next(): number
  /** True with this probability. */
  happens(probability: number): boolean
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** One of the keys, by weight. */
  pick<T extends string>(weights: Record<T, number>): T
  /** A count whose mean is `mean` (Poisson; normal above 50). */
  count(mean: number): number
  /** Around 0, most within 3 (standard normal). */
  normal(): number
}

export function chanceOf(words: string): Chance {
  let state = 2_166_136_261
  for (const char of words) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16_777_619)
  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const normal = () => Math.sqrt(-2 * Math.log(next() || 1e-12)) * Math.cos(2 * Math.PI * next())
  return {
    next,
    normal,
    happens: (probability) => next() < probability,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (weights) => pickByWeight(weights, next()),
    count(mean) {
      if (mean > 50) return Math.max(0, Math.round(mean + normal() * Math.sqrt(mean)))
      let product = next()
      let count = 0
      for (const limit = Math.exp(-mean); product > limit; product *= next()) count += 1
      return count
    },
  }
}

function pickByWeight<T extends string>(weights: Record<T, number>, at: number): T {
  const entries = Object.entries(weights) as [T, number][]
  let left = at * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [key, weight] of entries) {
    left -= weight
    if (left < 0) return key
  }
  return (entries.at(-1) ?? entries[0])?.[0] as T
}
