/** From a record back to the bytes it came as, and from a line of a file forward to what became of it. */
import type { Sql } from '#platform/sql'
import { type KindName, kindOf } from './kinds.ts'
import { readLandedBytes } from './landing.ts'
import { decodeSingleByte } from './readers/encoding.ts'
import { findContract, findLanding } from './store.ts'

export interface RecordVersion {
  id: number
  source: string
  key: string
  landingId: number
  line: number
  byteOffset: number | null
  byteLength: number | null
  payload: Record<string, unknown> | null
  sha: string
  versionOrder: string | null
  contractVersion: number
  state: 'applied' | 'superseded' | 'retracted'
  replacedBy: number | null
  replacedAt: Date | null
}

const columns = (sql: Sql) => sql`
  id, source, key, landing_id, line, byte_offset, byte_length, payload, encode(sha256, 'hex') as sha, version_order, contract_version,
  state, replaced_by, replaced_at`

export async function findRecord(sql: Sql, id: number): Promise<RecordVersion | undefined> {
  const [row] = await sql<RecordVersion[]>`select ${columns(sql)} from warehouse.record where id = ${id}`
  return row
}

/** All versions of one thing of a source: the one that stands first, then from the latest to the earliest. */
export async function listVersions(sql: Sql, source: string, key: string): Promise<RecordVersion[]> {
  return sql<RecordVersion[]>`
    select ${columns(sql)} from warehouse.record where source = ${source} and key = ${key}
    order by (state = 'applied') desc, version_order collate "C" desc nulls last, id desc`
}

/** The canonical rows a record became; empty for versions that no longer stand. */
export async function listCanonicalRows(
  sql: Sql,
  kind: KindName,
  recordId: number,
): Promise<Record<string, unknown>[]> {
  return sql<Record<string, unknown>[]>`
    select r.* from warehouse.${sql(kindOf(kind).table)} r where r.record_id = ${recordId} order by r.part`
}

/** The text of a record exactly as it stood in its file; undefined where the format has no lines (its values are in `payload`). */
export async function readRecordText(sql: Sql, record: RecordVersion): Promise<string | undefined> {
  if (record.byteOffset === null || record.byteLength === null) return undefined
  const bytes = await readLandedBytes(sql, record.landingId, record.byteOffset, record.byteLength)
  const contract = await findContract(sql, record.source, record.contractVersion)
  const encoding = contract?.body.format.encoding
  if (encoding === 'windows-1258' || encoding === 'tcvn3') return decodeSingleByte(bytes, encoding).normalize('NFC')
  return new TextDecoder(encoding === 'utf-16' || bytes[1] === 0 ? 'utf-16le' : 'utf-8').decode(bytes)
}

export type LineFate =
  | { fate: 'record'; record: RecordVersion }
  | { fate: 'quarantined'; quarantineId: number; rule: string; state: string }
  | { fate: 'duplicate' }

/** What became of a line of a landing: every record or set-aside record that came from it. */
export async function traceLine(sql: Sql, landingId: number, line: number): Promise<LineFate[]> {
  const landing = await findLanding(sql, landingId)
  if (!landing) return []
  const records = await sql<RecordVersion[]>`
    select ${columns(sql)} from warehouse.record where landing_id = ${landingId} and line = ${line} order by id`
  const aside = await sql<{ id: number; rule: string; state: string }[]>`
    select id, rule, state from warehouse.quarantine where landing_id = ${landingId} and line = ${line} order by id`
  const [doubled] = await sql<{ found: boolean }[]>`
    select duplicate_lines @> ${line}::int as found from warehouse.landing where id = ${landingId}`
  return [
    ...records.map((record) => ({ fate: 'record' as const, record })),
    ...aside.map(({ id, rule, state }) => ({ fate: 'quarantined' as const, quarantineId: id, rule, state })),
    ...(doubled?.found ? [{ fate: 'duplicate' as const }] : []),
  ]
}
