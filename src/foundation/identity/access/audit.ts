/** "Who may do this" and "what may this person do", by the grounds of the guard. */
import { listReachedCodes, seatsOn } from '#organisations'
import type { Ground } from '#platform/access'
import type { Role } from '#platform/capability'
import type { Context } from '#platform/context'
import { forbidden, notFound } from '#platform/errors'
import { dayOf } from '../actions/authenticate.ts'
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
export async function findWho(ctx: Context, asked: WhoAsked): Promise<HolderFound[]> {
  ctx.require(auditAccess, asked.organisation)
  const { permission, on } = asked
  const roles = ctx.rolesWith(permission)
  const reaching = await listReaching(ctx, asked.organisation, on)
  const found = await store.listWho(ctx.sql, {
    roles,
    reaching,
    on,
    now: on === dayOf(ctx.now) ? ctx.now : undefined,
    ...(await seatsOf(ctx, { roles, reaching, on })),
    passedOn: !neverPassedOn.has(permission),
    words: asked.words ?? '',
    after: asked.after,
    limit: asked.limit,
  })
  return found.map(({ grounds, ...person }) => ({
    ...person,
    grounds: grounds.map((ground) => toGround(ground, permission)),
  }))
}

/** The organisations by a role over which one reaches this one. */
async function listReaching(ctx: Context, organisation: string, on: string): Promise<string[]> {
  const reaching = [everywhere]
  for (const code of await store.listGivenOver(ctx.sql, on))
    if (code === organisation || (await listReachedCodes(ctx.sql, code, on)).includes(organisation)) reaching.push(code)
  return reaching
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
    givenAt: found.givenAt ? new Date(found.givenAt) : undefined,
    from: found.from ?? undefined,
    until: kind === 'emergency' && found.until ? new Date(found.until) : (found.until ?? undefined),
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
