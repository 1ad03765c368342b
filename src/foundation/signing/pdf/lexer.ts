/**
 * Reads values out of the bytes of a PDF, strictly: what readers would have to guess is a fault. A cursor moves over the bytes; each
 * `read…` leaves it behind what it has read.
 */
import { type PdfDict, PdfFault, type PdfString, type PdfValue } from './values.ts'

export interface Cursor {
  bytes: Buffer
  at: number
}

const deepest = 64
const whitespace = new Set([0, 9, 10, 12, 13, 32])
const delimiters = new Set(Array.from('()<>[]{}/%', (one) => one.charCodeAt(0)))
const isRegular = (byte: number | undefined): byte is number =>
  byte !== undefined && !whitespace.has(byte) && !delimiters.has(byte)

export const malformed = (what: string, at: number) =>
  new PdfFault('pdf.malformed', `Cấu trúc PDF sai tại byte ${at}: ${what}.`)

export function skipSpace(cursor: Cursor): void {
  const { bytes } = cursor
  for (;;) {
    const byte = bytes[cursor.at]
    if (byte === undefined) return
    if (byte === 37)
      while (cursor.at < bytes.length && bytes[cursor.at] !== 10 && bytes[cursor.at] !== 13) cursor.at += 1
    else if (whitespace.has(byte)) cursor.at += 1
    else return
  }
}

/** A run of regular characters: a number or a word. */
export function readWord(cursor: Cursor): string {
  skipSpace(cursor)
  const from = cursor.at
  while (isRegular(cursor.bytes[cursor.at])) cursor.at += 1
  return cursor.bytes.toString('latin1', from, cursor.at)
}

/** @throws PdfFault when something else stands there. */
export function expectWord(cursor: Cursor, word: string): void {
  const { at } = cursor
  if (readWord(cursor) !== word) throw malformed(`thiếu "${word}"`, at)
}

/** @throws PdfFault unless a whole number without a sign stands there. */
export function readCount(cursor: Cursor): number {
  const { at } = cursor
  const word = readWord(cursor)
  if (!/^\d{1,10}$/.test(word)) throw malformed('thiếu một số', at)
  return Number(word)
}

export function readValue(cursor: Cursor, depth = 0): PdfValue {
  if (depth > deepest) throw malformed('lồng nhau quá sâu', cursor.at)
  skipSpace(cursor)
  const { bytes, at } = cursor
  switch (bytes[at]) {
    case 0x2f:
      return readName(cursor)
    case 0x28:
      return readLiteral(cursor)
    case 0x5b:
      return readArray(cursor, depth)
    case 0x3c:
      return bytes[at + 1] === 0x3c ? readDict(cursor, depth) : readHex(cursor)
    default:
      return readPlain(cursor)
  }
}

function readPlain(cursor: Cursor): PdfValue {
  const { at } = cursor
  const word = readWord(cursor)
  if (word === 'true') return true
  if (word === 'false') return false
  if (word === 'null') return null
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) throw malformed(`không hiểu "${word.slice(0, 20)}"`, at)
  return /^\d{1,10}$/.test(word) ? (readReference(cursor, Number(word)) ?? Number(word)) : Number(word)
}

/** `12 0 R`; leaves the cursor where it was when it is a plain number. */
function readReference(cursor: Cursor, number: number): PdfValue | undefined {
  const { bytes, at } = cursor
  let next = at
  const skip = () => {
    const from = next
    while (whitespace.has(bytes[next] ?? -1)) next += 1
    return next > from
  }
  if (!skip()) return undefined
  const from = next
  while (next - from < 6 && (bytes[next] ?? 0) >= 48 && (bytes[next] ?? 0) <= 57) next += 1
  if (next === from) return undefined
  const generation = Number(bytes.toString('latin1', from, next))
  if (!skip() || bytes[next] !== 0x52 || isRegular(bytes[next + 1])) return undefined
  cursor.at = next + 1
  return { type: 'ref', number, generation }
}

