// First passwords: a link by which the person chooses his own, once and within 72 hours, instead of a password that others have read.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { conflict, invalid, Problem } from '#platform/errors'
import { defineEvent } from '#platform/events'
import { getManagedAccount } from '../actions/accounts.ts'
import { recordDeed } from '../actions/record.ts'
import { hashPassword, hashToken, newToken } from '../actions/secrets.ts'
import { faultOfPassword, Password } from '../model.ts'
import { findAccount, setPassword } from '../store.ts'
import { findActivation, insertActivation, takeActivation } from './store.ts'

const lifeMs = 72 * 3600_000

/** A person is to get a link by which he chooses his first password; the link is made by who delivers it. */
export const activationWanted = defineEvent('identity.activation-wanted', z.object({ account: z.string() }))

/**
 * Makes the link of an account, the only one from now on.
 * @returns the path, which is shown or sent and kept nowhere else; nothing where the account needs none.
 */
export async function issueActivation(ctx: Context, name: string): Promise<string | undefined> {
  const account = await findAccount(ctx.sql, name)
  if (!account || account.machine || account.disabledAt || account.directory) return undefined
  const { token, tokenHash } = newToken()
  const expiresAt = new Date(ctx.now.getTime() + lifeMs)
  await ctx.transaction(async (ctx) => {
    await insertActivation(ctx.sql, {
      tokenHash,
      account: name,
      by: ctx.actor.account ?? 'system',
      now: ctx.now,
      expiresAt,
    })
    await recordDeed(ctx, {
      action: 'account.activation-issued',
      account: name,
      body: { expiresAt: expiresAt.toISOString() },
    })
  })
  return `/kich-hoat?ma=${token}`
}

/** By an administrator of the account's organisation: for a person without an address for mail. */
export async function issueManagedActivation(ctx: Context, name: string): Promise<string> {
  const account = await getManagedAccount(ctx, name)
  const path = await issueActivation(ctx, account.name)
  if (!path)
    throw conflict(
      'account.no-activation',
      'Tài khoản này không đặt mật khẩu ở đây (tài khoản máy, đang khóa hoặc dùng danh bạ).',
    )
  return path
}

const gone = () =>
  new Problem(
    'activation.gone',
    410,
    'Liên kết đã dùng, đã hết 72 giờ hoặc đã có liên kết mới hơn. Nhờ quản trị viên của đơn vị gửi lại.',
  )

/** Whose link it is. @throws Problem 410 */
export async function getActivation(ctx: Context, token: string): Promise<{ account: string; personName: string }> {
  const found = await findActivation(ctx.sql, hashToken(token), ctx.now)
  if (!found) throw gone()
  return found
}

/** Sets the first password by a link, which is used up with it. */
export async function activate(ctx: Context, token: string, wanted: string): Promise<void> {
  const { account } = await getActivation(ctx, token)
  const fault = Password.safeParse(wanted).error?.issues[0]?.message ?? faultOfPassword(wanted, account)
  if (fault) throw invalid(fault, [{ path: 'wanted', message: fault }])
  const passwordHash = await hashPassword(wanted)
  await ctx.transaction(async (ctx) => {
    if (!(await takeActivation(ctx.sql, hashToken(token), ctx.now))) throw gone()
    await setPassword(ctx.sql, account, passwordHash, false)
    await recordDeed(ctx, { action: 'account.activated', account, actor: account })
  })
}
