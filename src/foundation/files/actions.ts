import type { Readable } from 'node:stream'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { checkBytes } from './content/check.ts'
import { cleanImage } from './content/images.ts'
import { cleanName } from './content/names.ts'
import { readWhole } from './content/whole.ts'
import { type FileUse, kinds, type StoredFile } from './model.ts'
import { insertKeeping } from './retention/keepings.ts'
import { deleteDisposed, findDisposed } from './retention/store.ts'
import { type Scanned, scanSent } from './scan/scan.ts'
import { findScan, setScan } from './scan/store.ts'
import { storeOf } from './storage/choose.ts'
import { hashBytes, nameOf } from './storage/names.ts'
import { findContent, insertContent, lockContent } from './store.ts'
import type { SentFile } from './uploads/take.ts'

/** Keeps an uploaded file in the caller's transaction. @throws Problem 422 whose words say what to send instead. */
export async function keepUpload(ctx: Context, upload: SentFile, use: FileUse): Promise<StoredFile> {
  const bytes = await readWhole(upload.bytes, use)
  const content = await prepare(bytes, upload.fileName, use)
  // Outside of the transaction: it may take a while, and what it finds is written down whatever becomes of the rest.
  const scanned = await scanSent(ctx, { bytes, name: content.file.name, use })
  return ctx.transaction(async (inner) => {
    await keep(inner, content, use, scanned)
    await upload.taken?.(inner)
    return content.file
  })
}

/** Keeps bytes in the caller's transaction: when it fails, nothing was kept. The same content twice is kept once. */
export async function keepBytes(ctx: Context, bytes: Buffer, name: string, use: FileUse): Promise<StoredFile> {
  const content = await prepare(bytes, name, use)
  await ctx.transaction((inner) => keep(inner, content, use, undefined))
  return content.file
}

interface Content {
  file: StoredFile
  bytes: Buffer
  /** Where the bytes were cleaned. */
  originalSha256: string | undefined
}

async function prepare(sent: Buffer, name: string, use: FileUse): Promise<Content> {
  const kindName = await checkBytes(sent, use)
  const isImage = kindName === 'png' || kindName === 'jpeg'
  const bytes = isImage ? await cleanImage(sent, kindName) : sent
  const kind = kinds[kindName]
  const file = { sha256: hashBytes(bytes), name: cleanName(name, kind), type: kind.type, sizeBytes: bytes.length }
  return { file, bytes, originalSha256: isImage ? hashBytes(sent) : undefined }
}

async function keep(ctx: Context, { file, bytes, originalSha256 }: Content, use: FileUse, scanned: Scanned) {
  const { sha256, name, type, sizeBytes } = file
  const keptBy = ctx.actor.account ?? 'system'
  await lockContent(ctx.sql, sha256)
  await deleteDisposed(ctx.sql, sha256)
  await placeContent(ctx, sha256, bytes)
  const isNew = await insertContent(ctx.sql, file, keptBy, ctx.now)
  const { organisation } = ctx.actor
  await insertKeeping(ctx.sql, { sha256, use, name, originalSha256, keptBy, organisation, keptAt: ctx.now })
  if (scanned) await setScan(ctx.sql, sha256, { state: scanned, at: ctx.now })
  if (isNew)
    await appendEntry(ctx, {
      action: 'file.kept',
      subject: `file:${sha256}`,
      body: { type, sizeBytes, use, ...(originalSha256 ? { originalSha256 } : {}) },
    })
}

/** Bytes that are there already stay. */
async function placeContent(ctx: Context, sha256: string, bytes: Buffer): Promise<void> {
  const store = storeOf(ctx.config)
  if ((await store.findSize(nameOf(sha256))) !== bytes.length) await store.put(nameOf(sha256), bytes)
}

/** What is known of a file whose bytes may be read. @throws Problem 404; 410 where they went by right, or are malware. */
export async function getOpenable(ctx: Context, sha256: string): Promise<StoredFile> {
  const file = await findContent(ctx.sql, sha256)
  if (!file) throw notFound('file', sha256)
  const disposedAt = await findDisposed(ctx.sql, sha256)
  if (disposedAt)
    throw new Problem(
      'file.disposed',
      410,
      `Tệp đã hết thời hạn bảo quản và được tiêu hủy ngày ${dayOf(disposedAt).split('-').reverse().join('/')}.`,
    )
  if ((await findScan(ctx.sql, sha256)) === 'infected')
    throw new Problem(
      'file.quarantined',
      410,
      'Tệp này có mã độc nên đã bị cách ly và không mở được. Hãy đề nghị người gửi gửi lại bản sạch.',
    )
  return file
}

/** The caller has asked whether this person may read it. @throws Problem 404, or 503 when the bytes are not where they belong. */
export async function openFile(ctx: Context, sha256: string): Promise<{ file: StoredFile; bytes: Readable }> {
  const file = await getOpenable(ctx, sha256)
  const opened = await storeOf(ctx.config)
    .open(nameOf(sha256))
    .catch((error) => {
      ctx.log.error({ err: error }, 'The store of files did not answer')
    })
  if (opened?.sizeBytes !== file.sizeBytes) {
    opened?.bytes.destroy()
    ctx.log.error({ sha256 }, 'A kept file is not where it belongs')
    throw new Problem(
      'file.missing',
      503,
      'Tệp đã được ghi nhận nhưng hiện chưa mở được. Hãy báo quản trị kiểm tra kho tệp.',
    )
  }
  return { file, bytes: opened.bytes }
}
