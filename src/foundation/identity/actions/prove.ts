import type { Context } from '#platform/context'
import { proveInDirectory } from '../directory/client.ts'
import { fillContact, findDirectory } from '../directory/store.ts'
import { type Account, findPasswordHash } from '../store.ts'
import { verifyPassword } from './secrets.ts'

/**
 * Whether this is the password of the account: kept here, or known to its agency's directory. An account of a directory is never opened by a
 * password kept here. An account that does not exist takes as long as one that does.
 * @throws Problem 503 while the directory does not answer.
 */
export async function provePassword(ctx: Context, account: Account | undefined, password: string): Promise<boolean> {
  if (!account?.directory) return verifyPassword(account && (await findPasswordHash(ctx.sql, account.name)), password)
  if (account.disabledAt) return false
  const directory = await findDirectory(ctx.sql, account.directory)
  const entry = directory && (await proveInDirectory(ctx.config, directory, { name: account.name, password }))
  if (!entry) return false
  await fillContact(ctx.sql, account.name, entry)
  return true
}
