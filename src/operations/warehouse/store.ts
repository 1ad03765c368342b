import type { Sql } from '#platform/sql'
import type { KindName } from './kinds.ts'
import type { Channel, Contract, LandingCounts } from './model.ts'

export const landingStates = ['landing', 'landed', 'processing', 'done', 'refused'] as const
export type LandingState = (typeof landingStates)[number]

/** Why a whole file was refused, in Vietnamese and saying how to mend it. */
export interface LandingFault {
  code: string
  message: string
  facts: Record<string, unknown>
}

export interface Landing extends LandingCounts {
  id: number
  source: string
  contractVersion: number
  channel: Channel
  fileName: string | null
  byteCount: number
  sha256: Buffer | null
  receivedAt: Date
  receivedBy: string
  idempotencyKey: string | null
  state: LandingState
  fault: LandingFault | null
  rowsDone: number
  retracted: number
  startedAt: Date | null
  finishedAt: Date | null
  facts: Record<string, unknown>
  /** How the bytes are written where it is not as the contract says: pushed JSON under a contract of CSV. */
  format: 'json' | 'jsonl' | null
}

const landingColumns = (sql: Sql) => sql`
  id, source, contract_version, channel, file_name, byte_count, sha256, received_at, received_by, idempotency_key, state, fault,
  rows_done, received, applied, superseded, duplicate, quarantined, retracted, started_at, finished_at, facts,
  format`

export interface SourceRow {
  code: string
  pack: string
  organisation: string
  kind: KindName
  pausedAt: Date | null
}

export interface ContractRow {
  source: string
  version: number
  body: Contract
  state: 'draft' | 'current' | 'retired'
  madeBy: string
  madeAt: Date
  reason: string | null
}

/** True when the contract came with a pack or with the program: people read it before it ran. */
export const isReviewed = ({ madeBy }: Pick<ContractRow, 'madeBy'>): boolean =>
  madeBy === 'builtin' || madeBy.startsWith('pack:')

export async function findSource(sql: Sql, code: string): Promise<SourceRow | undefined> {
  const [row] = await sql<SourceRow[]>`
    select code, pack, organisation, kind, paused_at from warehouse.source where code = ${code}`
  return row
}

export async function listSources(sql: Sql): Promise<SourceRow[]> {
  return sql<SourceRow[]>`select code, pack, organisation, kind, paused_at from warehouse.source order by code`
}

export async function saveSource(sql: Sql, source: Omit<SourceRow, 'pausedAt'>): Promise<void> {
  await sql`
    insert into warehouse.source (code, pack, organisation, kind)
    values (${source.code}, ${source.pack}, ${source.organisation}, ${source.kind})
    on conflict (code) do update set organisation = excluded.organisation, kind = excluded.kind`
}

export async function findCurrentContract(sql: Sql, source: string): Promise<ContractRow | undefined> {
  const [row] = await sql<ContractRow[]>`
    select source, version, body, state, made_by, made_at, reason
    from warehouse.contract where source = ${source} and state = 'current'`
  return row
}

export async function findContract(sql: Sql, source: string, version: number): Promise<ContractRow | undefined> {
  const [row] = await sql<ContractRow[]>`
    select source, version, body, state, made_by, made_at, reason
    from warehouse.contract where source = ${source} and version = ${version}`
  return row
}

export async function listContracts(sql: Sql, source: string): Promise<ContractRow[]> {
  return sql<ContractRow[]>`
    select source, version, body, state, made_by, made_at, reason
    from warehouse.contract where source = ${source} order by version desc`
}

/** Makes this version the current one; the one before is retired. */
export async function saveContract(sql: Sql, contract: Contract, made: { by: string; reason?: string }): Promise<void> {
  await sql`update warehouse.contract set state = 'retired' where source = ${contract.code} and state = 'current'`
  await sql`
    insert into warehouse.contract (source, version, body, state, made_by, reason)
    values (${contract.code}, ${contract.version}, ${sql.json(contract)}, 'current', ${made.by}, ${made.reason ?? null})`
}

