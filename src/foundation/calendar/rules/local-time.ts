// Instants to local dates and times of a zone and back. Việt Nam has kept UTC+7 without daylight saving since
// 13-6-1975, so its offset is a constant; any other IANA zone is asked from Intl.

import { dayMs, type IsoDate, toDate, toDay, twoDigits } from './dates.ts'

/** A place on the local wall clock: the day number of its date and the milliseconds since its midnight. */
export interface LocalTime {
  day: number
  ms: number
}

const hourMs = 3_600_000

interface FixedZone {
  since: number
  offsetMs: number
}

const vietnam: FixedZone = { since: Date.UTC(1975, 5, 12, 16), offsetMs: 7 * hourMs }
const fixedZones: Readonly<Record<string, FixedZone>> = {
  'Asia/Ho_Chi_Minh': vietnam,
  'Asia/Saigon': vietnam,
  UTC: { since: Number.NEGATIVE_INFINITY, offsetMs: 0 },
}

// Making a formatter costs a hundred times its use; there are only as many as zones.
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
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
    formatters.set(timeZone, formatter)
  }
  return formatter
}

export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name)
    return true
  } catch {
    return false
  }
}

/** What the zone's wall clock shows at an instant, minus UTC. */
function offsetMsAt(instantMs: number, timeZone: string): number {
  const fixed = fixedZones[timeZone]
  if (fixed && instantMs >= fixed.since) return fixed.offsetMs
  const part: Record<string, number> = {}
  for (const { type, value } of formatterOf(timeZone).formatToParts(instantMs)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  return wall - Math.floor(instantMs / 1000) * 1000
}

export function toLocalTime(instantMs: number, timeZone: string): LocalTime {
  const wall = instantMs + offsetMsAt(instantMs, timeZone)
  const day = Math.floor(wall / dayMs)
  return { day, ms: wall - day * dayMs }
}

/** A wall time that occurs twice means its first occurrence; one that is skipped means as long after the gap began. */
export function toInstantMs({ day, ms }: LocalTime, timeZone: string): number {
  const wall = day * dayMs + ms
  const before = offsetMsAt(wall - dayMs, timeZone)
  const after = offsetMsAt(wall + dayMs, timeZone)
  if (before === after) return wall - before
  const early = wall - before
  if (offsetMsAt(early, timeZone) === before) return early
  const late = wall - after
  return offsetMsAt(late, timeZone) === after ? late : early
}

export const localDate = (instant: Date, timeZone: string): IsoDate =>
  toDate(toLocalTime(instant.getTime(), timeZone).day)

/** '2026-11-22T15:04' on the zone's wall clock. */
export function localDateTime(instant: Date, timeZone: string): string {
  const { day, ms } = toLocalTime(instant.getTime(), timeZone)
  return `${toDate(day)}T${formatTime(ms)}`
}

/** The instant of a local date and time ('07:30'; '24:00' is the end of the day). */
export const instantOf = (date: IsoDate, time: string, timeZone: string): Date =>
  new Date(toInstantMs({ day: toDay(date), ms: parseTime(time) }, timeZone))

export const parseTime = (time: string): number => Number(time.slice(0, 2)) * hourMs + Number(time.slice(3, 5)) * 60_000

const formatTime = (ms: number): string =>
  `${twoDigits(Math.floor(ms / hourMs))}:${twoDigits(Math.floor((ms % hourMs) / 60_000))}`
