/**
 * Many quarantined records handled at once, by sets: a thousand that a mended contract now reads cost about as many statements as one.
 * What others have handled meanwhile is passed over.
 */
import { appendEntries } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, invalid } from '#platform/errors'
import { BoundedMapper, runsExpressions } from '../bounded.ts'
import { fileStem } from '../input-format.ts'
import { knowledgeOf } from '../knowledge.ts'
import { mapOne } from '../map-file.ts'
import { countsRepeats } from '../mapping/identity.ts'
import type { Knowledge, MappedRecord } from '../mapping/mapped.ts'
import { mergeBatch } from '../merge.ts'
import type { Contract } from '../model.ts'
import { targetOf, tellChange } from '../processing.ts'
import { handlePermission } from '../quarantine.ts'
import {
  listSourcesOf,
  lockOpen,
  moveCount,
  type QuarantineRow,
  setManyFaults,
  setManyStates,
} from '../quarantine-store.ts'
import type { Value } from '../readers/format.ts'
import { withSourceLock } from '../source-lock.ts'
import { findCurrentContract, findLanding, isReviewed, type Landing } from '../store.ts'

/** More in one go would hold the asker waiting for longer than a minute. */
export const mostAtOnce = 50_000
const chunkSize = 500

export interface Replayed {
  passed: number
  /** Records that still have faults and stay. */
  failed: number
}

/** Sends records through again, with what was mended of them. @throws Problem 403, 422 */
export async function replayMany(ctx: Context, ids: readonly number[]): Promise<Replayed> {
  if (ids.length > mostAtOnce) throw invalid(`Mỗi lần nhận lại nhiều nhất ${mostAtOnce} bản ghi.`)
  const outcome: Replayed = { passed: 0, failed: 0 }
  for (const [source, own] of await bySource(ctx, ids)) {
    const current = await findCurrentContract(ctx.sql, source)
    if (!current) throw conflict('source.no-contract', 'Nguồn này không có hợp đồng đang dùng.', { source })
    const contract = { ...current.body, version: current.version }
    const bench = openBench(contract, { knowledge: await knowledgeOf(ctx), trusted: isReviewed(current) })
    try {
      await withSourceLock(ctx, source, async () => {
        for (const chunk of chunksOf(own)) {
          const { passed, failed } = await ctx.transaction((inner) => replayChunk(inner, bench, chunk))
          outcome.passed += passed
          outcome.failed += failed
        }
      })
    } finally {
      await bench.close()
    }
  }
  return outcome
}

/** The ids of each source, when the actor may handle its records. @throws Problem 403 */
async function bySource(ctx: Context, ids: readonly number[]): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>()
  for (const { source, organisation, ids: own } of await listSourcesOf(ctx.sql, ids)) {
    ctx.require(handlePermission, organisation)
    found.set(source, own.map(Number))
  }
  return found
}

function* chunksOf(ids: readonly number[]): Generator<number[]> {
  for (let from = 0; from < ids.length; from += chunkSize) yield ids.slice(from, from + chunkSize)
}

interface Bench {
  contract: Contract
  map(rows: readonly { row: QuarantineRow; landing: Landing }[]): Promise<MappedRecord[]>
  close(): Promise<void>
}

/** Contracts made by hand run in one thread for all records; a contract that counts repeats reads each record alone. */
function openBench(contract: Contract, plan: { knowledge: Knowledge; trusted: boolean }): Bench {
  const inThread = !plan.trusted && runsExpressions(contract) && !countsRepeats(contract)
  const bounded = inThread ? new BoundedMapper({ ...contract, reshape: undefined }, plan.knowledge) : undefined
  const isTable = ['csv', 'xlsx'].includes(contract.format.type)
  return {
    contract,
    async map(rows) {
      const records: MappedRecord[] = []
      for (const { row, landing } of rows) {
        const values = valuesOf(row)
        const given = { line: row.line, values }
        if (!bounded) {
          records.push(await mapOne(given, { contract, ...plan, fileName: landing.fileName }))
          continue
        }
        const columns = isTable ? Object.keys(values) : undefined
        // What a table gave, or a form with its columns: texts, numbers, truths.
        const cells = { line: row.line, values: Object.values(values) as Value[] }
        const file = fileStem(landing.fileName)
        records.push(...(await bounded.map({ file, columns, rows: [columns ? cells : given] })))
      }
      return records
    },
    close: async () => bounded?.close(),
  }
}

