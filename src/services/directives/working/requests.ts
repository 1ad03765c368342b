// What the agency asks of the giver: other terms before it starts, more time while it works. One request waits at a time; whoever asked
// does not decide.
import { partiesOf } from '#identity'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid } from '#platform/errors'
import { budgetOf } from '../clock/terms.ts'
import { authorityOver } from '../giving/give.ts'
import type { Held, Key } from '../held.ts'
import { canAskExtension, type Deadline } from '../model.ts'
import { apply, changePart, move } from '../moving.ts'
import { agencyOf, giversOf, tell } from '../notices.ts'
import { demand, givePermission, mayDecide, mayWork, workPermission } from '../rights.ts'
import type { Part } from '../store.ts'
import { closeExtensionItem, openExtensionItem } from '../waiting.ts'
import { checkWords, withDoers } from './progress.ts'
import { closeRequest, findOpenRequest, insertRequest, type Request } from './request-store.ts'

/** Other terms: another agency, another deadline, other words; decided by the giver. */
export function askAdjustment(ctx: Context, key: Key, reason: string): Promise<Part> {
  ctx.require(workPermission)
  return changePart(ctx, key, async (held) => {
    demand(mayWork(held.ctx, held.directive, held.part), workPermission, held.part.organisation)
    const said = checkWords(reason, 'reason')
    await refuseSecond(held)
    const part = await move(held, 'ask-adjustment', { note: said, patch: withDoers(held), pause: 'adjustment' })
    await insertRequest(held.ctx, part, { kind: 'adjustment', reason: said, days: null })
    await tell(held, 'adjustment-asked', giversOf(held.directive), { note: said })
    return part
  })
}

export interface Adjustment {
  granted: boolean
  answer: string
  /** What is changed when it is granted; absent stays as it is. */
  organisation?: string | undefined
  deadline?: Deadline | undefined
  task?: string | undefined
}

/** The giver's answer. Granted or not, the task is handed out again and taken up anew. */
export function decideAdjustment(ctx: Context, key: Key, decision: Adjustment): Promise<Part> {
  return deciding(ctx, key, 'adjustment', async (held, request) => {
    const answer = checkWords(decision.answer, 'answer')
    await closeRequest(held.ctx, request.id, {
      decision: decision.granted ? 'granted' : 'refused',
      grantedDays: null,
      answer,
    })
    const patch = decision.granted ? await termsAfter(held, decision) : {}
    const before = held.part.organisation
    const part = await move(held, 'settle-adjustment', {
      patch,
      note: answer,
      details: { granted: decision.granted, organisation: patch.organisation ?? before },
      resume: true,
    })
    const note = `${decision.granted ? 'đồng ý' : 'không đồng ý'}: ${answer}`
    await tell(
      held,
      'adjustment-decided',
      [
        agencyOf(held.part),
        ...(part.organisation === before ? [] : [{ ...agencyOf(held.part), organisation: before }]),
      ],
      { note },
    )
    return part
  })
}

async function termsAfter(held: Held, { organisation, deadline, task }: Adjustment): Promise<Partial<Part>> {
  const { ctx, settings, part } = held
  const patch: Partial<Part> = {}
  if (organisation && organisation !== part.organisation) {
    if (!(await authorityOver(ctx, organisation))) throw forbidden(givePermission, organisation)
    patch.organisation = organisation
    patch.coOrganisations = part.coOrganisations.filter((code) => code !== organisation)
  }
  if (deadline) {
    const { amount, unit } = budgetOf(deadline, settings.deadlines.default)
    // The new span counts from the decision: the old one ran while nobody could work.
    Object.assign(patch, { budgetAmount: amount, budgetUnit: unit, startedAt: ctx.now, pauses: [] })
  }
  if (task) patch.task = checkWords(task, 'task')
  return patch
}

/** More time, in working days. The clock runs on while it waits, unless the pack says otherwise. */
export function askExtension(ctx: Context, key: Key, wish: { days: number; reason: string }): Promise<Part> {
  ctx.require(workPermission)
  return changePart(ctx, key, async (held) => {
    demand(mayWork(held.ctx, held.directive, held.part), workPermission, held.part.organisation)
    if (!canAskExtension(held.part.state))
      throw conflict('directive.illegal-transition', 'Chỉ đề nghị gia hạn khi nhiệm vụ đang được thực hiện.', {
        state: held.part.state,
      })
    const days = checkDays(wish.days)
    const reason = checkWords(wish.reason, 'reason')
    await refuseSecond(held)
    await insertRequest(held.ctx, held.part, { kind: 'extension', reason, days })
    const part = await apply(held, {
      deed: 'ask-extension',
      patch: withDoers(held),
      note: reason,
      details: { days },
      pause: 'extension',
    })
    await openExtensionItem(held)
    await tell(held, 'extension-asked', giversOf(held.directive), { note: `thêm ${days} ngày làm việc, ${reason}` })
    return part
  })
}

export function decideExtension(
  ctx: Context,
  key: Key,
  decision: { granted: boolean; days?: number | undefined; answer: string },
): Promise<Part> {
  return deciding(ctx, key, 'extension', async (held, request) => {
    const answer = checkWords(decision.answer, 'answer')
    const days = decision.granted ? checkDays(decision.days ?? request.days ?? 0) : null
    await closeRequest(held.ctx, request.id, {
      decision: decision.granted ? 'granted' : 'refused',
      grantedDays: days,
      answer,
    })
    const part = await apply(held, {
      deed: 'settle-extension',
      patch: days ? { budgetAmount: held.part.budgetAmount + days } : {},
      note: answer,
      details: { granted: decision.granted, days: days ?? 0 },
      resume: true,
    })
    await closeExtensionItem(held)
    const note = days ? `đồng ý thêm ${days} ngày làm việc, ${answer}.` : `không đồng ý, ${answer}.`
    await tell(held, 'extension-decided', [agencyOf(part)], { note })
    return part
  })
}

function deciding(
  ctx: Context,
  key: Key,
  kind: Request['kind'],
  work: (held: Held, request: Request) => Promise<Part>,
): Promise<Part> {
  return changePart(ctx, key, async (held) => {
    demand(mayDecide(held.ctx, held.directive), givePermission, held.directive.authority)
    const request = await findOpenRequest(held.ctx.sql, held.part.code)
    if (request?.kind !== kind) throw conflict('directive.request-decided', 'Đề nghị này đã được trả lời.')
    if (partiesOf(held.ctx.actor).some((account) => request.askedBy.includes(account)))
      throw conflict('directive.own-request', 'Người đề nghị không tự quyết định đề nghị của mình.')
    return work(held, request)
  })
}

async function refuseSecond({ ctx, part }: Held): Promise<void> {
  if (await findOpenRequest(ctx.sql, part.code))
    throw conflict('directive.request-waits', 'Một đề nghị khác đang chờ quyết định.')
}

function checkDays(days: number): number {
  if (Number.isInteger(days) && days >= 1 && days <= 250) return days
  const message = 'Số ngày làm việc là số nguyên từ 1 đến 250.'
  throw invalid(message, [{ path: 'days', message }])
}
