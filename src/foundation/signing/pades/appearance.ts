/**
 * What a signature looks like on the page. It is drawn as a page of its own by @libpdf/core, which embeds the fonts in part, and carried
 * over into the document as a form.
 */
import { createHash } from 'node:crypto'
import { type EmbeddedFont, PDF, type PDFPage } from '@libpdf/core'
import { decode, type PdfDocument, readDocument } from '../pdf/document.ts'
import { malformed } from '../pdf/lexer.ts'
import { listPages } from '../pdf/pages.ts'
import { dict, isDict, isRef, isStream, name, type PdfValue, ref } from '../pdf/values.ts'
import type { Written } from '../pdf/write.ts'
import { readTinos } from './fonts.ts'
import type { Appearance } from './means.ts'

/** Puts the picture's objects among the changes; the number of its form. */
export async function drawAppearance(
  appearance: Appearance,
  claim: () => number,
  changes: Map<number, Written>,
): Promise<number> {
  const { width, height } = appearance.box
  const source = await drawOnce(appearance)
  const [only] = listPages(source)
  const content = only && source.follow(only)
  if (!isDict(content)) throw malformed('hình chữ ký', 0)
  const carry = makeCarrier(source, claim, changes)
  const raw = readContents(source, content.entries.get('Contents'))
  const number = claim()
  changes.set(number, {
    type: 'stream',
    dict: dict({
      Type: name('XObject'),
      Subtype: name('Form'),
      BBox: [0, 0, width, height],
      Resources: carry(content.entries.get('Resources') ?? dict()),
      Length: raw.length,
    }),
    raw,
  })
  return number
}

const drawnBefore = new Map<string, PdfDocument>()
const mostKept = 50

/** A batch shows the same picture on every paper: drawn once, while it is among the latest. */
async function drawOnce(appearance: Appearance): Promise<PdfDocument> {
  const { box, image, lines, fontSize } = appearance
  const size = { width: box.width, height: box.height, lines, fontSize }
  const key = createHash('sha256')
    .update(JSON.stringify(size))
    .update(image ?? '')
    .digest('hex')
  const known = drawnBefore.get(key) ?? (await draw(appearance))
  drawnBefore.delete(key)
  drawnBefore.set(key, known)
  const [oldest] = drawnBefore.keys()
  if (drawnBefore.size > mostKept && oldest !== undefined) drawnBefore.delete(oldest)
  return known
}

async function draw(appearance: Appearance): Promise<PdfDocument> {
  const { width, height } = appearance.box
  const drawn = PDF.create()
  const page = drawn.addPage({ width, height })
  drawImage(drawn, page, appearance)
  drawLines(drawn, page, { left: 1, top: height, ...appearance })
  return readDocument(Buffer.from(await drawn.save()))
}

function drawImage(drawn: PDF, page: PDFPage, { box, image }: Appearance): void {
  if (!image) return
  const picture = drawn.embedImage(image)
  const scale = Math.min(box.width / picture.width, box.height / picture.height)
  const [width, height] = [picture.width * scale, picture.height * scale]
  page.drawImage(picture, { x: (box.width - width) / 2, y: (box.height - height) / 2, width, height })
}

interface Lines {
  left: number
  top: number
  lines?: readonly string[]
  fontSize?: number
}

/** In Tinos, under one another from the top. */
export function drawLines(drawn: PDF, page: PDFPage, { left, top, lines = [], fontSize = 10 }: Lines): void {
  if (lines.length === 0) return
  const latin = drawn.embedFont(readTinos('latin'))
  const vietnamese = drawn.embedFont(readTinos('vietnamese'))
  lines.forEach((line, place) => {
    const y = top - fontSize - place * fontSize * 1.25
    let x = left
    for (const { font, run } of runsOf(line.normalize('NFC'), latin, vietnamese)) {
      page.drawText(run, { x, y, size: fontSize, font })
      x += font.getTextWidth(run, fontSize)
    }
  })
}

/** Letters that follow one another in the same half of the font; what neither half has is left out. */
function runsOf(line: string, latin: EmbeddedFont, vietnamese: EmbeddedFont): { font: EmbeddedFont; run: string }[] {
  const runs: { font: EmbeddedFont; run: string }[] = []
  for (const letter of line) {
    const font = [latin, vietnamese].find((one) => one.canEncode(letter))
    const last = runs.at(-1)
    if (!font) continue
    if (last?.font === font) last.run += letter
    else runs.push({ font, run: letter })
  }
  return runs
}

function readContents(source: PdfDocument, value: PdfValue | undefined): Buffer {
  const given = source.follow(value)
  const parts = (Array.isArray(given) ? given : [given]).map((one) => source.follow(one))
  return Buffer.concat(parts.flatMap((part) => (isStream(part) ? [decode(part), Buffer.from('\n')] : [])))
}

/** Copies values out of the drawn page, and what they refer to, under numbers of the document. */
function makeCarrier(source: PdfDocument, claim: () => number, changes: Map<number, Written>) {
  const numbers = new Map<number, number>()
  const carry = (value: PdfValue): PdfValue => {
    if (Array.isArray(value)) return value.map(carry)
    if (isRef(value)) return ref(carryObject(value.number))
    if (isDict(value))
      return { ...value, entries: new Map([...value.entries].map(([key, one]) => [key, carry(one)] as const)) }
    if (isStream(value)) {
      const { raw } = value
      const copied = carry(value.dict)
      if (!isDict(copied)) throw malformed('hình chữ ký', 0)
      copied.entries.set('Length', raw.length)
      return { type: 'stream', dict: copied, raw }
    }
    return value
  }
  const carryObject = (number: number): number => {
    const known = numbers.get(number)
    if (known !== undefined) return known
    const claimed = claim()
    numbers.set(number, claimed)
    changes.set(claimed, carry(source.get(number)))
    return claimed
  }
  return carry
}
