import { z } from 'zod'
import type { Context } from '#platform/context'
import { defineJob, handleJob, type JobHandler } from '#platform/jobs'
import { emptyInbox } from './inbox.ts'
import { runPull } from './pull.ts'
import { listDuePulls } from './pull-store.ts'

const Nothing = z.object({})
const pullJob = defineJob('warehouse.pull', z.strictObject({ pull: z.int() }))
const pullDueJob = defineJob('warehouse.pull-due', Nothing)
const inboxJob = defineJob('warehouse.inbox', Nothing)

/** Fetches as soon as a worker is free; never twice at once. */
export const askRun = (ctx: Context, pull: number): Promise<void> =>
  ctx.enqueue(pullJob, { pull }, { key: `warehouse.pull:${pull}`, queue: `warehouse.pull:${pull}` })

export const inletJobs: readonly JobHandler[] = [
  handleJob(pullJob, async (ctx, { pull }) => {
    await runPull(ctx, pull)
  }),
  handleJob(
    pullDueJob,
    async (ctx) => {
      for (const pull of await listDuePulls(ctx.sql, ctx.now)) await askRun(ctx, pull)
    },
    '* * * * *',
  ),
  handleJob(
    inboxJob,
    async (ctx) => {
      await emptyInbox(ctx)
    },
    '* * * * *',
  ),
]
