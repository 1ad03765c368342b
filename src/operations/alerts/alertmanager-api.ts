/**
 * The face of Prometheus' Alertmanager, API v2, under /alertmanager: Prometheus sends here (`path_prefix: /alertmanager`, a token with the
 * scope alerts:write), amtool reads and silences here. Shapes and errors are Alertmanager's own: a fault is a JSON text with status 400.
 */

import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { type Input, json, type Reply, type Route, route } from '#platform/http'
import { readBytes } from '#platform/input'
import { mostAlerts, Webhook } from './intake/alertmanager.ts'
import type { Outcome } from './intake/item.ts'
import { compileMatchers, readMatcher } from './intake/matching.ts'
import { PatternFault } from './intake/pattern.ts'
import { type GoingSignal, listGoingSignals } from './intake/signal-store.ts'
import { takeAlertmanager } from './intake/take.ts'
import { Matcher } from './model.ts'
import { getSettings } from './settings.ts'
import { endSilence, getSilence, listSilences, putSilence, type Silence } from './silences.ts'

const base = '/alertmanager/api/v2'
const mostBytes = 32 * 1024 * 1024
const read = 'alerts:read'
const write = 'alerts:write'

const fault = (words: string, status = 400): Reply => json(words, status)

/** Alertmanager's clients look for its own shape of errors. */
async function inItsShape(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PatternFault) return fault(error.message)
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 401 || error.status === 403) throw error
    const fields = error.fields.map(({ path, message }) => `${path}: ${message}`)
    return fault([error.message, ...fields].join(' '), error.status === 404 ? 404 : error.status === 413 ? 413 : 400)
  }
}

type Raw = Pick<Input<unknown, unknown, unknown>, 'bytes'>

async function readJson({ bytes }: Raw): Promise<unknown> {
  const text = (await readBytes(bytes, mostBytes)).toString('utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem('request.invalid', 400, `Nội dung không phải JSON hợp lệ: ${(error as Error).message}`)
  }
}

/** What could be read is taken in all the same; what could not is told. */
const answerOf = ({ refused }: Outcome): Reply => {
  if (refused.length === 0) return json({})
  const told = refused.slice(0, 20).map(({ index, reason }) => `[${index}] ${reason}`)
  return fault(`${refused.length} cảnh báo bị bỏ: ${told.join('; ')}`)
}

const many = z.union([z.string(), z.array(z.string())]).transform((one) => (Array.isArray(one) ? one : [one]))
const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional()
const AlertQuery = z.object({
  active: flag,
  silenced: flag,
  inhibited: flag,
  unprocessed: flag,
  filter: many.optional(),
  receiver: z.string().max(200).optional(),
})

function readFilters(filter: readonly string[] = []): Matcher[] {
  return filter.map((text) => {
    const matcher = readMatcher(text)
    if (!matcher) throw new Problem('request.invalid', 400, `Bộ lọc “${text.slice(0, 100)}” không đọc được.`)
    return matcher
  })
}

async function listAsked(ctx: Context, query: z.infer<typeof AlertQuery>): Promise<GoingSignal[]> {
  const test = compileMatchers(readFilters(query.filter))
  const signals = await listGoingSignals(ctx, ctx.reach(read))
  return signals.filter(({ labels, held }) => {
    const wanted = held === 'silence' ? query.silenced : held === 'inhibition' ? query.inhibited : query.active
    return wanted !== false && test(labels)
  })
}

const receiver = { name: 'tram-huong' }

const alertOf = (signal: GoingSignal) => ({
  annotations: signal.annotations,
  endsAt: (signal.endsAt ?? new Date(signal.updatedAt.getTime() + 300_000)).toISOString(),
  fingerprint: signal.fingerprint,
  receivers: [receiver],
  startsAt: signal.startsAt.toISOString(),
  status: {
    inhibitedBy: signal.held === 'inhibition' && signal.heldBy ? [signal.heldBy] : [],
    silencedBy: signal.held === 'silence' && signal.heldBy ? [signal.heldBy] : [],
    state: signal.held ? 'suppressed' : 'active',
  },
  updatedAt: signal.updatedAt.toISOString(),
  generatorURL: signal.generatorUrl ?? '',
  labels: signal.labels,
})

const alertRoutes: Route[] = [
  route({
    method: 'GET',
    path: `${base}/alerts`,
    access: read,
    query: AlertQuery,
    handle: (ctx, { query }) => inItsShape(async () => json((await listAsked(ctx, query)).map(alertOf))),
  }),
  route({
    method: 'POST',
    path: `${base}/alerts`,
    access: write,
    takes: 'stream',
    maxBytes: mostBytes,
    handle: (ctx, input) =>
      inItsShape(async () => {
        const posted = await readJson(input)
        if (!Array.isArray(posted)) return fault('Nội dung phải là một danh sách cảnh báo.')
        if (posted.length > mostAlerts) return fault(`Mỗi lần gửi nhiều nhất ${mostAlerts} cảnh báo.`, 413)
        return answerOf(await takeAlertmanager(ctx, 'alertmanager', posted))
      }),
  }),
  route({
    method: 'GET',
    path: `${base}/alerts/groups`,
    access: read,
    query: AlertQuery,
    handle: (ctx, { query }) => inItsShape(async () => json(await groupsOf(ctx, await listAsked(ctx, query)))),
  }),
  route({
    method: 'POST',
    path: '/alertmanager/webhook',
    access: write,
    takes: 'stream',
    maxBytes: mostBytes,
    handle: (ctx, input) =>
      inItsShape(async () => {
        const parsed = Webhook.safeParse(await readJson(input))
        if (!parsed.success)
          return fault(`Không phải thông điệp webhook của Alertmanager: ${z.prettifyError(parsed.error)}`)
        return answerOf(await takeAlertmanager(ctx, 'webhook', parsed.data.alerts))
      }),
  }),
]

