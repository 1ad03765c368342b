import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, notFound } from '#platform/errors'
import { notify } from '../actions.ts'
import { ownAccount } from '../inbox.ts'
import type { Channel } from '../model.ts'
import { trial } from '../notices.ts'
import { managePermission } from '../permissions.ts'
import { insertDeliveries, listInbox } from '../store.ts'
import { callSenders } from './jobs.ts'
import { findDelivery, putBack, putBackFailed } from './read.ts'

/** Sends again, by hand, what has failed or waits. */
export async function retryDelivery(ctx: Context, id: number): Promise<void> {
  ctx.require(managePermission)
  await ctx.transaction(async (ctx) => {
    const delivery = await findDelivery(ctx.sql, ctx.reach(managePermission), id)
    if (!delivery) throw notFound('message-delivery', String(id))
    if (!(await putBack(ctx.sql, id, ctx.now)))
      throw conflict('message-delivery.under-way', 'Lượt gửi này đang được gửi hoặc đã gửi xong; không cần gửi lại.')
    await appendEntry(ctx, { action: 'message-delivery.retried', subject: `message-delivery:${id}` })
    await callSenders(ctx, delivery.urgency, [{ channel: delivery.channel, dueAt: ctx.now }])
  })
}

/** Sends again what has failed on a channel, when its fault is mended. @returns how many. */
export async function retryFailed(ctx: Context, channel: Channel): Promise<number> {
  ctx.require(managePermission)
  return ctx.transaction(async (ctx) => {
    const count = await putBackFailed(ctx.sql, ctx.reach(managePermission), channel, ctx.now)
    if (count === 0) return 0
    await appendEntry(ctx, {
      action: 'message-delivery.retried',
      subject: `message-channel:${channel}`,
      body: { count },
    })
    await callSenders(ctx, 'routine', [{ channel, dueAt: ctx.now }])
    return count
  })
}

/** Sends a message to the actor himself by one channel, to see that it works. */
export async function tryChannel(ctx: Context, channel: Exclude<Channel, 'webhook'>): Promise<void> {
  ctx.require(managePermission)
  const account = ownAccount(ctx)
  await ctx.transaction(async (ctx) => {
    const values = { sender: ctx.actor.name || account, place: ctx.actor.organisation ?? account }
    await notify(ctx, { notice: trial.code, to: [{ account }], values, url: '/thong-bao/gui-di' })
    const [notice] = await listInbox(ctx.sql, account, { unread: true, code: trial.code, limit: 1 })
    if (!notice) throw conflict('account.machine', 'Tài khoản này không nhận thông báo.')
    const { id, language, subject, body, code, url, urgency } = notice
    const organisation = ctx.actor.organisation ?? null
    const due = {
      channel,
      account,
      organisation,
      notice: id,
      language,
      subject,
      body,
      dueAt: ctx.now,
      unlessRead: 'never' as const,
    }
    await insertDeliveries(ctx.sql, { code, url, urgency, now: ctx.now }, [due])
    await callSenders(ctx, urgency, [due])
    await appendEntry(ctx, { action: 'message-delivery.tried', subject: `notice:${id}`, body: { channel } })
  })
}
