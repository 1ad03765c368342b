/**
 * The platform's own pages as a client of its provider, by the certified library openid-client: authorization code with PKCE, state and
 * nonce. The code is exchanged within the process, for the public address may not be reachable from the server that stands behind it.
 */
import * as client from 'openid-client'
import { type Assurance, assurances, meets } from '#platform/assurance'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { type Reply, type RequestFacts, type SetCookie, withCookies } from '#platform/http'
import { hashToken, newToken } from '../actions/secrets.ts'
import { pageCookieOf } from '../assurance/sessions.ts'
import { askAuthorization } from '../provider/interaction.tsx'
import { lifeSeconds } from '../provider/model.ts'
import { addressAt, ownCallbackPath, ownClientId, ownSecret } from '../provider/own-client.ts'
import { askProvider, browserOf, issuerOf } from '../provider/provider.ts'
import { putPageSession } from '../session-store.ts'
import { sealForm } from './kept-form.ts'
import * as store from './store.ts'

const flowCookie = 'tram_flow'
/** As long as the provider waits for an answer. */
const flowSeconds = lifeSeconds.interaction

/** A form that waits for its sender: where it goes and what was typed. */
interface SentForm {
  to: string
  text: string | undefined
}

export interface SignOnWish {
  returnTo: string
  level?: Assurance
  withinMinutes?: number
  form?: SentForm
}

function configOf(ctx: Context, request: RequestFacts): client.Configuration {
  const issuer = issuerOf(ctx)
  const server = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    authorization_response_iss_parameter_supported: true,
  }
  const own = { id_token_signed_response_alg: 'ES256' }
  const config = new client.Configuration(server, ownClientId, own, client.ClientSecretBasic(ownSecret))
  config[client.customFetch] = (url, options) => askHere(ctx, request, url, options)
  // On one's own machine the address has no certificate; nothing is sent over the network in any case.
  client.allowInsecureRequests(config)
  return config
}

async function askHere(
  ctx: Context,
  { address }: RequestFacts,
  url: string,
  { method, headers, body }: client.CustomFetchOptions,
): Promise<Response> {
  const path = new URL(url).pathname
  const request = { method, url: path, path, address, headers, cookies: {} }
  const asked = { url: path.slice('/oidc'.length), body: Buffer.from(String(body ?? '')) }
  const reply = await askProvider(ctx, request, asked)
  if (reply.kind !== 'answer') throw new Error(`the provider answered ${path} with a page`)
  const { status, headers: said, body: text } = reply
  return new Response(String(text), { status, headers: { 'content-type': String(said['content-type']) } })
}

/** One token a browser, whatever its tabs have under way. */
function browserTokenOf({ cookies }: RequestFacts): string {
  const known = cookies[flowCookie]
  return known && /^[\w-]{43}$/.test(known) ? known : newToken().token
}

/** Asks the provider who this is; answers with its question, or with the way back where it knows already. */
export async function startSignOn(
  ctx: Context,
  request: RequestFacts,
  wish: SignOnWish,
  showing: { status?: number; isRenewed?: boolean } = {},
): Promise<Reply> {
  const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()]
  const token = browserTokenOf(request)
  const { returnTo, level, withinMinutes, form } = wish
  const formSealed = form?.text === undefined ? undefined : sealForm(token, state, form.text)
  await store.insertFlow(ctx.sql, {
    stateHash: hashToken(state),
    browserHash: hashToken(token),
    nonce,
    verifier,
    returnTo,
    account: ctx.actor.account ?? null,
    level: level ?? null,
    withinMinutes: withinMinutes ?? null,
    formSealed: formSealed ?? null,
    formTo: formSealed && form ? form.to : null,
    formLost: form !== undefined && !formSealed,
    createdAt: ctx.now,
    expiresAt: new Date(ctx.now.getTime() + flowSeconds * 1000),
  })
  const { searchParams } = client.buildAuthorizationUrl(configOf(ctx, request), {
    redirect_uri: addressAt(issuerOf(ctx), ownCallbackPath),
    scope: 'openid',
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(level ? { acr_values: level } : {}),
    ...(withinMinutes === undefined ? {} : { max_age: String(withinMinutes * 60) }),
  })
  const reply = await askAuthorization(ctx, request, searchParams, showing)
  return withCookies(reply, { cookies: [{ name: flowCookie, value: token, maxAgeSeconds: flowSeconds }] })
}

