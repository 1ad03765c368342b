import type { Fragment, Sql } from '#platform/sql'
import { type AskedCells, sumRecords, type Touch } from '#warehouse'
import { localDay } from './days.ts'
import type { Group, Place } from './plan.ts'
import { type CellDifference, placeRelation } from './relations.ts'
import { measureTable } from './workbench.ts'

/** From how many rows on the planner is told what a temporary table holds. */
const largeTable = 500

/** Sums the touched cells of a group anew, from the records. */
export async function sumTouched(sql: Sql, { group, touches }: TouchedGroup, now: Date): Promise<void> {
  const cells = touchedCells(group, touches)
  if (cells.length === 0) return
  await sql`delete from pg_temp.touched_cell`
  await sql`
    insert into pg_temp.touched_cell (organisation, area, day)
    select distinct organisation, area, day
    from unnest(${cells.map((one) => one.organisation)}::text[], ${cells.map((one) => one.area)}::text[],
      ${cells.map((one) => one.day)}::date[]) as t (organisation, area, day)`
  if (cells.length > largeTable) await measureTable(sql, 'touched_cell')
  const asked = { cells: sql`pg_temp.touched_cell`, areFew: cells.length <= largeTable }
  await insertFresh(sql, freshCells(sql, group, { now, receivedAt: latest(cells), asked }))
}

interface TouchedCell extends Omit<Touch, 'day'> {
  day: string
}

/** The cells that the touches name; a stock has one for all days. */
function touchedCells({ at }: Group, touches: readonly Touch[]): TouchedCell[] {
  return touches.flatMap((touch) => {
    const day = at === undefined ? '-infinity' : touch.day
    return day === null ? [] : [{ ...touch, day }]
  })
}

const latest = (cells: readonly TouchedCell[]) =>
  cells.length === 0 ? null : new Date(Math.max(...cells.map((one) => one.receivedAt.getTime())))

/** Sums all cells of groups from all records; cells for which no record is left are summed to nothing. */
export async function sumAll(sql: Sql, groups: readonly Group[], now: Date): Promise<void> {
  for (const group of groups) await insertFresh(sql, freshCells(sql, group, { now }))
  await measureTable(sql, 'fresh_cell')
  await sql`
    insert into pg_temp.fresh_cell (group_id, organisation, area, day, amounts, counts, base_count, observed_at, received_at)
    select c.group_id, c.organisation, c.area, c.day, '{}', '{}', 0, null, null
    from indicators.cell c
    where c.group_id = any(${groups.map(({ id }) => id)}::int[]) and not exists (
      select from pg_temp.fresh_cell f where f.group_id = c.group_id and f.organisation = c.organisation
        and f.area = c.area and f.day = c.day)`
}

/** Sums of a group as rows of `fresh_cell`. */
function freshCells(
  sql: Sql,
  group: Group,
  { now, receivedAt, asked: cells }: { now: Date; receivedAt?: Date | null; asked?: AskedCells },
): Fragment {
  const { kind, at, sources, measures, timeZone } = group
  const asked = { today: localDay(now, timeZone), timeZone }
  const sums = sumRecords(sql, { kind, at, sources, measures, asked }, cells)
  return sql`
    select ${group.id}::int as group_id, s.organisation, s.area, s.day, s.amounts, s.counts, s.base_count, s.observed_at,
      ${receivedAt === undefined ? sql`s.received_at` : sql`${receivedAt}::timestamptz`} as received_at
    from (${sums}) s`
}

async function insertFresh(sql: Sql, rows: Fragment): Promise<void> {
  await sql`
    insert into pg_temp.fresh_cell (group_id, organisation, area, day, amounts, counts, base_count, observed_at, received_at)
    ${rows}`
}

export interface ChangedCells {
  count: number
  /** Days on which something changed; '-infinity' of stocks. */
  days: string[]
  hasShrunk: boolean
}

