import { dayMs, daysFromCivil, type Moment, readMoment } from './date.ts'
import { ValueFault } from './faults.ts'

// From a clock reading to an instant. A text with an offset is exact by itself; a local time needs the zone of its
// contract. Zones are asked of Intl once a local day and remembered: asked for each value, that alone would take
// longer than reading the file.

export type InstantOptions = {
  /** A pattern of date.ts; 'iso' by default. */
  pattern?: string
  /** IANA name, for texts without an offset. */
  timeZone: string
  /** Which of the two a time is that the clock shows twice when it is turned back. */
  twice?: 'earlier' | 'later' | 'refuse'
}

const hourMs = 3_600_000
const unsteady = Number.NaN
const rememberedDays = 100_000

class Zone {
  readonly #format: Intl.DateTimeFormat
  /** Offset of a local day, in milliseconds east of UTC; `unsteady` when it changes near that day. */
  readonly #days = new Map<number, number>()

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  }

  offsetAt(instantMs: number): number {
    const fields: Record<string, string> = {}
    for (const { type, value } of this.#format.formatToParts(instantMs)) fields[type] = value
    const year = fields.era === 'BC' ? 1 - Number(fields.year) : Number(fields.year)
    const localMs =
      daysFromCivil(year, Number(fields.month), Number(fields.day)) * dayMs +
      Number(fields.hour) * hourMs +
      Number(fields.minute) * 60_000 +
      Number(fields.second) * 1000
    return localMs - Math.floor(instantMs / 1000) * 1000
  }

  /** Offset of every instant of a local day, or `unsteady`. */
  offsetOfDay(day: number): number {
    const known = this.#days.get(day)
    if (known !== undefined) return known
    // No zone is further from UTC than 15 hours, so these two lie outside the day on either side.
    const before = this.offsetAt(day * dayMs - 15 * hourMs)
    const after = this.offsetAt((day + 1) * dayMs + 15 * hourMs)
    const offset = before === after ? before : unsteady
    if (this.#days.size >= rememberedDays) this.#days.clear()
    this.#days.set(day, offset)
    return offset
  }

  /** The instants at which the clocks of the zone show this time: one, none in a gap, two when turned back. */
  instantsOf(localMs: number): number[] {
    const offsets = new Set([this.offsetAt(localMs - 15 * hourMs), this.offsetAt(localMs + 15 * hourMs)])
    return [...offsets]
      .map((offset) => localMs - offset)
      .filter((instant) => this.offsetAt(instant) === localMs - instant)
      .sort((a, b) => a - b)
  }
}

const zones = new Map<string, Zone>()

function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone)
  if (!zone) {
    zone = new Zone(timeZone)
    zones.set(timeZone, zone)
  }
  return zone
}

const digitsAt = (text: string, at: number, count: number): number => {
  let value = 0
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

// "yyyy-MM-dd HH:mm:ss", alone or with a fraction and an offset such as "+07:00" behind it: nearly every time stamp of
// nearly every file. Anything else, wrong values included, is left to the patterns by returning undefined.
function readCommon(text: string): Moment | undefined {
  const year = digitsAt(text, 0, 4)
  const month = digitsAt(text, 5, 2)
  const day = digitsAt(text, 8, 2)
  const localMs =
    daysFromCivil(year, month, day) * dayMs +
    digitsAt(text, 11, 2) * hourMs +
    digitsAt(text, 14, 2) * 60_000 +
    digitsAt(text, 17, 2) * 1000
  const separator = text.charCodeAt(10)
  const shaped =
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    (separator === 32 || separator === 84) &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58
  // Days over 28, hours over 23 and the like are judged with care elsewhere.
  const plain = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && text.charCodeAt(11) < 50
  if (!shaped || !plain || Number.isNaN(localMs) || text.charCodeAt(14) > 53 || text.charCodeAt(17) > 53)
    return undefined
  if (text.length === 19) return { localMs }
  return readTail(text, localMs)
}

function readTail(text: string, localMs: number): Moment | undefined {
  let at = 19
  let ms = 0
  if (text.charCodeAt(at) === 46) {
    const from = at + 1
    at = from
    while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++
    const count = Math.min(3, at - from)
    if (count === 0) return undefined
    ms = digitsAt(text, from, count) * (count === 1 ? 100 : count === 2 ? 10 : 1)
  }
  if (at === text.length) return { localMs: localMs + ms }
  const mark = text.charCodeAt(at)
  if (mark === 90 && text.length === at + 1) return { localMs: localMs + ms, offsetMinutes: 0 }
  if ((mark !== 43 && mark !== 45) || text.length !== at + 6 || text.charCodeAt(at + 3) !== 58) return undefined
  const minutes = digitsAt(text, at + 1, 2) * 60 + digitsAt(text, at + 4, 2)
  if (Number.isNaN(minutes)) return undefined
  return { localMs: localMs + ms, offsetMinutes: mark === 45 ? -minutes : minutes }
}

/** The instant a text names, in milliseconds of UTC since 1970; what is finer than a millisecond is left out. */
export function parseInstant(text: string, options: InstantOptions): number | ValueFault {
  const pattern = options.pattern ?? 'iso'
  const moment = (pattern === 'iso' ? readCommon(text) : undefined) ?? readMoment(text, pattern)
  if (moment instanceof ValueFault) {
    if (moment.code !== 'value.date') return moment
    return new ValueFault('value.instant', { text, pattern: pattern === 'iso' ? 'yyyy-MM-dd HH:mm:ss' : pattern })
  }
  if (moment.offsetMinutes !== undefined) {
    const far = Math.abs(moment.offsetMinutes) > 15 * 60
    return far ? new ValueFault('value.date-not-existing', { text }) : moment.localMs - moment.offsetMinutes * 60_000
  }
  return localToInstant(moment.localMs, text, options)
}

function localToInstant(
  localMs: number,
  text: string,
  { timeZone, twice = 'earlier' }: InstantOptions,
): number | ValueFault {
  const zone = zoneOf(timeZone)
  const offset = zone.offsetOfDay(Math.floor(localMs / dayMs))
  if (!Number.isNaN(offset)) return localMs - offset
  const [earlier, later] = zone.instantsOf(localMs)
  if (earlier === undefined) return new ValueFault('value.instant-gap', { text, timeZone })
  if (later === undefined || twice === 'earlier') return earlier
  return twice === 'later' ? later : new ValueFault('value.instant-twice', { text, timeZone })
}
