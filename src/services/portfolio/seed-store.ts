import type { Sql } from '#platform/sql'
import type { Fund } from './model.ts'

/** Illustrated projects under way without capital in that year, with the source of capital of their whole. */
export function listIllustrated(sql: Sql, year: number): Promise<{ id: number; total: string; fund: Fund }[]> {
  return sql<{ id: number; total: string; fund: Fund }[]>`
    select p.id, p.total, min(m.fund) as fund
    from portfolio.project p join portfolio.movement m on m.project = p.id and m.kind = 'total'
    where p.illustration and p.nature = 'project' and p.state = 'under-way'
      and not exists (select from portfolio.year_sum y where y.project = p.id and y.year = ${year})
    group by p.id, p.total order by p.code`
}
