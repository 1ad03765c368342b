import { partiesOf } from '#identity'
import type { Context } from '#platform/context'
import { conflict, notFound } from '#platform/errors'
import type { Held, Key } from '../held.ts'
import { canAskExtension, isFulfilled } from '../model.ts'
import { changePart, move } from '../moving.ts'
import { agencyOf, tell } from '../notices.ts'
import { demand, givePermission, hasWorked, mayDecide, mayVerify } from '../rights.ts'
import type { Part } from '../store.ts'
import { closeExtensionItem } from '../waiting.ts'
import { checkWords } from '../working/progress.ts'
import { closeRequest, findOpenRequest } from '../working/request-store.ts'

/** The result is confirmed by somebody who had no hand in it. */
export function verifyResult(ctx: Context, key: Key, words?: string): Promise<Part> {
  return verifying(ctx, key, async (held) => {
    // Where the data were to say it, a person who says it instead gives a reason.
    const note = held.part.condition ? checkWords(words ?? '', 'words') : words?.trim() || undefined
    const part = await close(held, note, {})
    await tell(held, 'verified', [agencyOf(part)], { note: note ?? '' })
    return part
  })
}

/** In time is what was handed in before the deadline; how long the verifier takes is not the agency's. */
function close(held: Held, note: string | undefined, details: Record<string, string | number>): Promise<Part> {
  const { ctx, part } = held
  const handedIn = part.submittedAt ?? ctx.now
  return move(held, 'verify', {
    patch: {
      doneAt: ctx.now,
      doneInTime: part.dueAt === null || handedIn <= part.dueAt,
      verifiedBy: ctx.actor.account ?? 'system',
      progress: 100,
    },
    note,
    details,
    resume: true,
  })
}

/** Not yet: the agency works on. Counted. */
export function returnResult(ctx: Context, key: Key, reason: string): Promise<Part> {
  return verifying(ctx, key, async (held) => {
    const said = checkWords(reason, 'reason')
    const part = await move(held, 'return', {
      patch: { returned: held.part.returned + 1, submittedAt: null },
      note: said,
      resume: true,
    })
    await tell(held, 'returned', [agencyOf(part)], { note: said })
    return part
  })
}

function verifying(ctx: Context, key: Key, work: (held: Held) => Promise<Part>): Promise<Part> {
  return changePart(ctx, key, (held) => {
    const { directive, part } = held
    demand(mayVerify(held.ctx, directive, part), givePermission, directive.authority)
    if (hasWorked(held.ctx, part))
      throw conflict(
        'directive.doer-verifies',
        'Người đã tham gia thực hiện, kể cả khi xử lý thay đồng nghiệp, không được xác nhận kết quả.',
        { doers: part.doers, parties: partiesOf(held.ctx.actor) },
      )
    return work(held)
  })
}

/** The data show that it is done: the proof is the fact that fulfilled the condition. Once; a second proof changes nothing. */
export function fulfilCondition(
  ctx: Context,
  code: string,
  proof: { factId: string; value: number; url: string },
): Promise<void> {
  return changePart(ctx, { code }, async (held) => {
    const { part } = held
    if (!part.condition) throw notFound('directive.condition', code)
    if (part.state === 'done' || part.state === 'withdrawn' || part.state === 'opinion' || part.state === 'issued')
      return
    if (!isFulfilled(part.condition, proof.value))
      throw conflict('directive.condition-open', 'Số liệu chưa đạt điều kiện của nhiệm vụ.', { value: proof.value })
    const details = { factId: proof.factId, value: proof.value, url: proof.url }
    const words = `Số liệu đạt điều kiện: ${proof.value.toLocaleString('vi-VN')}`
    await dropRequest(held)
    if (part.state === 'assigned') await move(held, 'accept', { note: words })
    if (held.part.state === 'adjustment-asked') {
      await move(held, 'settle-adjustment', { note: words, resume: true })
      await move(held, 'accept', { note: words })
    }
    if (canAskExtension(held.part.state))
      await move(held, 'submit', { note: words, patch: { submittedAt: held.ctx.now }, pause: 'verification' })
    const done = await close(held, words, details)
    await tell(held, 'verified', [agencyOf(done)], { note: words })
  })
}

async function dropRequest(held: Held): Promise<void> {
  const request = await findOpenRequest(held.ctx.sql, held.part.code)
  if (!request) return
  await closeRequest(held.ctx, request.id, { decision: 'dropped', grantedDays: null, answer: null })
  await closeExtensionItem(held)
}

/** Takes the task back. */
export function withdrawTask(ctx: Context, key: Key, reason: string): Promise<Part> {
  return changePart(ctx, key, async (held) => {
    demand(mayDecide(held.ctx, held.directive), givePermission, held.directive.authority)
    const said = checkWords(reason, 'reason')
    const wasOpinion = held.part.state === 'opinion'
    const part = await move(held, 'withdraw', { note: said, resume: true })
    await dropRequest(held)
    if (!wasOpinion) await tell(held, 'withdrawn', [agencyOf(part)], { note: said })
    return part
  })
}

/** A new round: the clock starts anew, the agency takes it up and proves it again. Who worked in any round still cannot verify. */
export function reopenTask(ctx: Context, key: Key, wish: { reason: string; days: number }): Promise<Part> {
  return changePart(ctx, key, async (held) => {
    demand(mayDecide(held.ctx, held.directive), givePermission, held.directive.authority)
    const said = checkWords(wish.reason, 'reason')
    const { part: before, ctx: inner } = held
    const part = await move(held, 'reopen', {
      patch: {
        round: before.round + 1,
        startedAt: inner.now,
        budgetAmount: wish.days,
        budgetUnit: 'working-day',
        dueOn: null,
        pauses: [],
        progress: 0,
        escalated: 0,
        submittedAt: null,
        doneAt: null,
        doneInTime: null,
        verifiedBy: null,
      },
      note: said,
      details: { round: before.round + 1, days: wish.days },
    })
    await tell(held, 'issued', [agencyOf(part)], { note: said })
    return part
  })
}
