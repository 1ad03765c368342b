import { z } from 'zod'
import { defineEvent } from '#platform/events'

/** An account was disabled, or a role of it ended: it may do less than before. */
export const accessChanged = defineEvent('identity.access-changed', z.object({ account: z.string() }))

/** Something about citizens' data waits for an agency; the inbox of officers lies above this room. */
export const matterOpened = defineEvent(
  'identity.matter-opened',
  z.object({
    kind: z.string(),
    code: z.string(),
    title: z.string(),
    organisation: z.string(),
    url: z.string(),
    permission: z.string(),
    /** Days of the organisation's calendar within which it is to be done. */
    workingDays: z.int(),
  }),
)
export const matterClosed = defineEvent('identity.matter-closed', z.object({ kind: z.string(), code: z.string() }))
/** Something about an account that its people must hear of, in the words of a notice of the card; what sends messages stands above. */
export const accountTold = defineEvent(
  'identity.account-told',
  z.object({
    /** Of the same telling: it is told once. */
    id: z.uuid(),
    accounts: z.array(z.string()).min(1),
    notice: z.string(),
    values: z.record(z.string(), z.string()),
    url: z.string(),
  }),
)

/** Emergency powers have ended: somebody must say what was found. */
export const emergencyOver = defineEvent(
  'identity.emergency-over',
  z.object({ id: z.uuid(), account: z.string(), personName: z.string(), organisation: z.string() }),
)

export const emergencyReviewed = defineEvent('identity.emergency-reviewed', z.object({ id: z.uuid() }))
