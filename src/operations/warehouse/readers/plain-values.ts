import { type DecimalStyle, parseDecimal } from './decimal.ts'
import { ValueFault } from './faults.ts'

// Yes and no, nothing, and places.

export type BooleanWords = { yes: readonly string[]; no: readonly string[] }

export const usualBooleanWords: BooleanWords = {
  yes: ['true', 't', '1', 'có', 'đúng', 'yes', 'y'],
  no: ['false', 'f', '0', 'không', 'sai', 'no', 'n'],
}

const tidyWord = (text: string): string => text.normalize('NFC').trim().toLowerCase()

/** Yes or no by the words of the contract, whatever their case. */
export function parseBoolean(text: string, words: BooleanWords = usualBooleanWords): boolean | ValueFault {
  const word = tidyWord(text)
  if (words.yes.some((yes) => tidyWord(yes) === word)) return true
  if (words.no.some((no) => tidyWord(no) === word)) return false
  return new ValueFault('value.boolean', { text })
}

/** Tells the words that stand for nothing in a source ('NA', '-', 'NULL' …); an empty or blank text always does. */
export function nullWordTest(words: readonly string[]): (text: string) => boolean {
  const known = new Set(words.map((word) => word.normalize('NFC').trim()))
  return (text) =>
    text === '' || known.has(text) || (blankAround(text) && (text.trim() === '' || known.has(text.trim())))
}

const blankAround = (text: string): boolean => /^\s|\s$/.test(text)

function parseDegrees(text: string, limit: number, style: DecimalStyle): number | undefined {
  const decimal = parseDecimal(text, style)
  if (decimal instanceof ValueFault) return undefined
  const degrees = Number(decimal)
  return Math.abs(degrees) <= limit ? degrees : undefined
}

export function parseLatitude(text: string, style: DecimalStyle = 'plain'): number | ValueFault {
  return parseDegrees(text, 90, style) ?? new ValueFault('value.latitude', { text })
}

export function parseLongitude(text: string, style: DecimalStyle = 'plain'): number | ValueFault {
  return parseDegrees(text, 180, style) ?? new ValueFault('value.longitude', { text })
}
