import type { Context } from '#platform/context'
import type { PeriodKind } from '../model.ts'
import { knownAt, type ReadFact } from './facts.ts'
import { reachOfReader } from './reach.ts'
import { factVersions, readVersions } from './unit-facts.ts'

export interface SeriesQuery {
  indicator: string
  /** Those out of the reader's reach are left out. */
  organisations: readonly string[]
  kind: PeriodKind
  /** Codes of the first and last period. */
  first: string
  last: string
  asOf?: Date
}

/** Numbers of one indicator over a stretch of periods, by organisation and period. */
export async function listSeries(ctx: Context, query: SeriesQuery): Promise<ReadFact[]> {
  const { sql } = ctx
  const reach = await reachOfReader(ctx)
  const organisations = query.organisations.filter((code) => reach === 'all' || reach.has(code))
  if (organisations.length === 0) return []
  return sql<ReadFact[]>`
    select ${readVersions(sql)}
    from ${factVersions(sql, query.asOf)} f
    where f.indicator = ${query.indicator} and f.organisation = any(${organisations}::text[]) and f.area = ''
      and f.period_kind = ${query.kind} and f.period between ${query.first} and ${query.last}
    order by f.organisation, f.period_on`
}

/** Numbers of one organisation and period by area. */
export async function listAreaFacts(
  ctx: Context,
  query: { indicator: string; organisation: string; kind: PeriodKind; period: string; asOf?: Date },
): Promise<ReadFact[]> {
  const { sql } = ctx
  const reach = await reachOfReader(ctx)
  if (reach !== 'all' && !reach.has(query.organisation)) return []
  return sql<ReadFact[]>`
    select ${readVersions(sql)}
    from ${factVersions(sql, query.asOf)} f
    where f.indicator = ${query.indicator} and f.organisation = ${query.organisation} and f.area <> ''
      and f.period_kind = ${query.kind} and f.period = ${query.period}
    order by f.area`
}

/** Typed facts of spans of years (`2021/2025`), which no calendar period holds. */
export async function listSpanFacts(
  ctx: Context,
  query: { indicator: string; organisations: readonly string[]; asOf?: Date },
): Promise<ReadFact[]> {
  const { sql } = ctx
  const reach = await reachOfReader(ctx)
  const organisations = query.organisations.filter((code) => reach === 'all' || reach.has(code))
  if (organisations.length === 0) return []
  return sql<ReadFact[]>`
    select ${readVersions(sql)}
    from ${factVersions(sql, query.asOf)} f
    where f.indicator = ${query.indicator} and f.organisation = any(${organisations}::text[]) and f.area = ''
      and f.period_kind = 'span'
    order by f.period`
}

/** The periods of months and longer for which there are numbers by area, the latest first: what a map can be drawn of. */
export async function listAreaPeriods(
  ctx: Context,
  query: { indicator: string; organisations: readonly string[]; asOf?: Date },
): Promise<{ kind: PeriodKind; period: string; areas: number }[]> {
  const { sql } = ctx
  const reach = await reachOfReader(ctx)
  const organisations = query.organisations.filter((code) => reach === 'all' || reach.has(code))
  if (organisations.length === 0) return []
  return sql<{ kind: PeriodKind; period: string; areas: number }[]>`
    select period_kind as kind, period, count(*) as areas
    from indicators.fact f
    where indicator = ${query.indicator} and organisation = any(${organisations}::text[]) and area <> ''
      and period_kind = any('{month,quarter,half,year,R-month,R-quarter,R-half,R-year}'::text[])
      and ${knownAt(sql, query.asOf)} and state = 'value'
    group by period_kind, period
    order by max(period_on) desc, period`
}
