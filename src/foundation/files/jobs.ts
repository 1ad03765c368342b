import { z } from 'zod'
import { defineJob, handleJob } from '#platform/jobs'
import { sweepFiles } from './storage/sweep.ts'

const sweep = defineJob('files.sweep', z.object({}))

export const filesJobs = [
  handleJob(
    sweep,
    async (ctx) => {
      const removed = await sweepFiles(ctx)
      if (removed > 0) ctx.log.info({ removed }, 'Files without an owner were removed')
    },
    '40 18 * * *',
  ),
]
