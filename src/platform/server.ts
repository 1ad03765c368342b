import compress from '@fastify/compress'
import multipart from '@fastify/multipart'
import { parse as parseCookies, serialize as serializeCookie } from 'cookie'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { ComponentChild } from 'preact'
import { type AssuranceWish, challengeOf, wishOf } from '#platform/assurance'
import { type Actor, type Context, createContext, nobody, type Workshop } from '#platform/context'
import { forbidden, Problem, tooLarge, unauthenticated } from '#platform/errors'
import {
  isReply,
  type PageContent,
  pageOfForm,
  type Reply,
  type RequestFacts,
  type Route,
  type SetCookie,
} from '#platform/http'
import { defaultBodyBytes, readInput, readQuery, sentFormOf } from '#platform/input'
import type { LiveHub } from '#platform/live'
import { contentPolicy } from '#platform/policy'
import { allowCall } from '#platform/throttle'

/** What the server is given by the capabilities above it. */
export interface ServerParts {
  routes: readonly Route[]
  /** Who asks: from the session cookie or the bearer token. */
  authenticate(ctx: Context, request: RequestFacts): Promise<Actor>
  /** Puts the shell (menu, account, theme) around a page. */
  renderPage(ctx: Context, content: PageContent, request: RequestFacts): Promise<string>
  renderFragment(ctx: Context, body: ComponentChild, request: RequestFacts): string
  /** Built CSS, scripts and fonts: `undefined` when there is none of that path. */
  findAsset(
    path: string,
    acceptEncoding: string | undefined,
  ): { body: Buffer; headers: Record<string, string> } | undefined
  /** Leads who has proved too little to where he proves more; `form` is what he has sent, as it came. */
  stepUp(ctx: Context, request: RequestFacts, asked: AssuranceWish & { form?: string }): Promise<Reply>
  live?: LiveHub
  /** Whose own matters a screen of the actor hears of: his, and those of whom he may stand in for. */
  accountsHeard(ctx: Context): Promise<readonly string[]>
  /** What was missing, and who can give it, in words for who was refused. */
  adviseRefused(ctx: Context, problem: Problem): Promise<string | undefined>
  /** Hears of what was refused to somebody, outside of any transaction. */
  onRefused(ctx: Context, refused: { problem: Problem; route: string; request: RequestFacts }): Promise<void>
  onRequest?(ms: number, route: string, status: number): void
}

const securityHeaders = {
  'content-security-policy': contentPolicy(),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cross-origin-opener-policy': 'same-origin',
}

export async function buildServer(workshop: Workshop, parts: ServerParts): Promise<FastifyInstance> {
  const server = Fastify({
    logger: false,
    bodyLimit: defaultBodyBytes,
    trustProxy: workshop.config.proxies,
    // An address that cannot be decoded: answered like any other mistake, with the same headers.
    frameworkErrors: (_error, request, reply) =>
      answerProblem(workshop, parts, brokenAddress(), request, reply.headers(securityHeaders)),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500, querystringParser: (text: string) => readQuery(text) },
  })
  await server.register(compress, { global: true, threshold: 1024, encodings: ['br', 'gzip'] })
  await server.register(multipart, { limits: { files: 1, fileSize: workshop.config.maxFileBytes, fields: 50 } })
  server.removeContentTypeParser(['application/json', 'text/plain'])
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  server.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(securityHeaders)) if (!reply.hasHeader(name)) reply.header(name, value)
  })
  server.setNotFoundHandler((request, reply) => answerAsset(workshop, parts, request, reply))
  server.setErrorHandler((error, request, reply) => answerProblem(workshop, parts, error, request, reply))
  for (const one of parts.routes) {
    server.route({
      method: one.method,
      url: one.path,
      bodyLimit: one.maxBytes ?? defaultBodyBytes,
      handler: (request, reply) => serve(workshop, parts, one, request, reply),
    })
  }
  if (parts.live) mountLive(server, workshop, parts, parts.live)
  return server
}

function mountLive(server: FastifyInstance, workshop: Workshop, parts: ServerParts, live: LiveHub): void {
  server.get('/live', async (request, reply) => {
    const facts = factsOf(request)
    const actor = await parts.authenticate(createContext(workshop, { actor: nobody }), facts)
    if (!actor.account) throw unauthenticated()
    if (actor.citizen) throw forbidden('signed-in')
    const accounts = await parts.accountsHeard(createContext(workshop, { actor }))
    reply.hijack()
    live.attach(reply.raw, accounts)
  })
}

async function serve(workshop: Workshop, parts: ServerParts, one: Route, request: FastifyRequest, reply: FastifyReply) {
  const facts = factsOf(request)
  const now = workshop.clock()
  let ctx = createContext(workshop, { actor: nobody, now })
  try {
    // Before anything is counted: another site must not use up the calls of this one's people.
    if (!one.foreignOrigins) refuseForeignOrigin(facts)
    if (one.ratePerMinute && !allowCall(`${one.path} ${facts.address}`, one.ratePerMinute, workshop.clock())) {
      throw new Problem('request.too-many', 429, 'Quá nhiều yêu cầu trong một phút. Ông/bà chờ một lát rồi thử lại.')
    }
    ctx = createContext(workshop, { actor: await findCaller(parts, ctx, one, facts), now })
    checkAccess(ctx, one)
    const input = await readInput(one, request, facts)
    checkAssurance(ctx, one)
    const answer = await one.handle(ctx, input)
    return await send(parts, ctx, one, answer, { ...facts, access: one.access }, reply)
  } catch (error) {
    await tellRefusal(parts, ctx, error, { route: one.path, request: facts })
    throw error
  }
}

