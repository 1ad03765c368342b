import { type Bytes, openBytes, orClose, peekBytes } from './bytes.ts'
import { requireContent } from './content.ts'
import { FileFault } from './faults.ts'
import type { Limits, TableBatch, XlsxFormat } from './format.ts'
import { type MergedRange, readRange } from './xlsx-cells.ts'
import { findSheet, readSharedStrings, readStyles } from './xlsx-parts.ts'
import { SheetReader } from './xlsx-sheet.ts'
import { feedXml, XmlReader } from './xml.ts'
import { openPackage, type Package } from './zip-package.ts'

const mergesLimit = 50_000

// The list of merged ranges stands behind the cells, so the part is searched for it before it is read.
async function findMerges(workbook: Package, part: string): Promise<MergedRange[]> {
  const merges: MergedRange[] = []
  const bytes = await workbook.open(part)
  let left = ''
  for await (const chunk of bytes ?? []) {
    const text = left + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
    let from = 0
    for (const match of text.matchAll(/<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]{2,30})"/gi)) {
      const range = readRange(match[1] ?? '')
      if (range) merges.push(range)
      if (merges.length > mergesLimit) throw new FileFault('workbook.too-many-parts', { limit: mergesLimit })
      from = match.index + match[0].length
    }
    left = text.slice(Math.max(from, text.length - 200))
  }
  return merges
}

/** Streams the rows of one sheet of a workbook; empty rows are passed over. */
export async function* readXlsx(input: Bytes, format: XlsxFormat, limits: Limits): AsyncGenerator<TableBatch> {
  const { head, rest } = await peekBytes(openBytes(input, limits), 8)
  await orClose(rest, () => requireContent(head, 'xlsx'))
  const workbook = await openPackage(rest, limits)
  const { part, epoch } = await findSheet(workbook, format.sheet)
  const strings = await readSharedStrings(workbook, format, limits)
  const styles = await readStyles(workbook)
  const merges = format.fillMerged ? await findMerges(workbook, part) : []
  const bytes = await workbook.open(part)
  if (!bytes) throw new FileFault('workbook.broken', {})
  const reader = new SheetReader(format, limits, { epoch, strings, styles, merges })
  const xml = new XmlReader(reader, { depth: limits.depth, rowBytes: 16 * limits.rowBytes })
  let bytesRead = 0
  for await (const read of feedXml(bytes, 'utf-8', xml)) {
    bytesRead = read
    yield* reader.take(false, bytesRead)
  }
  yield* reader.take(true, bytesRead)
}
