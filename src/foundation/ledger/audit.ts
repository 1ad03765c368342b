/** The reads of the verification: pages of leaves with what belongs to them, and searches for rows that belong to nothing. */
import type { Sql } from '#platform/sql'
import { readLeaves } from './audited.ts'
import { type CheckpointRow, entryColumns, type ListedEntry, type SubtreeRow } from './store.ts'

export interface AuditPage {
  /** Some hundred each, as `audited.ts` takes them apart. */
  leaves: Buffer[]
  subtrees: SubtreeRow[]
  checkpoints: CheckpointRow[]
}

/** Leaves `from … to − 1`, the stored subtrees that end among them and the checkpoints taken there. */
export async function readPage(sql: Sql, from: number, to: number): Promise<AuditPage> {
  const [leaves, subtrees, checkpoints] = await Promise.all([
    readLeaves(sql, from, to),
    sql<SubtreeRow[]>`
      select s.height, s.index, s.hash
      from generate_series(8, 48, 8) as h (height)
      cross join lateral (
        select height, index, hash from ledger.subtree
        where height = h.height and index >= ${from}::bigint >> h.height and index < ${to}::bigint >> h.height) s`,
    sql<CheckpointRow[]>`
      select size, root, at, note, verifier_key from ledger.checkpoint
      where size > ${from} and size <= ${to}`,
  ])
  return { leaves, subtrees, checkpoints }
}

export interface BatchRow {
  entryId: string
  salt: Buffer
}

export const listBatchSalts = (sql: Sql, entryIds: readonly string[]) => sql<BatchRow[]>`
  select entry_id, salt from ledger.batch where entry_id = any(${entryIds}::uuid[])`

/** Chunks of these batches, in order, a window at a time. */
export const listChunks = (sql: Sql, entryIds: readonly string[], skip: number, limit: number) =>
  sql<{ entryId: string; number: number; hashes: Buffer }[]>`
  select entry_id, number, hashes from ledger.batch_chunk where entry_id = any(${entryIds}::uuid[])
  order by entry_id, number offset ${skip} limit ${limit}`

export const listFingerprints = (sql: Sql, names: readonly string[]) => sql<{ name: string; fingerprint: Buffer }[]>`
  select name, fingerprint from ledger.body_key where name = any(${names}::text[])`

export const listLivingKeys = (sql: Sql, after: string, limit: number) => sql<
  { name: string; key: Buffer; fingerprint: Buffer }[]
>`
  select name, key, fingerprint from ledger.body_key where key is not null and name > ${after} order by name limit ${limit}`

export async function countEntries(sql: Sql): Promise<{ entries: number; leaves: number; waiting: number }> {
  const [row] = await sql<{ entries: number; leaves: number; waiting: number }[]>`
    select (select count(*) from ledger.entry) as entries, (select count(*) from ledger.leaf) as leaves,
      (select count(*) from ledger.pending p
        where not exists (select from ledger.leaf l where l.entry_id = p.entry_id)) as waiting`
  return row ?? { entries: 0, leaves: 0, waiting: 0 }
}

/** Entries that neither have a number nor wait for one. */
export const listUnnumbered = (sql: Sql, limit: number) => sql<{ id: string }[]>`
  select e.id from ledger.entry e
  where not exists (select from ledger.leaf l where l.entry_id = e.id)
    and not exists (select from ledger.pending p where p.entry_id = e.id)
  order by e.id limit ${limit}`

/** Entries that wait for a number, in the order of their ids. */
export const listWaiting = (sql: Sql, after: string, limit: number) => sql<ListedEntry[]>`
  select ${entryColumns(sql)} from ledger.pending p join ledger.entry e on e.id = p.entry_id left join ledger.leaf l on l.entry_id = e.id
  where e.id > ${after}::uuid and l.entry_id is null order by e.id limit ${limit}`

/** Entries that waited for a number and are gone. */
export const listVanished = (sql: Sql, limit: number) => sql<{ id: string }[]>`
  select p.entry_id as id from ledger.pending p
  where not exists (select from ledger.entry e where e.id = p.entry_id)
  order by p.position limit ${limit}`

export const listStraySubtrees = (sql: Sql, size: number, limit: number) => sql<{ height: number; index: number }[]>`
  select height, index from ledger.subtree
  where height % 8 <> 0 or (index + 1)::numeric * power(2::numeric, height) > ${size}
  order by height, index limit ${limit}`

export const listStrayBatches = (sql: Sql, limit: number) => sql<{ id: string }[]>`
  select b.entry_id as id from ledger.batch b
  where not exists (select from ledger.entry e where e.id = b.entry_id and e.batch is not null)
  union
  select c.entry_id from ledger.batch_chunk c where not exists (select from ledger.batch b where b.entry_id = c.entry_id)
  limit ${limit}`

export const listUnknownKeys = (sql: Sql, limit: number) => sql<{ name: string }[]>`
  select distinct e.sealed_under as name from ledger.entry e
  where e.sealed_under is not null and not exists (select from ledger.body_key k where k.name = e.sealed_under)
  limit ${limit}`

/** Checkpoints over more entries than there are. */
export const listCheckpointsBeyond = (sql: Sql, size: number, limit: number) => sql<CheckpointRow[]>`
  select size, root, at, note, verifier_key from ledger.checkpoint where size > ${size} order by size limit ${limit}`
