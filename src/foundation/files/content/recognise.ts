/** What a file is, by its content; what its name and its sender say does not count. */
import type { KindName } from '../model.ts'
import { endsAfter, recogniseArchive } from './archive.ts'
import { refuse } from './refuse.ts'

const startsWith = (bytes: Buffer, mark: string) => bytes.subarray(0, mark.length).equals(Buffer.from(mark, 'latin1'))

const unknown = () =>
  refuse(
    'file.type',
    'Chưa nhận được loại tệp này. Hãy gửi tệp PDF, ảnh PNG hoặc JPEG, XLSX, DOCX, ODT, CSV hoặc văn bản.',
  )
const broken = () =>
  refuse('file.broken', 'Tệp bị hỏng hoặc chưa tải lên hết. Hãy mở tệp trên máy để kiểm tra rồi gửi lại.')
const polyglot = () =>
  refuse(
    'file.polyglot',
    'Tệp chứa cùng lúc nhiều loại nội dung nên không được nhận. Hãy lưu lại tệp bằng phần mềm thường dùng rồi gửi bản mới.',
  )

/** @throws Problem when it is none that is known, broken, or two things at once. */
export async function recognise(bytes: Buffer): Promise<KindName> {
  if (bytes.length === 0) throw refuse('file.empty', 'Tệp không có nội dung. Hãy chọn tệp khác.')
  if (startsWith(bytes, 'PK\x03\x04')) {
    if (bytes.subarray(0, 1024).includes('%PDF-')) throw polyglot()
    return recogniseArchive(bytes)
  }
  const kind = recogniseSingle(bytes)
  // An archive is read from its end: one that hangs on behind opens as a document of its own.
  if (endsAfter(bytes) >= 0) throw polyglot()
  if (kind !== 'pdf' && bytes.subarray(0, 1024).includes('%PDF-')) throw polyglot()
  return kind
}

/** ISO 14496-12: the brand stands behind `ftyp`. */
const isHeic = (bytes: Buffer) => /^ftyp(hei[cxms]|hev[cxms]|mif1|msf1|avif)/.test(bytes.toString('latin1', 4, 12))

function recogniseSingle(bytes: Buffer): KindName {
  if (isHeic(bytes))
    throw refuse(
      'file.heic',
      'Ảnh dạng HEIC của điện thoại chưa nhận được. Hãy lưu hoặc gửi lại ảnh dạng JPEG (trong cài đặt máy ảnh: “Tương thích nhất”).',
    )
  if (startsWith(bytes, '%PDF-')) return checkPdf(bytes)
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return checkPng(bytes)
  if (startsWith(bytes, '\xff\xd8\xff')) return checkJpeg(bytes)
  return recogniseText(bytes)
}

/** Only line ends may follow the last end mark. */
function checkPdf(bytes: Buffer): 'pdf' {
  const end = bytes.lastIndexOf('%%EOF')
  if (end < 0) throw broken()
  if (bytes.subarray(end + 5).some((byte) => ![0, 9, 10, 12, 13, 32].includes(byte))) throw polyglot()
  return 'pdf'
}

/** Chunk by chunk to the last, behind which nothing stands. */
function checkPng(bytes: Buffer): 'png' {
  let at = 8
  while (at + 12 <= bytes.length) {
    const name = bytes.toString('latin1', at + 4, at + 8)
    at += 12 + bytes.readUInt32BE(at)
    if (name !== 'IEND') continue
    if (at < bytes.length) throw polyglot()
    return 'png'
  }
  throw broken()
}

/** Telephones hang previews on behind the picture; what opens as a page or a program may not hang there. */
function checkJpeg(bytes: Buffer): 'jpeg' {
  const end = bytes.lastIndexOf('\xff\xd9', undefined, 'latin1')
  if (end < 0) throw broken()
  const tail = bytes.toString('latin1', end + 2)
  if (/<(script|html|\?php|svg)|%PDF-|^#!/i.test(tail)) throw polyglot()
  return 'jpeg'
}

const bom = '\ufeff'

function recogniseText(bytes: Buffer): 'csv' | 'text' {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw unknown()
  }
  const bare = text.startsWith(bom) ? text.slice(1) : text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x08\x0b\x0e-\x1f\x7f]/.test(bare)) throw unknown()
  if (/^\s*<[a-z!?/]/i.test(bare)) throw unknown()
  return isCsv(bare) ? 'csv' : 'text'
}

/** Two lines or more that have the same number of commas, semicolons or tabs outside of quotes. */
function isCsv(text: string): boolean {
  const lines = text.split(/\r?\n/, 6).filter((line) => line.trim() !== '')
  if (lines.length < 2) return false
  return [',', ';', '\t'].some((mark) => {
    const counts = lines.map((line) => line.replace(/"(?:[^"]|"")*"/g, '').split(mark).length)
    return (counts[0] ?? 0) > 1 && counts.every((count) => count === counts[0])
  })
}
