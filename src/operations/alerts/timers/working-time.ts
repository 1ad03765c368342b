import { addWorkingMs, type CompiledCalendar, getCalendarOf, workingMsBetween } from '#calendar'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'

/** The calendar of whoever works there; where a pack has none, every hour is a working hour. */
export async function findCalendarOf(ctx: Context, organisation: string): Promise<CompiledCalendar | undefined> {
  try {
    return await getCalendarOf(ctx, organisation)
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return undefined
    throw error
  }
}

const minuteMs = 60_000

/** Somebody is at work now: the next minute counts. */
export const isWorkingNow = (calendar: CompiledCalendar | undefined, now: Date): boolean =>
  calendar === undefined || workingMsBetween(calendar, now, new Date(now.getTime() + minuteMs)) > 0

/** That many minutes of working time from now. */
export const afterWorkingMinutes = (calendar: CompiledCalendar | undefined, now: Date, minutes: number): Date =>
  calendar === undefined
    ? new Date(now.getTime() + minutes * minuteMs)
    : addWorkingMs(calendar, now, Math.max(1, minutes * minuteMs))
