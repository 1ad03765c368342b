import type { Readable } from 'node:stream'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { checkBytes } from './content/check.ts'
import { cleanName } from './content/names.ts'
import { readWhole } from './content/whole.ts'
import { type FileUse, kinds, type StoredFile } from './model.ts'
import { storeOf } from './storage/choose.ts'
import { hashBytes, nameOf } from './storage/names.ts'
import { findContent, insertContent, lockContent } from './store.ts'
import type { SentFile } from './uploads/take.ts'

/** Keeps an uploaded file in the caller's transaction. @throws Problem 422 whose words say what to send instead. */
export async function keepUpload(ctx: Context, upload: SentFile, use: FileUse): Promise<StoredFile> {
  const bytes = await readWhole(upload.bytes, use)
  return ctx.transaction(async (inner) => {
    const file = await keepBytes(inner, bytes, upload.fileName, use)
    await upload.taken?.(inner)
    return file
  })
}

/** Keeps bytes in the caller's transaction: when it fails, nothing was kept. The same content twice is kept once. */
export async function keepBytes(ctx: Context, bytes: Buffer, name: string, use: FileUse): Promise<StoredFile> {
  const kind = kinds[await checkBytes(bytes, use)]
  const sha256 = hashBytes(bytes)
  const file = { sha256, name: cleanName(name, kind), type: kind.type, sizeBytes: bytes.length }
  return ctx.transaction(async (inner) => {
    await lockContent(inner.sql, sha256)
    await placeContent(inner, sha256, bytes)
    if (await insertContent(inner.sql, file, inner.actor.account ?? 'system', inner.now))
      await appendEntry(inner, {
        action: 'file.kept',
        subject: `file:${sha256}`,
        body: { type: file.type, sizeBytes: file.sizeBytes, use },
      })
    return file
  })
}

/** Bytes that are there already stay. */
async function placeContent(ctx: Context, sha256: string, bytes: Buffer): Promise<void> {
  const store = storeOf(ctx.config)
  if ((await store.findSize(nameOf(sha256))) !== bytes.length) await store.put(nameOf(sha256), bytes)
}

/** The caller has asked whether this person may read it. @throws Problem 404, or 503 when the bytes are not where they belong. */
export async function openFile(ctx: Context, sha256: string): Promise<{ file: StoredFile; bytes: Readable }> {
  const file = await findContent(ctx.sql, sha256)
  if (!file) throw notFound('file', sha256)
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
