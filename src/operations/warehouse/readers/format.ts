import { z } from 'zod'
import type { RowFaultCode } from './faults.ts'

// How a source's contract says its files are written, and the rows that come out of them.

export const Encoding = z.enum(['auto', 'utf-8', 'utf-16', 'windows-1258', 'tcvn3'])
export type Encoding = z.infer<typeof Encoding>

/** Columns a contract counts on: a file without one of `required`, or with one it does not know, is refused whole. */
export const ExpectedColumns = z.strictObject({
  required: z.array(z.string()).default([]),
  optional: z.array(z.string()).default([]),
  others: z.enum(['ignore', 'refuse']).default('ignore'),
})
export type ExpectedColumns = z.infer<typeof ExpectedColumns>

export const CsvFormat = z.strictObject({
  kind: z.literal('csv'),
  encoding: Encoding.default('auto'),
  delimiter: z.enum(['auto', ',', ';', '\t', '|']).default('auto'),
  /** null: quotes are ordinary characters. */
  quote: z.string().length(1).nullable().default('"'),
  /** Lines before the table, such as a title. */
  skipLines: z.int().min(0).max(1000).default(0),
  /** Row of the column names, counted after `skipLines`; 'none' needs `columns`. */
  header: z.union([z.int().min(1).max(1000), z.literal('none')]).default(1),
  columns: z.array(z.string().min(1)).min(1).optional(),
  expect: ExpectedColumns.optional(),
})
export type CsvFormat = z.infer<typeof CsvFormat>

export const XlsxFormat = z.strictObject({
  kind: z.literal('xlsx'),
  /** Name, or 1-based position among the sheets; by default the first visible one. */
  sheet: z.union([z.string().min(1), z.int().min(1)]).optional(),
  header: z.union([z.int().min(1).max(1000), z.literal('none')]).default(1),
  columns: z.array(z.string().min(1)).min(1).optional(),
  /** First row of records, by default the one under the header. */
  firstRow: z.int().min(1).optional(),
  /** Last row to read, for forms whose foot holds signatures and notes. */
  lastRow: z.int().min(1).optional(),
  /** Repeat the value of a merged range in each of its cells. */
  fillMerged: z.boolean().default(true),
  /** Convert text set in the old ABC fonts (.VnTime, .VnTimeH …) to Unicode. */
  legacyFonts: z.boolean().default(false),
  expect: ExpectedColumns.optional(),
})
export type XlsxFormat = z.infer<typeof XlsxFormat>

export const JsonFormat = z.strictObject({
  kind: z.literal('json'),
  encoding: Encoding.default('auto'),
  /** Names of the objects that lead to the array, outermost first; empty when the file is the array. */
  path: z.array(z.union([z.string(), z.int().min(0)])).default([]),
})
export type JsonFormat = z.infer<typeof JsonFormat>

export const JsonLinesFormat = z.strictObject({ kind: z.literal('jsonl'), encoding: Encoding.default('auto') })
export type JsonLinesFormat = z.infer<typeof JsonLinesFormat>

export const XesFormat = z.strictObject({ kind: z.literal('xes') })
export type XesFormat = z.infer<typeof XesFormat>

export const Format = z.discriminatedUnion('kind', [CsvFormat, XlsxFormat, JsonFormat, JsonLinesFormat, XesFormat])
export type Format = z.infer<typeof Format>

/** Bounds of one file; whatever passes one is refused, never cut silently. */
export const Limits = z.strictObject({
  compressedBytes: z
    .int()
    .positive()
    .default(1024 ** 3),
  bytes: z
    .int()
    .positive()
    .default(16 * 1024 ** 3),
  /** Decompressed over compressed size, judged once 8 MiB have come out. */
  ratio: z.number().positive().default(200),
  rowBytes: z
    .int()
    .positive()
    .default(1024 ** 2),
  columns: z.int().positive().default(2000),
  depth: z.int().positive().default(64),
  batchRows: z.int().positive().default(5000),
  /** Workbooks: the package must be held whole to be opened. */
  packageBytes: z
    .int()
    .positive()
    .default(100 * 1024 ** 2),
  packageEntries: z.int().positive().default(2000),
  entryBytes: z
    .int()
    .positive()
    .default(1024 ** 3),
  sharedStringBytes: z
    .int()
    .positive()
    .default(200 * 1024 ** 2),
})
export type Limits = z.infer<typeof Limits>
export const defaultLimits: Limits = Limits.parse({})

export type Value = string | number | boolean | null | undefined
export type Tree = { [name: string]: unknown }

/**
 * `line` is what a person counts to find the record again: the physical line of a CSV or JSON Lines file, the row of
 * a sheet, the ordinal of an array element or of an event. `offset` and `length` are bytes of the decompressed file.
 */
export type Place = {
  line: number
  offset?: number
  length?: number /** Physical line of an event. */
  fileLine?: number
}
export type TableRow = Place & { values: Value[] }
export type TreeRow = Place & { values: Tree }

/** A row that could not be read; `facts` fill the sentence of its code. */
export type FaultyRow = Place & { raw: string; code: RowFaultCode; facts: Record<string, string | number> }

/** Something worth telling that is no record: an empty trace, a figure no application has computed. */
export type Notice = { code: RowFaultCode; line: number; facts: Record<string, string | number> }

type BatchBase = {
  /** Empty for trees. */
  columns: readonly string[]
  faults: FaultyRow[]
  notices: Notice[]
  /** Bytes of the decompressed file behind this and all earlier batches. */
  bytesRead: number
}
export type TableBatch = BatchBase & { shape: 'table'; rows: TableRow[] }
export type TreeBatch = BatchBase & { shape: 'tree'; rows: TreeRow[]; log?: XesLog }
export type Batch = TableBatch | TreeBatch

/** What an event log says of itself; filled while the file is read, complete with the last batch. */
export type XesLog = {
  attributes: Tree
  extensions: { name: string; prefix: string; uri: string }[]
  classifiers: { name: string; scope: string; keys: string }[]
  globals: { trace: Tree; event: Tree }
  traces: number
  events: number
  emptyTraces: number
}
