import { z } from 'zod'
import { defineJob, handleJob, type JobHandler } from '#platform/jobs'
import { makeDueBriefs } from './actions.ts'

const makeBriefs = defineJob('centre.briefs', z.object({}))

export const briefJobs: readonly JobHandler[] = [
  handleJob(
    makeBriefs,
    async (ctx) => {
      await makeDueBriefs(ctx)
    },
    '*/10 * * * *',
  ),
]
