// From changed cells to facts. A cell's difference is added to every organisation above and every period around; a stock counts in the
// periods that hold today. What cannot be had by adding (from scratch, a new day's stocks, a reopened period) is summed from the cells.

import type { Fragment, Sql } from '#platform/sql'
import type { Place, StoredDefinition } from './plan.ts'
import {
  type CellDifference,
  definitionRelation,
  differenceRelation,
  kindRelation,
  placeRelation,
} from './relations.ts'
import { clearTables, measureTable } from './workbench.ts'

export interface FactPass {
  definitions: readonly StoredDefinition[]
  places: readonly Place[]
  /** When the new versions begin to be known. */
  knownAt: Date
  /** The local day on which stocks stand. */
  today: string
}

const dayOf = (sql: Sql, today: string): Fragment => sql`(case when d.is_stock then ${today}::date else c.day end)`

// Where a cell counts: at every organisation above it on its day, for all areas together and for each area around it.
const reach = (sql: Sql, today: string): Fragment => sql`
  join indicators.organisation_scope s on s.organisation = c.organisation
    and ${dayOf(sql, today)} between s.valid_from and s.valid_to
  cross join lateral (
    select s.ancestor as organisation, ''::text as area
    union all
    select s.ancestor, a.ancestor from indicators.area_scope a where a.area = c.area and c.area <> '') x`

const nextColumns = (
  sql: Sql,
): Fragment => sql`indicator, organisation, area, period_kind, period, period_on, to_on, numerator,
  denominator, record_count, numerator_count, base_count, observed_at, received_at, value, state, definition_version, has_changed,
  is_locked, has_shrunk`

/** The number of `n` by the formula of `d`, and whether it differs from the version that stands (`n.id`, `n.old_…`). */
const valued = (sql: Sql): Fragment => sql`
  select n.indicator, n.organisation, n.area, n.period_kind, n.period, n.from_on, n.to_on, n.numerator, n.denominator,
    n.record_count, n.numerator_count, n.base_count, n.observed_at, n.received_at, v.value, v.state, d.version,
    n.id is null or (n.numerator, n.denominator, n.record_count, n.numerator_count, v.state, d.version) is distinct from
      (n.old_numerator, n.old_denominator, n.old_record_count, n.old_numerator_count, n.old_state, n.old_version),
    ${isLocked(sql)}, n.has_shrunk
  from n join asked_definition d on d.indicator = n.indicator
  cross join lateral (select case when d.type = 'measure' then case when n.base_count > 0 then n.numerator end
    else d.per * n.numerator / nullif(n.denominator, 0) end as value) w
  cross join lateral (select w.value, case when w.value is null then 'no-data' else 'value' end as state) v`

/** True of a fact whose period is locked at its organisation or at one above. */
const isLocked = (sql: Sql): Fragment => sql`exists (
  select from indicators.period_lock l
  join indicators.organisation_scope ls on ls.ancestor = l.organisation
  where l.indicator = n.indicator and l.period = n.period and l.reopened_at is null and ls.organisation = n.organisation)`

const old = (sql: Sql): Fragment => sql`f.id, f.numerator as old_numerator, f.denominator as old_denominator,
  f.record_count as old_record_count, f.numerator_count as old_numerator_count, f.state as old_state,
  f.definition_version as old_version`

const standing = (
  sql: Sql,
  one: Fragment,
): Fragment => sql`f.indicator = ${one}.indicator and f.organisation = ${one}.organisation
  and f.area = ${one}.area and f.period_kind = ${one}.period_kind and f.period = ${one}.period and f.superseded_at is null`

/** Lays out the definitions of a pass and their kinds of periods; every later step reads them there. */
export async function askDefinitions(sql: Sql, definitions: readonly StoredDefinition[]): Promise<void> {
  await sql`
    insert into pg_temp.asked_definition (indicator, version, type, per, is_stock, grain)
    select indicator, version, type, per, is_stock, grain from ${definitionRelation(sql, definitions)}`
  await sql`insert into pg_temp.asked_kind (indicator, kind) select indicator, kind from ${kindRelation(sql, definitions)}`
}

