/** Office documents are ZIP archives: read to the end, in bounds, before one is believed. */
import { type Entry, fromBuffer, type ZipFile } from 'yauzl'
import type { KindName } from '../model.ts'
import { refuse } from './refuse.ts'

const mostEntries = 5000
const mostUnpacked = 300 * 1024 ** 2
/** From here on a document may not unpack to more than a hundred and fifty times its size. */
const smallUnpacked = 20 * 1024 ** 2
const mostRatio = 150

const parts: readonly { kind: KindName; names: readonly string[]; mimetype?: string }[] = [
  { kind: 'xlsx', names: ['[Content_Types].xml', 'xl/workbook.xml'] },
  { kind: 'docx', names: ['[Content_Types].xml', 'word/document.xml'] },
  { kind: 'odt', names: ['mimetype', 'content.xml'], mimetype: 'application/vnd.oasis.opendocument.text' },
]

const bomb = () =>
  refuse('file.zip-bomb', 'Tệp nén bung ra quá lớn nên không được nhận. Hãy mở tệp, lưu lại rồi gửi bản mới.')
const broken = () =>
  refuse('file.broken', 'Tệp bị hỏng hoặc không mở được. Hãy mở tệp trên máy, lưu lại rồi gửi bản mới.')

/** @throws Problem when it is no document that is taken, unpacks to too much, or is not what it says. */
export async function recogniseArchive(bytes: Buffer): Promise<KindName> {
  if (endsAfter(bytes) !== 0)
    throw refuse(
      'file.polyglot',
      'Tệp có nội dung lạ gắn phía sau nên không được nhận. Hãy lưu lại tệp rồi gửi bản mới.',
    )
  const archive = await open(bytes)
  const entries = await listParts(archive, bytes.length)
  const names = new Set(entries.map(({ fileName }) => fileName))
  if (entries.some(({ fileName }) => /(^|\/)vbaProject\.bin$/i.test(fileName)))
    throw refuse(
      'file.macro',
      'Tệp có macro nên không được nhận. Hãy lưu thành tệp không có macro (XLSX, DOCX) rồi gửi lại.',
    )
  const first = await unpack(archive, entries)
  const found = parts.filter(
    (one) => one.names.every((name) => names.has(name)) && (!one.mimetype || one.mimetype === first.get('mimetype')),
  )
  const [only] = found
  if (!only || found.length > 1)
    throw refuse(
      'file.type',
      'Tệp nén này không phải văn bản DOCX, ODT hay bảng tính XLSX. Hãy gửi từng tệp bên trong.',
    )
  return only.kind
}

const endMark = Buffer.from('PK\x05\x06', 'latin1')

/** How many bytes follow the end of an archive, its comment counted in; -1 where no archive ends here. */
export function endsAfter(bytes: Buffer): number {
  for (let at = bytes.lastIndexOf(endMark); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(endMark, at - 1)) {
    if (at + 22 > bytes.length) continue
    const directory = bytes.readUInt32LE(at + 12)
    const isEnd =
      directory === 0xffffffff || bytes.readUInt32LE(Math.max(0, at - directory)) === 0x02014b50 || directory === 0
    if (isEnd) return bytes.length - at - 22
  }
  return -1
}

const open = (bytes: Buffer): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    const options = { lazyEntries: true, strictFileNames: true, validateEntrySizes: true, autoClose: false }
    fromBuffer(bytes, options, (error, archive) => (error || !archive ? reject(broken()) : resolve(archive)))
  })

function listParts(archive: ZipFile, packedBytes: number): Promise<Entry[]> {
  if (archive.entryCount > mostEntries) throw bomb()
  const entries: Entry[] = []
  let unpacked = 0
  return new Promise((resolve, reject) => {
    archive.on('error', () => reject(broken()))
    archive.on('entry', (entry: Entry) => {
      unpacked += entry.uncompressedSize
      const isTooMuch = unpacked > mostUnpacked || (unpacked > smallUnpacked && unpacked > packedBytes * mostRatio)
      if (isTooMuch) return reject(bomb())
      if (entry.generalPurposeBitFlag & 1)
        return reject(refuse('file.encrypted', 'Tệp có mật khẩu nên không kiểm tra được. Hãy bỏ mật khẩu rồi gửi lại.'))
      entries.push(entry)
      archive.readEntry()
    })
    archive.on('end', () => (overlap(entries) ? reject(bomb()) : resolve(entries)))
    archive.readEntry()
  })
}

/** Parts that share bytes: one kernel unpacked many times over. */
function overlap(entries: readonly Entry[]): boolean {
  const sorted = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)
  return sorted.some((entry, at) => {
    const next = sorted[at + 1]
    return next && entry.relativeOffsetOfLocalHeader + 30 + entry.compressedSize > next.relativeOffsetOfLocalHeader
  })
}

/** Unpacks every part, so that none is larger than it says, and keeps the text of the small ones that name a type. */
async function unpack(archive: ZipFile, entries: readonly Entry[]): Promise<Map<string, string>> {
  const kept = new Map<string, string>()
  for (const entry of entries) {
    const wanted = entry.fileName === 'mimetype' && entry.uncompressedSize < 200
    const text = await readPart(archive, entry, wanted)
    if (wanted) kept.set(entry.fileName, text)
  }
  return kept
}

const readPart = (archive: ZipFile, entry: Entry, wanted: boolean): Promise<string> =>
  new Promise((resolve, reject) => {
    archive.openReadStream(entry, (error, stream) => {
      if (error || !stream) return reject(broken())
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => wanted && chunks.push(chunk))
      stream.on('error', () => reject(broken()))
      stream.on('end', () => resolve(Buffer.concat(chunks).toString('latin1')))
    })
  })
