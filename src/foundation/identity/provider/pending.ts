/** A sign-in between an application's question and its answer, and who may take its next step. */
import type { Interaction, Provider } from 'oidc-provider'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type RequestFacts, redirect, type SetCookie, withCookies } from '#platform/http'
import { contentPolicy } from '#platform/policy'
import { hashArtifact } from '../actions/secrets.ts'
import type { Call } from './call.ts'
import { cookieNames, interactionPath } from './configuration.ts'
import { formTarget } from './form-target.ts'
import { isContent } from './model.ts'
import { ownClientId } from './own-client.ts'
import { type Asking, askLibrary, sayCall, withProvider } from './provider.ts'
import { type BrowserSession, findArtifact } from './store.ts'

export interface Pending {
  provider: Provider
  interaction: Interaction
  client: { id: string; name: string; isOwn: boolean }
  call: Call
  request: RequestFacts
}

export const gone = () =>
  new Problem('sign-on.over', 404, 'Lần đăng nhập này đã quá hạn. Xin quay lại ứng dụng và bấm đăng nhập lần nữa.')

export const isGone = (error: unknown): boolean => error instanceof Problem && error.code === 'sign-on.over'

/** @throws Problem 404 when it is over. */
export async function getPending({ provider, call, request }: Asking, uid: string): Promise<Pending> {
  const interaction = await provider.Interaction.find(uid)
  const client = interaction && (await provider.Client.find(String(interaction.params.client_id)))
  if (!interaction || !client) throw gone()
  const { clientId: id, clientName } = client
  return { provider, interaction, client: { id, name: clientName ?? id, isOwn: id === ownClientId }, call, request }
}

/** Does the next step of a pending sign-in; only the browser that began it has its cookie. */
export function withPending<T>(
  ctx: Context,
  request: RequestFacts,
  uid: string,
  work: (pending: Pending) => Promise<T>,
): Promise<T> {
  return withProvider(ctx, request, async (provider, call) => {
    if (request.cookies[cookieNames.interaction] !== uid) throw gone()
    // A key in the same request speaks for somebody else than the browser does.
    if (call.browser && ctx.actor.account !== call.browser.account) throw gone()
    return work(await getPending({ provider, call, request }, uid))
  })
}

/** Whether a form may be looked at at all, before the costly part of it. @throws as above */
export async function requirePending(ctx: Context, { cookies }: RequestFacts, uid: string): Promise<void> {
  const isKnown = cookies[cookieNames.interaction] === uid
  if (!isKnown || !(await findArtifact(ctx.sql, 'Interaction', hashArtifact('Interaction', uid)))) throw gone()
}

/**
 * Gives the library its answer, and goes at once where it would send the browser for it: the cookie of that way was set together with the
 * one that this step was shown.
 */
export async function finish(
  { interaction, provider, call, request }: Pending,
  result: NonNullable<Interaction['result']>,
  cookies: SetCookie[] = [],
): Promise<Reply> {
  interaction.result = { ...('error' in result ? {} : interaction.lastSubmission), ...result }
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000))
  const cookie = [request.headers.cookie, `${cookieNames.resume}=${interaction.uid}`].filter(Boolean).join('; ')
  const resumed = { ...request, method: 'GET', headers: { accept: 'text/html', cookie } }
  const headers = await askLibrary({ provider, call, request: resumed }, { url: `/auth/${interaction.uid}` })
  const setCookies = [headers['set-cookie'] ?? []].flat()
  if (typeof headers.location !== 'string') return withCookies(sayCall(call, headers), { cookies })
  return withCookies(redirect(headers.location), { cookies, setCookies })
}

const secondsOf = (at: Date) => Math.floor(at.getTime() / 1000)

export const loginOf = ({
  subject,
  amr,
  assurance,
  authenticatedAt,
}: Pick<BrowserSession, 'subject' | 'assurance' | 'authenticatedAt'> & { amr: readonly string[] }) => ({
  login: { accountId: subject, amr: [...amr], acr: assurance, ts: secondsOf(authenticatedAt) },
})

/** Wants a proof made for it (one made since it asked will do), or one that is not older than it says. */
export function wantsProof(
  { interaction: { prompt, params, iat }, call: { ctx } }: Pending,
  { authenticatedAt }: BrowserSession,
): boolean {
  const provedAt = secondsOf(authenticatedAt)
  // The library has noted by the machine's clock when it was asked.
  const askedAt = iat + secondsOf(ctx.now) - secondsOf(new Date())
  if (prompt.reasons.includes('login_prompt') && provedAt <= askedAt) return true
  const isByAge = prompt.reasons.includes('max_age') || prompt.reasons.includes('proof_age')
  return isByAge && provedAt <= askedAt - Math.max(0, Number(params.max_age))
}

export const isStrongEnough = ({ interaction: { params } }: Pending, { assurance }: BrowserSession): boolean =>
  isContent(params.acr_values, assurance)

export const placeOf = ({ interaction }: Pending): string => `${interactionPath}/${interaction.uid}`

export const pageOf = ({ interaction, client }: Pending, content: Parameters<typeof page>[0]): Reply =>
  page({
    ...content,
    face: 'plain',
    headers: {
      'content-security-policy': contentPolicy({
        forms: client.isOwn ? [] : formTarget(interaction.params.redirect_uri),
      }),
    },
  })
