/**
 * The provider of one process, and how a request reaches it. The library is an application of its own kind (Koa); it is given a copy of
 * the request and its answer is taken from it before anything is sent: the whole request is one transaction, and what it tells a client
 * is true in the database, and in the ledger, before the client hears it. Who it is comes from the settings, never from the request.
 */
import type { EventEmitter } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Context } from '#platform/context'
import { type AnswerHeaders, answer, page, type Reply, type RequestFacts } from '#platform/http'
import { contentPolicy } from '#platform/policy'
import { hashToken } from '../actions/secrets.ts'
import { countFailedProgram, refuseWhileFailing, signOut } from '../actions/sign-in.ts'
import { sessionCookie, signOnCookie } from '../assurance/sessions.ts'
import { sessionIdleMs } from '../model.ts'
import { type Call, type CallPage, calls, getCall } from './call.ts'
import { configure } from './configuration.ts'
import { openKeyRing } from './keys.ts'
import { tellOfLogout } from './logout-jobs.ts'
import { signOutPage } from './provider-pages.tsx'
import { listenTo, writeDeeds } from './sign-on-ledger.ts'
import { type BrowserSession, findBrowserSession } from './store.ts'
import { supplyUrlParse } from './url-parse.ts'

/** The issuer's name: from the settings, so that a forged Host header names nothing. */
export const issuerOf = ({ config: { publicUrl, host, port } }: Context): string =>
  `${(publicUrl ?? `http://${host}:${port}`).replace(/\/+$/, '')}/oidc`

type SendLogout = (this: InstanceType<Provider['Client']>, sub: string, sid: string) => Promise<void>

let kept: { name: string; provider: Provider } | undefined

/** By the library's own way: a signed word, posted to the application. @throws when it is not taken. */
export const sendLogout = (client: InstanceType<Provider['Client']>, { sub, sid }: { sub: string; sid: string }) =>
  (client.backchannelLogout as SendLogout).call(client, sub, sid)

/** Made anew only when its name or its keys change. */
export async function findProvider(ctx: Context): Promise<Provider> {
  const issuer = issuerOf(ctx)
  const ring = await openKeyRing(ctx)
  const name = `${issuer} ${ring.stamp}`
  if (kept?.name !== name) kept = { name, provider: await makeProvider(issuer, ring) }
  return kept.provider
}

async function makeProvider(issuer: string, ring: Awaited<ReturnType<typeof openKeyRing>>): Promise<Provider> {
  supplyUrlParse()
  // Loaded when first asked: no other command of the program waits for it.
  const library = await import('oidc-provider')
  const provider = new library.Provider(issuer, configure(issuer, ring, library))
  // The issuer's scheme decides whether cookies are Secure, whatever a proxy says.
  Object.defineProperty(provider.request, 'protocol', { get: () => new URL(issuer).protocol.slice(0, -1) })
  // The declared types leave it out.
  const send = provider.Client.prototype.backchannelLogout as SendLogout
  Object.assign(provider.Client.prototype, {
    async compareClientSecret(this: { clientId: string; clientSecret?: string }, given: string): Promise<boolean> {
      const call = getCall()
      await refuseWhileFailing(call.ctx, programOf(call, this.clientId))
      return this.clientSecret !== undefined && hashesAlike(given, this.clientSecret)
    },
    async backchannelLogout(this: InstanceType<Provider['Client']>, sub: string, sid: string): Promise<void> {
      const { ctx, delivers } = getCall()
      if (delivers) await send.call(this, sub, sid)
      else await ctx.enqueue(tellOfLogout, { client: this.clientId, sub, sid })
    },
  })
  provider.use(takeAnswer)
  listenTo(provider)
  // Koa's own event, which the declared types leave out.
  const koa: EventEmitter = provider
  koa.on('error', (fault: unknown) => {
    const call = calls.getStore()
    if (call) call.fault ??= fault
  })
  return provider
}

/** Never by address alone: behind a gateway's address stand many, and one that is set wrongly must not shut the others out. */
const programOf = ({ address }: Call, client: string): string => `${client} ${address}`

/** Both are hashes of 256 bits: how long a comparison takes tells nothing of the secret. */
const hashesAlike = (given: string, known: string): boolean => hashToken(given).toString('hex') === known

/** Outermost: keeps the library from sending anything by itself. */
async function takeAnswer(koa: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  const call = getCall()
  koa.respond = false
  koa.set('content-security-policy', contentPolicy())
  try {
    await next()
    call.answer = { status: koa.status, body: koa.body }
    if (koa.oidc?.route === 'end_session' && koa.status === 200) {
      call.page ??= signOutPage(koa)
      call.signOutSecret = secretOf(koa)
    }
    if (koa.oidc?.route === 'end_session_confirm' && koa.status === 303)
      call.signsOut = koa.oidc.params?.logout !== undefined
  } catch (fault) {
    call.fault ??= fault
  }
}

