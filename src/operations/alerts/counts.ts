import type { Context } from '#platform/context'
import { countedUntil, sumBalance } from './intake/balance-store.ts'
import type { AlertRow, Severity } from './model.ts'
import { countOpen, listAlerts } from './store.ts'

export interface AlertCounts {
  received: number
  shown: number
  grouped: number
  silenced: number
  dropped: number
  open: Record<Severity, number>
}

/** Everything that was ever received and what became of it, and what is open within the caller's reach; then, where the past is asked. */
export async function countAlerts(ctx: Context, asOf?: Date): Promise<AlertCounts> {
  const inlets = await sumBalance(ctx, { until: asOf && countedUntil(asOf, ctx.now) })
  const total = (name: 'received' | 'shown' | 'grouped' | 'silenced' | 'dropped') =>
    inlets.reduce((sum, inlet) => sum + inlet[name], 0)
  return {
    received: total('received'),
    shown: total('shown'),
    grouped: total('grouped'),
    silenced: total('silenced'),
    dropped: total('dropped'),
    open: await countOpenAlerts(ctx, asOf),
  }
}

/** Those open within the caller's reach, or that were open then; hidden ones are not among them. */
export const countOpenAlerts = (ctx: Context, asOf?: Date): Promise<AlertCounts['open']> =>
  countOpen(ctx.sql, { reach: ctx.reach('alert:read'), now: asOf ?? ctx.now, asOf })

/** The worst open alerts first, of one severity where asked, within the caller's reach; hidden ones are not among them. */
export async function listOpenAlerts(ctx: Context, query: { limit: number; severity?: Severity }): Promise<AlertRow[]> {
  const { limit, severity } = query
  const asked = {
    reach: ctx.reach('alert:read'),
    account: ctx.actor.account ?? '',
    now: ctx.now,
    severity,
    withHidden: false,
  }
  const { rows } = await listAlerts(ctx, { ...asked, box: 'open', sort: 'severity' }, { limit })
  return rows
}