/**
 * The facts that the rows of `changed_cell` lead to, as rows of `next_fact`; `asked_definition` and `asked_kind` say how. Of stocks, the
 * facts of today must stand already (`rollStocks`).
 */
const added = (sql: Sql, today: string): Fragment => sql`
  with added as (
    select c.indicator, x.organisation, x.area, p.kind as period_kind, p.period, p.from_on, p.to_on,
      sum(c.numerator) as numerator, sum(c.denominator) as denominator, sum(c.record_count) as record_count,
      sum(c.numerator_count) as numerator_count, sum(c.base_count) as base_count, max(c.observed_at) as observed_at,
      max(c.received_at) as received_at, max(c.shrunk_from) as shrunk_from
    from changed_cell c
    join asked_definition d on d.indicator = c.indicator
    join asked_kind k on k.indicator = c.indicator
    join indicators.day_period p on p.kind = k.kind and p.day = ${dayOf(sql, today)}
    ${reach(sql, today)}
    group by 1, 2, 3, 4, 5, 6, 7
  ), n as (
    select a.indicator, a.organisation, a.area, a.period_kind, a.period, a.from_on, a.to_on,
      a.numerator + coalesce(f.numerator, 0) as numerator, a.denominator + coalesce(f.denominator, 0) as denominator,
      a.record_count + coalesce(f.record_count, 0) as record_count,
      a.numerator_count + coalesce(f.numerator_count, 0) as numerator_count,
      a.base_count + coalesce(f.base_count, 0) as base_count, greatest(a.observed_at, f.observed_at) as observed_at,
      greatest(a.received_at, f.received_at) as received_at,
      coalesce(a.shrunk_from >= f.observed_at, false) as has_shrunk, ${old(sql)}
    from added a
    left join indicators.fact f on ${standing(sql, sql`a`)}
    where coalesce(f.origin, 'computed') = 'computed'
  )
  ${valued(sql)}`

/** Writes down the facts that changed cells lead to. */
export async function addDifferences(sql: Sql, { today }: FactPass): Promise<void> {
  await sql`insert into pg_temp.next_fact (${nextColumns(sql)}) ${added(sql, today)}`
}

/**
 * Where the freshest record of a cell fell back, the freshest instant of the facts above cannot be had by comparing: it is looked up,
 * from each organisation's last day in the period.
 */
export async function freshenShrunk(sql: Sql, { places }: FactPass): Promise<void> {
  await sql`update pg_temp.next_fact n set observed_at = ${freshest(sql, places)} where n.has_shrunk`
}

const freshest = (sql: Sql, places: readonly Place[]): Fragment => sql`
  case when n.area = '' then (
    select max(o.observed_at)
    from ${placeRelation(sql, places)}
    cross join indicators.organisation_scope s
    cross join lateral (
      select c.observed_at from indicators.cell c
      where c.group_id = p.group_id and c.organisation = s.organisation and c.observed_at is not null
        and c.day between greatest(n.period_on, s.valid_from) and least(n.to_on, s.valid_to)
      order by c.day desc, c.observed_at desc
      limit 1) o
    where p.indicator = n.indicator and s.ancestor = n.organisation)
  else (
    select max(o.observed_at)
    from ${placeRelation(sql, places)}
    cross join indicators.area_scope a
    cross join lateral (
      select c.observed_at from indicators.cell c
      where c.group_id = p.group_id and c.area = a.area and c.area <> '' and c.observed_at is not null
        and c.day between n.period_on and n.to_on and exists (
          select from indicators.organisation_scope s where s.organisation = c.organisation and s.ancestor = n.organisation
            and c.day between s.valid_from and s.valid_to)
      order by c.day desc, c.observed_at desc
      limit 1) o
    where p.indicator = n.indicator and a.ancestor = n.area) end`

