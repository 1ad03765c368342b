import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'

export interface TellingEntry {
  id: string
  at: Date
  action: string
  subject: string
  body: string
  batch: string | null
}

/** Entries of an action in the order of their ids. */
export const listTelling = (sql: Sql, action: string, after: string | null, limit: number) => sql<TellingEntry[]>`
  select id, at, action, subject, body, batch from ledger.entry
  where action = ${action} and ${after === null ? sql`true` : sql`id > ${after}::uuid`} order by id limit ${limit}`

export async function findTelling(sql: Sql, id: string): Promise<TellingEntry | undefined> {
  const [row] = await sql<TellingEntry[]>`
    select id, at, action, subject, body, batch from ledger.entry where id = ${id}`
  return row
}

export interface Reading {
  action: string
  after: string | null
  begunAt: Date
  total: number
  entries: number
  contents: number
  bytes: number
  finishedAt: Date | null
}

export const listReadings = (sql: Sql) => sql<Reading[]>`
  select action, after, begun_at, total, entries, contents, bytes, finished_at from ledger.reading order by action`

/** A round from the first entry. */
export const beginRound = (sql: Sql, action: string, at: Date) => sql`
  insert into ledger.reading (action, begun_at, total)
  values (${action}, ${at}, (select count(*) from ledger.entry where action = ${action}))
  on conflict (action) do update set after = null, begun_at = excluded.begun_at, total = excluded.total, entries = 0,
    contents = 0, bytes = 0`

export const moveOn = (sql: Sql, action: string, after: string, read: { contents: number; bytes: number }) => sql`
  update ledger.reading set after = ${after}, entries = entries + 1, contents = contents + ${read.contents},
    bytes = bytes + ${read.bytes} where action = ${action}`

export const finishRound = (sql: Sql, action: string, at: Date) => sql`
  update ledger.reading set finished_at = ${at} where action = ${action}`

export interface ContentFault {
  subject: string
  entryId: string
  action: string
  code: 'changed' | 'missing' | 'unreadable'
  name: string
  source: string | null
  /** Hexadecimal SHA-256: as the entry tells it, and of what was read. */
  expected: string
  found: string | null
  keptAt: Date
  foundAt: Date
}

/** False when it is known already. */
export async function insertFault(sql: Sql, fault: ContentFault): Promise<boolean> {
  const { count } = await sql`insert into ledger.content_fault ${sql([{ ...fault }])} on conflict (subject) do nothing`
  return count > 0
}

export async function deleteFault(sql: Sql, subject: string): Promise<boolean> {
  const { count } = await sql`delete from ledger.content_fault where subject = ${subject}`
  return count > 0
}

/** The newest first, of these organisations; what the program itself kept concerns whoever reads the ledger. */
export const listFaults = (sql: Sql, limit: number, reach: Reach = 'all') => sql<ContentFault[]>`
  select f.subject, f.entry_id, f.action, f.code, f.name, f.source, f.expected, f.found, f.kept_at, f.found_at
  from ledger.content_fault f left join ledger.entry e on e.id = f.entry_id
  where ${reach === 'all' ? sql`true` : sql`coalesce(e.organisation, 'none') = any(${['none', ...reach]}::text[])`}
  order by f.found_at desc, f.subject limit ${limit}`
