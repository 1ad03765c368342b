import { describeUse, type FileUse, type KindName, uses } from '../model.ts'
import { countPages, gaveUp } from './pdf-pages.ts'
import { recognise } from './recognise.ts'
import { refuse } from './refuse.ts'
import { tooLarge } from './whole.ts'

/** What the bytes are, where the use takes them. @throws Problem 422 whose words say what to send instead. */
export async function checkBytes(bytes: Buffer, use: FileUse): Promise<KindName> {
  if (bytes.length > uses[use].mostBytes) throw tooLarge(use)
  const kind = await recognise(bytes)
  if (!uses[use].kinds.includes(kind))
    throw refuse('file.type', `Ở đây chỉ nhận ${describeUse(use)}. Hãy chuyển tệp sang một trong các loại này.`)
  if (kind === 'pdf') await checkPages(bytes, use)
  return kind
}

async function checkPages(bytes: Buffer, use: FileUse): Promise<void> {
  const counted = await countPages(bytes)
  if (counted === gaveUp)
    throw refuse('file.broken', 'Không đọc được tệp PDF trong thời gian cho phép. Hãy in lại ra PDF rồi gửi bản mới.')
  if (counted?.locked)
    throw refuse('file.locked', 'Tệp PDF có mật khẩu nên không mở được. Hãy bỏ mật khẩu rồi gửi lại.')
  const { mostPages } = uses[use]
  if (counted && counted.pages > mostPages)
    throw refuse(
      'file.too-many-pages',
      `Tệp PDF có ${counted.pages} trang, nhiều hơn ${mostPages} trang được nhận. Hãy tách tệp.`,
    )
}
