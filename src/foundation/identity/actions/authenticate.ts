/**
 * Who asks. Two ways: a cookie of a browser (of the pages, or at the provider its own), or a bearer token of a machine: a lasting key, or a short-lived one that the
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
import { type Seat, sayPosition } from '#organisations'
import { type Ground, permissionsBy } from '#platform/access'
import { type Actor, type Context, nobody, type Reach } from '#platform/context'
import { tokenRefused } from '#platform/errors'
import type { RequestFacts } from '#platform/http'
import { dayOf } from '#platform/local-day'
import {
  countsUnder,
  findHeld,
  groundOfEmergency,
  groundsOfStandIn,
  groundsWithin,
  type Held,
  seatOf,
} from '../access/grounds.ts'
import { sessionCookie, signOnCookie } from '../assurance/sessions.ts'
import { everywhere, type Grants, type ObjectScopes, roleNames, seenEveryMs, sessionIdleMs } from '../model.ts'
import { citizenOf } from '../person/actor.ts'
import { findMachineCaller } from '../provider/store.ts'
import { touchSession } from '../session-store.ts'
import * as store from '../store.ts'
import { hashArtifact, hashToken, tokenPrefix } from './secrets.ts'

export type Authenticate = (ctx: Context, request: RequestFacts) => Promise<Actor>

interface Kept extends Held {
  stamp: string
  until: number
  /** What the grounds give together, by the position acted under. */
  compiled: Map<string, Compiled>
}

interface Compiled {
  grounds: readonly Ground[]
  permissions: ReadonlyMap<string, Reach>
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

  const findKept = async (ctx: Context, account: Pick<store.Account, 'name' | 'accessStamp'>): Promise<Kept> => {
    const known = kept.get(account.name)
    if (known && known.stamp === account.accessStamp && known.until > ctx.now.getTime()) return known
    const held = await findHeld(ctx, account.name, dayOf(ctx.now), grants)
    if (kept.size >= mostKept) kept.clear()
    const fresh = { ...held, stamp: account.accessStamp, until: endOfKeeping(ctx.now), compiled: new Map() }
    kept.set(account.name, fresh)
    return fresh
  }

  const actorOf = async (
    ctx: Context,
    account: store.Account & Pick<store.Caller, 'chosenPosition'>,
    scopes?: readonly string[],
  ): Promise<Actor> => {
    if (account.citizen) return citizenOf(ctx, account, grants)
    const kept = await findKept(ctx, account)
    const seat = scopes ? undefined : seatOf(kept.seats, account)
    const own = compiledUnder(kept, seat)
    return {
      account: account.name,
      name: account.personName,
      ...(seat && { position: { code: seat.position, title: sayPosition(seat), held: kept.seats.length } }),
      organisation: seat?.organisation ?? account.organisation ?? undefined,
      roles: rolesUnder(kept, seat),
      ...(scopes ? compile(groundsWithin(own.grounds, scopes, grants, objectScopes)) : own),
      scopes,
      inspection: kept.inspection,
    }
  }

  const standInOf = async (ctx: Context, caller: store.Caller): Promise<Actor | undefined> => {
    const { absentName: name, absentPersonName, absentStamp, absentUntil } = caller
    if (!name || !absentStamp) return undefined
    const kept = await findKept(ctx, { name, accessStamp: absentStamp })
    const seat = seatOf(kept.seats, { organisation: caller.absentOrganisation ?? null })
    const colleague = { account: name, name: absentPersonName ?? name }
    return {
      account: caller.name,
      name: caller.personName,
      onBehalfOf: colleague,
      organisation: caller.absentOrganisation ?? undefined,
      roles: rolesUnder(kept, seat),
      ...compile(groundsOfStandIn(compiledUnder(kept, seat).grounds, { ...colleague, until: absentUntil ?? '' })),
    }
  }

  // Beside his own roles, and only while he has proved himself with two factors.
  const withEmergency = async (ctx: Context, actor: Actor, held: store.HeldEmergency): Promise<Actor> => {
    const ground = await groundOfEmergency(ctx, held, dayOf(ctx.now), grants)
    if (actor.assurance !== ground.demands) return actor
    const { id, role, organisation } = held
    return {
      ...actor,
      emergency: {
        id,
        title: `${roleNames[role]}, ${organisation === everywhere ? 'mọi đơn vị' : organisation}`,
        endsAt: new Date(held.endsAt),
      },
      roles: [...actor.roles, { role, organisation }],
      ...compile([...(actor.grounds ?? []), ground]),
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
      const bearer = bearerOf(request)
      const caller = bearer ? await findMachine(ctx, bearer) : await findVisitor(ctx, keyOf(request))
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

const compile = (grounds: readonly Ground[]): Compiled => ({ grounds, permissions: permissionsBy(grounds) })

function compiledUnder(kept: Kept, seat: Seat | undefined): Compiled {
  const key = seat?.position ?? ''
  const known = kept.compiled.get(key) ?? compile(kept.grounds.filter(countsUnder(seat)))
  kept.compiled.set(key, known)
  return known
}

const rolesUnder = ({ roles }: Kept, seat: Seat | undefined) =>
  roles.filter(countsUnder(seat)).map(({ role, organisation }) => ({ role, organisation }))

/** A minute, and not past midnight, when days of roles and of inspections begin and end. */
const endOfKeeping = (now: Date): number =>
  Math.min(now.getTime() + keepMs, Date.parse(`${dayOf(now)}T00:00:00+07:00`) + 24 * 3600_000)

/** The token that a request shows. */
export const bearerOf = ({ headers }: Pick<RequestFacts, 'headers'>): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]

async function findMachine(ctx: Context, token: string): Promise<store.Caller> {
  const caller = token.startsWith(tokenPrefix)
    ? await store.findTokenCaller(ctx.sql, hashToken(token), ctx.now)
    : await findMachineCaller(ctx.sql, hashArtifact('ClientCredentials', token), ctx.now)
  if (!caller) throw tokenRefused()
  if (isStale(caller, ctx.now)) await store.touchToken(ctx.sql, caller.credential, ctx.now)
  return caller
}

/** The provider knows a browser by its own cookie, all other pages by theirs: they are its client like any other. */
function keyOf({ path, cookies }: RequestFacts): store.SessionKey | undefined {
  const token = cookies[path.startsWith('/oidc/') ? signOnCookie : sessionCookie]
  if (!token) return undefined
  return path.startsWith('/oidc/') ? { signOn: hashToken(token) } : { page: hashToken(token) }
}

async function findVisitor(ctx: Context, key: store.SessionKey | undefined): Promise<store.Caller | undefined> {
  if (!key) return undefined
  const seenSince = new Date(ctx.now.getTime() - sessionIdleMs)
  const caller = await store.findSessionCaller(ctx.sql, key, {
    now: ctx.now,
    seenSince,
    today: dayOf(ctx.now),
  })
  if (caller && isStale(caller, ctx.now)) await touchSession(ctx.sql, caller.credential, ctx.now)
  return caller
}

const isStale = (caller: store.Caller, now: Date) =>
  !caller.seenAt || now.getTime() - caller.seenAt.getTime() >= seenEveryMs
