import type { Sql } from '#platform/sql'
import { rowsOf } from '../former.ts'
import { type Kind, type KindName, kindOf } from '../kinds.ts'
import { type Condition, compileWhere, numberOf } from '../query.ts'
import { matchOf, type RecordQuery, scopeOf } from '../records.ts'

/** The sum of one local hour: `2026-11-20T08`. */
export interface HourSum {
  hour: string
  amount: number
  /** Records that meet the conditions and hold a value to sum. */
  count: number
}

/** Whether records of the kind, placed by this day, say at which hour of it they belong. */
export function hasHours(kind: KindName, at: string | undefined): boolean {
  const { fields }: Kind = kindOf(kind)
  return at !== undefined && fields[at]?.dayOf !== undefined
}

/**
 * Sums by local hour of the records that `query` scopes by organisation and day. An hour comes back when the sources have any record in
 * it (of those `within`), met by the conditions or not: 0 is told from nothing known, as in the numbers by day.
 */
export function sumByHour(
  sql: Sql,
  query: RecordQuery,
  { of, within }: { of: string | undefined; within: readonly Condition[] },
): Promise<HourSum[]> {
  const { fields }: Kind = kindOf(query.kind)
  const instant = fields[fields[query.at ?? '']?.dayOf ?? '']
  if (!instant) throw new RangeError(`kind ${query.kind} has no hour by ${query.at}`)
  const { timeZone } = query.asked
  const meets = compileWhere(sql, query.kind, query.where, query.asked)
  const value = of === undefined ? undefined : numberOf(sql, query.kind, of)
  const counts = value
    ? sql`count(*) filter (where ${meets} and ${value} is not null)`
    : sql`count(*) filter (where ${meets})`
  const amounts = value ? sql`coalesce(sum(${value}) filter (where ${meets}), 0)` : counts
  const match = matchOf(sql, { ...query, where: within })
  return sql<HourSum[]>`
    select to_char(date_trunc('hour', ${sql(`r.${instant.column}`)} at time zone ${timeZone}::text), 'YYYY-MM-DD"T"HH24') as hour,
      ${amounts}::float8 as amount, ${counts} as count
    from ${scopeOf(sql, query)} join ${rowsOf(sql, query, match)} on ${match}
    group by 1 order by 1`
}
