import { type Bytes, openBytes, orClose, peekBytes } from './bytes.ts'
import { type Content, recogniseContent } from './content.ts'
import { decodeHead, detectDelimiter } from './csv-head.ts'
import { CsvScanner } from './csv-scanner.ts'
import { parseDate } from './date.ts'
import { parseDecimal } from './decimal.ts'
import { guessEncoding, type ResolvedEncoding } from './encoding.ts'
import { FileFault, ValueFault } from './faults.ts'
import { findArrayPath } from './find-array.ts'
import { defaultLimits, type Encoding, Format, type Limits } from './format.ts'
import { type GuessedColumn, guessColumns, type Sample } from './guess-column.ts'
import { readRecords } from './read-records.ts'
import { listSheets } from './xlsx-parts.ts'
import { holdBytes, openPackage } from './zip-package.ts'

// A first look at a file nobody has described yet: which format it seems to be, how it is written, what its columns
// seem to hold. Everything is a proposal for the page where a contract is made; nothing is read by it unconfirmed.

const headBytes = 256 * 1024
const sampledRows = 1000
const shownRows = 10

export type Sniffed = {
  format: Format
  /** The encoding was guessed from the letters and must be confirmed by a person. */
  encodingGuessed: boolean
  /** How the text of this file is written, whatever the format says of others. */
  encoding: Encoding
  columns: GuessedColumn[]
  /** The first rows, in the order of `columns` or as trees. */
  samples: Sample['values'][]
  rowsSampled: number
  faultyRows: number
  /** Of a workbook: the sheets among which a person may choose. */
  sheets: string[]
}

type Proposal = { format: unknown; encodingGuessed: boolean }

function proposeEncoding(head: Buffer): { encoding: Encoding; resolved: ResolvedEncoding; guessed: boolean } {
  const start = head.subarray(0, 2).toString('hex')
  if (start === 'fffe') return { encoding: 'auto', resolved: 'utf-16le', guessed: false }
  if (start === 'feff') return { encoding: 'auto', resolved: 'utf-16be', guessed: false }
  const likely = guessEncoding(head)
  if (likely === 'windows-1258' || likely === 'tcvn3') return { encoding: likely, resolved: likely, guessed: true }
  return { encoding: 'auto', resolved: 'utf-8', guessed: false }
}

function encodingOf(head: Buffer): Encoding {
  const { encoding, resolved } = proposeEncoding(head)
  return encoding !== 'auto' ? encoding : resolved === 'utf-8' ? 'utf-8' : 'utf-16'
}

// Lines before the first that has as many columns as most: titles.
function countTitleLines(text: string, delimiter: string, lineEnd: '\n' | '\r'): number {
  const counts: { columns: number; line: number }[] = []
  const scanner = new CsvScanner({ delimiter, quote: '"', lineEnd, rowLength: text.length })
  scanner.scan(text, false, {
    row: (values, _start, _end, line) => counts.push({ columns: values.filter((value) => value !== '').length, line }),
    fault: () => {},
  })
  return linesAbove(counts)
}

/** Lines above the first that fills as many columns as most do. */
function linesAbove(counts: readonly { columns: number; line: number }[]): number {
  const judged = counts
    .slice(0, 200)
    .map(({ columns }) => columns)
    .sort((a, b) => a - b)
  const usual = judged[Math.floor(judged.length / 2)] ?? 1
  const first = counts.findIndex(({ columns }) => columns >= Math.max(2, usual * 0.6))
  const line = counts[first]?.line ?? 1
  return first >= 0 && line <= 21 ? line - 1 : 0
}

const widestSheet = Array.from({ length: 500 }, (_, index) => `#${index + 1}`)

/** How many columns each of the first rows of a sheet fills, looked at without names; a merged title counts once. */
async function countFilled(
  book: Buffer,
  sheet: string | undefined,
  limits: Limits,
): Promise<{ columns: number; line: number }[]> {
  const format = Format.parse({ kind: 'xlsx', sheet, header: 'none', columns: widestSheet, fillMerged: false })
  const counts: { columns: number; line: number }[] = []
  for await (const batch of readRecords(pieceOf(book), format, { ...limits, batchRows: 200 })) {
    if (batch.shape === 'table')
      for (const { values, line } of batch.rows)
        counts.push({
          columns: values.filter((value) => value !== null && value !== undefined && value !== '').length,
          line,
        })
    if (counts.length >= 200) break
  }
  return counts
}

/** The first visible sheet that holds anything: workbooks begin with empty sheets. Nothing where it is the first, or none. */
async function findFilledSheet(book: Buffer, sheets: readonly string[], limits: Limits): Promise<string | undefined> {
  for (const [index, sheet] of sheets.entries())
    if ((await countFilled(book, sheet, limits)).length > 0) return index === 0 ? undefined : sheet
  return undefined
}

