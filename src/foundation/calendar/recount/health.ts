import type { Context } from '#platform/context'
import { listOpenRecounts } from './store.ts'

const longestMs = 15 * 60_000

/** A recount that does not come to its end holds the timers of the books it has not gone through. */
export async function findStuck(ctx: Context): Promise<string | undefined> {
  const [first] = await listOpenRecounts(ctx.sql)
  if (!first || ctx.now.getTime() - first.askedAt.getTime() < longestMs) return undefined
  return `Clocks of the calendar ${first.calendar} have not been reckoned anew since ${first.askedAt.toISOString()} (recount ${first.id})`
}
