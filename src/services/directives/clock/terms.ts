import {
  type Budget,
  type ClockTerms,
  type CompiledCalendar,
  describeWorkingMs,
  dueAt,
  getCalendarOf,
  localDate,
  type Remaining,
  remaining,
  workingDaysBetween,
  workingMsBetween,
} from '#calendar'
import type { Context } from '#platform/context'
import { invalid, Problem } from '#platform/errors'
import type { Deadline } from '../model.ts'
import type { PauseReason, Settings } from '../settings.ts'
import { type Directive, type Part, readPauses } from '../store.ts'

export const pauseWords: Record<PauseReason, string> = {
  adjustment: 'chờ quyết định đề nghị điều chỉnh',
  extension: 'chờ quyết định đề nghị gia hạn',
  verification: 'chờ xác nhận kết quả',
}

/** The calendar by which the agency works; one that has none here, such as those of a ministry's line, is counted by the giver's. */
export async function calendarFor(
  ctx: Context,
  { authority }: Pick<Directive, 'authority'>,
  { organisation }: Pick<Part, 'organisation'>,
): Promise<CompiledCalendar> {
  try {
    return await getCalendarOf(ctx, organisation)
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return getCalendarOf(ctx, authority)
    throw error
  }
}

type Timed = Pick<Part, 'startedAt' | 'budgetAmount' | 'budgetUnit' | 'pauses'>

/** The clock of a part; none before it binds. */
export function termsOf(part: Timed, settings: Settings): ClockTerms | undefined {
  if (!part.startedAt) return undefined
  return {
    startedAt: part.startedAt,
    budget: { amount: part.budgetAmount, unit: part.budgetUnit },
    pauses: readPauses(part),
    rule: settings.clock.rule,
  }
}

export function dueOf(compiled: CompiledCalendar, part: Timed, settings: Settings): Date | null {
  const terms = termsOf(part, settings)
  return terms ? dueAt(compiled, terms) : null
}

/** The span a named day means when the clock starts. @throws Problem 422 when the day is not ahead. */
export function budgetUntil(compiled: CompiledCalendar, startedAt: Date, dueOn: string): Budget {
  const amount = workingDaysBetween(compiled, localDate(startedAt, compiled.calendar.timeZone), dueOn)
  if (amount < 1) {
    const message = 'Ngày hạn phải sau ngày ban hành ít nhất một ngày làm việc.'
    throw invalid(message, [{ path: 'dueOn', message }])
  }
  return { amount, unit: 'working-day' }
}

/**
 * What was left at an earlier moment until the deadline that held then, whatever working days have become since. Nothing where that deadline
 * is not known any more: a clock that runs has one.
 */
export function leftAt(
  compiled: CompiledCalendar,
  { part, terms }: { part: Pick<Part, 'dueAt'>; terms: ClockTerms },
  at: Date,
): Remaining | undefined {
  const { dueAt: due } = part
  if (!due) return terms.pauses?.some(({ to }) => to === undefined) ? remaining(compiled, terms, at) : undefined
  const workingMs = workingMsBetween(compiled, at, due)
  const words = describeWorkingMs(compiled, Math.abs(workingMs))
  return at > due
    ? { state: 'overdue', workingMs, text: `Quá hạn ${words}` }
    : { state: 'running', workingMs, text: `Còn ${words}` }
}

export const budgetOf = (deadline: Deadline, fallback: Budget): Budget & { dueOn: string | null } =>
  'budget' in deadline ? { ...deadline.budget, dueOn: null } : { ...fallback, dueOn: deadline.dueOn }
