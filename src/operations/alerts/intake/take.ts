import type { Context } from '#platform/context'
import { acceptBatch } from './accept.ts'
import { readAlertmanager } from './alertmanager.ts'
import type { Batch, Outcome } from './item.ts'
import { readOwn } from './own.ts'
import { openDesk } from './places.ts'

export const writePermission = 'alerts:write'

/** Takes in alerts of our own API, each by itself. */
export async function takeOwn(ctx: Context, posted: readonly unknown[]): Promise<Outcome> {
  ctx.require(writePermission)
  const batch = readOwn(posted, { desk: await openDesk(ctx), origin: ctx.actor.account ?? 'system', now: ctx.now })
  return acceptBatch(ctx, withinReach(ctx, batch))
}

/** Takes in alerts as Prometheus or an Alertmanager sends them. */
export async function takeAlertmanager(
  ctx: Context,
  inlet: 'alertmanager' | 'webhook',
  posted: readonly unknown[],
): Promise<Outcome> {
  ctx.require(writePermission)
  const reading = { inlet, desk: await openDesk(ctx), origin: ctx.actor.account ?? 'system', now: ctx.now }
  return acceptBatch(ctx, withinReach(ctx, readAlertmanager(posted, reading)))
}

/** Nobody raises an alert over an organisation that his permission does not reach. */
function withinReach(ctx: Context, { inlet, items, refused }: Batch): Batch {
  const outside = items.filter(({ item }) => !ctx.can(writePermission, item.organisation))
  if (outside.length === 0) return { inlet, items, refused }
  const told = outside.map(({ index, item }) => ({
    index,
    reason: `Tài khoản không có quyền gửi cảnh báo cho đơn vị ${item.organisation}.`,
  }))
  return { inlet, items: items.filter((one) => !outside.includes(one)), refused: [...refused, ...told] }
}
