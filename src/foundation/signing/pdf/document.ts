/**
 * A PDF as its cross-reference chain gives it, strictly: nothing is repaired or searched for. Each update adds a section (a table, or a
 * stream) that names its predecessor; the newest entry of an object's number counts. Reading a prefix of a file gives it as it was
 * when that part was all there was: this is what the checks of signatures compare.
 */
import { inflateSync } from 'node:zlib'
import { type Cursor, expectWord, malformed, readCount, readValue, readWord, skipSpace } from './lexer.ts'
import { isDict, isName, isRef, isStream, type PdfDict, PdfFault, type PdfStream, type PdfValue } from './values.ts'

export type Entry =
  | { kind: 'free' }
  | { kind: 'at'; offset: number; generation: number }
  | { kind: 'in'; stream: number; index: number }

export interface Section {
  /** Where the section begins. */
  at: number
  /** Where its own bytes end: after the trailer's dictionary, or after the stream's object. */
  to: number
  kind: 'table' | 'stream'
  entries: ReadonlyMap<number, Entry>
  trailer: PdfDict
}

export interface PdfDocument {
  bytes: Buffer
  /** From the newest to the oldest. */
  sections: readonly Section[]
  /** The newest trailer. */
  trailer: PdfDict
  entries: ReadonlyMap<number, Entry>
  /** One more than the highest number of an object. */
  size: number
  get(number: number): PdfValue
  /** Follows a reference; anything else is given back. */
  follow(value: PdfValue | undefined): PdfValue
  /** The object of that offset, with where it ends. */
  at(offset: number): PdfObject
}

export interface PdfObject {
  number: number
  generation: number
  value: PdfValue
  from: number
  to: number
}

const mostSections = 1000
const mostObjects = 1_000_000
const mostInflated = 64 * 1024 ** 2

/** @throws PdfFault */
export function readDocument(bytes: Buffer): PdfDocument {
  if (bytes.toString('latin1', 0, 5) !== '%PDF-') throw new PdfFault('pdf.not-a-pdf', 'Tệp không phải là PDF.')
  const sections: Section[] = []
  const seen = new Set<number>()
  const open = [findStart(bytes)]
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    if (seen.has(at) || sections.length >= mostSections) throw malformed('bảng tham chiếu nối vòng', at)
    seen.add(at)
    const section = readSection(bytes, at)
    sections.push(section)
    const previous = section.trailer.entries.get('Prev')
    const hybrid = section.kind === 'table' ? section.trailer.entries.get('XRefStm') : undefined
    if (typeof hybrid === 'number') sections.push(readSection(bytes, hybrid))
    if (typeof previous === 'number') open.push(previous)
  }
  return assemble(bytes, sections)
}

function assemble(bytes: Buffer, sections: Section[]): PdfDocument {
  const entries = new Map<number, Entry>()
  for (const section of sections)
    for (const [number, entry] of section.entries) if (!entries.has(number)) entries.set(number, entry)
  const trailer = sections[0]?.trailer
  if (!trailer) throw malformed('thiếu trailer', bytes.length)
  if (sections.some((one) => one.trailer.entries.has('Encrypt')))
    throw new PdfFault('pdf.encrypted', 'Tệp PDF đặt mật khẩu: hãy bỏ mật khẩu rồi gửi lại.')
  const values = new Map<number, PdfValue>()
  const streams = new Map<number, Map<number, PdfValue>>()
  const at = (offset: number) => readObject(bytes, offset, (value) => lengthOf(bytes, entries, value))
  const document: PdfDocument = {
    bytes,
    sections,
    trailer,
    entries,
    size: Math.max(0, ...entries.keys()) + 1,
    at,
    get(number) {
      const known = values.get(number)
      if (known !== undefined) return known
      const entry = entries.get(number)
      let value: PdfValue = null
      if (entry?.kind === 'at') {
        const found = at(entry.offset)
        if (found.number !== number) throw malformed(`đối tượng ${number} không ở chỗ đã ghi`, entry.offset)
        value = found.value
      } else if (entry?.kind === 'in') value = fromStream(document, streams, entry.stream).get(number) ?? null
      values.set(number, value)
      return value
    },
    follow(value = null) {
      let result: PdfValue = value
      for (let step = 0; isRef(result); step += 1) {
        if (step > 20) throw malformed('tham chiếu nối vòng', 0)
        result = document.get(result.number)
      }
      return result
    },
  }
  return document
}

