/** What a person says of a file nobody has described yet, and the contract that follows from it. */
import { z } from 'zod'
import { type Kind, kindNames, kindOf } from '../kinds.ts'
import { variableOf } from '../mapping/columns.ts'
import { Code, type Contract, type Source } from '../model.ts'
import type { Format } from '../readers/format.ts'
import { rowsAbove, type TableShape } from '../readers/sniff.ts'

export const columnTypes = ['text', 'integer', 'decimal', 'boolean', 'date', 'instant', 'json'] as const
export const everyNames = ['once', 'hour', 'day', 'week', 'month', 'quarter', 'half', 'year'] as const

export const AnswerColumn = z.object({
  name: z.string(),
  label: z.string().default(''),
  type: z.enum(columnTypes),
  pattern: z.string().default(''),
  numbers: z.enum(['plain', 'vi', 'en']).default('plain'),
  unit: z.string().default(''),
  nulls: z.array(z.string()).default([]),
  required: z.boolean().default(false),
  personal: z.boolean().default(false),
  min: z.string().default(''),
  max: z.string().default(''),
})
export type AnswerColumn = z.infer<typeof AnswerColumn>

/** A comparison that each row must fulfil. */
export const AnswerCheck = z.object({ left: z.string(), op: z.enum(['<=', '<', '>=', '>', '!=']), right: z.string() })
export type AnswerCheck = z.infer<typeof AnswerCheck>

export const AnswerField = z.object({ column: z.string().default(''), value: z.string().default('') })

export const Answers = z.object({
  format: z.custom<Format>(),
  encodingGuessed: z.boolean(),
  name: z.string().default(''),
  code: z.string().default(''),
  organisation: z.string().default(''),
  custodian: z.string().default(''),
  basisKind: z.enum(['law', 'internal', 'dataset']).default('internal'),
  basisTitle: z.string().default(''),
  basisNumber: z.string().default(''),
  every: z.enum(everyNames).default('month'),
  dueWorkingDays: z.string().default('5'),
  mode: z.enum(['delta', 'full']).default('delta'),
  timeZone: z.string(),
  kind: z.enum(kindNames),
  columns: z.array(AnswerColumn),
  /** Empty: every row is a record of its own. */
  key: z.array(z.string()).default([]),
  versionBy: z.string().default(''),
  fields: z.record(z.string(), AnswerField).default({}),
  /** Words of the file → codes of agencies and areas. */
  organisationList: z.record(z.string(), z.string()).default({}),
  areaList: z.record(z.string(), z.string()).default({}),
  check: AnswerCheck.optional(),
  /** Steps a person has been through. */
  done: z.array(z.string()).default([]),
})
export type Answers = z.infer<typeof Answers>

/** True when the first row of the table holds the names of its columns. */
export const isNamed = (format: Format): boolean => !('header' in format) || format.header !== 'none'

/** The table as the answers say it lies in its file. */
export const shapeOf = (format: Format): TableShape => ({
  named: isNamed(format),
  above: rowsAbove(format),
  sheet: sheetOf(format),
})

export const sheetOf = (format: Format): string | undefined =>
  format.kind === 'xlsx' && format.sheet !== undefined ? String(format.sheet) : undefined

function formatFrom(format: Format): Contract['format'] {
  const base = { encoding: 'auto', delimiter: 'auto', skipLines: 0, header: true } as const
  if (format.kind === 'csv') {
    const { encoding, delimiter, skipLines } = format
    return { ...base, type: 'csv', encoding, delimiter, skipLines, header: isNamed(format) }
  }
  if (format.kind === 'xlsx') {
    const sheet = sheetOf(format)
    return { ...base, type: 'xlsx', header: isNamed(format), skipLines: rowsAbove(format), sheet }
  }
  if (format.kind === 'json')
    return { ...base, type: 'json', encoding: format.encoding, path: format.path.join('.') || undefined }
  if (format.kind === 'jsonl') return { ...base, type: 'jsonl', encoding: format.encoding }
  return { ...base, type: 'xes' }
}

