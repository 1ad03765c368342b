// Changes of positions and of who holds them. Each cites the deciding document and writes history, as changes of structure do.
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import { citeDecision, type Decision, dayBefore } from '../model.ts'
import { findOrganisation } from '../tree/read.ts'
import {
  type Appointment,
  firstOverfull,
  holdsOn,
  type NewPosition,
  organisationOf,
  positionCode,
  type Span,
} from './model.ts'
import * as store from './store.ts'

/** Positions and their holders of the organisations within reach. */
export const managePositions = 'position:manage'

export interface OfficeDeed {
  effectiveOn: string
  decision: Decision
}

const stampOf = (ctx: Context) => ({
  origin: 'edit' as const,
  recordedFrom: ctx.now,
  recordedBy: ctx.actor.account ?? 'system',
})

const fault = (path: string, message: string) => invalid(message, [{ path, message }])

const presentOf = <T extends { recordedTo: Date | null }>(rows: readonly T[]): T[] =>
  rows.filter(({ recordedTo }) => recordedTo === null)

const say = (day: string) => day.split('-').reverse().join('/')

/** A position that was not there before. */
export async function createPosition(ctx: Context, position: NewPosition, deed: OfficeDeed): Promise<string> {
  const { organisation, key, title, rank, seats, collective } = position
  ctx.require(managePositions, organisation)
  checkContent(position)
  const code = positionCode(organisation, key)
  await ctx.transaction(async (ctx) => {
    if (!(await findOrganisation(ctx.sql, organisation, { asOf: deed.effectiveOn })))
      throw fault('hieu-luc', `Đơn vị ${organisation} không hoạt động vào ngày ${say(deed.effectiveOn)}.`)
    if (!(await store.insertPositionCode(ctx.sql, { code, organisation, pack: null })))
      throw fault('ky-hieu', `Đơn vị đã có chức danh ký hiệu ${key}; chọn ký hiệu khác hoặc sửa chức danh đó.`)
    if (rank === 'head') await refuseSecondHead(ctx, { code, organisation, validFrom: deed.effectiveOn, validTo: null })
    const row: store.Position = {
      code,
      organisation,
      title,
      rank,
      seats: seats ?? null,
      collective: collective ?? null,
      decision: citeDecision(deed.decision),
      unverified: false,
      validFrom: deed.effectiveOn,
      validTo: null,
    }
    await store.insertPositionVersions(ctx.sql, [row], stampOf(ctx))
    await record(ctx, 'position.created', code, { title, rank, ...bodyOf(deed) })
  })
  return code
}

export type PositionChange = Partial<Pick<NewPosition, 'title' | 'rank' | 'seats' | 'collective'>>

/** The position has another title, rank or number of seats from a day on. */
export function changePosition(ctx: Context, code: string, change: PositionChange, deed: OfficeDeed): Promise<void> {
  return hold(ctx, code, async (ctx) => {
    const held = await positionOn(ctx, code, deed.effectiveOn)
    const next = {
      ...held,
      title: change.title ?? held.title,
      rank: change.rank ?? held.rank,
      seats: change.seats ?? null,
      collective: change.collective ?? null,
      decision: citeDecision(deed.decision),
      validFrom: deed.effectiveOn,
    }
    checkContent({ ...next, seats: next.seats ?? undefined, collective: next.collective ?? undefined })
    if (next.rank === 'head') await refuseSecondHead(ctx, next)
    if (next.seats !== null) {
      const holdings = presentOf(await store.listHoldingVersions(ctx.sql, code))
      const day = firstOverfull(holdings, next, next.seats)
      if (day)
        throw fault(
          'so-nguoi',
          `Vào ngày ${say(day < next.validFrom ? next.validFrom : day)} có nhiều người đang giữ hơn.`,
        )
    }
    await rewritePosition(ctx, held, deed.effectiveOn, next)
    await record(ctx, 'position.changed', code, { title: next.title, rank: next.rank, ...bodyOf(deed) })
  })
}

/** The position ends on the day before; whoever still holds it must leave it first. */
export function abolishPosition(ctx: Context, code: string, deed: OfficeDeed): Promise<void> {
  return hold(ctx, code, async (ctx) => {
    const held = await positionOn(ctx, code, deed.effectiveOn)
    const open = presentOf(await store.listHoldingVersions(ctx.sql, code)).filter(
      ({ validTo }) => (validTo ?? '9999-12-31') >= deed.effectiveOn,
    )
    if (open.length > 0)
      throw conflict(
        'position.held',
        `Còn ${open.map(({ personName }) => personName).join(', ')} giữ chức danh này; ghi thôi giữ trước.`,
        { code },
      )
    await rewritePosition(ctx, held, deed.effectiveOn, undefined)
    await record(ctx, 'position.abolished', code, bodyOf(deed))
  })
}

/**
 * Writes down who takes a position from a day on. That the account is a person's is for the caller to know.
 * @throws Problem 422 when more would hold it at once than it has seats.
 */
