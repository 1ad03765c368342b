import type { Readable } from 'node:stream'
import { type FileUse, uses } from '../model.ts'
import { refuse } from './refuse.ts'

export const tooLarge = (use: FileUse) =>
  refuse('file.too-large', `Tệp vượt quá ${uses[use].mostBytes / 1024 ** 2} MB. Hãy nén ảnh hoặc tách tệp rồi gửi lại.`)

/** The whole of a file, within what its use allows. @throws Problem 422 for one that is too large. */
export async function readWhole(bytes: Readable, use: FileUse): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    // What is too much is read to its end all the same: the form behind it must be answered.
    if (size <= uses[use].mostBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > uses[use].mostBytes) throw tooLarge(use)
  return Buffer.concat(chunks)
}
