/** What is fetched on a schedule: kept as rows, run by a job each, with the outcome of the last run beside it. */
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, notFound, Problem } from '#platform/errors'
import { requireNamedHost } from '#platform/host-guard'
import { announce } from '#platform/live'
import { landBytes } from '../landing.ts'
import { type ContractRow, findCurrentContract, findSource } from '../store.ts'
import { pullDatabase } from './database-pull.ts'
import { pullHttp } from './http-pull.ts'
import { networkWords } from './network-words.ts'
import type { NewPull, Position, PullResult, PullSettings } from './pull-settings.ts'
import { deletePull, findPull, insertPull, keepPullResult, type Pull, updatePull } from './pull-store.ts'
import { nextTime } from './schedule.ts'

export const managePulls = 'source:manage'

/** After failures the schedule is kept, but not closer than this, doubling up to a day. */
const firstPauseMs = 60_000
const longestPauseMs = 24 * 3_600_000

async function getManagedSource(ctx: Context, code: string): Promise<ContractRow> {
  const source = await findSource(ctx.sql, code)
  const contract = source && (await findCurrentContract(ctx.sql, code))
  if (!source || !contract) throw notFound('source', code)
  ctx.require(managePulls, source.organisation)
  return contract
}

/** The pull with what is needed to run it, when the actor may manage its source. */
export async function getPull(
  ctx: Context,
  source: string,
  id: number,
): Promise<{ pull: Pull; contract: ContractRow }> {
  const contract = await getManagedSource(ctx, source)
  const pull = await findPull(ctx.sql, id)
  if (pull?.source !== source) throw notFound('pull', String(id))
  return { pull, contract }
}

function requireHost(ctx: Context, settings: PullSettings): void {
  if (settings.type === 'database') {
    requireNamedHost(ctx.config.pullHosts, settings.host, settings.port)
    return
  }
  const url = new URL(settings.url)
  requireNamedHost(ctx.config.pullHosts, url.hostname, Number(url.port || (url.protocol === 'https:' ? 443 : 80)))
}

/** What the ledger says of a pull: its place, and never the name of a secret's content. */
const placeOf = (settings: PullSettings): string =>
  settings.type === 'http'
    ? (settings.url.split('?')[0] ?? '')
    : `${settings.driver}://${settings.host}:${settings.port}/${settings.database}/${settings.table}`

export async function createPull(ctx: Context, pull: NewPull): Promise<number> {
  const contract = await getManagedSource(ctx, pull.source)
  requireHost(ctx, pull.settings)
  return ctx.transaction(async (ctx) => {
    const nextRunAt = nextTime(pull.schedule, ctx.now, contract.body.timeZone)
    const id = await insertPull(ctx.sql, pull, { by: ctx.actor.account ?? '', at: ctx.now, nextRunAt })
    await appendEntry(ctx, {
      action: 'pull.created',
      subject: `source:${pull.source}`,
      body: { pull: id, place: placeOf(pull.settings), schedule: pull.schedule },
    })
    return id
  })
}

export async function changePull(ctx: Context, id: number, changed: NewPull): Promise<void> {
  const { pull, contract } = await getPull(ctx, changed.source, id)
  requireHost(ctx, changed.settings)
  await ctx.transaction(async (ctx) => {
    await updatePull(ctx.sql, id, changed, {
      at: ctx.now,
      nextRunAt: nextTime(changed.schedule, ctx.now, contract.body.timeZone),
      position: placeOf(pull.settings) === placeOf(changed.settings) ? pull.position : {},
    })
    await appendEntry(ctx, {
      action: 'pull.changed',
      subject: `source:${changed.source}`,
      body: { pull: id, place: placeOf(changed.settings), schedule: changed.schedule, paused: changed.paused },
    })
  })
}

export async function removePull(ctx: Context, source: string, id: number): Promise<void> {
  const { pull } = await getPull(ctx, source, id)
  await ctx.transaction(async (ctx) => {
    await deletePull(ctx.sql, id)
    await appendEntry(ctx, {
      action: 'pull.removed',
      subject: `source:${source}`,
      body: { pull: id, place: placeOf(pull.settings) },
    })
  })
}

/** Runs one pull to its end and keeps what came of it. A failure is a result too: it shows, and the schedule goes on. */
export async function runPull(ctx: Context, id: number): Promise<PullResult> {
  const pull = await findPull(ctx.sql, id)
  if (!pull) throw notFound('pull', String(id))
  const contract = await findCurrentContract(ctx.sql, pull.source)
  if (!contract) throw notFound('source', pull.source)
  const begun = performance.now()
  const seconds = () => Math.round(performance.now() - begun) / 1000
  try {
    const { result, position } = await fetchAndLand(ctx, pull, contract)
    const nextRunAt = position.more ? ctx.now : nextTime(pull.schedule, ctx.now, contract.body.timeZone)
    const whole = { ...result, seconds: seconds() }
    await keepPullResult(ctx.sql, id, { at: ctx.now, nextRunAt, position, failures: 0, result: whole })
    await announce(ctx.sql, [`source:${pull.source}`])
    return whole
  } catch (error) {
    const message = error instanceof Problem ? error.message : wordsOf(error)
    const result: PullResult = { outcome: 'failed', message, landing: null, rows: null, bytes: 0, seconds: seconds() }
    const failures = pull.failures + 1
    const pause = new Date(ctx.now.getTime() + Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs))
    const nextRunAt = nextTime(pull.schedule, failures > 1 ? pause : ctx.now, contract.body.timeZone)
    await keepPullResult(ctx.sql, id, { at: ctx.now, nextRunAt, position: pull.position, failures, result })
    await announce(ctx.sql, [`source:${pull.source}`])
    ctx.log.warn({ source: pull.source, pull: id, failures, fault: message }, 'a pull failed')
    return result
  }
}

/** A driver's own words may hold values of rows or of the connection: only its code is told, in words where they are known. */
function wordsOf(error: unknown): string {
  const why = networkWords(error)
  return `Không lấy được dữ liệu${why ? `: ${why}` : ''}. Hệ thống sẽ thử lại theo lịch.`
}

async function fetchAndLand(
  ctx: Context,
  pull: Pull,
  contract: ContractRow,
): Promise<{ result: Omit<PullResult, 'seconds'>; position: Position }> {
  const pulled =
    pull.settings.type === 'http'
      ? await pullHttp(ctx, pull, pull.settings)
      : await pullDatabase(ctx, pull, pull.settings, contract.body.format.type)
  try {
    if (!pulled.arrival)
      return {
        result: { outcome: 'unchanged', message: pulled.message(), landing: null, rows: null, bytes: 0 },
        position: pulled.position(),
      }
    const landing = await landBytes(ctx, {
      source: pull.source,
      contractVersion: contract.version,
      channel: pull.settings.type === 'http' ? 'pull' : 'database',
      ...pulled.arrival,
    })
    if (landing.state === 'refused') throw conflict('pull.refused', landing.fault?.message ?? 'Tệp bị từ chối.')
    const { id, byteCount } = landing
    return {
      result: { outcome: 'landed', message: pulled.message(), landing: id, rows: pulled.rows(), bytes: byteCount },
      position: pulled.position(),
    }
  } finally {
    await pulled.close()
  }
}
