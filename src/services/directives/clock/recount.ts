// A calendar changed: deadlines of what is under way move with it, and the timeline says why.
import type { Context } from '#platform/context'
import { owedStates } from '../model.ts'
import { apply, hold } from '../moving.ts'
import { findPart, lockDirective } from '../store.ts'
import { dueOf } from './terms.ts'

/** @returns how many deadlines moved. Doing it twice moves none the second time. */
export async function recountClocks(ctx: Context): Promise<number> {
  const open = await ctx.sql<{ code: string }[]>`
    select code from directives.part where state = any(${[...owedStates]}) and started_at is not null order by code`
  let moved = 0
  for (const { code } of open) moved += (await recount(ctx, code)) ? 1 : 0
  return moved
}

async function recount(ctx: Context, code: string): Promise<boolean> {
  const quick = await findPart(ctx.sql, code)
  if (!quick) return false
  return ctx.transaction(async (inner) => {
    const directive = await lockDirective(inner.sql, quick.directive)
    const part = directive && (await findPart(inner.sql, code))
    if (!part || !owedStates.includes(part.state)) return false
    const held = await hold(inner, directive, part)
    const due = dueOf(held.compiled, part, held.settings)
    if (due?.getTime() === part.dueAt?.getTime()) return false
    await apply(held, { deed: 'recount', note: 'Lịch làm việc thay đổi, hạn được tính lại.' })
    return true
  })
}
