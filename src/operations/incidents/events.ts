import { z } from 'zod'
import { defineEvent } from '#platform/events'
import { defineJob } from '#platform/jobs'

/** An incident was opened, closed or opened again; `from` is absent at its opening. */
export const incidentMoved = defineEvent(
  'incident.moved',
  z.object({
    code: z.string(),
    organisation: z.string(),
    exercise: z.boolean(),
    from: z.enum(['open', 'closed']).optional(),
    to: z.enum(['open', 'closed']),
  }),
)

/** Somebody has said that he takes what a call-out was about; `key` names it to who began the call. */
export const callAnswered = defineEvent(
  'call-out.answered',
  z.object({ key: z.string(), account: z.string(), name: z.string() }),
)

/** Wakes what is due: warnings of tasks, calls that nobody answered, hand-overs that wait for a signature. */
export const watchJob = defineJob('incidents.watch', z.object({}))
