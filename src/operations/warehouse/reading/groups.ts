import type { Sql } from '#platform/sql'
import { rowsOf } from '../former.ts'
import { fieldOf } from '../query.ts'
import { matchOf, type RecordQuery, scopeOf } from '../records.ts'

export interface RecordGroup {
  organisation: string
  /** Value of the field by which the records are parted. */
  value: string | null
  count: number
}

/** Counts of records by organisation and the value of one field, the largest first. */
export function groupRecords(
  sql: Sql,
  query: RecordQuery,
  { field, limit }: { field: string; limit: number },
): Promise<RecordGroup[]> {
  const match = matchOf(sql, query)
  return sql<RecordGroup[]>`
    select r.organisation, ${fieldOf(sql, query.kind, field)}::text as value, count(*) as count
    from ${scopeOf(sql, query)} join ${rowsOf(sql, query, match)} on ${match}
    group by 1, 2 order by count(*) desc, 1, 2 limit ${limit}`
}
