import { z } from 'zod'
import { defineJob, handleJob, type JobHandler } from '#platform/jobs'
import { processJob } from './events.ts'
import { processSource } from './import.ts'
import { wakeProcessing } from './landing.ts'
import { sourceIsFree } from './source-lock.ts'
import { listStaleLandings, listWaitingSources, markRefused } from './store.ts'

/** Starts again what a dead program left: a job it had taken stays taken for hours. */
const sweepJob = defineJob('warehouse.sweep', z.object({}))

const againMs = 2000
/** Under a stream that never ends a job is renewed, so that its clock stays right. */
const longestMs = 10_000

export const jobs: readonly JobHandler[] = [
  handleJob(processJob, async (ctx, { source }) => {
    if (!(await sourceIsFree(ctx, source))) {
      // Another program is at it; it may have looked for the last time just before this landing came.
      const runAt = new Date(ctx.now.getTime() + againMs)
      return ctx.enqueue(processJob, { source }, { key: `warehouse.process:${source}`, runAt })
    }
    if (await processSource(ctx, source, { forMs: longestMs })) await wakeProcessing(ctx, source)
  }),
  handleJob(
    sweepJob,
    async (ctx) => {
      for (const source of await listWaitingSources(ctx.sql)) {
        await wakeProcessing(ctx, source)
      }
      for (const id of await listStaleLandings(ctx.sql)) {
        const message = 'Việc nhận tệp bị ngắt giữa chừng. Hãy gửi lại tệp.'
        await markRefused(ctx.sql, id, { code: 'landing.broken', message, facts: {} }, ctx.now)
      }
    },
    '* * * * *',
  ),
]
