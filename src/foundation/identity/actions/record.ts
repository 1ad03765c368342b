import { appendEntry, type Json } from '#ledger'
import type { Context } from '#platform/context'

export interface Deed {
  action: string
  /** Name of the account it was done to. */
  account: string
  body?: Record<string, Json>
  /** Who did it, where nobody is signed in yet. */
  actor?: string
  organisation?: string
}

/** Writes a deed to the ledger, in the transaction of the deed. */
export async function recordDeed(ctx: Context, { account, ...deed }: Deed): Promise<void> {
  await appendEntry(ctx, { ...deed, subject: `account:${account}` })
}
