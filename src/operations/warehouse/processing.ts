/**
 * From landed bytes to canonical rows. A landing is worked through in batches, each a transaction that also counts the rows it has
 * done: after a crash the work goes on there. Reading and mapping the next batch runs while the database takes this one. Landings of
 * a source are taken one after the other, in the order they came; the row of the landing, locked in each batch, makes sure that two
 * programs never work on the same one.
 */
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, Problem } from '#platform/errors'
import { announce } from '#platform/live'
import { recordsChanged } from './events.ts'
import { contractFor, limitsOf } from './input-format.ts'
import { knowledgeOf } from './knowledge.ts'
import { openLanding } from './landing.ts'
import { type MapFileOptions, type MappedBatch, mapFile } from './map-file.ts'
import { type Merged, type MergeTarget, mergeBatch } from './merge.ts'
import { deleteMetKeys } from './merge-store.ts'
import type { Contract } from './model.ts'
import { readAhead } from './read-ahead.ts'
import { FileFault } from './readers/faults.ts'
import { retractAbsent } from './retract.ts'
import {
  addProgress,
  findContract,
  findLanding,
  isReviewed,
  type Landing,
  lockLanding,
  markDone,
  markProcessing,
  markRefused,
} from './store.ts'

const batchSize = 6_000

export interface ProcessOptions {
  /** Called after each batch: of a long file's first reading, in which nothing is kept yet, and of what is kept. */
  progress?(rows: number, step: 'read' | 'kept'): void
  batchSize?: number
}

/** Works through one landing to its end: done, or refused as a whole. Safe to call again after a crash. */
export async function processLanding(ctx: Context, id: number, options: ProcessOptions = {}): Promise<Landing> {
  const landing = await findLanding(ctx.sql, id)
  if (!landing) throw new Error(`landing ${id} does not exist`)
  if (landing.state === 'done' || landing.state === 'refused') return landing
  const row = await findContract(ctx.sql, landing.source, landing.contractVersion)
  if (!row) throw new Error(`landing ${id} has no contract`)
  await markProcessing(ctx.sql, id, ctx.now)
  const size = options.batchSize ?? batchSize
  const plan: MapFileOptions = {
    contract: contractFor(row.body, landing.format),
    knowledge: await knowledgeOf(ctx),
    fileName: landing.fileName,
    limits: limitsOf(ctx.config.maxFileBytes),
    trusted: isReviewed(row),
    skip: landing.rowsDone,
    size,
  }
  try {
    await workThrough(ctx, landing, plan, options)
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    await refuse(ctx, landing, error)
  }
  const finished = await findLanding(ctx.sql, id)
  if (!finished) throw new Error(`landing ${id} has gone`)
  return finished
}

async function workThrough(ctx: Context, landing: Landing, plan: MapFileOptions, options: ProcessOptions) {
  const target = targetOf(landing, plan.contract)
  const batches = readAhead(mapFile(openLanding(ctx.sql, landing.id), plan))
  let rowsDone = landing.rowsDone
  let checked = landing.rowsDone > 0
  let facts: Record<string, unknown> = {}
  for await (const batch of batches) {
    // What a broken file gave before its break must not stay: longer files are read through once before their first batch is kept.
    if (!checked && batch.records.length >= plan.size) await readThrough(ctx, landing, plan, options)
    checked = true
    facts = { ...facts, ...factsOf(batch) }
    const last = batch.records.length < plan.size
    await ctx.transaction(async (inner) => {
      if (!last) await inner.sql`set local synchronous_commit = off`
      await takeBatch(inner, target, batch, rowsDone)
    })
    rowsDone += batch.rows
    options.progress?.(rowsDone, 'kept')
  }
  await finish(ctx, target, plan.contract, facts)
}

export const targetOf = (landing: Landing, contract: Contract): MergeTarget => ({
  source: landing.source,
  kind: contract.kind,
  contractVersion: landing.contractVersion,
  versioned: contract.versionBy !== undefined,
  full: contract.mode === 'full',
  landingId: landing.id,
  receivedAt: landing.receivedAt,
  replay: false,
})

async function readThrough(ctx: Context, landing: Landing, plan: MapFileOptions, options: ProcessOptions) {
  const { readRecords } = await import('./readers/read-records.ts')
  const { formatOf } = await import('./input-format.ts')
  const batches = readRecords(openLanding(ctx.sql, landing.id), formatOf(plan.contract), plan.limits)
  let rows = 0
  for await (const batch of batches) {
    rows += batch.rows.length
    options.progress?.(rows, 'read')
  }
}

