import { z } from 'zod'
import type { Sql } from '#platform/sql'
import { contractFor, formatOf } from '../input-format.ts'
import { type Kind, type KindName, kindOf } from '../kinds.ts'
import { readLandedBytes } from '../landing.ts'
import type { Contract } from '../model.ts'
import { readRecords } from '../readers/read-records.ts'

export interface StoredRecord {
  id: number
  source: string
  key: string
  landingId: number
  line: number
  byteOffset: number | null
  byteLength: number | null
  payload: Record<string, unknown> | null
  sha: string
  contractVersion: number
  state: 'applied' | 'superseded' | 'retracted'
  replacedBy: number | null
  replacedAt: Date | null
  receivedAt: Date
  fileName: string | null
  channel: string
  /** How its arrival was written where it was not as the contract says. */
  format: 'json' | 'jsonl' | null
}

const columns = (sql: Sql) => sql`
  r.id, r.source, r.key, r.landing_id, r.line, r.byte_offset, r.byte_length, r.payload, encode(r.sha256, 'hex') as sha,
  r.contract_version, r.state, r.replaced_by, r.replaced_at, l.received_at, l.file_name, l.channel, l.format`

export async function findRecord(sql: Sql, id: number): Promise<StoredRecord | undefined> {
  const [row] = await sql<StoredRecord[]>`
    select ${columns(sql)} from warehouse.record r join warehouse.landing l on l.id = r.landing_id where r.id = ${id}`
  return row
}

/** All versions of one record, the newest first. */
export function listVersions(sql: Sql, { source, key }: StoredRecord, limit: number): Promise<StoredRecord[]> {
  return sql<StoredRecord[]>`
    select ${columns(sql)} from warehouse.record r join warehouse.landing l on l.id = r.landing_id
    where r.source = ${source} and r.key = ${key} order by r.id desc limit ${limit}`
}

export interface CanonicalRow {
  part: number
  organisation: string
  area: string | null
  /** Fields of the kind by name. */
  fields: Record<string, unknown>
  attributes: Record<string, unknown>
}

/** What stands in the canonical table for a record; nothing for a version that was replaced. */
export async function listCanonicalRows(sql: Sql, kind: KindName, recordId: number): Promise<CanonicalRow[]> {
  const { table, fields }: Kind = kindOf(kind)
  const names = Object.entries(fields)
  let wanted = sql`part, organisation, attributes`
  for (const [, { column, type }] of names) {
    wanted = type === 'number' ? sql`${wanted}, ${sql(column)}::float8` : sql`${wanted}, ${sql(column)}`
  }
  const rows = await sql<Record<string, unknown>[]>`
    select ${wanted} from warehouse.${sql(table)} where record_id = ${recordId} order by part limit 200`
  return rows.map((row) => ({
    part: Number(row.part),
    organisation: String(row.organisation),
    area: row.area === null || row.area === undefined ? null : String(row.area),
    fields: Object.fromEntries(names.map(([name, { column }]) => [name, row[camel(column)] ?? null])),
    attributes: isTree(row.attributes) ? row.attributes : {},
  }))
}

const camel = (column: string): string => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

export interface CaseEvent {
  recordId: number
  activity: string
  lifecycle: string | null
  occurredAt: Date
  resource: string | null
  unit: string | null
}

/** The events of one case in the order in which they happened. */
export function listCaseEvents(sql: Sql, source: string, caseId: string, limit: number): Promise<CaseEvent[]> {
  return sql<CaseEvent[]>`
    select record_id, activity, lifecycle, occurred_at, resource, unit from warehouse.case_event
    where source = ${source} and case_id = ${caseId} order by occurred_at, record_id, part limit ${limit}`
}

export interface RecordInput {
  /** The bytes of the file from which the record came, as text; absent where the format has no lines. */
  raw: string | undefined
  /** Values by the names of the file. */
  values: Record<string, unknown>
}

/** What the file said: the very line, and its values by the names of the columns. */
export async function readRecordInput(sql: Sql, record: StoredRecord, written: Contract): Promise<RecordInput> {
  const contract = contractFor(written, record.format)
  const { byteOffset, byteLength, landingId } = record
  if (byteOffset === null || byteLength === null) return { raw: undefined, values: record.payload ?? {} }
  const line = await readLandedBytes(sql, landingId, byteOffset, byteLength)
  const values = await readLine(sql, landingId, line, contract)
  const decoder = contract.format.encoding === 'utf-16' ? new TextDecoder('utf-16le') : new TextDecoder()
  const isOld = ['windows-1258', 'tcvn3'].includes(contract.format.encoding)
  return { raw: isOld ? undefined : decoder.decode(line).replace(/[\r\n]+$/, ''), values }
}

/** The values of one line, read as if it stood in the file of that landing; none where it cannot be read. */
async function readLine(
  sql: Sql,
  landingId: number,
  line: Buffer,
  contract: Contract,
): Promise<Record<string, unknown>> {
  const head = contract.format.type === 'csv' ? await readHead(sql, landingId) : undefined
  return readValues(head ? Buffer.concat([head, line, newLine]) : line, contract)
}

const newLine = Buffer.from('\n')

/** Titles and header of a table: everything before its first record. */
async function readHead(sql: Sql, landingId: number): Promise<Buffer> {
  const [first] = await sql<{ from: number | null }[]>`
    select byte_offset as "from" from warehouse.record where landing_id = ${landingId} order by line limit 1`
  return first?.from ? readLandedBytes(sql, landingId, 0, Math.min(first.from, headBytes)) : Buffer.alloc(0)
}
const headBytes = 256 * 1024

/** The last row of a piece of a file, by the names of its columns. */
async function readValues(bytes: Buffer, contract: Contract): Promise<Record<string, unknown>> {
  let values: Record<string, unknown> = {}
  const feed = async function* () {
    yield bytes
  }
  // One element of an array stands alone, which a reader of arrays would not take.
  const { type } = contract.format
  if (type === 'json' || type === 'jsonl')
    return z.record(z.string(), z.unknown()).parse(JSON.parse(bytes.toString('utf8')))
  for await (const batch of readRecords(feed(), formatOf(contract))) {
    const last = batch.rows.at(-1)
    if (!last) continue
    const found = last.values
    values = Array.isArray(found)
      ? Object.fromEntries(batch.columns.map((name, at) => [name, found[at] ?? null]))
      : { ...(found as Record<string, unknown>) }
  }
  return values
}

export interface ValueChange {
  name: string
  before: unknown
  after: unknown
}

/** The values in which two versions of a record differ. */
export function compareValues(before: Record<string, unknown>, after: Record<string, unknown>): ValueChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const same = (name: string) => JSON.stringify(before[name] ?? null) === JSON.stringify(after[name] ?? null)
  return names
    .filter((name) => !same(name))
    .map((name) => ({ name, before: before[name] ?? null, after: after[name] ?? null }))
}
