// When a period is opened, warned of and due: pure, over the working calendar of who owes it.

import {
  addWorkingDays,
  addWorkingMs,
  type CompiledCalendar,
  findPeriodKind,
  getCalendarOf,
  instantOf,
  localDate,
  nextPeriod,
  type PeriodKind,
  periodDueAt,
  periodOf,
  periodRange,
} from '#calendar'
import { type AsOf, getHomePack, today } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import type { Cadence } from '#warehouse'
import type { Settings, WorkingTime } from '../model.ts'

export interface PeriodTimes {
  /** A period can be delivered from its last day on: then its row is opened, never earlier. */
  opensAt: Date
  dueAt: Date
  warnAt: Date
}

/** The kind of period a cadence recurs by; none for what comes once or by the hour. */
export const kindOfCadence = ({ every, family }: Cadence): PeriodKind | undefined =>
  every === 'once' || every === 'hour' ? undefined : findPeriodKind(family, every)

export const opensAt = (calendar: CompiledCalendar, period: string): Date =>
  instantOf(periodRange(period).to, '00:00', calendar.calendar.timeZone)

export function timesOf(
  calendar: CompiledCalendar,
  cadence: Cadence,
  period: string,
  warn: Settings['warnBefore']['value'],
): PeriodTimes {
  const dueAt = periodDueAt(calendar, period, { workingDays: cadence.dueWorkingDays, time: cadence.dueTime })
  return {
    opensAt: opensAt(calendar, period),
    dueAt,
    warnAt: before(calendar, dueAt, cadence, cadence.every === 'day' ? warn.daily : warn.other),
  }
}

function before(calendar: CompiledCalendar, dueAt: Date, cadence: Cadence, { amount, unit }: WorkingTime): Date {
  if (unit === 'working-hour') return addWorkingMs(calendar, dueAt, -amount * 3_600_000)
  const { timeZone } = calendar.calendar
  return instantOf(addWorkingDays(calendar, localDate(dueAt, timeZone), -amount), cadence.dueTime, timeZone)
}

/** The first period that is owed by somebody who is watched since an instant: one whose last day had not begun. */
export function firstPeriodOwed(calendar: CompiledCalendar, kind: PeriodKind, since: Date): string {
  const period = periodOf(kind, localDate(since, calendar.calendar.timeZone))
  return opensAt(calendar, period) < since ? nextPeriod(period) : period
}

/** Calendars of organisations today, or as they were known at a moment, each looked up once; who has none, such as agencies of the ministries, is reckoned by the province's. */
export function calendarsOf(
  ctx: Pick<Context, 'sql' | 'now'>,
  at?: AsOf,
): (organisation: string) => Promise<CompiledCalendar | undefined> {
  const known = new Map<string, Promise<CompiledCalendar | undefined>>()
  let on: Promise<string> | undefined
  const find = async (organisation: string) => {
    on ??= today(ctx)
    const own = await getCalendarOf(ctx, organisation, at ?? (await on)).catch(noneOf)
    return own ?? getCalendarOf(ctx, (await getHomePack(ctx.sql)).card.rootOrganisation, at).catch(noneOf)
  }
  return (organisation) => {
    const found = known.get(organisation) ?? find(organisation)
    known.set(organisation, found)
    return found
  }
}

function noneOf(error: unknown): undefined {
  if (!(error instanceof Problem)) throw error
}

/** Times of the same period for organisations of one calendar, reckoned once. */
export function timetable(warn: Settings['warnBefore']['value']) {
  const known = new Map<CompiledCalendar, Map<string, PeriodTimes>>()
  return (calendar: CompiledCalendar, cadence: Cadence, period: string): PeriodTimes => {
    const own = known.get(calendar) ?? new Map<string, PeriodTimes>()
    known.set(calendar, own)
    const key = `${cadence.every} ${cadence.family} ${cadence.dueWorkingDays} ${cadence.dueTime} ${period}`
    const times = own.get(key) ?? timesOf(calendar, cadence, period, warn)
    own.set(key, times)
    return times
  }
}
