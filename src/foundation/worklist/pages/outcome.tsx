import { z } from 'zod'
import type { Context } from '#platform/context'
import { formatNumber, Notice } from '#ui'
import { nameAccounts, overseePermission, titleFor } from '../actions.ts'
import { findItems, type Item } from '../store.ts'
import { Ids } from './filter.ts'

/** What a press has done, told by the page it leads back to: how many, which, and what could not be done. */
export const OutcomeQuery = z.object({
  xong: z.enum(['nhan', 'tra', 'ban-giao']).optional().catch(undefined),
  viec: Ids,
  /** What somebody else had taken before. */
  khac: Ids,
  so: z.coerce.number().int().min(0).catch(0),
  /** Not there any more, or not the reader's. */
  mat: z.coerce.number().int().min(0).catch(0),
  /** Gone to the piles of their units instead. */
  ve: z.coerce.number().int().min(0).catch(0),
  nguoi: z.string().max(63).optional(),
})
export type OutcomeQuery = z.infer<typeof OutcomeQuery>

export const outcomeNames = Object.keys(OutcomeQuery.shape)

const titlesShown = 5

export interface OutcomeWords {
  title: string
  lines: string[]
  isPartial: boolean
}

export async function readOutcome(ctx: Context, query: OutcomeQuery): Promise<OutcomeWords | undefined> {
  if (!query.xong) return undefined
  const mayKnow = (item: Item) =>
    ctx.can(item.permission, item.organisation) || ctx.can(overseePermission, item.organisation)
  const done = (await findItems(ctx.sql, query.viec.slice(0, titlesShown))).filter(mayKnow)
  const taken = (await findItems(ctx.sql, query.khac.slice(0, titlesShown))).filter(mayKnow)
  const names = await nameAccounts(ctx, [query.nguoi ?? '', ...taken.map(({ holder }) => holder ?? '')])
  const count = `${formatNumber(query.so)} việc`
  const titles = {
    nhan: `Đã nhận ${count}`,
    tra: `Đã trả ${count} về phần chưa ai nhận của đơn vị`,
    'ban-giao': `Đã bàn giao ${count} cho ${names.get(query.nguoi ?? '') ?? 'đồng nghiệp'}`,
  }
  const rest = query.so - done.length
  const which = done.map((item) => titleFor(ctx, item)).join('; ')
  return {
    title: titles[query.xong],
    isPartial: query.so === 0 || taken.length > 0 || query.mat > 0,
    lines: [
      ...(which ? [rest > 0 ? `${which}; và ${formatNumber(rest)} việc nữa.` : `${which}.`] : []),
      ...taken.map((item) => sayTaken(titleFor(ctx, item), names.get(item.holder ?? ''))),
      ...(query.ve > 0
        ? [`${formatNumber(query.ve)} việc người nhận không có quyền làm đã về phần chưa ai nhận của đơn vị.`]
        : []),
      ...(query.mat > 0 ? [`${formatNumber(query.mat)} việc đã xong hoặc không còn thuộc quyền của ông/bà.`] : []),
    ],
  }
}

const sayTaken = (title: string, by: string | undefined): string =>
  by ? `“${title}” đã được ${by} nhận trước.` : `“${title}” vừa được trả lại; xin nhận lại.`

export function Outcome({ outcome }: { outcome: OutcomeWords | undefined }) {
  if (!outcome) return null
  return (
    <Notice tone={outcome.isPartial ? 'warning' : 'done'} role="status" title={outcome.title}>
      {outcome.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Notice>
  )
}