/** Only facts of one period at these organisations. */
export interface Stretch {
  period: string
  from: string
  to: string
  organisations: readonly string[]
}

/**
 * Sums facts from the cells and writes down those that differ from what stands, also those that stand though no cell is left. Where no
 * period shorter than a month is counted, days are added up by months (or halves of them) first, and these carried to the longer periods.
 */
export async function sumFacts(sql: Sql, pass: FactPass, stretch?: Stretch): Promise<void> {
  await layReach(sql, pass)
  await sumOwn(sql, pass, stretch)
  await sumLeaves(sql, pass, stretch)
  await compareSums(sql, pass, stretch)
}

/** Where each pair of organisation and area counts, and when. */
async function layReach(sql: Sql, { places }: FactPass): Promise<void> {
  const groups = [...new Set(places.map(({ groupId }) => groupId))]
  await sql`
    insert into pg_temp.reached_cell (organisation, area, at_organisation, at_area, valid_from, valid_to)
    with pair as (
      select distinct organisation, area from indicators.cell where group_id = any(${groups}::int[])
    )
    select p.organisation, p.area, s.ancestor, '', s.valid_from, s.valid_to
    from pair p join indicators.organisation_scope s on s.organisation = p.organisation
    union all
    select p.organisation, p.area, s.ancestor, a.ancestor, s.valid_from, s.valid_to
    from pair p
    join indicators.organisation_scope s on s.organisation = p.organisation
    join indicators.area_scope a on a.area = p.area
    where p.area <> ''`
  await measureTable(sql, 'reached_cell')
}

/**
 * Sums of each organisation and area by the shortest stretch of days that no period parts. A day on which somebody came under another
 * organisation parts it as well (`era`).
 */
async function sumOwn(sql: Sql, { places, today }: FactPass, stretch: Stretch | undefined): Promise<void> {
  const cells = stretch ? sql`where (d.is_stock or c.day between ${stretch.from}::date and ${stretch.to}::date)` : sql``
  await sql`
    insert into pg_temp.own_sum (indicator, is_stock, organisation, area, day, first_day, numerator, denominator,
      record_count, numerator_count, base_count, observed_at, received_at)
    with border as (
      select coalesce(array_agg(distinct b.day order by b.day), '{}') as days
      from (select valid_from as day from pg_temp.reached_cell where valid_from > '-infinity'
        union select valid_to + 1 from pg_temp.reached_cell where valid_to < 'infinity') b
    )
    select p.indicator, d.is_stock, c.organisation, c.area,
      case when d.is_stock then ${today}::date when d.grain = 'day' then c.day
        when d.grain = 'half-month' and extract(day from c.day) >= 15 then date_trunc('month', c.day)::date + 14
        else date_trunc('month', c.day)::date end as on_day,
      min(c.day),
      coalesce(sum(c.amounts[p.position] * p.scale) filter (where p.role <> 'denominator'), 0),
      coalesce(sum(case p.role when 'denominator' then c.amounts[p.position] * p.scale
        when 'average' then c.counts[p.position] end), 0),
      coalesce(sum(c.counts[p.position]) filter (where p.role <> 'numerator'), 0),
      coalesce(sum(c.counts[p.position]) filter (where p.role = 'numerator'), 0),
      coalesce(sum(c.base_count) filter (where p.role <> 'numerator'), 0),
      max(c.observed_at), max(c.received_at)
    from indicators.cell c
    join ${placeRelation(sql, places)} on p.group_id = c.group_id
    join pg_temp.asked_definition d on d.indicator = p.indicator
    cross join border
    ${cells}
    group by 1, 2, 3, 4, 5, width_bucket(c.day, border.days)`
  await measureTable(sql, 'own_sum')
}

