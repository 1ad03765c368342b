import { type At, findOrganisation, organisationTree } from '#organisations'
import type { Context } from '#platform/context'

/** Short names of agencies by code, as they were at a moment; of one that was not there then, its latest. */
export async function nameOwners(
  ctx: Pick<Context, 'sql'>,
  codes: Iterable<string>,
  at?: At,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  const tree = at && (await organisationTree(ctx.sql, at))
  for (const code of new Set(codes)) {
    const found = tree?.find(code)?.row ?? (await findOrganisation(ctx.sql, code))
    names.set(code, found?.shortName ?? found?.name ?? code)
  }
  return names
}
