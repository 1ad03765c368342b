/** Signing in at VNeID: leaving for it, and coming back. */
import * as client from 'openid-client'
import type { VneidSettings } from '#platform/config'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import type { RequestFacts, SetCookie } from '#platform/http'
import { recordDeed } from '../actions/record.ts'
import { hashToken, newToken } from '../actions/secrets.ts'
import { signOut } from '../actions/sign-in.ts'
import { openSession, raiseSession, signOnCookieOf } from '../assurance/sessions.ts'
import type { VneidIdentity } from '../person/model.ts'
import { resolvePerson } from '../person/resolve.ts'
import { sealText } from '../person/seal.ts'
import { browserOf, issuerOf } from '../provider/provider.ts'
import type { Proof } from '../session-store.ts'
import { readIdentity, readLevel } from './claims.ts'
import { callbackPath } from './paths.ts'
import { forgetVneid, openVneid } from './provider.ts'
import * as store from './store.ts'

const flowCookie = 'tram_vneid'
const flowMs = 10 * 60_000

/** The address of this platform as VNeID knows it: from the settings, never from the request. */
export const platformAddress = (ctx: Context, path: string): string => issuerOf(ctx).replace(/\/oidc$/, path)

/** Where a browser is sent to sign in, with the cookie that it comes back with. */
export async function leaveForVneid(
  ctx: Context,
  wish: { level: store.Level; returnTo: string },
): Promise<{ to: string; cookie: SetCookie }> {
  // Only a citizen's own session is raised here; an officer signs in as a citizen in a session of its own.
  const account = ctx.actor.citizen ? (ctx.actor.account ?? null) : null
  const { settings, config } = await openVneid(ctx)
  const { token, tokenHash } = newToken()
  const flow: store.Flow = {
    ...wish,
    account,
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
  }
  await store.insertFlow(ctx.sql, { ...flow, tokenHash, expiresAt: new Date(ctx.now.getTime() + flowMs) })
  const to = client.buildAuthorizationUrl(config, {
    redirect_uri: platformAddress(ctx, callbackPath),
    scope: settings.scopes,
    state: flow.state,
    nonce: flow.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
    code_challenge_method: 'S256',
    acr_values: settings.levels[wish.level],
  })
  return { to: to.href, cookie: { name: flowCookie, value: token, maxAgeSeconds: flowMs / 1000 } }
}

export interface Arrival {
  cookies: SetCookie[]
  returnTo: string
  level: store.Level
  wanted: store.Level
}

/** @throws Problem with what went wrong, after it is written to the ledger. */
export async function arriveFromVneid(ctx: Context, request: RequestFacts): Promise<Arrival> {
  const flow = await takeFlow(ctx, request)
  try {
    const { settings, config } = await openVneid(ctx)
    const proved = await askVneid(ctx, { settings, config, flow, request })
    return await openCitizenSession(ctx, { flow, request, ...proved })
  } catch (error) {
    const problem = problemOf(error)
    await recordRefusal(ctx, request, problem)
    throw problem
  }
}

async function recordRefusal(ctx: Context, request: RequestFacts, { code }: Problem): Promise<void> {
  await recordDeed(ctx, {
    action: 'session.refused',
    account: 'vneid',
    body: { address: request.address, reason: code },
    actor: 'anonymous',
  })
}

async function takeFlow(ctx: Context, request: RequestFacts): Promise<store.Flow> {
  const token = request.cookies[flowCookie]
  const flow = token ? await store.takeFlow(ctx.sql, hashToken(token), ctx.now) : undefined
  if (flow) return flow
  const problem = new Problem(
    'vneid.no-flow',
    400,
    'Lượt đăng nhập này đã dùng rồi, đã quá 10 phút, hoặc bắt đầu ở một trình duyệt khác. Xin đăng nhập lại từ đầu.',
  )
  await recordRefusal(ctx, request, problem)
  throw problem
}

interface Proved {
  identity: VneidIdentity
  level: store.Level
  amr: string[]
  idToken: string
}

