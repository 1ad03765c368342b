// The working calendar compiled for look-ups. For every day of the range two running totals are kept, minutes worked
// and days worked before it. Time between two instants is then a difference of totals, and a deadline a binary search,
// whatever lies in between. Sessions are wall-clock time of the calendar's zone.

import {
  type CalendarDay,
  type Session,
  sessionsOfException,
  type Week,
  type WeekHours,
  type WorkingCalendar,
  weekdays,
} from '../model.ts'
import { type IsoDate, toDate, toDay, weekdayOf } from './dates.ts'
import { type LocalTime, parseTime, toInstantMs, toLocalTime } from './local-time.ts'

interface Span {
  fromMs: number
  toMs: number
}

export interface CompiledCalendar {
  calendar: WorkingCalendar
  /** The day of index 0. */
  firstDay: number
  /** Working minutes, sessions and working days before each day of the range; one entry more than there are days. */
  minutesBefore: Int32Array
  sessionsBefore: Int32Array
  daysBefore: Int32Array
  spansOf: readonly (readonly Span[])[]
  exceptions: ReadonlyMap<number, CalendarDay>
  /** The length of an ordinary working day, for words such as "2 ngày 3 giờ". */
  ordinaryDayMs: number
}

const firstDay = toDay('1990-01-01')
const endDay = toDay('2100-01-01')
const minuteMs = 60_000

export function compileCalendar(calendar: WorkingCalendar): CompiledCalendar {
  const weeks = calendar.hours.map(compileWeek).toSorted((a, b) => a.fromDay - b.fromDay)
  const exceptions = new Map(calendar.days.map((day) => [toDay(day.date), day]))
  const spansOf: (readonly Span[])[] = []
  const minutesBefore = new Int32Array(endDay - firstDay + 1)
  const daysBefore = new Int32Array(endDay - firstDay + 1)
  const sessionsBefore = new Int32Array(endDay - firstDay + 1)

  let [current, ...later] = weeks
  if (!current) throw new RangeError('A working calendar needs working hours')
  for (let day = firstDay; day < endDay; day++) {
    if (later[0] && later[0].fromDay <= day) {
      current = later.findLast(({ fromDay }) => fromDay <= day) ?? current
      later = later.filter(({ fromDay }) => fromDay > day)
    }
    const exception = exceptions.get(day)
    const spans = exception
      ? sessionsOfException(exception, current.week).map(toSpan)
      : (current.spansByWeekday[weekdayOf(day) - 1] ?? [])
    const i = day - firstDay
    spansOf.push(spans)
    minutesBefore[i + 1] = at(minutesBefore, i) + lengthMs(spans) / minuteMs
    daysBefore[i + 1] = at(daysBefore, i) + (spans.length > 0 ? 1 : 0)
    sessionsBefore[i + 1] = at(sessionsBefore, i) + spans.length
  }

  const ordinaryDayMs = Math.max(...current.spansByWeekday.map(lengthMs))
  return { calendar, firstDay, minutesBefore, sessionsBefore, daysBefore, spansOf, exceptions, ordinaryDayMs }
}

interface CompiledWeek {
  fromDay: number
  week: Week
  /** From Monday on. */
  spansByWeekday: readonly (readonly Span[])[]
}

const compileWeek = ({ from, week }: WeekHours): CompiledWeek => ({
  fromDay: toDay(from),
  week,
  spansByWeekday: weekdays.map((name) => week[name].map(toSpan)),
})

const toSpan = ({ from, to }: Session): Span => ({ fromMs: parseTime(from), toMs: parseTime(to) })
const lengthMs = (spans: readonly Span[]): number => spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
const at = (totals: Int32Array, i: number): number => totals[i] ?? 0

function indexOf(day: number): number {
  if (day < firstDay || day >= endDay) {
    throw new RangeError(`${toDate(day)} lies outside the working calendar (1990–2099)`)
  }
  return day - firstDay
}

const spansOn = (compiled: CompiledCalendar, day: number): readonly Span[] => compiled.spansOf[indexOf(day)] ?? []

export const isWorkingDayNumber = (compiled: CompiledCalendar, day: number): boolean =>
  spansOn(compiled, day).length > 0

export const isWorkingDay = (compiled: CompiledCalendar, date: IsoDate): boolean =>
  isWorkingDayNumber(compiled, toDay(date))

/** Working time between two instants, negative when they are given in reverse. */
export const workingMsBetween = (compiled: CompiledCalendar, from: Date, to: Date): number =>
  workedMs(compiled, localOf(compiled, to)) - workedMs(compiled, localOf(compiled, from))

/**
 * The earliest instant by which so much working time has passed; for a negative amount, the latest instant from which
 * so much remains. Eight hours from an opening thus end at a closing, not at the next opening.
 */
export function addWorkingMs(compiled: CompiledCalendar, from: Date, ms: number): Date {
  if (ms === 0) return from
  const target = workedMs(compiled, localOf(compiled, from)) + ms
  const local = ms > 0 ? earliestWith(compiled, target) : latestWith(compiled, target)
  return new Date(toInstantMs(local, compiled.calendar.timeZone))
}

