import { openFile } from '#files'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { readDocument } from '../pdf/document.ts'
import { listPages } from '../pdf/pages.ts'
import { PdfFault } from '../pdf/values.ts'

/** Bytes of a kept file. */
export async function readKept(ctx: Context, sha256: string): Promise<Buffer> {
  const { bytes } = await openFile(ctx, sha256)
  const pieces: Buffer[] = []
  for await (const piece of bytes as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces)
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
