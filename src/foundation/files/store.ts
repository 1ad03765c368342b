import type { Sql } from '#platform/sql'
import type { StoredFile } from './model.ts'

// One who keeps a content holds its lock shared to the end of his transaction; one who sweeps takes it alone, or leaves it.
const lockNumber = (sql: Sql, sha256: string) => sql`hashtextextended(${`files:${sha256}`}, 0)`

export async function lockContent(sql: Sql, sha256: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${lockNumber(sql, sha256)})`
}

/** Waits for who keeps it at this moment, and keeps others waiting. */
export async function lockContentAlone(sql: Sql, sha256: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockNumber(sql, sha256)})`
}

export async function tryLockContent(sql: Sql, sha256: string): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`select pg_try_advisory_xact_lock(${lockNumber(sql, sha256)}) as locked`
  return row?.locked ?? false
}

/** False when the content is kept already. */
export async function insertContent(sql: Sql, file: StoredFile, by: string, at: Date): Promise<boolean> {
  const { count } = await sql`
    insert into files.content (sha256, type, size_bytes, first_name, kept_by, kept_at)
    values (${file.sha256}, ${file.type}, ${file.sizeBytes}, ${file.name}, ${by}, ${at})
    on conflict (sha256) do nothing`
  return count > 0
}

export async function findContent(sql: Sql, sha256: string): Promise<StoredFile | undefined> {
  const [row] = await sql<StoredFile[]>`
    select sha256, first_name as name, type, size_bytes from files.content where sha256 = ${sha256}`
  return row
}

export async function isKept(sql: Sql, sha256: string): Promise<boolean> {
  const [row] = await sql`select from files.content c
    where sha256 = ${sha256} and not exists (select from files.disposed d where d.sha256 = c.sha256)`
  return row !== undefined
}

export function listKept(sql: Sql, after: string, limit: number): Promise<{ sha256: string; sizeBytes: number }[]> {
  return sql<{ sha256: string; sizeBytes: number }[]>`
    select sha256, size_bytes from files.content c
    where sha256 > ${after} and not exists (select from files.disposed d where d.sha256 = c.sha256)
    order by sha256 limit ${limit}`
}
