import { z } from 'zod'
import { Basis, Cadence, Condition, FieldName, kindNames } from '#warehouse'

export const IndicatorCode = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/, 'Mã chỉ tiêu có dạng nhom.ten-chi-tieu, chữ thường không dấu.')

/** A typed query over the records of one kind: never text that reaches the database. */
export const Measure = z.strictObject({
  kind: z.enum(kindNames),
  /** Codes of sources; every source of the pack's own organisations where nothing is said. */
  sources: z.array(z.string()).optional(),
  /** Date field that places a record in time; absent: the stock as of now, kept in the period that holds today. */
  at: z.string().optional(),
  where: z.array(Condition).default([]),
  aggregate: z.enum(['count', 'sum', 'average']).default('count'),
  /** Field that is summed or averaged. */
  of: FieldName.optional(),
  /** The value is multiplied by this: a unit of measurement other than the record's. */
  scale: z.number().default(1),
})
export type Measure = z.infer<typeof Measure>

export const Formula = z.discriminatedUnion('type', [
  /** One measure, or several added up. */
  z.strictObject({ type: z.literal('measure'), measures: z.array(Measure).min(1) }),
  /** `per` × numerator / denominator; no value where the denominator is 0. May exceed `per`. */
  z.strictObject({
    type: z.literal('ratio'),
    numerator: z.array(Measure).min(1),
    denominator: z.array(Measure).min(1),
    per: z.number().default(100),
  }),
  /** Sum or mean of other indicators of the same organisation and period. */
  z.strictObject({
    type: z.literal('composite'),
    of: z.array(z.strictObject({ indicator: IndicatorCode, weight: z.number().default(1) })).min(1),
    by: z.enum(['sum', 'weighted-mean']),
  }),
  /** Typed in by agencies: over organisations and over time a value is added, averaged, the last one kept, or not made at all. */
  z.strictObject({
    type: z.literal('typed'),
    overOrganisations: z.enum(['sum', 'mean', 'none']).default('none'),
    overTime: z.enum(['sum', 'mean', 'last', 'none']).default('none'),
    /** What the leader of the unit has approved is public at once, or waits for the one who publishes. */
    publication: z.enum(['on-approval', 'by-hand']).default('on-approval'),
  }),
])
export type Formula = z.infer<typeof Formula>

export const periodKinds = [
  'day',
  'week',
  'month',
  'quarter',
  'half',
  'year',
  'R-month',
  'R-quarter',
  'R-half',
  'R-year',
] as const
export type PeriodKind = (typeof periodKinds)[number]

export const Target = z.strictObject({
  /** Code of a period: `2026`, `2026-Q1`, `2026-03`. */
  period: z.string(),
  organisation: z.string().optional(),
  value: z.number(),
  basis: z.string(),
})
export type Target = z.infer<typeof Target>

const decimalsFault = 'Số chữ số lẻ là số nguyên từ 0 đến 6.'

/** A definition is data of a pack, in versions, editable on a page. Without owner, cadence and basis it is refused. */
export const Definition = z.strictObject({
  code: IndicatorCode,
  name: z.string(),
  nameEn: z.string(),
  /** One or two sentences: what is counted and what is not. */
  description: z.string().default(''),
  /** Heading under which cards stand together. */
  group: z.string(),
  /** Order within the group; the first of each group stand on the overview. */
  order: z.int('Thứ tự là số nguyên, ví dụ 10.').default(100),
  unit: z.string(),
  decimals: z.int(decimalsFault).min(0, decimalsFault).max(6, decimalsFault).default(0),
  formula: Formula,
  direction: z.enum(['up', 'down', 'none']),
  periods: z.array(z.enum(periodKinds)).min(1, 'Chọn ít nhất một kỳ.').default(['month', 'quarter', 'half', 'year']),
  /** Period shown on cards. */
  mainPeriod: z.enum(periodKinds).default('month'),
  targets: z.array(Target).default([]),
  /** Distance to target, in percent of the target, from which a value is watched, and from which it is a breach. */
  thresholds: z
    .strictObject({ watchPercent: z.number().default(0), breachPercent: z.number().default(10) })
    .default({ watchPercent: 0, breachPercent: 10 }),
  owner: z.strictObject({ organisation: z.string(), position: z.string() }),
  basis: Basis,
  /** Words that name where the figures come from. */
  source: z.string(),
  cadence: Cadence,
  /** What an incomplete period shows: the partial value marked so, or no value. */
  missing: z.enum(['partial', 'withhold']).default('partial'),
  /** Whether figures are fixed at their cut-off (chốt số liệu) by themselves; typed ones are where nothing is said, computed ones not. */
  lock: z.enum(['at-cut-off', 'by-hand']).optional(),
  /** How figures of before a merger of organisations are restated. */
  merger: z.enum(['sum', 'weighted', 'mean', 'not-comparable'], 'Chọn cách tính lại số của trước khi sáp nhập.'),
  /** Kinds of organisations of which each should report: gives completeness (x of y). */
  expected: z.array(z.string()).default([]),
  /** Shown on the card: what readers must know (parts that do not add up, a change of method). */
  note: z.string().optional(),
  /** Band of the usual by weekday and hour, for daily and hourly series. */
  anomalies: z.boolean().default(false),
})
export type Definition = z.infer<typeof Definition>

/** State of a typed figure on its way: entry → approval by the unit's leader → publication. */
export const entryStates = ['draft', 'submitted', 'returned', 'approved', 'published'] as const
export type EntryState = (typeof entryStates)[number]

const nextEntryStates: Record<EntryState, readonly EntryState[]> = {
  draft: ['submitted'],
  submitted: ['approved', 'returned', 'published'],
  returned: ['submitted'],
  approved: ['published', 'returned'],
  published: [],
}
export const canMoveEntry = (from: EntryState, to: EntryState) => nextEntryStates[from].includes(to)

/** One version of a number. A locked one is fixed at the cut-off; until then it is provisional. */
export interface Fact {
  id: number
  indicator: string
  definitionVersion: number
  organisation: string
  area: string
  periodKind: PeriodKind | 'span'
  period: string
  state: 'value' | 'no-data' | 'withheld'
  value: number | null
  numerator: string
  denominator: string
  /** Records (or entries) behind the number; of a ratio, behind its denominator. */
  recordCount: number
  /** Of a ratio: records behind its numerator. */
  numeratorCount: number
  /** All records of the sources there, whether they meet the conditions or not: 0 is no data, which is not the number 0. */
  baseCount: number
  origin: 'computed' | 'typed' | 'form' | 'pack'
  /** Latest instant observed in the records behind it, and when the last of them was received. */
  observedAt: Date | null
  receivedAt: Date | null
  knownAt: Date
  supersededAt: Date | null
  approvedBy: string | null
  lockedAt: Date | null
  entryId: number | null
  /** What the source says beside a typed figure: `gần`, `trên`, where it stood. */
  note: string | null
}
