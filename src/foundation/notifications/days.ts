import {
  addWorkingMs,
  type CompiledCalendar,
  getCalendarOf,
  instantOf,
  isWorkingDay,
  localDate,
  localDateTime,
  toDate,
  toDay,
  workingMsBetween,
} from '#calendar'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import type { WorkingDays } from './rules/digest.ts'

const minuteMs = 60_000

/** The working days of an organisation; without a calendar every day is one. */
export async function findDays(ctx: Context, organisation: string | null, timeZone: string): Promise<WorkingDays> {
  const calendar = organisation ? await findCalendarOf(ctx, organisation) : undefined
  const zone = calendar?.calendar.timeZone ?? timeZone
  return {
    timeZone: zone,
    isDayOff: (date) => calendar !== undefined && !isWorkingDay(calendar, date),
    localDate: (at) => localDate(at, zone),
    localTime: (at) => localDateTime(at, zone).slice(11),
    instantOf: (date, time) => instantOf(date, time, zone),
    nextDate: (date) => toDate(toDay(date) + 1),
    workingTimeFrom: (at) => (calendar ? workingTimeFrom(calendar, at) : at),
  }
}

function workingTimeFrom(calendar: CompiledCalendar, at: Date): Date {
  // The end of a session still belongs to it: what came in the last hour need not wait for the morning.
  if (workingMsBetween(calendar, new Date(at.getTime() - minuteMs), at) > 0) return at
  return new Date(addWorkingMs(calendar, at, minuteMs).getTime() - minuteMs)
}

async function findCalendarOf(ctx: Context, organisation: string): Promise<CompiledCalendar | undefined> {
  try {
    return await getCalendarOf(ctx, organisation)
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return undefined
    throw error
  }
}
