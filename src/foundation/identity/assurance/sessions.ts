import type { Context } from '#platform/context'
import { unauthenticated } from '#platform/errors'
import type { SetCookie } from '#platform/http'
import { recordDeed } from '../actions/record.ts'
import { hashToken, newToken } from '../actions/secrets.ts'
import { sessionLifeMs } from '../model.ts'
import * as store from '../session-store.ts'
import type { Account } from '../store.ts'

/** Of the pages, a client of the provider; the provider's own, by which it knows who is signed in. */
export const sessionCookie = 'tram_session'
export const signOnCookie = 'tram_sign_on'

const cookieOf = (name: string, value: string): SetCookie => ({ name, value, maxAgeSeconds: sessionLifeMs / 1000 })
export const pageCookieOf = (token: string) => cookieOf(sessionCookie, token)
export const signOnCookieOf = (token: string) => cookieOf(signOnCookie, token)

export const emptiedCookies: SetCookie[] = [sessionCookie, signOnCookie].map((name) => ({
  name,
  value: '',
  maxAgeSeconds: 0,
}))

export interface Opening extends store.Proof {
  address: string
  userAgent: string
}

/** Opens a session at the provider for who has proved who he is, always under a new token. */
export async function openSession(
  ctx: Context,
  account: Pick<Account, 'name' | 'organisation'>,
  opening: Opening,
): Promise<string> {
  const { token, tokenHash } = newToken()
  await store.insertSession(ctx.sql, {
    tokenHash,
    account: account.name,
    now: ctx.now,
    expiresAt: new Date(ctx.now.getTime() + sessionLifeMs),
    address: opening.address,
    userAgent: opening.userAgent.slice(0, 300),
    assurance: opening.assurance,
    amr: opening.amr,
  })
  await recordDeed(ctx, {
    action: 'session.opened',
    account: account.name,
    body: { address: opening.address, assurance: opening.assurance },
    actor: account.name,
    organisation: account.organisation ?? undefined,
  })
  return token
}

/**
 * Writes into the account's session at the provider what has been proved since, and gives it a new token: one that somebody else may
 * have planted or learned before is worth nothing afterwards.
 * @throws Problem 401 when the session has ended.
 */
export function raiseSession(
  ctx: Context,
  request: { cookies: Record<string, string | undefined>; address: string },
  account: string,
  proof: store.Proof,
): Promise<{ token: string; cookie: SetCookie }> {
  const old = request.cookies[signOnCookie]
  if (!old) throw unauthenticated()
  return ctx.transaction(async (ctx) => {
    const { token, tokenHash: newHash } = newToken()
    const raised = await store.raiseSession(ctx.sql, hashToken(old), { ...proof, account, newHash, now: ctx.now })
    if (!raised) throw unauthenticated()
    await recordDeed(ctx, {
      action: 'session.stepped-up',
      account,
      body: { address: request.address, assurance: proof.assurance, amr: [...proof.amr] },
      actor: account,
    })
    return { token, cookie: signOnCookieOf(token) }
  })
}