/** The same sums at every organisation and area they count for. */
async function sumLeaves(sql: Sql, { today }: FactPass, stretch: Stretch | undefined): Promise<void> {
  const within = stretch ? sql`and x.at_organisation = any(${[...stretch.organisations]}::text[])` : sql``
  await sql`
    insert into pg_temp.leaf_sum (indicator, organisation, area, day, numerator, denominator, record_count, numerator_count,
      base_count, observed_at, received_at)
    select o.indicator, x.at_organisation, x.at_area, o.day, sum(o.numerator), sum(o.denominator), sum(o.record_count),
      sum(o.numerator_count), sum(o.base_count), max(o.observed_at), max(o.received_at)
    from pg_temp.own_sum o
    join pg_temp.reached_cell x on x.organisation = o.organisation and x.area = o.area
      and (case when o.is_stock then ${today}::date else o.first_day end) between x.valid_from and x.valid_to
    where true ${within}
    group by 1, 2, 3, 4`
  await measureTable(sql, 'leaf_sum')
}

/** Carries the sums to their periods and writes down those that differ from what stands. */
async function compareSums(sql: Sql, { today }: FactPass, stretch: Stretch | undefined): Promise<void> {
  const within = (one: Fragment) =>
    stretch
      ? sql`and ${one}.period = ${stretch.period} and ${one}.organisation = any(${[...stretch.organisations]}::text[])`
      : sql``
  await sql`
    insert into pg_temp.next_fact (${nextColumns(sql)})
    with summed as (
      select l.indicator, l.organisation, l.area, p.kind as period_kind, p.period, p.from_on, p.to_on,
        sum(l.numerator) as numerator, sum(l.denominator) as denominator, sum(l.record_count) as record_count,
        sum(l.numerator_count) as numerator_count, sum(l.base_count) as base_count, max(l.observed_at) as observed_at,
        max(l.received_at) as received_at
      from pg_temp.leaf_sum l
      join pg_temp.asked_kind k on k.indicator = l.indicator
      join indicators.day_period p on p.kind = k.kind and p.day = l.day
      group by 1, 2, 3, 4, 5, 6, 7
    ), f as (
      select f.* from indicators.fact f
      join pg_temp.asked_definition d on d.indicator = f.indicator
      where f.superseded_at is null ${within(sql`f`)} and (not d.is_stock or exists (
        select from indicators.day_period t where t.day = ${today}::date and t.kind = f.period_kind and t.period = f.period))
    ), n as (
      select coalesce(s.indicator, f.indicator) as indicator, coalesce(s.organisation, f.organisation) as organisation,
        coalesce(s.area, f.area) as area, coalesce(s.period_kind, f.period_kind) as period_kind,
        coalesce(s.period, f.period) as period, coalesce(s.from_on, f.period_on) as from_on, coalesce(s.to_on, f.period_on) as to_on,
        coalesce(s.numerator, 0) as numerator, coalesce(s.denominator, 0) as denominator,
        coalesce(s.record_count, 0) as record_count, coalesce(s.numerator_count, 0) as numerator_count,
        coalesce(s.base_count, 0) as base_count, s.observed_at, greatest(s.received_at, f.received_at) as received_at,
        false as has_shrunk, ${old(sql)}
      from (select * from summed s where true ${within(sql`s`)}) s
      full join f on f.indicator = s.indicator and f.organisation = s.organisation and f.area = s.area
        and f.period_kind = s.period_kind and f.period = s.period
      where coalesce(f.origin, 'computed') = 'computed'
    )
    ${valued(sql)}`
}

export interface ChangedFacts {
  count: number
  indicators: string[]
}

/**
 * Puts what was written down in force: a new version where the number changed, and the freshness of the others in place. Numbers of
 * locked periods stay as they are.
 */
