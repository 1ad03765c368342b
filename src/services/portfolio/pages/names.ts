import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'

/** Short names of agencies by code. */
export async function nameOwners(
  ctx: Pick<Context, 'sql'>,
  codes: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const code of new Set(codes)) {
    const found = await findOrganisation(ctx.sql, code)
    names.set(code, found?.shortName ?? found?.name ?? code)
  }
  return names
}
