import { z } from 'zod'
import { defineJob } from '#platform/jobs'

const Nothing = z.object({})

/** Tells people of grave alerts that nobody has been told of. */
export const tellJob = defineJob('alerts.tell', Nothing)
/** What time alone brings about: lapses, climbs, ends, silences that run out, rules that wait. */
export const sweepJob = defineJob('alerts.sweep', Nothing)
/** Clears occurrences that were kept long enough. */
export const purgeJob = defineJob('alerts.purge', Nothing)
/** Rules that have not been evaluated as a whole yet. */
export const evaluateJob = defineJob('alerts.evaluate', Nothing)
