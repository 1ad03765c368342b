import { z } from 'zod'
import { defineEvent } from '#platform/events'

/** Numbers of these indicators changed: computed anew, published, locked or reopened. */
export const factsChanged = defineEvent('indicators.facts-changed', z.object({ indicators: z.array(z.string()) }))