/** Of a session that is signed in; there is nothing to confirm at any other. */
function secretOf({ oidc: { session } }: KoaContextWithOIDC): string | undefined {
  const { secret } = (session?.state ?? {}) as { secret?: string }
  return session?.accountId ? secret : undefined
}

/** The sign-in that the browser brings, while it lives. */
export async function browserOf(ctx: Context, request: RequestFacts): Promise<BrowserSession | undefined> {
  const token = request.cookies[signOnCookie]
  return token ? browserBy(ctx, token) : undefined
}

export const browserBy = (ctx: Context, token: string): Promise<BrowserSession | undefined> =>
  findBrowserSession(ctx.sql, hashToken(token), {
    now: ctx.now,
    seenSince: new Date(ctx.now.getTime() - sessionIdleMs),
  })

/** Does something with the provider's own tables, in one transaction with the deeds it leads to. */
export async function withProvider<T>(
  ctx: Context,
  request: RequestFacts,
  work: (provider: Provider, call: Call) => Promise<T>,
): Promise<T> {
  // Before the transaction: first keys stay, whatever becomes of the request.
  const provider = await findProvider(ctx)
  return ctx.transaction(async (ctx) => {
    const call: Call = { ctx, browser: await browserOf(ctx, request), deeds: [], address: request.address }
    return calls.run(call, async () => {
      const done = await work(provider, call)
      if (call.fault) throw call.fault
      await writeDeeds(call)
      return done
    })
  })
}

/** Hands a request on to the library: `url` as it knows its routes, without `/oidc`. */
export function askProvider(
  ctx: Context,
  request: RequestFacts,
  asked: { url: string; body?: Buffer },
): Promise<Reply> {
  return withProvider(ctx, request, async (provider, call) => {
    const headers = await askLibrary({ provider, call, request }, asked)
    return sayCall(call, headers)
  })
}

export interface Asking {
  provider: Provider
  call: Call
  request: RequestFacts
}

/** One request to the library. @returns the headers of its answer; the rest is kept in the call. */
export async function askLibrary(
  { provider, call, request }: Asking,
  asked: { url: string; body?: Buffer },
): Promise<AnswerHeaders> {
  const { req, res } = copyOf(request, provider.issuer, asked)
  await provider.callback()(req, res)
  if (call.failed) await countFailedProgram(call.ctx, programOf(call, call.failed))
  if (call.signsOut) {
    await signOut(call.ctx, request.cookies)
    for (const name of [sessionCookie, signOnCookie])
      res.appendHeader('set-cookie', `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`)
  }
  return headersOf(res, provider.issuer)
}

/** A reply of the house in place of the library's own. */
export const sayCall = (call: Call, headers: AnswerHeaders): Reply =>
  call.page ? pageOf(call.page, headers) : answerOf(call, headers)

/** The library makes addresses out of the request it sees: that one has been sent to the issuer, whatever the real one says. */
function copyOf({ method, headers }: RequestFacts, issuer: string, { url, body }: { url: string; body?: Buffer }) {
  const req = Object.assign(new IncomingMessage(new Socket()), { originalUrl: `/oidc${url}` })
  req.method = method
  req.url = url
  const { 'transfer-encoding': _, ...sent } = headers
  req.headers = {
    ...sent,
    host: new URL(issuer).host,
    ...(body ? { 'content-length': String(body.length) } : {}),
  }
  if (body?.length) req.push(body)
  req.push(null)
  return { req, res: new ServerResponse(req) }
}

// Length and coding are the server's business: it may compress.
const notOurs = new Set(['content-length', 'transfer-encoding', 'connection', 'date'])

function headersOf(res: ServerResponse, issuer: string): AnswerHeaders {
  const entries = Object.entries(res.getHeaders()).filter(([name]) => !notOurs.has(name))
  const headers = Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]),
  )
  const { location } = headers
  return typeof location === 'string' ? { ...headers, location: withinSite(location, issuer) } : headers
}

/** Within this site people are led by paths: by whatever name their browser knows it, that is where they stay. */
const withinSite = (address: string, issuer: string): string =>
  address.startsWith(`${new URL(issuer).origin}/`) ? address.slice(new URL(issuer).origin.length) : address

function answerOf({ answer: given }: Call, headers: AnswerHeaders): Reply {
  const { status, body } = given ?? { status: 500, body: '' }
  if (Buffer.isBuffer(body) || typeof body === 'string') return answer(status, headers, body)
  return answer(status, headers, body === undefined || body === null ? '' : JSON.stringify(body))
}

function pageOf({ title, lead, status, body, forms }: CallPage, headers: AnswerHeaders): Reply {
  const { 'set-cookie': cookies } = headers
  return page({
    title,
    lead,
    status,
    body,
    face: 'plain',
    headers: { 'content-security-policy': contentPolicy({ forms }) },
    setCookies: cookies === undefined ? undefined : [cookies].flat(),
  })
}
