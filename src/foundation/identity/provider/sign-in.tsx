/** Where people sign in, for the platform's own pages as for every other application: the first step of a pending sign-in. */
import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { type Reply, type RequestFacts, redirect, route, safeReturnPath } from '#platform/http'
import { hashToken } from '../actions/secrets.ts'
import { signIn, signOut } from '../actions/sign-in.ts'
import { signOnCookieOf } from '../assurance/sessions.ts'
import { signInByPasskey } from '../passkeys/actions.ts'
import { findFlow } from '../sign-on/store.ts'
import { interactionPath } from './configuration.ts'
import { signInPath } from './own-client.ts'
import { finish, isGone, loginOf, type Pending, pageOf, placeOf, requirePending, withPending } from './pending.ts'
import { browserBy } from './provider.ts'
import { findWays, SignInForm, type SignInFormProps } from './sign-in-form.tsx'

type Shown = Pick<SignInFormProps, 'account' | 'fault' | 'isRenewed'> & { status?: number }

/** What the pages have noted of their own request; other applications keep theirs to themselves. */
export const findOwnFlow = ({ client, call, interaction }: Pending) =>
  client.isOwn ? findFlow(call.ctx.sql, hashToken(String(interaction.params.state))) : undefined

export async function showSignIn(pending: Pending, { status, ...shown }: Shown = {}): Promise<Reply> {
  const { ctx } = pending.call
  const ways = await findWays(ctx)
  const flow = await findOwnFlow(pending)
  return pageOf(pending, {
    title: 'Đăng nhập',
    lead: pending.client.isOwn ? undefined : `Để vào ứng dụng “${pending.client.name}”.`,
    status,
    islands: ways.passkeyOrigin ? ['passkey'] : [],
    body: (
      <SignInForm {...shown} {...ways} here={placeOf(pending)} returnTo={flow?.returnTo} isFormLost={flow?.formLost} />
    ),
  })
}

const refusals = ['session.refused', 'session.too-many-failures', 'session.directory-silent', 'passkey.refused']

/**
 * Proves somebody's identity for a pending sign-in and goes on with it. The proof stands outside of the sign-in's own transaction: what a
 * wrong password has counted stays, and nobody waits while another's is being reckoned.
 */
async function enter(
  ctx: Context,
  { request, uid, account, returnTo }: { request: RequestFacts; uid: string; account?: string; returnTo?: string },
  prove: () => Promise<string>,
): Promise<Reply> {
  try {
    await requirePending(ctx, request, uid)
    const token = await prove()
    return await withPending(ctx, request, uid, async (pending) => {
      // A session that this browser held before ends: it never becomes the new one.
      await signOut(pending.call.ctx, request.cookies)
      pending.call.browser = await browserBy(pending.call.ctx, token)
      if (!pending.call.browser) throw new Problem('session.refused', 401, 'Phiên vừa mở đã bị kết thúc.')
      return finish(pending, loginOf(pending.call.browser), [signOnCookieOf(token)])
    })
  } catch (error) {
    if (isGone(error) && returnTo !== undefined)
      return redirect(`${signInPath}?${new URLSearchParams({ tiep: safeReturnPath(returnTo), lau: '1' })}`)
    if (!(error instanceof Problem && refusals.includes(error.code))) throw error
    const { status, message: fault } = error
    return withPending(ctx, request, uid, (pending) => showSignIn(pending, { account, fault, status }))
  }
}

const returnPath = z.string().max(2000).optional()
const params = z.object({ uid: z.string().max(100) })

export const interactionSignInRoutes = [
  route({
    method: 'POST',
    path: `${interactionPath}/:uid/dang-nhap`,
    access: 'public',
    ratePerMinute: 120,
    params,
    body: z.object({ account: z.string().max(200), password: z.string().max(1000), tiep: returnPath }),
    handle: (ctx, { params: { uid }, body: { account, password, tiep: returnTo }, request }) =>
      enter(ctx, { request, uid, account, returnTo }, () =>
        signIn(ctx, {
          account,
          password,
          address: request.address,
          userAgent: request.headers['user-agent'] ?? '',
        }),
      ),
  }),
  route({
    method: 'POST',
    path: `${interactionPath}/:uid/khoa`,
    access: 'public',
    ratePerMinute: 120,
    params,
    body: z.object({ passkey: z.string().max(60_000).default(''), tiep: returnPath }),
    handle: (ctx, { params: { uid }, body: { passkey: response, tiep: returnTo }, request }) =>
      enter(ctx, { request, uid, returnTo }, () =>
        signInByPasskey(ctx, { response, address: request.address, userAgent: request.headers['user-agent'] ?? '' }),
      ),
  }),
]
