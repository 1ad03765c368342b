import { z } from 'zod'
import { defineEvent } from '#platform/events'
import { dutyStates } from './model.ts'

/** A duty is due soon, late, fulfilled or void now. `code` names organisation, subject and period. */
export const dutyMoved = defineEvent(
  'duties.duty-moved',
  z.object({
    code: z.string(),
    organisation: z.string(),
    /** What is owed, in words. */
    title: z.string().optional(),
    subject: z.object({ kind: z.enum(['indicator', 'source']), code: z.string() }),
    from: z.enum(dutyStates),
    to: z.enum(dutyStates),
  }),
)
