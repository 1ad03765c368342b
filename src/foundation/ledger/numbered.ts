/** The entries in the order of their numbers, for who follows the ledger: nothing is ever numbered below what was read. */
import type { Sql } from '#platform/sql'
import type { Entry } from './model.ts'
import { toEntry } from './read.ts'
import { countLeaves, entryColumns, type ListedEntry, listKeys } from './store.ts'

export interface NumberedQuery {
  /** The number after which to read; absent: from the first. */
  after?: number
  actions: readonly string[]
  reach: 'all' | ReadonlySet<string>
  limit: number
  /** How many numbers are looked through at most: an answer is quick also where little is found. */
  span: number
}

export interface NumberedEntries {
  entries: (Entry & { leafIndex: number })[]
  /** Where to go on: everything up to it has been told. */
  next: number
  /** There are numbers behind it. */
  more: boolean
}

export async function listNumbered(sql: Sql, query: NumberedQuery): Promise<NumberedEntries> {
  const { after = -1, reach, limit, span } = query
  // Before the entries are read: what is numbered meanwhile is left for the next time.
  const newest = (await countLeaves(sql)) - 1
  const last = Math.min(after + span, newest)
  const rows = await sql<(ListedEntry & { leafIndex: number })[]>`
    select ${entryColumns(sql)} from ledger.leaf l join ledger.entry e on e.id = l.entry_id
    where l.leaf_index > ${after} and l.leaf_index <= ${last} and e.action = any(${[...query.actions]}::text[])
      and ${reach === 'all' ? sql`true` : sql`e.organisation = any(${[...reach]}::text[])`}
    order by l.leaf_index limit ${limit}`
  const names = rows.map(({ sealedUnder }) => sealedUnder).filter((name) => name !== null)
  const keys = await listKeys(sql, [...new Set(names)])
  const next = rows.length === limit ? (rows.at(-1)?.leafIndex ?? after) : Math.max(after, last)
  return {
    entries: rows.map((row) => ({ ...toEntry(row, keys), leafIndex: row.leafIndex })),
    next,
    more: next < newest,
  }
}
