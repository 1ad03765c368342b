import { createHash } from 'node:crypto'
import type { Sql } from '#platform/sql'
import type { Area } from '../store.ts'

export interface CountryList {
  name: 'country-now' | 'country-before'
  sha256: string
  body: string
}

/** The lists of the home pack. */
export function listCountryLists(sql: Sql): Promise<CountryList[]> {
  return sql<CountryList[]>`
    select l.name, l.sha256, l.body
    from organisations.country_list l join organisations.pack p on p.code = l.pack
    where p.is_home`
}

export async function replaceCountryLists(
  sql: Sql,
  pack: string,
  lists: readonly { name: string; body: string }[],
): Promise<void> {
  const names = lists.map(({ name }) => name)
  await sql`delete from organisations.country_list where pack = ${pack} and name <> all(${names}::text[])`
  for (const { name, body } of lists) {
    const sha256 = createHash('sha256').update(body).digest('hex')
    await sql`
      insert into organisations.country_list (pack, name, sha256, body) values (${pack}, ${name}, ${sha256}, ${body})
      on conflict (pack, name) do update set sha256 = excluded.sha256, body = excluded.body
      where country_list.sha256 <> excluded.sha256`
  }
}

/** Every version of every area of this country as it is known now, the earliest first. */
export function listAreaVersions(sql: Sql): Promise<Area[]> {
  return sql<Area[]>`
    select v.code, a.official_code, v.name, v.name_en, v.kind, v.parent, v.area_km2::float8 as area_km2, v.population,
      v.peer_group, v.unverified, v.decision, v.note, v.valid_from, v.valid_to
    from organisations.area_version v join organisations.area a on a.code = v.code
    where v.recorded_to is null and v.kind not in ('borough', 'neighbourhood', 'place')
    order by v.code, v.valid_from nulls first`
}
