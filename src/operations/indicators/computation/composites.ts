// Composite indicators: sums and weighted means of other indicators of the same organisation and period. They follow their parts.

import type { Sql } from '#platform/sql'
import type { StoredDefinition } from './plan.ts'

/**
 * Computes a composite anew wherever a current fact of one of its parts was made at `knownAt`, or everywhere. Returns how many facts
 * changed.
 */
export async function combineParts(
  sql: Sql,
  { code, version, body }: StoredDefinition,
  { knownAt, everywhere }: { knownAt: Date; everywhere: boolean },
): Promise<number> {
  if (body.formula.type !== 'composite') return 0
  const { of, by } = body.formula
  const withholds = body.missing === 'withhold'
  const rows = await sql`
    with part as (
      select * from unnest(${of.map((one) => one.indicator)}::text[], ${of.map((one) => String(one.weight))}::text[]::numeric[])
        as p (indicator, weight)
    ), asked as (
      select distinct f.organisation, f.area, f.period_kind, f.period, f.period_on
      from indicators.fact f join part p on p.indicator = f.indicator
      where f.superseded_at is null and f.period_kind = any(${body.periods}::text[])
        and (${everywhere}::boolean or f.known_at = ${knownAt})
    ), summed as (
      select a.organisation, a.area, a.period_kind, a.period, a.period_on,
        coalesce(sum(f.value * p.weight) filter (where f.state = 'value'), 0) as numerator,
        coalesce(sum(p.weight) filter (where f.state = 'value'), 0) as denominator,
        coalesce(sum(f.record_count), 0) as record_count, count(*) filter (where f.state = 'value') as base_count,
        max(f.observed_at) as observed_at, max(f.received_at) as received_at
      from asked a cross join part p
      left join indicators.fact f on f.indicator = p.indicator and f.organisation = a.organisation and f.area = a.area
        and f.period_kind = a.period_kind and f.period = a.period and f.superseded_at is null
      group by 1, 2, 3, 4, 5
    ), next as (
      select s.*, case when s.base_count = 0 then 'no-data' when ${withholds}::boolean and s.base_count < ${of.length} then 'withheld'
        else 'value' end as state
      from summed s
    ), valued as (
      select n.*, case when n.state <> 'value' then null when ${by === 'sum'}::boolean then n.numerator
        else n.numerator / nullif(n.denominator, 0) end as value
      from next n
    ), differing as (
      select v.*, f.id as old_id from valued v
      left join indicators.fact f on f.indicator = ${code} and f.organisation = v.organisation and f.area = v.area
        and f.period_kind = v.period_kind and f.period = v.period and f.superseded_at is null
      where coalesce(f.origin, 'computed') = 'computed' and f.locked_at is null
        and (f.id is not null or v.base_count > 0)
        and (v.state, v.value, v.base_count, v.record_count, ${version}::int)
          is distinct from (f.state, f.value, f.base_count, f.record_count, f.definition_version)
    ), closed as (
      update indicators.fact f set superseded_at = ${knownAt} from differing d where f.id = d.old_id returning f.id
    )
    select d.organisation, d.area, d.period_kind, d.period, d.period_on, d.state, d.value::text, d.numerator::text,
      d.denominator::text, d.record_count, d.base_count, d.observed_at, d.received_at
    from differing d left join closed c on c.id = d.old_id`
  if (rows.length === 0) return 0
  await insertCombined(sql, { code, version, knownAt }, rows)
  return rows.length
}

async function insertCombined(
  sql: Sql,
  { code, version, knownAt }: { code: string; version: number; knownAt: Date },
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  await sql`
    insert into indicators.fact (indicator, definition_version, organisation, area, period_kind, period, period_on, state, value,
      numerator, denominator, record_count, base_count, observed_at, received_at, known_at)
    select ${code}, ${version}, r.organisation, r.area, r."periodKind", r.period, r."periodOn", r.state, r.value, r.numerator,
      r.denominator, r."recordCount", r."baseCount", r."observedAt", r."receivedAt", ${knownAt}
    from jsonb_to_recordset(${sql.json(rows as never)}) as r (organisation text, area text, "periodKind" text, period text,
      "periodOn" date, state text, value numeric, numerator numeric, denominator numeric, "recordCount" bigint,
      "baseCount" bigint, "observedAt" timestamptz, "receivedAt" timestamptz)`
}
