// Data that have come close the rows that waited for them. When they came is read from the deliveries and the figures themselves, so
// any order in which they are worked through, and any repetition, ends in the same.

import { instantOf, localDateTime, periodRange, workingDaysLate } from '#calendar'
import { findArrivedFigures } from '#indicators'
import type { Context } from '#platform/context'
import { findFirstArrivals, listArrivals } from '#warehouse'
import {
  type Arrival,
  type Duty,
  type HourlyDuty,
  insertDuty,
  listUnsettled,
  lockDuties,
  lockHourly,
  type Moved,
  markFulfilled,
  noteArrivals,
  postponeDuty,
  type Scope,
} from '../store.ts'
import { calendarsOf } from './schedule.ts'

/** How long after a delivery one received earlier may still turn up. */
const lookBackMs = 40 * 86_400_000
const hourMs = 3_600_000
/** A station that misses one hour is waited for one more. */
const hourGraceMs = 2 * hourMs
const mostArrivals = 10_000

/** Closes what has been delivered. Returns the rows that moved. */
export async function settle(ctx: Context, scope: Scope): Promise<Moved[]> {
  const hourly = await settleHourly(ctx, scope)
  const waiting = await listUnsettled(ctx.sql, scope, new Date(ctx.now.getTime() - lookBackMs))
  const periodic = waiting.filter(({ cadence }) => cadence.every !== 'hour')
  if (periodic.length === 0) return hourly
  const found = await findArrivals(ctx, periodic)
  const news = periodic.flatMap((duty, index) => {
    const arrival = found[index]
    if (!arrival?.at || (duty.arrivedAt && duty.arrivedAt <= arrival.at)) return []
    return [{ duty, at: arrival.at, hasValue: arrival.hasValue }]
  })
  if (news.length === 0) return hourly
  const moved = await ctx.transaction((inner) => close(inner, news))
  return [...hourly, ...moved]
}

interface News {
  duty: Duty
  at: Date
  hasValue: boolean
}

async function close(ctx: Context, news: readonly News[]): Promise<Moved[]> {
  const locked = new Map(
    (
      await lockDuties(
        ctx.sql,
        news.map(({ duty }) => duty.id),
      )
    ).map((duty) => [duty.id, duty]),
  )
  const calendarOf = calendarsOf(ctx)
  const arrivals: Arrival[] = []
  const moved: Moved[] = []
  for (const { duty: seen, at } of news) {
    const duty = locked.get(seen.id)
    if (!duty || duty.state === 'void' || (duty.arrivedAt && duty.arrivedAt <= at)) continue
    const calendar = await calendarOf(duty.organisation)
    const lateDays = at > duty.dueAt ? (calendar ? workingDaysLate(calendar, duty.dueAt, at) : 0) : null
    arrivals.push({ id: duty.id, arrivedAt: at, lateDays })
    if (duty.state !== 'fulfilled') moved.push({ ...duty, from: duty.state, to: 'fulfilled' })
  }
  if (arrivals.length > 0) await markFulfilled(ctx.sql, arrivals, ctx.now)
  await noteArrivals(
    ctx.sql,
    news.map(({ duty, at, hasValue }) => ({ obligationId: duty.obligationId, at, hasValue })),
    ctx.now,
  )
  return moved
}

async function findArrivals(ctx: Context, duties: readonly Duty[]): Promise<{ at: Date | null; hasValue: boolean }[]> {
  const calendarOf = calendarsOf(ctx)
  const sources: { source: string; since: Date }[] = []
  for (const { subjectKind, subject, organisation, period } of duties) {
    if (subjectKind !== 'source') continue
    const timeZone = (await calendarOf(organisation))?.calendar.timeZone ?? 'UTC'
    // A period counts as sent when something arrived on its last day or after.
    sources.push({ source: subject, since: instantOf(periodRange(period).to, '00:00', timeZone) })
  }
  const arrivals = (await findFirstArrivals(ctx.sql, sources))[Symbol.iterator]()
  const figures = (
    await findArrivedFigures(
      ctx.sql,
      duties
        .filter(({ subjectKind }) => subjectKind === 'indicator')
        .map(({ subject, figureOf, period }) => ({ indicator: subject, organisation: figureOf, period })),
    )
  )[Symbol.iterator]()
  return duties.map(({ subjectKind }) => {
    if (subjectKind === 'source') return { at: arrivals.next().value ?? null, hasValue: true }
    return figures.next().value ?? { at: null, hasValue: false }
  })
}

/**
 * What comes by the hour has one row under way, due two hours after the last arrival and moved on with each; only a silence leaves a row
 * that was late.
 */
async function settleHourly(ctx: Context, scope: Scope): Promise<Moved[]> {
  if (scope !== 'all' && scope.subjectKind !== 'source') return []
  return ctx.transaction(async (inner) => {
    const moved: Moved[] = []
    for (const row of await lockHourly(inner.sql, scope === 'all' ? 'all' : scope.subjects))
      moved.push(...(await followHours(inner, row)))
    return moved
  })
}

async function followHours(ctx: Context, row: HourlyDuty): Promise<Moved[]> {
  const calendar = await calendarsOf(ctx)(row.organisation)
  if (!calendar) return []
  const { timeZone } = calendar.calendar
  let dueAt = row.dueAt ?? new Date((row.lastArrivalAt ?? row.sinceAt).getTime() + hourGraceMs)
  let id = row.dutyId ?? (await openHour(ctx, row, dueAt, timeZone))
  const after = new Date(dueAt.getTime() - hourGraceMs)
  const arrivals = await listArrivals(ctx.sql, row.subject, { after, limit: mostArrivals })
  const moved: Moved[] = []
  let state = row.state ?? 'open'
  let postponed = false
  for (const at of arrivals) {
    if (at > dueAt && id !== undefined) {
      if (postponed) await postponeDuty(ctx.sql, id, { ...hourTimes(dueAt, timeZone), now: ctx.now })
      const lateDays = Math.floor((at.getTime() - dueAt.getTime()) / (24 * hourMs))
      await markFulfilled(ctx.sql, [{ id, arrivedAt: at, lateDays }], ctx.now)
      moved.push({
        id,
        organisation: row.organisation,
        agency: row.agency,
        subjectKind: 'source',
        subject: row.subject,
        subjectName: row.subject,
        period: hourTimes(dueAt, timeZone).period,
        dueAt,
        from: state,
        to: 'fulfilled',
      })
      dueAt = new Date(at.getTime() + hourGraceMs)
      id = await openHour(ctx, row, dueAt, timeZone)
      state = 'open'
      postponed = false
      continue
    }
    dueAt = new Date(at.getTime() + hourGraceMs)
    postponed = true
  }
  if (postponed && id !== undefined) await postponeDuty(ctx.sql, id, { ...hourTimes(dueAt, timeZone), now: ctx.now })
  const last = arrivals.at(-1)
  if (last) await noteArrivals(ctx.sql, [{ obligationId: row.obligationId, at: last, hasValue: true }], ctx.now)
  return moved
}

const hourTimes = (dueAt: Date, timeZone: string) => ({
  period: localDateTime(dueAt, timeZone),
  dueAt,
  // What comes by the hour is not warned of.
  warnAt: dueAt,
})

async function openHour(ctx: Context, row: HourlyDuty, dueAt: Date, timeZone: string): Promise<number | undefined> {
  const { obligationId, organisation, agency } = row
  return insertDuty(ctx.sql, { obligationId, organisation, agency, ...hourTimes(dueAt, timeZone) }, ctx.now)
}
