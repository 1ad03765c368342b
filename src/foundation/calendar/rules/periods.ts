// Reporting periods. Several families coexist, and each parts the time line without gap or overlap, because a period
// is only the i-th stretch of its kind: what lies before and after it is i − 1 and i + 1.
//
// A family says on which day its months begin. A month that begins on the 15th begins in the month before, so March 2011
// of family R is 15-02 to 14-03; quarters, halves and years are made of its months.

import {
  addMonths,
  dateInMonth,
  formatDate,
  type IsoDate,
  isDate,
  monthIndexOf,
  toDate,
  toDay,
  twoDigits,
} from './dates.ts'

type MonthUnit = 'month' | 'quarter' | 'half' | 'year'
export type PeriodUnit = 'day' | 'week' | MonthUnit
export type PeriodKind = PeriodUnit | `R-${MonthUnit}` | `C25-${MonthUnit}`

/** Which cut of the months a period follows: the calendar's, or one of the reporting families. */
export type PeriodFamily = 'calendar' | 'R' | 'C25'

interface Family {
  code: PeriodFamily
  name: string
  /** What stands before the code of its periods. */
  prefix: string
  kindPrefix: '' | 'R-' | 'C25-'
  /** First day of its months; from 2 on, it lies in the month before. */
  monthBeginsOn: number
  units: readonly PeriodUnit[]
}

const monthUnits = ['month', 'quarter', 'half', 'year'] as const

const families: readonly Family[] = [
  {
    code: 'calendar',
    name: 'Theo lịch',
    prefix: '',
    kindPrefix: '',
    monthBeginsOn: 1,
    units: ['day', 'week', ...monthUnits],
  },
  // NĐ 09/2019/NĐ-CP as restated in TT 09/2019/TT-NHNN; the decree's own text is unverified.
  {
    code: 'R',
    name: 'Kỳ báo cáo hành chính 15–14',
    prefix: 'R',
    kindPrefix: 'R-',
    monthBeginsOn: 15,
    units: monthUnits,
  },
  // Social insurance cuts its figures off at the 25th; unverified.
  {
    code: 'C25',
    name: 'Kỳ bảo hiểm xã hội 26–25',
    prefix: 'C25-',
    kindPrefix: 'C25-',
    monthBeginsOn: 26,
    units: monthUnits,
  },
]

/** The families with their names, in the order in which they stand side by side. */
export const periodFamilies: readonly Pick<Family, 'code' | 'name' | 'units'>[] = families

const unitLabels: Record<PeriodUnit, string> = {
  day: 'Ngày',
  week: 'Tuần',
  month: 'Tháng',
  quarter: 'Quý',
  half: '6 tháng',
  year: 'Năm',
}

const monthsIn: Record<MonthUnit, number> = { month: 1, quarter: 3, half: 6, year: 12 }

export interface PeriodKindInfo {
  kind: PeriodKind
  unit: PeriodUnit
  family: PeriodFamily
  label: string
}

interface Kind extends PeriodKindInfo {
  of: Family
}

const kinds: readonly Kind[] = families.flatMap((of) =>
  of.units.map((unit) => ({
    // The union of kinds is exactly families × units; TypeScript cannot see that through the two loops.
    kind: `${of.kindPrefix}${unit}` as PeriodKind,
    unit,
    family: of.code,
    label: of.prefix ? `${unitLabels[unit]} (${of.name.charAt(0).toLowerCase()}${of.name.slice(1)})` : unitLabels[unit],
    of,
  })),
)

/** Every kind of period, in the order in which a person would choose. */
export const periodKinds: readonly PeriodKindInfo[] = kinds.map(({ kind, unit, family, label }) => ({
  kind,
  unit,
  family,
  label,
}))

const kindByName = new Map<string, Kind>(kinds.map((kind) => [kind.kind, kind]))

/** The kind of a unit in a family; undefined where the family has none (weeks of R). */
export const findPeriodKind = (family: PeriodFamily, unit: PeriodUnit): PeriodKind | undefined =>
  kinds.find((kind) => kind.family === family && kind.unit === unit)?.kind

