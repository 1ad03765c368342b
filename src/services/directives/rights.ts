// Who may do what to one directive. A permission says what kind of thing somebody does; these say to which rows.
import { partiesOf } from '#identity'
import type { Context } from '#platform/context'
import { forbidden } from '#platform/errors'
import { verifiesOwnWork } from './model.ts'
import type { Directive, Part } from './store.ts'

export const readPermission = 'directive:read'
export const givePermission = 'directive:give'
export const issuePermission = 'directive:issue'
export const workPermission = 'directive:work'

type Placed = Pick<Directive, 'authority' | 'office' | 'giver' | 'recordedBy'>

const isParty = (ctx: Context, accounts: readonly (string | null)[]): boolean =>
  partiesOf(ctx.actor).some((account) => accounts.includes(account))

/** Whoever reaches the agency, one that co-operates, the office or the authority; and the giver, the writer, the verifier. */
export const maySee = (ctx: Context, directive: Placed, part: Part): boolean =>
  [part.organisation, ...part.coOrganisations, directive.office, directive.authority].some((code) =>
    ctx.can(readPermission, code),
  ) || isParty(ctx, [directive.giver, directive.recordedBy, part.verifier])

export const mayIssue = (ctx: Context, { office, authority }: Placed): boolean => {
  if (!ctx.can(issuePermission, office)) return false
  // A leader reaches the office too, but what he says binds only when the office itself has issued it.
  const own = ctx.actor.organisation
  return office === authority || ctx.actor.account === 'system' || own === office || !!own?.startsWith(`${office}.`)
}

/** Who gives in the authority's name reaches the agency too, but does not do its work, unless he stands in for one of its people. */
export const mayWork = (ctx: Context, { authority }: Pick<Directive, 'authority'>, part: Part): boolean =>
  ctx.can(workPermission, part.organisation) &&
  (ctx.actor.organisation !== authority || authority === part.organisation || ctx.actor.onBehalfOf !== undefined)

/** The giver himself, his assistants and whoever else gives in the authority's name. */
export const mayDecide = (ctx: Context, directive: Placed): boolean =>
  ctx.can(givePermission, directive.authority) || isParty(ctx, [directive.giver])

export const hasWorked = (ctx: Context, part: Part): boolean => verifiesOwnWork(part.doers, partiesOf(ctx.actor))

export const mayVerify = (ctx: Context, directive: Placed, part: Part): boolean =>
  mayDecide(ctx, directive) || isParty(ctx, [part.verifier])

export function demand(allowed: boolean, permission: string, organisation: string): void {
  if (!allowed) throw forbidden(permission, organisation)
}
