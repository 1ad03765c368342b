import { z } from 'zod'
import { listNumbered } from '#ledger'
import { route } from '#platform/http'
import { securityActions, toSecurityEvent } from './ocsf.ts'

export const readSecurityEvents = 'security-event:read'

/** Numbers of the ledger that one call looks through. */
const span = 20_000

export const streamRoutes = [
  route({
    method: 'GET',
    path: '/api/v1/security-events',
    access: readSecurityEvents,
    summary:
      'Security events (sign-ins, step-ups, lock-outs, delegation, emergency powers, refusals, tokens) of the organisations within reach, in the order of the ledger, in the fields of OCSF 1.1.0. Ask again with `after` = `next`; while `more` is true, at once. Nothing is ever added before `next`; asking twice tells the same twice.',
    query: z.strictObject({
      after: z.coerce.number().int().min(-1).max(Number.MAX_SAFE_INTEGER).optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(500),
    }),
    answers: z.object({ events: z.array(z.record(z.string(), z.json())), next: z.number(), more: z.boolean() }),
    async handle(ctx, { query }) {
      const { entries, next, more } = await listNumbered(ctx.sql, {
        ...query,
        actions: securityActions,
        reach: ctx.reach(readSecurityEvents),
        span,
      })
      return { events: entries.map(toSecurityEvent), next, more }
    },
  }),
]
