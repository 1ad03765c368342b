import { z } from 'zod'
import { defineEvent } from '#platform/events'
import { alertStates, Severity } from './model.ts'

/** An alert came up (`from` is absent) or passed from one state to another. */
export const alertMoved = defineEvent(
  'alert.moved',
  z.object({
    code: z.string(),
    severity: Severity,
    organisation: z.string(),
    from: z.enum(alertStates).optional(),
    to: z.enum(alertStates),
  }),
)
