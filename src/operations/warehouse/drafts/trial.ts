/**
 * What would become of a file's first rows: they are merged for real and the transaction is undone, so that the counts are those of
 * an import, not an estimate of them.
 */
import type { Context } from '#platform/context'
import { limitsOf } from '../input-format.ts'
import { knowledgeOf } from '../knowledge.ts'
import { mapFile } from '../map-file.ts'
import type { MappedRecord } from '../mapping/mapped.ts'
import { type Merged, mergeBatch } from '../merge.ts'
import type { Contract, LandingCounts, RecordFault } from '../model.ts'
import { findSource, insertLanding, saveSource } from '../store.ts'

export const trialRows = 2000

export interface TriedRow {
  line: number
  key: string | null
  faults: readonly RecordFault[]
}

export interface Trial extends LandingCounts {
  /** The file has more rows than were tried. */
  isPart: boolean
  columns: readonly string[]
  /** The first of those that would be set aside. */
  faulty: TriedRow[]
}

const undo = Symbol('undo')
const faultyShown = 20

/** @throws FileFault when the file cannot be read at all. */
export async function tryImport(
  ctx: Context,
  { contract, fileName, bytes }: { contract: Contract; fileName: string; bytes: AsyncIterable<Uint8Array> },
): Promise<Trial> {
  const { records, columns, isPart } = await mapFirst(ctx, { contract, fileName, bytes })
  const merged = await mergeAndUndo(ctx, contract, fileName, records)
  const faulty = records.flatMap((record) =>
    record.sound ? [] : [{ line: record.line, key: record.key, faults: record.faults }],
  )
  const { applied, superseded, duplicate, quarantined } = merged
  return {
    received: records.length,
    applied,
    superseded,
    duplicate,
    quarantined,
    isPart,
    columns,
    faulty: faulty.slice(0, faultyShown),
  }
}

async function mapFirst(
  ctx: Context,
  { contract, fileName, bytes }: { contract: Contract; fileName: string; bytes: AsyncIterable<Uint8Array> },
): Promise<{ records: MappedRecord[]; columns: readonly string[]; isPart: boolean }> {
  const records: MappedRecord[] = []
  let columns: readonly string[] = []
  const limits = limitsOf(ctx.config.maxFileBytes)
  const feed = async function* () {
    for await (const piece of bytes) yield Buffer.from(piece)
  }
  const plan = { contract, knowledge: await knowledgeOf(ctx), fileName, limits, size: trialRows }
  for await (const batch of mapFile(feed(), plan)) {
    records.push(...batch.records)
    columns = batch.columns
    if (records.length >= trialRows) return { records: records.slice(0, trialRows), columns, isPart: true }
  }
  return { records, columns, isPart: false }
}

async function mergeAndUndo(
  ctx: Context,
  contract: Contract,
  fileName: string,
  records: readonly MappedRecord[],
): Promise<Merged> {
  let merged: Merged | undefined
  const tried = ctx.transaction(async (inner) => {
    if (!(await findSource(inner.sql, contract.code))) {
      const { code, organisation, kind } = contract
      await saveSource(inner.sql, { code, pack: 'trial', organisation, kind })
    }
    const landingId = await insertLanding(inner.sql, {
      source: contract.code,
      contractVersion: contract.version,
      channel: 'upload',
      fileName,
      receivedBy: ctx.actor.account ?? '',
      receivedAt: ctx.now,
    })
    const target = {
      source: contract.code,
      kind: contract.kind,
      contractVersion: contract.version,
      versioned: contract.versionBy !== undefined,
      full: contract.mode === 'full',
      landingId,
      receivedAt: ctx.now,
      replay: false,
    }
    merged = await mergeBatch(inner, target, records)
    throw undo
  })
  await tried.catch((error: unknown) => {
    if (error !== undo) throw error
  })
  if (!merged) throw new Error('a trial gave no outcome')
  return merged
}
