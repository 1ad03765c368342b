import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { closeOne } from '../actions.ts'
import { lockAlerts } from '../store.ts'

const withdrawnReason = 'Rút lại: số liệu đến muộn cho thấy điều kiện báo chưa từng xảy ra.'

/** Takes back what late records disprove: the occurrence goes, and an alert of which nothing is left is closed with that reason. */
export async function withdraw(ctx: Context, gone: readonly { fingerprint: string; startsAt: Date }[]): Promise<void> {
  if (gone.length === 0) return
  const { sql } = ctx
  const rows = await sql<{ groupKey: string; times: number }[]>`
    with gone as (
      delete from alerts.signal s using unnest(${gone.map((one) => one.fingerprint)}::text[],
        ${gone.map(({ startsAt }) => startsAt.toISOString())}::text[]::timestamptz[]) as g (fingerprint, starts_at)
      where s.inlet = 'rule' and s.fingerprint = g.fingerprint and s.starts_at = g.starts_at
      returning s.group_key
    )
    select group_key, count(*) as times from gone group by group_key order by group_key`
  for (const { groupKey, times } of rows) {
    const [left] = await sql<{ code: string; count: number }[]>`
      update alerts.alert set count = greatest(0, count - ${times}), since = ${ctx.now}
      where group_key = ${groupKey} and closed_at is null returning code, count`
    if (left?.count !== 0) continue
    const [alert] = await lockAlerts(ctx, [left.code])
    if (alert) await closeOne(ctx, alert, { reason: withdrawnReason })
  }
  await announce(sql, ['alerts'])
}
