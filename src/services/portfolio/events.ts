import { z } from 'zod'
import { defineEvent } from '#platform/events'

/** A milestone slipped further than it had before. */
export const projectSlipped = defineEvent(
  'project.slipped',
  z.object({ code: z.string(), organisation: z.string(), slipDays: z.number() }),
)
