import type { Context } from '#platform/context'
import { conflict, invalid } from '#platform/errors'
import type { Sql } from '#platform/sql'
import type { ZipPart } from '#platform/zip-stream'
import { appendEntry } from '../actions.ts'
import type { EntryFilter, Json } from '../model.ts'
import { readVerifierKeys } from '../note.ts'
import { keyPath, openOwnSigner } from '../places.ts'
import { countStoredEntries, type EntryQuery, listStoredEntries } from '../search-store.ts'
import { sequenceLedger, signCheckpoint } from '../sequence.ts'
import { findStoredEntry, type ListedEntry } from '../store.ts'
import { type ShownItem, writeBundle } from './bundle.ts'

const entriesAPage = 256

export interface EvidenceWish {
  /** What the file is, in a sentence. */
  title: string
  about: Record<string, Json>
  /** Entries by their ids, or all that a search finds. */
  entries: { ids: readonly string[] } | Omit<EntryQuery, 'limit' | 'after' | 'order'>
  items?: readonly ShownItem[]
  more?: readonly ZipPart[]
  opens?: boolean
  progress?(entries: number): void
}

/**
 * A signed bundle as it is written, over everything committed until now: what waits is numbered and signed first. Whoever calls has
 * asked for the right and written the deed. @throws Problem 409 while the ledger is empty.
 */
export async function makeEvidence(ctx: Context, wish: EvidenceWish): Promise<AsyncGenerator<Buffer>> {
  await sequenceLedger(ctx.sql)
  const signer = await openOwnSigner(ctx.config)
  const checkpoint = await signCheckpoint(ctx.sql, signer, { now: ctx.now })
  if (!checkpoint) throw conflict('ledger.empty', 'Nhật ký chưa có bản ghi nào.')
  const known = await readVerifierKeys(keyPath(ctx.config))
  return writeBundle(ctx.sql, {
    ...wish,
    checkpoint,
    signer,
    // The checkpoint may have been signed by a process with a key of its own.
    verifierKeys: [...new Set([...known, checkpoint.verifierKey])],
    now: ctx.now,
    opens: wish.opens ?? false,
    pages: 'ids' in wish.entries ? pagesOfIds(ctx.sql, wish.entries.ids) : pagesOfSearch(ctx.sql, wish.entries),
  })
}

async function* pagesOfSearch(sql: Sql, query: Omit<EntryQuery, 'limit' | 'after' | 'order'>) {
  for (let after: string | undefined; ; ) {
    const page = await listStoredEntries(sql, { ...query, after, order: 'oldest', limit: entriesAPage })
    yield page
    after = page.at(-1)?.id
    if (page.length < entriesAPage) return
  }
}

async function* pagesOfIds(sql: Sql, ids: readonly string[]): AsyncGenerator<ListedEntry[]> {
  const page: ListedEntry[] = []
  for (const id of new Set(ids)) {
    const entry = await findStoredEntry(sql, id)
    if (entry) page.push(entry)
    if (page.length === entriesAPage) yield page.splice(0)
  }
  yield page
}

export interface ExportWish {
  filter: EntryFilter
  reach: EntryQuery['reach']
  /** Why it is taken away. */
  purpose: string
  opens: boolean
  progress?(entries: number): void
}

/** Everything that a search finds, with proofs, as one ZIP. The export is an entry itself, written before the first byte. */
export async function exportEntries(ctx: Context, wish: ExportWish): Promise<AsyncGenerator<Buffer>> {
  const { filter, reach, opens, progress } = wish
  const purpose = wish.purpose.trim()
  if (purpose.length < 5) {
    const message = 'Xin nêu lý do xuất, ví dụ: cung cấp cho Thanh tra tỉnh theo văn bản số …'
    throw invalid(message, [{ path: 'lyDo', message }])
  }
  const about = describeFilter(filter)
  await ctx.transaction((ctx) =>
    appendEntry(ctx, { action: 'ledger.exported', subject: 'ledger:entries', purpose, body: { ...about, opens } }),
  )
  return makeEvidence(ctx, {
    title: 'Bằng chứng từ nhật ký kiểm chứng',
    about: { filter: about, purpose, by: ctx.actor.account ?? 'system', opens },
    entries: { ...filter, reach },
    opens,
    progress,
  })
}

export const countExport = (ctx: Context, query: EntryFilter & Pick<EntryQuery, 'reach' | 'limit'>): Promise<number> =>
  countStoredEntries(ctx.sql, query)

/** A search as it stands in the ledger and in manifests: only what was asked. */
export function describeFilter({ from, to, ...words }: EntryFilter): Record<string, Json> {
  const said = { ...words, from: from?.toISOString(), to: to?.toISOString() }
  return Object.fromEntries(
    Object.entries(said).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}
