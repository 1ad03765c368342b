/** What a PDF is made of (ISO 32000-1, 7.3), as plain values. */

export interface PdfName {
  type: 'name'
  name: string
}

export interface PdfString {
  type: 'string'
  bytes: Buffer
  /** Written as `<…>`. */
  hex: boolean
  /** Where the token lies in what it was read from, its brackets included. */
  from: number
  to: number
}

export interface PdfRef {
  type: 'ref'
  number: number
  generation: number
}

export interface PdfDict {
  type: 'dict'
  entries: Map<string, PdfValue>
  /** Keys that stand more than once: readers disagree on which one counts. */
  repeated: readonly string[]
}

export interface PdfStream {
  type: 'stream'
  dict: PdfDict
  /** As it lies in the file, before any filter. */
  raw: Buffer
}

export type PdfValue = null | boolean | number | PdfName | PdfString | PdfRef | PdfValue[] | PdfDict | PdfStream

/** The file is not the PDF it should be; `code` is stable, the words are for who reads the page. */
export class PdfFault extends Error {
  override readonly name = 'PdfFault'
  readonly code: string
  constructor(code: string, words: string) {
    super(words)
    this.code = code
  }
}

export const name = (text: string): PdfName => ({ type: 'name', name: text })
export const ref = (number: number, generation = 0): PdfRef => ({ type: 'ref', number, generation })
export const dict = (entries: Record<string, PdfValue> = {}): PdfDict => ({
  type: 'dict',
  entries: new Map(Object.entries(entries)),
  repeated: [],
})

const isObject = (value: PdfValue | undefined): value is PdfName | PdfString | PdfRef | PdfDict | PdfStream =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const isDict = (value: PdfValue | undefined): value is PdfDict => isObject(value) && value.type === 'dict'
export const isStream = (value: PdfValue | undefined): value is PdfStream => isObject(value) && value.type === 'stream'
export const isRef = (value: PdfValue | undefined): value is PdfRef => isObject(value) && value.type === 'ref'
export const isString = (value: PdfValue | undefined): value is PdfString => isObject(value) && value.type === 'string'
export const isName = (value: PdfValue | undefined, text?: string): value is PdfName =>
  isObject(value) && value.type === 'name' && (text === undefined || value.name === text)

const bom = Buffer.from([0xfe, 0xff])

/** A text string: ASCII as it is, everything else as UTF-16 with its mark (ISO 32000-1, 7.9.2.2). */
export function text(words: string): PdfString {
  const bytes = /^[\x20-\x7e]*$/.test(words)
    ? Buffer.from(words, 'latin1')
    : Buffer.concat([bom, Buffer.from(words, 'utf16le').swap16()])
  return { type: 'string', bytes, hex: false, from: 0, to: 0 }
}

/** The words of a text string. */
export function wordsOf(value: PdfString): string {
  const { bytes } = value
  if (bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0)
    return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le')
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3).toString('utf8')
  return bytes.toString('latin1')
}
