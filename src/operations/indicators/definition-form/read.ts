// The values of the form as a definition. Faults of shape (no number, no date) are told at their fields here; what a definition must
// fulfil beyond its shape is asked of `validation.ts`, and its faults are led back to the fields.

import type { FieldFault } from '#platform/errors'
import type { FormError } from '#ui'
import { type FormValues, findFieldType, formList, formText, kindNames, readBasis, readCadence } from '#warehouse'
import { Definition, type Measure } from '../model.ts'
import { readFigure } from '../pages/figures.ts'
import { fieldNamed } from '../reading/formula-words.ts'
import { findDefinitionFaults } from '../validation.ts'

/** What the form does not ask: the code of a definition that stands, and the targets given beside it. */
export type Kept = Pick<Definition, 'code' | 'targets'>

export interface ReadDefinition {
  raw: unknown
  errors: FormError[]
}

export function readDefinitionForm(values: FormValues, kept: Kept): ReadDefinition {
  const errors: FormError[] = []
  const of = (name: string) => formText(values, name)
  const number = (name: string, otherwise: number, message: string) =>
    numberIn(of(name), otherwise, () => errors.push({ field: name, message }))
  const raw = {
    code: kept.code,
    targets: kept.targets,
    name: of('ten'),
    nameEn: of('ten-anh'),
    description: of('mo-ta'),
    group: of('nhom'),
    order: number('thu-tu', 100, 'Thứ tự là số nguyên, ví dụ 10.'),
    unit: of('don-vi-tinh'),
    decimals: number('so-le', 0, 'Số chữ số lẻ là số nguyên từ 0 đến 6.'),
    formula: readFormula(values, errors),
    direction: of('huong'),
    periods: formList(values, 'ky'),
    mainPeriod: of('ky-chinh'),
    thresholds: {
      watchPercent: number('theo-doi', 0, 'Ngưỡng là số phần trăm, ví dụ 5 hoặc 2,5.'),
      breachPercent: number('canh-bao', 10, 'Ngưỡng là số phần trăm, ví dụ 10.'),
    },
    owner: { organisation: of('chu-tri'), position: of('chuc-danh') },
    basis: readBasis(values, errors),
    source: of('nguon'),
    cadence: readCadence(values, errors),
    missing: of('thieu') || 'partial',
    lock: of('tu-chot') || undefined,
    merger: of('sap-xep'),
    expected: formList(values, 'phai-bao-cao'),
    note: of('ghi-chu') || undefined,
    anomalies: of('bat-thuong') !== '',
  }
  return { raw, errors: withFaults(raw, errors, values) }
}

// Stands in for what is not well formed, so that one fault does not hide the others.
const standIn = {
  code: 'a.b',
  periods: ['month'],
  mainPeriod: 'month',
  merger: 'sum',
  cadence: { every: 'month' },
  formula: { type: 'typed' },
  order: 100,
  decimals: 0,
}

/** All faults at once; a field has one. */
function withFaults(raw: { code: string }, errors: readonly FormError[], values: FormValues): FormError[] {
  const parsed = Definition.safeParse(raw)
  const shapes = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
  const wrong = new Set(shapes.map(({ path }) => path.split('.')[0] ?? ''))
  if (wrong.has('periods')) wrong.add('mainPeriod')
  const mended = Object.fromEntries(Object.entries(standIn).filter(([name]) => wrong.has(name)))
  const whole = Definition.safeParse({ ...raw, ...mended })
  const faults = [...shapes, ...(whole.success ? findDefinitionFaults(whole.data) : [])]
  const told = new Set<string>()
  return [...errors, ...faults.map((fault) => definitionError(fault, values))].filter(
    ({ field }) => !told.has(field) && told.add(field),
  )
}

const fieldNames: Record<string, string> = {
  code: 'ma',
  reason: 'ly-do',
  name: 'ten',
  nameEn: 'ten-anh',
  description: 'mo-ta',
  group: 'nhom',
  order: 'thu-tu',
  unit: 'don-vi-tinh',
  decimals: 'so-le',
  direction: 'huong',
  periods: 'ky',
  mainPeriod: 'ky-chinh',
  'thresholds.watchPercent': 'theo-doi',
  'thresholds.breachPercent': 'canh-bao',
  'owner.organisation': 'chu-tri',
  'owner.position': 'chuc-danh',
  'basis.title': 'can-cu',
  'basis.number': 'so-can-cu',
  'basis.licence': 'giay-phep',
  'cadence.every': 'dinh-ky',
  'cadence.dueWorkingDays': 'han',
  'cadence.dueTime': 'gio-han',
  source: 'nguon',
  merger: 'sap-xep',
  missing: 'thieu',
  expected: 'phai-bao-cao',
}

const partNames: Record<string, string> = {
  at: 'ngay',
  of: 'cua',
  where: 'truong',
  kind: 'loai',
  sources: 'nguon-thieu',
}

/** The control of the form that mends a fault. */
export function definitionError({ path, message }: FieldFault, values: FormValues): FormError {
  const known = fieldNames[path]
  if (known) return { field: known, message }
  const [first, list = '', index = '0', part = '', place] = path.split('.')
  // A circle of composites has no place of its own.
  if (first !== 'formula') return { field: first === 'basis' ? 'can-cu' : 'dang', message }
  if (list === 'of') return { field: `tp-${filledRows(values, 'tp-')[Number(index)] ?? 0}`, message }
  const group = { numerator: 't', denominator: 'm', measures: 'm' }[list]
  if (!group) return { field: 'dang', message }
  const key = measureKeys(values, group)[Number(index)] ?? `${group}-0`
  const name = `${key}-${partNames[part] ?? 'phep'}`
  return {
    field: place === undefined ? name : `${name}-${filledRows(values, `${name}-`)[Number(place)] ?? 0}`,
    message,
  }
}

