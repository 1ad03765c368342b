import { BoundedMapper, runsExpressions } from './bounded.ts'
import { fileStem, formatOf } from './input-format.ts'
import { compileContract, type Mapper } from './mapping/compile.ts'
import { countsRepeats } from './mapping/identity.ts'
import type { Knowledge, MappedRecord } from './mapping/mapped.ts'
import type { Contract } from './model.ts'
import type { Bytes } from './readers/bytes.ts'
import { describeFault } from './readers/faults.ts'
import type { Batch, FaultyRow, Limits, Notice, TableRow, TreeRow, Value, XesLog } from './readers/format.ts'
import { readRecords } from './readers/read-records.ts'

/** Some rows of a file, mapped, in the order of the file. */
export interface MappedBatch {
  /** Input rows behind this batch, which is what a resumed import skips. */
  rows: number
  records: MappedRecord[]
  notices: Notice[]
  columns: readonly string[]
  log: XesLog | undefined
}

export interface MapFileOptions {
  contract: Contract
  knowledge: Knowledge
  fileName: string | null
  limits: Limits
  /** Input rows that were done before. */
  skip?: number
  /** The contract was reviewed with a pack: its expressions run unbounded, in this thread. */
  trusted?: boolean
  /** Records a batch holds at least, save the last. */
  size: number
}

const compiled = new WeakMap<Knowledge, Map<string, Mapper>>()
const mostCompiled = 200

/** Compiled once and kept while the codes it checks against stay the same; one that counts repeats has a memory of its file. */
function mapperFor(contract: Contract, knowledge: Knowledge): Mapper {
  if (countsRepeats(contract)) return compileContract(contract, knowledge)
  const known = compiled.get(knowledge) ?? new Map<string, Mapper>()
  compiled.set(knowledge, known)
  const name = JSON.stringify(contract)
  const mapper = known.get(name) ?? compileContract(contract, knowledge)
  if (known.size >= mostCompiled) known.clear()
  known.set(name, mapper)
  return mapper
}

/** Reads and maps a file, batch by batch. @throws FileFault */
export async function* mapFile(bytes: Bytes, options: MapFileOptions): AsyncGenerator<MappedBatch> {
  const { contract, knowledge } = options
  const inThread = contract.reshape !== undefined || (!options.trusted && runsExpressions(contract))
  const bounded = inThread ? new BoundedMapper(contract, knowledge) : undefined
  const mapper = mapperFor(contract, knowledge)
  const repeats = countsRepeats(contract)
  const file = fileStem(options.fileName)
  let toSkip = options.skip ?? 0
  let open = emptyBatch()
  const limits = { ...options.limits, batchRows: Math.min(options.limits.batchRows, options.size) }
  try {
    for await (const batch of readRecords(bytes, formatOf(contract), limits)) {
      const rows = inFileOrder(batch)
      const skipped = Math.min(toSkip, rows.length)
      toSkip -= skipped
      const left = rows.slice(skipped)
      if (bounded) {
        if (repeats && skipped > 0) await mapBounded({ ...batch, left: rows.slice(0, skipped) }, mapper, bounded, file)
        open.records.push(...(await mapBounded({ ...batch, left }, mapper, bounded, file)))
      } else {
        const map = mapperOf(batch, mapper, file)
        if (repeats) for (let at = 0; at < skipped; at += 1) map(rows[at] as AnyRow)
        for (const row of left) open.records.push(map(row))
      }
      open.rows += left.length
      open.notices.push(...batch.notices)
      open.columns = batch.columns
      if (batch.shape === 'tree' && batch.log) open.log = batch.log
      if (open.records.length < options.size) continue
      yield open
      open = emptyBatch()
    }
    yield open
  } finally {
    await bounded?.close()
  }
}

/** Unreadable lines are told here, the others by the thread. */
async function mapBounded(
  batch: Batch & { left: AnyRow[] },
  mapper: Mapper,
  bounded: BoundedMapper,
  file: string,
): Promise<MappedRecord[]> {
  const faults = batch.left.filter((row): row is FaultyRow => 'code' in row)
  const rows = batch.left.filter((row): row is TableRow | TreeRow => !('code' in row))
  const columns = batch.shape === 'table' ? batch.columns : undefined
  const records = await bounded.map({ file, columns, rows })
  for (const row of faults) records.push(mapper.mapFault(row, describeFault(row.code, row.facts)))
  return faults.length === 0 ? records : records.sort((a, b) => a.line - b.line)
}

const emptyBatch = (): MappedBatch => ({ rows: 0, records: [], notices: [], columns: [], log: undefined })

type AnyRow = TableRow | TreeRow | FaultyRow

/** Rows and unreadable lines of a batch as they stand in the file. */
function inFileOrder(batch: Batch): AnyRow[] {
  if (batch.faults.length === 0) return batch.rows
  return [...batch.rows, ...batch.faults].sort((a, b) => a.line - b.line)
}

function mapperOf(batch: Batch, mapper: Mapper, file: string): (row: AnyRow) => MappedRecord {
  const fault = (row: FaultyRow) => mapper.mapFault(row, describeFault(row.code, row.facts))
  if (batch.shape === 'table') {
    const map = mapper.bindTable(batch.columns, file)
    return (row) => ('code' in row ? fault(row) : map(row as TableRow))
  }
  const map = mapper.bindTree(file)
  return (row) => ('code' in row ? fault(row) : map(row as TreeRow))
}

/** Maps one record by its values, as a person has mended them or as they were set aside; where it lay in a file is no part of it. */
export async function mapOne(
  row: { line: number; values: Record<string, unknown> },
  options: Pick<MapFileOptions, 'contract' | 'knowledge' | 'fileName' | 'trusted'>,
): Promise<MappedRecord> {
  const { contract, knowledge } = options
  const file = fileStem(options.fileName)
  const isTable = ['csv', 'xlsx'].includes(contract.format.type)
  // What a table gave, or a form with its columns: texts, numbers, truths.
  const cells = { line: row.line, values: Object.values(row.values) as Value[] }
  const columns = isTable ? Object.keys(row.values) : undefined
  if (!options.trusted && runsExpressions(contract)) {
    const bounded = new BoundedMapper({ ...contract, reshape: undefined }, knowledge)
    try {
      const [record] = await bounded.map({ file, columns, rows: [columns ? cells : row] })
      if (record) return record
    } finally {
      await bounded.close()
    }
  }
  const mapper = mapperFor(contract, knowledge)
  return columns ? mapper.bindTable(columns, file)(cells) : mapper.bindTree(file)(row)
}
