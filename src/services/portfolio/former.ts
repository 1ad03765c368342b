/**
 * Rows as they stood at an earlier moment. Whatever changes one moves its `known_from` on, which leaves what stood before in
 * `portfolio.former`. Capital is not read from there: it is summed from the movements entered by then.
 */
import type { Fragment, Sql } from '#platform/sql'
import { unkeptState } from './model.ts'

const tables = {
  project: { part: 'source', key: 'id' },
  milestone: { part: 'project', key: 'id' },
  obstacle: { part: 'project', key: 'id' },
  programme: { part: undefined, key: 'code' },
  setting: { part: undefined, key: 'name' },
} as const
export type Kept = keyof typeof tables

/** What is looked at of a table: one row, or what is part of something. Other rows are not read. */
export interface Narrowing {
  key?: Fragment
  partOf?: Fragment
}

/** A table as a relation: as it stands, or as it stood at a moment. It still needs a name. */
export function rowsOf(sql: Sql, kind: Kept, knownAt: Date | undefined, { key, partOf }: Narrowing = {}): Fragment {
  const table = sql`portfolio.${sql(kind)}`
  if (!knownAt) return table
  const { part, key: keyColumn } = tables[kind]
  const ofNow = [
    key ? sql`and n.${sql(keyColumn)} = ${key}` : sql``,
    partOf && part ? sql`and n.${sql(part)} = ${partOf}` : sql``,
  ]
  const ofThen = [
    key ? sql`and f.key = (${key})::text` : sql``,
    partOf ? sql`and f.part_of = (${partOf})::text` : sql``,
  ]
  return sql`lateral (
    select n.* from ${table} n where n.known_from <= ${knownAt} ${ofNow[0] ?? sql``} ${ofNow[1] ?? sql``}
    union all
    select r.* from portfolio.former f cross join lateral jsonb_populate_record(null::${table}, f.body) r
    where f.kind = ${kind} and f.known_from <= ${knownAt} and f.gone_at > ${knownAt} ${ofThen[0] ?? sql``} ${ofThen[1] ?? sql``})`
}

/** Since when the fields of the projects of a list, or of one of them, are kept; null where they always were. */
export async function findKeptSince(sql: Sql, of: { list: string } | { project: number }): Promise<Date | null> {
  const [row] = await sql<{ since: Date | null }[]>`
    select max(gone_at) as since from portfolio.former
    where kind = 'project' and body ->> 'state' = ${unkeptState}
      and ${'list' in of ? sql`part_of = ${of.list}` : sql`key = ${String(of.project)}`}`
  return row?.since ?? null
}
