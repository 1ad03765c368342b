import type { Context } from '#platform/context'
import { findScan } from '../scan/store.ts'
import { isKept, tryLockContent } from '../store.ts'
import { isUnderWay } from '../uploads/store.ts'
import { storeOf } from './choose.ts'
import type { FileStore, ListedBytes } from './file-store.ts'
import { asideFolder, contentFolder, hashIn, pieceFolder, previewFolder, previewHashIn } from './names.ts'

/** What is younger may belong to a transaction that is still open. */
const youngMs = 24 * 3_600_000

/**
 * Removes what transactions that failed and processes that died have left behind: files without a row, drafts, pieces of uploads that
 * are no more, pictures of files that are no more. Nothing that has a row, nothing young; a file that is being kept at this moment is
 * locked by who keeps it. Returns how many went.
 */
export async function sweepFiles(ctx: Context): Promise<number> {
  const store = storeOf(ctx.config)
  let removed = 0
  for await (const found of store.list(contentFolder)) {
    const sha256 = hashIn(found.name)
    if (sha256) removed += await sweepContent(ctx, store, found, sha256)
    else if (found.name.startsWith(asideFolder)) removed += await removeOld(ctx, store, found)
  }
  for await (const found of store.list(pieceFolder)) {
    const id = found.name.slice(pieceFolder.length).split('/')[0] ?? ''
    if (isOld(ctx, found) && !(await isUnderWay(ctx.sql, id))) removed += await removeOld(ctx, store, found)
  }
  for await (const found of store.list(previewFolder)) removed += await sweepPreview(ctx, store, found)
  return removed
}

/** A picture goes with its content, however young; it can be made again. */
async function sweepPreview(ctx: Context, store: FileStore, { name }: ListedBytes): Promise<number> {
  const sha256 = previewHashIn(name)
  if (sha256 && (await isKept(ctx.sql, sha256)) && (await findScan(ctx.sql, sha256)) !== 'infected') return 0
  await store.remove(name)
  return 1
}

async function sweepContent(ctx: Context, store: FileStore, found: ListedBytes, sha256: string): Promise<number> {
  if (!isOld(ctx, found) || (await isKept(ctx.sql, sha256))) return 0
  return ctx.transaction(async (inner) => {
    if (!(await tryLockContent(inner.sql, sha256)) || (await isKept(inner.sql, sha256))) return 0
    return removeOld(inner, store, found)
  })
}

const isOld = (ctx: Context, { modifiedAt }: ListedBytes) => ctx.now.getTime() - modifiedAt.getTime() >= youngMs

async function removeOld(ctx: Context, store: FileStore, found: ListedBytes): Promise<number> {
  if (!isOld(ctx, found)) return 0
  await store.remove(found.name)
  return 1
}
