// Deadlines. A clock starts, may pause and resume, and falls due when its budget is used up.
//
// Conventions, with their ground in the Civil Code 2015 (BLDS), which applies where no special law says otherwise:
// - hours run from the very moment (art. 147.1), and only within working sessions;
// - days and months do not count the first day (art. 147.2); a month ends on the corresponding day, or on the last day
//   of a month that lacks it (art. 148.3);
// - a calendar-day or month limit whose last day is a day off ends on the next working day (art. 148.5);
// - the last day ends at midnight (art. 148.6); offices hand results over in working hours, so a clock ends at closing
//   time unless its rule says `midnight`.
// Unverified, and therefore stated here once:
// - a day with any session, a half day too, is one working day;
// - a limit in sessions (buổi) does not count the session that has begun when it starts, as a day is not counted; it ends at the
//   closing of its last session, and a session is used up when the clock runs at its closing;
// - an extension adds to the limit in the limit's own unit, as if it had been given from the first;
// - with pauses, a day is used up when the clock runs at its end: pausing at 10:00 gives the whole day back, resuming
//   the same afternoon gives nothing back; a limit in months is extended by the days on which it stood still;
// - the cut-off hour applies to a resumption as it does to a start.

import { z } from 'zod'
import { addMonths, toDate, toDay } from './dates.ts'
import { parseTime, toInstantMs, toLocalTime } from './local-time.ts'
import {
  addWorkingMs,
  advanceWorkingDays,
  type CompiledCalendar,
  closingMsOf,
  closingOfSession,
  countWorkingDays,
  isWorkingDayNumber,
  openingOf,
  sessionsClosedBy,
  sessionsOpenedBefore,
  workingMsBetween,
} from './working-time.ts'

export const budgetUnits = ['working-hour', 'working-session', 'working-day', 'calendar-day', 'month'] as const

export const Budget = z
  .strictObject({ amount: z.number().positive().max(10_000), unit: z.enum(budgetUnits) })
  .refine(
    ({ amount, unit }) => unit === 'working-hour' || Number.isInteger(amount),
    'Chỉ thời hạn tính bằng giờ được lẻ',
  )
export type Budget = z.infer<typeof Budget>

/** A stretch in which the clock stands still; without an end it still stands. */
export interface Pause {
  from: Date
  to?: Date | undefined
  reason: string
}

/** More of the same unit, granted while the clock ran; `ground` names the document that grants it. */
export interface Extension {
  at: Date
  amount: number
  ground: string
}

export const ClockRule = z.strictObject({
  /** What comes in after this hour, after closing or on a day off counts as come in when the next working day opens. */
  cutOff: z
    .strictObject({ time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/), citation: z.string().min(5) })
    .optional(),
  endsAt: z.enum(['closing', 'midnight']).default('closing'),
})
export type ClockRule = z.infer<typeof ClockRule>

export const lawOnly: ClockRule = { endsAt: 'closing' }

export interface ClockTerms {
  startedAt: Date
  budget: Budget
  extensions?: readonly Extension[]
  pauses?: readonly Pause[]
  /** When the work was done: nothing runs after it. */
  endedAt?: Date | undefined
  rule?: ClockRule
}

/** Why and whereto a start was moved by the cut-off rule. */
export interface Shift {
  to: Date
  why: 'after-cut-off' | 'after-closing' | 'day-off'
}

interface CountedPause extends Pause {
  /** What the pause took out of the count: milliseconds for hours, days for the other units. */
  excluded: number
}

export interface Reckoning {
  countedFrom: Date
  shift?: Shift | undefined
  pauses: CountedPause[]
  /** The last day before it was moved off a day off. */
  rolledFromDay?: number | undefined
  dueDay?: number | undefined
  dueAt: Date | null
}

