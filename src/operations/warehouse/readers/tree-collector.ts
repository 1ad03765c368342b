import type { RowFaultCode } from './faults.ts'
import type { EncodingJudge } from './foreign-rows.ts'
import type { FaultyRow, Limits, Notice, Place, TreeBatch, TreeRow } from './format.ts'
import { holdsForeignBytes, showForeignBytes, type TextBlock } from './text-blocks.ts'
import { rawLength } from './text-source.ts'
import { readTree } from './tree.ts'

/** Gathers records that are trees into batches. */
export class TreeCollector {
  readonly rows: TreeRow[] = []
  readonly faults: FaultyRow[] = []
  readonly notices: Notice[] = []
  readonly #limits: Limits
  #batches = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Reads one record from its JSON text. */
  addJson(text: string, place: Place, block: TextBlock, judge: EncodingJudge): void {
    if (block.foreign && holdsForeignBytes(text)) {
      judge.addForeignRow(text)
      this.addFault('row.encoding', { encoding: judge.name }, text, place)
      return
    }
    judge.addRows(1, block.width === 'utf-8' ? 1 : 0)
    const read = readTree(text, this.#limits.depth, block.decomposed)
    if ('tree' in read) this.rows.push({ ...place, values: read.tree })
    else this.addFault(read.code, read.facts, text, place)
  }

  addFault(code: RowFaultCode, facts: FaultyRow['facts'], text: string, place: Place): void {
    this.faults.push({ ...place, raw: showForeignBytes(text.slice(0, rawLength)), code, facts })
  }

  /** Full batches; at the end whatever waits, and at least one batch. */
  *take(atEnd: boolean, bytesRead: number): Generator<TreeBatch> {
    const size = this.#limits.batchRows
    for (;;) {
      const waiting = Math.max(this.rows.length, this.faults.length, this.notices.length)
      if (waiting < (atEnd ? 1 : size) && !(atEnd && this.#batches === 0)) return
      this.#batches++
      yield {
        shape: 'tree',
        columns: [],
        rows: this.rows.splice(0, size),
        faults: this.faults.splice(0, size),
        notices: this.notices.splice(0, size),
        bytesRead,
      }
    }
  }
}
