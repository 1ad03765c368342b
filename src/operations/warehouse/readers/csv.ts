import type { Bytes } from './bytes.ts'
import { detectDelimiter } from './csv-head.ts'
import { CsvScanner, type RowSink } from './csv-scanner.ts'
import { FileFault, type RowFaultCode } from './faults.ts'
import { EncodingJudge } from './foreign-rows.ts'
import type { CsvFormat, FaultyRow, Limits, TableBatch, TableRow } from './format.ts'
import { readHeader, tidyName } from './header.ts'
import { ByteCursor, holdsForeignBytes, joinBlocks, showForeignBytes, type TextBlock } from './text-blocks.ts'
import { openText, rawLength } from './text-source.ts'

const noText: TextBlock = { text: '', offset: 0, width: 'one', decomposed: false, foreign: false }

/** What one block of text is scanned with: where its bytes lie and what its rows must be tested for. */
type Scene = { block: TextBlock; bytes: ByteCursor; nul: boolean }

class CsvReader implements RowSink {
  readonly rows: TableRow[] = []
  readonly faults: FaultyRow[] = []
  columns: readonly string[] | undefined
  readonly #format: CsvFormat
  readonly #limits: Limits
  readonly #judge: EncodingJudge
  #scene: Scene = sceneOf(noText)

  constructor(format: CsvFormat, limits: Limits, judge: EncodingJudge) {
    this.#format = format
    this.#limits = limits
    this.#judge = judge
    if (format.header === 'none' && format.columns) {
      this.columns = readHeader(format.columns, format.expect, limits.columns)
    }
  }

  show(scene: Scene): void {
    this.#scene = scene
  }

  row(values: string[], start: number, end: number, line: number): void {
    const { block, bytes, nul } = this.#scene
    if (block.foreign || nul) {
      const raw = block.text.slice(start, end)
      if (block.foreign && holdsForeignBytes(raw)) {
        this.#foreignRow(raw, start, end, line)
        return
      }
      if (nul && raw.includes('\0')) {
        this.fault('row.control-character', {}, start, end, line)
        return
      }
    }
    const clean = block.decomposed ? values.map((value) => value.normalize('NFC')) : values
    if (!this.columns) {
      this.columns = this.#readColumns(clean)
      if (this.#format.header !== 'none') return
    }
    if (clean.length !== this.columns.length) {
      this.fault('row.columns', { expected: this.columns.length, found: clean.length }, start, end, line)
      return
    }
    const offset = bytes.byteAt(start)
    this.rows.push({ line, values: clean, offset, length: bytes.byteAt(end) - offset })
  }

  #readColumns(cells: string[]): string[] {
    const { header, columns, expect } = this.#format
    // Without names in the file or the contract, columns are called by their position.
    if (header === 'none')
      return readHeader(
        cells.map(() => ''),
        expect,
        this.#limits.columns,
      )
    const names = readHeader(cells, expect, this.#limits.columns)
    const missing = (columns ?? []).map(tidyName).filter((name) => !names.includes(name))
    if (missing.length > 0) throw new FileFault('column.missing', { names: missing, present: names })
    return names
  }

  #foreignRow(raw: string, start: number, end: number, line: number): void {
    if (!this.columns) throw this.#judge.fault(raw)
    this.#judge.addForeignRow(raw)
    this.fault('row.encoding', { encoding: this.#judge.name }, start, end, line)
  }

  fault(code: RowFaultCode, facts: FaultyRow['facts'], start: number, end: number, line: number): void {
    if (!this.columns) throw new FileFault('header.absent', { line })
    const { block, bytes } = this.#scene
    const raw = showForeignBytes(block.text.slice(start, Math.min(end, start + rawLength)))
    const offset = bytes.byteAt(start)
    this.faults.push({ line, raw, code, facts, offset, length: bytes.byteAt(end) - offset })
  }

  /** A full batch, or at the end whatever waits; undefined when there is none. */
  take(atEnd: boolean, bytesRead: number): TableBatch | undefined {
    const size = this.#limits.batchRows
    const waiting = Math.max(this.rows.length, this.faults.length)
    if (waiting < (atEnd ? 1 : size)) return undefined
    return { ...this.empty(bytesRead), rows: this.rows.splice(0, size), faults: this.faults.splice(0, size) }
  }

  empty(bytesRead: number): TableBatch {
    return { shape: 'table', columns: this.columns ?? [], rows: [], faults: [], notices: [], bytesRead }
  }
}

/** Streams the rows of a CSV file; the first batch comes even when the table is empty, so that its columns are known. */
export async function* readCsv(input: Bytes, format: CsvFormat, limits: Limits): AsyncGenerator<TableBatch> {
  const { head, encoding, lineEnd, blocks } = await openText(input, format, limits)
  const skippedLines = format.skipLines + (format.header === 'none' ? 0 : format.header - 1)
  const { quote } = format
  const delimiter =
    format.delimiter === 'auto' ? detectDelimiter(head, encoding, { quote, lineEnd, skippedLines }) : format.delimiter
  const judge = new EncodingJudge(format.encoding, encoding)
  const reader = new CsvReader(format, limits, judge)
  const scanner = new CsvScanner({ delimiter, quote, lineEnd, rowLength: limits.rowBytes })
  let toSkip = skippedLines
  let left: TextBlock = noText
  let batches = 0
  for await (const block of withEnd(blocks)) {
    const atEnd = block === undefined
    let joined = block ? joinBlocks(left, block) : left
    if (toSkip > 0) {
      const skipped = skipLines(joined.text, lineEnd, toSkip)
      toSkip -= skipped.lines
      scanner.line += skipped.lines
      joined = restOf(joined, toSkip > 0 ? joined.text.length : skipped.at, sceneOf(joined).bytes)
    }
    const scene = sceneOf(joined)
    reader.show(scene)
    const before = reader.rows.length
    const read = scanner.scan(joined.text, atEnd, reader)
    const added = reader.rows.length - before
    judge.addRows(added, joined.width === 'utf-8' ? added : 0)
    judge.judge(atEnd)
    left = restOf(joined, read, scene.bytes)
    for (let batch = reader.take(atEnd, left.offset); batch; batch = reader.take(atEnd, left.offset)) {
      batches++
      yield batch
    }
  }
  if (!reader.columns) throw new FileFault('header.absent', { line: skippedLines + 1 })
  if (batches === 0) yield reader.empty(left.offset)
}

async function* withEnd(blocks: AsyncIterable<TextBlock>): AsyncGenerator<TextBlock | undefined> {
  yield* blocks
  yield undefined
}

function sceneOf(block: TextBlock): Scene {
  return { block, bytes: new ByteCursor(block.text, block.width, block.offset), nul: block.text.includes('\0') }
}

// What of a block lies behind a position.
function restOf(block: TextBlock, position: number, bytes: ByteCursor): TextBlock {
  return position === 0 ? block : { ...block, text: block.text.slice(position), offset: bytes.byteAt(position) }
}

// Position behind the first lines of a text and how many of them there were.
function skipLines(text: string, lineEnd: string, count: number): { at: number; lines: number } {
  let at = 0
  let lines = 0
  while (lines < count) {
    const end = text.indexOf(lineEnd, at)
    if (end === -1) break
    at = end + 1
    lines++
  }
  return { at, lines }
}