/** The contract as people would have written it; it is checked by `readContract` like any other. */
export function contractFrom(answers: Answers): unknown {
  const fields: Kind['fields'] = kindOf(answers.kind).fields
  const feedsInstant = new Set(
    Object.entries(answers.fields).flatMap(([name, { column }]) => (fields[name]?.type === 'instant' ? [column] : [])),
  )
  const names = answers.columns.map(({ name }) => name)
  return {
    code: answers.code,
    name: answers.name,
    organisation: answers.organisation,
    custodian: answers.custodian,
    basis: basisFrom(answers),
    cadence: { every: answers.every, dueWorkingDays: Number(answers.dueWorkingDays) || 0 },
    kind: answers.kind,
    format: formatFrom(answers.format),
    timeZone: answers.timeZone,
    mode: answers.mode,
    columns: answers.columns.map((column) => columnFrom(column, feedsInstant.has(column.name))),
    otherColumns: 'ignore',
    key: answers.key.length > 0 ? answers.key : [...names, '$nth'],
    versionBy: answers.versionBy || undefined,
    map: mapFrom(answers),
    lists: listsFrom(answers),
    checks: answers.check ? [checkFrom(answers.check)] : [],
    personal: answers.columns.filter(({ personal }) => personal).map(({ name }) => name),
    attributes: 'rest',
  }
}

function basisFrom({ basisKind, basisTitle, basisNumber }: Answers): unknown {
  if (basisKind === 'dataset') return { kind: 'dataset', title: basisTitle, licence: basisNumber }
  if (basisKind === 'law') return { kind: 'law', title: basisTitle, number: basisNumber, unverified: true }
  return { kind: 'internal', title: basisTitle, number: basisNumber || undefined, unverified: true }
}

function columnFrom(column: AnswerColumn, feedsInstant: boolean): unknown {
  const { name, label, type, pattern, numbers, unit, nulls, required, min, max } = column
  const isTime = type === 'date' || type === 'instant'
  const isNumber = type === 'integer' || type === 'decimal'
  return {
    name,
    label: label || undefined,
    // A day that feeds an instant is the instant at which it begins.
    type: type === 'date' && feedsInstant ? 'instant' : type,
    patterns: isTime && pattern ? [pattern] : [],
    numbers: isNumber ? numbers : 'plain',
    unit: isNumber && unit ? unit : undefined,
    nulls,
    required,
    min: isNumber && min !== '' ? Number(min.replace(',', '.')) : undefined,
    max: isNumber && max !== '' ? Number(max.replace(',', '.')) : undefined,
  }
}

function mapFrom(answers: Answers): Record<string, Source> {
  const map: Record<string, Source> = {}
  const lists: Record<string, Record<string, string>> = {
    organisation: answers.organisationList,
    receivingOrganisation: answers.organisationList,
    area: answers.areaList,
  }
  for (const [field, { column, value }] of Object.entries(answers.fields)) {
    const list = lists[field]
    if (column && list && Object.keys(list).length > 0)
      map[field] = { column, through: field === 'area' ? 'dia-ban' : 'co-quan' }
    else if (column) map[field] = { column }
    else if (value) map[field] = { value }
  }
  return map
}

function listsFrom({ organisationList, areaList }: Answers): Record<string, Record<string, string>> {
  return {
    ...(Object.keys(organisationList).length > 0 ? { 'co-quan': organisationList } : {}),
    ...(Object.keys(areaList).length > 0 ? { 'dia-ban': areaList } : {}),
  }
}

const opWords = { '<=': 'không lớn hơn', '<': 'nhỏ hơn', '>=': 'không nhỏ hơn', '>': 'lớn hơn', '!=': 'khác' }

/** A check that two columns of a row compare as they should, where both hold a value. */
export function checkFrom({ left, op, right }: AnswerCheck): {
  code: string
  field: string
  assert: string
  message: string
} {
  const short = (name: string) => variableOf({ name })
  const [a, b] = [short(left), short(right)]
  return {
    code: 'so-sanh',
    field: left,
    assert: `${a} == null || ${b} == null || ${a} ${op} ${b}`,
    message: `“${left}” phải ${opWords[op]} “${right}”. Hãy kiểm tra lại hai ô này.`,
  }
}

/** A code from a name: letters without marks, joined by hyphens. */
export function codeFrom(name: string): string {
  const code = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return Code.safeParse(code).success ? code : ''
}
