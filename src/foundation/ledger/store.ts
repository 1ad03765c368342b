import type { Sql } from '#platform/sql'
import type { Checkpoint, StoredEntry } from './model.ts'

/** Everything that writes numbers or checkpoints holds this lock. */
const sequencerLock = 7_314_101
/** Held by the one transaction that has asked for the sequencer. */
const bellLock = 7_314_102

export const lockSequencer = (sql: Sql) => sql`select pg_advisory_xact_lock(${sequencerLock})`

/**
 * One statement. Answers whether the caller should ask for the sequencer: nothing was waiting, and no other open transaction has
 * asked already. (A missed call costs a minute: the timer comes round.)
 */
export async function insertEntries(sql: Sql, entries: readonly StoredEntry[]): Promise<boolean> {
  const rows = await sql<{ bell: boolean }[]>`
    insert into ledger.entry ${sql(
      entries,
      'id',
      'at',
      'actor',
      'onBehalfOf',
      'organisation',
      'action',
      'subject',
      'purpose',
      'sealedUnder',
      'body',
      'batch',
      'salt',
      'commitment',
    )}
    returning not exists (select from ledger.pending) and pg_try_advisory_xact_lock(${bellLock}) as bell`
  return rows[0]?.bell ?? false
}

export async function insertBatch(sql: Sql, entryId: string, salt: Buffer, chunks: readonly Buffer[]): Promise<void> {
  await sql`insert into ledger.batch (entry_id, salt) values (${entryId}, ${salt})`
  for (const [number, hashes] of chunks.entries()) {
    await sql`insert into ledger.batch_chunk (entry_id, number, hashes) values (${entryId}, ${number}, ${hashes})`
  }
}

export async function findBatchSalt(sql: Sql, entryId: string): Promise<Buffer | undefined> {
  const [row] = await sql<{ salt: Buffer }[]>`select salt from ledger.batch where entry_id = ${entryId}`
  return row?.salt
}

export async function listBatchHashes(sql: Sql, entryId: string): Promise<Buffer[]> {
  const rows = await sql<{ hashes: Buffer }[]>`
    select hashes from ledger.batch_chunk where entry_id = ${entryId} order by number`
  return rows.map((row) => row.hashes)
}

export interface BodyKey {
  name: string
  key: Buffer | null
  destroyedAt: Date | null
}

/** The key of that name, made when it is new; held against being destroyed until the transaction ends. */
export async function takeKey(
  sql: Sql,
  name: string,
  fresh: { key: Buffer; fingerprint: Buffer; at: Date },
): Promise<BodyKey> {
  await sql`
    insert into ledger.body_key (name, key, fingerprint, created_at)
    values (${name}, ${fresh.key}, ${fresh.fingerprint}, ${fresh.at})
    on conflict (name) do nothing`
  const [row] = await sql<BodyKey[]>`
    select name, key, destroyed_at from ledger.body_key where name = ${name} for share`
  if (!row) throw new Error(`the key ${name} was just written`)
  return row
}

export async function listKeys(sql: Sql, names: readonly string[]): Promise<Map<string, Buffer>> {
  if (names.length === 0) return new Map()
  const rows = await sql<{ name: string; key: Buffer }[]>`
    select name, key from ledger.body_key where name in ${sql(names)} and key is not null`
  return new Map(rows.map((row) => [row.name, row.key]))
}

/** False when there is no such key, or it is gone already. */
export async function eraseKey(sql: Sql, name: string, at: Date): Promise<boolean> {
  const rows = await sql`
    update ledger.body_key set key = null, destroyed_at = ${at} where name = ${name} and key is not null returning name`
  return rows.length > 0
}

export async function countEntriesUnder(sql: Sql, keyName: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) from ledger.entry where sealed_under = ${keyName}`
  return row?.count ?? 0
}

export interface ListedEntry extends StoredEntry {
  leafIndex: number | null
}

export const entryColumns = (sql: Sql) => sql`
  e.id, e.at, e.actor, e.on_behalf_of, e.organisation, e.action, e.subject, e.purpose, e.sealed_under, e.body, e.batch, e.salt, e.commitment,
  l.leaf_index`

export async function findStoredEntry(sql: Sql, id: string): Promise<ListedEntry | undefined> {
  const [row] = await sql<ListedEntry[]>`
    select ${entryColumns(sql)} from ledger.entry e left join ledger.leaf l on l.entry_id = e.id where e.id = ${id}`
  return row
}

export interface SignedEntry extends ListedEntry {
  /** The newest checkpoint; its root as base64. */
  signed: { size: number; root: string; note: string; verifierKey: string } | null
}

/** An entry with the newest checkpoint, which its proof leads to: one statement. */
export async function findSignedEntry(sql: Sql, id: string): Promise<SignedEntry | undefined> {
  const [row] = await sql<SignedEntry[]>`
    select ${entryColumns(sql)}, c.signed
    from ledger.entry e left join ledger.leaf l on l.entry_id = e.id left join (
      select jsonb_build_object('size', size, 'root', encode(root, 'base64'), 'note', note, 'verifierKey', verifier_key) as signed
      from ledger.checkpoint order by size desc limit 1) c on true
    where e.id = ${id}`
  return row
}

export async function countPending(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) from ledger.pending`
  return row?.count ?? 0
}

