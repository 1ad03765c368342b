import type { Sql } from '#platform/sql'

/** A set of outlines without its lines. */
export interface BoundaryHead {
  pack: string
  code: string
  sha256: string
  level: 'commune' | 'province'
  within: string
  title: string
  validFrom: string | null
  validTo: string | null
}

export function listBoundaryHeads(sql: Sql): Promise<BoundaryHead[]> {
  return sql<BoundaryHead[]>`
    select pack, code, sha256, level, within, title, valid_from, valid_to
    from maps.boundary_set
    order by level, valid_from desc nulls last, pack, code`
}

export async function findBoundaryBody(sql: Sql, sha256: string): Promise<string | undefined> {
  const [row] = await sql<{ body: string }[]>`select body from maps.boundary_set where sha256 = ${sha256} limit 1`
  return row?.body
}

export async function replaceBoundaries(
  sql: Sql,
  pack: string,
  rows: readonly (BoundaryHead & { body: string })[],
): Promise<void> {
  await sql`delete from maps.boundary_set where pack = ${pack} and code <> all(${rows.map(({ code }) => code)}::text[])`
  for (const row of rows) {
    await sql`
      insert into maps.boundary_set (pack, code, sha256, level, within, title, valid_from, valid_to, body)
      values (${pack}, ${row.code}, ${row.sha256}, ${row.level}, ${row.within}, ${row.title}, ${row.validFrom}::date,
        ${row.validTo}::date, ${row.body})
      on conflict (pack, code) do update
      set sha256 = excluded.sha256, level = excluded.level, within = excluded.within, title = excluded.title,
        valid_from = excluded.valid_from, valid_to = excluded.valid_to, body = excluded.body
      where boundary_set.sha256 <> excluded.sha256`
  }
}
