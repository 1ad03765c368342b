import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loadOrganisations } from '#organisations'
import type { Context } from '#platform/context'
import { keepContract, loadContracts, readContract } from './contracts.ts'
import { type ImportOutcome, importBytes } from './import.ts'
import { knowledgeOf } from './knowledge.ts'
import type { Contract } from './model.ts'
import type { ProcessOptions } from './processing.ts'
import { findCurrentContract } from './store.ts'

// What the tests of this room share: the sample pack, a small contract of their own, files made of text.

export async function loadSamples(ctx: Context): Promise<void> {
  const pack = join(import.meta.dirname, '../../../packs/open-samples')
  await loadOrganisations(ctx, pack)
  await loadContracts(ctx, pack)
}

export interface SentFile {
  name: string
  bytes: Uint8Array | string
}

async function* pieces(bytes: Uint8Array | string, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  for (let from = 0; from < whole.length; from += size) yield whole.subarray(from, from + size)
}

export async function sendFile(
  ctx: Context,
  source: string,
  file: SentFile,
  options: ProcessOptions = {},
): Promise<ImportOutcome> {
  const row = await findCurrentContract(ctx.sql, source)
  if (!row) throw new Error(`there is no source ${source}`)
  const arrival = { source, contractVersion: row.version, channel: 'upload', fileName: file.name } as const
  return importBytes(ctx, { ...arrival, bytes: pieces(file.bytes) }, options)
}

export const gzipped = (text: string): Uint8Array => gzipSync(text)

/** A contract of a made-up source of the sample authority; what a test is about is changed. */
export async function makeSource(
  ctx: Context,
  changes: Partial<Record<keyof Contract, unknown>> = {},
): Promise<Contract> {
  const raw = {
    code: 'test-permits',
    name: 'Hồ sơ thử',
    organisation: 'MAU.CP',
    custodian: 'Người thử',
    basis: { kind: 'internal', title: 'Kiểm thử' },
    cadence: { every: 'once' },
    kind: 'case',
    format: { type: 'csv' },
    mode: 'delta',
    columns: [
      { name: 'id', required: true },
      { name: 'start', type: 'date', patterns: ['dd/MM/yyyy'], required: true },
      { name: 'end', type: 'date', patterns: ['dd/MM/yyyy'] },
      { name: 'fee', type: 'decimal', numbers: 'vi', min: 0 },
    ],
    key: ['id'],
    map: { caseId: { column: 'id' }, startedAt: { column: 'start' }, endedAt: { column: 'end' } },
    ...changes,
  }
  const read = readContract(raw, await knowledgeOf(ctx))
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  await keepContract(ctx, { contract: read.contract, pack: 'test' }, { by: 'test' })
  return read.contract
}

export const filesIn = (folder: string, shape: RegExp): string[] =>
  readdirSync(folder)
    .filter((name) => shape.test(name))
    .sort()
    .map((name) => join(folder, name))

export const nameOf = (path: string): string => basename(path)

/** The four counts of an outcome, in order: applied, superseded, duplicate, quarantined. */
export const counts = ({ received, applied, superseded, duplicate, quarantined }: ImportOutcome): number[] => {
  if (applied + superseded + duplicate + quarantined !== received) throw new Error('the counts do not add up')
  return [applied, superseded, duplicate, quarantined]
}

/** A form with a file, as a browser sends it. */
export function multipart(name: string, content: string | Buffer) {
  const boundary = 'ranh-gioi-thu'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="tep"; filename="${name}"\r\ncontent-type: text/csv\r\n\r\n`
  const payload = Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from(`\r\n--${boundary}--\r\n`)])
  return { payload, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }
}
