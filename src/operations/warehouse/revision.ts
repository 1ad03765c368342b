/**
 * A changed contract is tried on what is stored before it is applied: every landed file is read again and mapped by the version in
 * force and by the new one, and what would differ is shown. Applying it maps all stored files anew, in the order they came, in one
 * transaction: numbers pass from the old reading to the new one at once, and what people had decided of single records is kept.
 */
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, notFound } from '#platform/errors'
import { deriveCases } from './cases.ts'
import { limitsOf } from './input-format.ts'
import { knowledgeOf } from './knowledge.ts'
import { openLanding } from './landing.ts'
import { type MapFileOptions, mapFile } from './map-file.ts'
import type { MappedRecord } from './mapping/mapped.ts'
import { deleteCanonical, insertTouches } from './merge-store.ts'
import type { Contract } from './model.ts'
import { processLanding, tellChange } from './processing.ts'
import { takeRow } from './quarantine.ts'
import { setQuarantineState } from './quarantine-store.ts'
import { FileFault } from './readers/faults.ts'
import {
  clearRecords,
  findQuarantineBySha,
  listHandledQuarantine,
  listRecordIds,
  reopenLanding,
} from './revision-store.ts'
import { withSourceLock } from './source-lock.ts'
import { findContract, findCurrentContract, isReviewed, listFinishedLandings, setCurrentContract } from './store.ts'
import { TouchSet } from './touch-set.ts'

export const editPermission = 'contract:edit'

export interface DifferenceExample {
  landing: number
  line: number
  key: string | null
  /** Canonical rows as text before and after, or the faults for which the record would be set aside. */
  before: readonly string[]
  after: readonly string[]
}

/** What a new version would make of the stored files. */
export interface ContractDifference {
  rows: number
  same: number
  changed: number
  /** Would be set aside and pass now. */
  newlyQuarantined: number
  /** Pass and are set aside now. */
  newlyAccepted: number
  /** Files that could no longer be read, with the reason. */
  refused: { landing: number; message: string }[]
  examples: DifferenceExample[]
  /** False when the bound of rows was met before the end of what is stored. */
  complete: boolean
}

const mostExamples = 20
const pieceSize = 10_000

/** Maps what is stored by both versions and tells what differs; newest files first, at most `maxRows` rows. */
export async function tryContract(
  ctx: Context,
  contract: Contract,
  options: { maxRows?: number } = {},
): Promise<ContractDifference> {
  const current = await findCurrentContract(ctx.sql, contract.code)
  if (!current) throw notFound('source', contract.code)
  const maxRows = options.maxRows ?? 200_000
  const difference: ContractDifference = {
    rows: 0,
    same: 0,
    changed: 0,
    newlyQuarantined: 0,
    newlyAccepted: 0,
    refused: [],
    examples: [],
    complete: true,
  }
  const landings = await listFinishedLandings(ctx.sql, contract.code)
  for (const landing of landings.reverse()) {
    if (difference.rows >= maxRows) {
      difference.complete = false
      break
    }
    const plan = await planFor(ctx, landing.fileName)
    const before = mapFile(openLanding(ctx.sql, landing.id), {
      ...plan,
      contract: current.body,
      trusted: isReviewed(current),
    })
    const after = mapFile(openLanding(ctx.sql, landing.id), { ...plan, contract })
    try {
      await compareFiles(landing.id, before, after, difference, maxRows)
    } catch (error) {
      if (!(error instanceof FileFault)) throw error
      difference.refused.push({ landing: landing.id, message: error.message })
    } finally {
      await before.return(undefined)
      await after.return(undefined)
    }
  }
  return difference
}

async function planFor(ctx: Context, fileName: string | null): Promise<Omit<MapFileOptions, 'contract'>> {
  return { knowledge: await knowledgeOf(ctx), fileName, limits: limitsOf(ctx.config.maxFileBytes), size: 2000 }
}

type Mapped = ReturnType<typeof mapFile>

async function* records(batches: Mapped): AsyncGenerator<MappedRecord> {
  for await (const batch of batches) yield* batch.records
}

async function compareFiles(
  landing: number,
  before: Mapped,
  after: Mapped,
  difference: ContractDifference,
  maxRows: number,
): Promise<void> {
  const old = records(before)
  for await (const next of records(after)) {
    const { value: last, done } = await old.next()
    if (done) return
    if (difference.rows >= maxRows) {
      difference.complete = false
      return
    }
    difference.rows += 1
    compareRecords(landing, last, next, difference)
  }
}

