import { randomUUID } from 'node:crypto'
import type { Context } from '#platform/context'
import { ownPerson } from '../actions/accounts.ts'
import { recordDeed } from '../actions/record.ts'
import { accountTold } from '../events.ts'
import { factorMinutes } from '../model.ts'
import { findHasFactor } from './store.ts'

/**
 * Whose factors are changed: his own, by who has just proved himself: with a second factor where he has one, else with his password.
 * @throws Problem 401 when that was too long ago.
 */
export async function requireOwnProof(ctx: Context): Promise<string> {
  const account = ownPerson(ctx)
  const level = (await findHasFactor(ctx.sql, account)) ? 'two-factor' : 'password'
  ctx.requireAssurance(level, { withinMinutes: factorMinutes })
  return account
}

/** Writes what changed in somebody's factors to the ledger, and tells him: a stranger's doing must not go unseen. */
export async function recordFactor(ctx: Context, account: string, action: string, what: string): Promise<void> {
  await recordDeed(ctx, { action, account })
  await ctx.publish(accountTold, {
    id: randomUUID(),
    accounts: [account],
    notice: 'account.factor-changed',
    values: { what },
    url: '/tai-khoan#bao-mat',
  })
}
