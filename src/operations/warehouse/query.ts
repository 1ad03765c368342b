/**
 * The typed query over canonical records: kind, sources, conditions. It is the only way in which others read records, and no text of
 * theirs reaches the database: names are looked up in `kinds`, values go as parameters. The count behind a number and the list behind
 * it are made by the same `compileWhere`, so they cannot differ.
 */
import { z } from 'zod'
import type { Fragment, Sql } from '#platform/sql'
import { type FieldType, type Kind, type KindName, kindOf } from './kinds.ts'

/** A field of the kind, `attributes.<name>`, or `key`. */
export const FieldName = z.string().regex(/^(attributes\.[^'"\\]{1,80}|[a-zA-Z]{1,40})$/)
const Scalar = z.union([z.string(), z.number(), z.boolean()])

export const operators = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in', 'empty', 'filled'] as const
export type Operator = (typeof operators)[number]

/**
 * One condition on a record; all conditions must hold. Two fields may be compared (`endedAt le dueAt`). The value `today` of a date or
 * instant is the day on which the question is asked.
 */
export const Condition = z.strictObject({
  field: FieldName,
  op: z.enum(operators),
  value: z.union([Scalar, z.array(Scalar)]).optional(),
  /** Instead of `value`: another field of the same record. */
  other: FieldName.optional(),
})
export type Condition = z.infer<typeof Condition>

type Known = FieldType | 'attribute'

const attributeName = (field: string) =>
  field.startsWith('attributes.') ? field.slice('attributes.'.length) : undefined

/** The type of a field, or nothing when the kind has no such field. */
export function findFieldType(kind: KindName, field: string): Known | undefined {
  if (attributeName(field) !== undefined) return 'attribute'
  if (['key', 'source', 'organisation'].includes(field)) return 'text'
  const fields: Kind['fields'] = kindOf(kind).fields
  return Object.hasOwn(fields, field) ? fields[field]?.type : undefined
}

const orders: readonly Operator[] = ['lt', 'le', 'gt', 'ge']
const unary: readonly Operator[] = ['empty', 'filled']

/** What is wrong with a condition on records of a kind, in Vietnamese; nothing when it is right. */
export function findConditionFault(kind: KindName, condition: Condition): string | undefined {
  const { field, op, value, other } = condition
  const type = findFieldType(kind, field)
  if (!type) return `Loại dữ liệu “${kindOf(kind).label}” không có trường “${field}”.`
  if (unary.includes(op))
    return value === undefined && other === undefined
      ? undefined
      : `Điều kiện “${op}” của “${field}” không nhận giá trị.`
  if ((value === undefined) === (other === undefined))
    return `Điều kiện trên “${field}” phải có đúng một trong hai: giá trị hoặc trường để so sánh.`
  if (other !== undefined) return findPairFault(kind, condition, type)
  if ((op === 'in') !== Array.isArray(value))
    return `Trên “${field}”, phép “in” cần danh sách, các phép khác cần một giá trị.`
  const values = Array.isArray(value) ? value : [value]
  if (values.length === 0) return `Danh sách giá trị của “${field}” không được trống.`
  if (type === 'boolean' && orders.includes(op)) return `Trường “${field}” là đúng/sai nên không so lớn nhỏ được.`
  const wrong = values.find((one) => one === undefined || !fitsType(type, one, op))
  return wrong === undefined ? undefined : `Giá trị “${String(wrong)}” không hợp với trường “${field}” (kiểu ${type}).`
}

function findPairFault(kind: KindName, { field, op, other }: Condition, type: Known): string | undefined {
  const otherType = findFieldType(kind, other ?? '')
  if (!otherType) return `Loại dữ liệu “${kindOf(kind).label}” không có trường “${other}”.`
  if (op === 'in') return `Phép “in” trên “${field}” cần danh sách giá trị.`
  const pair = [type, otherType]
  const same = type === otherType
  const loose = pair.includes('attribute') && pair.every((one) => ['attribute', 'text', 'number'].includes(one))
  return same || loose ? undefined : `Không so sánh được “${field}” (${type}) với “${other}” (${otherType}).`
}

function fitsType(type: Known, value: string | number | boolean, op: Operator): boolean {
  if (type === 'number') return typeof value === 'number'
  if (type === 'boolean') return typeof value === 'boolean'
  if (type === 'date') return value === 'today' || z.iso.date().safeParse(value).success
  if (type === 'instant') {
    const isInstant = z.iso.datetime({ offset: true }).safeParse(value).success
    return value === 'today' || isInstant || z.iso.date().safeParse(value).success
  }
  if (type === 'attribute' && orders.includes(op)) return typeof value === 'number'
  return typeof value === 'string' || type === 'attribute'
}

/** True where the answer changes with the day of the asking, though no record does. */
export const dependsOnToday = (where: readonly Condition[]): boolean =>
  where.some(({ value }) => value === 'today' || (Array.isArray(value) && value.includes('today')))

/** A column or attribute of the canonical row `r`. */
export function fieldOf(sql: Sql, kind: KindName, field: string): Fragment {
  const attribute = attributeName(field)
  if (attribute !== undefined) return sql`(r.attributes ->> ${attribute}::text)`
  if (field === 'key') return sql`(select k.key from warehouse.record k where k.id = r.record_id)`
  const fields: Kind['fields'] = kindOf(kind).fields
  const column = ['source', 'organisation'].includes(field) ? field : fields[field]?.column
  if (!column) throw new RangeError(`kind ${kind} has no field ${field}`)
  return sql`${sql(`r.${column}`)}`
}

/** A number wherever the field holds one; attributes may hold text, which is then no number rather than a fault. */
export function numberOf(sql: Sql, kind: KindName, field: string): Fragment {
  const value = fieldOf(sql, kind, field)
  if (attributeName(field) === undefined) return value
  return sql`(case when ${value} ~ ${String.raw`^-?\d{1,30}(\.\d{1,30})?$`} then ${value}::numeric end)`
}

type Comparison = Exclude<Operator, 'in' | 'empty' | 'filled'>

function compare(sql: Sql, left: Fragment, op: Comparison, right: Fragment): Fragment {
  switch (op) {
    case 'eq':
      return sql`${left} = ${right}`
    case 'ne':
      return sql`${left} is distinct from ${right}`
    case 'lt':
      return sql`${left} < ${right}`
    case 'le':
      return sql`${left} <= ${right}`
    case 'gt':
      return sql`${left} > ${right}`
    case 'ge':
      return sql`${left} >= ${right}`
  }
}

/** The day on which a question is asked, and the time zone in which days begin. */
export interface Asked {
  today: string
  timeZone: string
}

/** `and`-joined conditions on the canonical row `r`; the conditions have passed `findConditionFault`. */
export function compileWhere(sql: Sql, kind: KindName, where: readonly Condition[], asked: Asked): Fragment {
  let all = sql`true`
  for (const condition of where) all = sql`${all} and ${compileCondition(sql, kind, condition, asked)}`
  return all
}

function compileCondition(sql: Sql, kind: KindName, condition: Condition, asked: Asked): Fragment {
  const { field, op, value, other } = condition
  const type = findFieldType(kind, field)
  const left = fieldOf(sql, kind, field)
  const isText = type === 'text' || type === 'attribute'
  if (op === 'empty') return isText ? sql`coalesce(${left}, '') = ''` : sql`${left} is null`
  if (op === 'filled') return isText ? sql`coalesce(${left}, '') <> ''` : sql`${left} is not null`
  if (op === 'in') {
    const values = Array.isArray(value) ? value : []
    if (type === 'number') return sql`${left} = any(${values.map(String)}::text[]::numeric[])`
    if (isText) return sql`${left} = any(${values.map(String)}::text[])`
    const [first, ...rest] = values.map((one) => sql`${left} = ${constant(sql, type, one, asked)}`)
    return sql`(${rest.reduce((all, one) => sql`${all} or ${one}`, first ?? sql`false`)})`
  }
  if (other !== undefined) return comparePair(sql, kind, { ...condition, op, other })
  const single = Array.isArray(value) ? undefined : value
  const asNumber = type === 'number' || (type === 'attribute' && typeof single === 'number')
  if (asNumber) return compare(sql, numberOf(sql, kind, field), op, sql`${String(single)}::text::numeric`)
  return compare(sql, left, op, constant(sql, type, single, asked))
}

function constant(sql: Sql, type: Known | undefined, value: unknown, { today, timeZone }: Asked): Fragment {
  const text = String(value)
  if (type === 'boolean') return sql`${value === true}::boolean`
  if (type === 'date') return sql`${text === 'today' ? today : text}::date`
  if (type === 'instant') {
    const isDay = text === 'today' || /^\d{4}-\d\d-\d\d$/.test(text)
    const day = text === 'today' ? today : text
    return isDay ? sql`(${day}::date::timestamp at time zone ${timeZone}::text)` : sql`${text}::text::timestamptz`
  }
  return sql`${text}::text`
}

function comparePair(
  sql: Sql,
  kind: KindName,
  { field, op, other }: Condition & { op: Comparison; other: string },
): Fragment {
  const types = [findFieldType(kind, field), findFieldType(kind, other)]
  const asNumbers = types.includes('number') || (types.every((type) => type === 'attribute') && orders.includes(op))
  const read = asNumbers ? numberOf : fieldOf
  return compare(sql, read(sql, kind, field), op, read(sql, kind, other))
}