/** A refusal stands, and is told to who asked, also where it could not be written down. */
async function tellRefusal(
  parts: ServerParts,
  ctx: Context,
  error: unknown,
  asked: { route: string; request: RequestFacts },
): Promise<void> {
  if (!(error instanceof Problem)) return
  try {
    await parts.onRefused(ctx, { problem: error, ...asked })
  } catch (fault) {
    ctx.log.error({ err: fault, route: asked.route }, 'a refusal could not be written down')
  }
}

/** What is open to anybody is open to who shows a dead token too: the sign-in page would otherwise lead to itself. */
async function findCaller(parts: ServerParts, ctx: Context, one: Route, facts: RequestFacts): Promise<Actor> {
  try {
    return await parts.authenticate(ctx, facts)
  } catch (error) {
    if (one.access === 'public' && error instanceof Problem && error.status === 401) return nobody
    throw error
  }
}

function checkAccess(ctx: Context, one: Route): void {
  if (one.access === 'public') return
  if (!ctx.actor.account) throw unauthenticated()
  const isForOfficers = one.access === 'signed-in' && ctx.actor.citizen !== undefined && !one.citizens
  if (isForOfficers || (one.access !== 'signed-in' && !ctx.can(one.access))) {
    throw forbidden(one.access)
  }
}

/** After the input is read: what was typed is kept over the step up. */
function checkAssurance(ctx: Context, { assurance }: Route): void {
  if (assurance === undefined) return
  const { level, ...options } = typeof assurance === 'string' ? { level: assurance } : assurance
  ctx.requireAssurance(level, options)
}

/**
 * A browser says where a request comes from (Sec-Fetch-Site, Origin): a changing request from another site is refused, whatever
 * cookie it carries. Clients that are no browsers send neither header, nor a cookie they did not get themselves.
 */
function refuseForeignOrigin(facts: RequestFacts): void {
  if (facts.method === 'GET' || facts.method === 'HEAD') return
  const site = facts.headers['sec-fetch-site']
  const origin = facts.headers.origin
  const sameSite = site ? site === 'same-origin' || site === 'none' : true
  const sameOrigin = origin && !site ? hostOf(origin) === facts.headers.host : true
  if (!sameSite || !sameOrigin)
    throw new Problem('access.foreign-origin', 403, 'Yêu cầu đến từ một trang khác nên bị từ chối.')
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

function factsOf(request: FastifyRequest): RequestFacts {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
  return {
    url: request.url,
    path: request.url.split('?')[0] ?? '/',
    method: request.method,
    address: request.ip,
    headers,
    cookies: parseCookies(headers.cookie ?? ''),
  }
}

async function send(
  parts: ServerParts,
  ctx: Context,
  one: Route,
  answer: unknown,
  facts: RequestFacts,
  reply: FastifyReply,
) {
  if (!one.path.startsWith('/assets/')) reply.header('cache-control', 'no-store')
  if (!isReply(answer)) {
    if (answer === undefined) return reply.code(one.status ?? 204).send()
    return reply
      .code(one.status ?? 200)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(answer))
  }
  return sendReply(parts, ctx, answer, facts, reply)
}

function setCookies(ctx: Context, facts: RequestFacts, reply: FastifyReply, cookies: readonly SetCookie[] = []): void {
  const secure = facts.headers['x-forwarded-proto'] === 'https' || ctx.config.publicUrl?.startsWith('https:')
  for (const { name, value, maxAgeSeconds, httpOnly } of cookies) {
    const options = { path: '/', sameSite: 'lax' as const, httpOnly: httpOnly ?? true, secure, maxAge: maxAgeSeconds }
    reply.header('set-cookie', serializeCookie(name, value, options))
  }
}

async function sendReply(parts: ServerParts, ctx: Context, answer: Reply, facts: RequestFacts, reply: FastifyReply) {
  switch (answer.kind) {
    case 'page':
      reply.headers(answer.content.headers ?? {})
      if (answer.content.setCookies?.length) reply.header('set-cookie', answer.content.setCookies)
      setCookies(ctx, facts, reply, answer.content.cookies)
      return sendHtml(reply, answer.content.status ?? 200, await parts.renderPage(ctx, answer.content, facts))
    case 'fragment':
      return sendHtml(reply, 200, parts.renderFragment(ctx, answer.body, facts))
    case 'redirect':
      if (answer.setCookies?.length) reply.header('set-cookie', answer.setCookies)
      setCookies(ctx, facts, reply, answer.cookies)
      return reply.redirect(answer.to, answer.status)
    case 'json':
      return reply
        .headers(answer.headers)
        .code(answer.status)
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(answer.value))
    case 'answer':
      return reply.code(answer.status).headers(answer.headers).send(answer.body)
    case 'file':
      return reply
        .type(answer.type)
        .header(
          'content-disposition',
          `${answer.inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(answer.name)}`,
        )
        .send(answer.bytes)
  }
}

