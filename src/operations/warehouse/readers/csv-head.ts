import { CsvScanner } from './csv-scanner.ts'
import { decodeSingleByte, type ResolvedEncoding } from './encoding.ts'

// What the head of a CSV file tells of the rest: which character parts the columns.

const delimiters = [',', ';', '\t', '|'] as const
const judgedRows = 200

/** The text of a file's head, good enough to look at, not to keep. */
export function decodeHead(head: Buffer, encoding: ResolvedEncoding): string {
  if (encoding === 'utf-16le') return head.toString('utf16le')
  if (encoding === 'utf-16be')
    return Buffer.from(head.subarray(0, head.length & ~1))
      .swap16()
      .toString('utf16le')
  if (encoding === 'utf-8') return head.toString('utf8')
  return decodeSingleByte(head, encoding)
}

function countColumns(text: string, delimiter: string, quote: string | null, lineEnd: '\n' | '\r'): number[] {
  const counts: number[] = []
  const scanner = new CsvScanner({ delimiter, quote, lineEnd, rowLength: text.length })
  scanner.scan(text, false, {
    row: (values) => counts.push(values.length),
    fault: () => counts.push(0),
  })
  // A head shorter than one line still has columns.
  if (counts.length === 0) scanner.scan(text, true, { row: (values) => counts.push(values.length), fault: () => {} })
  return counts.slice(0, judgedRows)
}

/** Of several as frequent the one met first: a file may begin with titles of one column. */
function mostFrequent(counts: readonly number[]): number {
  const times = new Map<number, number>()
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1)
  let most = 0
  for (const [count, met] of times) if (met > (times.get(most) ?? 0)) most = count
  return most
}

/** The delimiter under which the most rows agree on their number of columns; a comma when there is but one column. */
export function detectDelimiter(
  head: Buffer,
  encoding: ResolvedEncoding,
  { quote, lineEnd, skippedLines }: { quote: string | null; lineEnd: '\n' | '\r'; skippedLines: number },
): (typeof delimiters)[number] {
  const text = decodeHead(head, encoding).split(lineEnd).slice(skippedLines).join(lineEnd)
  let best: (typeof delimiters)[number] = ','
  let bestScore = 0
  for (const delimiter of delimiters) {
    const counts = countColumns(text, delimiter, quote, lineEnd)
    const columns = mostFrequent(counts)
    if (columns < 2) continue
    const agreeing = counts.filter((count) => count === columns).length / counts.length
    const score = agreeing + Math.min(columns, 100) / 1000
    if (score > bestScore) {
      bestScore = score
      best = delimiter
    }
  }
  return best
}
