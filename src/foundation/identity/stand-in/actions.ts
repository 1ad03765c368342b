import { ancestorsOf, listDescendantCodes } from '#organisations'
import type { Actor, Context, Reach } from '#platform/context'
import { conflict, forbidden, invalid, notFound } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { ownPerson } from '../actions/accounts.ts'
import { recordDeed } from '../actions/record.ts'
import { hashToken } from '../actions/secrets.ts'
import { everywhere, giveStandIns, longestStandInDays, type NewStandIn } from '../model.ts'
import * as accounts from '../store.ts'
import * as store from './store.ts'

const dayMs = 24 * 3600_000

/**
 * The accounts that an act counts for: who acts, and the absent colleague he stands in for. Who checks what another did is neither of
 * them, and what is kept of a doer are all his parties.
 */
export const partiesOf = (actor: Pick<Actor, 'account' | 'onBehalfOf'>): string[] =>
  [actor.account, actor.onBehalfOf?.account].filter((account) => account !== undefined)

/**
 * Lets a colleague stand in. Given by the absent person himself, or by who looks after all that he may do: `stand-in:give` over his
 * organisation and over the organisations of his roles, for nobody gives away more than he oversees. Never to oneself.
 */
export async function giveStandIn(ctx: Context, wanted: NewStandIn): Promise<number> {
  const giver = ownPerson(ctx)
  checkDays(ctx, wanted)
  if (wanted.absent === wanted.substitute) throw faultIn('substitute', 'Người xử lý thay phải là một đồng nghiệp khác.')
  return ctx.transaction(async (ctx) => {
    // In order of their names, so that two grants against each other wait for one another.
    for (const name of [wanted.absent, wanted.substitute].toSorted()) await accounts.lockAccount(ctx.sql, name)
    const absent = await findPerson(ctx, wanted.absent, 'absent')
    await findPerson(ctx, wanted.substitute, 'substitute')
    if (absent.name !== giver) await requireOversight(ctx, absent, wanted.substitute)
    await refuseCircle(ctx, wanted)
    const { absent: _absent, ...body } = wanted
    const id = await store.insertStandIn(ctx.sql, { ...wanted, givenBy: giver, now: ctx.now })
    await recordDeed(ctx, {
      action: 'stand-in.given',
      account: absent.name,
      organisation: absent.organisation ?? undefined,
      body: { id, ...body },
    })
    return id
  })
}

function checkDays(ctx: Context, { validFrom, validTo }: NewStandIn): void {
  const today = dayOf(ctx.now)
  if (validFrom < today) throw faultIn('tu', 'Ngày bắt đầu phải từ hôm nay trở đi.')
  if (validTo < validFrom) throw faultIn('den', 'Ngày kết thúc phải từ ngày bắt đầu trở đi.')
  if (Date.parse(validTo) - Date.parse(validFrom) > longestStandInDays * dayMs)
    throw faultIn('den', 'Mỗi lần giao xử lý thay dài nhất một năm; xin chọn ngày kết thúc sớm hơn.')
}

const faultIn = (path: string, message: string) => invalid(message, [{ path, message }])

async function findPerson(ctx: Context, name: string, field: string): Promise<accounts.Account> {
  const account = await accounts.findAccount(ctx.sql, name)
  if (account && !account.machine && !account.disabledAt) return account
  throw faultIn(field, 'Không có người nào đang dùng tài khoản này; xin chọn trong danh sách.')
}

async function requireOversight(ctx: Context, absent: accounts.Account, substitute: string): Promise<void> {
  ctx.require(giveStandIns, absent.organisation ?? undefined)
  const roles = await accounts.listRoles(ctx.sql, absent.name, dayOf(ctx.now))
  const places = [absent.organisation ?? everywhere, ...roles.map(({ organisation }) => organisation)]
  const reach = ctx.reach(giveStandIns)
  if (!places.every((place) => reach === 'all' || reach.has(place)))
    throw forbidden(giveStandIns, absent.organisation ?? undefined)
  if (substitute === ctx.actor.account)
    throw faultIn('substitute', 'Không tự giao cho mình xử lý thay người khác; xin chọn một đồng nghiệp.')
}

async function refuseCircle(ctx: Context, { absent, substitute, validFrom, validTo }: NewStandIn): Promise<void> {
  for (const known of await store.listBetween(ctx.sql, { absent, substitute, from: validFrom, to: validTo }))
    throw known.absent === absent
      ? conflict('stand-in.given', 'Người này đã được giao xử lý thay trong khoảng thời gian đó; xin chọn ngày khác.')
      : conflict(
          'stand-in.circle',
          'Hai người không thể xử lý thay lẫn nhau trong cùng thời gian; xin chọn người khác.',
        )
}

