import type { Context, Reach } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import { getSettings } from '../settings.ts'

/**
 * Whose duties the actor may see: those of the organisations his permission reaches. Who decides or signs for the department in charge
 * sees all, agencies outside the province's line too.
 */
export async function reachOfDuties(ctx: Context): Promise<Reach> {
  const { issuer } = await getSettings(ctx)
  const decides = ctx.can('duty:remind', issuer.value.organisation) || ctx.can('duty:issue', issuer.value.organisation)
  return decides && ctx.can('duty:read') ? 'all' : ctx.reach('duty:read')
}

export const within = (sql: Sql, reach: Reach, column: Fragment): Fragment =>
  reach === 'all' ? sql`true` : sql`${column} = any(${[...reach]}::text[])`
