// What a changed calendar does to the parts under way: deadlines move with it, and what waits for them; the timeline says why. A part whose
// deadline stays may still wait for steps of escalation that fall on the changed days.
import type { CalendarBook } from '#calendar'
import type { ClockMove } from '#platform/capability'
import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { moveDues } from '#worklist'
import { clocksMoved } from '../events.ts'
import { partPath } from '../paths.ts'
import { getSettings } from '../settings.ts'
import { insertHops } from '../store.ts'
import { itemKindsOf } from '../waiting.ts'
import { placeOf } from './ladder.ts'
import { listOwed, lockWholes, type OwedPart, setDues } from './recount-store.ts'
import { dueOf } from './terms.ts'
import { changeTimers, compareTimers, planTimers, type TimerChanges } from './timers.ts'

export interface PartMove extends ClockMove {
  part: OwedPart
  changes: TimerChanges | undefined
}

export const partClocks: CalendarBook<PartMove> = {
  name: 'directives.part',
  title: 'Hạn nhiệm vụ chỉ đạo',
  async reckon(ctx, { since, calendarOf, after, limit, hold }) {
    if (hold) await lockWholes(ctx.sql, { since, after, limit })
    // Read after the lock: somebody may have changed them while it was waited for.
    const parts = await listOwed(ctx.sql, { since, after, limit })
    const settings = await getSettings(ctx.sql)
    const lineOf = lines(ctx)
    const moves: PartMove[] = []
    for (const part of parts) {
      const compiled = calendarOf(part.organisation) ?? calendarOf(part.authority)
      if (!compiled) continue
      const dueAt = dueOf(compiled, part, settings)
      const planned = planTimers(compiled, { ...part, dueAt }, settings, await lineOf(part.organisation))
      const changes = compareTimers(part.timers, dueAt, planned)
      if (!changes && part.dueAt?.getTime() === dueAt?.getTime()) continue
      const { code, organisation } = part
      moves.push({
        key: code,
        code,
        organisation,
        url: partPath(code),
        before: part.dueAt,
        after: dueAt,
        part,
        changes,
      })
    }
    return { seen: parts.length, last: parts.length < limit ? undefined : parts.at(-1)?.code, moves }
  },
  async move(ctx, moves) {
    const { sql, now } = ctx
    const timers = moves.flatMap(({ code, after, changes }) => (changes ? [{ part: code, dueAt: after, changes }] : []))
    const moved = moves.filter(({ before, after }) => before?.getTime() !== after?.getTime())
    if (moved.length === 0) return changeTimers(sql, timers)
    const dues = moved.map(({ code, after }) => ({ code, dueAt: after }))
    const hops = moved.map(({ part }) => hopOf(ctx, part))
    const items = moved.flatMap(({ code, after, part }) =>
      itemKindsOf(part.state).map((kind) => ({ kind, code, dueAt: after })),
    )
    // None waits for another's answer: while the database writes one, the next is made ready.
    await Promise.all([
      changeTimers(sql, timers),
      setDues(sql, dues, now),
      insertHops(sql, hops),
      moveDues(ctx, 'directives', items),
    ])
    await ctx.publish(clocksMoved, { parts: moved.length })
    await announce(sql, ['directive', ...new Set(moved.map(({ part }) => `directive:${part.directive}`))])
  },
}

/** Under which line an organisation stands, asked once. */
function lines(ctx: Context) {
  const known = new Map<string, Awaited<ReturnType<typeof placeOf>>['line']>()
  return async (organisation: string) => {
    const line = known.get(organisation) ?? (await placeOf(ctx, organisation)).line
    known.set(organisation, line)
    return line
  }
}

function hopOf({ actor, now }: Context, { code, state }: OwedPart) {
  return {
    part: code,
    deed: 'recount',
    fromState: state,
    toState: state,
    at: now,
    account: actor.account ?? 'system',
    actorName: actor.name,
    onBehalfOf: null,
    onBehalfName: null,
    note: 'Lịch làm việc thay đổi, hạn được tính lại.',
    details: {},
  }
}
