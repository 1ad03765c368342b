import type { RowFaultCode } from './faults.ts'

// RFC 4180 over text, strict: a quote may only open and close a whole field and is doubled inside. Written by hand
// because csv-parse reads 0.15 million rows of 15 columns a second where this reads over 0.6 million (bench/readers.ts
// prints both), and because it stops at the first broken quote, where we set the line aside and go on with the next.
// csv-scanner.test.ts holds the two to the same answer on random input.
//
// Lines without a quote, nearly all, are cut by the engine's own split; only the others are walked field by field.

export type ScanOptions = {
  delimiter: string
  quote: string | null
  lineEnd: '\n' | '\r'
  /** A row longer than this, in characters, is faulty. */
  rowLength: number
}

export type RowSink = {
  /** `end` is the position after the last character, line end left out. */
  row(values: string[], start: number, end: number, line: number): void
  fault(code: RowFaultCode, facts: Record<string, number>, start: number, end: number, line: number): void
}

type QuotedRow = { values: string[]; end: number; next: number; lines: number }
type Broken = { code: 'row.quote-misplaced' | 'row.quote-unclosed'; column: number }

const carriageReturn = 13
// The end of the row has not come yet, or never will.
const unfinished: Broken = { code: 'row.quote-unclosed', column: 0 }

export class CsvScanner {
  /** Physical line at which the next row begins, 1-based. */
  line = 1
  readonly #options: ScanOptions
  readonly #quoteCode: number
  readonly #delimiterCode: number
  /** Inside a line that was too long: everything up to its end belongs to the fault already told. */
  #skipping = false

  constructor(options: ScanOptions) {
    this.#options = options
    this.#quoteCode = options.quote === null ? -1 : options.quote.charCodeAt(0)
    this.#delimiterCode = options.delimiter.charCodeAt(0)
  }

  /** Tells the rows of `text`; returns how far it came. What remains is to be given again with more after it. */
  scan(text: string, final: boolean, sink: RowSink): number {
    const { delimiter, quote, lineEnd, rowLength } = this.#options
    let at = this.#skipping ? this.#skipLine(text) : 0
    let quoteAt = quote === null ? -1 : text.indexOf(quote)
    while (at < text.length) {
      const lineEndAt = text.indexOf(lineEnd, at)
      if (lineEndAt === -1 && !final) {
        if (text.length - at <= rowLength) return at
        sink.fault('row.too-long', { limit: rowLength }, at, text.length, this.line)
        this.#skipping = true
        return text.length
      }
      if (quoteAt !== -1 && quoteAt < at) quoteAt = text.indexOf(quote ?? '', at)
      const end = lineEndAt === -1 ? text.length : lineEndAt
      if (quoteAt === -1 || quoteAt >= end) {
        this.#tellPlainLine(text, at, end, sink, delimiter)
        at = end + 1
        continue
      }
      const next = this.#tellQuotedRow(text, at, final, sink)
      if (next === undefined) return at
      at = next
    }
    return text.length
  }

  #skipLine(text: string): number {
    const end = text.indexOf(this.#options.lineEnd)
    if (end === -1) return text.length
    this.#skipping = false
    this.line++
    return end + 1
  }

  #tellPlainLine(text: string, at: number, lineEndAt: number, sink: RowSink, delimiter: string): void {
    const end = this.#trimLineEnd(text, at, lineEndAt)
    if (end - at > this.#options.rowLength) {
      sink.fault('row.too-long', { limit: this.#options.rowLength }, at, end, this.line)
    } else if (end > at) {
      sink.row(text.slice(at, end).split(delimiter), at, end, this.line)
    }
    this.line++
  }

  #trimLineEnd(text: string, at: number, lineEndAt: number): number {
    const windows = lineEndAt < text.length && lineEndAt > at && text.charCodeAt(lineEndAt - 1) === carriageReturn
    return windows && this.#options.lineEnd === '\n' ? lineEndAt - 1 : lineEndAt
  }

  // Position after the row, or undefined when its end has not come yet.
  #tellQuotedRow(text: string, at: number, final: boolean, sink: RowSink): number | undefined {
    const { rowLength, lineEnd } = this.#options
    const found = this.#readQuotedRow(text, at, final)
    if ('values' in found) {
      if (found.end - at > rowLength) sink.fault('row.too-long', { limit: rowLength }, at, found.end, this.line)
      else sink.row(found.values, at, found.end, this.line)
      this.line += found.lines
      return found.next
    }
    if (found.code === 'row.quote-unclosed' && !final && text.length - at <= rowLength) return undefined
    // Only the line on which the row began is set aside; the following ones are read afresh.
    const lineEndAt = text.indexOf(lineEnd, at)
    const stop = lineEndAt === -1 ? text.length : lineEndAt
    const facts: { column?: number } = found.code === 'row.quote-misplaced' ? { column: found.column } : {}
    sink.fault(found.code, { ...facts }, at, this.#trimLineEnd(text, at, stop), this.line)
    this.line++
    return stop + 1
  }

  #readQuotedRow(text: string, start: number, final: boolean): QuotedRow | Broken {
    const { delimiter, lineEnd } = this.#options
    const quote = this.#options.quote ?? ''
    const values: string[] = []
    let lines = 1
    let at = start
    let lineEndAt = text.indexOf(lineEnd, at)
    if (lineEndAt === -1) lineEndAt = text.length
    const finish = (end: number): QuotedRow => ({ values, end, next: lineEndAt + 1, lines })
    const broken = (): Broken => ({
      // A quote out of place on a later line means that the one before it was never closed.
      code: lines > 1 ? 'row.quote-unclosed' : 'row.quote-misplaced',
      column: values.length + 1,
    })
    for (;;) {
      if (text.charCodeAt(at) === this.#quoteCode) {
        const field = this.#readQuotedField(text, at + 1)
        if (!field) return unfinished
        at = field.end
        while (lineEndAt < at) {
          lines++
          const following = text.indexOf(lineEnd, lineEndAt + 1)
          lineEndAt = following === -1 ? text.length : following
        }
        if (text.charCodeAt(at) === this.#delimiterCode) {
          values.push(field.value)
          at++
          continue
        }
        if (lineEndAt === text.length && !final) return unfinished
        const end = this.#trimLineEnd(text, start, lineEndAt)
        if (at !== end) return broken()
        values.push(field.value)
        return finish(end)
      }
      const delimiterAt = text.indexOf(delimiter, at)
      const last = delimiterAt === -1 || delimiterAt >= lineEndAt
      if (last && lineEndAt === text.length && !final) return unfinished
      const end = last ? this.#trimLineEnd(text, at, lineEndAt) : delimiterAt
      const value = text.slice(at, end)
      if (value.includes(quote)) return broken()
      values.push(value)
      if (last) return finish(end)
      at = delimiterAt + 1
    }
  }

  // The value after an opening quote and the position behind the closing one.
  #readQuotedField(text: string, from: number): { value: string; end: number } | undefined {
    const quote = this.#options.quote ?? ''
    let value = ''
    let at = from
    for (;;) {
      const quoteAt = text.indexOf(quote, at)
      if (quoteAt === -1) return undefined
      if (text.charCodeAt(quoteAt + 1) !== this.#quoteCode) {
        return { value: value + text.slice(at, quoteAt), end: quoteAt + 1 }
      }
      value += text.slice(at, quoteAt + 1)
      at = quoteAt + 2
    }
  }
}
