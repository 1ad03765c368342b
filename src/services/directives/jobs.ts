import { z } from 'zod'
import { defineJob, handleJob } from '#platform/jobs'
import { wakeTimers } from './clock/wake.ts'

const wakeJob = defineJob('directives.wake', z.object({}))

export const jobs = [
  handleJob(
    wakeJob,
    async (ctx) => {
      await wakeTimers(ctx)
    },
    '* * * * *',
  ),
]