const sendHtml = (reply: FastifyReply, status: number, html: string) =>
  reply.code(status).type('text/html; charset=utf-8').send(html)

const pageNotFound = () => new Problem('page.not-found', 404, 'Không có trang này.')

const brokenAddress = () =>
  new Problem('request.broken-address', 400, 'Địa chỉ này không đọc được. Hãy kiểm tra lại đường dẫn.')

async function answerAsset(workshop: Workshop, parts: ServerParts, request: FastifyRequest, reply: FastifyReply) {
  const asset =
    request.method === 'GET'
      ? parts.findAsset(request.url.split('?')[0] ?? '', factsOf(request).headers['accept-encoding'])
      : undefined
  if (asset) return reply.headers(asset.headers).send(asset.body)
  return answerProblem(workshop, parts, pageNotFound(), request, reply)
}

async function answerProblem(
  workshop: Workshop,
  parts: ServerParts,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const facts = factsOf(request)
  const problem = asProblem(error, workshop.config)
  if (problem.status >= 500) workshop.log.error({ err: error, path: facts.path }, 'request failed')
  reply.header('cache-control', 'no-store')
  const accept = facts.headers.accept ?? '*/*'
  // A face of machines at which a person may look too: only who asks for a page gets one.
  const isFace = /^\/(ogc|oidc|token)(\/|$)/.test(facts.path) && !accept.includes('text/html')
  const wantsJson =
    facts.path.startsWith('/api/') || facts.path.startsWith('/health') || facts.path === '/live' || isFace
  if (wantsJson || !/text\/html|\*\/\*/.test(accept)) {
    if (problem.status === 401) reply.header('www-authenticate', challengeOf(problem))
    return reply
      .code(problem.status)
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemDetails(problem, facts.path)))
  }
  const wish = wishOf(problem)
  if (wish) return leadToStepUp(workshop, parts, wish, request, reply)
  if (problem.status === 401) return reply.redirect(signInAddress(facts), 303)
  const actor = await parts.authenticate(createContext(workshop, { actor: nobody }), facts).catch(() => nobody)
  const ctx = createContext(workshop, { actor })
  const advice = problem.status === 403 ? await parts.adviseRefused(ctx, problem) : undefined
  const html = await parts.renderPage(ctx, { ...problemPage(problem), advice }, facts)
  return sendHtml(reply, problem.status, html)
}

/** A form whose sender is signed in no longer is not kept: he comes back to the page it stands on, and is told. */
const signInAddress = (facts: RequestFacts): string =>
  facts.method === 'GET'
    ? `/dang-nhap?${new URLSearchParams({ tiep: facts.url })}`
    : `/dang-nhap?${new URLSearchParams({ tiep: pageOfForm(facts), 'chua-gui': '1' })}`

async function leadToStepUp(
  workshop: Workshop,
  parts: ServerParts,
  wish: AssuranceWish,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const facts = factsOf(request)
  const actor = await parts.authenticate(createContext(workshop, { actor: nobody }), facts)
  const ctx = createContext(workshop, { actor })
  return sendReply(parts, ctx, await parts.stepUp(ctx, facts, { ...wish, form: sentFormOf(request) }), facts, reply)
}

/** RFC 9457. */
export function problemDetails(problem: Problem, instance: string) {
  return {
    type: `urn:tram-huong:problem:${problem.code}`,
    title: problem.message,
    status: problem.status,
    code: problem.code,
    instance,
    ...(Object.keys(problem.facts).length ? { facts: problem.facts } : {}),
    ...(problem.fields.length
      ? { errors: problem.fields.map(({ path, message }) => ({ field: path, detail: message })) }
      : {}),
  }
}

function asProblem(error: unknown, { maxFileBytes }: Workshop['config']): Problem {
  if (error instanceof Problem) return error
  const { statusCode, code } = error as { statusCode?: number; code?: string }
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge(maxFileBytes)
  if (statusCode && statusCode < 500)
    return new Problem('request.refused', statusCode, 'Yêu cầu không hợp lệ.', { code })
  return new Problem('server.fault', 500, 'Hệ thống gặp lỗi và đã ghi lại. Ông/bà thử lại sau ít phút.')
}

function problemPage(problem: Problem): PageContent {
  const fields = problem.fields.flatMap(({ path, message }) =>
    message === problem.message ? [] : [path ? `${path}: ${message}` : message],
  )
  // The first sentence says what happened; what follows it, what to do.
  const [title = '', ...advice] = problem.message.split(/(?<=[.!?])\s+/)
  return {
    title,
    lead: advice.join(' ') || undefined,
    status: problem.status,
    face: 'desk',
    body: fields.length ? fields.join('\n') : `Mã: ${problem.code}`,
  }
}
