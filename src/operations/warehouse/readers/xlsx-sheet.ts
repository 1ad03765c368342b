import { FileFault, type RowFaultCode } from './faults.ts'
import type { FaultyRow, Limits, TableBatch, TableRow, Value, XlsxFormat } from './format.ts'
import { readHeader, tidyName } from './header.ts'
import { columnName, columnOf, type MergedRange, readCellMoment, readNumber } from './xlsx-cells.ts'
import { type CellStyle, convertLegacy, type SharedStrings, StringItem, unescapeText } from './xlsx-parts.ts'
import type { Tag, XmlSink } from './xml.ts'

// One sheet, row by row as it flows: cells by their reference, values by their type and number format, merged ranges
// filled from their first cell.

export type SheetContext = {
  epoch: 1900 | 1904
  strings: SharedStrings
  styles: readonly CellStyle[]
  merges: readonly MergedRange[]
}

type Cell = { column: number; style: number; type: string; value: string; hasValue: boolean; hasFormula: boolean }
type CellFault = { code: RowFaultCode; facts: Record<string, string | number>; column: number }
type Merge = MergedRange & { value: Value }

const rawLength = 20_000

// Escapes such as _x0000_ name characters that no text of the database holds.
const unstorable = /\0|[\ud800-\udfff]/u
const everyUnstorable = /\0|[\ud800-\udfff]/gu

export class SheetReader implements XmlSink {
  readonly #format: XlsxFormat
  readonly #limits: Limits
  readonly #context: SheetContext
  readonly #inline: StringItem
  readonly #merges: Merge[]
  #openMerges: Merge[] = []
  #columns: string[] | undefined
  #watched: Set<number> | undefined
  #rows: TableRow[] = []
  #faults: FaultyRow[] = []
  #batches = 0
  #row = 0
  #cells: Value[] = []
  #cellFaults: CellFault[] = []
  #cell: Cell | undefined
  #nextColumn = 0
  #inValue = false

  constructor(format: XlsxFormat, limits: Limits, context: SheetContext) {
    this.#format = format
    this.#limits = limits
    this.#context = context
    this.#inline = new StringItem(format.legacyFonts)
    this.#merges = context.merges.map((range) => ({ ...range, value: undefined })).sort((a, b) => b.top - a.top)
    if (format.header === 'none' && format.columns) this.#setColumns(format.columns)
  }

