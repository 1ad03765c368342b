/** Calls of the last minute by key, in this process: a brake on guessing and floods, not an exact quota. */
const calls = new Map<string, { minute: number; count: number }>()
const mostKeys = 100_000

export function allowCall(key: string, perMinute: number, now: Date): boolean {
  const minute = Math.floor(now.getTime() / 60_000)
  const known = calls.get(key)
  if (known?.minute === minute) {
    known.count += 1
    return known.count <= perMinute
  }
  if (calls.size >= mostKeys) for (const [old, entry] of calls) if (entry.minute !== minute) calls.delete(old)
  calls.set(key, { minute, count: 1 })
  return true
}
