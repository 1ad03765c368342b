import { z } from 'zod'
import type { Context } from '#platform/context'
import { defineJob } from '#platform/jobs'

/** Tells one application that a sign-in has ended. */
export const tellOfLogout = defineJob(
  'identity.tell-of-logout',
  z.object({ client: z.string(), sub: z.string(), sid: z.string() }),
)

/** Ends what was given to applications by sign-ins that are over. */
export const endSignOns = defineJob('identity.end-sign-ons', z.object({}))

/** Written with the transaction that ends the sign-in. */
export const callForEnd = (ctx: Context): Promise<void> => ctx.enqueue(endSignOns, {}, { key: endSignOns.name })
