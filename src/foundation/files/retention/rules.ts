import { z } from 'zod'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { forbidden, invalid, notFound } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { manageFiles } from './actions.ts'
import { applyChange, findRule, forecastChange, insertChange, lockDueChanges } from './rule-store.ts'
import type { Rule } from './store.ts'

export interface WishedRule {
  years: number | null
  citation: string
  /** The day from which it holds. */
  fromOn: string
}

export const today = (ctx: Context): string => dayOf(ctx.now)

export async function getRule(ctx: Context, use: string): Promise<Rule> {
  const rule = await findRule(ctx.sql, use)
  if (!rule) throw notFound('file-retention', use)
  return rule
}

const Typed = (earliest: string) =>
  z.object({
    years: z.coerce
      .number('Hãy ghi số năm bằng chữ số, hoặc chọn lưu vĩnh viễn.')
      .int('Số năm phải là số nguyên.')
      .min(1, 'Thời hạn từ 1 đến 100 năm.')
      .max(100, 'Thời hạn từ 1 đến 100 năm.')
      .nullable(),
    citation: z.string().trim().min(1, 'Hãy ghi văn bản quy định thời hạn: số, ngày, điều, khoản.').max(500),
    fromOn: z.iso
      .date('Hãy ghi đủ ngày, tháng, năm áp dụng, ví dụ 01/01/2027.')
      .refine((on) => on >= earliest, 'Ngày áp dụng không được trước hôm nay.'),
  })

/** @throws Problem 422 that names what is wrong, all at once. */
export function readWish(ctx: Context, typed: unknown): WishedRule {
  const read = Typed(today(ctx)).safeParse(typed)
  if (read.success) return read.data
  const faults = read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw invalid('Thời hạn chưa lưu được; xin sửa các chỗ được nêu.', faults)
}

/**
 * Sets how long a use is kept from a day on: what is kept already and what will be. One that holds from today does so at once; the others
 * on their day.
 */
export async function changeRule(ctx: Context, use: string, wish: WishedRule): Promise<void> {
  ctx.require(manageFiles)
  // It holds for the whole installation.
  if (ctx.reach(manageFiles) !== 'all') throw forbidden(manageFiles)
  const rule = await getRule(ctx, use)
  await ctx.transaction(async (inner) => {
    const forecast = await forecastChange(inner.sql, { use, years: wish.years, on: wish.fromOn })
    await insertChange(inner.sql, { use, ...wish, changedBy: inner.actor.account ?? 'system', changedAt: inner.now })
    await appendEntry(inner, {
      action: 'file-retention.changed',
      subject: `file-retention:${use}`,
      body: { ...wish, before: { years: rule.years, citation: rule.citation }, forecast: { ...forecast } },
    })
    await applyDueRules(inner)
  })
}

/** Rules whose day has come. */
export function applyDueRules(ctx: Context): Promise<void> {
  return ctx.transaction(async (inner) => {
    for (const change of await lockDueChanges(inner.sql, today(inner))) {
      const moved = await applyChange(inner.sql, change, inner.now)
      await appendEntry(inner, {
        action: 'file-retention.applied',
        subject: `file-retention:${change.use}`,
        body: { years: change.years, citation: change.citation, moved },
      })
    }
  })
}
