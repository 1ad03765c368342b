import type { Column } from '../model.ts'
import { parseDate } from '../readers/date.ts'
import { parseDecimal, parseInteger, withoutUnit } from '../readers/decimal.ts'
import { ValueFault } from '../readers/faults.ts'
import { type InstantOptions, parseInstant } from '../readers/instant.ts'
import { parseBoolean } from '../readers/plain-values.ts'
import { type Cell, Fault } from './cell.ts'

export type Parse = (value: string | number | boolean | object) => Cell | Fault

const textOf = (value: string | number | boolean | object): string =>
  typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)

/** Reads one cell as the type its column promises. */
export function parserOf(column: Column, place: { timeZone: string; typedDates: boolean }): Parse {
  const { name, type } = column
  // Numbers that come as numbers (JSON, workbooks) are not written in anybody's style.
  const style = (value: unknown) => (typeof value === 'string' ? column.numbers : 'plain')
  const judged = (value: unknown, read: Cell | ValueFault): Cell | Fault =>
    read instanceof ValueFault ? new Fault(name, value, read.code, read.sentence) : read
  if (type === 'text') {
    return (value) => (typeof value === 'object' ? judged(value, new ValueFault('value.not-text', {})) : textOf(value))
  }
  if (type === 'json') return (value) => value
  const bare = column.unit === undefined ? textOf : unitRemover(column.unit)
  if (type === 'decimal') return (value) => judged(value, parseDecimal(bare(value), style(value)))
  if (type === 'integer') {
    return (value) => {
      const read = parseInteger(bare(value), style(value))
      return typeof read === 'number' ? String(read) : judged(value, read)
    }
  }
  if (type === 'boolean') {
    return (value) => (typeof value === 'boolean' ? value : judged(value, parseBoolean(textOf(value))))
  }
  const patterns = (column.patterns.length > 0 ? column.patterns : ['iso']).map((pattern) =>
    pattern === 'excel' ? 'excel-1900' : pattern,
  )
  const read = type === 'date' ? dateReader(patterns) : instantReader(column, patterns, place.timeZone)
  if (!place.typedDates) return (value) => judged(value, read(textOf(value)))
  // A cell of a workbook that is a date, and not text that looks like one, comes as ISO 8601 whatever its format shows.
  const readTyped = type === 'date' ? dateReader(['iso']) : instantReader(column, ['iso'], place.timeZone)
  return (value) => {
    const text = textOf(value)
    const found = read(text)
    if (!isPatternFault(found)) return judged(value, found)
    const typed = readTyped(text)
    return judged(value, typed instanceof ValueFault ? found : typed)
  }
}

/** The number of a text such as `1.234.567 đ`. */
const unitRemover =
  (unit: string) =>
  (value: string | number | boolean | object): string =>
    typeof value === 'string' ? withoutUnit(value, unit) : textOf(value)

const dateReader = (patterns: readonly string[]) => (text: string) =>
  firstThatFits(patterns, (pattern) => parseDate(text, pattern))

function instantReader(column: Column, patterns: readonly string[], timeZone: string) {
  const options: InstantOptions[] = patterns.map((pattern) => ({
    pattern,
    timeZone,
    twice: column.twice === 'fault' ? 'refuse' : column.twice,
  }))
  const [only] = options
  if (only && options.length === 1) return (text: string) => parseInstant(text, only)
  return (text: string) => firstThatFits(options, (option) => parseInstant(text, option))
}

// A date that is written as the pattern says but does not exist is a fault of the value, not of the pattern.
const isPatternFault = (read: unknown): boolean =>
  read instanceof ValueFault && ['value.instant', 'value.date'].includes(read.code)

/** What the first pattern that can read it gives; what the last one says when none can. */
function firstThatFits<P, R>(patterns: readonly P[], read: (pattern: P) => R | ValueFault): R | ValueFault {
  let last: R | ValueFault | undefined
  for (const pattern of patterns) {
    last = read(pattern)
    if (!isPatternFault(last)) return last
  }
  if (last === undefined) throw new RangeError('a date needs a pattern')
  return last
}
