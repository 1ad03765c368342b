/** What the ledger holds of records: the hash of each, and the entry, or the item of a batch, that tells of the bytes it came in. */
import { listEntries, type ShownItem } from '#ledger'
import type { Sql } from '#platform/sql'
import { findLanding } from './store.ts'

export interface RecordHash {
  id: number
  landingId: number
  line: number
  /** Hexadecimal SHA-256 of the record as it stood in its file. */
  sha256: string
}

export const listRecordHashes = (sql: Sql, ids: readonly number[]): Promise<RecordHash[]> => sql<RecordHash[]>`
  select id, landing_id, line, encode(sha256, 'hex') as sha256 from warehouse.record where id = any(${[...ids]}::bigint[])
  order by id`

const aroundMs = 600_000

/** The entries that tell of these landings, and the items of them that stand in a batch. */
export async function findLandingEvidence(
  sql: Sql,
  landings: Iterable<number>,
): Promise<{ entries: string[]; items: ShownItem[] }> {
  const entries: string[] = []
  const items: ShownItem[] = []
  for (const id of new Set(landings)) {
    const own = await listEntries(sql, { subject: `landing:${id}`, reach: 'all', limit: 50 })
    entries.push(...own.map((entry) => entry.id))
    if (own.some(({ action }) => action === 'landing.landed')) continue
    const item = await findInBatch(sql, id)
    if (!item) continue
    entries.push(item.entry)
    items.push(item)
  }
  return { entries, items }
}

/** Small arrivals are written to the ledger together: the batch names them in the order of its items. */
async function findInBatch(sql: Sql, id: number): Promise<ShownItem | undefined> {
  const landing = await findLanding(sql, id)
  if (!landing?.sha256) return undefined
  const { source, channel, fileName, byteCount, sha256, receivedAt } = landing
  const batches = await listEntries(sql, {
    subject: `source:${source}`,
    action: 'landing.landed',
    from: new Date(receivedAt.getTime() - aroundMs),
    to: new Date(receivedAt.getTime() + aroundMs),
    reach: 'all',
    limit: 10_000,
  })
  for (const { id: entry, body } of batches) {
    const index = landingsOf(body).indexOf(id)
    const item = { source, channel, fileName, byteCount, sha256: sha256.toString('hex'), landing: id }
    if (index >= 0) return { entry, index, item }
  }
  return undefined
}

function landingsOf(body: unknown): unknown[] {
  const named = typeof body === 'object' && body !== null && 'landings' in body ? body.landings : undefined
  return Array.isArray(named) ? named : []
}
