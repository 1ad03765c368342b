import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import { findContent, lockContentAlone } from '../store.ts'
import { isDue } from './rule-store.ts'
import {
  decideDisposal,
  endKeeping,
  insertDisposal,
  insertHold,
  isHeld,
  liftHold,
  listItems,
  lockDisposal,
  setOutcome,
} from './store.ts'

export const manageFiles = 'file:manage'
export const approveDisposal = 'file:dispose'

const mostItems = 1000
const by = (ctx: Context) => ctx.actor.account ?? 'system'

const need = (field: string, text: string | undefined, message: string): string => {
  const words = text?.trim().slice(0, 500)
  if (!words) throw invalid(message, [{ path: field, message }])
  return words
}

/** Stops disposal of a content, whoever keeps it. @throws Problem 404, 422 */
export function holdFile(ctx: Context, sha256: string, asked: { reason?: string; document?: string }): Promise<void> {
  ctx.require(manageFiles)
  return ctx.transaction(async (inner) => {
    const hash = sha256.trim().toLowerCase()
    const file = await findContent(inner.sql, hash)
    if (!file)
      throw invalid('Không có tệp nào mang mã băm này.', [{ path: 'ma', message: 'Không có tệp nào mang mã băm này.' }])
    const reason = need('ly-do', asked.reason, 'Hãy ghi lý do giữ.')
    const document = need('van-ban', asked.document, 'Hãy ghi văn bản yêu cầu giữ.')
    // One that is being disposed of at this moment is waited for.
    await lockContentAlone(inner.sql, hash)
    await insertHold(inner.sql, { sha256: hash, reason, document, placedBy: by(inner), placedAt: inner.now })
    await appendEntry(inner, { action: 'file.held', subject: `file:${hash}`, body: { reason, document } })
  })
}

export function releaseHold(ctx: Context, id: number, why: string | undefined): Promise<void> {
  ctx.require(manageFiles)
  return ctx.transaction(async (inner) => {
    const words = need('ly-do-bo', why, 'Hãy ghi lý do bỏ lệnh giữ.')
    const sha256 = await liftHold(inner.sql, id, { by: by(inner), at: inner.now, why: words })
    if (!sha256) throw notFound('hold', String(id))
    await appendEntry(inner, { action: 'file.released', subject: `file:${sha256}`, body: { why: words } })
  })
}

/** A list of everything whose last day is past. @throws Problem 409 when there is nothing. */
export function drawDisposal(ctx: Context, today: string): Promise<number> {
  ctx.require(manageFiles)
  return ctx.transaction(async (inner) => {
    const drawn = await insertDisposal(inner.sql, { by: by(inner), at: inner.now, untilOn: today, most: mostItems })
    if (!drawn) throw conflict('disposal.nothing', 'Chưa có tệp nào hết thời hạn bảo quản.')
    await appendEntry(inner, {
      action: 'disposal.drafted',
      subject: `disposal:${drawn.id}`,
      body: { items: drawn.items },
    })
    return drawn.id
  })
}

/**
 * Approves a list, or drops it. Two persons: who drew it up does not approve it. What was put on hold meanwhile, or is to be kept longer, stays; the bytes of the
 * rest are no longer opened from this moment, and the sweep removes them. @throws Problem 404, 409, 422
 */
export function decideOnDisposal(
  ctx: Context,
  id: number,
  decision: { approve: boolean; document?: string },
): Promise<void> {
  ctx.require(approveDisposal)
  return ctx.transaction(async (inner) => {
    const list = await lockDisposal(inner.sql, id)
    if (!list) throw notFound('disposal', String(id))
    if (list.state !== 'drawn') throw conflict('disposal.decided', 'Danh mục này đã được quyết định.')
    if (decision.approve && list.drawnBy === by(inner))
      throw conflict(
        'disposal.same-person',
        'Người lập danh mục không được tự duyệt. Hãy chuyển người khác có quyền duyệt.',
      )
    const document = decision.approve
      ? need('van-ban-duyet', decision.document, 'Hãy ghi số quyết định tiêu hủy.')
      : null
    const state = decision.approve ? 'approved' : 'dropped'
    let disposed = 0
    if (decision.approve)
      for (const item of await listItems(inner.sql, id, mostItems)) {
        await lockContentAlone(inner.sql, item.sha256)
        // Asked again under the lock.
        if (await isHeld(inner.sql, item.sha256)) await setOutcome(inner.sql, id, item.keeping, 'held')
        else if (!(await isDue(inner.sql, item.keeping, list.untilOn)))
          await setOutcome(inner.sql, id, item.keeping, 'kept-longer')
        else {
          const gone = await endKeeping(inner.sql, id, item, inner.now)
          disposed += gone ? 1 : 0
          await setOutcome(inner.sql, id, item.keeping, gone ? 'disposed' : 'kept-elsewhere')
        }
      }
    await decideDisposal(inner.sql, id, { state, by: by(inner), at: inner.now, document })
    await appendEntry(inner, {
      action: decision.approve ? 'disposal.approved' : 'disposal.dropped',
      subject: `disposal:${id}`,
      body: { document, disposed },
    })
  })
}