const localOf = (compiled: CompiledCalendar, instant: Date): LocalTime =>
  toLocalTime(instant.getTime(), compiled.calendar.timeZone)

function workedMs(compiled: CompiledCalendar, { day, ms }: LocalTime): number {
  const i = indexOf(day)
  let worked = at(compiled.minutesBefore, i) * minuteMs
  for (const { fromMs, toMs } of compiled.spansOf[i] ?? []) {
    if (ms <= fromMs) break
    worked += Math.min(ms, toMs) - fromMs
  }
  return worked
}

function earliestWith(compiled: CompiledCalendar, targetMs: number): LocalTime {
  const i = lastBelow(compiled.minutesBefore, targetMs / minuteMs)
  let rest = targetMs - at(compiled.minutesBefore, i) * minuteMs
  for (const { fromMs, toMs } of compiled.spansOf[i] ?? []) {
    if (rest <= toMs - fromMs) return { day: firstDay + i, ms: fromMs + rest }
    rest -= toMs - fromMs
  }
  throw outOfRange()
}

function latestWith(compiled: CompiledCalendar, targetMs: number): LocalTime {
  const i = lastBelow(compiled.minutesBefore, Math.floor(targetMs / minuteMs) + 1)
  let rest = targetMs - at(compiled.minutesBefore, i) * minuteMs
  for (const { fromMs, toMs } of compiled.spansOf[i] ?? []) {
    if (rest >= 0 && rest < toMs - fromMs) return { day: firstDay + i, ms: fromMs + rest }
    rest -= toMs - fromMs
  }
  throw outOfRange()
}

/** The last index whose total is still below a value; totals never fall. */
function lastBelow(totals: Int32Array, value: number): number {
  let low = 0
  let high = totals.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (at(totals, middle) < value) low = middle + 1
    else high = middle
  }
  if (low === 0) throw outOfRange()
  return low - 1
}

const outOfRange = () => new RangeError('The result lies outside the working calendar (1990–2099)')

/** Working days after `from` up to and including `to`; negative when they are given in reverse. */
export const workingDaysBetween = (compiled: CompiledCalendar, from: IsoDate, to: IsoDate): number =>
  countWorkingDays(compiled, toDay(from), toDay(to))

export const countWorkingDays = (compiled: CompiledCalendar, from: number, to: number): number =>
  at(compiled.daysBefore, indexOf(to) + 1) - at(compiled.daysBefore, indexOf(from) + 1)

/** The n-th working day after a date (before it, for a negative n); the date itself is not counted. */
export const addWorkingDays = (compiled: CompiledCalendar, date: IsoDate, days: number): IsoDate =>
  toDate(advanceWorkingDays(compiled, toDay(date), days))

export function advanceWorkingDays(compiled: CompiledCalendar, day: number, days: number): number {
  if (days === 0) return day
  const i = indexOf(day)
  const target = days > 0 ? at(compiled.daysBefore, i + 1) + days : at(compiled.daysBefore, i) + days + 1
  const found = firstDay + lastBelow(compiled.daysBefore, target)
  if (found >= endDay) throw outOfRange()
  return found
}

/** The date itself when it is a working day, else the next one. */
export const nextWorkingDay = (compiled: CompiledCalendar, date: IsoDate): IsoDate => {
  const day = toDay(date)
  return isWorkingDayNumber(compiled, day) ? date : toDate(advanceWorkingDays(compiled, day, 1))
}

/** How many sessions of the calendar have opened before an instant: also the number, from 0, of the first that opens at it or later. */
export const sessionsOpenedBefore = (compiled: CompiledCalendar, instant: Date): number =>
  countSessions(compiled, instant, ({ fromMs }, ms) => fromMs < ms)

/** How many sessions have closed by an instant, one that closes at it among them. */
export const sessionsClosedBy = (compiled: CompiledCalendar, instant: Date): number =>
  countSessions(compiled, instant, ({ toMs }, ms) => toMs <= ms)

function countSessions(compiled: CompiledCalendar, instant: Date, counts: (span: Span, ms: number) => boolean): number {
  const { day, ms } = localOf(compiled, instant)
  return at(compiled.sessionsBefore, indexOf(day)) + spansOn(compiled, day).filter((span) => counts(span, ms)).length
}

/** The closing of the session of a number. */
export function closingOfSession(compiled: CompiledCalendar, number: number): Date {
  const i = lastBelow(compiled.sessionsBefore, number + 1)
  const span = compiled.spansOf[i]?.[number - at(compiled.sessionsBefore, i)]
  if (!span) throw outOfRange()
  return new Date(toInstantMs({ day: firstDay + i, ms: span.toMs }, compiled.calendar.timeZone))
}

export const openingOf = (compiled: CompiledCalendar, day: number): Date =>
  new Date(toInstantMs({ day, ms: spansOn(compiled, day)[0]?.fromMs ?? 0 }, compiled.calendar.timeZone))

/** The end of a day's last session, or undefined on a day off. */
export function closingMsOf(compiled: CompiledCalendar, day: number): number | undefined {
  return spansOn(compiled, day).at(-1)?.toMs
}
