/**
 * Contracts made on a page run their expressions in a thread with a bound on time and memory. A batch that does not come back in time
 * is asked again row by row: the rows that take too long are set aside with words that name the expression as the cause, and after a
 * few of those no more are tried.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { compileContract, type Mapper } from './mapping/compile.ts'
import { sha256Hex } from './mapping/identity.ts'
import type { Knowledge, MappedRecord } from './mapping/mapped.ts'
import type { Answered, Asked, Crossing, WorkerBench } from './mapping/worker.ts'
import type { Contract } from './model.ts'
import type { TableRow, TreeRow } from './readers/format.ts'

export const slowRule = 'expression.too-slow'

const startMs = 20_000
const endMs = 3000
const batchMs = 5000
const perRowMs = 2
const rowMs = 1000
const mostSlow = 5
const memory = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 2 }

// A thread does not take over the loader of TypeScript from the program, so it begins with a line that brings it in.
const loader = import.meta.resolve('tsx/esm/api')
const entry = new URL('./mapping/worker.ts', import.meta.url).href
const boot = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry)}) })`

type AnyRow = TableRow | TreeRow

/** True when mapping by this contract runs what a person wrote: expressions, patterns, reshaping. */
export function runsExpressions(contract: Contract): boolean {
  const { map, key, checks, columns, reshape } = contract
  return (
    reshape !== undefined ||
    checks.length > 0 ||
    key.some((part) => typeof part !== 'string') ||
    Object.values(map).some((source) => 'cel' in source) ||
    columns.some((column) => column.matches !== undefined)
  )
}

export interface BoundedRows {
  file: string
  columns?: readonly string[]
  rows: readonly AnyRow[]
}

export class BoundedMapper {
  readonly #bench: WorkerBench
  readonly #mapper: Mapper
  #worker: Worker | undefined
  #next = 0
  #slow = 0

  constructor(contract: Contract, knowledge: Knowledge) {
    this.#bench = { contract, knowledge }
    this.#mapper = compileContract(contract, knowledge)
  }

  async map(asked: BoundedRows): Promise<MappedRecord[]> {
    if (asked.rows.length === 0) return []
    if (this.#slow < mostSlow) {
      const whole = await this.#ask(asked, batchMs + perRowMs * asked.rows.length)
      if (whole) return whole.flat()
    }
    const records: MappedRecord[] = []
    for (const row of asked.rows) {
      const one = this.#slow < mostSlow ? await this.#ask({ ...asked, rows: [row] }, rowMs) : undefined
      if (!one) {
        this.#slow += 1
        records.push(this.#setAside(row, asked))
      } else records.push(...one.flat())
    }
    return records
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    if (!worker) return
    // A thread that ran out of memory as it was ended may never tell that it is over: it holds nobody up.
    worker.unref()
    await Promise.race([worker.terminate(), sleep(endMs, undefined, { ref: false })])
  }

  #setAside(row: AnyRow, { columns }: BoundedRows): MappedRecord {
    const message =
      'Biểu thức của hợp đồng chạy quá lâu với dòng này. Hãy sửa biểu thức rồi nhập lại các dòng đã để riêng.'
    const values = columns
      ? Object.fromEntries(columns.map((name, at) => [name, (row as TableRow).values[at] ?? null]))
      : row.values
    const payload = JSON.stringify(values)
    const fault = this.#mapper.mapFault({ ...row, raw: payload, code: 'row.json', facts: {} }, message)
    const faults = [{ field: '', value: '', rule: slowRule, message }]
    return {
      ...fault,
      sound: false,
      sha: sha256Hex(`\u0001${payload}`),
      raw: null,
      key: null,
      payload: () => payload,
      faults,
    }
  }

  /** The records of each row, or nothing when the thread had to be ended. */
  async #ask(asked: BoundedRows, limitMs: number): Promise<MappedRecord[][] | undefined> {
    const worker = await this.#start()
    const id = this.#next++
    const message: Asked = { id, ...asked }
    const records = await new Promise<Crossing[][] | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), limitMs)
      worker.once('message', (answered: Answered) => {
        clearTimeout(timer)
        resolve(answered.records)
      })
      worker.once('error', () => {
        clearTimeout(timer)
        resolve(undefined)
      })
      worker.postMessage(message)
    })
    worker.removeAllListeners()
    if (records) return records.map((ofRow) => ofRow.map(revive))
    await this.close()
    return undefined
  }

  async #start(): Promise<Worker> {
    if (this.#worker) return this.#worker
    const worker = new Worker(boot, { eval: true, workerData: this.#bench, resourceLimits: memory })
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the mapping thread did not start')), startMs)
      worker.once('online', () => {
        clearTimeout(timer)
        resolve()
      })
      worker.once('error', reject)
    })
    worker.removeAllListeners()
    // Starting takes longer than a row may: the first answer tells that the thread has compiled its contract.
    this.#worker = worker
    await this.#ask({ file: '', columns: [], rows: [] }, startMs)
    return worker
  }
}

const revive = (record: Crossing): MappedRecord => {
  const { payload } = record
  // The rest of the record crossed as it was.
  return { ...record, payload: () => payload } as MappedRecord
}