/** When the budget is used up; null while an open pause holds the clock. */
export function dueAt(compiled: CompiledCalendar, terms: ClockTerms): Date | null {
  const { startedAt, pauses, rule = lawOnly } = terms
  if (pauses && pauses.length > 0) return reckon(compiled, terms).dueAt
  const budget = extended(terms)
  // Most clocks never stood still: hundreds of thousands are reckoned at once when a calendar changes.
  const from = rule.cutOff ? (shiftStart(compiled, startedAt, rule)?.to ?? startedAt) : startedAt
  if (budget.unit === 'working-hour') return addWorkingMs(compiled, from, hoursToMs(budget.amount))
  if (budget.unit === 'working-session')
    return closingOfSession(compiled, sessionsOpenedBefore(compiled, from) + budget.amount - 1)
  const { timeZone } = compiled.calendar
  const day = dayAfter(compiled, toLocalTime(from.getTime(), timeZone).day, budget)
  return new Date(endOfDayMs(compiled, rollForward(compiled, day), rule))
}

/** The limit with what was added to it. */
export const extended = ({ budget, extensions = [] }: ClockTerms): Budget =>
  extensions.length === 0
    ? budget
    : { ...budget, amount: extensions.reduce((sum, { amount }) => sum + amount, budget.amount) }

const hoursToMs = (hours: number): number => Math.round(hours * 3_600_000)

/** The day on which a budget in days or months is used up when nothing stands still. */
function dayAfter(compiled: CompiledCalendar, day: number, { amount, unit }: Budget): number {
  if (unit === 'working-day') return advanceWorkingDays(compiled, day, amount)
  return unit === 'month' ? toDay(addMonths(toDate(day), amount)) : day + amount
}

/** Works a deadline out and keeps what is needed to explain it. */
export function reckon(compiled: CompiledCalendar, terms: ClockTerms): Reckoning {
  const rule = terms.rule ?? lawOnly
  const shift = shiftStart(compiled, terms.startedAt, rule)
  const countedFrom = shift?.to ?? terms.startedAt
  const pauses = mergePauses(terms.pauses ?? []).map((pause) => ({
    ...pause,
    to: pause.to && (shiftStart(compiled, pause.to, rule)?.to ?? pause.to),
  }))
  // A shifted end can reach over the pause after it.
  const merged = mergePauses(pauses)
  const budget = extended(terms)
  return { countedFrom, shift, ...count(compiled, { countedFrom, budget, pauses: merged, rule }) }
}

function shiftStart(compiled: CompiledCalendar, startedAt: Date, { cutOff }: ClockRule): Shift | undefined {
  if (!cutOff) return undefined
  const { day, ms } = toLocalTime(startedAt.getTime(), compiled.calendar.timeZone)
  const closingMs = closingMsOf(compiled, day)
  const why = closingMs === undefined ? 'day-off' : lateness(ms, parseTime(cutOff.time), closingMs)
  return why && { to: openingOf(compiled, advanceWorkingDays(compiled, day, 1)), why }
}

const lateness = (ms: number, cutOffMs: number, closingMs: number): Shift['why'] | undefined => {
  if (ms > cutOffMs) return 'after-cut-off'
  return ms > closingMs ? 'after-closing' : undefined
}

/** Pauses in order, those that touch made one. */
export function mergePauses(pauses: readonly Pause[]): Pause[] {
  const merged: Pause[] = []
  for (const pause of pauses.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    if (pause.to && pause.to <= pause.from) continue
    const last = merged.at(-1)
    if (!last || (last.to && last.to < pause.from)) merged.push({ ...pause })
    else {
      last.to = last.to && pause.to && (last.to > pause.to ? last.to : pause.to)
      if (last.reason !== pause.reason) last.reason = `${last.reason}; ${pause.reason}`
    }
  }
  return merged
}

type Counted = Omit<Reckoning, 'countedFrom' | 'shift'>

interface Counting {
  countedFrom: Date
  budget: Budget
  pauses: readonly Pause[]
  rule: ClockRule
}

function count(compiled: CompiledCalendar, counting: Counting): Counted {
  if (counting.budget.unit === 'working-hour') return reckonHours(compiled, counting)
  return counting.budget.unit === 'working-session'
    ? reckonSessions(compiled, counting)
    : reckonDays(compiled, counting)
}

