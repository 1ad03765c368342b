import { z } from 'zod'
import { accountTold } from '#identity'
import type { Context } from '#platform/context'
import { type Subscription, subscribe } from '#platform/events'
import { defineJob, handleJob } from '#platform/jobs'
import { notify } from './actions.ts'
import { deliver } from './sending/deliver.ts'
import { tellDigests } from './sending/digest.ts'
import { isConfigured } from './sending/gateways.ts'
import { callSenders, deliverJob } from './sending/jobs.ts'
import { listDueChannels, replaceFailed, sweepDeliveries, sweepNotices } from './sending/store.ts'
import { getSettings } from './settings.ts'

const dayMs = 24 * 3600_000
const sweepPiece = 5000
const mostPieces = 200

const sweepJob = defineJob('notifications.sweep', z.object({}))

/** What the minute brings: digests that are due, other channels for those that failed, and senders for whatever is due. */
export async function wakeSenders(ctx: Context): Promise<void> {
  await tellDigests(ctx)
  await goOtherWays(ctx)
  const due = (await listDueChannels(ctx.sql, ctx.now)).filter((channel) => isConfigured(channel, ctx.config.messages))
  await callSenders(
    ctx,
    'routine',
    due.map((channel) => ({ channel, dueAt: ctx.now })),
  )
}

/** A message whose channel has failed for good goes by the one that the pack names in its place. */
export async function goOtherWays(ctx: Context): Promise<void> {
  const { insteadOf } = await getSettings(ctx)
  const ways = Object.entries(insteadOf).map(([failed, channel]) => ({ failed, channel }))
  const opened = await replaceFailed(ctx.sql, ways, { now: ctx.now, since: new Date(ctx.now.getTime() - dayMs) })
  await callSenders(
    ctx,
    'routine',
    opened.map((channel) => ({ channel, dueAt: ctx.now })),
  )
}

/** Takes away deliveries and messages that have been kept as long as the pack says. */
export async function sweep(ctx: Context): Promise<void> {
  const { keepDays } = await getSettings(ctx)
  const before = (days: number) => new Date(ctx.now.getTime() - days * dayMs)
  await inPieces((limit) => sweepDeliveries(ctx.sql, before(keepDays.deliveries), limit))
  await inPieces((limit) => sweepNotices(ctx.sql, before(keepDays.notices), limit))
}

async function inPieces(work: (limit: number) => Promise<number>): Promise<void> {
  for (let piece = 0; piece < mostPieces; piece++) if ((await work(sweepPiece)) < sweepPiece) return
}

export const jobs = [
  handleJob(
    deliverJob,
    async (ctx, { channel }) => {
      if (!channel) return wakeSenders(ctx)
      const { more } = await deliver(ctx, channel)
      await goOtherWays(ctx)
      if (more) await callSenders(ctx, 'routine', [{ channel, dueAt: ctx.now }])
    },
    '* * * * *',
  ),
  // 02:40 in Việt Nam.
  handleJob(sweepJob, sweep, '40 19 * * *'),
]

/** What rooms below tell of, which know nothing of messages. */
export const subscriptions: readonly Subscription[] = [
  subscribe(accountTold, 'notifications.account-told', (ctx, { id, accounts, notice, values, url }) =>
    notify(ctx, {
      notice,
      to: accounts.map((account) => ({ account })),
      values,
      url,
      urgency: 'urgent',
      dedupeKey: `account-told ${id}`,
    }),
  ),
]
