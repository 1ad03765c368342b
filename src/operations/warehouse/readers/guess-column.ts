import { parseDate } from './date.ts'
import { type DecimalStyle, parseDecimal, withoutUnit } from './decimal.ts'
import { ValueFault } from './faults.ts'
import type { Value } from './format.ts'
import { parseBoolean, usualBooleanWords } from './plain-values.ts'

// What a column seems to hold, from a sample of its values: a proposal for a person to confirm, never a decision. A
// type is proposed only when every value of the sample has it.

export type ColumnType = 'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'instant' | 'tree' | 'empty'

export type GuessedColumn = {
  name: string
  type: ColumnType
  /** Date patterns that fit every value; more than one means that a person must choose. */
  patterns: string[]
  /** How the numbers are written. */
  style?: DecimalStyle
  /** What is written with every number: đ, %. */
  unit?: string
  /** Words in the column that stand for nothing. */
  nullWords: string[]
  empty: number
  samples: string[]
}

const nullCandidates = new Set(['NA', 'N/A', 'n/a', 'NULL', 'null', 'NaN', 'nan', 'None', '-', '—', '#N/A', 'Không có'])

const datePatterns = ['yyyy-MM-dd', 'dd/MM/yyyy', 'MM/dd/yyyy', 'dd-MM-yyyy', 'dd.MM.yyyy', 'yyyy/MM/dd', 'yyyyMMdd']
const instantPatterns = [
  'iso',
  'yyyyMMddHHmmss',
  ...['dd/MM/yyyy', 'MM/dd/yyyy'].flatMap((date) =>
    ['HH:mm:ss', 'HH:mm', 'hh:mm:ss a', 'hh:mm a'].map((time) => `${date} ${time}`),
  ),
]

const fits = (parsed: unknown): boolean => !(parsed instanceof ValueFault)
const fittingPatterns = (texts: readonly string[], patterns: readonly string[]): string[] =>
  patterns.filter((pattern) => texts.every((text) => fits(parseDate(text, pattern))))

function guessNumber(texts: readonly string[]): { type: ColumnType; style: DecimalStyle } | undefined {
  // A leading zero is the mark of a code: 0123 and 123 are not the same agency.
  if (texts.some((text) => /^[+-]?0\d/.test(text.trim()))) return undefined
  for (const style of ['plain', 'vi', 'en'] as const) {
    const parsed = texts.map((text) => parseDecimal(text, style))
    if (!parsed.every((value) => typeof value === 'string')) continue
    const whole = parsed.every((value) => typeof value === 'string' && !value.includes('.'))
    return { type: whole ? 'integer' : 'decimal', style }
  }
  return undefined
}

// Other words behind a number may be part of a code: A4, 12B.
const units =
  /^(?:đ|₫|vnđ|vnd|đồng|(?:nghìn|triệu|tỷ|tỉ)(?: đồng)?|usd|eur|\$|€|%|‰|kg|g|tạ|tấn|mm|cm|m|km|m2|m²|m3|m³|ha|km2|km²|ngày|giờ|phút|lượt|người|hồ sơ|°c)$/i

/** The one unit that is written with some of the numbers; without it all must be bare. */
function findUnit(texts: readonly string[]): string | undefined {
  const found = new Set<string>()
  for (const text of texts) {
    const [, before = '', , behind = ''] =
      /^(\D{0,3}?)\s*([+-]?\d[\d.,\s\u00a0]*?)\s*(\D{0,12})$/.exec(text.trim()) ?? []
    if (before !== '' || behind !== '') found.add((before || behind).trim().toLowerCase())
  }
  const [unit] = found
  return found.size === 1 && unit && units.test(unit) ? unit : undefined
}

function guessTexts(texts: readonly string[]): Pick<GuessedColumn, 'type' | 'patterns' | 'style' | 'unit'> {
  if (texts.length === 0) return { type: 'empty', patterns: [] }
  const dates = fittingPatterns(texts, datePatterns)
  if (dates.length > 0) return { type: 'date', patterns: dates }
  const instants = fittingPatterns(texts, instantPatterns)
  if (instants.length > 0) return { type: 'instant', patterns: instants }
  const number = guessNumber(texts)
  if (number) return { ...number, patterns: [] }
  const unit = findUnit(texts)
  const measured = unit && guessNumber(texts.map((text) => withoutUnit(text, unit)))
  if (measured) return { ...measured, unit, patterns: [] }
  if (texts.every((text) => fits(parseBoolean(text, usualBooleanWords)))) return { type: 'boolean', patterns: [] }
  return { type: 'text', patterns: [] }
}

/** Proposes the type of a column from a sample of its values. */
export function guessColumn(name: string, values: readonly unknown[]): GuessedColumn {
  const present = values.filter((value) => value !== null && value !== undefined && value !== '')
  const samples = [...new Set(present.map(showValue))].slice(0, 5)
  const base = { name, nullWords: [], empty: values.length - present.length, samples }
  if (present.some((value) => typeof value === 'object')) return { ...base, type: 'tree', patterns: [] }
  if (present.length > 0 && present.every((value) => typeof value === 'boolean'))
    return { ...base, type: 'boolean', patterns: [] }
  const texts = present.map(String)
  const words = [...new Set(texts.filter((text) => nullCandidates.has(text.trim())))]
  const guessed = guessTexts(texts.filter((text) => !words.includes(text)))
  // In a column of text "NA" may be a name; among numbers and dates it is nothing.
  if (guessed.type === 'text' && words.length > 0) return { ...base, type: 'text', patterns: [] }
  return { ...base, ...guessed, nullWords: words }
}

const showValue = (value: unknown): string =>
  (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 200)

export type Sample = { values: readonly Value[] | { readonly [name: string]: unknown } }

/** Columns of a sample of rows, be they arrays under names or trees with members. */
export function guessColumns(names: readonly string[], rows: readonly Sample[]): GuessedColumn[] {
  const members = new Set(names)
  for (const { values } of rows) if (!Array.isArray(values)) for (const name of Object.keys(values)) members.add(name)
  return [...members].slice(0, 500).map((name, index) => {
    const column = rows.map(({ values }) => (Array.isArray(values) ? values[index] : Reflect.get(values, name)))
    return guessColumn(name, column)
  })
}
