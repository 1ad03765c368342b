import type { Bytes } from './bytes.ts'
import { decodeHead } from './csv-head.ts'
import { FileFault } from './faults.ts'
import { EncodingJudge } from './foreign-rows.ts'
import type { JsonLinesFormat, Limits, TreeBatch } from './format.ts'
import { ByteCursor, joinBlocks, type TextBlock } from './text-blocks.ts'
import { openText } from './text-source.ts'
import { TreeCollector } from './tree-collector.ts'

const blank = /^\s*$/

// A whole JSON document spread over lines would make every line faulty; one word for the file says more.
function requireLines(head: string): void {
  const [first = ''] = head.trimStart().split(/[\r\n]/, 1)
  const document = first.startsWith('[') || first.trim() === '{'
  if (document) throw new FileFault('file.wrong-type', { declared: 'JSON Lines', found: 'JSON' })
}

/** Streams the records of a file that holds one JSON object a line; blank lines are passed over. */
export async function* readJsonLines(input: Bytes, format: JsonLinesFormat, limits: Limits): AsyncGenerator<TreeBatch> {
  const { head, encoding, lineEnd, blocks } = await openText(input, format, limits)
  requireLines(decodeHead(head, encoding))
  const judge = new EncodingJudge(format.encoding, encoding)
  const collector = new TreeCollector(limits)
  let line = 1
  let left: TextBlock | undefined
  let skipping = false
  let bytesRead = 0

  const readLines = (block: TextBlock, atEnd: boolean): void => {
    const bytes = new ByteCursor(block.text, block.width, block.offset)
    let at = 0
    while (at < block.text.length) {
      const found = block.text.indexOf(lineEnd, at)
      const whole = found !== -1 || atEnd
      const end = found === -1 ? block.text.length : found
      if (!whole && !skipping && end - at <= limits.rowBytes) break
      const offset = bytes.byteAt(at)
      const text = block.text.slice(at, end)
      const place = { line, offset, length: bytes.byteAt(end) - offset }
      const tooLong = text.length > limits.rowBytes
      if (!skipping && tooLong) collector.addFault('row.too-long', { limit: limits.rowBytes }, text, place)
      else if (!skipping && !blank.test(text)) collector.addJson(text, place, block, judge)
      skipping = !whole
      if (whole) line++
      at = end + 1
    }
    const rest = Math.min(at, block.text.length)
    bytesRead = bytes.byteAt(rest)
    left = { ...block, text: block.text.slice(rest), offset: bytesRead }
  }

  for await (const block of blocks) {
    readLines(joinBlocks(left, block), false)
    judge.judge(false)
    yield* collector.take(false, bytesRead)
  }
  if (left) readLines(left, true)
  judge.judge(true)
  yield* collector.take(true, bytesRead)
}
