// Local days of instants. The offset of a zone changes at most a few times a year, so it is kept by day; only on a day within which
// it changes is it asked by the quarter of an hour, at which all changes lie.

const dayMs = 86_400_000
const quarterMs = 900_000

export interface Zone {
  /** Local date of an instant, `YYYY-MM-DD`. */
  dayOf(ms: number): string
  /** Milliseconds that local clocks are ahead of UTC. */
  offsetAt(ms: number): number
}

const zones = new Map<string, Zone>()

/** @throws RangeError for a name that is no time zone. */
export function openZone(name: string): Zone {
  const known = zones.get(name)
  if (known) return known
  const zone = makeZone(name)
  zones.set(name, zone)
  return zone
}

function makeZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const steady = new Map<number, number>()
  const quarters = new Map<number, number>()
  const days = new Map<number, string>()
  const compute = (ms: number): number => {
    const parts: Record<string, string> = {}
    for (const { type, value } of format.formatToParts(ms)) parts[type] = value
    const { year, month, day, hour, minute, second } = parts
    const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
    return local - Math.floor(ms / 1000) * 1000
  }
  const keep = <V>(map: Map<number, V>, at: number, value: V): V => {
    if (map.size > 100_000) map.clear()
    map.set(at, value)
    return value
  }
  const offsetOfQuarter = (ms: number): number => {
    const quarter = Math.floor(ms / quarterMs)
    return quarters.get(quarter) ?? keep(quarters, quarter, compute(quarter * quarterMs))
  }
  const offsetAt = (ms: number): number => {
    const day = Math.floor(ms / dayMs)
    let offset = steady.get(day)
    if (offset === undefined) {
      const first = compute(day * dayMs)
      offset = keep(steady, day, first === compute((day + 1) * dayMs) ? first : Number.NaN)
    }
    return Number.isNaN(offset) ? offsetOfQuarter(ms) : offset
  }
  return {
    offsetAt,
    dayOf(ms) {
      const number = Math.floor((ms + offsetAt(ms)) / dayMs)
      return days.get(number) ?? keep(days, number, new Date(number * dayMs).toISOString().slice(0, 10))
    },
  }
}