export async function countLeaves(sql: Sql): Promise<number> {
  const [row] = await sql<{ size: number }[]>`select coalesce(max(leaf_index) + 1, 0) as size from ledger.leaf`
  return row?.size ?? 0
}

/**
 * Takes the oldest waiting entries off the queue. Those that have a number already (restored from a copy) only leave the queue;
 * a mark without its entry stays, for the verification to find.
 */
export async function takePending(
  sql: Sql,
  limit: number,
): Promise<{ entryId: string; commitment: Buffer; numbered: boolean }[]> {
  return sql`
    with first as (
      select p.position, p.entry_id, e.commitment
      from ledger.pending p join ledger.entry e on e.id = p.entry_id
      order by p.position
      limit ${limit}
    ), taken as (
      delete from ledger.pending p using first f where p.position = f.position
      returning f.position, f.entry_id, f.commitment
    )
    select t.entry_id, t.commitment, l.entry_id is not null as numbered
    from taken t left join ledger.leaf l on l.entry_id = t.entry_id
    order by t.position`
}

export async function insertLeaves(sql: Sql, start: number, leaves: readonly { entryId: string; hash: Buffer }[]) {
  await sql`
    insert into ledger.leaf (leaf_index, entry_id, hash)
    select ${start}::bigint + place - 1, entry_id, decode(hash, 'hex')
    from unnest(${leaves.map((leaf) => leaf.entryId)}::uuid[], ${leaves.map((leaf) => leaf.hash.toString('hex'))}::text[])
      with ordinality as t (entry_id, hash, place)`
}

export interface SubtreeRow {
  height: number
  index: number
  hash: Buffer
}

export async function insertSubtrees(sql: Sql, rows: readonly SubtreeRow[]): Promise<void> {
  if (rows.length > 0) await sql`insert into ledger.subtree ${sql(rows, 'height', 'index', 'hash')}`
}

/** Rows `from … to − 1` of a height; height 0 are the leaves. */
export interface HashRange {
  height: number
  from: number
  to: number
}

interface RangeHashes {
  height: number
  from: number
  to: number
  /** The hashes of the range one after the other; shorter where rows are missing. */
  hashes: Buffer
}

/** A row a range and not a row a hash: what a client does for each row is most of what a proof costs. */
export async function listHashes(sql: Sql, ranges: readonly HashRange[]): Promise<RangeHashes[]> {
  if (ranges.length === 0) return []
  const leaves = ranges.filter((range) => range.height === 0)
  const higher = ranges.filter((range) => range.height > 0)
  return sql<RangeHashes[]>`
    select 0 as height, r.low as from, r.high as to, coalesce(l.hashes, '') as hashes
    from unnest(${leaves.map((range) => range.from)}::bigint[], ${leaves.map((range) => range.to)}::bigint[]) as r (low, high)
    cross join lateral (
      select string_agg(hash, ''::bytea) as hashes from (
        select hash from ledger.leaf where leaf_index >= r.low and leaf_index < r.high order by leaf_index limit 256) row) l
    union all
    select r.height, r.low, r.high, coalesce(s.hashes, '')
    from unnest(${higher.map((range) => range.height)}::int[], ${higher.map((range) => range.from)}::bigint[],
      ${higher.map((range) => range.to)}::bigint[]) as r (height, low, high)
    cross join lateral (
      select string_agg(hash, ''::bytea) as hashes from (
        select hash from ledger.subtree
        where height = r.height and index >= r.low and index < r.high order by index limit 256) row) s`
}

export interface CheckpointRow {
  size: number
  root: Buffer
  at: Date
  note: string
  verifierKey: string
}

export async function insertCheckpoint(sql: Sql, row: CheckpointRow): Promise<void> {
  await sql`
    insert into ledger.checkpoint (size, root, at, note, verifier_key)
    values (${row.size}, ${row.root}, ${row.at}, ${row.note}, ${row.verifierKey})`
}

export async function findLastCheckpoint(sql: Sql): Promise<CheckpointRow | undefined> {
  const [row] = await sql<CheckpointRow[]>`
    select size, root, at, note, verifier_key from ledger.checkpoint order by size desc limit 1`
  return row
}

/** Newest first, below the given size. */
export async function listCheckpointRows(sql: Sql, limit: number, after?: number): Promise<CheckpointRow[]> {
  return sql<CheckpointRow[]>`
    select size, root, at, note, verifier_key from ledger.checkpoint
    where ${after === undefined ? sql`true` : sql`size < ${after}`}
    order by size desc limit ${limit}`
}

export const toCheckpoint = (row: CheckpointRow): Checkpoint => ({ ...row, root: row.root.toString('base64') })

export async function findCheckpoint(sql: Sql, size: number): Promise<CheckpointRow | undefined> {
  const [row] = await sql<CheckpointRow[]>`
    select size, root, at, note, verifier_key from ledger.checkpoint where size = ${size}`
  return row
}

export async function findLeafCommitment(sql: Sql, index: number): Promise<Buffer | undefined> {
  const [row] = await sql<{ commitment: Buffer }[]>`
    select e.commitment from ledger.leaf l join ledger.entry e on e.id = l.entry_id where l.leaf_index = ${index}`
  return row?.commitment
}
