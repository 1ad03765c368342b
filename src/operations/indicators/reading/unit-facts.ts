import type { Fragment, Sql } from '#platform/sql'
import type { PeriodKind } from '../model.ts'

/** The versions in force, or those known at an instant; both by an index. */
export const factVersions = (sql: Sql, asOf: Date | undefined): Fragment =>
  asOf === undefined
    ? sql`(select v.* from indicators.fact v where v.superseded_at is null)`
    : sql`(select v.* from indicators.fact v where v.superseded_at is null and v.known_at <= ${asOf}
        union all
        select v.* from indicators.fact v
        where v.superseded_at is not null and v.superseded_at > ${asOf} and v.known_at <= ${asOf})`

/**
 * Joined laterally to rows `a (indicator, kind, period)`: their versions at all organisations, one range of an index for each row,
 * whatever the planner takes the tables for (`offset 0` keeps it from joining whole tables).
 */
function unitVersions(sql: Sql, asOf: Date | undefined): Fragment {
  const branch = (when: Fragment) => sql`(
    select v.id, v.organisation, v.period, v.state, v.value, v.record_count, v.base_count
    from indicators.fact v
    where v.indicator = a.indicator and v.period_kind = a.kind and v.period = a.period and v.area = '' and ${when}
    offset 0)`
  if (asOf === undefined) return branch(sql`v.superseded_at is null`)
  return sql`(${branch(sql`v.superseded_at is null and v.known_at <= ${asOf}`)}
    union all ${branch(sql`v.superseded_at is not null and v.superseded_at > ${asOf} and v.known_at <= ${asOf}`)})`
}

/** Columns of a ReadFact without its completeness. */
export const readVersions = (sql: Sql): Fragment => sql`
  f.id, f.indicator, f.definition_version, f.organisation, f.area, f.period_kind, f.period, f.period_on, f.state,
  f.value::float8 as value, f.numerator::text as numerator, f.denominator::text as denominator, f.record_count,
  f.numerator_count, f.base_count, f.origin, f.observed_at, f.received_at, f.known_at, f.superseded_at, f.approved_by,
  f.locked_at, f.entry_id, f.note, null::json as completeness`

/** A number of one unit, as far as comparing units needs it. */
export interface UnitFact {
  id: number
  indicator: string
  organisation: string
  period: string
  state: 'value' | 'no-data' | 'withheld'
  value: number | null
  recordCount: number
  hasReported: boolean
}

export interface UnitQuery {
  asked: readonly { indicator: string; kind: PeriodKind; period: string }[]
  organisations: readonly string[]
  asOf?: Date
}

/** Numbers of many units for several indicators at once; whoever calls has checked that the reader may see them. */
export async function listUnitFacts(sql: Sql, { asked, organisations, asOf }: UnitQuery): Promise<UnitFact[]> {
  if (asked.length === 0 || organisations.length === 0) return []
  return sql<UnitFact[]>`
    select f.id, a.indicator, f.organisation, f.period, f.state, f.value::float8 as value, f.record_count,
      (f.base_count > 0 or f.state = 'value') as has_reported
    from unnest(${asked.map((one) => one.indicator)}::text[], ${asked.map((one) => one.kind)}::text[],
      ${asked.map((one) => one.period)}::text[]) as a (indicator, kind, period)
    cross join lateral ${unitVersions(sql, asOf)} f
    join unnest(${[...organisations]}::text[]) as u (code) on u.code = f.organisation`
}

export interface ReportQuery extends Omit<UnitQuery, 'organisations'> {
  units: readonly { code: string; kind: string }[]
}

/** How many units of each kind have reported, for several indicators at once. */
export async function countReported(
  sql: Sql,
  { asked, units, asOf }: ReportQuery,
): Promise<{ indicator: string; unitKind: string; count: number }[]> {
  if (asked.length === 0 || units.length === 0) return []
  return sql<{ indicator: string; unitKind: string; count: number }[]>`
    select a.indicator, u.kind as unit_kind, count(*)
    from unnest(${asked.map((one) => one.indicator)}::text[], ${asked.map((one) => one.kind)}::text[],
      ${asked.map((one) => one.period)}::text[]) as a (indicator, kind, period)
    cross join lateral ${unitVersions(sql, asOf)} f
    join unnest(${units.map((one) => one.code)}::text[], ${units.map((one) => one.kind)}::text[]) as u (code, kind)
      on u.code = f.organisation
    where f.base_count > 0 or f.state = 'value'
    group by a.indicator, u.kind`
}
