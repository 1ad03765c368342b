// Calendar dates as text ('2026-11-22') outside and as day numbers (days since 1970-01-01) inside, where a
// difference is a subtraction. No time zone enters here: see local-time.ts.

/** A date without a time, 'YYYY-MM-DD'. */
export type IsoDate = string

export const dayMs = 86_400_000

const shape = /^(\d{4})-(\d{2})-(\d{2})$/

export function isDate(text: string): text is IsoDate {
  const parts = shape.exec(text)
  if (!parts) return false
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year * 12 + month - 1)
}

export function toDay(date: IsoDate): number {
  const year = Number(date.slice(0, 4))
  const month = Number(date.slice(5, 7))
  return Date.UTC(year, month - 1, Number(date.slice(8, 10))) / dayMs
}

export const toDate = (day: number): IsoDate => new Date(day * dayMs).toISOString().slice(0, 10)

/** ISO weekday of a day number: 1 is Monday, 7 is Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1

const weekdayNames = ['thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy', 'Chủ nhật'] as const

export const nameOfWeekday = (date: IsoDate): string => weekdayNames[weekdayOf(toDay(date)) - 1] ?? ''

/** The corresponding day some months on; where that month is too short, its last day (Civil Code 2015, art. 148.3). */
export function addMonths(date: IsoDate, months: number): IsoDate {
  const monthIndex = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months
  const last = daysInMonth(monthIndex)
  return dateInMonth(monthIndex, Math.min(Number(date.slice(8, 10)), last))
}

/** Months are numbered through: year × 12 + month − 1. */
export const monthIndexOf = (date: IsoDate): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1

export function dateInMonth(monthIndex: number, dayOfMonth: number): IsoDate {
  const year = Math.floor(monthIndex / 12)
  return `${year}-${twoDigits((monthIndex % 12) + 1)}-${twoDigits(dayOfMonth)}`
}

const daysInMonth = (monthIndex: number): number =>
  new Date(Date.UTC(Math.floor(monthIndex / 12), (monthIndex % 12) + 1, 0)).getUTCDate()

export const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** 22/11/2026, as dates are written in Vietnamese documents. */
export const formatDate = (date: IsoDate): string => `${date.slice(8, 10)}/${date.slice(5, 7)}/${date.slice(0, 4)}`
