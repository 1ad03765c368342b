import { z } from 'zod'
import { calendarChanged } from '#calendar'
import { subscribe } from '#platform/events'
import { defineJob, handleJob } from '#platform/jobs'
import { recountClocks } from './clock/recount.ts'
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

export const subscriptions = [
  subscribe(calendarChanged, 'directives.calendar-changed', async (ctx) => {
    await recountClocks(ctx)
  }),
]