export async function keepFacts(sql: Sql, { knownAt }: FactPass, isLarge: boolean): Promise<ChangedFacts> {
  await sql`delete from pg_temp.next_fact where is_locked`
  if (isLarge) await measureTable(sql, 'next_fact')
  await closeFacts(sql, sql`pg_temp.next_fact`, knownAt)
  const rows = await sql<CountOf[]>`
    with added as (${insertFacts(sql, sql`pg_temp.next_fact`, knownAt)} where has_changed returning indicator)
    select indicator, count(*) from added group by 1 order by 1`
  await clearTables(sql)
  return changedOf(rows)
}

/** From a few changed cells to facts in force, in one statement. */
export async function addFewDifferences(
  sql: Sql,
  { definitions, places, knownAt, today }: FactPass,
  cells: readonly CellDifference[],
): Promise<ChangedFacts> {
  const rows = await sql<CountOf[]>`
    with changed_cell as materialized (select * from ${differenceRelation(sql, cells)}),
    asked_definition as materialized (select * from ${definitionRelation(sql, definitions)}),
    asked_kind as materialized (select * from ${kindRelation(sql, definitions)}),
    stated (${nextColumns(sql)}) as materialized (${added(sql, today)}),
    next_fact as materialized (
      select n.indicator, n.organisation, n.area, n.period_kind, n.period, n.period_on, n.numerator, n.denominator, n.record_count,
        n.numerator_count, n.base_count, n.received_at, n.value, n.state, n.definition_version, n.has_changed,
        case when n.has_shrunk then ${freshest(sql, places)} else n.observed_at end as observed_at
      from stated n where not n.is_locked),
    closed as (${closeFacts(sql, sql`next_fact`, knownAt)} returning f.id),
    added as (
      ${insertFacts(sql, sql`next_fact`, knownAt)}
      -- Asked once, and so all versions are closed before the first new one comes.
      where has_changed and (select count(*) from closed) >= 0
      returning indicator)
    select indicator, count(*) from added group by 1 order by 1`
  return changedOf(rows)
}

interface CountOf {
  indicator: string
  count: number
}

const changedOf = (rows: readonly CountOf[]): ChangedFacts => ({
  count: rows.reduce((sum, row) => sum + row.count, 0),
  indicators: rows.map((row) => row.indicator),
})

/** How exactly a number that stayed the same tells when the last record behind it was received: a stream of them costs no writing. */
const receivedWithin = '1 minute'

const closeFacts = (sql: Sql, next: Fragment, knownAt: Date): Fragment => sql`
  update indicators.fact f
  set superseded_at = case when n.has_changed then ${knownAt}::timestamptz end,
    observed_at = case when n.has_changed then f.observed_at else n.observed_at end,
    received_at = case when n.has_changed then f.received_at else n.received_at end,
    base_count = case when n.has_changed then f.base_count else n.base_count end
  from ${next} n where ${standing(sql, sql`n`)}
    and (n.has_changed or (f.observed_at, f.base_count) is distinct from (n.observed_at, n.base_count)
      or n.received_at is distinct from f.received_at and coalesce(n.received_at > f.received_at + ${receivedWithin}::interval, true))`

const insertFacts = (sql: Sql, next: Fragment, knownAt: Date): Fragment => sql`
  insert into indicators.fact (indicator, definition_version, organisation, area, period_kind, period, period_on, state, value,
    numerator, denominator, record_count, numerator_count, base_count, observed_at, received_at, known_at)
  select indicator, definition_version, organisation, area, period_kind, period, period_on, state, value, numerator,
    denominator, record_count, numerator_count, base_count, observed_at, received_at, ${knownAt}::timestamptz
  from ${next}`

/** Ends the computed numbers of an indicator: they stay readable as of the time before, and locked ones stand. */
export async function closeComputedFacts(sql: Sql, indicator: string, at: Date): Promise<void> {
  await sql`
    update indicators.fact set superseded_at = ${at}
    where indicator = ${indicator} and origin = 'computed' and locked_at is null and superseded_at is null`
}
