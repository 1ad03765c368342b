/** Office documents are ZIP archives: read to the end, in bounds, before one is believed. */
import { SaxesParser } from 'saxes'
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

const twice = () =>
  refuse(
    'file.polyglot',
    'Tệp có các phần trùng tên hoặc ghi tên khác nhau nên không được nhận. Hãy mở tệp, lưu lại rồi gửi bản mới.',
  )

/** Programs in a document: Visual Basic, sheets of old macros, controls, the scripts of OpenDocument. */
const programs = /(^|\/)(vbaProject\.bin$|macrosheets\/|activeX\/)|^(Basic|Scripts)\/./i

/** @throws Problem when it is no document that is taken, unpacks to too much, or is not what it says. */
export async function recogniseArchive(bytes: Buffer): Promise<KindName> {
  if (endsAfter(bytes) !== 0)
    throw refuse(
      'file.polyglot',
      'Tệp có nội dung lạ gắn phía sau nên không được nhận. Hãy lưu lại tệp rồi gửi bản mới.',
    )
  const archive = await open(bytes)
  const entries = await listParts(archive, bytes)
  const names = new Set(entries.map(({ fileName }) => fileName))
  // What is there twice is read one way by one program and the other way by the next.
  if (new Set([...names].map((name) => name.toLowerCase())).size < entries.length) throw twice()
  if (entries.some(({ fileName }) => programs.test(fileName)))
    throw refuse(
      'file.macro',
      'Tệp có macro nên không được nhận. Hãy lưu thành tệp không có macro (XLSX, DOCX) rồi gửi lại.',
    )
  const kept = await unpack(archive, entries)
  for (const [name, part] of kept) if (isRelations(name)) refuseRemoteParts(part)
  const found = parts.filter(
    (one) =>
      one.names.every((name) => names.has(name)) &&
      (!one.mimetype || one.mimetype === kept.get('mimetype')?.toString('latin1')),
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

function listParts(archive: ZipFile, bytes: Buffer): Promise<Entry[]> {
  if (archive.entryCount > mostEntries) throw bomb()
  const entries: Entry[] = []
  let unpacked = 0
  return new Promise((resolve, reject) => {
    archive.on('error', () => reject(broken()))
    archive.on('entry', (entry: Entry) => {
      unpacked += entry.uncompressedSize
      const isTooMuch = unpacked > mostUnpacked || (unpacked > smallUnpacked && unpacked > bytes.length * mostRatio)
      if (isTooMuch) return reject(bomb())
      if (entry.generalPurposeBitFlag & 1)
        return reject(refuse('file.encrypted', 'Tệp có mật khẩu nên không kiểm tra được. Hãy bỏ mật khẩu rồi gửi lại.'))
      if (!isNamedAlike(bytes, entry)) return reject(twice())
      entries.push(entry)
      archive.readEntry()
    })
    archive.on('end', () => (overlap(entries) ? reject(bomb()) : resolve(entries)))
    archive.readEntry()
  })
}

/** The directory at the end and the head of the part itself call it the same. */
function isNamedAlike(bytes: Buffer, { relativeOffsetOfLocalHeader: at, fileNameRaw }: Entry): boolean {
  if (at + 30 > bytes.length) return false
  return bytes.subarray(at + 30, at + 30 + bytes.readUInt16LE(at + 26)).equals(fileNameRaw)
}

/** Parts that share bytes: one kernel unpacked many times over. */
function overlap(entries: readonly Entry[]): boolean {
  const sorted = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)
  return sorted.some((entry, at) => {
    const next = sorted[at + 1]
    return next && entry.relativeOffsetOfLocalHeader + 30 + entry.compressedSize > next.relativeOffsetOfLocalHeader
  })
}

const mostRelations = 1024 ** 2
const isRelations = (name: string) => /\.rels$/i.test(name)

/** Unpacks every part, so that none is larger than it says, and keeps the small ones that say what the document is and leans on. */
async function unpack(archive: ZipFile, entries: readonly Entry[]): Promise<Map<string, Buffer>> {
  const kept = new Map<string, Buffer>()
  for (const entry of entries) {
    const most = isRelations(entry.fileName) ? mostRelations : entry.fileName === 'mimetype' ? 200 : 0
    if (isRelations(entry.fileName) && entry.uncompressedSize > most) throw bomb()
    const wanted = entry.uncompressedSize < most
    const part = await readPart(archive, entry, wanted)
    if (wanted) kept.set(entry.fileName, part)
  }
  return kept
}

const readPart = (archive: ZipFile, entry: Entry, wanted: boolean): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    archive.openReadStream(entry, (error, stream) => {
      if (error || !stream) return reject(broken())
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => wanted && chunks.push(chunk))
      stream.on('error', () => reject(broken()))
      stream.on('end', () => resolve(Buffer.concat(chunks)))
    })
  })

/** What is fetched when the document is opened, and may bring programs: a template, an object, a frame. Links that are pressed may stay. */
const fetched = /\/(attachedTemplate|oleObject|frame|subDocument)$/

function refuseRemoteParts(part: Buffer): void {
  const isWide = part.subarray(0, 2).equals(Buffer.from('fffe', 'hex'))
  const parser = new SaxesParser()
  let isRemote = false
  parser.on('error', () => {
    throw broken()
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (!/(^|:)Relationship$/.test(name) || attributes.TargetMode?.trim() !== 'External') return
    isRemote ||= fetched.test(attributes.Type?.trim() ?? '')
  })
  parser.write(part.toString(isWide ? 'utf16le' : 'utf8')).close()
  if (isRemote)
    throw refuse(
      'file.remote-part',
      'Tệp lấy mẫu hoặc đối tượng từ nơi khác mỗi khi mở nên không được nhận. Hãy lưu tệp với đủ nội dung bên trong rồi gửi lại.',
    )
}