/** Ends a grant before its last day; sessions that act by it act for themselves from the next request on. */
export function revokeStandIn(ctx: Context, id: number): Promise<void> {
  const by = ownPerson(ctx)
  return ctx.transaction(async (ctx) => {
    const grant = await store.findStandIn(ctx.sql, id)
    if (!grant || !mayRevoke(ctx, grant)) throw notFound('stand-in', String(id))
    if (!(await store.setRevoked(ctx.sql, id, { by, at: ctx.now, today: dayOf(ctx.now) })))
      throw conflict('stand-in.over', 'Việc xử lý thay này đã kết thúc hoặc đã được thu hồi; xin tải lại trang.')
    await recordDeed(ctx, {
      action: 'stand-in.revoked',
      account: grant.absent,
      organisation: grant.absentOrganisation ?? undefined,
      body: { id, substitute: grant.substitute },
    })
  })
}

/** Both of them, who gave it, and who looks after the absent person's organisation. */
export function mayRevoke(ctx: Context, grant: store.StandIn): boolean {
  const { account, onBehalfOf, scopes } = ctx.actor
  if (!account || onBehalfOf || scopes) return false
  if ([grant.absent, grant.substitute, grant.givenBy].includes(account)) return true
  const reach = ctx.reach(giveStandIns)
  return reach === 'all' || (grant.absentOrganisation !== null && reach.has(grant.absentOrganisation))
}

/** From now on this session acts for the absent colleague of the grant. */
export function beginStandIn(ctx: Context, id: number, sessionToken: string | undefined): Promise<store.StandIn> {
  const account = ownSession(ctx)
  return ctx.transaction(async (ctx) => {
    const grant = (await store.listUsable(ctx.sql, account, dayOf(ctx.now))).find((one) => one.id === id)
    if (!grant)
      throw conflict('stand-in.over', 'Việc xử lý thay này chưa bắt đầu, đã kết thúc hoặc đã được thu hồi.', { id })
    if (!sessionToken) throw forbidden('stand-in:use')
    await store.setSessionStandIn(ctx.sql, hashToken(sessionToken), id)
    await recordDeed(ctx, {
      action: 'stand-in.begun',
      account: grant.absent,
      organisation: grant.absentOrganisation ?? undefined,
      body: { id },
    })
    return grant
  })
}

/** This session acts for its own account again. */
export function endStandIn(ctx: Context, sessionToken: string | undefined): Promise<void> {
  ownSession(ctx)
  return ctx.transaction(async (ctx) => {
    const before = sessionToken && (await store.setSessionStandIn(ctx.sql, hashToken(sessionToken), null))
    const grant = before ? await store.findStandIn(ctx.sql, before) : undefined
    if (!grant) return
    await recordDeed(ctx, {
      action: 'stand-in.ended',
      account: grant.absent,
      organisation: grant.absentOrganisation ?? undefined,
      body: { id: grant.id },
    })
  })
}

/** A session of a person, whoever he stands in for at the moment; machines stand in for nobody. */
function ownSession(ctx: Context): string {
  if (!ctx.actor.account || ctx.actor.scopes) throw forbidden('stand-in:use')
  return ctx.actor.account
}

export interface UsableStandIn {
  id: number
  account: string
  name: string
  organisation: string | null
  /** The last day. */
  until: string
}

/** The absent colleagues for whom the actor may stand in today. */
export async function listUsableStandIns(ctx: Context): Promise<UsableStandIn[]> {
  const { account, scopes } = ctx.actor
  if (!account || scopes) return []
  return (await store.listUsable(ctx.sql, account, dayOf(ctx.now))).map((grant) => ({
    id: grant.id,
    account: grant.absent,
    name: grant.absentName,
    organisation: grant.absentOrganisation,
    until: grant.validTo,
  }))
}

export interface Colleague {
  account: string
  name: string
  position: string | null
}

const mostChoices = 300

/** People who may be named absent: oneself, and those of the organisations one looks after. */
export async function listAbsentChoices(ctx: Context): Promise<Colleague[]> {
  const reach = ctx.reach(giveStandIns)
  const hasReach = reach === 'all' || reach.size > 0
  return hasReach ? store.listColleagues(ctx.sql, reach, mostChoices) : []
}

/** Colleagues of one's own agency, with its units, and of the superiors above it. */
export async function listSubstituteChoices(ctx: Context, organisation: string | undefined): Promise<Colleague[]> {
  return store.listColleagues(ctx.sql, await agencyOf(ctx, organisation), mostChoices)
}

async function agencyOf(ctx: Context, organisation: string | undefined): Promise<Reach> {
  if (organisation === undefined) return 'all'
  const asOf = dayOf(ctx.now)
  const above = (await ancestorsOf(ctx.sql, organisation, { asOf })).map(({ code }) => code)
  const agency = above[1] ?? organisation
  return new Set([...above, organisation, ...(await listDescendantCodes(ctx.sql, agency, { asOf }))])
}
