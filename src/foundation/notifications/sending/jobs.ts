import { z } from 'zod'
import type { Context } from '#platform/context'
import { defineJob } from '#platform/jobs'
import { type Channel, channels, type Urgency } from '../model.ts'
import { takeBell } from './store.ts'

/** Sends what is due; without a channel, calls for each that has something due. */
export const deliverJob = defineJob('notifications.deliver', z.object({ channel: z.enum(channels).optional() }))

/**
 * Has the senders of these deliveries called when the transaction commits. Of many transactions at once one rings for all, so that none
 * waits for another; what it came too early for, or is due later, is found by the minute's timer. What is not routine rings for itself.
 */
export async function callSenders(
  ctx: Context,
  urgency: Urgency,
  due: readonly { channel: Channel; dueAt: Date }[],
): Promise<void> {
  const now = due.filter(({ dueAt }) => dueAt.getTime() <= ctx.now.getTime())
  for (const channel of new Set(now.map((one) => one.channel))) {
    const name = `${deliverJob.name}:${channel}`
    if (urgency === 'grave') await ctx.enqueue(deliverJob, { channel })
    else if (await takeBell(ctx.sql, name)) await ctx.enqueue(deliverJob, { channel }, { key: name, queue: name })
  }
}