function fromStream(
  document: PdfDocument,
  streams: Map<number, Map<number, PdfValue>>,
  number: number,
): Map<number, PdfValue> {
  const known = streams.get(number)
  if (known) return known
  if (document.entries.get(number)?.kind !== 'at') throw malformed(`luồng đối tượng ${number} không ở chỗ đã ghi`, 0)
  const stream = document.get(number)
  if (!isStream(stream) || !isName(stream.dict.entries.get('Type'), 'ObjStm'))
    throw malformed(`đối tượng ${number} không phải luồng đối tượng`, 0)
  const bytes = decode(stream)
  const count = stream.dict.entries.get('N')
  const first = stream.dict.entries.get('First')
  if (typeof count !== 'number' || typeof first !== 'number' || count > mostObjects)
    throw malformed('luồng đối tượng', 0)
  const head: Cursor = { bytes: bytes.subarray(0, first), at: 0 }
  const values = new Map<number, PdfValue>()
  for (let place = 0; place < count; place += 1) {
    const object = readCount(head)
    const offset = readCount(head)
    if (values.has(object)) throw malformed(`đối tượng ${object} có hai lần trong một luồng`, 0)
    values.set(object, readValue({ bytes, at: first + offset }))
  }
  streams.set(number, values)
  return values
}

/** Of a stream whose length stands in an object of its own. */
function lengthOf(bytes: Buffer, entries: ReadonlyMap<number, Entry>, value: PdfValue): number {
  if (typeof value === 'number') return value
  const entry = isRef(value) ? entries.get(value.number) : undefined
  if (entry?.kind !== 'at') throw malformed('độ dài của luồng', 0)
  const length = readObject(bytes, entry.offset, () => Number.NaN).value
  if (typeof length !== 'number') throw malformed('độ dài của luồng', entry.offset)
  return length
}

/** Where the newest section begins, by the `startxref` at the end. */
function findStart(bytes: Buffer): number {
  const at = bytes.lastIndexOf('startxref')
  if (at < 0 || at < bytes.length - 2048) throw malformed('thiếu startxref ở cuối tệp', bytes.length)
  const cursor: Cursor = { bytes, at: at + 9 }
  return readCount(cursor)
}

function readSection(bytes: Buffer, at: number): Section {
  if (at < 0 || at >= bytes.length) throw malformed('bảng tham chiếu nằm ngoài tệp', at)
  const cursor: Cursor = { bytes, at }
  const word = readWord({ bytes, at })
  if (word !== 'xref') return readSectionStream(bytes, at)
  expectWord(cursor, 'xref')
  const entries = new Map<number, Entry>()
  for (;;) {
    const before = cursor.at
    if (readWord(cursor) === 'trailer') break
    cursor.at = before
    const first = readCount(cursor)
    const count = readCount(cursor)
    if (count > mostObjects) throw malformed('bảng tham chiếu quá lớn', at)
    for (let number = first; number < first + count; number += 1) {
      const offset = readCount(cursor)
      const generation = readCount(cursor)
      const kind = readWord(cursor)
      if (kind !== 'n' && kind !== 'f') throw malformed('dòng của bảng tham chiếu', cursor.at)
      if (entries.has(number)) throw malformed(`đối tượng ${number} có hai dòng`, cursor.at)
      entries.set(number, kind === 'n' ? { kind: 'at', offset, generation } : { kind: 'free' })
    }
  }
  const trailer = readValue(cursor)
  if (!isDict(trailer)) throw malformed('thiếu trailer', cursor.at)
  return { at, to: cursor.at, kind: 'table', entries, trailer }
}

