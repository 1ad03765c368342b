/**
 * Many small arrivals of one source taken in one pass. A pushed record is an arrival of its own, with its own bytes and counts; worked
 * through one by one, each would cost a dozen statements and a commit, so the waiting ones are read, mapped and merged together and
 * marked done in one transaction. Each ends as it would have alone (`mergeLandings`). What is large, half done, whole (`full`) or
 * broken is left to `processLanding`.
 */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { appendBatch, appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { contractFor, limitsOf } from '../input-format.ts'
import { knowledgeOf } from '../knowledge.ts'
import { mapFile } from '../map-file.ts'
import type { Knowledge } from '../mapping/mapped.ts'
import { type LandingPart, type Merged, mergeLandings } from '../merge.ts'
import { multirange, targetOf, tellChange } from '../processing.ts'
import { FileFault } from '../readers/faults.ts'
import { type ContractRow, findContract, isReviewed, type Landing } from '../store.ts'
import {
  type FinishedLanding,
  finishLandings,
  listSmallLandings,
  lockLanded,
  type SmallLanding,
} from './small-store.ts'

const decompress = promisify(gunzip)
const mostLandings = 400
const mostBytes = 64 * 1024
const mostRecords = 4000

/** Takes the small landings that wait from this one on. Returns how many were taken: none when the first is not of that kind. */
export async function processTogether(ctx: Context, first: Landing): Promise<number> {
  if (first.state !== 'landed' || first.rowsDone > 0 || first.byteCount > mostBytes) return 0
  const row = await findContract(ctx.sql, first.source, first.contractVersion)
  if (!row || row.body.mode === 'full') return 0
  const waiting = await listSmallLandings(ctx.sql, first.source, { from: first.id, limit: mostLandings, mostBytes })
  const alike = takeWhile(waiting, ({ contractVersion }) => contractVersion === first.contractVersion)
  const mapped = await mapSmall(ctx, row, alike)
  if (mapped.length === 0) return 0
  return ctx.transaction((inner) => takeTogether(inner, { first, row, mapped }))
}

function takeWhile<T>(list: readonly T[], test: (one: T) => boolean): T[] {
  const end = list.findIndex((one) => !test(one))
  return list.slice(0, end < 0 ? list.length : end)
}

interface MappedLanding extends LandingPart {
  rows: number
  receivedAt: Date
  facts: Record<string, unknown>
}

/** Up to the first that cannot be read as a whole. */
async function mapSmall(ctx: Context, row: ContractRow, landings: readonly SmallLanding[]): Promise<MappedLanding[]> {
  const knowledge = await knowledgeOf(ctx)
  const mapped: MappedLanding[] = []
  let records = 0
  for (const landing of landings) {
    try {
      const one = await mapOne(ctx, { row, knowledge }, landing)
      records += one.records.length
      mapped.push(one)
    } catch (error) {
      if (error instanceof FileFault) break
      throw error
    }
    if (records >= mostRecords) break
  }
  return mapped
}

async function mapOne(
  ctx: Context,
  { row, knowledge }: { row: ContractRow; knowledge: Knowledge },
  landing: SmallLanding,
): Promise<MappedLanding> {
  const bytes = await decompress(landing.bytes)
  const input = (async function* () {
    yield bytes
  })()
  const part: MappedLanding = { landingId: landing.id, receivedAt: landing.receivedAt, records: [], rows: 0, facts: {} }
  const records = []
  const plan = {
    contract: contractFor(row.body, landing.format),
    knowledge,
    fileName: landing.fileName,
    limits: limitsOf(ctx.config.maxFileBytes),
    trusted: isReviewed(row),
    size: Number.POSITIVE_INFINITY,
  }
  for await (const batch of mapFile(input, plan)) {
    records.push(...batch.records)
    part.rows += batch.rows
    if (batch.columns.length > 0) part.facts.columns = batch.columns
    if (batch.notices.length > 0) part.facts.notices = batch.notices.slice(0, 100)
  }
  return { ...part, records }
}

interface Pass {
  first: Landing
  row: ContractRow
  mapped: readonly MappedLanding[]
}

/** In one transaction. Another program may have taken some since they were read: then nothing is done, and they are looked at anew. */
async function takeTogether(ctx: Context, { first, row, mapped }: Pass): Promise<number> {
  const ids = mapped.map(({ landingId }) => landingId)
  const locked = await lockLanded(ctx.sql, ids)
  if (locked !== ids.length) return 0
  const target = {
    ...targetOf(first, row.body),
    receivedAt: mapped.reduce((last, { receivedAt }) => (receivedAt > last ? receivedAt : last), first.receivedAt),
  }
  const merged = await mergeLandings(ctx, target, mapped)
  const finished = merged.map((one, index) => finishedOf(one, mapped[index]))
  await finishLandings(ctx.sql, finished, new Date(Math.max(ctx.now.getTime(), Date.now())))
  await writeLedger(ctx, first, finished)
  if (merged.some(({ changed }) => changed)) await tellChange(ctx, first.source, row.body.kind)
  else await announce(ctx.sql, [`source:${first.source}`])
  return finished.length
}

function finishedOf(merged: Merged, landing: MappedLanding | undefined): FinishedLanding {
  if (!landing) throw new Error('more outcomes than landings')
  const { applied, superseded, duplicate, quarantined } = merged
  return {
    id: landing.landingId,
    rows: landing.rows,
    received: landing.records.length,
    applied,
    superseded,
    duplicate,
    quarantined,
    duplicateLines: multirange(merged.duplicateLines),
    facts: landing.facts,
  }
}

async function writeLedger(ctx: Context, first: Landing, finished: readonly FinishedLanding[]): Promise<void> {
  const { source, contractVersion } = first
  const items = finished.map(({ id, received, applied, superseded, duplicate, quarantined }) => ({
    landing: id,
    source,
    contractVersion,
    received,
    applied,
    superseded,
    duplicate,
    quarantined,
    retracted: 0,
  }))
  const [only] = items
  if (only && items.length === 1) {
    const { landing, ...body } = only
    await appendEntry(ctx, { action: 'landing.processed', subject: `landing:${landing}`, body })
    return
  }
  const body = { contractVersion, landings: items.map(({ landing }) => landing) }
  await appendBatch(ctx, { action: 'landing.processed', subject: `source:${source}`, body }, items)
}
