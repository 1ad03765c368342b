// A formula said in Vietnamese, so that a leader can check what is counted without reading a definition's data.

import { type Condition, type Field, kindOf } from '#warehouse'
import type { Definition, Measure } from '../model.ts'

/** What the number is, in one or two sentences; `nameOf` names other indicators. */
export function describeFormula(
  { formula, unit }: Definition,
  nameOf: (code: string) => string = (code) => code,
): string {
  switch (formula.type) {
    case 'measure':
      return `${capital(formula.measures.map((measure) => describeMeasure(measure)).join('; cộng với '))}.`
    case 'ratio': {
      const per =
        formula.per === 100 ? 'Tỷ lệ phần trăm' : formula.per === 1 ? 'Thương số' : `Số tính trên ${formula.per}`
      return `${per} của ${joinMeasures(formula.numerator)}, trên ${joinMeasures(formula.denominator)}. Mẫu số bằng 0 thì chưa có số liệu.`
    }
    case 'composite': {
      const parts = formula.of.map(({ indicator, weight }) =>
        weight === 1 ? `“${nameOf(indicator)}”` : `“${nameOf(indicator)}” (hệ số ${String(weight).replace('.', ',')})`,
      )
      const how = formula.by === 'sum' ? 'Tổng của' : 'Bình quân có hệ số của'
      return `${how} ${parts.join(', ')}.`
    }
    case 'typed': {
      const overTime = { sum: 'cộng các kỳ', mean: 'bình quân các kỳ', last: 'lấy kỳ cuối', none: 'không gộp' }
      const over = { sum: 'cộng các đơn vị', mean: 'bình quân các đơn vị', none: 'không gộp từ đơn vị' }
      return `Số do đơn vị nhập và lãnh đạo đơn vị duyệt (${unit}). Lên cấp trên: ${over[formula.overOrganisations]}; kỳ dài hơn: ${overTime[formula.overTime]}.`
    }
  }
}

const joinMeasures = (measures: readonly Measure[]) => measures.map((one) => describeMeasure(one)).join(' cộng ')

/** "số hồ sơ, vụ việc có hẹn trả lúc, kết thúc lúc không muộn hơn hẹn trả lúc; xếp kỳ theo ngày kết thúc" */
export function describeMeasure({ kind, at, where, aggregate, of, scale }: Measure): string {
  const { label } = kindOf(kind)
  const field = of === undefined ? '' : lower(labelOf(kind, of))
  const what = {
    count: `số ${lower(label)}`,
    sum: `tổng “${field}” của ${lower(label)}`,
    average: `bình quân “${field}” của ${lower(label)}`,
  }[aggregate]
  const conditions = where.map((one) => describeCondition(kind, one))
  const when = at === undefined ? 'tính tại thời điểm hiện tại' : `xếp kỳ theo ${lower(labelOf(kind, at))}`
  const scaled = scale === 1 ? '' : `, nhân ${String(scale).replace('.', ',')}`
  return `${what}${conditions.length > 0 ? ` mà ${conditions.join(' và ')}` : ''} (${when}${scaled})`
}

const operatorWords = {
  eq: 'là',
  ne: 'không phải là',
  lt: 'trước',
  le: 'không muộn hơn',
  gt: 'muộn hơn',
  ge: 'không sớm hơn',
} as const
const numberWords = { eq: 'bằng', ne: 'khác', lt: 'nhỏ hơn', le: 'không quá', gt: 'lớn hơn', ge: 'từ' } as const

export function describeCondition(kind: Measure['kind'], { field, op, value, other }: Condition): string {
  const label = `“${lower(labelOf(kind, field))}”`
  if (op === 'empty') return `chưa có ${label}`
  if (op === 'filled') return `có ${label}`
  if (op === 'in') return `${label} là một trong: ${(Array.isArray(value) ? value : [value]).join(', ')}`
  const words = typeof value === 'number' ? numberWords[op] : operatorWords[op]
  const against = other === undefined ? sayValue(value) : `“${lower(labelOf(kind, other))}”`
  return `${label} ${words} ${against}`
}

function sayValue(value: Condition['value']): string {
  if (value === 'today') return 'hôm nay'
  if (typeof value === 'number') return String(value).replace('.', ',')
  return `“${String(value)}”`
}

/** What every record has beside the fields of its kind. */
const fixedFields: Record<string, string> = { key: 'Mã bản ghi', source: 'Nguồn', organisation: 'Đơn vị' }

/** Vietnamese label of a field of a kind. */
export function labelOf(kind: Measure['kind'], field: string): string {
  if (field.startsWith('attributes.')) return field.slice('attributes.'.length)
  const fields: Record<string, Field> = kindOf(kind).fields
  return fields[field]?.label ?? fixedFields[field] ?? field
}

const attribute = /^(attributes\.|thuộc tính )/

/** The name under which a person writes a field. `fieldNamed` is its mirror. */
export const nameOfField = (kind: Measure['kind'], field: string): string =>
  attribute.test(field) ? `thuộc tính ${labelOf(kind, field)}` : labelOf(kind, field)

/** The field of a kind that a person wrote by its label; what is no label is left as it is, to be told. */
export function fieldNamed(kind: Measure['kind'], written: string): string {
  if (attribute.test(written)) return written.replace(attribute, 'attributes.')
  const plain = written.normalize('NFC').toLocaleLowerCase('vi')
  const names = [...Object.keys(kindOf(kind).fields), ...Object.keys(fixedFields)]
  return names.find((name) => labelOf(kind, name).toLocaleLowerCase('vi') === plain) ?? written
}

const lower = (text: string) => text.charAt(0).toLocaleLowerCase('vi') + text.slice(1)
const capital = (text: string) => text.charAt(0).toLocaleUpperCase('vi') + text.slice(1)
