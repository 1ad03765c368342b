import { z } from 'zod'
import { defineEvent } from '#platform/events'

/** A signing request is signed by all, or will be no more. `origin` is what the room that asked called it. */
export const signatureEnded = defineEvent(
  'signing.signature-ended',
  z.object({
    code: z.string(),
    state: z.enum(['signed', 'refused', 'expired', 'withdrawn']),
    /** The signed file, in #files. */
    sha256: z.string().optional(),
    origin: z.object({ capability: z.string(), code: z.string() }).optional(),
  }),
)
