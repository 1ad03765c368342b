import { nextPeriod } from '#calendar'
import type { Context } from '#platform/context'
import { getSettings } from '../settings.ts'
import { insertDuties, keepNextPeriods, type NewDuty, takeObligationsToOpen } from '../store.ts'
import { calendarsOf, timetable } from './schedule.ts'

const mostObligations = 5000
/** A daily duty over a good year; a longer standstill is caught up in several passes. */
const mostPeriods = 400
const rowsAtOnce = 5000

/**
 * Opens the rows of every period whose last day has begun, also of those that were missed while the program stood still. The next
 * period of an obligation moves on in the same transaction, so each is opened exactly once and none early.
 */
export async function openDuties(ctx: Context): Promise<number> {
  let opened = 0
  for (let taken = mostObligations; taken === mostObligations; ) {
    const step = await ctx.transaction(openSome)
    taken = step.taken
    opened += step.opened
  }
  return opened
}

async function openSome(ctx: Context): Promise<{ taken: number; opened: number }> {
  const obligations = await takeObligationsToOpen(ctx.sql, ctx.now, mostObligations)
  if (obligations.length === 0) return { taken: 0, opened: 0 }
  const settings = await getSettings(ctx)
  const calendarOf = calendarsOf(ctx)
  // Asked all at once: they travel together.
  await Promise.all([...new Set(obligations.map(({ organisation }) => organisation))].map(calendarOf))
  const times = timetable(settings.warnBefore.value)
  const rows: NewDuty[] = []
  const nexts: { id: number; nextPeriod: string; nextOpensAt: Date }[] = []
  for (const { id, organisation, agency, cadence, nextPeriod: first } of obligations) {
    const calendar = await calendarOf(organisation)
    if (!calendar || first === null) continue
    let period = first
    let found = times(calendar, cadence, period)
    for (let count = 0; count < mostPeriods && found.opensAt <= ctx.now; count += 1) {
      rows.push({ obligationId: id, organisation, agency, period, dueAt: found.dueAt, warnAt: found.warnAt })
      period = nextPeriod(period)
      found = times(calendar, cadence, period)
    }
    nexts.push({ id, nextPeriod: period, nextOpensAt: found.opensAt })
  }
  let opened = 0
  for (let from = 0; from < rows.length; from += rowsAtOnce)
    opened += await insertDuties(ctx.sql, rows.slice(from, from + rowsAtOnce), ctx.now)
  if (nexts.length > 0) await keepNextPeriods(ctx.sql, nexts)
  return { taken: nexts.length === obligations.length ? obligations.length : 0, opened }
}
