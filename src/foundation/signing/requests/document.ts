import { createHash } from 'node:crypto'
import { openFile } from '#files'
import type { Context } from '#platform/context'
import { conflict, Problem } from '#platform/errors'
import { readDocument } from '../pdf/document.ts'
import { listPages } from '../pdf/pages.ts'
import { PdfFault } from '../pdf/values.ts'

/** Bytes of a kept file, which are what its hash says. @throws Problem 409 when they are not: nobody signs what was not sent to him. */
export async function readKept(ctx: Context, sha256: string): Promise<Buffer> {
  const { bytes } = await openFile(ctx, sha256)
  const pieces: Buffer[] = []
  for await (const piece of bytes as AsyncIterable<Buffer>) pieces.push(piece)
  const whole = Buffer.concat(pieces)
  if (createHash('sha256').update(whole).digest('hex') !== sha256) {
    ctx.log.error({ sha256 }, 'a kept file is not what its name says')
    throw conflict(
      'signing-request.file-changed',
      'Tệp đang lưu khác bản đã trình nên không ký được. Hãy báo quản trị kiểm tra kho tệp.',
    )
  }
  return whole
}

/** How many pages a PDF has. @throws Problem 422 for what is no PDF that can be signed. */
export function countPages(pdf: Buffer): number {
  try {
    return listPages(readDocument(pdf)).length
  } catch (error) {
    if (error instanceof PdfFault)
      throw new Problem('signing-request.pdf', 422, error.message, {}, [{ path: 'tep', message: error.message }])
    throw error
  }
}
