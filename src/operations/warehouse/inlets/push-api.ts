import { z } from 'zod'
import type { Context } from '#platform/context'
import { forbidden, notFound } from '#platform/errors'
import { json, type Route, route } from '#platform/http'
import { Code } from '../model.ts'
import { findLanding, type Landing } from '../store.ts'
import { getPushSource, pushLimitBytes, pushPermission, pushRecords } from './push.ts'
import { findPushSource, listAside, type PushSource } from './push-store.ts'

const Accepted = z.object({ landing: z.int(), url: z.string() })

const Fault = z.object({ field: z.string(), value: z.string().optional(), rule: z.string(), message: z.string() })
const LandingView = z.object({
  landing: z.int(),
  source: z.string(),
  channel: z.string(),
  state: z.enum(['landing', 'landed', 'processing', 'done', 'refused']),
  receivedAt: z.string(),
  finishedAt: z.string().nullable(),
  byteCount: z.int(),
  sha256: z.string().nullable(),
  received: z.int(),
  applied: z.int(),
  superseded: z.int(),
  duplicate: z.int(),
  quarantined: z.int(),
  retracted: z.int(),
  fault: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Lines set aside, in order; `next` continues after the last one shown. */
  lines: z.array(z.object({ line: z.int(), key: z.string().nullable(), state: z.string(), faults: z.array(Fault) })),
  next: z.string().nullable(),
})

export const landingUrl = (source: string, id: number): string => `/api/v1/sources/${source}/landings/${id}`

export const pushRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/sources/:code/records',
    access: pushPermission,
    summary: 'Push records of a source: a JSON array, JSON Lines, or a file in the format of its contract',
    params: z.strictObject({ code: Code }),
    takes: 'stream',
    maxBytes: pushLimitBytes,
    status: 202,
    answers: Accepted,
    async handle(ctx, { params, bytes, request: { headers } }) {
      const landing = await pushRecords(ctx, params.code, {
        bytes,
        headers: {
          contentType: headers['content-type'],
          contentLength: headers['content-length'],
          idempotencyKey: headers['idempotency-key'],
        },
      })
      const url = landingUrl(params.code, landing)
      return json({ landing, url } satisfies z.infer<typeof Accepted>, 202, { location: url })
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/sources/:code/landings/:landing',
    access: 'signed-in',
    summary: 'What became of an arrival: its state, the four counts, and every line that was set aside',
    params: z.strictObject({ code: Code, landing: z.coerce.number().int().positive() }),
    query: z.object({
      after: z.coerce.number().int().nonnegative().default(0),
      limit: z.coerce.number().int().min(1).max(100).default(100),
    }),
    answers: LandingView,
    async handle(ctx, { params, query }) {
      const { source, sees } = await getReadableSource(ctx, params.code)
      const landing = await findLanding(ctx.sql, params.landing)
      if (landing?.source !== params.code) throw notFound('landing', String(params.landing))
      const lines = await listAside(ctx.sql, landing.id, { after: query.after, limit: query.limit + 1 })
      return viewOf(landing, lines, { limit: query.limit, hidden: sees ? [] : source.personal })
    },
  }),
]

/** Readable by those who push to the source and by those who read it; personal values only by the former, who sent them. */
async function getReadableSource(ctx: Context, code: string): Promise<{ source: PushSource; sees: boolean }> {
  const source = await findPushSource(ctx.sql, code)
  if (!source) throw notFound('source', code)
  if (ctx.can('source:read', source.organisation)) return { source, sees: ctx.can(pushPermission, source.organisation) }
  if (!ctx.can(pushPermission, source.organisation)) throw forbidden(pushPermission, source.organisation)
  return { source: await getPushSource(ctx, code), sees: true }
}

function viewOf(
  landing: Landing,
  lines: Awaited<ReturnType<typeof listAside>>,
  { limit, hidden }: { limit: number; hidden: readonly string[] },
): z.infer<typeof LandingView> {
  const shown = lines.slice(0, limit)
  const { id, source, channel, state, byteCount, sha256, receivedAt, finishedAt, fault } = landing
  const { received, applied, superseded, duplicate, quarantined, retracted } = landing
  return {
    landing: id,
    source,
    channel,
    state,
    receivedAt: receivedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    byteCount,
    sha256: sha256?.toString('hex') ?? null,
    received,
    applied,
    superseded,
    duplicate,
    quarantined,
    retracted,
    fault: fault && { code: fault.code, message: fault.message },
    lines: shown.map((row) => ({
      line: row.line,
      key: row.key,
      state: row.state,
      faults: row.faults.map(({ value, ...rest }) => (hidden.includes(rest.field) ? rest : { ...rest, value })),
    })),
    next: lines.length > limit ? `${landingUrl(source, id)}?after=${shown.at(-1)?.line ?? 0}&limit=${limit}` : null,
  }
}
