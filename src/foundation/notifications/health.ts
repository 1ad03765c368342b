import type { Context } from '#platform/context'
import { channels } from './model.ts'
import { isConfigured } from './sending/gateways.ts'
import { countStuck } from './sending/store.ts'

const stuckAfterMs = 15 * 60_000

/** What was due a quarter of an hour ago and nobody has taken. What waits for a channel that is not configured is not counted. */
export function countStuckNow(ctx: Context): Promise<number> {
  const open = channels.filter((channel) => isConfigured(channel, ctx.config.messages))
  return countStuck(ctx.sql, open, new Date(ctx.now.getTime() - stuckAfterMs))
}

/** No jobs are running, or they do not keep up. A gateway that is down is no fault of this program: the page of deliveries tells of it. */
export async function findStuck(ctx: Context): Promise<string | undefined> {
  const count = await countStuckNow(ctx)
  if (count === 0) return undefined
  return `${count} messages have been waiting to be sent for over 15 minutes: see that "tram work" is running (page /thong-bao/gui-di).`
}