async function groupsOf(ctx: Context, signals: readonly GoingSignal[]) {
  const { inlets } = await getSettings(ctx.sql)
  const groups = new Map<string, { labels: Record<string, string>; receiver: typeof receiver; alerts: unknown[] }>()
  for (const signal of signals) {
    const { groupKey, labels } = signal
    const names = inlets.alertmanager.groupBy.filter((name) => Object.hasOwn(labels, name))
    const group = groups.get(groupKey) ?? {
      labels: Object.fromEntries(names.map((name) => [name, labels[name] ?? ''])),
      receiver,
      alerts: [],
    }
    group.alerts.push(alertOf(signal))
    groups.set(groupKey, group)
  }
  return [...groups.values()]
}

const PostedSilence = z.object({
  id: z.string().max(100).optional(),
  matchers: z.array(Matcher).min(1).max(20),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }),
  createdBy: z.string().max(200),
  comment: z.string().max(2000),
})

const silenceOf = (
  ctx: Context,
  { id, matchers, startsAt, endsAt, reason, createdName, createdBy, updatedAt }: Silence,
) => ({
  id,
  status: { state: endsAt <= ctx.now ? 'expired' : startsAt > ctx.now ? 'pending' : 'active' },
  updatedAt: updatedAt.toISOString(),
  comment: reason,
  createdBy: createdName || createdBy,
  endsAt: endsAt.toISOString(),
  matchers,
  startsAt: startsAt.toISOString(),
})

const SilenceId = z.object({ id: z.uuid() })

const silenceRoutes: Route[] = [
  route({
    method: 'GET',
    path: `${base}/silences`,
    access: read,
    query: z.object({ filter: many.optional() }),
    handle: (ctx, { query }) =>
      inItsShape(async () => {
        const wanted = readFilters(query.filter)
        const silences = await listSilences(ctx, { limit: 1000 })
        const fits = ({ matchers }: Silence) =>
          wanted.every((one) => matchers.some(({ name, value }) => name === one.name && value === one.value))
        return json(silences.filter(fits).map((one) => silenceOf(ctx, one)))
      }),
  }),
  route({
    method: 'POST',
    path: `${base}/silences`,
    access: write,
    takes: 'stream',
    handle: (ctx, input) =>
      inItsShape(async () => {
        const parsed = PostedSilence.safeParse(await readJson(input))
        if (!parsed.success) return fault(z.prettifyError(parsed.error))
        const { comment, createdBy, startsAt, endsAt, ...rest } = parsed.data
        const silence = {
          startsAt: new Date(startsAt),
          endsAt: new Date(endsAt),
          reason: comment,
          createdName: createdBy,
        }
        return json({ silenceID: await putSilence(ctx, { ...rest, ...silence }, write) })
      }),
  }),
  route({
    method: 'GET',
    path: `${base}/silence/:id`,
    access: read,
    params: SilenceId,
    handle: (ctx, { params }) => inItsShape(async () => json(silenceOf(ctx, await getSilence(ctx, params.id)))),
  }),
  route({
    method: 'DELETE',
    path: `${base}/silence/:id`,
    access: write,
    params: SilenceId,
    handle: (ctx, { params }) =>
      inItsShape(async () => {
        await endSilence(ctx, params.id, write)
        return json({})
      }),
  }),
]

const stateRoutes: Route[] = [
  route({
    method: 'GET',
    path: `${base}/status`,
    access: read,
    handle: (ctx) =>
      json({
        cluster: { name: 'tram-huong', peers: [], status: 'ready' },
        config: { original: '' },
        uptime: new Date(ctx.now.getTime() - process.uptime() * 1000).toISOString(),
        versionInfo: { branch: '', buildDate: '', buildUser: '', goVersion: '', revision: '', version: 'tram-huong' },
      }),
  }),
  route({ method: 'GET', path: `${base}/receivers`, access: read, handle: () => json([receiver]) }),
  route({ method: 'GET', path: '/alertmanager/-/healthy', access: 'public', handle: () => json('OK') }),
  route({ method: 'GET', path: '/alertmanager/-/ready', access: 'public', handle: () => json('OK') }),
]

export const alertmanagerRoutes: readonly Route[] = [...alertRoutes, ...silenceRoutes, ...stateRoutes]
