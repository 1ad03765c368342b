import { z } from 'zod'
import { defineEvent } from '#platform/events'
import { defineJob } from '#platform/jobs'

/** A kept content or the history itself is not as it was, or is again. */
export const faultMoved = defineEvent(
  'ledger.fault-moved',
  z.object({
    what: z.enum(['content', 'verification', 'signing']),
    /** Names the thing: the same again is the same fault. */
    key: z.string(),
    /** What people call it, or what was found. */
    name: z.string(),
    isOver: z.boolean(),
  }),
)

/** Asks for the waiting entries to be numbered. */
export const sequenceJob = defineJob('ledger.sequence', z.object({}))
