import { settleClocks } from '#calendar'
import type { Context } from '#platform/context'
import { keepLetters } from '../reminders/draft.ts'
import { listSubjectsComingDue, markTimes, type Scope, voidDuties } from '../store.ts'
import { dutyClocks } from './clocks.ts'
import { syncObligations } from './obligations.ts'
import { openDuties } from './open.ts'
import { settle } from './settle.ts'
import { tellMoved } from './tell.ts'

/**
 * One look at the clock: what is owed is brought up to date, due periods are opened, deliveries close them, what is near or past its
 * time is marked, and letters are drafted or handed on. Each step is a transaction of its own and finds by itself what an earlier look left undone.
 */
export async function keepDuties(ctx: Context): Promise<void> {
  // By the calendar as it is now: nothing is marked by the one before.
  await settleClocks(ctx, dutyClocks)
  await syncObligations(ctx)
  await ctx.transaction(async (inner) => tellMoved(inner, await voidDuties(inner.sql, inner.now)))
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
