import { appendEntry, type Json } from '#ledger'
import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { ownPerson } from '../actions/accounts.ts'
import * as accounts from '../store.ts'
import {
  approveInspections,
  askInspections,
  longestInspectionDays,
  type NewInspection,
  stateOfInspection,
} from './model.ts'
import * as store from './store.ts'

const dayMs = 24 * 3600_000
const faultIn = (path: string, message: string) => invalid(message, [{ path, message }])

/** Asks that somebody may inspect what a decision names; nothing is open to him until a second person has approved. */
export function askInspection(ctx: Context, wanted: NewInspection): Promise<number> {
  const asker = ownPerson(ctx)
  checkDays(ctx, wanted)
  return ctx.transaction(async (ctx) => {
    const account = await accounts.findAccount(ctx.sql, wanted.account)
    if (!account || account.machine || account.disabledAt)
      throw faultIn('account', 'Không có người nào đang dùng tài khoản này.')
    for (const code of wanted.organisations) {
      if (!(await findOrganisation(ctx.sql, code))) throw faultIn('organisations', `Không có đơn vị mang mã ${code}.`)
      ctx.require(askInspections, code)
    }
    const id = await store.insertInspection(ctx.sql, wanted, { account: asker, at: ctx.now })
    await record(ctx, 'inspection.asked', id, { ...wanted })
    return id
  })
}

function checkDays(ctx: Context, { decidedOn, periodFrom, periodTo, validFrom, validTo }: NewInspection): void {
  if (decidedOn > dayOf(ctx.now)) throw faultIn('decidedOn', 'Ngày của quyết định không thể ở sau hôm nay.')
  if (periodTo < periodFrom) throw faultIn('periodTo', 'Thời kỳ được thanh tra phải kết thúc từ ngày bắt đầu trở đi.')
  if (validFrom < decidedOn) throw faultIn('validFrom', 'Thời hạn không bắt đầu trước ngày của quyết định.')
  if (validTo < validFrom) throw faultIn('validTo', 'Ngày kết thúc phải từ ngày bắt đầu trở đi.')
  if (validTo < dayOf(ctx.now)) throw faultIn('validTo', 'Thời hạn này đã qua.')
  if (Date.parse(validTo) - Date.parse(validFrom) > longestInspectionDays * dayMs)
    throw faultIn('validTo', 'Thời hạn dài nhất một năm; gia hạn thì lập theo quyết định gia hạn.')
}

const record = (ctx: Context, action: InspectionDeed, id: number, body: Record<string, Json>) =>
  appendEntry(ctx, { action, subject: `inspection:${id}`, body })

type InspectionDeed = 'inspection.asked' | 'inspection.approved' | 'inspection.refused' | 'inspection.ended'

/** Approves or refuses; whoever asked, and the inspector himself, cannot. From then on the inspector's sessions have the right, on its days. */
export function decideInspection(ctx: Context, id: number, outcome: 'approved' | 'refused'): Promise<void> {
  const by = ownPerson(ctx)
  return ctx.transaction(async (ctx) => {
    const known = await lockOversight(ctx, id)
    if (stateOfInspection(known, dayOf(ctx.now)) !== 'asked')
      throw conflict('inspection.decided', 'Đề nghị này đã được quyết định hoặc đã quá thời hạn; xin tải lại trang.')
    if ([known.askedBy, known.account].includes(by))
      throw conflict(
        'inspection.second-person',
        'Người đề nghị và người được cấp quyền không tự duyệt; cần một người thứ hai.',
      )
    if (outcome === 'approved' && (await store.hasOverlap(ctx.sql, known)))
      throw conflict('inspection.overlap', 'Người này đang có quyền theo một quyết định khác trong cùng thời hạn.')
    await store.setOutcome(ctx.sql, id, { by, at: ctx.now, outcome })
    await record(ctx, outcome === 'approved' ? 'inspection.approved' : 'inspection.refused', id, {
      account: known.account,
      decisionNumber: known.decisionNumber,
    })
    await accounts.touchAccess(ctx.sql, known.account)
  })
}

/** Ends the right before its last day; it is gone with the next request. */
export function endInspection(ctx: Context, id: number, reason: string): Promise<void> {
  const by = ownPerson(ctx)
  if (reason.trim().length < 5) throw faultIn('lyDo', 'Xin nêu lý do kết thúc sớm.')
  return ctx.transaction(async (ctx) => {
    const known = await lockOversight(ctx, id)
    if (!['now', 'later'].includes(stateOfInspection(known, dayOf(ctx.now))))
      throw conflict('inspection.over', 'Quyền này không còn hiệu lực; xin tải lại trang.')
    await store.setEnded(ctx.sql, id, { by, at: ctx.now, reason: reason.trim() })
    await record(ctx, 'inspection.ended', id, { account: known.account, reason: reason.trim() })
    await accounts.touchAccess(ctx.sql, known.account)
  })
}

async function lockOversight(ctx: Context, id: number): Promise<store.Inspection> {
  const known = await store.lockInspection(ctx.sql, id)
  if (!known) throw notFound('inspection', String(id))
  requireOversight(ctx, known)
  return known
}

/** @throws Problem 403 unless every agency of the decision is within reach. */
export function requireOversight(ctx: Context, { organisations }: store.Inspection): void {
  if (!oversees(ctx, organisations)) throw forbidden(approveInspections, organisations[0])
}

export const oversees = (ctx: Context, organisations: readonly string[]): boolean =>
  organisations.every((code) => ctx.can(approveInspections, code))
