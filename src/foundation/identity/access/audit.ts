/** "Who may do this" and "what may this person do", by the grounds of the guard. */
import { listReachingCodes, seatsOn } from '#organisations'
import type { Ground } from '#platform/access'
import type { Role } from '#platform/capability'
import type { Context } from '#platform/context'
import { forbidden, notFound } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { everywhere, neverPassedOn } from '../model.ts'
import * as store from './audit-store.ts'
import { countsUnder, findHeld, groundOfEmergency, groundsOfStandIn, seatOf } from './grounds.ts'

export const auditAccess = 'access:audit'

export interface WhoAsked {
  permission: string
  organisation: string
  on: string
  words?: string
  after?: { name: string; account: string }
  limit: number
}

export interface HolderFound {
  account: string
  name: string
  organisation: string | null
  machine: boolean
  grounds: readonly Ground[]
}

/** Those who may, in the order of their names, each with all his grounds. */
export async function findWho(ctx: Context, { organisation, ...asked }: WhoAsked): Promise<HolderFound[]> {
  ctx.require(auditAccess, organisation)
  return findHolders(ctx, { ...asked, organisations: [organisation] })
}

export interface HoldersAsked extends Omit<WhoAsked, 'organisation'> {
  /** Over any of these; absent: over whichever. */
  organisations: readonly string[] | undefined
  accounts?: readonly string[]
}

/** The same for who has asked already whether this may be told. */
export async function findHolders(ctx: Context, asked: HoldersAsked): Promise<HolderFound[]> {
  const { permission, organisations, on, accounts, words = '', after, limit } = asked
  const roles = ctx.rolesWith(permission)
  const reaching = organisations && [everywhere, ...(await listReachingCodes(ctx.sql, organisations, on))]
  const query: store.WhoQuery = {
    roles,
    reaching,
    on,
    now: on === dayOf(ctx.now) ? ctx.now : undefined,
    ...(await seatsOf(ctx, { roles, reaching, on })),
    passedOn: !neverPassedOn.has(permission),
    ...{ accounts, words, after, limit },
  }
  const people = await store.listWho(ctx.sql, query)
  const names = people.map(({ account }) => account)
  const grounds = await store.listGroundsOf(ctx.sql, query, names)
  return people.map((person) => ({
    ...person,
    grounds: grounds.filter(({ account }) => account === person.account).map((ground) => toGround(ground, permission)),
  }))
}

async function seatsOf(ctx: Context, asked: Pick<store.WhoQuery, 'roles' | 'reaching' | 'on'>) {
  const bound = await store.listBound(ctx.sql, asked)
  const accounts = [...new Set(bound.map(({ account }) => account))]
  const seats = accounts.length > 0 ? await seatsOn(ctx.sql, accounts, asked.on) : []
  const seatsOfAccount = new Map<string, typeof seats>()
  for (const seat of seats) seatsOfAccount.set(seat.account, [...(seatsOfAccount.get(seat.account) ?? []), seat])
  return {
    seats: seats.map(({ account, position }) => ({ account, position })),
    seatsOfAbsent: bound.flatMap(({ account, organisation }) => {
      const seat = seatOf(seatsOfAccount.get(account) ?? [], { organisation })
      return seat ? [{ account, position: seat.position }] : []
    }),
  }
}

function toGround(found: store.FoundGround, permission: string): Ground {
  const { kind, role, organisations, absent, absentName, absentUntil } = found
  return {
    kind,
    role,
    organisations,
    reach: organisations.includes(everywhere) ? 'all' : new Set(organisations),
    permissions: new Set([permission]),
    position: found.position ?? undefined,
    givenBy: found.givenBy ?? undefined,
    givenAt: found.givenAt ?? undefined,
    from: found.from ?? undefined,
    until: found.endsAt ?? found.until ?? undefined,
    decision: found.decision ?? undefined,
    onBehalfOf: absent ? { account: absent, name: absentName ?? absent, until: absentUntil ?? '' } : undefined,
    demands: kind === 'emergency' ? 'two-factor' : undefined,
  }
}

/** Everything by which an account may do what it may on a day, whichever position it acts under and whoever it stands in for. */
export async function findGrounds(ctx: Context, account: string, on: string) {
  const person = await store.findThen(ctx.sql, account, on)
  if (!person || person.citizen) throw notFound('account', account)
  const reach = ctx.reach(auditAccess)
  if (reach !== 'all' && !reach.has(person.organisation ?? ''))
    throw forbidden(auditAccess, person.organisation ?? undefined)
  if (!person.inUse) return { person, grounds: [] }
  const own = await findHeld(ctx, account, on, ctx.grants)
  const positions = new Set(own.seats.map(({ position }) => position))
  const grounds = own.grounds.filter(({ position }) => position === undefined || positions.has(position))
  for (const { organisation, ...colleague } of await store.listStoodInFor(ctx.sql, account, on)) {
    const held = await findHeld(ctx, colleague.account, on, ctx.grants)
    const counting = held.grounds.filter(countsUnder(seatOf(held.seats, { organisation })))
    grounds.push(...groundsOfStandIn(counting, colleague))
  }
  const emergency = on === dayOf(ctx.now) ? await store.findEmergency(ctx.sql, account, ctx.now) : undefined
  if (emergency)
    grounds.push(
      await groundOfEmergency(
        ctx,
        // The column's check allows roles only.
        { ...emergency, role: emergency.role as Role, endsAt: emergency.endsAt.toISOString() },
        on,
        ctx.grants,
      ),
    )
  return { person, grounds }
}
