import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { announce } from '#platform/live'
import { inboxTopic } from '../actions.ts'
import type { PersonalChannel } from '../model.ts'
import { dropUnneeded, markRead } from '../store.ts'
import { tidyFault } from './gateway.ts'
import { deliverJob } from './jobs.ts'
import { keepReceipt } from './store.ts'

/** `acknowledged`: the person has answered, which counts as reading it. */
export const receiptStates = ['received', 'acknowledged', 'failed'] as const

export interface Receipt {
  channel: PersonalChannel
  id: string
  state: (typeof receiptStates)[number]
  reason?: string | undefined
}

/** Takes what a gateway says of a message it was given. The same receipt twice changes nothing. */
export async function takeReceipt(ctx: Context, { channel, id, state, reason }: Receipt): Promise<void> {
  await ctx.transaction(async (ctx) => {
    const words = reason === undefined ? undefined : tidyFault(reason)
    const delivery = await keepReceipt(ctx.sql, { channel, key: id, failed: state === 'failed', words }, ctx.now)
    if (!delivery) throw notFound('message-delivery', id)
    const { account, notice } = delivery
    if (state === 'failed') await ctx.enqueue(deliverJob, {})
    if (state !== 'acknowledged' || account === null || notice === null) return
    const read = await markRead(ctx.sql, account, { id: notice }, ctx.now)
    if (read.length === 0) return
    await dropUnneeded(ctx.sql, [notice], ctx.now)
    await appendEntry(ctx, {
      action: 'notice.acknowledged',
      subject: `notice:${notice}`,
      body: { account, by: channel },
    })
    await announce(ctx.sql, [inboxTopic(account)])
  })
}
