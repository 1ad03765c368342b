import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'

export interface PageView {
  account: string
  viewedAt: Date
  path: string
}

/** Writes down which versions of which numbers a person was shown: a correction can name those who saw the old one. */
export async function recordPageView(ctx: Context, path: string, facts: readonly number[]): Promise<void> {
  const { account } = ctx.actor
  if (!account || facts.length === 0) return
  const shown = [...new Set(facts)].sort((a, b) => a - b)
  await ctx.sql`
    insert into indicators.page_view (account, viewed_at, path, facts)
    values (${account}, ${ctx.now}, ${path.slice(0, 500)}, ${shown}::bigint[])`
}

/** Who was shown this version of a number, each account once with its latest view. */
export function listViewers(sql: Sql, fact: number, limit: number): Promise<PageView[]> {
  return sql<PageView[]>`
    select account, max(viewed_at) as viewed_at, (array_agg(path order by viewed_at desc))[1] as path
    from indicators.page_view where facts @> array[${fact}::bigint]
    group by account order by max(viewed_at) desc limit ${limit}`
}
