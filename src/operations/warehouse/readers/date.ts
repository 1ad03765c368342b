import { ValueFault } from './faults.ts'

// Dates and times of day as files write them, read to plain fields. A pattern is written with yyyy MM dd HH hh mm ss
// SSS a and XXX (offset) and whatever stands between; 'iso' takes all usual forms of ISO 8601, 'excel-1900' and
// 'excel-1904' take the serial numbers of spreadsheets.

export type Moment = {
  /** Milliseconds from 1970-01-01T00:00 on the clock that the text names. */
  localMs: number
  /** Minutes east of UTC, where the text says so. */
  offsetMinutes?: number
}

export const dayMs = 86_400_000

/** Days from 1970-01-01 in the proleptic Gregorian calendar. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
// The calendar has no year 0, and neither has the database.
const isDate = (year: number, month: number, day: number) =>
  year >= 1 &&
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  day <= (month === 2 && isLeap(year) ? 29 : (monthDays[month - 1] ?? 0))

type Fields = { year: number; month: number; day: number; hour: number; minute: number; second: number; ms: number }

function momentOf(fields: Fields, text: string, offsetMinutes?: number): Moment | ValueFault {
  const { year, month, day, hour, minute, second, ms } = fields
  if (!isDate(year, month, day)) return new ValueFault('value.date-not-existing', { text })
  // 24:00 is the end of the day in ISO 8601; a leap second is counted with the next minute.
  const inDay = hour < 24 || (hour === 24 && minute === 0 && second === 0 && ms === 0)
  if (!inDay || minute > 59 || second > 60) return new ValueFault('value.date-not-existing', { text })
  const localMs = daysFromCivil(year, month, day) * dayMs + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms
  return offsetMinutes === undefined ? { localMs } : { localMs, offsetMinutes }
}

const isoShape =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?\s?(Z|z|[+-]\d\d(?::?\d\d)?)?$/

const milliseconds = (digits: string): number => (digits === '' ? 0 : Number(digits.slice(0, 3).padEnd(3, '0')))

function offsetOf(text: string): number {
  if (text === 'Z' || text === 'z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2).padStart(2, '0')) * (text.length > 3 ? 1 : 0)
  return text.startsWith('-') ? -minutes : minutes
}

function readIso(text: string): Moment | ValueFault {
  const match = isoShape.exec(text)
  if (!match) return new ValueFault('value.date', { text, pattern: 'yyyy-MM-dd HH:mm:ss' })
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match
  const fields = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    ms: milliseconds(fraction),
  }
  return momentOf(fields, text, offset === undefined ? undefined : offsetOf(offset))
}

// Excel counts days from 1900-01-01 = 1 and believes in 29 February 1900; the 1904 system counts from 1904-01-01 = 0.
function readSerial(text: string, system: 1900 | 1904): Moment | ValueFault {
  const serial = Number(text.replace(',', '.'))
  const name = `số ngày của Excel (${system})`
  if (text.trim() === '' || !Number.isFinite(serial)) return new ValueFault('value.date', { text, pattern: name })
  if (serial < 0 || serial >= 2_958_466) return new ValueFault('value.date-not-existing', { text })
  const day = Math.floor(serial)
  if (system === 1900 && (day === 60 || day === 0)) return new ValueFault('value.date-not-existing', { text })
  const epoch = system === 1904 ? daysFromCivil(1904, 1, 1) : daysFromCivil(1899, 12, day < 60 ? 31 : 30)
  return { localMs: epoch * dayMs + Math.round(serial * dayMs) }
}

type Part = keyof Fields | 'hour12' | 'half' | 'offset'
type Compiled = { shape: RegExp; parts: Part[] }

const tokens: Record<string, [Part, string]> = {
  yyyy: ['year', '(\\d{4})'],
  MM: ['month', '(\\d{2})'],
  dd: ['day', '(\\d{2})'],
  HH: ['hour', '(\\d{2})'],
  hh: ['hour12', '(\\d{2})'],
  mm: ['minute', '(\\d{2})'],
  ss: ['second', '(\\d{2})'],
  SSS: ['ms', '(\\d{1,9})'],
  a: ['half', '(AM|PM|am|pm|SA|CH)'],
  XXX: ['offset', '(Z|[+-]\\d\\d:?\\d\\d)'],
}
const tokenShape = /yyyy|MM|dd|HH|hh|mm|ss|SSS|XXX|a|[\s\S]/g
const compiledPatterns = new Map<string, Compiled>()

function compilePattern(pattern: string): Compiled {
  const known = compiledPatterns.get(pattern)
  if (known) return known
  const pieces = pattern.match(tokenShape) ?? []
  const parts: Part[] = []
  const source = pieces.map((piece, index) => {
    const token = tokens[piece]
    if (!token) return piece.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    parts.push(token[0])
    // Between separators 1/7/2025 can mean but one thing; run together, every digit is needed.
    const apart = !tokens[pieces[index + 1] ?? ''] && !tokens[pieces[index - 1] ?? '']
    return apart ? token[1].replace('{2}', '{1,2}') : token[1]
  })
  const compiled = { shape: new RegExp(`^${source.join('')}$`), parts }
  if (compiledPatterns.size >= 200) compiledPatterns.clear()
  compiledPatterns.set(pattern, compiled)
  return compiled
}

function readPattern(text: string, pattern: string): Moment | ValueFault {
  const { shape, parts } = compilePattern(pattern)
  const match = shape.exec(text)
  if (!match) return new ValueFault('value.date', { text, pattern })
  const fields: Fields = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, ms: 0 }
  let offset: number | undefined
  let half: string | undefined
  for (const [index, part] of parts.entries()) {
    const found = match[index + 1] ?? ''
    if (part === 'half') half = found.toUpperCase()
    else if (part === 'offset') offset = offsetOf(found)
    else if (part === 'ms') fields.ms = milliseconds(found)
    else if (part === 'hour12') fields.hour = Number(found)
    else fields[part] = Number(found)
  }
  if (half !== undefined) {
    if (fields.hour < 1 || fields.hour > 12) return new ValueFault('value.date-not-existing', { text })
    fields.hour = (fields.hour % 12) + (half === 'PM' || half === 'CH' ? 12 : 0)
  }
  return momentOf(fields, text, offset)
}

/** What a text says by its clock, read by one pattern. */
export function readMoment(text: string, pattern: string): Moment | ValueFault {
  if (pattern === 'excel-1900') return readSerial(text, 1900)
  if (pattern === 'excel-1904') return readSerial(text, 1904)
  const trimmed = text.trim()
  return pattern === 'iso' ? readIso(trimmed) : readPattern(trimmed, pattern)
}

/** A date as yyyy-MM-dd; a time of day beside it is left out. */
export function parseDate(text: string, pattern: string): string | ValueFault {
  const moment = readMoment(text, pattern)
  if (moment instanceof ValueFault) return moment
  return new Date(moment.localMs).toISOString().slice(0, 10)
}
