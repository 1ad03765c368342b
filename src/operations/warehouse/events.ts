import { z } from 'zod'
import { defineEvent } from '#platform/events'
import { defineJob } from '#platform/jobs'

/** Records of a source came, changed or went; what exactly is in the touches, taken by `takeTouches`. */
export const recordsChanged = defineEvent(
  'warehouse.records-changed',
  z.object({ source: z.string(), kind: z.string() }),
)

/** Works through what waits under a source. */
export const processJob = defineJob('warehouse.process', z.strictObject({ source: z.string() }))
