import { z } from 'zod'
import { defineEvent } from '#platform/events'

/** Days or hours of a calendar are not what they were: deadlines that touch these years may have moved. */
export const calendarChanged = defineEvent(
  'calendar.changed',
  z.object({ calendar: z.string(), years: z.array(z.int()) }),
)
