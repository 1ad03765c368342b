import { ValueFault } from './faults.ts'

// Numbers as people and programs write them, kept exact: a decimal comes out as text in one canonical spelling
// ("-1234.5"), because money and percentages do not survive a double.

/**
 * vi: 1.234,56 · en: 1,234.56 · plain: 1234.56 or 1.5E3, never grouped · auto: whichever of vi and en is the only
 * possible reading; 1.234 and 1,234 are then a fault.
 */
export type DecimalStyle = 'vi' | 'en' | 'plain' | 'auto'

const maximumDigits = 60
const plainShape = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/
const simple = /^(?:0|-?[1-9]\d{0,17})$/
const spaces = /[\s\u00a0\u2009\u202f]/g

const groupedShapes = {
  vi: { shape: /^([+-]?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?$/, mark: /\./g },
  en: { shape: /^([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$/, mark: /,/g },
}

/** The exact decimal a text stands for, or the fault that says why none can be read. */
export function parseDecimal(text: string, style: DecimalStyle): string | ValueFault {
  if (simple.test(text)) return text
  const trimmed = text.trim().replace('\u2212', '-')
  if (trimmed.length > maximumDigits * 2) return new ValueFault('value.number-too-large', { text: text.slice(0, 80) })
  if (style === 'plain') return parsePlain(trimmed, text)
  // People group with spaces too; they mean the same under every style.
  const tight = /^[+-]?\d{1,3}(?:[\s\u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?$/.test(trimmed)
    ? trimmed.replace(spaces, '')
    : trimmed
  if (style === 'auto') return parseEither(tight, text)
  const read = readGrouped(tight, style)
  if (read !== undefined) return read
  const other = readGrouped(tight, style === 'vi' ? 'en' : 'vi')
  return other === undefined
    ? new ValueFault('value.decimal', { text })
    : new ValueFault('value.decimal-ambiguous', { text })
}

function parseEither(tight: string, text: string): string | ValueFault {
  const vi = readGrouped(tight, 'vi')
  const en = readGrouped(tight, 'en')
  if (vi !== undefined && en !== undefined && vi !== en) return new ValueFault('value.decimal-ambiguous', { text })
  return vi ?? en ?? new ValueFault('value.decimal', { text })
}

function readGrouped(text: string, style: 'vi' | 'en'): string | undefined {
  const { shape, mark } = groupedShapes[style]
  const match = shape.exec(text)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  const digits = whole.replace(mark, '')
  // "0.123" is no thousand: a grouped number does not begin with zero.
  if (digits.length < whole.length && whole.startsWith('0')) return undefined
  return canonical(sign, digits, fraction)
}

function parsePlain(trimmed: string, text: string): string | ValueFault {
  const match = plainShape.exec(trimmed)
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match ?? []
  if (!match || whole + fraction === '' || trimmed.endsWith('.')) {
    const grouped = readGrouped(trimmed, 'vi') ?? readGrouped(trimmed, 'en')
    return new ValueFault(grouped === undefined ? 'value.decimal' : 'value.decimal-ambiguous', { text })
  }
  const exponent = Number(exponentText)
  if (exponent === 0) return canonical(sign, whole, fraction)
  if (Math.abs(exponent) > maximumDigits) return new ValueFault('value.number-too-large', { text })
  const digits = whole + fraction
  const point = whole.length + exponent
  if (point <= 0) return canonical(sign, '0', '0'.repeat(-point) + digits)
  if (point >= digits.length) return canonical(sign, digits + '0'.repeat(point - digits.length), '')
  return canonical(sign, digits.slice(0, point), digits.slice(point))
}

function canonical(sign: string, whole: string, fraction: string): string {
  const digits = whole.replace(/^0+(?=\d)/, '') || '0'
  const rest = fraction.replace(/0+$/, '')
  const number = rest === '' ? digits : `${digits}.${rest}`
  return sign === '-' && number !== '0' ? `-${number}` : number
}

/** A whole number; 2.0 is one, 2.5 is not. */
export function parseInteger(text: string, style: DecimalStyle = 'plain'): number | ValueFault {
  const decimal = parseDecimal(text, style)
  if (decimal instanceof ValueFault) {
    return decimal.code === 'value.decimal' ? new ValueFault('value.integer', { text }) : decimal
  }
  if (decimal.includes('.')) return new ValueFault('value.integer', { text })
  const integer = Number(decimal)
  return Number.isSafeInteger(integer) ? integer : new ValueFault('value.number-too-large', { text })
}

/** A number's text without the unit written before or behind it, whatever its case. */
export function withoutUnit(text: string, unit: string): string {
  const whole = text.trim()
  const [low, mark] = [whole.toLowerCase(), unit.toLowerCase()]
  if (low.endsWith(mark)) return whole.slice(0, whole.length - unit.length).trimEnd()
  return low.startsWith(mark) ? whole.slice(unit.length).trimStart() : text
}
