/** What lets an account do what it may, as the guard goes by it and as people read it: one list of grounds, made here and nowhere else. */
import { listReachedCodes, type Seat, seatsOn } from '#organisations'
import type { Ground } from '#platform/access'
import type { Role } from '#platform/capability'
import type { Context, InspectionRight, Reach } from '#platform/context'
import { findCurrentInspection } from '../inspection/store.ts'
import { everywhere, type Grants, neverPassedOn, type ObjectScopes, wantedByScopes } from '../model.ts'
import * as store from '../store.ts'

export interface Held {
  roles: readonly store.RoleAssignment[]
  /** All of them, those bound to a position too. */
  grounds: readonly Ground[]
  seats: readonly Seat[]
  inspection: InspectionRight | undefined
}

/** What an account holds by itself on a day: its roles and its inspection. */
export async function findHeld(ctx: Context, account: string, on: string, grants: Grants): Promise<Held> {
  const roles = (await store.listRoles(ctx.sql, account, on)).filter(({ validFrom }) => validFrom <= on)
  const grounds: Ground[] = []
  for (const role of roles)
    grounds.push({
      kind: 'role',
      role: role.role,
      organisations: [role.organisation],
      reach: await reachFrom(ctx, [role.organisation], on),
      permissions: permissionsOfRole(role.role, grants),
      position: role.position ?? undefined,
      givenBy: role.givenBy,
      givenAt: role.givenAt,
      from: role.validFrom,
      until: role.validTo ?? undefined,
    })
  const inspection = await findCurrentInspection(ctx.sql, account, on)
  if (inspection)
    grounds.push({
      kind: 'inspection',
      role: 'inspector',
      organisations: inspection.organisations,
      reach: await reachFrom(ctx, inspection.organisations, on),
      permissions: permissionsOfRole('inspector', grants),
      decision: inspection.decisionNumber,
      givenBy: inspection.decidedBy ?? undefined,
      givenAt: inspection.decidedAt ?? undefined,
      from: inspection.validFrom,
      until: inspection.validTo,
    })
  return { roles, grounds, seats: await seatsOn(ctx.sql, [account], on), inspection }
}

/** Powers for an emergency: beside everything else, and only while he has proved himself with two factors. */
export async function groundOfEmergency(
  ctx: Context,
  emergency: store.HeldEmergency,
  on: string,
  grants: Grants,
): Promise<Ground> {
  return {
    kind: 'emergency',
    role: emergency.role,
    organisations: [emergency.organisation],
    reach: await reachFrom(ctx, [emergency.organisation], on),
    permissions: permissionsOfRole(emergency.role, grants),
    givenBy: emergency.decidedBy,
    until: new Date(emergency.endsAt),
    demands: 'two-factor',
  }
}

/** The organisations with all below them. */
async function reachFrom(ctx: Context, organisations: readonly string[], on: string): Promise<Reach> {
  if (organisations.includes(everywhere)) return 'all'
  const below = await Promise.all(organisations.map((code) => listReachedCodes(ctx.sql, code, on)))
  return new Set([...organisations, ...below.flat()])
}

export const permissionsOfRole = (role: Role, grants: Grants): Set<string> =>
  new Set([...grants].filter(([, holders]) => holders.has(role)).map(([permission]) => permission))

/** The seat that is acted under: the chosen one while it is held, else the first of the account's own organisation, else the first. */
export const seatOf = (
  seats: readonly Seat[],
  { chosenPosition, organisation }: { chosenPosition?: string | null; organisation: string | null },
): Seat | undefined =>
  seats.find(({ position }) => position === chosenPosition) ??
  seats.find((seat) => seat.organisation === organisation) ??
  seats[0]

/** Whether something counts while this seat is acted under. */
export const countsUnder =
  (seat: Seat | undefined) =>
  ({ position }: { position?: string | null }) =>
    position === null || position === undefined || position === seat?.position

/** What who stands in has of his colleague's grounds: no more than the colleague may, and neither accounts nor an inspection. */
export const groundsOfStandIn = (grounds: readonly Ground[], colleague: NonNullable<Ground['onBehalfOf']>): Ground[] =>
  grounds
    .filter(({ kind }) => kind !== 'inspection')
    .map((ground) => ({
      ...ground,
      permissions: new Set([...ground.permissions].filter((one) => !neverPassedOn.has(one))),
      onBehalfOf: colleague,
    }))

/** What a token leaves of the grounds of its account. */
export function groundsWithin(
  grounds: readonly Ground[],
  scopes: readonly string[],
  grants: Grants,
  objectScopes: ObjectScopes,
): Ground[] {
  const wanted = wantedByScopes(scopes, grants, objectScopes)
  return grounds.map((ground) => ({
    ...ground,
    permissions: new Set([...ground.permissions].filter((one) => wanted.has(one))),
  }))
}
