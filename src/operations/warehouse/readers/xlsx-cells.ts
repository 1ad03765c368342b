import { readMoment } from './date.ts'
import { ValueFault } from './faults.ts'
import type { Value } from './format.ts'

// Places and values of cells.

/** 0-based column of a reference such as "AB12". */
export function columnOf(reference: string): number {
  let column = 0
  for (let at = 0; at < reference.length; at++) {
    const letter = (reference.charCodeAt(at) & ~32) - 64
    if (letter < 1 || letter > 26) break
    column = column * 26 + letter
  }
  return column - 1
}

const rowOf = (reference: string): number => Number(/\d+$/.exec(reference)?.[0] ?? 0)

/** "AB" of a 0-based column. */
export function columnName(column: number): string {
  let name = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name
  }
  return name
}

/** Excel computes in doubles and shows 15 digits; what lies beyond is the noise of 0.1 + 0.2. */
export function readNumber(text: string): number {
  const number = Number(text)
  return text.length > 15 ? Number(number.toPrecision(15)) : number
}

/** A serial number shown as a date, a time or both: as ISO 8601 without a zone, for a workbook knows none. */
export function readCellMoment(text: string, epoch: 1900 | 1904): Value {
  const serial = Number(text)
  if (!Number.isFinite(serial)) return text
  // Below one day there is a time and no date; 0 itself is midnight.
  const timeOnly = serial >= 0 && serial < 1
  const moment = readMoment(timeOnly ? String(serial + 61) : text, timeOnly ? 'excel-1900' : `excel-${epoch}`)
  if (moment instanceof ValueFault) return readNumber(text)
  const [date = '', time = ''] = new Date(moment.localMs).toISOString().slice(0, -1).split('T')
  const short = time.endsWith('.000') ? time.slice(0, -4) : time
  if (timeOnly) return short
  return Number.isInteger(serial) ? date : `${date}T${short}`
}

export type MergedRange = { top: number; bottom: number; left: number; right: number }

/** Reads "B2:D5"; undefined for what is no range. */
export function readRange(reference: string): MergedRange | undefined {
  const [from = '', to = from] = reference.split(':')
  const range = { top: rowOf(from), bottom: rowOf(to), left: columnOf(from), right: columnOf(to) }
  return range.top > 0 && range.bottom >= range.top && range.left >= 0 && range.right >= range.left ? range : undefined
}
