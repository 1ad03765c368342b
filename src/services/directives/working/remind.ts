import type { Context } from '#platform/context'
import { conflict } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { owedStates } from '../model.ts'
import { apply, changePart } from '../moving.ts'
import { agencyOf, tell } from '../notices.ts'
import { demand, givePermission, mayDecide } from '../rights.ts'
import type { Part } from '../store.ts'

/** The giver asks how it goes: a message to the agency, at most once a day, and a line in the timeline. */
export function remindAgency(ctx: Context, code: string): Promise<Part> {
  return changePart(ctx, { code }, async (held) => {
    demand(mayDecide(held.ctx, held.directive), givePermission, held.directive.authority)
    if (!owedStates.includes(held.part.state))
      throw conflict('directive.not-owed', 'Chỉ nhắc khi cơ quan chủ trì còn phải làm.', { state: held.part.state })
    const part = await apply(held, { deed: 'remind' })
    const day = dayOf(held.ctx.now)
    await tell(held, 'due-soon', [agencyOf(part)], { dedupeKey: `directive.remind:${code}:${day}` })
    return part
  })
}
