import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import type { Upload } from '#platform/http'
import { cleanName } from './content/names.ts'
import { recognise } from './content/recognise.ts'
import { refuse } from './content/refuse.ts'
import { describeUse, type FileUse, kinds, type StoredFile, uses } from './model.ts'
import { hashBytes, placeBytes, placeOf } from './storage/place.ts'
import { findContent, insertContent, lockContent } from './store.ts'

const tooLarge = (use: FileUse) =>
  refuse('file.too-large', `Tệp vượt quá ${uses[use].mostBytes / 1024 ** 2} MB. Hãy nén ảnh hoặc tách tệp rồi gửi lại.`)

/** Keeps an uploaded file in the caller's transaction. @throws Problem 422 whose words say what to send instead. */
export async function keepUpload(ctx: Context, upload: Upload, use: FileUse): Promise<StoredFile> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of upload.bytes) {
    size += chunk.length
    // What is too much is read to its end all the same: the form behind it must be answered.
    if (size <= uses[use].mostBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > uses[use].mostBytes) throw tooLarge(use)
  return keepBytes(ctx, Buffer.concat(chunks), upload.fileName, use)
}

/** Keeps bytes in the caller's transaction: when it fails, nothing was kept. The same content twice is kept once. */
export async function keepBytes(ctx: Context, bytes: Buffer, name: string, use: FileUse): Promise<StoredFile> {
  if (bytes.length > uses[use].mostBytes) throw tooLarge(use)
  const kindName = await recognise(bytes)
  if (!uses[use].kinds.includes(kindName))
    throw refuse('file.type', `Ở đây chỉ nhận ${describeUse(use)}. Hãy chuyển tệp sang một trong các loại này.`)
  const kind = kinds[kindName]
  const sha256 = hashBytes(bytes)
  const file = { sha256, name: cleanName(name, kind), type: kind.type, sizeBytes: bytes.length }
  return ctx.transaction(async (inner) => {
    await lockContent(inner.sql, sha256)
    await placeBytes(inner.config.varDir, sha256, bytes)
    if (await insertContent(inner.sql, file, inner.actor.account ?? 'system', inner.now))
      await appendEntry(inner, {
        action: 'file.kept',
        subject: `file:${sha256}`,
        body: { type: file.type, sizeBytes: file.sizeBytes, use },
      })
    return file
  })
}

/** The caller has asked whether this person may read it. @throws Problem 404, or 503 when the bytes are not where they belong. */
export async function openFile(ctx: Context, sha256: string): Promise<{ file: StoredFile; bytes: Readable }> {
  const file = await findContent(ctx.sql, sha256)
  if (!file) throw notFound('file', sha256)
  const handle = await open(placeOf(ctx.config.varDir, sha256), 'r').catch(() => undefined)
  const size = (await handle?.stat())?.size
  if (!handle || size !== file.sizeBytes) {
    await handle?.close()
    ctx.log.error({ sha256 }, 'A kept file is not where it belongs')
    throw new Problem(
      'file.missing',
      503,
      'Tệp đã được ghi nhận nhưng hiện chưa mở được. Hãy báo quản trị kiểm tra kho tệp.',
    )
  }
  return { file, bytes: handle.createReadStream() }
}