function reckonHours(compiled: CompiledCalendar, { countedFrom: start, budget, pauses }: Counting): Counted {
  const counted: CountedPause[] = []
  let due = addWorkingMs(compiled, start, hoursToMs(budget.amount))
  for (const pause of pauses) {
    if (pause.to && pause.to <= start) continue
    if (pause.from >= due) break
    if (!pause.to) return { pauses: [...counted, { ...pause, excluded: 0 }], dueAt: null }
    const from = pause.from > start ? pause.from : start
    const excluded = workingMsBetween(compiled, from, pause.to)
    due = addWorkingMs(compiled, due, excluded)
    counted.push({ ...pause, excluded })
  }
  return { pauses: counted, dueAt: due }
}

/** As days are: those at whose closing the clock stands still are given back. */
function reckonSessions(compiled: CompiledCalendar, { countedFrom, budget, pauses }: Counting): Counted {
  const first = sessionsOpenedBefore(compiled, countedFrom)
  const counted: CountedPause[] = []
  let due = first + budget.amount - 1
  for (const pause of pauses) {
    const stillFrom = Math.max(sessionsClosedBy(compiled, pause.from), first)
    if (stillFrom > due) break
    if (!pause.to) return { pauses: [...counted, { ...pause, excluded: 0 }], dueAt: null }
    const excluded = Math.max(0, sessionsClosedBy(compiled, pause.to) - stillFrom)
    due += excluded
    counted.push({ ...pause, excluded })
  }
  return { pauses: counted, dueAt: closingOfSession(compiled, due) }
}

function reckonDays(compiled: CompiledCalendar, { countedFrom, budget, pauses, rule }: Counting): Counted {
  const { timeZone } = compiled.calendar
  const startDay = toLocalTime(countedFrom.getTime(), timeZone).day
  const workingOnly = budget.unit === 'working-day'
  const advance = (day: number, days: number) => (workingOnly ? advanceWorkingDays(compiled, day, days) : day + days)
  const count = (after: number, to: number) => (workingOnly ? countWorkingDays(compiled, after, to) : to - after)
  const counted: CountedPause[] = []
  const amount = budget.unit === 'month' ? toDay(addMonths(toDate(startDay), budget.amount)) - startDay : budget.amount

  let due = advance(startDay, amount)
  let rolledFromDay: number | undefined
  for (const pause of pauses) {
    const still = stillDays(compiled, pause, rule)
    const first = Math.max(still.first, startDay + 1)
    if (first > rollForward(compiled, due)) break
    if (still.last === Number.POSITIVE_INFINITY) return { pauses: [...counted, { ...pause, excluded: 0 }], dueAt: null }
    const excluded = still.last < first ? 0 : count(first - 1, still.last)
    if (first <= due) due = advance(due, excluded)
    else if (excluded > 0) {
      // The last day was off and the working day it moves to lies in the pause: it moves on behind the pause.
      rolledFromDay = due
      due = still.last + 1
    }
    counted.push({ ...pause, excluded })
  }
  const dueDay = rollForward(compiled, due)
  if (dueDay !== due) rolledFromDay ??= due
  const dueMs = endOfDayMs(compiled, dueDay, rule)
  return { pauses: counted, rolledFromDay, dueDay, dueAt: new Date(dueMs) }
}

const rollForward = (compiled: CompiledCalendar, day: number): number =>
  isWorkingDayNumber(compiled, day) ? day : advanceWorkingDays(compiled, day, 1)

/** The days at whose end the clock stands still. */
function stillDays(compiled: CompiledCalendar, { from, to }: Pause, rule: ClockRule): { first: number; last: number } {
  const { timeZone } = compiled.calendar
  const startDay = toLocalTime(from.getTime(), timeZone).day
  const first = from.getTime() < endOfDayMs(compiled, startDay, rule) ? startDay : startDay + 1
  if (!to) return { first, last: Number.POSITIVE_INFINITY }
  const stopDay = toLocalTime(to.getTime(), timeZone).day
  return { first, last: endOfDayMs(compiled, stopDay, rule) <= to.getTime() ? stopDay : stopDay - 1 }
}