/** By how much the numbers of each fresh cell differ from what is kept, one row an indicator: its measures added up by their roles. */
const differences = (sql: Sql, fresh: Fragment, places: readonly Place[]): Fragment => sql`
  select p.indicator, f.organisation, f.area, f.day,
    coalesce(sum(m.amount) filter (where p.role <> 'denominator'), 0) as numerator,
    coalesce(sum(case p.role when 'denominator' then m.amount when 'average' then m.count end), 0) as denominator,
    coalesce(sum(m.count) filter (where p.role <> 'numerator'), 0) as record_count,
    coalesce(sum(m.count) filter (where p.role = 'numerator'), 0) as numerator_count,
    coalesce(sum(f.base_count - coalesce(c.base_count, 0)) filter (where p.role <> 'numerator'), 0) as base_count,
    max(f.observed_at) as observed_at, max(f.received_at) as received_at,
    max(c.observed_at) filter (where f.observed_at is null or f.observed_at < c.observed_at) as shrunk_from
  from ${fresh} f
  join ${placeRelation(sql, places)} on p.group_id = f.group_id
  left join indicators.cell c on c.group_id = f.group_id and c.organisation = f.organisation and c.area = f.area and c.day = f.day
  cross join lateral (select
    (coalesce(f.amounts[p.position], 0) - coalesce(c.amounts[p.position], 0)) * p.scale as amount,
    coalesce(f.counts[p.position], 0) - coalesce(c.counts[p.position], 0) as count) m
  where (f.amounts, f.counts, f.base_count, f.observed_at) is distinct from (c.amounts, c.counts, c.base_count, c.observed_at)
  group by 1, 2, 3, 4`

/** Writes the differences down. */
export async function noteDifferences(sql: Sql, places: readonly Place[]): Promise<ChangedCells> {
  await sql`
    insert into pg_temp.changed_cell (indicator, organisation, area, day, numerator, denominator, record_count,
      numerator_count, base_count, observed_at, received_at, shrunk_from)
    ${differences(sql, sql`pg_temp.fresh_cell`, places)}`
  const [row] = await sql<ChangedCells[]>`
    select count(*), coalesce(array_agg(distinct day::text), '{}') as days, coalesce(bool_or(shrunk_from is not null), false) as has_shrunk
    from pg_temp.changed_cell`
  return row ?? { count: 0, days: [], hasShrunk: false }
}

/** A group and what was touched of it. */
export interface TouchedGroup {
  group: Group
  touches: readonly Touch[]
}

/** Sums the touched cells of a few groups anew, keeps them, and tells the differences: all in one statement. */
export function takeFewCells(
  sql: Sql,
  { groups, places, now }: { groups: readonly TouchedGroup[]; places: readonly Place[]; now: Date },
): Promise<CellDifference[]> {
  const [first, ...rest] = groups.map(({ group, touches }) => {
    const cells = touchedCells(group, touches)
    const relation = sql`(
      select distinct organisation, area, day
      from unnest(${cells.map((one) => one.organisation)}::text[], ${cells.map((one) => one.area)}::text[],
        ${cells.map((one) => one.day)}::date[]) as t (organisation, area, day))`
    return freshCells(sql, group, { now, receivedAt: latest(cells), asked: { cells: relation, areFew: true } })
  })
  if (!first) return Promise.resolve([])
  return sql<CellDifference[]>`
    with fresh as materialized (${rest.reduce((all, one) => sql`${all} union all ${one}`, first)}),
    changed as materialized (${differences(sql, sql`fresh`, places)}),
    gone as (${removeEmpty(sql, sql`fresh`)}),
    kept as (${writeCells(sql, sql`fresh`)})
    select indicator, organisation, area, day, numerator, denominator, record_count, numerator_count, base_count,
      observed_at::text, received_at::text, shrunk_from::text
    from changed`
}

const removeEmpty = (sql: Sql, fresh: Fragment): Fragment => sql`
  delete from indicators.cell c using ${fresh} f
  where f.base_count = 0 and c.group_id = f.group_id and c.organisation = f.organisation and c.area = f.area and c.day = f.day`

const writeCells = (sql: Sql, fresh: Fragment): Fragment => sql`
  insert into indicators.cell as c (group_id, organisation, area, day, amounts, counts, base_count, observed_at, received_at)
  select group_id, organisation, area, day, amounts, counts, base_count, observed_at, received_at
  from ${fresh} f where f.base_count > 0
  on conflict (group_id, organisation, day, area) do update set amounts = excluded.amounts, counts = excluded.counts,
    base_count = excluded.base_count, observed_at = excluded.observed_at,
    received_at = coalesce(excluded.received_at, c.received_at)
  where (c.amounts, c.counts, c.base_count, c.observed_at)
    is distinct from (excluded.amounts, excluded.counts, excluded.base_count, excluded.observed_at)
    or (c.received_at is null and excluded.received_at is not null)`

/** Takes the fresh sums over into the cells. Returns how many changed. */
export async function keepCells(sql: Sql): Promise<number> {
  await removeEmpty(sql, sql`pg_temp.fresh_cell`)
  const { count } = await writeCells(sql, sql`pg_temp.fresh_cell`)
  return count
}

/** Days of the cells of these groups. */
export async function listCellDays(sql: Sql, groups: readonly number[]): Promise<string[]> {
  const rows = await sql<{ day: string }[]>`
    select distinct day::text as day from indicators.cell where group_id = any(${[...groups]}::int[])`
  return rows.map(({ day }) => day)
}
