/**
 * A batch of mapped records goes into the tables by sets, in the caller's transaction: what is held for its keys is asked once,
 * every record's outcome is decided in memory (`decide.ts`), and versions, canonical rows, quarantine and touches are written by
 * COPY. Nothing is written for a duplicate but its line.
 */
import type { Context } from '#platform/context'
import { deriveCases } from './cases.ts'
import { type Decision, decideBatch, doubledKey, type Holdings, historyEntry, type Write } from './decide.ts'
import type { KindName } from './kinds.ts'
import { copyNull, copyText } from './mapping/copy-text.ts'
import { sha256Hex } from './mapping/identity.ts'
import type { MappedRecord, UnsoundRecord } from './mapping/mapped.ts'
import {
  copyCanonical,
  copyQuarantine,
  copyRecords,
  deleteCanonical,
  findHeld,
  findHistory,
  findMetKeys,
  findQuarantined,
  hasQuarantine,
  insertMetKeys,
  insertTouches,
  replaceRecords,
  settleQuarantine,
  takeRecordIds,
} from './merge-store.ts'
import { TouchSet } from './touch-set.ts'

export interface MergeTarget {
  source: string
  kind: KindName
  contractVersion: number
  versioned: boolean
  /** Keys that leave no record are remembered too: at the end what is absent is retracted. */
  full: boolean
  landingId: number
  receivedAt: Date
  replay: boolean
}

export interface Merged {
  applied: number
  superseded: number
  duplicate: number
  quarantined: number
  duplicateLines: readonly number[]
  changed: boolean
}

/** 52 bits of the key's SHA-256: enough to tell the keys of one landing apart. */
export const hashKey = (key: string): number => Number.parseInt(sha256Hex(key).slice(0, 13), 16)

export async function mergeBatch(ctx: Context, target: MergeTarget, records: readonly MappedRecord[]): Promise<Merged> {
  const held = await askHoldings(ctx, target, records)
  const decision = decideBatch(records, held, scopeOf(target))
  await writeDecisions(ctx, target, [{ landingId: target.landingId, decision }])
  if (decision.metKeys.size > 0 && (target.full || !target.versioned)) {
    await insertMetKeys(ctx.sql, target.landingId, decision.metKeys)
  }
  return mergedOf(decision)
}

/** A whole landing, small enough to be taken together with others. */
export interface LandingPart {
  landingId: number
  records: readonly MappedRecord[]
}

/**
 * Whole landings of one source in one pass over the database, with the outcome each would have had alone, one after the other: what
 * one landing leaves is known to the next. Returns the outcomes of the landings taken, at least one: behind one that set a doubled key
 * aside it stops, because a later landing may settle it.
 */
export async function mergeLandings(
  ctx: Context,
  target: MergeTarget,
  parts: readonly LandingPart[],
): Promise<readonly Merged[]> {
  const held = await askHoldings(
    ctx,
    target,
    parts.flatMap(({ records }) => records),
  )
  const known = new Set(held.history)
  for (const [key, { sha }] of held.current) known.add(historyEntry(key, sha))
  const quarantined = new Map(held.quarantined)
  const decided: { landingId: number; decision: Decision }[] = []
  for (const { landingId, records } of parts) {
    const decision = decideBatch(records, { ...held, history: known, quarantined }, { ...scopeOf(target), landingId })
    decided.push({ landingId, decision })
    for (const { record } of decision.writes) known.add(historyEntry(record.key, record.sha))
    for (const { sha } of decision.setAside) quarantined.set(sha, { id: 0, rule: '', state: 'new' })
    if (decision.setAside.some(({ faults }) => faults[0]?.rule === doubledKey)) break
  }
  await writeDecisions(ctx, target, decided)
  return decided.map(({ decision }) => mergedOf(decision))
}

const scopeOf = ({ landingId, versioned, replay }: MergeTarget) => ({ landingId, versioned, replay, hashOf: hashKey })

const mergedOf = (decision: Decision): Merged => ({
  applied: decision.applied,
  superseded: decision.superseded,
  duplicate: decision.duplicate,
  quarantined: decision.setAside.length,
  duplicateLines: decision.duplicateLines,
  changed: decision.writes.length > 0,
})

async function writeDecisions(
  ctx: Context,
  target: MergeTarget,
  decided: readonly { landingId: number; decision: Decision }[],
): Promise<void> {
  const touches = new TouchSet(target.kind)
  const cases = new Set<string>()
  await writeRecords(
    ctx,
    target,
    decided.flatMap(({ decision }) => decision.writes),
    touches,
    cases,
  )
  const aside = decided.filter(({ decision }) => decision.setAside.length > 0)
  if (aside.length > 0) {
    const lines = function* () {
      for (const { landingId, decision } of aside) yield* quarantineLines({ ...target, landingId }, decision.setAside)
    }
    await copyQuarantine(ctx.sql, lines())
  }
  const settled = [...new Set(decided.flatMap(({ decision }) => decision.settled))]
  if (settled.length > 0) {
    await settleQuarantine(ctx.sql, settled, { by: ctx.actor.account ?? ctx.actor.name, at: ctx.now })
  }
  await insertTouches(ctx.sql, target.source, touches, target.receivedAt)
  await deriveCases(ctx, target.source, [...cases], target.receivedAt)
}