function readName(cursor: Cursor): PdfValue {
  cursor.at += 1
  const from = cursor.at
  while (isRegular(cursor.bytes[cursor.at])) cursor.at += 1
  const raw = cursor.bytes.toString('latin1', from, cursor.at)
  return {
    type: 'name',
    name: raw.replace(/#([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  }
}

const hexValue = (byte: number | undefined): number => {
  if (byte === undefined) return -1
  if (byte >= 48 && byte <= 57) return byte - 48
  const low = byte | 32
  return low >= 97 && low <= 102 ? low - 87 : -1
}

function readHex(cursor: Cursor): PdfString {
  const { bytes, at: from } = cursor
  const digits: number[] = []
  cursor.at += 1
  for (; bytes[cursor.at] !== 0x3e; cursor.at += 1) {
    const byte = bytes[cursor.at]
    if (byte === undefined) throw malformed('chuỗi không kết thúc', from)
    if (whitespace.has(byte)) continue
    const digit = hexValue(byte)
    if (digit < 0) throw malformed('chuỗi thập lục phân sai', cursor.at)
    digits.push(digit)
  }
  cursor.at += 1
  if (digits.length % 2 === 1) digits.push(0)
  const value = Buffer.alloc(digits.length / 2)
  for (let place = 0; place < value.length; place += 1)
    value[place] = (digits[2 * place] ?? 0) * 16 + (digits[2 * place + 1] ?? 0)
  return { type: 'string', bytes: value, hex: true, from, to: cursor.at }
}

const escapes: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12 }

function readLiteral(cursor: Cursor): PdfString {
  const { bytes, at: from } = cursor
  const value: number[] = []
  let open = 1
  cursor.at += 1
  while (open > 0) {
    const byte = bytes[cursor.at]
    if (byte === undefined) throw malformed('chuỗi không kết thúc', from)
    cursor.at += 1
    if (byte === 0x5c) {
      const escaped = readEscape(cursor)
      if (escaped !== undefined) value.push(escaped)
      continue
    }
    if (byte === 0x28) open += 1
    if (byte === 0x29) open -= 1
    if (open > 0) value.push(byte)
  }
  return { type: 'string', bytes: Buffer.from(value), hex: false, from, to: cursor.at }
}

function readEscape(cursor: Cursor): number | undefined {
  const { bytes } = cursor
  const octal = /^[0-7]{1,3}/.exec(bytes.toString('latin1', cursor.at, cursor.at + 3))?.[0]
  if (octal) {
    cursor.at += octal.length
    return Number.parseInt(octal, 8) & 255
  }
  const byte = bytes[cursor.at]
  cursor.at += 1
  if (byte === 13 && bytes[cursor.at] === 10) cursor.at += 1
  if (byte === 13 || byte === 10 || byte === undefined) return undefined
  return escapes[String.fromCharCode(byte)] ?? byte
}

function readArray(cursor: Cursor, depth: number): PdfValue[] {
  const values: PdfValue[] = []
  cursor.at += 1
  for (;;) {
    skipSpace(cursor)
    if (cursor.bytes[cursor.at] === 0x5d) {
      cursor.at += 1
      return values
    }
    values.push(readValue(cursor, depth + 1))
  }
}

function readDict(cursor: Cursor, depth: number): PdfDict {
  const entries = new Map<string, PdfValue>()
  const repeated: string[] = []
  cursor.at += 2
  for (;;) {
    skipSpace(cursor)
    const { bytes, at } = cursor
    if (bytes[at] === 0x3e && bytes[at + 1] === 0x3e) {
      cursor.at += 2
      return { type: 'dict', entries, repeated }
    }
    if (bytes[at] !== 0x2f) throw malformed('thiếu khóa trong từ điển', at)
    const key = readName(cursor)
    if (typeof key !== 'object' || key === null || !('name' in key)) throw malformed('thiếu khóa', at)
    if (entries.has(key.name)) repeated.push(key.name)
    entries.set(key.name, readValue(cursor, depth + 1))
  }
}
