// What a definition must fulfil beyond its shape: the fields its measures name exist and fit, and everything it rests on is there.

import { isPeriod } from '#calendar'
import { type FieldFault, invalid } from '#platform/errors'
import { findConditionFault, findFieldType, kindOf } from '#warehouse'
import { listMeasures } from './computation/plan.ts'
import type { Definition, Measure } from './model.ts'

/** @throws Problem that names every fault with its place. */
export function checkDefinition(definition: Definition): void {
  const faults = findDefinitionFaults(definition)
  if (faults.length > 0) throw invalid(`Định nghĩa chỉ tiêu ${definition.code} chưa đúng.`, faults)
}

export function findDefinitionFaults(definition: Definition): FieldFault[] {
  const faults = [...findMissingWords(definition), ...findFormulaFaults(definition)]
  const { thresholds } = definition
  if (!definition.periods.includes(definition.mainPeriod))
    faults.push({ path: 'mainPeriod', message: 'Kỳ hiển thị chính phải nằm trong các kỳ của chỉ tiêu.' })
  if (new Set(definition.periods).size < definition.periods.length)
    faults.push({ path: 'periods', message: 'Mỗi kỳ chỉ nêu một lần.' })
  if (thresholds.watchPercent < 0)
    faults.push({ path: 'thresholds.watchPercent', message: 'Ngưỡng theo dõi không nhỏ hơn 0.' })
  if (thresholds.breachPercent < thresholds.watchPercent)
    faults.push({
      path: 'thresholds.breachPercent',
      message: 'Ngưỡng không đạt không nhỏ hơn ngưỡng theo dõi.',
    })
  for (const [index, { period }] of definition.targets.entries())
    if (!isPeriod(period)) faults.push({ path: `targets.${index}.period`, message: `“${period}” không phải mã kỳ.` })
  return faults
}

/** Without name, owner and basis a number is not shown, so it is not defined either. */
function findMissingWords({ name, nameEn, group, unit, source, owner, basis }: Definition): FieldFault[] {
  const needed: [string, string, string][] = [
    ['name', name, 'Nhập tên chỉ tiêu.'],
    ['nameEn', nameEn, 'Nhập tên tiếng Anh.'],
    ['group', group, 'Nhập nhóm: thẻ của các chỉ tiêu cùng nhóm đứng cạnh nhau.'],
    ['unit', unit, 'Nhập đơn vị tính, ví dụ hồ sơ, %, triệu đồng.'],
    ['source', source, 'Nhập nguồn số liệu ghi trên thẻ.'],
    ['owner.organisation', owner.organisation, 'Chọn cơ quan chủ trì.'],
    ['owner.position', owner.position, 'Nhập chức danh chịu trách nhiệm, ví dụ Giám đốc Sở Nội vụ.'],
    ['basis.title', basis.title, 'Nhập tên văn bản, quy định hoặc bộ dữ liệu làm căn cứ.'],
  ]
  if (basis.kind === 'law') needed.push(['basis.number', basis.number, 'Nhập số, ký hiệu của văn bản làm căn cứ.'])
  if (basis.kind === 'dataset') needed.push(['basis.licence', basis.licence, 'Nhập giấy phép của bộ dữ liệu.'])
  return needed.flatMap(([path, text, message]) => (text.trim() === '' ? [{ path, message }] : []))
}

function findFormulaFaults(definition: Definition): FieldFault[] {
  const { formula } = definition
  const measures = listMeasures(definition)
  const faults = placesOf(definition).flatMap(({ path, measure }) =>
    findMeasureFaults(measure).map((fault) => ({ ...fault, path: `${path}.${fault.path}` })),
  )
  const dated = measures.filter(({ measure }) => measure.at !== undefined).length
  if (dated > 0 && dated < measures.length)
    faults.push({
      path: 'formula',
      message: 'Mọi phép đếm của một chỉ tiêu phải cùng có ngày, hoặc cùng là số hiện có.',
    })
  if (
    formula.type === 'measure' &&
    formula.measures.length > 1 &&
    formula.measures.some((one) => one.aggregate === 'average')
  )
    faults.push({ path: 'formula', message: 'Số bình quân không cộng được với phép đếm khác; hãy dùng dạng tỷ số.' })
  if (formula.type === 'ratio' && measures.some(({ measure }) => measure.aggregate === 'average'))
    faults.push({ path: 'formula', message: 'Tử số và mẫu số của tỷ số phải là số đếm hoặc tổng.' })
  if (formula.type === 'composite')
    for (const [index, { indicator }] of formula.of.entries())
      if (indicator === definition.code)
        faults.push({ path: `formula.of.${index}`, message: 'Chỉ số tổng hợp không được chứa chính nó.' })
  return faults
}

/** The measures of a formula with their places in it. */
function placesOf({ formula }: Definition): { path: string; measure: Measure }[] {
  const at = (list: string, measures: readonly Measure[]) =>
    measures.map((measure, index) => ({ path: `formula.${list}.${index}`, measure }))
  if (formula.type === 'measure') return at('measures', formula.measures)
  if (formula.type !== 'ratio') return []
  return [...at('numerator', formula.numerator), ...at('denominator', formula.denominator)]
}

/** What is wrong with a measure, with the place within it. */
function findMeasureFaults(measure: Measure): FieldFault[] {
  const { kind, at, aggregate, of } = measure
  const faults = measure.where.flatMap((condition, index) => {
    const message = findConditionFault(kind, condition)
    return message === undefined ? [] : [{ path: `where.${index}`, message }]
  })
  if (at !== undefined && !kindOf(kind).datedBy.includes(at))
    faults.push({
      path: 'at',
      message: `Dữ liệu “${kindOf(kind).label}” không tính theo ngày “${at}”; có thể dùng: ${kindOf(kind).datedBy.join(', ')}.`,
    })
  if (aggregate === 'count') {
    if (of !== undefined) faults.push({ path: 'of', message: 'Phép đếm không nhận trường cần cộng (of).' })
    return faults
  }
  const type = of === undefined ? undefined : findFieldType(kind, of)
  if (of === undefined) faults.push({ path: 'of', message: 'Tổng và bình quân phải nêu trường cần cộng.' })
  else if (type !== 'number' && type !== 'attribute')
    faults.push({ path: 'of', message: `Trường “${of}” không phải là số.` })
  return faults
}

/** Codes of a circle among composites, where there is one: no order of computation exists then. */
export function findCompositeCircle(definitions: readonly Definition[]): string[] | undefined {
  const parts = new Map(
    definitions.flatMap(({ code, formula }) =>
      formula.type === 'composite' ? [[code, formula.of.map(({ indicator }) => indicator)] as const] : [],
    ),
  )
  const visit = (code: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(code)) return [...path.slice(path.indexOf(code)), code]
    for (const part of parts.get(code) ?? []) {
      const circle = visit(part, [...path, code])
      if (circle) return circle
    }
    return undefined
  }
  for (const code of parts.keys()) {
    const circle = visit(code, [])
    if (circle) return circle
  }
  return undefined
}
