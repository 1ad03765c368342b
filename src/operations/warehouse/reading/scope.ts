import { branchOf, listLoadedPacks, organisationTree, today } from '#organisations'
import type { Context, Reach } from '#platform/context'
import { notFound } from '#platform/errors'
import type { Fragment, Sql } from '#platform/sql'
import { type ContractRow, findCurrentContract, findSource, type SourceRow } from '../store.ts'

/**
 * The organisations whose sources and records the actor may read: those his permission reaches, and the fictitious authorities of
 * sample packs, whose data is published and nobody's own.
 */
export async function reachOfSources(ctx: Context, permission = 'source:read'): Promise<Reach> {
  const reach = ctx.reach(permission)
  if (reach === 'all' || reach.size === 0) return reach
  const packs = await listLoadedPacks(ctx.sql)
  const samples = packs.filter(({ card }) => card.fictitious).map(({ card }) => card.rootOrganisation)
  if (samples.length === 0) return reach
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  return new Set([...reach, ...samples, ...samples.flatMap((root) => branchOf(tree, root).map(({ row }) => row.code))])
}

/** Whether it belongs to the fictitious authority of a sample pack. */
export async function isSample(ctx: Context, organisation: string): Promise<boolean> {
  const packs = await listLoadedPacks(ctx.sql)
  const roots = packs.filter(({ card }) => card.fictitious).map(({ card }) => card.rootOrganisation)
  if (roots.length === 0) return false
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  return roots.some(
    (root) => root === organisation || branchOf(tree, root).some(({ row }) => row.code === organisation),
  )
}

export const within = (sql: Sql, reach: Reach, column: Fragment): Fragment =>
  reach === 'all' ? sql`true` : sql`${column} = any(${[...reach]}::text[])`

/** A source the actor may see; what he may not see is not there. @throws Problem 404 */
export async function getReadableSource(
  ctx: Context,
  code: string,
  permission = 'source:read',
): Promise<{ source: SourceRow; contract: ContractRow }> {
  const source = await findSource(ctx.sql, code)
  const contract = source && (await findCurrentContract(ctx.sql, code))
  if (!source || !contract) throw notFound('source', code)
  const reach = await reachOfSources(ctx, permission)
  if (reach !== 'all' && !reach.has(source.organisation)) throw notFound('source', code)
  return { source, contract }
}
