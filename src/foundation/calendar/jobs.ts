import { z } from 'zod'
import { defineJob } from '#platform/jobs'

/** Clocks are reckoned anew: the recounts under way are rows. */
export const recountJob = defineJob('calendar.recount', z.object({}))