const valuesOf = (row: QuarantineRow): Record<string, unknown> => row.mended ?? row.payload

async function replayChunk(ctx: Context, bench: Bench, ids: readonly number[]): Promise<Replayed> {
  const rows = await lockOpen(ctx.sql, ids)
  // A line that could not be read has no values until a person has given it some.
  const readable = rows.filter((row) => row.raw === null || row.mended !== null)
  const landings = new Map<number, Landing>()
  for (const id of new Set(readable.map(({ landingId }) => landingId))) {
    const landing = await findLanding(ctx.sql, id)
    if (landing) landings.set(id, landing)
  }
  const asked = readable.flatMap((row) => {
    const landing = landings.get(row.landingId)
    return landing ? [{ row, landing }] : []
  })
  const records = await bench.map(asked)
  const passed: QuarantineRow[] = []
  for (const landing of landings.values()) {
    const sound = asked.flatMap(({ row }, at) => {
      const record = records[at]
      return row.landingId === landing.id && record?.sound ? [{ row, record }] : []
    })
    if (sound.length === 0) continue
    const target = { ...targetOf(landing, bench.contract), contractVersion: bench.contract.version, replay: true }
    const merged = await mergeBatch(
      ctx,
      target,
      sound.map(({ record }) => record),
    )
    await moveCount(ctx.sql, landing.id, merged)
    if (merged.changed) await tellChange(ctx, landing.source, bench.contract.kind)
    passed.push(...sound.map(({ row }) => row))
  }
  await noteFaults(ctx, asked, records)
  await settle(ctx, passed)
  return { passed: passed.length, failed: rows.length - passed.length }
}

/** What a record is wrong in now; one that is being mended keeps the words that belong to its typed values. */
async function noteFaults(ctx: Context, asked: readonly { row: QuarantineRow }[], records: readonly MappedRecord[]) {
  const wrong = asked.flatMap(({ row }, at) => {
    const record = records[at]
    return record && !record.sound && row.mended === null ? [{ id: row.id, faults: record.faults }] : []
  })
  await setManyFaults(ctx.sql, wrong)
}

async function settle(ctx: Context, rows: readonly QuarantineRow[]): Promise<void> {
  if (rows.length === 0) return
  const handled = { state: 'replayed', by: nameOf(ctx), at: ctx.now, reason: null } as const
  await setManyStates(
    ctx.sql,
    rows.map(({ id }) => id),
    handled,
  )
  await appendEntries(
    ctx,
    rows.map((row) =>
      entryOf(row, row.mended ? 'quarantine.mended' : 'quarantine.replayed', {
        ...(row.mended ? { values: JSON.stringify(row.mended) } : {}),
      }),
    ),
  )
}

export const returnMany = (ctx: Context, ids: readonly number[], reason: string): Promise<number> =>
  closeMany(ctx, ids, { state: 'returned', reason })

export const dismissMany = (ctx: Context, ids: readonly number[], reason: string): Promise<number> =>
  closeMany(ctx, ids, { state: 'dismissed', reason })

/** @throws Problem 403, 422 */
async function closeMany(
  ctx: Context,
  ids: readonly number[],
  { state, reason }: { state: 'returned' | 'dismissed'; reason: string },
): Promise<number> {
  const words = reason.trim()
  if (words.length < 5) throw invalid('Phải nêu lý do, ít nhất vài chữ, để nơi gửi biết phải làm gì.')
  let count = 0
  for (const own of (await bySource(ctx, ids)).values()) {
    for (const chunk of chunksOf(own)) {
      count += await ctx.transaction(async (inner) => {
        const rows = await lockOpen(inner.sql, chunk)
        await setManyStates(
          inner.sql,
          rows.map(({ id }) => id),
          { state, by: nameOf(inner), at: inner.now, reason: words },
        )
        await appendEntries(
          inner,
          rows.map((row) => entryOf(row, `quarantine.${state}`, { reason: words })),
        )
        return rows.length
      })
    }
  }
  return count
}

const nameOf = (ctx: Context): string => ctx.actor.account ?? ctx.actor.name

const entryOf = (row: QuarantineRow, action: string, body: Record<string, string>) => ({
  action,
  subject: `quarantine:${row.id}`,
  body: { source: row.source, landing: row.landingId, line: row.line, sha256: row.sha, ...body },
})
