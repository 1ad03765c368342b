import type { Sql } from '#platform/sql'
import type { FileFormat, RecordFault } from '../model.ts'
import type { Landing } from '../store.ts'

export interface PushSource {
  organisation: string
  pausedAt: Date | null
  version: number
  format: FileFormat['type']
  personal: string[]
}

export async function findPushSource(sql: Sql, code: string): Promise<PushSource | undefined> {
  const [row] = await sql<PushSource[]>`
    select s.organisation, s.paused_at, c.version, c.body #>> '{format,type}' as format,
      coalesce(c.body -> 'personal', '[]') as personal
    from warehouse.source s join warehouse.contract c on c.source = s.code and c.state = 'current'
    where s.code = ${code}`
  return row
}

export interface NewPush {
  source: string
  contractVersion: number
  format: Landing['format']
  idempotencyKey: string | null
  receivedAt: Date
  receivedBy: string
  bytes: Buffer
  sha256: Buffer
  packed: Buffer
}

/** Landed at once, each with its one piece. Returns the ids in order; none for a push whose key is known. */
export async function insertPushed(sql: Sql, pushes: readonly NewPush[]): Promise<(number | undefined)[]> {
  const hex = (bytes: Buffer) => bytes.toString('hex')
  const rows = await sql<{ number: number; id: number }[]>`
    with pushed as materialized (
      select nextval('warehouse.landing_id_seq') as id, p.*
      from unnest(
        ${pushes.map((_, index) => index)}::int[], ${pushes.map(({ source }) => source)}::text[],
        ${pushes.map(({ contractVersion }) => contractVersion)}::int[], ${pushes.map(({ format }) => format)}::text[],
        ${pushes.map(({ idempotencyKey }) => idempotencyKey)}::text[],
        ${pushes.map(({ receivedAt }) => receivedAt.toISOString())}::text[], ${pushes.map(({ receivedBy }) => receivedBy)}::text[],
        ${pushes.map(({ bytes }) => bytes.length)}::int[], ${pushes.map(({ sha256 }) => hex(sha256))}::text[],
        ${pushes.map(({ packed }) => hex(packed))}::text[]
      ) as p (number, source, version, format, key, received_at, received_by, length, sha256, packed)
    ), landed as (
      insert into warehouse.landing (id, source, contract_version, channel, received_by, received_at, idempotency_key, format,
        state, byte_count, sha256)
      overriding system value
      select id, source, version, 'push', received_by, received_at::timestamptz, key, format, 'landed', length, decode(sha256, 'hex')
      from pushed order by number
      on conflict (source, idempotency_key) where idempotency_key is not null do nothing
      returning id
    ), kept as (
      insert into warehouse.landing_chunk (landing_id, seq, raw_offset, raw_length, bytes, packed_sha256)
      select p.id, 0, 0, p.length, decode(p.packed, 'hex'), sha256(decode(p.packed, 'hex'))
      from pushed p join landed l on l.id = p.id
    )
    select p.number, p.id from pushed p join landed l on l.id = p.id`
  const ids = new Map(rows.map(({ number, id }) => [number, id]))
  return pushes.map((_, index) => ids.get(index))
}

export async function findPushedByKey(
  sql: Sql,
  source: string,
  key: string,
): Promise<Pick<Landing, 'id' | 'sha256'> | undefined> {
  const [row] = await sql<Pick<Landing, 'id' | 'sha256'>[]>`
    select id, sha256 from warehouse.landing where source = ${source} and idempotency_key = ${key}`
  return row
}

export interface AsideRow {
  line: number
  key: string | null
  state: string
  faults: RecordFault[]
}

export async function listAside(
  sql: Sql,
  landing: number,
  page: { after: number; limit: number },
): Promise<AsideRow[]> {
  return sql<AsideRow[]>`
    select line, key, state, faults from warehouse.quarantine
    where landing_id = ${landing} and line > ${page.after} order by line limit ${page.limit}`
}
