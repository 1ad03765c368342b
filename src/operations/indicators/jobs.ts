import { z } from 'zod'
import { organisationChanged } from '#organisations'
import type { Context } from '#platform/context'
import type { Subscription } from '#platform/events'
import { subscribe } from '#platform/events'
import { defineJob, handleJob } from '#platform/jobs'
import { recordsChanged } from '#warehouse'
import { computeMissing, lockPasses, processTouches, rebuildFacts, startDay } from './computation/process.ts'
import { refreshScopes } from './computation/trees.ts'
import { lockDuePeriods } from './entries/locks.ts'
import { getPass } from './store.ts'

const Nothing = z.object({})

const processJob = defineJob('indicators.process', Nothing)
const dailyJob = defineJob('indicators.daily', Nothing)
const lockJob = defineJob('indicators.lock', Nothing)
const recomputeJob = defineJob('indicators.recompute', Nothing)

const queue = 'indicators'

// After a long pass comes a pause of twice its length, so that a flood of arrivals leaves the machine room to take them in; after a
// short one there is none, and a single record's number is there at once. Between the two lies a stream of single records that
// somebody watches: half the length.
const longPassMs = 250
const floodPassMs = 1000
const pauses = 2
const shortPauses = 0.5

async function wakeProcessing(ctx: Context): Promise<void> {
  const { finishedAt, tookMs } = await getPass(ctx.sql)
  const share = tookMs > floodPassMs ? pauses : tookMs > longPassMs ? shortPauses : 0
  const restUntil = finishedAt.getTime() + share * tookMs
  const runAt = restUntil > ctx.now.getTime() ? new Date(restUntil) : undefined
  await ctx.enqueue(processJob, {}, { key: processJob.name, queue, runAt })
}

/** Follows the directory of organisations: closures, then sums over them. */
async function followTree(ctx: Context): Promise<void> {
  await ctx.transaction(async (inner) => {
    await lockPasses(inner.sql)
    if (await refreshScopes(inner)) await rebuildFacts(inner)
  })
}

async function lockDue(ctx: Context): Promise<void> {
  const count = await lockDuePeriods(ctx)
  if (count > 0) ctx.log.info({ count }, 'periods reached their cut-off and were locked')
}

export const subscriptions: readonly Subscription[] = [
  subscribe(recordsChanged, 'indicators.records-changed', (ctx) => wakeProcessing(ctx)),
  subscribe(organisationChanged, 'indicators.organisation-changed', (ctx) => followTree(ctx)),
]

export const jobs = [
  handleJob(processJob, async (ctx) => {
    await processTouches(ctx)
  }),
  // 00:05 in Việt Nam (UTC+7), before the first record of the day.
  handleJob(dailyJob, (ctx) => startDay(ctx), '5 17 * * *'),
  handleJob(lockJob, lockDue, '10 * * * *'),
  handleJob(recomputeJob, async (ctx) => {
    await computeMissing(ctx)
  }),
]
