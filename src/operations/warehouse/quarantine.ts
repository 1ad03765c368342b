import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import { knowledgeOf } from './knowledge.ts'
import { mapOne } from './map-file.ts'
import { mergeBatch } from './merge.ts'
import type { RecordFault } from './model.ts'
import { targetOf, tellChange } from './processing.ts'
import {
  findQuarantine,
  lockQuarantine,
  moveCount,
  type QuarantineRow,
  setQuarantineFaults,
  setQuarantineState,
} from './quarantine-store.ts'
import { withSourceLock } from './source-lock.ts'
import { findCurrentContract, findLanding, findSource, isReviewed } from './store.ts'

export const handlePermission = 'quarantine:handle'

/** How a record that was set aside went through, or why it still does not. */
export type ReplayOutcome =
  | { outcome: 'applied' | 'superseded' | 'duplicate' }
  | { outcome: 'quarantined'; faults: readonly RecordFault[] }

const closed = () => conflict('quarantine.closed', 'Bản ghi này đã được xử lý trước đó.')

/** Maps the record again with these values instead of its own, and takes it in when it passes. @throws Problem 404, 409 */
export async function mendRecord(ctx: Context, id: number, values: Record<string, unknown>): Promise<ReplayOutcome> {
  return retake(ctx, id, values)
}

/** Maps the record again as it came: after its contract or a code list has changed, or because a person says that it stands. */
export async function replayRecord(ctx: Context, id: number): Promise<ReplayOutcome> {
  return retake(ctx, id, undefined)
}

async function retake(ctx: Context, id: number, values: Record<string, unknown> | undefined): Promise<ReplayOutcome> {
  const known = await requireRow(ctx, id)
  return withSourceLock(ctx, known.source, () =>
    ctx.transaction(async (inner) => {
      const row = await lockQuarantine(inner.sql, id)
      if (!row || !['open', 'returned'].includes(row.state)) throw closed()
      return takeRow(inner, row, values)
    }),
  )
}

/** The work of a replay, in the caller's transaction. */
export async function takeRow(
  ctx: Context,
  row: QuarantineRow,
  values: Record<string, unknown> | undefined,
): Promise<ReplayOutcome> {
  if (row.raw !== null && values === undefined) {
    return { outcome: 'quarantined', faults: row.faults }
  }
  const landing = await findLanding(ctx.sql, row.landingId)
  const current = await findCurrentContract(ctx.sql, row.source)
  if (!landing || !current) throw notFound('landing', String(row.landingId))
  const contract = { ...current.body, version: current.version }
  const record = await mapOne(
    { line: row.line, values: values ?? row.payload },
    { contract, knowledge: await knowledgeOf(ctx), fileName: landing.fileName, trusted: isReviewed(current) },
  )
  if (!record.sound) {
    if (values === undefined) await setQuarantineFaults(ctx.sql, row.id, record.faults)
    return { outcome: 'quarantined', faults: record.faults }
  }
  const target = { ...targetOf(landing, contract), contractVersion: contract.version, replay: true }
  const merged = await mergeBatch(ctx, target, [record])
  await moveCount(ctx.sql, landing.id, merged)
  await setQuarantineState(ctx.sql, row.id, { state: 'replayed', ...by(ctx), reason: null, mended: values })
  await note(ctx, row, values === undefined ? 'quarantine.replayed' : 'quarantine.mended', {
    ...(values ? { values: JSON.stringify(values) } : {}),
  })
  if (merged.changed) await tellChange(ctx, row.source, contract.kind)
  return { outcome: merged.applied ? 'applied' : merged.superseded ? 'superseded' : 'duplicate' }
}

/** Hands the record back to the custodian with a word of what is to be done. */
export const returnRecord = (ctx: Context, id: number, reason: string): Promise<void> =>
  close(ctx, id, { state: 'returned', reason })

/** Sets the record aside for good, with the reason. */
export const dismissRecord = (ctx: Context, id: number, reason: string): Promise<void> =>
  close(ctx, id, { state: 'dismissed', reason })

async function close(
  ctx: Context,
  id: number,
  { state, reason }: { state: 'returned' | 'dismissed'; reason: string },
): Promise<void> {
  if (reason.trim() === '') throw invalid('Xin nêu lý do.', [{ path: 'reason', message: 'Xin nêu lý do.' }])
  await requireRow(ctx, id)
  await ctx.transaction(async (inner) => {
    const row = await lockQuarantine(inner.sql, id)
    if (!row || !['open', 'returned'].includes(row.state)) throw closed()
    await setQuarantineState(inner.sql, id, { state, ...by(inner), reason: reason.trim() })
    await note(inner, row, `quarantine.${state}`, { reason: reason.trim() })
  })
}

/** The row, when the actor may handle the records of its source. @throws Problem 403, 404 */
async function requireRow(ctx: Context, id: number): Promise<QuarantineRow> {
  const row = await findQuarantine(ctx.sql, id)
  const source = row && (await findSource(ctx.sql, row.source))
  if (!row || !source) throw notFound('quarantine', String(id))
  ctx.require(handlePermission, source.organisation)
  return row
}

const by = (ctx: Context) => ({ by: ctx.actor.account ?? ctx.actor.name, at: ctx.now })

function note(ctx: Context, row: QuarantineRow, action: string, body: Record<string, string>): Promise<string> {
  return appendEntry(ctx, {
    action,
    subject: `quarantine:${row.id}`,
    body: { source: row.source, landing: row.landingId, line: row.line, sha256: row.sha, ...body },
  })
}
