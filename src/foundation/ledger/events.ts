import { z } from 'zod'
import { defineJob } from '#platform/jobs'

/** Asks for the waiting entries to be numbered. */
export const sequenceJob = defineJob('ledger.sequence', z.object({}))