export const isPeriodKind = (text: string): text is PeriodKind => kindByName.has(text)

export interface Period {
  readonly code: string
  readonly kind: PeriodKind
  readonly unit: PeriodUnit
  /** Which one of its kind, counted through: neighbours differ by one. */
  readonly index: number
}

export interface DateRange {
  readonly from: IsoDate
  /** Inclusive. */
  readonly to: IsoDate
}

const kindOf = (name: PeriodKind): Kind => {
  const kind = kindByName.get(name)
  if (!kind) throw new RangeError(`Unknown kind of period: ${name}`)
  return kind
}

const known = new Map<string, Period>()
const mostKnown = 20_000

/** Reads a code such as '2011-03', '2011-W05' or 'R2011-Q1'; undefined when it is none. A page asks the same few hundreds of times. */
export function findPeriod(code: string): Period | undefined {
  const read = known.get(code) ?? readPeriod(code)
  if (read === undefined) return undefined
  if (known.size >= mostKnown) known.clear()
  known.set(code, read)
  return read
}

function readPeriod(code: string): Period | undefined {
  for (const kind of kinds) {
    if (!code.startsWith(kind.of.prefix)) continue
    const index = readIndex(kind.unit, code.slice(kind.of.prefix.length))
    if (index !== undefined) return { code, kind: kind.kind, unit: kind.unit, index }
  }
  return undefined
}

/** Reads a code, or throws. */
export function parsePeriod(code: string): Period {
  const period = findPeriod(code)
  if (!period) throw new RangeError(`Not a period: ${code}`)
  return period
}

export const isPeriod = (code: string): boolean => findPeriod(code) !== undefined

/** The code of the period of a kind in which a date lies. */
export function periodOf(kind: PeriodKind, date: IsoDate): string {
  const { of, unit } = kindOf(kind)
  return codeAt(kind, indexAt(of, unit, date))
}

const ranges = new WeakMap<Period, DateRange>()

/** First and last day of a period. */
export function periodRange(code: string): DateRange {
  const period = parsePeriod(code)
  const { kind, index } = period
  const range = ranges.get(period) ?? {
    from: startOf(kind, index),
    to: toDate(toDay(startOf(kind, index + 1)) - 1),
  }
  ranges.set(period, range)
  return range
}

export const previousPeriod = (code: string): string => shiftPeriod(code, -1)
export const nextPeriod = (code: string): string => shiftPeriod(code, 1)

/** The period some steps later, or earlier for a negative number. */
export function shiftPeriod(code: string, steps: number): string {
  const { kind, index } = parsePeriod(code)
  return codeAt(kind, index + steps)
}

/** The same month, quarter …, ISO week or date one year earlier; 29 February and week 53 become the last there was. */
export function samePeriodLastYear(code: string): string {
  const { kind, unit, index } = parsePeriod(code)
  if (unit === 'day') return addMonths(code, -12)
  if (unit !== 'week') return codeAt(kind, index - 12 / monthsIn[unit])
  const year = Number(code.slice(0, 4)) - 1
  return codeAt('week', firstWeekOf(year) + Math.min(Number(code.slice(6)), weeksIn(year)) - 1)
}

/** The periods of a kind that touch a stretch of days, in order. */
export function listPeriods(kind: PeriodKind, from: IsoDate, to: IsoDate): string[] {
  const { of, unit } = kindOf(kind)
  const first = indexAt(of, unit, from)
  const last = indexAt(of, unit, to)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => codeAt(kind, first + i))
}

function indexAt({ monthBeginsOn }: Family, unit: PeriodUnit, date: IsoDate): number {
  if (unit === 'day') return toDay(date)
  if (unit === 'week') return weekIndex(toDay(date))
  const belongsToNext = monthBeginsOn > 1 && Number(date.slice(8, 10)) >= monthBeginsOn
  return Math.floor((monthIndexOf(date) + (belongsToNext ? 1 : 0)) / monthsIn[unit])
}

