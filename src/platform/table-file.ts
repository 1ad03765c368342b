/**
 * Lists as files of any length: rows are taken as they come and leave at once, so that a hundred thousand lines need no more memory than
 * ten. XLSX is the plainest workbook there is: one sheet whose strings stand in their cells. A text that a spreadsheet would take for a
 * formula is kept a text in both.
 */
import { Readable } from 'node:stream'
import { file, type Reply } from '#platform/http'
import { writeZip } from '#platform/zip-stream'

export type TableCell = string | number | null | undefined
export type TableFormat = 'csv' | 'xlsx'

export interface Table {
  titles: readonly string[]
  rows: AsyncIterable<readonly TableCell[]> | Iterable<readonly TableCell[]>
}

export interface TableFile extends Table {
  /** Without ending. */
  name: string
}

const types = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

export function tableFile(format: TableFormat, table: TableFile): Reply {
  const bytes = writeTable(format, table)
  return file(`${table.name}.${format}`, types[format], Readable.from(bytes, { objectMode: false }))
}

/** The bytes of a list, made as its rows come. */
export const writeTable = (format: TableFormat, table: Table): AsyncIterable<Uint8Array> =>
  format === 'csv' ? writeCsv(table) : writeXlsx(table)

const pieceLength = 64 * 1024
const formulaStart = /^[=+\-@\t\r]/

/** A spreadsheet runs what begins with these signs; the apostrophe says that it is a text. */
const unarmed = (text: string): string => (formulaStart.test(text) ? `'${text}` : text)

function csvCell(cell: TableCell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const text = unarmed(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

async function* writeCsv({ titles, rows }: Table): AsyncGenerator<Buffer> {
  // The mark by which Excel knows UTF-8.
  let piece = `\ufeff${titles.map(csvCell).join(',')}\r\n`
  for await (const row of rows) {
    piece += `${row.map(csvCell).join(',')}\r\n`
    if (piece.length < pieceLength) continue
    yield Buffer.from(piece)
    piece = ''
  }
  if (piece) yield Buffer.from(piece)
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships'
const contentTypes = 'http://schemas.openxmlformats.org/package/2006/content-types'

const parts: Record<string, string> = {
  '[Content_Types].xml': `${head}<Types xmlns="${contentTypes}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
  '_rels/.rels': `${head}<Relationships xmlns="${packageRelations}"><Relationship Id="r1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${head}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="Danh sách" sheetId="1" r:id="r1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `${head}<Relationships xmlns="${packageRelations}"><Relationship Id="r1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
}

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
// XML 1.0 knows no control characters but tab and line ends.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const outlawed = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

function xlsxCell(cell: TableCell): string {
  if (cell === null || cell === undefined || cell === '') return '<c/>'
  if (typeof cell === 'number') return Number.isFinite(cell) ? `<c><v>${cell}</v></c>` : '<c/>'
  const text = cell.replace(outlawed, '').replace(/[&<>]/g, (sign) => signs[sign] ?? sign)
  return `<c t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`
}

const xlsxRow = (row: readonly TableCell[]): string => `<row>${row.map(xlsxCell).join('')}</row>`

function writeXlsx(table: Table): AsyncGenerator<Buffer> {
  const fixed = Object.entries(parts).map(([name, text]) => ({ name, text: [text] }))
  return writeZip([...fixed, { name: 'xl/worksheets/sheet1.xml', text: sheetOf(table) }])
}

async function* sheetOf({ titles, rows }: Table): AsyncGenerator<string> {
  let piece = `${head}<worksheet xmlns="${main}"><sheetData>${xlsxRow(titles)}`
  for await (const row of rows) {
    piece += xlsxRow(row)
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  yield `${piece}</sheetData></worksheet>`
}
