import { z } from 'zod'
import { kindNames } from './kinds.ts'

export const Code = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,63}$/, 'Mã chỉ gồm chữ thường không dấu, số, dấu gạch nối và dấu chấm.')

/** Why a source or a number exists: a law, an internal rule, or a data set with its licence. */
export const Basis = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('law'),
    number: z.string(),
    issuedOn: z.iso.date().optional(),
    article: z.string().optional(),
    title: z.string(),
    unverified: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('internal'),
    title: z.string(),
    number: z.string().optional(),
    issuedOn: z.iso.date().optional(),
    article: z.string().optional(),
    unverified: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('dataset'),
    title: z.string(),
    licence: z.string(),
    url: z.string().optional(),
    attribution: z.string().optional(),
  }),
])
export type Basis = z.infer<typeof Basis>

/** How often something is due, in the working time of the owner's calendar: `dueWorkingDays` after the period has ended, by `dueTime`. */
export const Cadence = z.strictObject({
  every: z.enum(['once', 'hour', 'day', 'week', 'month', 'quarter', 'half', 'year']),
  family: z.enum(['calendar', 'R', 'C25']).default('calendar'),
  dueWorkingDays: z.int().min(0).max(250).default(0),
  dueTime: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .default('17:00'),
})
export type Cadence = z.infer<typeof Cadence>

export const FileFormat = z.strictObject({
  type: z.enum(['csv', 'xlsx', 'json', 'jsonl', 'xes']),
  encoding: z.enum(['auto', 'utf-8', 'utf-16', 'windows-1258', 'tcvn3']).default('auto'),
  delimiter: z.enum(['auto', ',', ';', '\t', '|']).default('auto'),
  /** Lines to pass over before the header. */
  skipLines: z.int().min(0).max(1000).default(0),
  /** False: the columns come in the order of `columns`. */
  header: z.boolean().default(true),
  /** XLSX: name of the sheet; the first where nothing is said. */
  sheet: z.string().optional(),
  /** JSON: dotted path to the array of records. */
  path: z.string().optional(),
})
export type FileFormat = z.infer<typeof FileFormat>

/** A column of the input: its name there, the type it is read as, and what is checked while reading. */
export const Column = z.strictObject({
  name: z.string().min(1),
  /** Name in expressions; made from `name` (letters, digits, `_`) where nothing is said. */
  as: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .optional(),
  type: z.enum(['text', 'integer', 'decimal', 'boolean', 'date', 'instant', 'json']).default('text'),
  /** Dates and instants: `yyyy-MM-dd`, `dd/MM/yyyy`, `MM/dd/yyyy hh:mm:ss a`, `iso`, `excel` …; several are tried in order. */
  patterns: z.array(z.string()).default([]),
  /** Local times that occur twice when clocks go back: a fault, or the one that this data set means. */
  twice: z.enum(['fault', 'earlier', 'later']).default('fault'),
  /** Decimals: `1.234,56` is vi, `1,234.56` en, `1234.56` plain. */
  numbers: z.enum(['plain', 'vi', 'en']).default('plain'),
  /** Numbers: what is written with each, such as `đ`, `%` or `km`; it is passed over. */
  unit: z.string().min(1).max(20).optional(),
  /** Words that mean “no value”; the empty cell always does. */
  nulls: z.array(z.string()).default([]),
  required: z.boolean().default(false),
  /** False: the file may lack the whole column. */
  mustExist: z.boolean().default(true),
  min: z.number().optional(),
  max: z.number().optional(),
  oneOf: z.array(z.string()).optional(),
  /** Regular expression over the whole text. */
  matches: z.string().optional(),
  /** The value must be a code known there: organisations, areas, or a list of this contract. */
  reference: z.string().optional(),
  label: z.string().optional(),
})
export type Column = z.infer<typeof Column>