function readSectionStream(bytes: Buffer, at: number): Section {
  const object = readObject(bytes, at, (value) => (typeof value === 'number' ? value : Number.NaN))
  const stream = object.value
  if (!isStream(stream) || !isName(stream.dict.entries.get('Type'), 'XRef'))
    throw malformed('thiếu bảng tham chiếu', at)
  const widths = stream.dict.entries.get('W')
  const size = stream.dict.entries.get('Size')
  if (!Array.isArray(widths) || typeof size !== 'number' || size > mostObjects) throw malformed('bảng tham chiếu', at)
  const [a = 0, b = 0, c = 0] = widths.map((width) => (typeof width === 'number' ? width : 0))
  const index = stream.dict.entries.get('Index') ?? [0, size]
  if (!Array.isArray(index) || a > 2 || b > 6 || c > 4 || b < 1) throw malformed('bảng tham chiếu', at)
  const data = decode(stream)
  const entries = new Map<number, Entry>()
  let place = 0
  const take = (width: number, otherwise: number) => {
    if (width === 0) return otherwise
    if (place + width > data.length) throw malformed('bảng tham chiếu cụt', at)
    place += width
    return data.readUIntBE(place - width, width)
  }
  for (let pair = 0; pair + 1 < index.length; pair += 2) {
    const [first, count] = [index[pair], index[pair + 1]]
    if (typeof first !== 'number' || typeof count !== 'number' || count > mostObjects)
      throw malformed('bảng tham chiếu', at)
    for (let number = first; number < first + count; number += 1) {
      const [kind, second, third] = [take(a, 1), take(b, 0), take(c, 0)]
      if (entries.has(number)) throw malformed(`đối tượng ${number} có hai dòng`, at)
      if (kind === 1) entries.set(number, { kind: 'at', offset: second, generation: third })
      else if (kind === 2) entries.set(number, { kind: 'in', stream: second, index: third })
      else entries.set(number, { kind: 'free' })
    }
  }
  return { at, to: object.to, kind: 'stream', entries, trailer: stream.dict }
}

function readObject(bytes: Buffer, from: number, measure: (length: PdfValue) => number): PdfObject {
  const cursor: Cursor = { bytes, at: from }
  const number = readCount(cursor)
  const generation = readCount(cursor)
  expectWord(cursor, 'obj')
  const value = readValue(cursor)
  skipSpace(cursor)
  if (!isDict(value) || bytes.toString('latin1', cursor.at, cursor.at + 6) !== 'stream') {
    expectWord(cursor, 'endobj')
    return { number, generation, value, from, to: cursor.at }
  }
  cursor.at += 6
  if (bytes[cursor.at] === 13) cursor.at += 1
  if (bytes[cursor.at] !== 10) throw malformed('đầu luồng', cursor.at)
  cursor.at += 1
  const length = measure(value.entries.get('Length') ?? null)
  const raw = bytes.subarray(cursor.at, cursor.at + length)
  if (!(length >= 0) || raw.length !== length) throw malformed('độ dài của luồng', cursor.at)
  cursor.at += length
  while ([10, 13].includes(bytes[cursor.at] ?? 0)) cursor.at += 1
  expectWord(cursor, 'endstream')
  expectWord(cursor, 'endobj')
  return { number, generation, value: { type: 'stream', dict: value, raw }, from, to: cursor.at }
}

/** What the stream says, for the filters that structures of a PDF use: none, or Flate with a predictor. */
export function decode({ dict, raw }: PdfStream): Buffer {
  const filter = dict.entries.get('Filter')
  const only = Array.isArray(filter) && filter.length === 1 ? filter[0] : filter
  if (only === undefined || only === null || (Array.isArray(only) && only.length === 0)) return raw
  if (!isName(only, 'FlateDecode')) throw malformed('cách nén không dùng cho cấu trúc', 0)
  let inflated: Buffer
  try {
    inflated = inflateSync(raw, { maxOutputLength: mostInflated })
  } catch {
    throw malformed('luồng nén bị hỏng', 0)
  }
  const given = dict.entries.get('DecodeParms')
  const parameters = Array.isArray(given) ? given[0] : given
  const predictor = isDict(parameters) ? parameters.entries.get('Predictor') : undefined
  if (!isDict(parameters) || typeof predictor !== 'number' || predictor < 10) return inflated
  const columns = parameters.entries.get('Columns')
  return unpredict(inflated, typeof columns === 'number' ? columns : 1)
}

/** PNG predictors over rows of bytes (ISO 32000-1, 7.4.4.4). */
function unpredict(data: Buffer, columns: number): Buffer {
  const rows = Math.floor(data.length / (columns + 1))
  const out = Buffer.alloc(rows * columns)
  for (let row = 0; row < rows; row += 1) {
    const kind = data[row * (columns + 1)] ?? 0
    for (let column = 0; column < columns; column += 1) {
      const here = row * columns + column
      const left = column > 0 ? (out[here - 1] ?? 0) : 0
      const up = row > 0 ? (out[here - columns] ?? 0) : 0
      const corner = row > 0 && column > 0 ? (out[here - columns - 1] ?? 0) : 0
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind] ?? 0
      out[here] = ((data[row * (columns + 1) + 1 + column] ?? 0) + guess) & 255
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}
