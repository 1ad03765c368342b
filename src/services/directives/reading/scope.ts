// Which rows somebody sees: those of agencies he reaches, in charge or co-operating; those of an office or authority he reaches; and his own.
import { partiesOf } from '#identity'
import type { Context, Reach } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import { readPermission } from '../rights.ts'

export function seenBy(ctx: Context): Fragment {
  const { sql } = ctx
  const reach = ctx.reach(readPermission)
  if (reach === 'all') return sql`true`
  const own = partiesOf(ctx.actor)
  return sql`(${within(sql, reach)} or directive.giver = any(${own}) or directive.recorded_by = any(${own}) or part.verifier = any(${own}))`
}

/** The same for a reach alone: for sums that are made for nobody in particular. */
export function within(sql: Sql, reach: Reach): Fragment {
  if (reach === 'all') return sql`true`
  const codes = [...reach]
  return sql`(part.organisation = any(${codes}) or part.co_organisations && ${codes}::text[] or directive.office = any(${codes})
    or directive.authority = any(${codes}))`
}
