import type { Context } from '#platform/context'
import { followSilences } from '../silences.ts'
import { runClocks, tellUntold } from './clocks.ts'
import { closeEnded, endTimedOut, releaseHeld, steady } from './ends.ts'
import { followCalls } from './follow-calls.ts'

/** What time alone brings about. Each step is a transaction of its own; whatever breaks off is taken up by the next sweep. */
export async function sweep(ctx: Context): Promise<void> {
  await followSilences(ctx)
  await releaseHeld(ctx)
  await endTimedOut(ctx)
  await steady(ctx)
  await runClocks(ctx)
  await closeEnded(ctx)
  await followCalls(ctx)
  await tellUntold(ctx)
}
