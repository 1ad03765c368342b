/**
 * Who asks. Two ways: the session cookie of a browser, or a bearer token of a machine: a lasting key, or a short-lived one that the
 * provider has handed out. What an account may do is worked out from its
 * roles once and kept in this process; the account's stamp, read with every request, tells when it has changed, and a minute is the
 * longest that a changed organisation tree or a role's first or last day goes unseen.
 *
 * Who stands in for a colleague acts with what the colleague's own roles permit, and with nothing of his own; whether he still stands
 * in (days, revocation, the colleague's account) is read with the session, so that it ends with the next request.
 *
 * A person acts under one of his positions at a time: the one chosen for the session, or the first of his own organisation. Roles bound to
 * another position do not count meanwhile; a machine's key acts under none.
 */
import { listReachedCodes, type Seat, sayPosition, seatsOn } from '#organisations'
import { type Actor, type Context, type InspectionRight, nobody, type Reach } from '#platform/context'
import { unauthenticated } from '#platform/errors'
import type { RequestFacts } from '#platform/http'
import { sessionCookie } from '../assurance/sessions.ts'
import { findCurrentInspection } from '../inspection/store.ts'
import {
  everywhere,
  type Grants,
  joinPermissions,
  type ObjectScopes,
  permissionsOf,
  permissionsOfStandIn,
  type ReachingRole,
  roleNames,
  seenEveryMs,
  sessionIdleMs,
} from '../model.ts'
import { citizenOf } from '../person/actor.ts'
import { findMachineCaller } from '../provider/store.ts'
import { touchSession } from '../session-store.ts'
import * as store from '../store.ts'
import { hashArtifact, hashToken, tokenPrefix } from './secrets.ts'

export type Authenticate = (ctx: Context, request: RequestFacts) => Promise<Actor>

interface Kept {
  stamp: string
  until: number
  roles: readonly store.RoleAssignment[]
  held: readonly (ReachingRole & { position: string | null })[]
  seats: readonly Seat[]
  inspection: InspectionRight | undefined
}

const keepMs = 60_000
const mostKept = 10_000

export interface AuthenticatorOptions {
  objectScopes?: ObjectScopes
  /** What asks for a second factor where there is one asks everybody for it. */
  demandsSecondFactor?: boolean
}

export function createAuthenticator(
  grants: Grants,
  { objectScopes = {}, demandsSecondFactor = false }: AuthenticatorOptions = {},
) {
  const kept = new Map<string, Kept>()

  const findHeld = async (ctx: Context, account: Pick<store.Account, 'name' | 'accessStamp'>): Promise<Kept> => {
    const known = kept.get(account.name)
    if (known && known.stamp === account.accessStamp && known.until > ctx.now.getTime()) return known
    const today = dayOf(ctx.now)
    const roles = await store.listRoles(ctx.sql, account.name, today)
    const current = roles.filter(({ validFrom }) => validFrom <= today)
    const held: Kept['held'][number][] = []
    for (const { role, organisation, position } of current) {
      const reach: Reach =
        organisation === everywhere
          ? 'all'
          : new Set([organisation, ...(await listReachedCodes(ctx.sql, organisation, today))])
      held.push({ role, reach, position })
    }
    const inspection = await findCurrentInspection(ctx.sql, account.name, today)
    if (inspection)
      held.push({ role: 'inspector', reach: await reachOfInspection(ctx, inspection, today), position: null })
    if (kept.size >= mostKept) kept.clear()
    const seats = await seatsOn(ctx.sql, [account.name], today)
    const fresh = { stamp: account.accessStamp, until: endOfKeeping(ctx.now), roles: current, held, seats, inspection }
    kept.set(account.name, fresh)
    return fresh
  }

  const actorOf = async (
    ctx: Context,
    account: store.Account & Pick<store.Caller, 'chosenPosition'>,
    scopes?: readonly string[],
  ): Promise<Actor> => {
    if (account.citizen) return citizenOf(ctx, account, grants)
    const kept = await findHeld(ctx, account)
    const seat = scopes ? undefined : seatOf(kept.seats, account)
    const counts = countsUnder(seat)
    return {
      account: account.name,
      name: account.personName,
      ...(seat && { position: { code: seat.position, title: sayPosition(seat), held: kept.seats.length } }),
      organisation: seat?.organisation ?? account.organisation ?? undefined,
      roles: kept.roles.filter(counts).map(({ role, organisation }) => ({ role, organisation })),
      permissions: permissionsOf(kept.held.filter(counts), grants, scopes, objectScopes),
      scopes,
      inspection: kept.inspection,
    }
  }

  const standInOf = async (ctx: Context, caller: store.Caller): Promise<Actor | undefined> => {
    const { absentName: name, absentPersonName, absentStamp } = caller
    if (!name || !absentStamp) return undefined
    const kept = await findHeld(ctx, { name, accessStamp: absentStamp })
    const counts = countsUnder(seatOf(kept.seats, { organisation: caller.absentOrganisation ?? null }))
    return {
      account: caller.name,
      name: caller.personName,
      onBehalfOf: { account: name, name: absentPersonName ?? name },
      organisation: caller.absentOrganisation ?? undefined,
      roles: kept.roles.filter(counts).map(({ role, organisation }) => ({ role, organisation })),
      permissions: permissionsOfStandIn(
        permissionsOf(
          kept.held.filter(counts).filter(({ role }) => role !== 'inspector'),
          grants,
        ),
      ),
    }
  }

  // Beside his own roles, and only while he has proved himself with two factors.
  const withEmergency = async (ctx: Context, actor: Actor, held: store.HeldEmergency): Promise<Actor> => {
    if (actor.assurance !== 'two-factor') return actor
    const { id, role, organisation } = held
    const reach: Reach =
      organisation === everywhere
        ? 'all'
        : new Set([organisation, ...(await listReachedCodes(ctx.sql, organisation, dayOf(ctx.now)))])
    return {
      ...actor,
      emergency: {
        id,
        title: `${roleNames[role]}, ${organisation === everywhere ? 'mọi đơn vị' : organisation}`,
        endsAt: new Date(held.endsAt),
      },
      roles: [...actor.roles, { role, organisation }],
      permissions: joinPermissions(actor.permissions, permissionsOf([{ role, reach }], grants)),
    }
  }

  // Whoever he acts for, it is himself that he has proved.
  const proofOf = ({ assurance, authenticatedAt, hasFactor }: store.Caller) => ({
    ...(assurance && authenticatedAt ? { assurance, authenticatedAt } : {}),
    asksSecondFactor: hasFactor || demandsSecondFactor,
  })

  return {
    /** @throws Problem 401 for a bearer token that is wrong, ended or revoked; a dead cookie is nobody. */
    async authenticate(ctx: Context, request: RequestFacts): Promise<Actor> {
      const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
      const caller = bearer ? await findMachine(ctx, bearer) : await findVisitor(ctx, request.cookies[sessionCookie])
      if (!caller) return nobody
      const standIn = await standInOf(ctx, caller)
      if (standIn) return { ...standIn, ...proofOf(caller) }
      const actor = { ...(await actorOf(ctx, caller, caller.scopes ?? undefined)), ...proofOf(caller) }
      return caller.emergency ? withEmergency(ctx, actor, caller.emergency) : actor
    },
    /** The actor that an account is, for commands and tests. */
    async findActor(ctx: Context, name: string): Promise<Actor | undefined> {
      const account = await store.findAccount(ctx.sql, name)
      return account && !account.disabledAt ? actorOf(ctx, account) : undefined
    },
  }
}

