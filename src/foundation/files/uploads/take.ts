import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import type { Upload } from '#platform/http'
import { checkBytes } from '../content/check.ts'
import { refuse } from '../content/refuse.ts'
import { readWhole } from '../content/whole.ts'
import { scanSent } from '../scan/scan.ts'
import { type UploadUse, uploadField } from './model.ts'
import { dropUpload, readPieces } from './pieces.ts'
import { findUpload } from './store.ts'
import { getUpload } from './tus.ts'

/** A file as a form brought it, or as it was uploaded in pieces before the form was sent. */
export interface SentFile extends Upload {
  /** Lets the pieces go, in the transaction that has kept their content; absent for a file that the form itself brought. */
  taken?(ctx: Context): Promise<void>
}

/** A whole upload is looked at before its form is sent, so that whoever sends it hears of it at once. @throws Problem 422, and it is gone. */
export async function checkUpload(ctx: Context, id: string): Promise<void> {
  const { use, name } = await getUpload(ctx, id)
  if (use === 'table') return
  try {
    const bytes = await readWhole(readPieces(ctx, id), use)
    await checkBytes(bytes, use)
    await scanSent(ctx, { bytes, name, use })
  } catch (error) {
    if (error instanceof Problem && error.status === 422) await ctx.transaction((inner) => dropUpload(inner, id))
    throw error
  }
}

/**
 * The file of a sent form: one that was uploaded in pieces, named by the field `tep-da-tai`, or the one that the form brought itself.
 * @throws Problem 422 when the named upload is not the caller's, not for this use, not whole, or no more.
 */
export async function takeUpload(
  ctx: Context,
  sent: { fields: Record<string, string>; file: Upload | undefined },
  use: UploadUse,
): Promise<SentFile | undefined> {
  const id = sent.fields[uploadField]
  if (!id) return sent.file
  const row = await findUpload(ctx.sql, id, { account: ctx.actor.account ?? '', now: ctx.now })
  if (row?.use !== use || row.receivedBytes < row.sizeBytes)
    throw refuse('file.not-whole', 'Tệp chưa tải lên xong hoặc không còn được giữ. Hãy chọn lại tệp rồi gửi.')
  return {
    field: uploadField,
    fileName: row.name,
    contentType: 'application/octet-stream',
    bytes: readPieces(ctx, id),
    taken: (inner) => dropUpload(inner, id),
  }
}
