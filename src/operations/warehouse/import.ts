import type { Context } from '#platform/context'
import { processTogether } from './inlets/small-landings.ts'
import { type Arrival, landBytes } from './landing.ts'
import type { LandingCounts } from './model.ts'
import { type ProcessOptions, processLanding } from './processing.ts'
import { withSourceLock } from './source-lock.ts'
import { findLanding, findOpenLanding, type Landing } from './store.ts'

/** What an import did, as `tram import --json` prints it. */
export interface ImportOutcome extends LandingCounts {
  landing: number
  state: 'done' | 'refused'
  fault: Landing['fault']
  retracted: number
}

/** Lands the bytes and works them through, after whatever came before them under the same source. @throws Problem */
export async function importBytes(
  ctx: Context,
  arrival: Arrival,
  options: ProcessOptions = {},
): Promise<ImportOutcome> {
  const landing = await landBytes(ctx, arrival)
  await processSource(ctx, arrival.source, { ...options, until: landing.id })
  const done = await findLanding(ctx.sql, landing.id)
  if (done?.state !== 'done' && done?.state !== 'refused')
    throw new Error(`landing ${landing.id} was not worked through`)
  const { received, applied, superseded, duplicate, quarantined, retracted, state, fault } = done
  return { landing: done.id, state, fault, received, applied, superseded, duplicate, quarantined, retracted }
}

/**
 * Works through everything that waits under a source, in the order it came; small arrivals many at a time. With `forMs` it stops at
 * the first landing begun after that time. Returns whether something still waits.
 */
export async function processSource(
  ctx: Context,
  source: string,
  options: ProcessOptions & { until?: number; forMs?: number } = {},
): Promise<boolean> {
  const begun = performance.now()
  return withSourceLock(ctx, source, async () => {
    for (;;) {
      const open = await findOpenLanding(ctx.sql, source)
      if (!open || (options.until !== undefined && open.id > options.until)) return false
      if (options.forMs !== undefined && performance.now() - begun > options.forMs) return true
      if (options.until === undefined && (await processTogether(ctx, open)) > 0) continue
      await processLanding(ctx, open.id, options)
    }
  })
}
