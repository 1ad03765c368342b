import type { Sql } from '#platform/sql'
import type { QuarantineRow } from './quarantine-store.ts'
import { findQuarantine } from './quarantine-store.ts'

// Statements by which all that is stored of a source is mapped anew.

export async function listRecordIds(sql: Sql, source: string, after: number, limit: number): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select id from warehouse.record
    where source = ${source} and state = 'applied' and id > ${after} order by id limit ${limit}`
  return rows.map((row) => row.id)
}

export async function clearRecords(sql: Sql, source: string): Promise<void> {
  await sql`delete from warehouse.record where source = ${source}`
  await sql`delete from warehouse.quarantine where source = ${source}`
}

/** A finished landing is to be worked through again under another version. */
export async function reopenLanding(sql: Sql, id: number, version: number): Promise<void> {
  await sql`
    update warehouse.landing
    set state = 'landed', contract_version = ${version}, rows_done = 0, received = 0, applied = 0, superseded = 0, duplicate = 0,
      quarantined = 0, retracted = 0, duplicate_lines = '{}', finished_at = null
    where id = ${id}`
}

export async function listHandledQuarantine(
  sql: Sql,
  source: string,
): Promise<
  Pick<QuarantineRow, 'source' | 'landingId' | 'sha' | 'state' | 'mended' | 'handledBy' | 'handledAt' | 'reason'>[]
> {
  return sql`
    select source, landing_id, encode(sha256, 'hex') as sha, state, mended, handled_by, handled_at, reason
    from warehouse.quarantine where source = ${source} and state <> 'open' order by id`
}

export async function findQuarantineBySha(sql: Sql, source: string, sha: string): Promise<QuarantineRow | undefined> {
  const [row] = await sql<{ id: number }[]>`
    select id from warehouse.quarantine where source = ${source} and sha256 = decode(${sha}, 'hex')`
  return row && findQuarantine(sql, row.id)
}