  #setColumns(cells: readonly string[]): void {
    if (cells.some((cell) => unstorable.test(cell))) throw new FileFault('header.absent', { line: this.#row })
    const { expect, columns } = this.#format
    const names = readHeader(cells, expect, this.#limits.columns)
    const missing = (columns ?? []).map(tidyName).filter((name) => !names.includes(name))
    if (missing.length > 0) throw new FileFault('column.missing', { names: missing, present: names })
    this.#columns = names
    // A broken formula matters in the columns that the contract reads.
    if (expect) {
      const known = new Set([...expect.required, ...expect.optional].map(tidyName))
      this.#watched = new Set(names.flatMap((name, index) => (known.has(name) ? [index] : [])))
    }
  }

  open(tag: Tag): void {
    const { name, attributes } = tag
    if (name === 'row') this.#openRow(Number(attributes.r ?? this.#row + 1))
    else if (name === 'c') this.#openCell(attributes)
    else if (this.#cell && name === 'v') this.#inValue = true
    else if (this.#cell && name === 'f') this.#cell.hasFormula = true
    else if (this.#cell) this.#inline.open(tag)
  }

  text(text: string): void {
    if (this.#inValue && this.#cell) this.#cell.value += text
    else if (this.#cell) this.#inline.text(text)
  }

  close(name: string): void {
    if (name === 'row') this.#closeRow()
    else if (name === 'c') this.#closeCell()
    else if (name === 'v' && this.#cell) {
      this.#inValue = false
      this.#cell.hasValue = this.#cell.value !== ''
    } else if (this.#cell) this.#inline.close(name)
  }

  #openRow(row: number): void {
    // Rows count upwards; a reference that does not would mix up which line a person is sent to.
    if (!(row > this.#row)) throw new FileFault('workbook.broken', {})
    this.#row = row
    this.#cells = []
    this.#cellFaults = []
    this.#nextColumn = 0
  }

  #openCell(attributes: Readonly<Record<string, string>>): void {
    const column = attributes.r === undefined ? this.#nextColumn : columnOf(attributes.r)
    if (column < 0) throw new FileFault('workbook.broken', {})
    this.#nextColumn = column + 1
    const style = Number(attributes.s ?? 0)
    this.#cell = { column, style, type: attributes.t ?? 'n', value: '', hasValue: false, hasFormula: false }
  }

  #closeCell(): void {
    const cell = this.#cell
    this.#cell = undefined
    if (!cell) return
    const value = this.#valueOf(cell)
    if (value === undefined || value === '') return
    if (cell.column >= this.#limits.columns) throw new FileFault('column.too-many', { limit: this.#limits.columns })
    this.#cells[cell.column] = value
  }

  #valueOf(cell: Cell): Value {
    const name = `${columnName(cell.column)}${this.#row}`
    const font = this.#context.styles[cell.style]?.font ?? ''
    const written = (text: string): string =>
      (this.#format.legacyFonts ? convertLegacy(text, font) : text).normalize('NFC')
    if (cell.type === 'inlineStr') {
      const { text, runs } = this.#inline.take()
      return runs ? text : written(text)
    }
    if (!cell.hasValue) {
      if (cell.hasFormula && cell.type !== 'str') this.#addFault('cell.not-computed', { cell: name }, cell.column)
      return undefined
    }
    switch (cell.type) {
      case 's': {
        const index = Number(cell.value)
        const text = this.#context.strings.texts[index]
        if (text === undefined) throw new FileFault('workbook.broken', {})
        return this.#context.strings.withRuns.has(index) ? text : written(text)
      }
      case 'str':
        return written(unescapeText(cell.value))
      case 'b':
        return cell.value === '1'
      case 'e':
        this.#addFault('cell.error', { cell: name, error: cell.value.slice(0, 20) }, cell.column)
        return cell.value
      case 'd':
        return cell.value
      default:
        if (!Number.isFinite(Number(cell.value))) throw new FileFault('workbook.broken', {})
        return this.#context.styles[cell.style]?.moment
          ? readCellMoment(cell.value, this.#context.epoch)
          : readNumber(cell.value)
    }
  }

  #addFault(code: RowFaultCode, facts: Record<string, string | number>, column: number): void {
    this.#cellFaults.push({ code, facts, column })
  }

  #closeRow(): void {
    const headerRow = this.#format.header === 'none' ? 0 : this.#format.header
    if (this.#row === headerRow) {
      this.#setColumns(Array.from(this.#cells, (cell) => (cell === undefined || cell === null ? '' : String(cell))))
      return
    }
    this.#followMerges()
    if (this.#row < (this.#format.firstRow ?? headerRow + 1) || this.#row > (this.#format.lastRow ?? Infinity)) return
    if (!this.#columns && headerRow > 0) throw new FileFault('header.absent', { line: headerRow })
    const blank = this.#cells.every((cell) => cell === undefined || (typeof cell === 'string' && cell.trim() === ''))
    if (blank && this.#cellFaults.length === 0) return
    this.#fillMerges()
    if (!this.#columns) this.#setColumns(Array.from(this.#cells, () => ''))
    this.#tell(this.#columns ?? [])
  }

  // Ranges that began above or here stay open to their last row and take the value of their first cell.
  #followMerges(): void {
    for (let next = this.#merges.at(-1); next && next.top <= this.#row; next = this.#merges.at(-1)) {
      this.#merges.pop()
      if (next.top === this.#row) this.#openMerges.push({ ...next, value: this.#cells[next.left] })
    }
    this.#openMerges = this.#openMerges.filter((merge) => merge.bottom >= this.#row)
  }

  #fillMerges(): void {
    for (const { left, right, value } of this.#openMerges) {
      if (value === undefined) continue
      for (let column = left; column <= Math.min(right, this.#limits.columns - 1); column++)
        this.#cells[column] ??= value
    }
  }

  #tell(columns: readonly string[]): void {
    const outside = this.#cells.findIndex(
      (cell, index) => index >= columns.length && cell !== undefined && String(cell).trim() !== '',
    )
    if (outside !== -1) {
      this.#addFault('cell.outside', { cell: `${columnName(outside)}${this.#row}`, expected: columns.length }, -1)
    }
    const stray = this.#cells.findIndex((cell) => typeof cell === 'string' && unstorable.test(cell))
    if (stray !== -1) this.#addFault('row.control-character', {}, -1)
    const wrong = this.#cellFaults.find(({ column }) => column === -1 || !this.#watched || this.#watched.has(column))
    if (wrong) {
      const raw = Array.from(this.#cells, (cell) => cell ?? '')
        .join('\t')
        .slice(0, rawLength)
      this.#faults.push({
        line: this.#row,
        raw: raw.replace(everyUnstorable, '\ufffd'),
        code: wrong.code,
        facts: wrong.facts,
      })
      return
    }
    for (const { column } of this.#cellFaults) this.#cells[column] = undefined
    this.#rows.push({ line: this.#row, values: Array.from(columns, (_, index) => this.#cells[index] ?? null) })
  }

  /** Full batches; at the end whatever waits, and at least one batch. */
  *take(atEnd: boolean, bytesRead: number): Generator<TableBatch> {
    const size = this.#limits.batchRows
    for (;;) {
      const waiting = Math.max(this.#rows.length, this.#faults.length)
      if (waiting < (atEnd ? 1 : size) && !(atEnd && this.#batches === 0)) return
      if (!this.#columns)
        throw new FileFault('header.absent', { line: this.#format.header === 'none' ? 1 : this.#format.header })
      this.#batches++
      yield {
        shape: 'table',
        columns: this.#columns,
        rows: this.#rows.splice(0, size),
        faults: this.#faults.splice(0, size),
        notices: [],
        bytesRead,
      }
    }
  }
}