export interface Arrival {
  flow: store.Flow
  /** Opens the form that waits, with this. */
  browserToken: string
  state: string
}

const refusal = (code: string, words: string) => new Problem(code, 400, words)

/** @throws Problem 400 for an answer to no question of this browser. */
export async function takeArrival(ctx: Context, request: RequestFacts): Promise<Arrival> {
  const state = answerOf(ctx, request).searchParams.get('state') ?? ''
  const browserToken = request.cookies[flowCookie] ?? ''
  const key = { stateHash: hashToken(state), browserHash: hashToken(browserToken) }
  const flow = await store.takeFlow(ctx.sql, key, ctx.now)
  if (flow) return { flow, browserToken, state }
  throw refusal(
    'sign-on.no-flow',
    'Lượt đăng nhập này đã dùng rồi, đã quá 15 phút, hoặc bắt đầu ở một trình duyệt khác. Xin đăng nhập lại từ đầu.',
  )
}

const answerOf = (ctx: Context, { url }: RequestFacts): URL => new URL(addressAt(issuerOf(ctx), url))

const turnedBack = ['access_denied', 'unmet_authentication_requirements']

/** Somebody pressed the button that leads back. */
export const isTurnedBack = (error: unknown): boolean =>
  error instanceof client.AuthorizationResponseError && turnedBack.includes(error.error)

/**
 * Exchanges the code and opens the session of the pages, under a new token.
 * @throws Problem 400 for whatever is wrong with the answer; the library's error for one that says no.
 */
export async function openPages(
  ctx: Context,
  request: RequestFacts,
  { flow, state }: Arrival,
): Promise<{ account: string; amr: readonly string[]; cookie: SetCookie }> {
  // State, the issuer named beside the code (RFC 9207), issuer, audience, nonce and times are the library's to check.
  const tokens = await client.authorizationCodeGrant(configOf(ctx, request), answerOf(ctx, request), {
    pkceCodeVerifier: flow.verifier,
    expectedState: state,
    expectedNonce: flow.nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  const proof = claims && proofOf(claims, flow)
  const browser = await browserOf(ctx, request)
  if (!claims || !proof || browser?.subject !== claims.sub)
    throw refusal('sign-on.token', 'Câu trả lời không đúng cho lượt đăng nhập này. Xin đăng nhập lại từ đầu.')
  const { token, tokenHash } = newToken()
  const { id: session, account, amr } = browser
  if (!(await putPageSession(ctx.sql, { session, tokenHash, ...proof, now: ctx.now })))
    throw refusal('sign-on.ended', 'Phiên đăng nhập vừa bị kết thúc. Xin đăng nhập lại.')
  return { account, amr, cookie: pageCookieOf(token) }
}

/** What the identity token says of the proof, if that is what was asked for. */
function proofOf(
  { acr, auth_time }: client.IDToken,
  { level, withinMinutes, createdAt }: store.Flow,
): { assurance: Assurance; authenticatedAt: Date } | undefined {
  const assurance = assurances.find((one) => one === acr)
  if (!assurance || !auth_time || (level && !meets(assurance, level))) return undefined
  const askedAt = Math.floor(createdAt.getTime() / 1000)
  if (withinMinutes !== null && auth_time < askedAt - withinMinutes * 60) return undefined
  return { assurance, authenticatedAt: new Date(auth_time * 1000) }
}