function proposeText(head: Buffer): Proposal {
  const { encoding, resolved, guessed } = proposeEncoding(head)
  const text = decodeHead(head, resolved).replace(/^\ufeff/, '')
  const start = text.trimStart()
  if (start.startsWith('{') || start.startsWith('[')) {
    const [first = '', second = ''] = start.split(/\r?\n/).filter((line) => line.trim() !== '')
    const lines = isObject(first) && (second === '' || second.trimStart().startsWith('{'))
    const path = findArrayPath(start)
    if (lines && !(second === '' && path)) return { format: { kind: 'jsonl', encoding }, encodingGuessed: guessed }
    return { format: { kind: 'json', encoding, path: path ?? [] }, encodingGuessed: guessed }
  }
  const lineEnd = !text.includes('\n') && text.includes('\r') ? '\r' : '\n'
  const options = { quote: '"', lineEnd, skippedLines: 0 } as const
  let delimiter = detectDelimiter(head, resolved, options)
  const skipLines = countTitleLines(text, delimiter, lineEnd)
  if (skipLines > 0) delimiter = detectDelimiter(head, resolved, { ...options, skippedLines: skipLines })
  return { format: { kind: 'csv', encoding, delimiter, skipLines }, encodingGuessed: guessed }
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    // Not JSON by itself, so not JSON Lines.
    return false
  }
}

function propose(head: Buffer, content: Content): Proposal {
  if (content === 'zip') return { format: { kind: 'xlsx' }, encodingGuessed: false }
  if (content === 'xml') return { format: { kind: 'xes' }, encodingGuessed: false }
  if (content === 'text') return proposeText(head)
  if (content === 'office-old') throw new FileFault('workbook.locked', {})
  throw new FileFault('file.wrong-type', { declared: 'CSV, Excel, JSON, XES', found: foundNames[content] })
}

const foundNames: Record<Exclude<Content, 'zip' | 'xml' | 'text' | 'office-old'>, string> = {
  pdf: 'PDF',
  gzip: 'tệp nén hai lần',
  image: 'hình ảnh',
  html: 'trang web (HTML)',
  binary: 'tệp nhị phân',
}

/** The names are themselves days, or all of them numbers, as the values below them are: the first row is a row like the others. */
export function looksHeadless(columns: readonly GuessedColumn[]): boolean {
  const isValue = ({ name, type, patterns, style = 'plain' }: GuessedColumn): boolean =>
    type === 'date' || type === 'instant'
      ? patterns.some((pattern) => !(parseDate(name, pattern) instanceof ValueFault))
      : (type === 'integer' || type === 'decimal') && typeof parseDecimal(name, style) === 'string'
  const values = columns.filter(isValue)
  return (
    values.some(({ type }) => type === 'date' || type === 'instant') ||
    (values.length > 0 && values.length === columns.length)
  )
}

/** What a person says of the table: whether its first row holds the names, how many rows stand above it, on which sheet it is. */
export type TableShape = { named?: boolean; above?: number; sheet?: string }

/** Rows above the table of a file that is read so. */
export const rowsAbove = (format: Format): number =>
  format.kind === 'csv' ? format.skipLines : format.kind === 'xlsx' && format.header !== 'none' ? format.header - 1 : 0

/** Looks at the beginning of a file (a workbook is read whole) and proposes how to read it. */
export async function sniff(input: Bytes, limits: Limits = defaultLimits, shape: TableShape = {}): Promise<Sniffed> {
  const { head, rest: flow } = await peekBytes(openBytes(input, limits), headBytes)
  const { format: proposed, encodingGuessed } = await orClose(flow, () => propose(head, recogniseContent(head)))
  const read = Format.parse(proposed)
  const book = read.kind === 'xlsx' ? await holdBytes(flow, limits.packageBytes) : undefined
  const rest = book ? pieceOf(book) : flow
  const sheets = book ? await listSheets(await openPackage(pieceOf(book), limits)) : []
  const format = book ? await shapedBook(read, shape, { book, sheets, limits }) : shaped(read, shape)
  const rows: Sample[] = []
  let columns: readonly string[] = []
  let faultyRows = 0
  for await (const batch of readRecords(rest, format, { ...limits, batchRows: sampledRows })) {
    columns = batch.columns
    faultyRows += batch.faults.length
    for (const row of batch.rows) if (rows.length < sampledRows) rows.push(row)
    if (rows.length >= sampledRows || faultyRows >= sampledRows) break
  }
  return {
    format,
    encodingGuessed,
    encoding: recogniseContent(head) === 'text' ? encodingOf(head) : 'auto',
    columns: guessColumns(columns, rows),
    samples: rows.slice(0, shownRows).map(({ values }) => values),
    rowsSampled: rows.length,
    faultyRows,
    sheets,
  }
}

async function* pieceOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const shaped = (format: Format, { named = true, above }: TableShape): Format =>
  format.kind === 'csv' ? { ...format, skipLines: above ?? format.skipLines, header: named ? 1 : 'none' } : format

async function shapedBook(
  format: Format,
  { named = true, above, sheet: said }: TableShape,
  { book, sheets, limits }: { book: Buffer; sheets: readonly string[]; limits: Limits },
): Promise<Format> {
  if (format.kind !== 'xlsx') return format
  const sheet = said ?? (await findFilledSheet(book, sheets, limits))
  const header = named ? (above ?? linesAbove(await countFilled(book, sheet, limits))) + 1 : 'none'
  return { ...format, sheet, header }
}
