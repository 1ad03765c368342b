import type { Context } from '#platform/context'
import { keepLetters } from '../reminders/draft.ts'
import { getSettings } from '../settings.ts'
import { listOpenDuties, listSubjectsComingDue, markTimes, type Scope, setDue, voidDuties } from '../store.ts'
import { syncObligations } from './obligations.ts'
import { openDuties } from './open.ts'
import { calendarsOf, timesOf } from './schedule.ts'
import { settle } from './settle.ts'
import { tellMoved } from './tell.ts'

/**
 * One look at the clock: what is owed is brought up to date, due periods are opened, deliveries close them, what is near or past its
 * time is marked, and letters are drafted or handed on. Each step is a transaction of its own and finds by itself what an earlier look left undone.
 */
export async function keepDuties(ctx: Context): Promise<void> {
  await syncObligations(ctx)
  await ctx.transaction(async (inner) => tellMoved(inner, await voidDuties(inner.sql)))
  await openDuties(ctx)
  await settleAndTell(ctx, { subjectKind: 'source', subjects: await listSources(ctx) })
  await settleComingDue(ctx)
  await ctx.transaction(async (inner) => tellMoved(inner, await markTimes(inner.sql, inner.now)))
  await keepLetters(ctx)
}

/** Closes what has been delivered, and tells of it in the same transaction. */
export function settleAndTell(ctx: Context, scope: Scope): Promise<void> {
  return ctx.transaction(async (inner) => tellMoved(inner, await settle(inner, scope)))
}

// Deliveries of which nothing was new raise no event: sources are asked at every look, figures when it matters.
async function listSources(ctx: Context): Promise<string[]> {
  const rows = await ctx.sql<{ subject: string }[]>`
    select distinct subject from duties.obligation where subject_kind = 'source' and ended_at is null`
  return rows.map(({ subject }) => subject)
}

async function settleComingDue(ctx: Context): Promise<void> {
  const subjects = (await listSubjectsComingDue(ctx.sql, ctx.now))
    .filter(({ subjectKind }) => subjectKind === 'indicator')
    .map(({ subject }) => subject)
  if (subjects.length > 0) await settleAndTell(ctx, { subjectKind: 'indicator', subjects })
}

/** Days of a calendar changed: what is not late yet is reckoned anew. */
export function reckonAnew(ctx: Context): Promise<void> {
  return ctx.transaction(async (inner) => {
    const settings = await getSettings(inner)
    const calendarOf = calendarsOf(inner)
    const changed: { id: number; dueAt: Date; warnAt: Date }[] = []
    for (const duty of await listOpenDuties(inner.sql)) {
      const calendar = await calendarOf(duty.organisation)
      if (!calendar || duty.cadence.every === 'hour') continue
      const { dueAt, warnAt } = timesOf(calendar, duty.cadence, duty.period, settings.warnBefore.value)
      if (dueAt.getTime() !== duty.dueAt.getTime() || warnAt.getTime() !== duty.warnAt.getTime())
        changed.push({ id: duty.id, dueAt, warnAt })
    }
    if (changed.length > 0) await setDue(inner.sql, changed)
  })
}
