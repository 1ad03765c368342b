import { z } from 'zod'

/** Personal identification number: 12 digits (Law on Identification 26/2023/QH15, article 12). */
export const PersonalNumber = z
  .string()
  .transform((text) => text.replace(/[\s.-]/g, ''))
  .pipe(z.string().regex(/^\d{12}$/, 'Số định danh cá nhân có 12 chữ số, ví dụ 999 190 000 011.'))

/** What VNeID has said of who signed in, in our own words. */
export interface VneidIdentity {
  issuer: string
  subject: string
  name: string
  birthDate?: string
  sex?: Sex
  /** Absent: the account was never checked against a card. */
  number?: string
  /** The organisation that the account speaks for. */
  organisation?: Represented
}

export interface Represented {
  identifier: string
  name: string
}

export type Sex = 'male' | 'female'
export const sexNames: Record<Sex, string> = { male: 'Nam', female: 'Nữ' }

/** What of a person can be shown or kept back. */
export const personFields = ['name', 'birthDate', 'sex', 'number'] as const
export type PersonField = (typeof personFields)[number]
export const fieldNames: Record<PersonField, string> = {
  name: 'Họ và tên',
  birthDate: 'Ngày sinh',
  sex: 'Giới tính',
  number: 'Số định danh cá nhân',
}

/** `999190000011` → `999•••••0011`. */
export const maskNumber = (number: string): string => `${number.slice(0, 3)}•••••${number.slice(-4)}`

/** `Nguyễn Thị Thử` → `Nguyễn T• T•`: enough to see that it is the one who stands there. */
export function maskName(name: string): string {
  const [family = '', ...given] = name.split(/\s+/)
  return [family, ...given.map((word) => `${[...word][0] ?? ''}•`)].join(' ')
}

/** `1990-05-12` → `••/••/1990`. */
export const maskBirthDate = (date: string): string => `••/••/${date.slice(0, 4)}`

interface Facts {
  nameKey: string
  birthDate: string | null
}

/** The same name and the same day of birth: a reason to ask, never to decide. */
export const factsAgree = (one: Facts, other: Facts): boolean =>
  one.birthDate !== null && one.nameKey === other.nameKey && one.birthDate === other.birthDate

export const caseKinds = ['same-facts', 'number-met'] as const
export type CaseKind = (typeof caseKinds)[number]
export const caseKindNames: Record<CaseKind, string> = {
  'same-facts': 'Trùng họ tên và ngày sinh',
  'number-met': 'Cùng tài khoản VNeID, sau mới có số định danh',
}
export const caseStateNames = {
  open: 'Chờ quyết định',
  linked: 'Đã liên kết',
  apart: 'Hai người khác nhau',
  undone: 'Đã gỡ liên kết',
} as const
export type CaseState = keyof typeof caseStateNames

/** Held by citizens over what is their own. */
export const ownPermission = 'person:own'
export const lookUpPermission = 'person:look-up'
/** Deciding whether two records are of one person. */
export const decidePermission = 'person:decide'
export const answerPermission = 'person:answer'

export const personSubject = (id: string): string => `person:${id}`
