import { z } from 'zod'
import { defineEvent } from '#platform/events'
import { slowReasons } from './model.ts'

/** A project became slow for this reason, or is so no longer: each time once, whether it was recorded or time went by. */
export const projectSlowed = defineEvent(
  'project.slowed',
  z.object({
    code: z.string(),
    organisation: z.string(),
    name: z.string(),
    reason: z.enum(slowReasons),
    isSlow: z.boolean(),
    /** How slow, in words. */
    words: z.string(),
  }),
)
