import { z } from 'zod'
import { Moment, readMoment } from '#organisations'
import type { Context } from '#platform/context'
import { type Route, route } from '#platform/http'
import { acknowledgeAlerts, closeAlerts, getAlert, moveAlert } from './actions.ts'
import { countAlerts } from './counts.ts'
import { mostAlerts } from './intake/own.ts'
import { takeOwn } from './intake/take.ts'
import { type AlertRow, Severity, verdicts } from './model.ts'
import { listAlerts } from './store.ts'

const Code = z.strictObject({ code: z.string().max(40) })

const Outcome = z.object({
  received: z.number(),
  shown: z.number(),
  grouped: z.number(),
  silenced: z.number(),
  dropped: z.number(),
  reasons: z.object({ repeat: z.number(), invalid: z.number(), future: z.number(), late: z.number() }),
  refused: z.array(z.object({ index: z.number(), reason: z.string() })),
  alerts: z.array(z.string()),
  opened: z.array(z.string()),
})

const alertJson = ({ id: _, ...row }: AlertRow) => row

const list = route({
  method: 'GET',
  path: '/api/v1/alerts',
  access: 'alert:read',
  summary:
    'Open alerts, the worst first; those of one severity or state where asked; as they stood at a moment or on a day (`asOf`)',
  query: z.strictObject({
    severity: Severity.optional(),
    closed: z.enum(['true', 'false']).default('false'),
    after: z
      .string()
      .regex(/^CB-\d{1,15}$/)
      .optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
    asOf: Moment.optional(),
  }),
  async handle(ctx, { query }) {
    const asOf = (await readMoment(ctx, query.asOf))?.knownAt
    const { rows, hasMore } = await listAlerts(
      ctx,
      {
        reach: ctx.reach('alert:read'),
        box: query.closed === 'true' ? 'closed' : 'open',
        account: ctx.actor.account ?? '',
        now: asOf ?? ctx.now,
        asOf,
        severity: query.severity,
        withHidden: false,
        sort: query.closed === 'true' ? '-raised' : 'severity',
      },
      { after: query.after ? Number(query.after.slice(3)) : undefined, limit: query.limit },
    )
    return { alerts: rows.map(alertJson), next: hasMore ? rows.at(-1)?.code : undefined }
  },
})

const post = route({
  method: 'POST',
  path: '/api/v1/alerts',
  access: 'alerts:write',
  summary:
    'Takes in alerts, each by itself; the same again adds nothing. Every one is shown, grouped, silenced or dropped',
  body: z.strictObject({ alerts: z.array(z.unknown()).min(1).max(mostAlerts) }),
  maxBytes: 32 * 1024 * 1024,
  answers: Outcome,
  handle: (ctx, { body }): Promise<z.infer<typeof Outcome>> =>
    takeOwn(ctx, body.alerts).then((one) => ({ ...one, refused: [...one.refused] })),
})

const one = route({
  method: 'GET',
  path: '/api/v1/alerts/:code',
  access: 'alert:read',
  summary:
    'One alert with its labels and what stands behind it, as it stands or stood at a moment or on a day (`asOf`)',
  params: Code,
  query: z.strictObject({ asOf: Moment.optional() }),
  async handle(ctx, { params, query }) {
    const asOf = (await readMoment(ctx, query.asOf))?.knownAt
    const { id: _, groupKey: _key, ...alert } = await getAlert(ctx, params.code, asOf)
    return alert
  },
})

const Transition = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('acknowledged') }),
  z.strictObject({ to: z.enum(['working', 'waiting']), note: z.string().max(4000).default('') }),
  z.strictObject({
    to: z.literal('closed'),
    reason: z.string().max(4000),
    verdict: z.enum(verdicts).optional(),
    duplicateOf: z.string().max(40).optional(),
  }),
])

async function move(ctx: Context, code: string, step: z.infer<typeof Transition>): Promise<void> {
  await getAlert(ctx, code)
  if (step.to === 'acknowledged') return acknowledgeAlerts(ctx, [code])
  if (step.to === 'closed') return closeAlerts(ctx, [code], step)
  return moveAlert(ctx, code, step.to, step.note)
}

const transition = route({
  method: 'POST',
  path: '/api/v1/alerts/:code/transitions',
  access: 'alert:handle',
  summary: 'Acknowledges, works on, parks or closes an alert',
  params: Code,
  body: Transition,
  status: 204,
  handle: (ctx, { params, body }) => move(ctx, params.code, body),
})

const balance = route({
  method: 'GET',
  path: '/api/v1/alert-balance',
  access: 'alert:read',
  summary:
    'What was received and what became of it: received = shown + grouped + silenced + dropped; until a moment or a day (`asOf`), by whole ten minutes',
  query: z.strictObject({ asOf: Moment.optional() }),
  handle: async (ctx, { query }) => countAlerts(ctx, (await readMoment(ctx, query.asOf))?.knownAt),
})

export const apiRoutes: readonly Route[] = [list, post, one, transition, balance]