const tellRecord = (record: MappedRecord): string[] =>
  record.sound
    ? record.rows.map((row) => row.text)
    : record.faults.map((fault) => `${fault.field}: ${fault.message} (${fault.value})`)

function compareRecords(landing: number, last: MappedRecord, next: MappedRecord, difference: ContractDifference): void {
  const before = tellRecord(last)
  const after = tellRecord(next)
  const same =
    last.sound === next.sound && (!last.sound || (last.key === next.key && before.join('\n') === after.join('\n')))
  if (same) {
    difference.same += 1
    return
  }
  if (last.sound && next.sound) difference.changed += 1
  else if (last.sound) difference.newlyQuarantined += 1
  else difference.newlyAccepted += 1
  if (difference.examples.length < mostExamples) {
    difference.examples.push({ landing, line: next.line, key: next.key ?? last.key, before, after })
  }
}

/** Puts a version in force and maps everything stored by it. @throws Problem 403, 404, 409 */
export async function applyContract(ctx: Context, source: string, version: number, reason: string): Promise<void> {
  const row = await findContract(ctx.sql, source, version)
  if (!row) throw notFound('contract', `${source} ${version}`)
  ctx.require(editPermission, row.body.organisation)
  const current = await findCurrentContract(ctx.sql, source)
  if (current && current.body.kind !== row.body.kind) {
    throw conflict('contract.other-kind', 'Không đổi được loại bản ghi của một nguồn đã có. Hãy lập nguồn mới.')
  }
  await withSourceLock(ctx, source, () =>
    ctx.transaction(async (inner) => {
      const landings = await listFinishedLandings(inner.sql, source)
      const handled = await listHandledQuarantine(inner.sql, source)
      await clearSource(inner, source, row.body)
      await setCurrentContract(inner.sql, source, version)
      for (const landing of landings) {
        await reopenLanding(inner.sql, landing.id, version)
        await processLanding(inner, landing.id)
        await keepDecisions(
          inner,
          handled.filter((one) => one.landingId === landing.id),
        )
      }
      await tellChange(inner, source, row.body.kind)
      await appendEntry(inner, {
        action: 'contract.applied',
        subject: `source:${source}`,
        body: { version, reason, landings: landings.length },
      })
    }),
  )
}

/** Takes the records of a source away with their canonical rows; every cell they stood in is touched. */
async function clearSource(ctx: Context, source: string, contract: Contract): Promise<void> {
  let after = 0
  for (;;) {
    const ids = await listRecordIds(ctx.sql, source, after, pieceSize)
    const last = ids.at(-1)
    if (last === undefined) break
    after = last
    const touches = new TouchSet(contract.kind)
    const cases = new Set<string>()
    for (const cell of await deleteCanonical(ctx, contract.kind, ids)) {
      touches.add(cell)
      if (cell.caseId !== null) cases.add(cell.caseId)
    }
    await insertTouches(ctx.sql, source, touches, ctx.now)
    if (contract.kind === 'case-event') await deriveCases(ctx, source, [...cases], ctx.now)
  }
  await clearRecords(ctx.sql, source)
}

type Handled = Awaited<ReturnType<typeof listHandledQuarantine>>[number]

/** What people did with a set-aside record holds under the new version too, as far as it is set aside there again. */
async function keepDecisions(ctx: Context, handled: readonly Handled[]): Promise<void> {
  for (const old of handled) {
    const row = await findQuarantineBySha(ctx.sql, old.source, old.sha)
    if (row?.state !== 'open') continue
    if (old.state === 'replayed') await takeRow(ctx, row, old.mended ?? undefined)
    else {
      const { state, reason } = old
      await setQuarantineState(ctx.sql, row.id, {
        state,
        reason,
        by: old.handledBy ?? '',
        at: old.handledAt ?? ctx.now,
      })
    }
  }
}

/** Puts a version in force for what comes from now on; what is stored stays as it is. */
export async function makeCurrent(ctx: Context, source: string, version: number): Promise<void> {
  await ctx.transaction(async (inner) => {
    await setCurrentContract(inner.sql, source, version)
    await appendEntry(inner, { action: 'contract.made-current', subject: `source:${source}`, body: { version } })
  })
}
