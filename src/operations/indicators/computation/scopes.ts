import type { Fragment, Sql } from '#platform/sql'

export interface OrganisationScope {
  organisation: string
  ancestor: string
  depth: number
  validFrom: string
  validTo: string
}

export interface AreaScope {
  area: string
  ancestor: string
  depth: number
}

/** Replaces the closure of both trees. Returns whether anything differed. */
export async function replaceScopes(
  sql: Sql,
  organisations: readonly OrganisationScope[],
  areas: readonly AreaScope[],
): Promise<boolean> {
  const below = await sql`
    with fresh as (
      select * from unnest(${organisations.map((one) => one.organisation)}::text[],
        ${organisations.map((one) => one.ancestor)}::text[], ${organisations.map((one) => one.depth)}::int[],
        ${organisations.map((one) => one.validFrom)}::date[], ${organisations.map((one) => one.validTo)}::date[])
        as f (organisation, ancestor, depth, valid_from, valid_to)
    ), gone as (
      delete from indicators.organisation_scope s where not exists (
        select from fresh f where f.organisation = s.organisation and f.ancestor = s.ancestor and f.valid_from = s.valid_from)
      -- An organisation that only records know stands alone; it stays.
      and exists (select from fresh f where f.organisation = s.organisation)
      returning 1
    ), kept as (
      insert into indicators.organisation_scope as s (organisation, ancestor, depth, valid_from, valid_to)
      select organisation, ancestor, depth, valid_from, valid_to from fresh
      on conflict (organisation, ancestor, valid_from) do update set depth = excluded.depth, valid_to = excluded.valid_to
      where (s.depth, s.valid_to) is distinct from (excluded.depth, excluded.valid_to)
      returning 1
    )
    select 1 from gone union all select 1 from kept limit 1`
  const around = await sql`
    with fresh as (
      select * from unnest(${areas.map((one) => one.area)}::text[], ${areas.map((one) => one.ancestor)}::text[],
        ${areas.map((one) => one.depth)}::int[]) as f (area, ancestor, depth)
    ), gone as (
      delete from indicators.area_scope s
      where not exists (select from fresh f where f.area = s.area and f.ancestor = s.ancestor)
        and exists (select from fresh f where f.area = s.area)
      returning 1
    ), kept as (
      insert into indicators.area_scope (area, ancestor, depth) select area, ancestor, depth from fresh
      on conflict (area, ancestor) do nothing
      returning 1
    )
    select 1 from gone union all select 1 from kept limit 1`
  return below.length + around.length > 0
}

/** Organisations and areas that no tree knows stand alone: their records are counted, and reach nobody above. */
export const ensureScopes = (sql: Sql) => insertUnknown(sql, sql`pg_temp.changed_cell`)
export const ensureScopesOfCells = (sql: Sql) => insertUnknown(sql, sql`indicators.cell`)
export function ensureScopesOf(sql: Sql, cells: readonly { organisation: string; area: string }[]): Promise<void> {
  const relation = sql`unnest(${cells.map((one) => one.organisation)}::text[], ${cells.map((one) => one.area)}::text[])`
  return insertUnknown(sql, relation, sql`(organisation, area)`)
}

async function insertUnknown(sql: Sql, cells: Fragment, columns: Fragment = sql``): Promise<void> {
  await sql`
    with alone as (
      insert into indicators.organisation_scope (organisation, ancestor, depth)
      select distinct c.organisation, c.organisation, 0 from ${cells} c ${columns}
      where not exists (select from indicators.organisation_scope s where s.organisation = c.organisation)
      on conflict do nothing
    )
    insert into indicators.area_scope (area, ancestor, depth)
    select distinct c.area, c.area, 0 from ${cells} c ${columns}
    where c.area <> '' and not exists (select from indicators.area_scope s where s.area = c.area)
    on conflict do nothing`
}
