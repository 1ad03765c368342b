import type { Context } from '#platform/context'
import { appendEntry, readPermission } from './actions.ts'
import { describeFilter } from './export/actions.ts'
import type { Entry, EntryFilter } from './model.ts'
import { listEntries } from './read.ts'

export interface Search extends EntryFilter {
  after?: string
  limit: number
}

/** What a reader of the ledger looks for, within his reach. Who searched for what is itself an entry; the plain list is no search. */
export async function searchEntries(ctx: Context, { after, limit, ...filter }: Search): Promise<Entry[]> {
  await recordSearch(ctx, filter, after)
  return listEntries(ctx.sql, { ...filter, after, limit, reach: ctx.reach(readPermission) })
}

export async function recordSearch(ctx: Context, filter: EntryFilter, after?: string): Promise<void> {
  const asked = describeFilter(filter)
  if (Object.keys(asked).length === 0) return
  await appendEntry(ctx, {
    action: 'ledger.searched',
    subject: 'ledger:entries',
    body: { ...asked, ...(after ? { after } : {}) },
  })
}

/** Whoever reads what was sealed leaves word of it; where the key is gone nothing was read. */
export async function recordOpened(ctx: Context, entries: readonly Entry[]): Promise<void> {
  const opened = entries.filter(({ sealedUnder, body }) => sealedUnder !== null && body !== undefined)
  if (opened.length === 0) return
  await appendEntry(ctx, {
    action: 'ledger.bodies-opened',
    subject: 'ledger:entries',
    body: { entries: opened.map(({ id }) => id) },
  })
}
