// A page of this room asked as of an earlier moment: the clock stands then, and nothing can be done.

import type { ComponentChildren } from 'preact'
import { z } from 'zod'
import { type AsOf, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply } from '#platform/http'
import { AsOfNotice, AsOfQuestion, formatDateTime, Notice } from '#ui'
import { findKeptSince, type Thing } from '../past-store.ts'

/** `tai=` in the address. */
export const Moment = z.string().max(30).optional()

export interface Past {
  at: AsOf | undefined
  /** What the page is made with. */
  ctx: Context
}

export async function readPast(ctx: Context, tai: string | undefined): Promise<Past> {
  const at = await readAsOf(ctx, tai)
  if (!at) return { at, ctx }
  const can: Context['can'] = (permission, organisation) =>
    permission.endsWith(':read') && ctx.can(permission, organisation)
  return { at, ctx: { ...ctx, now: at.knownAt, can } }
}

/** Of a moment at which nothing was kept yet: nothing is said rather than that nobody was there. */
export const emptyPage = (
  { at }: Past,
  { title, what, notice }: { title: string; what: string; notice: ComponentChildren },
): Reply =>
  page({
    title,
    body: (
      <div class="stack-large">
        <AsOfNotice at={at} what={what} />
        {notice}
        <AsOfQuestion at={at} what={what} />
      </div>
    ),
  })

/** Says since when it is known how things stood, where an earlier moment is asked for. */
export async function keptNotice({ ctx, at }: Past, thing: Thing) {
  const since = at && (await findKeptSince(ctx.sql, thing))
  if (!at || (since && since <= at.knownAt)) return null
  return (
    <Notice
      tone="warning"
      title={
        since
          ? `Chỉ xem lại được từ ${formatDateTime(since, at.timeZone)}`
          : 'Chưa có gì được lưu để xem lại theo thời điểm'
      }
    >
      Trước đó hệ thống chưa lưu trạng thái theo thời điểm, nên trang này để trống thay vì hiện trạng thái hôm nay.
    </Notice>
  )
}
