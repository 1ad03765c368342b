import { decodeSingleByte } from './encoding.ts'
import { FileFault } from './faults.ts'
import type { Limits, XlsxFormat } from './format.ts'
import { feedXml, type Tag, XmlReader, type XmlSink } from './xml.ts'
import type { Package } from './zip-package.ts'

// The parts of a workbook beside its sheets: which sheets there are, shared strings, number formats and fonts
// (ECMA-376 part 1, chapter 18).

/** XML inside a workbook may hold long texts; its size is bounded by the package. */
const partLimits = { depth: 64, rowBytes: 16 * 1024 ** 2 }

async function readPart(workbook: Package, name: string, sink: XmlSink): Promise<boolean> {
  const bytes = await workbook.open(name)
  if (!bytes) return false
  for await (const _ of feedXml(bytes, 'utf-8', new XmlReader(sink, partLimits))) {
    // Nothing is taken between the pieces: the sink keeps what it needs.
  }
  return true
}

type Sheet = { name: string; relation: string; visible: boolean }

async function readSheets(workbook: Package): Promise<{ sheets: Sheet[]; epoch: 1900 | 1904 }> {
  const sheets: Sheet[] = []
  let epoch: 1900 | 1904 = 1900
  const read = await readPart(workbook, 'xl/workbook.xml', {
    open({ name, attributes }) {
      if (name === 'workbookPr' && /^(1|true)$/.test(attributes.date1904 ?? '')) epoch = 1904
      if (name === 'sheet') {
        const relation = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? ''
        sheets.push({
          name: (attributes.name ?? '').normalize('NFC'),
          relation,
          visible: !attributes.state || attributes.state === 'visible',
        })
      }
    },
    close() {},
  })
  if (!read)
    throw new FileFault('file.wrong-type', {
      declared: 'Excel (.xlsx)',
      found: 'tệp nén ZIP hoặc định dạng bảng tính khác',
    })
  return { sheets, epoch }
}

/** Names of the sheets a person sees, in their order. */
export async function listSheets(workbook: Package): Promise<string[]> {
  const { sheets } = await readSheets(workbook)
  return sheets.filter(({ visible }) => visible).map(({ name }) => name)
}

/** Where the wanted sheet lies in the package, and from which year the workbook counts its days. */
export async function findSheet(
  workbook: Package,
  wanted: XlsxFormat['sheet'],
): Promise<{ part: string; epoch: 1900 | 1904 }> {
  const { sheets, epoch } = await readSheets(workbook)
  const sheet = chooseSheet(sheets, wanted)
  const targets = new Map<string, string>()
  await readPart(workbook, 'xl/_rels/workbook.xml.rels', {
    open({ name, attributes }) {
      if (name === 'Relationship') targets.set(attributes.Id ?? '', attributes.Target ?? '')
    },
    close() {},
  })
  const target = targets.get(sheet.relation)
  if (!target) throw new FileFault('workbook.broken', {})
  return { part: target.startsWith('/') ? target.slice(1) : `xl/${target.replace(/^\.\//, '')}`, epoch }
}

function chooseSheet(sheets: readonly Sheet[], wanted: XlsxFormat['sheet']): Sheet {
  const byName = (name: string) => sheets.find((sheet) => sheet.name.trim() === name.normalize('NFC').trim())
  const chosen =
    typeof wanted === 'string'
      ? byName(wanted)
      : typeof wanted === 'number'
        ? sheets[wanted - 1]
        : (sheets.find((sheet) => sheet.visible) ?? sheets[0])
  if (chosen) return chosen
  throw new FileFault('workbook.sheet-not-found', {
    sheet: String(wanted ?? 1),
    present: sheets.map(({ name }) => name),
  })
}

const isLegacyFont = (font: string): boolean => /^\.vn/i.test(font)

/** Text set in an ABC font, whose letters stand in the place of Latin-1 signs; fonts ending in H show capitals. */
export function convertLegacy(text: string, font: string): string {
  if (!isLegacyFont(font)) return text
  const unicode = Array.from(text, (char) => {
    const code = char.charCodeAt(0)
    return code >= 0xa0 && code <= 0xff ? decodeSingleByte(Uint8Array.of(code), 'tcvn3') : char
  }).join('')
  return (/h$/i.test(font) ? unicode.toLocaleUpperCase('vi') : unicode).normalize('NFC')
}

