// Reads the forms of a change of structure: every fault at once, each naming its control.
import { type FormError, readDateInput } from '#ui'
import { tidyAgencyCode } from '../codes/agency-codes.ts'
import { type Decision, NewOrganisation, OrganisationCode } from '../model.ts'
import { tidyName } from '../names/vietnamese.ts'
import type { Organisation } from '../store.ts'

export type Values = Record<string, string | string[]>

export const textOf = (values: Values, name: string): string => {
  const value = values[name]
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim()
}

export const listOf = (values: Values, name: string): string[] => {
  const value = values[name]
  return (Array.isArray(value) ? value : value ? [value] : []).filter((code) => code !== '')
}

export interface Deed {
  decision: Decision
  effectiveOn: string
  /** In place of an end that was recorded for a later day. */
  replaces: boolean
}

/** The deciding document and the day from which it holds; faults are added to `errors`. */
export function readDeed(values: Values, errors: FormError[]): Deed {
  const decision = readDecision(values, errors)
  const effectiveOn = readDay(
    values,
    errors,
    'hieu-luc',
    'Ngày hiệu lực phải có đủ ngày, tháng, năm, ví dụ 01/10/2025.',
  )
  return { decision, effectiveOn, replaces: textOf(values, 'thay') === '1' }
}

export function readDecision(values: Values, errors: FormError[]): Decision {
  const number = textOf(values, 'so')
  if (!number) errors.push({ field: 'so', message: 'Nhập số, ký hiệu văn bản, ví dụ 1299/QĐ-UBND.' })
  const issuedOn = readDay(values, errors, 'ngay', 'Ngày văn bản phải có đủ ngày, tháng, năm, ví dụ 25/09/2025.')
  return { number, issuedOn, subject: textOf(values, 'trich-yeu') || undefined }
}

function readDay(values: Values, errors: FormError[], field: string, message: string): string {
  const day = readDateInput(values, field)
  if (day !== undefined && day !== 'invalid') return day
  errors.push({ field, message })
  return ''
}

export function readName(values: Values, errors: FormError[], field = 'ten'): string {
  const name = tidyName(textOf(values, field))
  if (!name) errors.push({ field, message: 'Nhập tên đơn vị.' })
  return name
}

export function readCode(values: Values, errors: FormError[], field: string): string {
  const code = tidyAgencyCode(textOf(values, field))
  if (!OrganisationCode.safeParse(code).success)
    errors.push({ field, message: 'Mã gồm chữ A–Z, chữ số, các nhóm cách nhau bằng dấu chấm, ví dụ H32.KHCN.' })
  return code
}

/** A new agency beside or in the place of `like`; the fields are `ma<suffix>` and `ten<suffix>`. */
export function readSuccessor(
  values: Values,
  errors: FormError[],
  like: Organisation,
  suffix: string,
): NewOrganisation {
  const code = readCode(values, errors, `ma${suffix}`)
  const name = readName(values, errors, `ten${suffix}`)
  const parsed = NewOrganisation.safeParse({
    code,
    name,
    kind: like.kind,
    line: like.line,
    parent: like.parent ?? undefined,
    area: like.area ?? undefined,
    peerGroup: like.peerGroup ?? undefined,
  })
  return parsed.success ? parsed.data : { code, name, kind: like.kind, line: like.line }
}