/** An inspector reaches the agencies of his decision with all below them. */
async function reachOfInspection(
  ctx: Context,
  { organisations }: InspectionRight,
  today: string,
): Promise<Set<string>> {
  const below = await Promise.all(organisations.map((code) => listReachedCodes(ctx.sql, code, today)))
  return new Set([...organisations, ...below.flat()])
}

/** A minute, and not past midnight, when days of roles and of inspections begin and end. */
const endOfKeeping = (now: Date): number =>
  Math.min(now.getTime() + keepMs, Date.parse(`${dayOf(now)}T00:00:00+07:00`) + 24 * 3600_000)

/** The seat that is acted under: the chosen one while it is held, else the first of the account's own organisation, else the first. */
const seatOf = (
  seats: readonly Seat[],
  { chosenPosition, organisation }: { chosenPosition?: string | null; organisation: string | null },
): Seat | undefined =>
  seats.find(({ position }) => position === chosenPosition) ??
  seats.find((seat) => seat.organisation === organisation) ??
  seats[0]

const countsUnder =
  (seat: Seat | undefined) =>
  ({ position }: { position: string | null }) =>
    position === null || position === seat?.position

async function findMachine(ctx: Context, token: string): Promise<store.Caller> {
  const caller = token.startsWith(tokenPrefix)
    ? await store.findTokenCaller(ctx.sql, hashToken(token), ctx.now)
    : await findMachineCaller(ctx.sql, hashArtifact('ClientCredentials', token), ctx.now)
  if (!caller) throw unauthenticated()
  if (isStale(caller, ctx.now)) await store.touchToken(ctx.sql, caller.credential, ctx.now)
  return caller
}

async function findVisitor(ctx: Context, token: string | undefined): Promise<store.Caller | undefined> {
  if (!token) return undefined
  const seenSince = new Date(ctx.now.getTime() - sessionIdleMs)
  const caller = await store.findSessionCaller(ctx.sql, hashToken(token), {
    now: ctx.now,
    seenSince,
    today: dayOf(ctx.now),
  })
  if (caller && isStale(caller, ctx.now)) await touchSession(ctx.sql, caller.credential, ctx.now)
  return caller
}

const isStale = (caller: store.Caller, now: Date) =>
  !caller.seenAt || now.getTime() - caller.seenAt.getTime() >= seenEveryMs

/** The day in Việt Nam (UTC+7 all year). */
export const dayOf = (now: Date): string => new Date(now.getTime() + 7 * 3600_000).toISOString().slice(0, 10)
