// When the figures of a period are due, and which period ought to be in by now: the measure of a source's lateness.

import { instantOf, localDate } from './local-time.ts'
import { type PeriodKind, periodOf, periodRange, previousPeriod } from './periods.ts'
import { addWorkingDays, type CompiledCalendar, nextWorkingDay, workingDaysBetween } from './working-time.ts'

export interface PeriodDeadline {
  /** After the last day of the period; 0 is that day itself, or the next working day when it is off. */
  workingDays: number
  /** Local time of that day. */
  time: string
}

/** When the figures of a period are due. */
export function periodDueAt(compiled: CompiledCalendar, code: string, { workingDays, time }: PeriodDeadline): Date {
  const { to } = periodRange(code)
  const date = nextWorkingDay(compiled, addWorkingDays(compiled, to, workingDays))
  return instantOf(date, time, compiled.calendar.timeZone)
}

/** The latest period of a kind whose figures are due by now. */
export function lastPeriodDue(
  compiled: CompiledCalendar,
  kind: PeriodKind,
  deadline: PeriodDeadline,
  now: Date,
): string {
  // No deadline lies before its period's end, and deadlines keep the order of their periods.
  let code = periodOf(kind, localDate(now, compiled.calendar.timeZone))
  while (periodDueAt(compiled, code, deadline) > now) code = previousPeriod(code)
  return code
}

/** By how many working days something is late, the day it was due not counted; 0 when it is not late. */
export function workingDaysLate(compiled: CompiledCalendar, due: Date, now: Date): number {
  const { timeZone } = compiled.calendar
  return now <= due ? 0 : workingDaysBetween(compiled, localDate(due, timeZone), localDate(now, timeZone))
}
