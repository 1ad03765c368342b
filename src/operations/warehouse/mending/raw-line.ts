/** A line that could not be read, as a person has mended it: read again by itself, under the columns of its file. */
import type { Sql } from '#platform/sql'
import { contractFor, formatOf } from '../input-format.ts'
import type { Contract, RecordFault } from '../model.ts'
import { describeFault, FileFault } from '../readers/faults.ts'
import { type Batch, Format } from '../readers/format.ts'
import { readRecords } from '../readers/read-records.ts'
import { readTree } from '../readers/tree.ts'
import { findLanding } from '../store.ts'

export type ReadLine = { values: Record<string, unknown> } | { fault: RecordFault }

const mostDepth = 64

export async function readMendedLine(sql: Sql, landingId: number, text: string, written: Contract): Promise<ReadLine> {
  const landing = await findLanding(sql, landingId)
  const contract = contractFor(written, landing?.format ?? null)
  const { type } = contract.format
  // An event of a log is shown as the object it was read to.
  if (type !== 'csv' && type !== 'xlsx') return readObject(text)
  const columns = columnsOf(landing?.facts ?? {}) ?? contract.columns.map(({ name }) => name)
  let told: ReadLine | undefined
  for (const delimiter of delimitersOf(contract, text)) {
    const read = await readRow(text, { columns, delimiter })
    if ('values' in read) return read
    told ??= read
  }
  return told ?? { fault: faultOf(text, 'row.json', {}) }
}

/** The row of a sheet is shown with tabs between its cells. What a file of unknown delimiter uses is told by its number of columns. */
function delimitersOf(contract: Contract, text: string): readonly string[] {
  const format = formatOf(contract)
  if (format.kind === 'xlsx') return ['\t']
  if (format.kind === 'csv' && format.delimiter !== 'auto') return [format.delimiter]
  const met = (delimiter: string) => text.split(delimiter).length
  return [',', ';', '\t', '|'].toSorted((a, b) => met(b) - met(a))
}

/** Names of the columns as the file had them. */
function columnsOf({ columns }: Record<string, unknown>): string[] | undefined {
  return Array.isArray(columns) && columns.length > 0 && columns.every((name) => typeof name === 'string')
    ? columns
    : undefined
}

async function readRow(text: string, plan: { columns: string[]; delimiter: string }): Promise<ReadLine> {
  // A browser sends UTF-8, whatever the file was written in.
  const format = Format.parse({ kind: 'csv', encoding: 'utf-8', header: 'none', ...plan })
  const feed = async function* () {
    yield Buffer.from(`${text}\n`)
  }
  const batches: Batch[] = []
  try {
    for await (const batch of readRecords(feed(), format)) batches.push(batch)
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    return { fault: { field: '', value: text.slice(0, 200), rule: error.code, message: error.message } }
  }
  const broken = batches.flatMap(({ faults }) => faults)[0]
  if (broken) return { fault: faultOf(text, broken.code, broken.facts) }
  const rows = batches.flatMap((batch) => (batch.shape === 'table' ? batch.rows : []))
  const [row] = rows
  if (!row || rows.length > 1)
    return {
      fault: faultOf(text, 'row.columns', { expected: plan.columns.length, found: row ? row.values.length : 0 }),
    }
  return { values: Object.fromEntries(plan.columns.map((name, at) => [name, row.values[at] ?? null])) }
}

function readObject(text: string): ReadLine {
  const read = readTree(text, mostDepth, true)
  return 'tree' in read ? { values: read.tree } : { fault: faultOf(text, read.code, read.facts) }
}

const faultOf = (text: string, rule: Parameters<typeof describeFault>[0], facts: object): RecordFault => ({
  field: '',
  value: text.slice(0, 200),
  rule,
  message: describeFault(rule, facts),
})
