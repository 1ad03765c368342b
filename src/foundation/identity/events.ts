import { z } from 'zod'
import { defineEvent } from '#platform/events'

/** An account was disabled, or a role of it ended: it may do less than before. */
export const accessChanged = defineEvent('identity.access-changed', z.object({ account: z.string() }))