/** Where a canonical field comes from: a column, a CEL expression over the columns, a constant, or a column through a list. */
export const Source = z.union([
  z.strictObject({ column: z.string() }),
  z.strictObject({ cel: z.string().max(2000) }),
  z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]) }),
  /** `through`: a list of this contract, or `areas:<scheme>` and `organisations:<scheme>`, the other names the directory knows. */
  z.strictObject({
    column: z.string(),
    through: z.string(),
    /** What stands for a word the list does not hold; without it such a word is a fault. */
    otherwise: z.string().optional(),
    /** A word the list does not hold stays as it is: lists of names are rarely whole. */
    keepsOthers: z.boolean().optional(),
  }),
])
export type Source = z.infer<typeof Source>

/** One row becomes one canonical row for each of `columns` that holds a value: `$name` and `$value` stand for them in `map`. */
export const Unpivot = z.strictObject({ columns: z.array(z.string()).min(1) })

export const Check = z.strictObject({
  code: Code,
  /** CEL over the columns; the record is quarantined where it is not true. */
  assert: z.string().max(2000),
  field: z.string().optional(),
  /** Vietnamese: what is wrong and how to mend it. */
  message: z.string(),
})

/** What a source sends and what becomes of it: data of a pack, versioned, editable on a page. */
export const Contract = z.strictObject({
  code: Code,
  version: z.int().min(1).default(1),
  name: z.string(),
  nameEn: z.string().optional(),
  /** Code of the agency the source belongs to. */
  organisation: z.string(),
  /** Title of the position that answers for it. */
  custodian: z.string(),
  basis: Basis,
  cadence: Cadence,
  kind: z.enum(kindNames),
  format: FileFormat,
  timeZone: z.string().default('Asia/Ho_Chi_Minh'),
  mode: z.enum(['full', 'delta']),
  columns: z.array(Column),
  /** JSONata that turns one input document into the rows, where a tree must be reshaped. */
  reshape: z.string().optional(),
  /** Columns not named: kept as attributes, passed over, or a fault of the file. */
  otherColumns: z.enum(['keep', 'ignore', 'refuse']).default('refuse'),
  /**
   * Columns (or expressions) that together name a record within the source. `$nth` tells rows apart that agree in all other parts:
   * it counts them in the order of the file.
   */
  key: z.array(z.union([z.string(), z.strictObject({ cel: z.string() })])).min(1),
  /** Column whose value orders versions of one record; it beats the order of arrival. */
  versionBy: z.string().optional(),
  /** Canonical field → where it comes from. `organisation` and `area` are fields of every kind. */
  map: z.record(z.string(), Source),
  unpivot: Unpivot.optional(),
  /** Columns kept beside the canonical fields; `rest` keeps all that no field takes. */
  attributes: z.union([z.literal('rest'), z.array(z.string())]).default('rest'),
  checks: z.array(Check).default([]),
  /** Small lists of this contract: outside code → our code. */
  lists: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /** Columns that hold personal data: masked on screens unless the purpose allows. */
  personal: z.array(z.string()).default([]),
  /** Days that landed bytes are kept; for ever where nothing is said. */
  retentionDays: z.int().min(1).optional(),
})
export type Contract = z.infer<typeof Contract>

export interface ContractFault {
  /** As in the contract: `columns.3.type`. */
  path: string
  message: string
}

export const channels = ['command', 'upload', 'push', 'pull', 'database', 'folder', 'form', 'seed', 'mend'] as const
export type Channel = (typeof channels)[number]

/** How one record ended. `superseded`: another version of a record already held; the newer version stands. */
export const outcomes = ['applied', 'superseded', 'duplicate', 'quarantined'] as const
export type Outcome = (typeof outcomes)[number]

/** Why a record was set aside: where, what stood there, which rule, and Vietnamese words that say how to mend it. */
export interface RecordFault {
  field: string
  value: string
  rule: string
  message: string
}

export interface LandingCounts {
  received: number
  applied: number
  superseded: number
  duplicate: number
  quarantined: number
}
