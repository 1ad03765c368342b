import { describeUse, type FileUse, type KindName, uses } from '../model.ts'
import { recognise } from './recognise.ts'
import { refuse } from './refuse.ts'
import { tooLarge } from './whole.ts'

/** What the bytes are, where the use takes them. @throws Problem 422 whose words say what to send instead. */
export async function checkBytes(bytes: Buffer, use: FileUse): Promise<KindName> {
  if (bytes.length > uses[use].mostBytes) throw tooLarge(use)
  const kind = await recognise(bytes)
  if (!uses[use].kinds.includes(kind))
    throw refuse('file.type', `Ở đây chỉ nhận ${describeUse(use)}. Hãy chuyển tệp sang một trong các loại này.`)
  return kind
}
