// The form of assignment, read: what was typed becomes a directive, and each fault of the directive points at its field.
import { type FormError, readDateInput } from '#ui'
import { type Condition, comparisons, GivenDirective, isSafePath, type SourceKind, sourceKinds } from '../model.ts'
import { listOf, textOf, type Values } from '../pages/forms.ts'

export const mostParts = 12

/** How many parts the form shows. */
export const partsIn = (values: Values): number =>
  Math.min(mostParts, Math.max(1, Number(textOf(values, 'so-phan')) || 1))

export const kindOf = (text: string | undefined): SourceKind => sourceKinds.find((kind) => kind === text) ?? 'hand'

const suffix = (index: number) => (index === 0 ? '' : `-${index + 1}`)

const fields: Record<string, string> = {
  title: 'trich-yeu',
  words: 'noi-dung',
  giver: 'nguoi-chi-dao',
  field: 'linh-vuc',
  legalBasis: 'can-cu',
  evidenceRequired: 'minh-chung',
  parts: 'chu-tri',
  dueOn: 'han',
}

/** `parts.1.organisation` → `chu-tri-2`. */
export function fieldOf(path: string): string {
  const part = /^parts\.(\d+)\.?(\w*)/.exec(path)
  if (!part) return fields[path.split('.')[0] ?? ''] ?? 'trich-yeu'
  const at = suffix(Number(part[1]))
  const names: Record<string, string> = {
    deadline: 'so-ngay',
    task: 'viec',
    coOrganisations: 'phoi-hop',
    verifier: 'nguoi-xac-nhan',
    condition: 'dk-chi-tieu',
  }
  return `${names[part[2] ?? ''] ?? 'chu-tri'}${at}`
}

function readDeadline(values: Values, at: string, errors: FormError[]): object {
  const named = readDateInput(values, `han${at}`)
  if (named === 'invalid')
    errors.push({ field: `han${at}`, message: 'Ngày hạn phải có đủ ngày, tháng, năm, ví dụ 05/12/2026.' })
  if (named && named !== 'invalid') return { dueOn: named }
  const days = Number(textOf(values, `so-ngay${at}`))
  if (Number.isInteger(days) && days > 0) return { budget: { amount: days, unit: 'working-day' } }
  errors.push({ field: `so-ngay${at}`, message: 'Chọn thời hạn, hoặc nhập ngày hạn cụ thể.' })
  return { budget: { amount: 1, unit: 'working-day' } }
}

function readCondition(values: Values, errors: FormError[]): Condition | undefined {
  const indicator = textOf(values, 'dk-ma')
  if (!indicator) return undefined
  const value = Number(textOf(values, 'dk-gia-tri').replace(/\./g, '').replace(',', '.'))
  const compare = comparisons.find((one) => one === textOf(values, 'dk-so-sanh')) ?? '>='
  const organisation = textOf(values, 'dk-don-vi') || textOf(values, 'chu-tri')
  const period = textOf(values, 'dk-ky')
  if (!period) errors.push({ field: 'dk-ky', message: 'Chọn kỳ của số liệu.' })
  if (textOf(values, 'dk-gia-tri') === '' || Number.isNaN(value))
    errors.push({ field: 'dk-gia-tri', message: 'Nhập giá trị cần đạt bằng số, ví dụ 95 hoặc 93,5.' })
  return { indicator, organisation, period: period || '-', compare, value: Number.isNaN(value) ? 0 : value }
}

function readAbout(values: Values): { kind: SourceKind; code: string } | undefined {
  const code = textOf(values, 've-ma').slice(0, 200)
  const kind = sourceKinds.find((one) => one === textOf(values, 've-loai'))
  return kind && code ? { kind, code } : undefined
}

/** What the form says, checked; with faults there is nothing to give. */
export function readGiven(values: Values): { given: GivenDirective | undefined; errors: FormError[] } {
  const errors: FormError[] = []
  const url = textOf(values, 'duong-dan')
  const condition = readCondition(values, errors)
  const parts = Array.from({ length: partsIn(values) }, (_, index) => index)
    // A further part that was left empty is no part.
    .filter((index) => index === 0 || textOf(values, `chu-tri${suffix(index)}`) !== '')
    .map((index) => {
      const at = suffix(index)
      if (!textOf(values, `chu-tri${at}`)) errors.push({ field: `chu-tri${at}`, message: 'Chọn cơ quan chủ trì.' })
      return {
        organisation: textOf(values, `chu-tri${at}`) || 'X',
        coOrganisations: index === 0 ? listOf(values, 'phoi-hop') : [],
        task: textOf(values, `viec${at}`) || undefined,
        deadline: readDeadline(values, index === 0 || textOf(values, `so-ngay${at}`) ? at : '', errors),
        verifier: textOf(values, 'nguoi-xac-nhan') || undefined,
        condition: index === 0 ? condition : undefined,
      }
    })
  const parsed = GivenDirective.safeParse({
    title: textOf(values, 'trich-yeu'),
    words: textOf(values, 'noi-dung'),
    source: {
      kind: kindOf(textOf(values, 'loai')),
      code: textOf(values, 'ma').slice(0, 200) || undefined,
      title: textOf(values, 'ten').slice(0, 300) || undefined,
      // An address that is not of this site is left away: the source keeps its name.
      url: url && isSafePath(url) ? url : undefined,
      about: readAbout(values),
    },
    giver: textOf(values, 'nguoi-chi-dao') || undefined,
    field: textOf(values, 'linh-vuc') || undefined,
    legalBasis: textOf(values, 'can-cu') || undefined,
    evidenceRequired: textOf(values, 'minh-chung') || undefined,
    parts,
  })
  for (const issue of parsed.error?.issues ?? []) {
    const field = fieldOf(issue.path.join('.'))
    if (!errors.some((error) => error.field === field)) errors.push({ field, message: issue.message })
  }
  return { given: errors.length === 0 ? parsed.data : undefined, errors }
}
