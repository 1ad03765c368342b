/** What the ledger holds of records: the hash of each, and the entry, or the item of a batch, that tells of the bytes it came in. */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { listEntries, type ShownItem } from '#ledger'
import type { KeptBytes } from '#platform/capability'
import type { Sql } from '#platform/sql'
import { readAsWritten } from './landing.ts'
import { findChunkSeq, findLanding, type Landing } from './store.ts'

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

const prefix = 'landing:'

const Told = z.object({
  sha256: z.string(),
  source: z.string().optional(),
  channel: z.string().optional(),
  fileName: z.string().nullish(),
  byteCount: z.number().optional(),
})

function isAsTold(told: z.infer<typeof Told>, { source, channel, fileName, byteCount, sha256 }: Landing): boolean {
  const stored = { source, channel, fileName, byteCount, sha256: sha256?.toString('hex') }
  return isDeepStrictEqual({ ...stored, ...told }, stored)
}

/** Landed bytes, for the ledger to read again. */
export const keptLandings: KeptBytes = {
  action: 'landing.landed',
  title: 'Dữ liệu nhận về, như khi đến',
  async find(ctx, { subject, body }) {
    const told = Told.safeParse(body).data
    const ids = subject.startsWith(prefix) ? [Number(subject.slice(prefix.length))] : landingsOf(body).map(Number)
    return Promise.all(
      ids.map(async (id) => {
        const landing = await findLanding(ctx.sql, id)
        return {
          subject: `${prefix}${id}`,
          name: landing?.fileName ?? `Đợt nhận ${id}`,
          source: landing?.source,
          sha256: told?.sha256 ?? landing?.sha256?.toString('hex') ?? '',
          isAsTold: !told || !landing || isAsTold(told, landing),
          item: landing?.sha256 ? itemOf({ ...landing, sha256: landing.sha256 }) : undefined,
          open: async () =>
            landing && (await findChunkSeq(ctx.sql, id, 0)) !== undefined ? readAsWritten(ctx.sql, id) : undefined,
        }
      }),
    )
  },
}

/** As a batch of small arrivals holds it. */
const itemOf = ({ source, channel, fileName, byteCount, sha256, id }: Landing & { sha256: Buffer }) => ({
  source,
  channel,
  fileName,
  byteCount,
  sha256: sha256.toString('hex'),
  landing: id,
})

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
  const { source, receivedAt } = landing
  const item = itemOf({ ...landing, sha256: landing.sha256 })
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
    if (index >= 0) return { entry, index, item }
  }
  return undefined
}

function landingsOf(body: unknown): unknown[] {
  const named = typeof body === 'object' && body !== null && 'landings' in body ? body.landings : undefined
  return Array.isArray(named) ? named : []
}
