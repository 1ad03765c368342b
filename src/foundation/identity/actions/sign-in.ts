import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import type { RequestFacts } from '#platform/http'
import { openSession, sessionCookie, signOnCookie } from '../assurance/sessions.ts'
import { splitSignInName } from '../directory/model.ts'
import { findDomainOwner } from '../directory/store.ts'
import { AccountName, forgetFailuresMs, freeFailures, waitsInSeconds } from '../model.ts'
import { callForEnd } from '../provider/logout-jobs.ts'
import { deleteSessionsOf } from '../session-store.ts'
import * as store from '../store.ts'
import { provePassword } from './prove.ts'
import { recordDeed } from './record.ts'
import { hashToken } from './secrets.ts'

const pairWaits = waitsInSeconds(freeFailures.pair)
const addressWaits = waitsInSeconds(freeFailures.address)

export interface Credentials {
  account: string
  password: string
  address: string
  userAgent: string
}

/**
 * Opens a session for the right password, always under a new token.
 * @throws Problem 401 for a wrong one, 429 while the brake is on.
 */
export async function signIn(ctx: Context, given: Credentials): Promise<string> {
  const typed = splitSignInName(given.account)
  const parsed = AccountName.safeParse(typed.name)
  const name = parsed.success ? parsed.data : ''
  const keys = { address: `address ${given.address}`, pair: `pair ${name} ${given.address}` }
  const failures = {
    address: await passBrake(ctx, keys.address, addressWaits),
    pair: await passBrake(ctx, keys.pair, pairWaits),
  }
  const account = await findSignInAccount(ctx, name, typed.domain)
  const isRight = await provePassword(ctx, account, given.password)
  if (!isRight || !account || account.disabledAt) {
    // An unknown name is not written down: people type their password there by mistake.
    const subject = account?.name ?? 'unknown'
    await recordDeed(ctx, {
      action: 'session.refused',
      account: subject,
      body: { address: given.address },
      actor: 'anonymous',
      organisation: account?.organisation ?? undefined,
    })
    await noteBrake(ctx, account, { address: given.address, failures })
    throw new Problem('session.refused', 401, 'Tên đăng nhập hoặc mật khẩu không đúng.')
  }
  return ctx.transaction(async (ctx) => {
    await store.forgetAttempts(ctx.sql, keys.pair, keys.address)
    return openSession(ctx, account, { ...given, assurance: 'password', amr: ['pwd'] })
  })
}

/** By the bare name; a domain behind it must be that of the account's own directory. */
async function findSignInAccount(
  ctx: Context,
  name: string,
  domain: string | undefined,
): Promise<store.Account | undefined> {
  const account = await store.findAccount(ctx.sql, name)
  if (domain === undefined) return account
  const owner = await findDomainOwner(ctx.sql, domain)
  return owner !== undefined && owner === account?.directory ? account : undefined
}

/** The first failure after which has to be waited is a deed of its own: somebody guesses. */
async function noteBrake(
  ctx: Context,
  account: store.Account | undefined,
  { address, failures }: { address: string; failures: Record<'address' | 'pair', number> },
): Promise<void> {
  const braked = (['pair', 'address'] as const).filter((key) => failures[key] === freeFailures[key] + 1)
  if (braked.length === 0) return
  await recordDeed(ctx, {
    action: 'session.locked-out',
    account: account?.name ?? 'unknown',
    body: { address, by: braked },
    actor: 'anonymous',
    organisation: account?.organisation ?? undefined,
  })
}

/** Counts an attempt of one person; refuses while too many have failed. */
export const passPairBrake = (ctx: Context, key: string): Promise<number> => passBrake(ctx, key, pairWaits)

/** @returns how many have failed, this one with them. */
async function passBrake(ctx: Context, key: string, waits: readonly number[]): Promise<number> {
  const forgetBefore = new Date(ctx.now.getTime() - forgetFailuresMs)
  const failures = await store.takeAttempt(ctx.sql, key, { now: ctx.now, forgetBefore, waits })
  if (failures) return failures
  throw tooMany(ctx, await store.findBlockedUntil(ctx.sql, key))
}

function tooMany(ctx: Context, until: Date | undefined): Problem {
  const seconds = Math.max(1, Math.ceil(((until ?? ctx.now).getTime() - ctx.now.getTime()) / 1000))
  return new Problem(
    'session.too-many-failures',
    429,
    `Đã nhập sai nhiều lần. Ông/bà chờ ${seconds} giây rồi thử lại.`,
    { retryAfterSeconds: seconds },
  )
}

const programKey = (program: string) => `program ${program}`

/** Programs prove themselves hundreds of times a second: what is right is not counted, only looked up. */
export async function refuseWhileFailing(ctx: Context, program: string): Promise<void> {
  const until = await store.findBlockedUntil(ctx.sql, programKey(program))
  if (until && until > ctx.now) throw tooMany(ctx, until)
}

export async function countFailedProgram(ctx: Context, program: string): Promise<void> {
  const forgetBefore = new Date(ctx.now.getTime() - forgetFailuresMs)
  await store.takeAttempt(ctx.sql, programKey(program), { now: ctx.now, forgetBefore, waits: pairWaits })
}

/** Ends the sign-in of this browser, if there is one: what the pages and other applications have of it ends with it. */
export async function signOut(ctx: Context, cookies: RequestFacts['cookies']): Promise<void> {
  const [signOn, page] = [signOnCookie, sessionCookie].map((name) => {
    const token = cookies[name]
    return token ? hashToken(token) : undefined
  })
  if (!signOn && !page) return
  await ctx.transaction(async (ctx) => {
    const sessions = await deleteSessionsOf(ctx.sql, { signOn, page })
    for (const { account } of sessions) await recordDeed(ctx, { action: 'session.closed', account, actor: account })
    if (sessions.length > 0) await callForEnd(ctx)
  })
}
