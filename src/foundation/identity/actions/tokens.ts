import type { Context } from '#platform/context'
import { forbidden, invalid, notFound } from '#platform/errors'
import { Scopes, tokenDaysDefault } from '../model.ts'
import * as store from '../store.ts'
import { getManagedAccount, manageAccounts, refuseStandIn } from './accounts.ts'
import { recordDeed } from './record.ts'
import { newToken, tokenPrefix } from './secrets.ts'

export interface TokenWish {
  account: string
  scopes: string[]
  /** What it is for, in a few words. */
  label: string
  days?: number
}

export interface IssuedToken {
  /** Shown once; only its hash is kept. */
  token: string
  expiresAt: Date
}

/** Makes a token that acts for the account, narrowed to the scopes; asked of oneself, or with `account:manage`. */
export async function issueToken(ctx: Context, wish: TokenWish): Promise<IssuedToken> {
  refuseStandIn(ctx)
  const scopes = Scopes.safeParse(wish.scopes)
  if (!scopes.success) throw invalid(scopes.error.issues[0]?.message ?? 'Phạm vi không hợp lệ.')
  const account =
    wish.account === ctx.actor.account
      ? await store.findAccount(ctx.sql, wish.account)
      : await getManagedAccount(ctx, wish.account)
  if (!account) throw notFound('account', wish.account)
  if (account.disabledAt) throw forbidden(manageAccounts)
  const days = wish.days ?? tokenDaysDefault
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw invalid('Thời hạn của khóa từ 1 đến 3650 ngày.')
  const { token, tokenHash } = newToken(tokenPrefix)
  const expiresAt = new Date(ctx.now.getTime() + days * 24 * 3600_000)
  await ctx.transaction(async (ctx) => {
    await store.insertToken(ctx.sql, {
      tokenHash,
      account: account.name,
      label: wish.label.slice(0, 200),
      scopes: scopes.data,
      createdBy: ctx.actor.account ?? 'system',
      now: ctx.now,
      expiresAt,
    })
    await recordDeed(ctx, {
      action: 'token.issued',
      account: account.name,
      body: { scopes: scopes.data, label: wish.label.slice(0, 200), expiresAt: expiresAt.toISOString() },
    })
  })
  return { token, expiresAt }
}

/** Ends a token of one's own, or of an account one manages. */
export async function revokeToken(ctx: Context, account: string, id: string): Promise<void> {
  refuseStandIn(ctx)
  if (account !== ctx.actor.account) await getManagedAccount(ctx, account)
  await ctx.transaction(async (ctx) => {
    const token = await store.revokeToken(ctx.sql, account, id, ctx.now)
    if (!token) throw notFound('token', id)
    await recordDeed(ctx, { action: 'token.revoked', account, body: { label: token.label } })
  })
}