// ECMA-376 18.4.8: characters XML cannot hold are written _xHHHH_.
export const unescapeText = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text

/** Gathers the text of a string item: plain, or in runs that each have a font; phonetic guides are left out. */
export class StringItem {
  #text = ''
  #font = ''
  #inText = false
  #phonetic = 0
  /** Runs in an old font were converted here; the font of the cell must not be applied again. */
  hasRuns = false
  readonly #legacyFonts: boolean
  #piece = ''

  constructor(legacyFonts: boolean) {
    this.#legacyFonts = legacyFonts
  }

  open({ name, attributes }: Tag): void {
    if (name === 'r') {
      this.hasRuns = true
      this.#font = ''
    } else if (name === 'rFont') this.#font = attributes.val ?? ''
    else if (name === 'rPh') this.#phonetic++
    else if (name === 't') this.#inText = this.#phonetic === 0
  }

  text(text: string): void {
    if (this.#inText) this.#piece += text
  }

  close(name: string): void {
    if (name === 'rPh') this.#phonetic--
    if (name !== 't' || !this.#inText) return
    this.#inText = false
    const piece = unescapeText(this.#piece)
    this.#text += this.#legacyFonts && this.hasRuns ? convertLegacy(piece, this.#font) : piece
    this.#piece = ''
  }

  /** The text so far; the item begins anew. */
  take(): { text: string; runs: boolean } {
    const taken = { text: this.#text.normalize('NFC'), runs: this.hasRuns }
    this.#text = ''
    this.hasRuns = false
    return taken
  }
}

export type SharedStrings = { texts: string[]; withRuns: Set<number> }

export async function readSharedStrings(workbook: Package, format: XlsxFormat, limits: Limits): Promise<SharedStrings> {
  const texts: string[] = []
  const withRuns = new Set<number>()
  const item = new StringItem(format.legacyFonts)
  let kept = 0
  await readPart(workbook, 'xl/sharedStrings.xml', {
    open: (tag) => item.open(tag),
    text: (text) => item.text(text),
    close(name) {
      item.close(name)
      if (name !== 'si') return
      const { text, runs } = item.take()
      // Two bytes a letter and what an array and a string cost by themselves.
      kept += text.length * 2 + 32
      if (kept > limits.sharedStringBytes) throw new FileFault('file.too-large', { limit: limits.sharedStringBytes })
      if (runs && format.legacyFonts) withRuns.add(texts.length)
      texts.push(text)
    },
  })
  return { texts, withRuns }
}

export type CellStyle = { moment: boolean; font: string }

const builtInMoments = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

/** A number format shows a date or a time when letters of one stand outside its quoted and bracketed parts. */
export function isMomentFormat(code: string): boolean {
  const bare = code
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .split(';')[0]
  return /[ymdhs]/i.test((bare ?? '').replace(/general/i, ''))
}

export async function readStyles(workbook: Package): Promise<CellStyle[]> {
  const formats = new Map<number, string>()
  const fonts: string[] = []
  const styles: { format: number; font: number }[] = []
  const path: string[] = []
  await readPart(workbook, 'xl/styles.xml', {
    open({ name, attributes }) {
      const parent = path.at(-1)
      if (name === 'numFmt') formats.set(Number(attributes.numFmtId), attributes.formatCode ?? '')
      if (name === 'font' && parent === 'fonts') fonts.push('')
      if (name === 'name' && parent === 'font' && path.at(-2) === 'fonts')
        fonts[fonts.length - 1] = attributes.val ?? ''
      if (name === 'xf' && parent === 'cellXfs') {
        styles.push({ format: Number(attributes.numFmtId ?? 0), font: Number(attributes.fontId ?? 0) })
      }
      path.push(name)
    },
    close() {
      path.pop()
    },
  })
  return styles.map(({ format, font }) => {
    const code = formats.get(format)
    return { moment: code === undefined ? builtInMoments(format) : isMomentFormat(code), font: fonts[font] ?? '' }
  })
}
