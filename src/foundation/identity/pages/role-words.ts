import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { everywhere, roleNames } from '../model.ts'
import type { RoleAssignment } from '../store.ts'

/** An organisation as people call it; its code where it has no name. */
export async function sayOrganisation(ctx: Context, code: string): Promise<string> {
  const known = await findOrganisation(ctx.sql, code)
  return known?.name ?? code
}

/** "Lãnh đạo (Ủy ban nhân dân tỉnh …)", one for each role. */
export const sayRoles = (ctx: Context, roles: readonly RoleAssignment[]): Promise<string[]> =>
  Promise.all(
    roles.map(async ({ role, organisation }) => {
      const where = organisation === everywhere ? 'mọi đơn vị' : await sayOrganisation(ctx, organisation)
      return `${roleNames[role]} (${where})`
    }),
  )
