const capacity = 5000

/**
 * Durations for a median: all of them up to 5,000, then an even sample (every second, every fourth … value), which needs no chance
 * and so gives the same figure each time.
 */
export class Sample {
  private values: number[] = []
  private stride = 1
  private seen = 0

  add(value: number): void {
    if (this.seen % this.stride === 0) {
      this.values.push(value)
      if (this.values.length >= capacity) {
        this.values = this.values.filter((_, index) => index % 2 === 0)
        this.stride *= 2
      }
    }
    this.seen += 1
  }

  /** The value below which this share lies (nearest rank); 0 where nothing was added. */
  quantile(share: number): number {
    if (this.values.length === 0) return 0
    const sorted = Float64Array.from(this.values).sort()
    return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0
  }
}