export async function setCurrentContract(sql: Sql, source: string, version: number): Promise<void> {
  await sql`update warehouse.contract set state = 'retired' where source = ${source} and state = 'current' and version <> ${version}`
  await sql`update warehouse.contract set state = 'current' where source = ${source} and version = ${version}`
}

export async function saveDraft(sql: Sql, contract: Contract, made: { by: string; reason?: string }): Promise<void> {
  await sql`
    insert into warehouse.contract (source, version, body, state, made_by, reason)
    values (${contract.code}, ${contract.version}, ${sql.json(contract)}, 'draft', ${made.by}, ${made.reason ?? null})`
}

export async function hasLandings(sql: Sql, source: string): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select from warehouse.landing where source = ${source} and state <> 'refused') as found`
  return row?.found ?? false
}

export interface NewLanding {
  source: string
  contractVersion: number
  channel: Channel
  fileName: string | null
  receivedBy: string
  receivedAt: Date
  format?: Landing['format']
}

export async function insertLanding(sql: Sql, landing: NewLanding): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into warehouse.landing
      (source, contract_version, channel, file_name, received_by, received_at, format)
    values (${landing.source}, ${landing.contractVersion}, ${landing.channel}, ${landing.fileName}, ${landing.receivedBy},
      ${landing.receivedAt}, ${landing.format ?? null})
    returning id`
  if (!row) throw new Error('a landing was not written')
  return row.id
}

export interface Chunk {
  seq: number
  rawOffset: number
  rawLength: number
  bytes: Buffer
}

export async function insertChunk(sql: Sql, landingId: number, chunk: Chunk): Promise<void> {
  await sql`
    insert into warehouse.landing_chunk (landing_id, seq, raw_offset, raw_length, bytes, packed_sha256)
    select ${landingId}, ${chunk.seq}, ${chunk.rawOffset}, ${chunk.rawLength}, packed, sha256(packed)
    from (values (${chunk.bytes}::bytea)) as p (packed)`
}

export async function findChunk(sql: Sql, landingId: number, seq: number): Promise<Chunk | undefined> {
  const [row] = await sql<Chunk[]>`
    select seq, raw_offset, raw_length, bytes from warehouse.landing_chunk where landing_id = ${landingId} and seq = ${seq}`
  return row
}

/** The same, and whether its compressed form is the one that was written. */
export async function findChunkAsWritten(
  sql: Sql,
  landingId: number,
  seq: number,
): Promise<(Chunk & { isAsWritten: boolean }) | undefined> {
  const [row] = await sql<(Chunk & { isAsWritten: boolean })[]>`
    select seq, raw_offset, raw_length, bytes, packed_sha256 is null or packed_sha256 = sha256(bytes) as is_as_written
    from warehouse.landing_chunk where landing_id = ${landingId} and seq = ${seq}`
  return row
}

/** The last chunk that begins at or before this byte of the input. */
export async function findChunkSeq(sql: Sql, landingId: number, offset: number): Promise<number | undefined> {
  const [row] = await sql<{ seq: number }[]>`
    select seq from warehouse.landing_chunk
    where landing_id = ${landingId} and raw_offset <= ${offset} order by seq desc limit 1`
  return row?.seq
}

export async function deleteChunks(sql: Sql, landingId: number): Promise<void> {
  await sql`delete from warehouse.landing_chunk where landing_id = ${landingId}`
}

export interface LandedFile {
  byteCount: number
  sha256: Buffer
  idempotencyKey: string | null
}

/**
 * The arrival is whole. Only now it takes its key: one that was cut off midway leaves none, and can be sent again under the same. A key
 * whose file was refused passes to the new arrival.
 */
export async function markLanded(sql: Sql, id: number, landed: LandedFile): Promise<void> {
  const { byteCount, sha256, idempotencyKey } = landed
  if (idempotencyKey !== null) {
    await sql`
      update warehouse.landing set idempotency_key = null
      where source = (select source from warehouse.landing where id = ${id}) and idempotency_key = ${idempotencyKey}
        and state = 'refused'`
  }
  const { count } = await sql`
    update warehouse.landing
    set state = 'landed', byte_count = ${byteCount}, sha256 = ${sha256}, idempotency_key = ${idempotencyKey}
    where id = ${id} and state = 'landing'`
  if (count !== 1) throw new Error(`landing ${id} was given up while its bytes came`)
}

