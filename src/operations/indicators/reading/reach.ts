import { listLoadedPacks } from '#organisations'
import type { Context, Reach } from '#platform/context'
import { forbidden } from '#platform/errors'
import type { Fragment, Sql } from '#platform/sql'

/**
 * The organisations whose numbers the actor may read. Who reaches an authority also reaches those that were merged into it: their
 * figures are its past, though never on one line with its own. The fictitious authorities of sample packs are nobody's own, and open
 * to all who read numbers.
 */
export async function reachOfReader(ctx: Context): Promise<Reach> {
  const reach = joined(ctx.reach('indicator:read'), ctx.reach('inspection:read'))
  if (reach === 'all' || reach.size === 0) return reach
  const packs = await listLoadedPacks(ctx.sql)
  const former = packs
    .flatMap(({ card }) => card.formerRoots)
    .filter(({ mergedInto }) => reach.has(mergedInto))
    .map(({ organisation }) => organisation)
  const samples = packs.filter(({ card }) => card.fictitious).map(({ card }) => card.rootOrganisation)
  const roots = [...former, ...samples]
  if (roots.length === 0) return reach
  const below = await ctx.sql<{ organisation: string }[]>`
    select distinct organisation from indicators.organisation_scope where ancestor = any(${roots}::text[])`
  return new Set([...reach, ...below.map(({ organisation }) => organisation)])
}

/** An inspector reads the numbers of the agencies of his decision; where, and of which days, his own pages see to. */
const joined = (a: Reach, b: Reach): Reach => (a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]))

/** @throws Problem 403 unless the actor may read the numbers of this organisation. */
export async function requireReading(ctx: Context, organisation: string): Promise<void> {
  if (!ctx.can('inspection:read')) ctx.require('indicator:read')
  const reach = await reachOfReader(ctx)
  if (reach !== 'all' && !reach.has(organisation)) throw forbidden('indicator:read', organisation)
}

/** All that an organisation belongs to, or once belonged to. */
export async function listAncestors(sql: Sql, organisation: string): Promise<string[]> {
  const rows = await sql<{ ancestor: string }[]>`
    select distinct ancestor from indicators.organisation_scope where organisation = ${organisation}`
  return rows.map(({ ancestor }) => ancestor)
}

/** Narrows a query to the organisations a reader reaches. */
export const within = (sql: Sql, reach: Reach, column: Fragment): Fragment =>
  reach === 'all' ? sql`true` : sql`${column} = any(${[...reach]}::text[])`
