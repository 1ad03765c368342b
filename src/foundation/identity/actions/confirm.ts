import type { Context } from '#platform/context'
import { unauthenticated } from '#platform/errors'
import * as store from '../store.ts'
import { provePassword } from './prove.ts'
import { passPairBrake } from './sign-in.ts'

/**
 * Whether the signed-in person has entered his own password again: the act that makes a signature his.
 * @throws Problem 429 while the brake against guessing is on.
 */
export async function confirmPassword(ctx: Context, password: string): Promise<boolean> {
  const { account } = ctx.actor
  if (!account) throw unauthenticated()
  const key = `confirm ${account}`
  await passPairBrake(ctx, key)
  const isRight = await provePassword(ctx, await store.findAccount(ctx.sql, account), password)
  if (isRight) await store.forgetAttempts(ctx.sql, key, key)
  return isRight
}