function startOf(kind: PeriodKind, index: number): IsoDate {
  const { of, unit } = kindOf(kind)
  if (unit === 'day') return toDate(index)
  if (unit === 'week') return toDate(index * 7 - 3)
  const firstMonth = index * monthsIn[unit]
  return of.monthBeginsOn === 1 ? dateInMonth(firstMonth, 1) : dateInMonth(firstMonth - 1, of.monthBeginsOn)
}

// Weeks are counted from the Monday before 1970-01-01, which was a Thursday.
const weekIndex = (day: number): number => Math.floor((day + 3) / 7)

// ISO 8601: week 1 is the week of 4 January.
const firstWeekOf = (year: number): number => weekIndex(toDay(`${year}-01-04`))
const weeksIn = (year: number): number => firstWeekOf(year + 1) - firstWeekOf(year)

function codeAt(kind: PeriodKind, index: number): string {
  const { of, unit } = kindOf(kind)
  if (unit === 'day') return toDate(index)
  if (unit === 'week') {
    const year = Number(toDate(index * 7).slice(0, 4)) // the week's Thursday
    return `${year}-W${twoDigits(index - firstWeekOf(year) + 1)}`
  }
  const perYear = 12 / monthsIn[unit]
  const year = Math.floor(index / perYear)
  const number = (index % perYear) + 1
  const tail = { month: `-${twoDigits(number)}`, quarter: `-Q${number}`, half: `-H${number}`, year: '' }
  return `${of.prefix}${year}${tail[unit]}`
}

const shapes: Record<PeriodUnit, RegExp> = {
  day: /^((?:19|20|21)\d\d)-\d\d-\d\d$/,
  week: /^((?:19|20|21)\d\d)-W(0[1-9]|[1-4]\d|5[0-3])$/,
  month: /^((?:19|20|21)\d\d)-(0[1-9]|1[0-2])$/,
  quarter: /^((?:19|20|21)\d\d)-Q([1-4])$/,
  half: /^((?:19|20|21)\d\d)-H([12])$/,
  year: /^((?:19|20|21)\d\d)$/,
}

function readIndex(unit: PeriodUnit, text: string): number | undefined {
  const parts = shapes[unit].exec(text)
  if (!parts) return undefined
  const year = Number(parts[1])
  const number = Number(parts[2] ?? 1)
  if (unit === 'day') return isDate(text) ? toDay(text) : undefined
  if (unit === 'week') return number <= weeksIn(year) ? firstWeekOf(year) + number - 1 : undefined
  return year * (12 / monthsIn[unit]) + number - 1
}

const romans = ['I', 'II', 'III', 'IV']

/** "Tháng 3/2011", "Quý I/2011", "6 tháng đầu năm 2011"; families other than the calendar's add their dates. */
export function periodLabel(code: string): string {
  const { kind, unit, index } = parsePeriod(code)
  const { prefix } = kindOf(kind).of
  if (unit === 'day') return formatDate(code)
  if (unit === 'week') return `Tuần ${Number(code.slice(6))}/${code.slice(0, 4)} (${rangeLabel(code)})`
  const year = Math.floor((index * monthsIn[unit]) / 12)
  const number = index % (12 / monthsIn[unit])
  const label = {
    month: `Tháng ${number + 1}/${year}`,
    quarter: `Quý ${romans[number]}/${year}`,
    half: `6 tháng ${number === 0 ? 'đầu' : 'cuối'} năm ${year}`,
    year: `Năm ${year}`,
  }[unit]
  return prefix ? `${label} (${rangeLabel(code)})` : label
}

/** "15/02–14/03", with the years where they differ. */
function rangeLabel(code: string): string {
  const { from, to } = periodRange(code)
  const sameYear = from.slice(0, 4) === to.slice(0, 4)
  return sameYear
    ? `${formatDate(from).slice(0, 5)}–${formatDate(to).slice(0, 5)}`
    : `${formatDate(from)}–${formatDate(to)}`
}