/** Rows of the form in which something is chosen, in order: the places of a list that is read from it. */
const filledRows = (values: FormValues, prefix: string): number[] =>
  rowsOf(values, prefix).filter((index) => formText(values, `${prefix}${index}`) !== '')

function numberIn(text: string, otherwise: number, fault: () => void): number {
  if (text === '') return otherwise
  const value = readFigure(text)
  if (value === undefined) fault()
  return value ?? otherwise
}

function readFormula(values: FormValues, errors: FormError[]): unknown {
  const of = (name: string) => formText(values, name)
  const type = of('dang')
  if (type === 'measure') return { type, measures: readMeasures(values, 'm', errors) }
  if (type === 'ratio')
    return {
      type,
      numerator: readMeasures(values, 't', errors),
      denominator: readMeasures(values, 'm', errors),
      per: numberIn(of('tren'), 100, () => errors.push({ field: 'tren', message: 'Nhân với là số, ví dụ 100.' })),
    }
  if (type === 'composite') {
    const parts = filledRows(values, 'tp-').map((index) => {
      const indicator = of(`tp-${index}`)
      const fault = () => errors.push({ field: `hs-${index}`, message: 'Hệ số là số, ví dụ 1 hoặc 0,25.' })
      return { indicator, weight: numberIn(of(`hs-${index}`), 1, fault) }
    })
    if (parts.length === 0) errors.push({ field: 'tp-0', message: 'Chọn ít nhất một chỉ tiêu thành phần.' })
    return { type, by: of('gop-bang') || 'sum', of: parts }
  }
  return {
    type: 'typed',
    overOrganisations: of('cong-don-vi') || 'none',
    overTime: of('cong-ky') || 'none',
    publication: of('cong-bo') || 'on-approval',
  }
}

/** Numbers of the rows that the form has under a name, in order. */
export const rowsOf = (values: FormValues, prefix: string, suffix = ''): number[] =>
  Object.keys(values)
    .flatMap((name) => {
      const middle =
        name.startsWith(prefix) && name.endsWith(suffix) ? name.slice(prefix.length, name.length - suffix.length) : ''
      return /^\d{1,2}$/.test(middle) ? [Number(middle)] : []
    })
    .toSorted((a, b) => a - b)

/** Keys of the measures that the form shows in a group: `m-0`, `m-1` … */
export const measureKeys = (values: FormValues, group: string): string[] =>
  rowsOf(values, `${group}-`, '-phep').map((index) => `${group}-${index}`)

function readMeasures(values: FormValues, group: string, errors: FormError[]): unknown[] {
  return measureKeys(values, group).map((key) => readMeasure(values, key, errors))
}

export function readMeasure(values: FormValues, key: string, errors: FormError[]): unknown {
  const of = (part: string) => formText(values, `${key}-${part}`)
  const kind = kindNames.find((name) => name === of('loai')) ?? 'case'
  const sources = formList(values, `${key}-nguon`)
  const aggregate = of('phep') || 'count'
  const where = filledRows(values, `${key}-truong-`).map((index) =>
    readCondition(kind, of(`truong-${index}`), { op: of(`op-${index}`) || 'eq', text: of(`gt-${index}`) }),
  )
  return {
    kind,
    sources: sources.length > 0 ? sources : undefined,
    at: of('ngay') || undefined,
    where,
    aggregate,
    of: aggregate === 'count' ? undefined : of('cua') || undefined,
    scale: numberIn(of('nhan'), 1, () =>
      errors.push({ field: `${key}-nhan`, message: 'Hệ số nhân là số, ví dụ 1 hoặc 0,001.' }),
    ),
  }
}

function readCondition(kind: Measure['kind'], field: string, { op, text }: { op: string; text: string }): unknown {
  if (op === 'empty' || op === 'filled') return { field, op }
  if (op.endsWith('-field')) return { field, op: op.slice(0, -'-field'.length), other: fieldNamed(kind, text) }
  const type = findFieldType(kind, field)
  if (op === 'in') return { field, op, value: listIn(text).map((one) => readValue(type, one)) }
  return { field, op, value: readValue(type, text) }
}

/** Parts between semicolons; one in quotation marks may hold them. */
const listIn = (text: string): string[] => text.match(/"[^"]*"|[^;"]+/g)?.flatMap((part) => part.trim() || []) ?? []

function readValue(type: ReturnType<typeof findFieldType>, text: string): string | number | boolean {
  const quoted = /^"(.*)"$/.exec(text)?.[1]
  if (quoted !== undefined) return quoted
  if (type === 'number' || type === 'attribute') {
    const figure = readFigure(text)
    if (figure !== undefined) return figure
  }
  if (type === 'boolean' || type === 'attribute') {
    if (text === 'đúng') return true
    if (text === 'sai') return false
  }
  if (type === 'date' || type === 'instant') {
    if (text.toLocaleLowerCase('vi') === 'hôm nay') return 'today'
    const [, day, month, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text) ?? []
    if (day && month) return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  }
  return text
}