function endOfDayMs(compiled: CompiledCalendar, day: number, { endsAt }: ClockRule): number {
  const closingMs = endsAt === 'closing' ? closingMsOf(compiled, day) : undefined
  const { timeZone } = compiled.calendar
  return toInstantMs(closingMs === undefined ? { day: day + 1, ms: 0 } : { day, ms: closingMs }, timeZone)
}

/** The pauses with one more, open, from this moment. A clock that stands still cannot be paused again. */
export function pauseClock(pauses: readonly Pause[], at: Date, reason: string): Pause[] {
  if (pauses.some(({ to }) => to === undefined)) throw new RangeError('The clock already stands still')
  return [...pauses, { from: at, reason }]
}

/** The pauses with the open one closed at this moment. */
export function resumeClock(pauses: readonly Pause[], at: Date): Pause[] {
  const open = pauses.find(({ to }) => to === undefined)
  if (!open) throw new RangeError('The clock does not stand still')
  if (at < open.from) throw new RangeError('A clock cannot resume before it was paused')
  return pauses.map((pause) => (pause === open ? { ...pause, to: at } : pause))
}

export interface Remaining {
  /** `ended` in time, `late`: ended after it was due. */
  state: 'running' | 'paused' | 'overdue' | 'ended' | 'late'
  /** Working time left, negative when overdue; for a paused clock what would be left if it resumed now. */
  workingMs: number
  /** The same in words: "Còn 2 ngày 3 giờ làm việc". */
  text: string
}

/** What is left of a clock at a moment: the measure by which worklists are ordered. */
export function remaining(compiled: CompiledCalendar, terms: ClockTerms, now: Date): Remaining {
  if (terms.endedAt && terms.endedAt <= now) return remainingAtEnd(compiled, terms, terms.endedAt)
  const due = dueAt(compiled, terms)
  const end = due ?? dueAt(compiled, { ...terms, pauses: closeOpen(terms.pauses ?? [], now) }) ?? now
  const workingMs = workingMsBetween(compiled, now, end)
  const words = describeWorkingMs(compiled, Math.abs(workingMs))
  if (now > end) return { state: 'overdue', workingMs, text: `Quá hạn ${words}` }
  if (due === null) return { state: 'paused', workingMs, text: `Đang tạm dừng, còn ${words}` }
  const paused = (terms.pauses ?? []).some(({ from, to }) => from <= now && (!to || now < to))
  return { state: paused ? 'paused' : 'running', workingMs, text: `${paused ? 'Đang tạm dừng, còn' : 'Còn'} ${words}` }
}

function remainingAtEnd(compiled: CompiledCalendar, terms: ClockTerms, endedAt: Date): Remaining {
  const due = dueAt(compiled, { ...terms, pauses: closeOpen(terms.pauses ?? [], endedAt) }) ?? endedAt
  const workingMs = workingMsBetween(compiled, endedAt, due)
  const words = describeWorkingMs(compiled, Math.abs(workingMs))
  if (endedAt > due) return { state: 'late', workingMs, text: `Đã kết thúc, chậm ${words}` }
  return { state: 'ended', workingMs, text: `Đã kết thúc, sớm ${words}` }
}

const closeOpen = (pauses: readonly Pause[], now: Date): Pause[] =>
  pauses.flatMap((pause) => (pause.to ? pause : pause.from < now ? { ...pause, to: now } : []))

/** "2 ngày 3 giờ 15 phút làm việc", a day being an ordinary day of this calendar. */
export function describeWorkingMs(compiled: CompiledCalendar, ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  const dayMinutes = compiled.ordinaryDayMs / 60_000
  const days = Math.floor(minutes / dayMinutes)
  const rest = minutes % dayMinutes
  const parts = [
    days > 0 ? `${days.toLocaleString('vi-VN')} ngày` : '',
    rest >= 60 ? `${Math.floor(rest / 60)} giờ` : '',
    rest % 60 > 0 ? `${rest % 60} phút` : '',
  ].filter(Boolean)
  return parts.length > 0 ? `${parts.join(' ')} làm việc` : 'dưới 1 phút làm việc'
}
