/**
 * Leaves and their entries as the verification reads them: some hundred in one value, so that few things are parsed and none copied on
 * the way to the hash. The text a commitment is made over is put together by the database from the columns; that trusts it no more than
 * reading the columns from it does. Each leaf:
 *
 *   number (8) · entry (16) · leaf's hash (32) · flags (1), and where the entry is there: 0 (1) · commitment (32) · length (4) · salt (16) · text
 *
 * Salt and text lie as the commitment is made over them, and zero and commitment as the leaf is.
 */
import { hash } from 'node:crypto'
import type { Sql } from '#platform/sql'
import { formatUuid } from './commitment.ts'
import { hashBytes } from './merkle.ts'

/** Leaves `from … to − 1`. */
export async function readLeaves(sql: Sql, from: number, to: number): Promise<Buffer[]> {
  const rows = await sql<{ leaves: string }[]>`
    select encode(f.leaves, 'base64') as leaves
    from generate_series(${from}::bigint, ${to - 1}::bigint, 512) as b (first) cross join lateral (
      -- Ordered by the rows that go in: they come so from the index, and nothing is sorted.
      select string_agg(
        int8send(l.leaf_index) || uuid_send(l.entry_id) || l.hash || case when e.id is null then '\\x00'::bytea else
          set_byte('\\x00'::bytea, 0, 1 + 2 * (e.batch is not null)::int + 4 * (e.sealed_under is not null)::int)
          || '\\x00'::bytea || e.commitment || int4send(octet_length(e.text)) || e.salt || convert_to(e.text, 'UTF8') end,
        ''::bytea) as leaves
      from (select leaf_index, entry_id, hash from ledger.leaf
        where leaf_index >= b.first and leaf_index < least(b.first + 512, ${to}::bigint) order by leaf_index) l
      left join lateral (
        -- With a limit: one look-up by key for each leaf, whatever the planner thinks of the table's size.
        select id, batch, sealed_under, salt, commitment, concat(
          '{"action":', to_json(action), ',"actor":', to_json(actor), ',"at":"',
          case when at >= '0001-01-01Z' and at < '10000-01-01Z'
            then to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') else at::text end,
          '","batch":', coalesce(batch, 'null'), ',"body":', body, ',"id":"', id, '",',
          case when on_behalf_of <> '' then '"onBehalfOf":' || to_json(on_behalf_of) || ',' end,
          '"organisation":', to_json(organisation), ',"purpose":', coalesce(to_json(purpose)::text, 'null'),
          ',"sealedUnder":', coalesce(to_json(sealed_under)::text, 'null'), ',"subject":', to_json(subject), ',"version":1}') as text
        from ledger.entry where id = l.entry_id limit 1) e on true) f
    where f.leaves is not null
    order by b.first`
  return rows.map(({ leaves }) => Buffer.from(leaves, 'base64'))
}

export interface AuditedLeaf {
  leafIndex: number
  entryId: string
  hash: Buffer
  /** Absent: the leaf's entry is gone. */
  entry?: { commitment: Buffer; salt: Buffer; text: string; hasBatch: boolean; isSealed: boolean }
}

/** One leaf of a field, looked at without being taken apart. */
interface LeafPlace {
  field: Buffer
  at: number
  next: number
  leafIndex: number
}

const [entryAt, hashAt, flagsAt, zeroAt, lengthAt, saltAt] = [8, 24, 56, 57, 90, 94]
const saltBytes = 16
const [isThere, hasBatch, isSealed] = [1, 2, 4]

export function* leavesOf(field: Buffer): Generator<LeafPlace> {
  for (let at = 0; at < field.length; ) {
    const isPresent = field[at + flagsAt] !== 0
    const next = at + (isPresent ? saltAt + saltBytes + field.readInt32BE(at + lengthAt) : zeroAt)
    if (next > field.length) throw new Error('a leaf was read in part: columns of the ledger are not of their length')
    yield { field, at, next, leafIndex: Number(field.readBigInt64BE(at)) }
    at = next
  }
}

export const hashOf = ({ field, at }: LeafPlace): Buffer => field.subarray(at + hashAt, at + hashAt + hashBytes)

/** The leaf is that of its commitment, and the commitment that of its entry. */
export function isSound({ field, at, next }: LeafPlace): boolean {
  if (field[at + flagsAt] === 0) return false
  const zero = at + zeroAt
  return (
    hash('sha256', field.subarray(at + saltAt, next), 'binary') ===
      field.toString('latin1', zero + 1, zero + 1 + hashBytes) &&
    hash('sha256', field.subarray(zero, zero + 1 + hashBytes), 'binary') ===
      field.toString('latin1', at + hashAt, at + hashAt + hashBytes)
  )
}

/** More than its hash is to be looked at: it seals a batch, or its body is sealed. */
export const isSpecial = ({ field, at }: LeafPlace): boolean => ((field[at + flagsAt] ?? 0) & (hasBatch | isSealed)) > 0

export function takeApart(place: LeafPlace): AuditedLeaf {
  const { field, at, next, leafIndex } = place
  const entryId = formatUuid(field.toString('hex', at + entryAt, at + hashAt))
  const flags = field[at + flagsAt] ?? 0
  if ((flags & isThere) === 0) return { leafIndex, entryId, hash: hashOf(place) }
  const entry = {
    commitment: field.subarray(at + zeroAt + 1, at + lengthAt),
    salt: field.subarray(at + saltAt, at + saltAt + saltBytes),
    text: field.toString('utf8', at + saltAt + saltBytes, next),
    hasBatch: (flags & hasBatch) > 0,
    isSealed: (flags & isSealed) > 0,
  }
  return { leafIndex, entryId, hash: hashOf(place), entry }
}