export async function markRefused(sql: Sql, id: number, fault: LandingFault, at: Date): Promise<void> {
  await sql`
    update warehouse.landing set state = 'refused', fault = ${sql.json(fault as never)}, finished_at = ${at}
    where id = ${id}`
}

export async function findLanding(sql: Sql, id: number): Promise<Landing | undefined> {
  const [row] = await sql<Landing[]>`select ${landingColumns(sql)} from warehouse.landing where id = ${id}`
  return row
}

export async function findLandingByKey(sql: Sql, source: string, idempotencyKey: string): Promise<Landing | undefined> {
  const [row] = await sql<Landing[]>`
    select ${landingColumns(sql)} from warehouse.landing where source = ${source} and idempotency_key = ${idempotencyKey}`
  return row
}

export async function lockLanding(sql: Sql, id: number): Promise<Landing | undefined> {
  const [row] = await sql<Landing[]>`select ${landingColumns(sql)} from warehouse.landing where id = ${id} for update`
  return row
}

/** The oldest landing of a source that is not finished: landings of a source are processed in the order of arrival. */
export async function findOpenLanding(sql: Sql, source: string): Promise<Landing | undefined> {
  const [row] = await sql<Landing[]>`
    select ${landingColumns(sql)} from warehouse.landing
    where source = ${source} and state in ('landed', 'processing') order by id limit 1`
  return row
}

export async function markProcessing(sql: Sql, id: number, at: Date): Promise<void> {
  await sql`
    update warehouse.landing set state = 'processing', started_at = coalesce(started_at, ${at})
    where id = ${id} and state in ('landed', 'processing')`
}

export interface Progress extends LandingCounts {
  /** Rows read, faulty ones included. */
  rows: number
  /** Lines of duplicates, as ranges `[from, to)`. */
  duplicateLines: string
}

export async function addProgress(sql: Sql, id: number, progress: Progress): Promise<void> {
  await sql`
    update warehouse.landing set
      rows_done = rows_done + ${progress.rows}, received = received + ${progress.received},
      applied = applied + ${progress.applied}, superseded = superseded + ${progress.superseded},
      duplicate = duplicate + ${progress.duplicate}, quarantined = quarantined + ${progress.quarantined},
      duplicate_lines = duplicate_lines + ${progress.duplicateLines}::int4multirange
    where id = ${id}`
}

export async function markDone(
  sql: Sql,
  id: number,
  at: Date,
  done: { retracted: number; facts: Record<string, unknown> },
): Promise<void> {
  await sql`
    update warehouse.landing
    set state = 'done', finished_at = ${at}, retracted = ${done.retracted}, facts = ${sql.json(done.facts as never)}
    where id = ${id}`
}

export async function listWaitingSources(sql: Sql): Promise<string[]> {
  const rows = await sql<{ source: string }[]>`
    select distinct source from warehouse.landing where state in ('landed', 'processing')`
  return rows.map((row) => row.source)
}

/** Arrivals whose bytes stopped coming. */
export async function listStaleLandings(sql: Sql): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select id from warehouse.landing where state = 'landing' and begun_at < now() - interval '1 day' order by id limit 100`
  return rows.map((row) => row.id)
}

export async function hasTouches(sql: Sql, source: string): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select from warehouse.touch where source = ${source}) as found`
  return row?.found ?? false
}

export async function setPaused(sql: Sql, code: string, at: Date | null): Promise<void> {
  await sql`update warehouse.source set paused_at = ${at} where code = ${code}`
}

/** Landings of a source that were worked through, in the order they came. */
export async function listFinishedLandings(
  sql: Sql,
  source: string,
): Promise<{ id: number; fileName: string | null }[]> {
  return sql<{ id: number; fileName: string | null }[]>`
    select id, file_name from warehouse.landing where source = ${source} and state = 'done' order by id`
}
