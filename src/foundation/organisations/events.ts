import { z } from 'zod'
import { defineEvent } from '#platform/events'
import { Change, Day, OrganisationCode } from './model.ts'

/** The structure of agencies changed from a day on: trees, scopes and figures by organisation follow. */
export const organisationChanged = defineEvent(
  'organisation.changed',
  z.object({
    codes: z.array(OrganisationCode),
    how: z.union([Change, z.literal('correct'), z.literal('create')]),
    effectiveOn: Day,
  }),
)
