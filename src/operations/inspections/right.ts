import { periodRange } from '#calendar'
import { appendEntry, type Json } from '#ledger'
import type { Context, InspectionRight } from '#platform/context'
import { Problem } from '#platform/errors'

/** Held by an inspector while his decision holds, over its agencies. */
export const inspect = 'inspection:read'

export interface LookedAt {
  indicator: string
  organisation?: string
  period?: string
}

/** @throws Problem 403 unless the actor inspects by a decision that holds. */
export function requireInspection(ctx: Context): InspectionRight {
  ctx.require(inspect)
  const { inspection } = ctx.actor
  if (!inspection)
    throw new Problem('inspection.none', 403, 'Ông/bà chưa có quyết định thanh tra, kiểm tra nào đang hiệu lực.')
  return inspection
}

/** Why a number lies outside of the decision, in words; nothing where it lies within. */
export function faultOfScope(right: InspectionRight, { indicator, period }: LookedAt): string | undefined {
  if (right.subjects.length > 0 && !right.subjects.includes(indicator))
    return `Quyết định số ${right.decisionNumber} không gồm chỉ tiêu này.`
  if (period === undefined) return undefined
  const { from, to } = daysOf(period)
  if (from > right.periodTo || to < right.periodFrom)
    return `Kỳ này nằm ngoài thời kỳ được thanh tra theo Quyết định số ${right.decisionNumber}.`
  return undefined
}

/** Spans of years (`2021/2025`) are no periods of the calendar. */
export function daysOf(period: string): { from: string; to: string } {
  const [, first, last] = /^(\d{4})\/(\d{4})$/.exec(period) ?? []
  return first && last ? { from: `${first}-01-01`, to: `${last}-12-31` } : periodRange(period)
}

/** @throws Problem 403 for what the decision does not name. */
export function requireScope(ctx: Context, looked: LookedAt): void {
  const right = requireInspection(ctx)
  if (looked.organisation !== undefined) ctx.require(inspect, looked.organisation)
  const fault = faultOfScope(right, looked)
  if (fault) throw new Problem('inspection.outside', 403, fault, { ...looked })
}

/** Looks at something; a refusal is written down. */
export async function look<T>(
  ctx: Context,
  at: Record<string, Json | undefined>,
  work: () => Promise<T> | T,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem && error.status === 403 && ctx.actor.inspection)
      await record(ctx, 'inspection.look-refused', { ...at, code: error.code })
    throw error
  }
}

type Look =
  | 'inspection.number-opened'
  | 'inspection.ledger-opened'
  | 'inspection.evidence-taken'
  | 'inspection.look-refused'

/** Everything he opens is in the ledger, under the decision. */
export async function record(ctx: Context, action: Look, body: Record<string, Json | undefined>): Promise<void> {
  const right = requireInspection(ctx)
  const said = Object.fromEntries(Object.entries(body).filter((pair): pair is [string, Json] => pair[1] !== undefined))
  await appendEntry(ctx, {
    action,
    subject: `inspection:${right.id}`,
    purpose: `Quyết định số ${right.decisionNumber} ngày ${right.decidedOn}`,
    body: said,
  })
}