/** Counts and rows of one batch; the landing's row is locked and must stand where this program left it. */
async function takeBatch(ctx: Context, target: MergeTarget, batch: MappedBatch, rowsDone: number): Promise<void> {
  const locked = await lockLanding(ctx.sql, target.landingId)
  if (locked?.state !== 'processing' || locked.rowsDone !== rowsDone) {
    throw conflict('landing.taken', 'Tệp này đang được một tiến trình khác xử lý.', { landing: target.landingId })
  }
  if (batch.records.length === 0) return
  const merged = await mergeBatch(ctx, target, batch.records)
  await addProgress(ctx.sql, target.landingId, { ...countsOf(merged, batch.records.length), rows: batch.rows })
  if (merged.changed) await tellChange(ctx, target.source, target.kind)
}

export const countsOf = (merged: Merged, received: number) => ({
  received,
  applied: merged.applied,
  superseded: merged.superseded,
  duplicate: merged.duplicate,
  quarantined: merged.quarantined,
  duplicateLines: multirange(merged.duplicateLines),
})

export async function tellChange(ctx: Context, source: string, kind: MergeTarget['kind']): Promise<void> {
  await ctx.publish(recordsChanged, { source, kind })
  await announce(ctx.sql, [`source:${source}`])
}

/** Line numbers as a multirange of the database: `{[2,5),[9,10)}`. */
export function multirange(lines: readonly number[]): string {
  const sorted = [...lines].sort((a, b) => a - b)
  const ranges: string[] = []
  for (let at = 0; at < sorted.length; ) {
    const from = sorted[at] ?? 0
    let to = from + 1
    for (at += 1; at < sorted.length && (sorted[at] ?? 0) <= to; at += 1) to = (sorted[at] ?? 0) + 1
    ranges.push(`[${from},${to})`)
  }
  return `{${ranges.join(',')}}`
}

function factsOf(batch: MappedBatch): Record<string, unknown> {
  const facts: Record<string, unknown> = {}
  if (batch.columns.length > 0) facts.columns = batch.columns
  if (batch.log) facts.log = batch.log
  if (batch.notices.length > 0) facts.notices = batch.notices.slice(0, 100)
  return facts
}

async function finish(ctx: Context, target: MergeTarget, contract: Contract, facts: Record<string, unknown>) {
  await ctx.transaction(async (inner) => {
    const landing = await lockLanding(inner.sql, target.landingId)
    if (landing?.state !== 'processing') return
    const retraction = contract.mode === 'full' ? await retractAbsent(inner, target) : { retracted: 0 }
    if (retraction.retracted > 0) await tellChange(inner, target.source, target.kind)
    const noted = 'withheld' in retraction ? { ...facts, retraction: retraction.withheld } : facts
    await markDone(inner.sql, target.landingId, inner.now, { retracted: retraction.retracted, facts: noted })
    await deleteMetKeys(inner.sql, target.landingId)
    const { received, applied, superseded, duplicate, quarantined } = landing
    await appendEntry(inner, {
      action: 'landing.processed',
      subject: `landing:${target.landingId}`,
      body: {
        source: target.source,
        contractVersion: target.contractVersion,
        received,
        applied,
        superseded,
        duplicate,
        quarantined,
        retracted: retraction.retracted,
      },
    })
    await announce(inner.sql, [`source:${target.source}`])
  })
}

async function refuse(ctx: Context, landing: Landing, fault: FileFault): Promise<void> {
  await ctx.transaction(async (inner) => {
    const locked = await lockLanding(inner.sql, landing.id)
    if (locked?.state !== 'processing') return
    if (locked.rowsDone > 0) throw new Problem('landing.half-read', 500, 'Tệp hỏng sau khi đã nhận một phần.', {}, [])
    const facts = fault.facts as Record<string, unknown>
    await markRefused(inner.sql, landing.id, { code: fault.code, message: fault.message, facts }, inner.now)
    await deleteMetKeys(inner.sql, landing.id)
    await appendEntry(inner, {
      action: 'landing.refused',
      subject: `landing:${landing.id}`,
      body: { source: landing.source, code: fault.code },
    })
    await announce(inner.sql, [`source:${landing.source}`])
  })
}
