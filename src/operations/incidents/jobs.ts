import { settleClocks } from '#calendar'
import type { Context } from '#platform/context'
import { handleJob, type JobHandler } from '#platform/jobs'
import { watchJob } from './events.ts'
import { taskClocks } from './record/clocks.ts'
import { watchTasks } from './record/tasks.ts'
import { watchCalls } from './roster/call-out.ts'
import { watchHandOvers } from './roster/hand-over.ts'
import { readSettings } from './roster/settings.ts'

/** Everything that time brings, read from rows against `ctx.now`; calls come first. */
export async function watch(ctx: Context): Promise<void> {
  await watchCalls(ctx)
  await settleClocks(ctx, taskClocks)
  await watchTasks(ctx, (await readSettings(ctx)).tasks.warnMinutes)
  await watchHandOvers(ctx)
}

export const jobs: readonly JobHandler[] = [handleJob(watchJob, watch, '* * * * *')]
