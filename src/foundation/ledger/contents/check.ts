/** Contents that an entry tells of, read again from the first byte to the last and compared with the hash that the entry holds. */
import { createHash } from 'node:crypto'
import { ChangedContent, type KeptBytes, type KeptContent } from '#platform/capability'
import type { Context } from '#platform/context'
import { hashItem, itemSalt } from '../commitment.ts'
import { BatchSeal, type Json } from '../model.ts'
import { splitHashes } from '../proof.ts'
import { findBatchSalt, listBatchHashes } from '../store.ts'
import type { ContentFault, TellingEntry } from './store.ts'

export interface CheckedContent {
  content: KeptContent
  entry: TellingEntry
  bytes: number
  /** Hexadecimal SHA-256 of what was read. */
  found?: string
  fault?: ContentFault['code']
}

export async function checkContents(ctx: Context, book: KeptBytes, entry: TellingEntry): Promise<CheckedContent[]> {
  const contents = await book.find(ctx, { subject: entry.subject, body: JSON.parse(entry.body) })
  const vouched = entry.batch === null ? undefined : await readItems(ctx, entry)
  const checked: CheckedContent[] = []
  for (const [index, content] of contents.entries()) {
    const isVouched = content.isAsTold !== false && (vouched === undefined || vouched(index, content.item))
    const read = await readContent(content)
    checked.push({ content, entry, ...read, fault: read.fault ?? (isVouched ? undefined : 'changed') })
  }
  return checked
}

async function readItems({ sql }: Context, entry: TellingEntry): Promise<(index: number, item: unknown) => boolean> {
  const salt = await findBatchSalt(sql, entry.id)
  const leaves = (await listBatchHashes(sql, entry.id)).flatMap(splitHashes)
  const { size } = BatchSeal.parse(JSON.parse(entry.batch ?? ''))
  return (index, item) =>
    salt !== undefined &&
    leaves.length === size &&
    // The room that made the item gives it again.
    (leaves[index]?.equals(hashItem(itemSalt(salt, index), (item ?? null) as Json)) ?? false)
}

async function readContent(content: KeptContent): Promise<Omit<CheckedContent, 'content' | 'entry'>> {
  if (content.isGone) return { bytes: 0 }
  const hash = createHash('sha256')
  let bytes = 0
  try {
    const pieces = await content.open()
    if (!pieces) return { bytes, fault: 'missing' }
    for await (const piece of pieces) {
      hash.update(piece)
      bytes += piece.length
    }
  } catch (error) {
    return { bytes, fault: error instanceof ChangedContent ? 'changed' : 'unreadable' }
  }
  const found = hash.digest('hex')
  return { bytes, found, fault: found === content.sha256 ? undefined : 'changed' }
}
