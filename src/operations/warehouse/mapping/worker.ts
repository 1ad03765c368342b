/**
 * The mapping of contracts that nobody reviewed, in a thread of its own that can be ended: a run-away expression stops this thread and
 * not the program. Rows come in batches, mapped records go back with their payload as text.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Contract } from '../model.ts'
import type { TableRow, TreeRow } from '../readers/format.ts'
import { compileContract } from './compile.ts'
import type { Knowledge, MappedRecord } from './mapped.ts'
import { compileReshape } from './reshape.ts'

/** What the thread is made with. */
export interface WorkerBench {
  contract: Contract
  knowledge: Knowledge
}

export interface Asked {
  id: number
  file: string
  /** Names of the columns of a table; absent: the rows are trees. */
  columns?: readonly string[]
  rows: readonly (TableRow | TreeRow)[]
}

/** A mapped record as it crosses from thread to thread. */
export type Crossing = Omit<MappedRecord, 'payload'> & { payload: string }

/** One list of records for each row asked: a document that is reshaped may give none or many. */
export interface Answered {
  id: number
  records: Crossing[][]
}

const { contract, knowledge } = workerData as WorkerBench
const mapper = compileContract(contract, knowledge)
const reshape = contract.reshape === undefined ? undefined : compileReshape(contract.reshape)

const cross = (record: MappedRecord): Crossing => ({ ...record, payload: record.payload() })

async function answer({ id, file, columns, rows }: Asked): Promise<Answered> {
  if (columns && !reshape) {
    const map = mapper.bindTable(columns, file)
    return { id, records: rows.map((row) => [cross(map(row as TableRow))]) }
  }
  const map = mapper.bindTree(file)
  const records: Crossing[][] = []
  for (const row of rows) {
    const tree = columns ? asTree(columns, row as TableRow) : (row as TreeRow)
    const shaped = reshape ? await reshape(tree.values) : [tree.values]
    if (shaped instanceof Error) {
      const message = `Không sắp lại được tài liệu này (${shaped.message.slice(0, 200)}). Hãy kiểm tra cấu trúc của tài liệu.`
      const fault = mapper.mapFault({ ...tree, raw: JSON.stringify(tree.values), code: 'row.json', facts: {} }, message)
      records.push([cross(fault)])
    } else records.push(shaped.map((values) => cross(map({ ...tree, values, offset: undefined, length: undefined }))))
  }
  return { id, records }
}

const asTree = (columns: readonly string[], row: TableRow): TreeRow => ({
  ...row,
  values: Object.fromEntries(columns.map((name, at) => [name, row.values[at]])),
})

parentPort?.on('message', (asked: Asked) => {
  void answer(asked).then((answered) => parentPort?.postMessage(answered))
})