export function recordAppointment(ctx: Context, appointment: Appointment, deed: OfficeDeed): Promise<void> {
  const { position: code, account, personName, acting, validTo = null } = appointment
  return hold(ctx, code, async (ctx) => {
    const position = await positionOn(ctx, code, deed.effectiveOn)
    const span: Span = { validFrom: deed.effectiveOn, validTo }
    if (validTo !== null && validTo < deed.effectiveOn) throw fault('den', 'Ngày cuối phải từ ngày bắt đầu trở đi.')
    if (acting && position.rank !== 'head')
      throw fault('quyen', 'Chỉ giao quyền (Q.) đối với chức danh đứng đầu đơn vị.')
    const holdings = presentOf(await store.listHoldingVersions(ctx.sql, code))
    if (
      firstOverfull(
        holdings.filter((one) => one.account === account),
        span,
        0,
      )
    )
      throw fault('nguoi', `${personName} đã giữ chức danh này trong khoảng thời gian đó.`)
    const full = position.seats === null ? undefined : firstOverfull([...holdings, span], span, position.seats)
    if (full) {
      const holders = holdings.filter((one) => holdsOn(one, full)).map((one) => one.personName)
      throw fault(
        'nguoi',
        `Chức danh này có ${position.seats} người giữ cùng lúc; ngày ${say(full)} đang do ${holders.join(', ')} giữ. Ghi thôi giữ trước, hoặc sửa số người theo văn bản.`,
      )
    }
    const row = { position: code, account, personName, acting, decision: citeDecision(deed.decision), ...span }
    await store.insertHoldings(ctx.sql, [row], stampOf(ctx))
    await record(ctx, 'position.appointed', code, { account, acting, validTo, ...bodyOf(deed) })
  })
}

/** Somebody no longer holds the position from a day on; a holding that would begin that day or later never was. */
export function recordLeaving(
  ctx: Context,
  leaving: { position: string; account: string },
  deed: OfficeDeed,
): Promise<void> {
  const { position: code, account } = leaving
  return hold(ctx, code, async (ctx) => {
    const open = presentOf(await store.listHoldingVersions(ctx.sql, code)).filter(
      (one) => one.account === account && (one.validTo ?? '9999-12-31') >= deed.effectiveOn,
    )
    if (open.length === 0) throw conflict('position.not-held', 'Người này không giữ chức danh vào ngày đó.', { code })
    await store.closeOfficeRows(
      ctx.sql,
      'holding',
      open.map(({ id }) => id),
      ctx.now,
    )
    const kept = open
      .filter(({ validFrom }) => (validFrom ?? '0000-01-01') < deed.effectiveOn)
      .map(({ id: _id, origin: _origin, recordedTo: _to, recordedBy: _by, ...row }) => ({
        ...row,
        validTo: dayBefore(deed.effectiveOn),
      }))
    await store.insertHoldings(ctx.sql, kept, stampOf(ctx))
    await record(ctx, 'position.vacated', code, { account, ...bodyOf(deed) })
  })
}

/** Somebody leaves every position he holds or is to hold from a day on. @returns their codes. */
export async function leaveAllPositions(ctx: Context, account: string, deed: OfficeDeed): Promise<string[]> {
  const held = (await store.listHoldingsOf(ctx.sql, account)).filter(
    ({ validTo }) => (validTo ?? '9999-12-31') >= deed.effectiveOn,
  )
  const positions = [...new Set(held.map(({ position }) => position))].sort()
  for (const position of positions) await recordLeaving(ctx, { position, account }, deed)
  return positions
}

function hold<T>(ctx: Context, code: string, work: (ctx: Context) => Promise<T>): Promise<T> {
  ctx.require(managePositions, organisationOf(code))
  return ctx.transaction(async (ctx) => {
    if (!(await store.lockPosition(ctx.sql, code))) throw notFound('position', code)
    return work(ctx)
  })
}

/** The version known now that holds on a day. @throws Problem 409 */
async function positionOn(ctx: Context, code: string, day: string): Promise<store.KnownPosition> {
  const found = presentOf(await store.listPositionVersions(ctx.sql, code)).find((row) => holdsOn(row, day))
  if (!found || !(await findOrganisation(ctx.sql, found.organisation, { asOf: day })))
    throw conflict('position.not-valid', `Không có chức danh này vào ngày ${say(day)}.`, { code, day })
  return found
}

function checkContent({ rank, seats, collective }: Pick<NewPosition, 'rank' | 'seats' | 'collective'>): void {
  if (rank === 'head' && seats === undefined)
    throw fault('so-nguoi', 'Chức danh đứng đầu phải nêu số người giữ cùng lúc, thường là 1.')
  if (rank !== 'head' && collective)
    throw fault('tap-the', 'Chỉ người đứng đầu ký thay mặt tập thể (TM.); để trống ô này với chức danh khác.')
}

async function refuseSecondHead(
  ctx: Context,
  wanted: { code: string; organisation: string; validFrom: string; validTo: string | null },
): Promise<void> {
  const rivals = await store.listHeadVersions(ctx.sql, wanted.organisation)
  const rival = rivals.find((one) => one.code !== wanted.code && firstOverfull([one, wanted], wanted, 1) !== undefined)
  if (rival)
    throw fault('cap-bac', `Đơn vị đã có chức danh đứng đầu là ${rival.title}; mỗi ngày chỉ một chức danh đứng đầu.`)
}

async function rewritePosition(
  ctx: Context,
  held: store.KnownPosition,
  day: string,
  after: store.Position | undefined,
): Promise<void> {
  const { id, origin: _origin, recordedTo: _to, recordedBy: _by, ...content } = held
  const before = held.validFrom === day ? [] : [{ ...content, validTo: dayBefore(day) }]
  await store.closeOfficeRows(ctx.sql, 'position_version', [id], ctx.now)
  await store.insertPositionVersions(ctx.sql, [...before, ...(after ? [after] : [])], stampOf(ctx))
}

const bodyOf = ({ effectiveOn, decision }: OfficeDeed) => ({ effectiveOn, decision: citeDecision(decision) })

const record = (ctx: Context, action: string, code: string, body: Record<string, string | boolean | null>) =>
  appendEntry(ctx, { action, subject: `position:${code}`, organisation: organisationOf(code), body })
