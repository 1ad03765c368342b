/**
 * Bytes behind a signed revision must be updates and nothing else: objects that the update's own section names, the section, the end.
 * A reader that repairs files finds whatever lies between; so nothing may.
 */
import type { PdfDocument, Section } from '../pdf/document.ts'
import { type Cursor, readWord } from '../pdf/lexer.ts'
import { PdfFault } from '../pdf/values.ts'

const foreign = (at: number) =>
  new PdfFault('appended.foreign', `Sau phần đã ký có dữ liệu lạ nối thêm vào tệp (byte ${at}).`)

/** @throws PdfFault where something lies that is part of no update. */
export function checkAppended(document: PdfDocument, end: number): void {
  const { bytes } = document
  const sections = document.sections.filter(({ at }) => at >= end)
  const offsets = new Map<number, Section>()
  for (const section of sections)
    for (const entry of section.entries.values())
      if (entry.kind === 'at' && entry.offset >= end) offsets.set(entry.offset, section)
  const starts = new Map(sections.map((section) => [section.at, section]))
  let at = end
  for (;;) {
    const from = at
    at = skipPlain(bytes, at)
    if (at >= bytes.length) return
    const section = starts.get(at)
    if (section) at = skipEnding(bytes, section)
    else if (offsets.has(at)) at = document.at(at).to
    if (at === from || (!section && !offsets.has(skipPlain(bytes, from)))) throw foreign(at)
  }
}

/** White space only: a comment may hide what a repairing reader takes for an object. */
function skipPlain(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && [0, 9, 10, 12, 13, 32].includes(bytes[at] ?? -1)) at += 1
  return at
}

/** Over a section with its `startxref` and `%%EOF`. */
function skipEnding(bytes: Buffer, section: Section): number {
  const cursor: Cursor = { bytes, at: section.to }
  if (readWord(cursor) !== 'startxref') {
    // The second half of a hybrid section has no ending of its own.
    if (section.kind === 'stream') return section.to
    throw foreign(section.to)
  }
  readWord(cursor)
  let { at } = cursor
  at = skipPlain(bytes, at)
  if (bytes.toString('latin1', at, at + 5) !== '%%EOF') throw foreign(at)
  return at + 5
}
