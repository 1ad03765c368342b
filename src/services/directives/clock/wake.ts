// What the timers do when their time has come. The job only wakes this; tests call it with a context of another `now`.
import { settleClocks } from '#calendar'
import type { Context } from '#platform/context'
import type { Held } from '../held.ts'
import { owedStates } from '../model.ts'
import { apply, hold } from '../moving.ts'
import { agencyOf, giversOf, headsOf, tell } from '../notices.ts'
import { findPart, lockDirective } from '../store.ts'
import { climbNames, listClimbed, stepsOf } from './ladder.ts'
import { partClocks } from './recount.ts'
import { listDueParts, lockDueTimers, markTimer, type WaitingTimer } from './timers.ts'

const partsAtOnce = 500

/** Warns, marks late and climbs, for every part whose time has come. @returns how many rows were done. */
export async function wakeTimers(ctx: Context): Promise<number> {
  let done = 0
  for (;;) {
    // By the calendar as it is now: a timer of the one before must not go off.
    await settleClocks(ctx, partClocks)
    const parts = await listDueParts(ctx.sql, ctx.now, partsAtOnce)
    for (const { part } of parts) done += await wakePart(ctx, part)
    if (parts.length < partsAtOnce) return done
  }
}

/** One part, one transaction: what is done and that it is done stand or fall together. */
function wakePart(ctx: Context, code: string): Promise<number> {
  return ctx.transaction(async (inner) => {
    const known = await findPart(inner.sql, code)
    const directive = known && (await lockDirective(inner.sql, known.directive))
    const part = directive && (await findPart(inner.sql, code))
    if (!part) return 0
    const held = await hold(inner, directive, part)
    const due = await lockDueTimers(inner.sql, code, inner.now)
    for (const timer of due) {
      await markTimer(inner.sql, timer.id, inner.now)
      if (isStill(held, timer)) await fire(held, timer)
    }
    return due.length
  })
}

const isStill = ({ part }: Held, timer: WaitingTimer): boolean =>
  owedStates.includes(part.state) && part.dueAt?.getTime() === timer.baseDueAt.getTime()

async function fire(held: Held, timer: WaitingTimer): Promise<void> {
  const dedupeKey = `directive:${timer.part}:${timer.kind}:${timer.step}:${timer.baseDueAt.toISOString()}`
  if (timer.kind === 'due-soon') {
    await apply(held, { deed: 'due-soon' })
    await tell(held, 'due-soon', [agencyOf(held.part)], { dedupeKey })
  } else if (timer.kind === 'late') {
    await apply(held, { deed: 'late' })
    await tell(held, 'late', [agencyOf(held.part), ...giversOf(held.directive)], { dedupeKey, urgency: 'urgent' })
  } else await climb(held, timer, dedupeKey)
}

async function climb(held: Held, timer: WaitingTimer, dedupeKey: string): Promise<void> {
  const { ctx, directive, settings } = held
  const { line } = held
  const step = stepsOf(settings, line)[timer.step - 1]
  if (!step) return
  const accounts = await listClimbed(ctx, settings, { to: step.to, directive, part: held.part })
  const note = line === 'commune' && step.to === 'head' ? 'Chủ tịch Ủy ban nhân dân cấp xã' : climbNames[step.to]
  await apply(held, {
    deed: 'escalate',
    patch: { escalated: Math.max(held.part.escalated, timer.step) },
    note,
    details: { step: timer.step, to: step.to, accounts },
  })
  const to = accounts.length > 0 ? accounts.map((account) => ({ account })) : [headsOf(held.part)]
  await tell(held, 'escalated', to, { note, dedupeKey, urgency: 'urgent' })
}
