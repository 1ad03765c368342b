import { createReadStream } from 'node:fs'
import type { Bytes } from './bytes.ts'
import { FileFault } from './faults.ts'
import { type Batch, Format, Limits, type TableRow, type TreeRow, type Value } from './format.ts'
import { readRecords } from './read-records.ts'

// Shared by the tests of the readers.

export async function* bytesOf(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part
}

export type Everything = {
  batches: Batch[]
  columns: readonly string[]
  table: TableRow[]
  trees: TreeRow[]
  faults: Batch['faults']
  notices: Batch['notices']
}

type FormatInput = Parameters<typeof Format.parse>[0]

/** Reads to the end and keeps it all: for small files. */
export async function readAll(bytes: Bytes, format: FormatInput, limits: Partial<Limits> = {}): Promise<Everything> {
  const all: Everything = { batches: [], columns: [], table: [], trees: [], faults: [], notices: [] }
  for await (const batch of readRecords(bytes, Format.parse(format), Limits.parse(limits))) {
    all.batches.push(batch)
    all.columns = batch.columns
    if (batch.shape === 'table') all.table.push(...batch.rows)
    else all.trees.push(...batch.rows)
    all.faults.push(...batch.faults)
    all.notices.push(...batch.notices)
  }
  return all
}

export const valuesOf = (rows: readonly TableRow[]): Value[][] => rows.map((row) => row.values)

/** The file fault that reading ends with. */
export async function faultOf(bytes: Bytes, format: FormatInput, limits: Partial<Limits> = {}): Promise<FileFault> {
  try {
    await readAll(bytes, format, limits)
  } catch (error) {
    if (error instanceof FileFault) return error
    throw error
  }
  throw new Error('the file was read without a fault')
}

export const openFile = (path: string): Bytes => createReadStream(path, { highWaterMark: 64 * 1024 })
