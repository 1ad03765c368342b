import { z } from 'zod'
import { factsChanged } from '#indicators'
import type { Subscription } from '#platform/events'
import { subscribe } from '#platform/events'
import { defineJob, handleJob, type JobHandler } from '#platform/jobs'
import { recordsChanged } from '#warehouse'
import { followFigures } from './keeping/obligations.ts'
import { keepDuties, settleAndTell } from './keeping/pass.ts'
import { followSignature } from './reminders/signature.ts'

export const keepJob = defineJob('duties.keep', z.object({}))
/** The first look after a start: whatever came or went while the program stood still. */
export const sweepJob = defineJob('duties.sweep', z.object({}))

export const jobs: readonly JobHandler[] = [
  handleJob(keepJob, (ctx) => keepDuties(ctx), '* * * * *'),
  handleJob(sweepJob, async (ctx) => {
    await settleAndTell(ctx, 'all')
    await keepDuties(ctx)
  }),
]

export const subscriptions: readonly Subscription[] = [
  subscribe(recordsChanged, 'duties.records-changed', (ctx, { source }) =>
    settleAndTell(ctx, { subjectKind: 'source', subjects: [source] }),
  ),
  subscribe(factsChanged, 'duties.facts-changed', async (ctx, { indicators }) => {
    await settleAndTell(ctx, { subjectKind: 'indicator', subjects: indicators })
    await followFigures(ctx, indicators)
  }),
  followSignature,
]