async function askVneid(
  ctx: Context,
  asked: { settings: VneidSettings; config: client.Configuration; flow: store.Flow; request: RequestFacts },
): Promise<Proved> {
  const { settings, config, flow, request } = asked
  try {
    // State, the issuer named beside the code (RFC 9207), nonce, audience, times and signature are the library's to check.
    const tokens = await client.authorizationCodeGrant(config, new URL(platformAddress(ctx, request.url)), {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims || !tokens.id_token) throw new Problem('vneid.token', 502, wordsOf.token)
    const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
    return {
      identity: readIdentity(settings, { ...person, ...claims, sub: claims.sub }),
      level: readLevel(settings, claims.acr),
      amr: Array.isArray(claims.amr) ? claims.amr.filter((one) => typeof one === 'string').slice(0, 5) : [],
      idToken: tokens.id_token,
    }
  } catch (error) {
    forgetVneid(settings)
    throw error
  }
}

const wordsOf = {
  denied: 'Ông/bà đã hủy hoặc từ chối chia sẻ thông tin ở VNeID, nên chưa đăng nhập. Không có gì được gửi đi.',
  fault: 'VNeID báo lỗi. Ông/bà thử lại sau ít phút; nếu vẫn lỗi, xin liên hệ nơi hỗ trợ.',
  token:
    'Câu trả lời nhận được không đúng là của VNeID cho lượt đăng nhập này, nên bị từ chối. Xin đăng nhập lại từ đầu.',
  slow: 'VNeID trả lời quá chậm nên lượt đăng nhập này đã dừng. Ông/bà thử lại sau ít phút.',
}

/** Whatever the library or the network has said, in words for the person, with a stable code. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  const withCause = (problem: Problem) => Object.assign(problem, { cause: error })
  const { error: said, name, code } = error as { error?: string; name?: string; code?: string }
  if (error instanceof client.AuthorizationResponseError)
    return said === 'access_denied'
      ? withCause(new Problem('vneid.denied', 403, wordsOf.denied))
      : withCause(new Problem('vneid.fault', 502, wordsOf.fault, { said }))
  if (error instanceof client.ResponseBodyError)
    return withCause(new Problem('vneid.refused-code', 502, wordsOf.token, { said }))
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'OAUTH_TIMEOUT')
    return withCause(new Problem('vneid.slow', 504, wordsOf.slow))
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || error instanceof TypeError)
    return withCause(new Problem('vneid.fault', 502, wordsOf.fault))
  return withCause(new Problem('vneid.token', 502, wordsOf.token))
}

async function openCitizenSession(
  ctx: Context,
  arrived: Proved & { flow: store.Flow; request: RequestFacts },
): Promise<Arrival> {
  const { flow, request, identity, level, amr, idToken } = arrived
  return ctx.transaction(async (ctx) => {
    const { account } = await resolvePerson(ctx, identity)
    if (flow.account && flow.account !== account)
      throw new Problem(
        'vneid.another-person',
        403,
        'Tài khoản VNeID vừa dùng không phải của người đang đăng nhập, nên mức xác thực không đổi. Xin dùng đúng tài khoản của mình, hoặc đăng xuất trước.',
      )
    const token = await openOrRaise(ctx, request, account, { assurance: level, amr: ['vneid', ...amr] })
    await store.keepIdToken(ctx.sql, hashToken(token), await sealText(ctx, `id-token ${account}`, idToken))
    return {
      cookies: [signOnCookieOf(token), { name: flowCookie, value: '', maxAgeSeconds: 0 }],
      returnTo: flow.returnTo,
      level,
      wanted: flow.level,
    }
  })
}

/** Who is signed in already proves more in the same session; of anybody else a session that this browser held before ends. */
async function openOrRaise(ctx: Context, request: RequestFacts, account: string, proof: Proof): Promise<string> {
  if ((await browserOf(ctx, request))?.account === account)
    return (await raiseSession(ctx, request, account, proof)).token
  const userAgent = request.headers['user-agent'] ?? ''
  const opening = { ...proof, address: request.address, userAgent }
  const token = await openSession(ctx, { name: account, organisation: null }, opening)
  await signOut(ctx, request.cookies)
  return token
}