async function askHoldings(ctx: Context, target: MergeTarget, records: readonly MappedRecord[]): Promise<Holdings> {
  const keys = new Set<string>()
  for (const record of records) if (record.sound) keys.add(record.key)
  const current = await findHeld(ctx.sql, target.source, [...keys])
  const differing: string[] = []
  const firsts = new Map<string, string>()
  for (const record of records) {
    if (!record.sound) continue
    const first = current.get(record.key)?.sha ?? firsts.get(record.key)
    if (first === undefined) firsts.set(record.key, record.sha)
    else if (first !== record.sha) differing.push(record.key)
  }
  const history = target.versioned ? await findHistory(ctx.sql, target.source, differing) : new Set<string>()
  const met = await findMetKeys(ctx.sql, target.landingId, differing.map(hashKey))
  const quarantined = (await hasQuarantine(ctx.sql, target.source))
    ? await findQuarantined(ctx.sql, target.source, [...new Set(records.map((record) => record.sha))])
    : new Map()
  return { current, history, met, quarantined }
}

async function writeRecords(
  ctx: Context,
  target: MergeTarget,
  writes: readonly Write[],
  touches: TouchSet,
  cases: Set<string>,
): Promise<void> {
  if (writes.length === 0) return
  const ids = await takeRecordIds(ctx.sql, writes.length)
  const idOf = new Map<Write, number>()
  for (const [at, write] of writes.entries()) idOf.set(write, ids[at] ?? 0)
  const over = ({ replacedBy }: Write): number | null =>
    replacedBy === undefined ? null : typeof replacedBy === 'number' ? replacedBy : (idOf.get(replacedBy) ?? null)
  const replacing = writes.filter((write) => write.replaces !== undefined)
  if (replacing.length > 0) {
    const replaced = replacing.map((write) => write.replaces ?? 0)
    await replaceRecords(ctx.sql, {
      ids: replaced,
      by: replacing.map((write) => idOf.get(write) ?? null),
      at: ctx.now,
      state: 'superseded',
    })
    for (const cell of await deleteCanonical(ctx, target.kind, replaced)) {
      touches.add(cell)
      if (cell.caseId !== null) cases.add(cell.caseId)
    }
  }
  await copyRecords(ctx.sql, recordLines(ctx, target, writes, idOf, over))
  await copyCanonical(ctx.sql, target.kind, canonicalLines(target, writes, idOf, touches, cases))
  if (target.kind !== 'case-event') cases.clear()
}

function* recordLines(
  ctx: Context,
  target: MergeTarget,
  writes: readonly Write[],
  idOf: ReadonlyMap<Write, number>,
  over: (write: Write) => number | null,
): Generator<string> {
  const source = copyText(target.source)
  const now = ctx.now.toISOString()
  for (const write of writes) {
    const { record, landingId } = write
    const by = over(write)
    const where =
      record.offset === undefined
        ? `${copyNull}\t${copyNull}\t${copyText(storable(record.payload()))}`
        : `${record.offset}\t${record.length ?? 0}\t${copyNull}`
    const state = by === null ? `applied\t${copyNull}\t${copyNull}` : `superseded\t${by}\t${now}`
    yield `${idOf.get(write)}\t${source}\t${copyText(record.key)}\t${landingId}\t${record.line}\t${where}\t\\\\x${record.sha}\t${copyText(record.order)}\t${target.contractVersion}\t${state}\t${now}`
  }
}

function* canonicalLines(
  target: MergeTarget,
  writes: readonly Write[],
  idOf: ReadonlyMap<Write, number>,
  touches: TouchSet,
  cases: Set<string>,
): Generator<string> {
  const source = copyText(target.source)
  for (const write of writes) {
    if (write.replacedBy !== undefined) continue
    const id = idOf.get(write)
    for (const row of write.record.rows) {
      touches.add(row)
      if (row.caseId !== null) cases.add(row.caseId)
      yield `${id}\t${row.part}\t${source}\t${row.text}`
    }
  }
}

function* quarantineLines(target: MergeTarget, records: readonly UnsoundRecord[]): Generator<string> {
  const source = copyText(target.source)
  for (const record of records) {
    const rule = record.faults[0]?.rule ?? 'unknown'
    const faults = storable(JSON.stringify(record.faults))
    yield `${source}\t${target.landingId}\t${record.line}\t${copyText(record.key)}\t${copyText(storable(record.payload()))}\t${copyText(record.raw === null ? null : record.raw.replaceAll('\0', '\ufffd'))}\t\\\\x${record.sha}\t${copyText(faults)}\t${rule}`
  }
}

/** The database knows no NUL, not even in JSON. */
const storable = (json: string): string => json.replaceAll('\\u0000', '\\ufffd')
