// Shifts of a day by the clock on the wall, and who of those assigned is called in which order: plain rules, no clock of their own.
import { instantOf, localDate, toDate, toDay } from '#calendar'

export interface ShiftRule {
  code: string
  name: string
  /** "22:00"; a shift that ends at or before its beginning ends on the next day. */
  from: string
  to: string
}

export interface Shift {
  /** The day on which it begins. */
  day: string
  code: string
  name: string
  startsAt: Date
  endsAt: Date
}

export const shiftOf = (rule: ShiftRule, day: string, timeZone: string): Shift => ({
  day,
  code: rule.code,
  name: rule.name,
  startsAt: instantOf(day, rule.from, timeZone),
  endsAt: instantOf(rule.to > rule.from ? day : shiftDay(day, 1), rule.to, timeZone),
})

export const shiftDay = (day: string, days: number): string => toDate(toDay(day) + days)

/** The shifts that begin on these days, one after the other. */
export function listShifts(rules: readonly ShiftRule[], from: string, days: number, timeZone: string): Shift[] {
  return Array.from({ length: days }, (_, index) => shiftDay(from, index))
    .flatMap((day) => rules.map((rule) => shiftOf(rule, day, timeZone)))
    .toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime())
}

/** The shift that runs at a moment: it begins at its first minute and has ended at its last. */
export function shiftAt(rules: readonly ShiftRule[], at: Date, timeZone: string): Shift | undefined {
  const today = localDate(at, timeZone)
  return listShifts(rules, shiftDay(today, -1), 2, timeZone).findLast(
    ({ startsAt, endsAt }) => startsAt <= at && at < endsAt,
  )
}

/** The one that begins next after another has begun. */
export function shiftAfter(rules: readonly ShiftRule[], shift: Shift, timeZone: string): Shift | undefined {
  return listShifts(rules, shift.day, 3, timeZone).find(({ startsAt }) => startsAt > shift.startsAt)
}

/** Monday of the week of a day. */
export function mondayOf(day: string): string {
  const number = toDay(day)
  return toDate(number - ((((number + 3) % 7) + 7) % 7))
}

export type Duty = 'lead' | 'operator' | 'deputy'
export const dutyNames: Record<Duty, string> = { lead: 'Trưởng ca', operator: 'Trực điều hành', deputy: 'Dự bị' }
export const duties = Object.keys(dutyNames) as [Duty, ...Duty[]] // keys of a constant object are exactly its names

/** The order in which people are called: those of the duty asked for, of an operator's the lead after them, then deputies. Nobody twice. */
export function ladderOf(wanted: 'operator' | 'lead', people: readonly { account: string; duty: Duty }[]): string[] {
  const of = (duty: Duty) => people.filter((one) => one.duty === duty).map(({ account }) => account)
  const first = wanted === 'lead' ? of('lead') : [...of('operator'), ...of('lead')]
  return [...new Set([...first, ...of('deputy')])]
}
