// A definition as the values of its form. `read.ts` is its mirror: what is read back from an untouched form is the same definition.

import { type Condition, type FormValues, findFieldType, termsForm } from '#warehouse'
import type { Definition, Measure } from '../model.ts'
import { readFigure } from '../pages/figures.ts'
import { nameOfField } from '../reading/formula-words.ts'

/** A decimal as it is typed here: with a comma, never with an exponent. */
export function decimalText(value: number): string {
  const text = String(value)
  const plain = text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text
  return plain.replace('.', ',')
}

/** The form of a definition, or of one that is still to be made. */
export function definitionForm(body: Partial<Definition>): FormValues {
  const { thresholds, owner } = body
  return {
    ma: body.code ?? '',
    ten: body.name ?? '',
    'ten-anh': body.nameEn ?? '',
    'mo-ta': body.description ?? '',
    nhom: body.group ?? '',
    'thu-tu': String(body.order ?? 100),
    'don-vi-tinh': body.unit ?? '',
    'so-le': String(body.decimals ?? 0),
    huong: body.direction ?? 'none',
    'theo-doi': decimalText(thresholds?.watchPercent ?? 0),
    'canh-bao': decimalText(thresholds?.breachPercent ?? 10),
    ky: [...(body.periods ?? ['month', 'quarter', 'half', 'year'])],
    'ky-chinh': body.mainPeriod ?? 'month',
    thieu: body.missing ?? 'partial',
    'tu-chot': body.lock ?? '',
    'sap-xep': body.merger ?? '',
    'phai-bao-cao': [...(body.expected ?? [])],
    ...(body.anomalies ? { 'bat-thuong': 'yes' } : {}),
    'chu-tri': owner?.organisation ?? '',
    'chuc-danh': owner?.position ?? '',
    nguon: body.source ?? '',
    'ghi-chu': body.note ?? '',
    ...termsForm(body),
    ...formulaForm(
      body.formula ?? { type: 'typed', overOrganisations: 'none', overTime: 'none', publication: 'on-approval' },
    ),
  }
}

function formulaForm(formula: Definition['formula']): FormValues {
  const dang = formula.type
  switch (formula.type) {
    case 'measure':
      return { dang, ...measuresForm('m', formula.measures) }
    case 'ratio':
      return {
        dang,
        tren: decimalText(formula.per),
        ...measuresForm('t', formula.numerator),
        ...measuresForm('m', formula.denominator),
      }
    case 'composite':
      return {
        dang,
        'gop-bang': formula.by,
        ...Object.fromEntries(
          formula.of.flatMap(({ indicator, weight }, index) => [
            [`tp-${index}`, indicator],
            [`hs-${index}`, decimalText(weight)],
          ]),
        ),
      }
    case 'typed':
      return {
        dang,
        'cong-don-vi': formula.overOrganisations,
        'cong-ky': formula.overTime,
        'cong-bo': formula.publication,
      }
  }
}

const measuresForm = (group: string, measures: readonly Measure[]): FormValues =>
  Object.assign({}, ...measures.map((measure, index) => measureForm(`${group}-${index}`, measure)))

export function measureForm(key: string, measure: Measure): FormValues {
  const values: FormValues = {
    [`${key}-loai`]: measure.kind,
    [`${key}-phep`]: measure.aggregate,
    [`${key}-cua`]: measure.of ?? '',
    [`${key}-ngay`]: measure.at ?? '',
    [`${key}-nguon`]: [...(measure.sources ?? [])],
    [`${key}-nhan`]: decimalText(measure.scale),
  }
  for (const [index, condition] of measure.where.entries()) {
    values[`${key}-truong-${index}`] = condition.field
    values[`${key}-op-${index}`] = condition.other === undefined ? condition.op : `${condition.op}-field`
    values[`${key}-gt-${index}`] = conditionText(measure.kind, condition)
  }
  return values
}

function conditionText(kind: Measure['kind'], { field, value, other }: Condition): string {
  if (other !== undefined) return nameOfField(kind, other)
  if (value === undefined) return ''
  const type = findFieldType(kind, field)
  return (Array.isArray(value) ? value : [value]).map((one) => valueText(type, one)).join('; ')
}

type Type = ReturnType<typeof findFieldType>

/** Of an attribute the type is not known: what looks like a number but is text stands in quotation marks. */
function valueText(type: Type, value: string | number | boolean): string {
  if (typeof value === 'number') return decimalText(value)
  if (typeof value === 'boolean') return value ? 'đúng' : 'sai'
  if (type === 'date' || type === 'instant') {
    if (value === 'today') return 'hôm nay'
    const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? []
    return day ? `${day}/${month}/${year}` : value
  }
  const isOdd = value !== value.trim() || value === '' || /[;"]/.test(value)
  const looksOther = type === 'attribute' && (readFigure(value) !== undefined || value === 'đúng' || value === 'sai')
  return isOdd || looksOther ? `"${value}"` : value
}
