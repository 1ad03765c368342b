/**
 * Lists and counts of canonical records: what a number opens down to. Paged by key, newest day first; each source and organisation
 * gives only its first rows by the index (source, organisation, day), so that a page costs the same in the tenth year.
 */
import { z } from 'zod'
import type { Fragment, Sql } from '#platform/sql'
import { rowsOf } from './former.ts'
import { type Kind, type KindName, kindOf } from './kinds.ts'
import { type Asked, type Condition, compileWhere } from './query.ts'

/** An organisation and the days on which its records count, both ends included. */
export interface ScopedOrganisation {
  code: string
  from: string
  to: string
}

export interface RecordQuery {
  kind: KindName
  sources: readonly string[]
  /** Date field that must lie in an organisation's days; absent: the stock as of now. */
  at: string | undefined
  where: readonly Condition[]
  organisations: readonly ScopedOrganisation[]
  /** Absent: wherever it is. */
  areas?: readonly string[]
  asked: Asked
  /** Records as they were known at a moment; absent: now. */
  knownAt?: Date
}

/** Where a page of records ends and the next begins. */
export interface RecordMark {
  day: string
  recordId: number
  part: number
}

export const writeRecordMark = ({ day, recordId, part }: RecordMark): string => `${day}~${recordId}~${part}`

/** Nothing where the text is no mark: the list then begins at its beginning. */
export function readRecordMark(text: string | undefined): RecordMark | undefined {
  const [, day = '', recordId, part] = /^([^~]+)~(\d{1,15})~(\d{1,9})$/.exec(text ?? '') ?? []
  if (day !== '-infinity' && !z.iso.date().safeParse(day).success) return undefined
  return { day, recordId: Number(recordId), part: Number(part) }
}

export interface FoundRecord extends RecordMark {
  source: string
  key: string
  landingId: number
  line: number
  organisation: string
  area: string | null
  /** Canonical fields by name; attributes stay behind the page of the record itself. */
  fields: Record<string, unknown>
}

export async function countRecords(sql: Sql, query: RecordQuery): Promise<number> {
  const match = matchOf(sql, query)
  const [row] = await sql<{ count: number }[]>`
    select count(*) from ${scopeOf(sql, query)} join ${rowsOf(sql, query, match)} on ${match}`
  return row?.count ?? 0
}

/** At most `limit` records after the mark. */
export async function listRecords(
  sql: Sql,
  query: RecordQuery,
  page: { after?: RecordMark; limit: number },
): Promise<FoundRecord[]> {
  const { fields }: Kind = kindOf(query.kind)
  const day = dayOf(sql, query)
  const match = matchOf(sql, query)
  const after = page.after
    ? sql`and (${day}, r.record_id, r.part) < (${page.after.day}::date, ${page.after.recordId}::bigint, ${page.after.part}::int)
        and ${day} <= ${page.after.day}::date`
    : sql``
  const rows = await sql<Record<string, unknown>[]>`
    with page as (
      select l.*
      from ${scopeOf(sql, query)} cross join unnest(${[...query.sources]}::text[]) as s (source)
      cross join lateral (
        select r.*, ${day} as page_day
        from ${rowsOf(sql, query, match)}
        where r.source = s.source and ${match} ${after}
        order by ${day} desc, r.record_id desc, r.part desc
        limit ${page.limit}) l
      order by l.page_day desc, l.record_id desc, l.part desc
      limit ${page.limit}
    )
    select p.page_day, p.record_id, p.part, p.source, k.key, k.landing_id, k.line, p.organisation, p.area
      ${columnsOf(sql, fields)}
    from page p left join warehouse.record k on k.id = p.record_id
    order by p.page_day desc, p.record_id desc, p.part desc`
  return rows.map((row) => toRecord(row, fields))
}

// A stock has no date of its own: its records come in the order of their identifiers.
function dayOf(sql: Sql, { kind, at }: RecordQuery): Fragment {
  return at === undefined ? sql`'-infinity'::date` : sql`${sql(`r.${columnOf(kind, at)}`)}`
}

function columnOf(kind: KindName, name: string): string {
  const fields: Kind['fields'] = kindOf(kind).fields
  const field = fields[name]
  if (!field) throw new RangeError(`kind ${kind} has no field ${name}`)
  return field.column
}

export function scopeOf(sql: Sql, { organisations }: RecordQuery): Fragment {
  return sql`unnest(${organisations.map((one) => one.code)}::text[], ${organisations.map((one) => one.from)}::date[],
    ${organisations.map((one) => one.to)}::date[]) as o (organisation, from_on, to_on)`
}

export function matchOf(sql: Sql, query: RecordQuery): Fragment {
  const inTime = query.at === undefined ? sql`` : sql`and ${dayOf(sql, query)} between o.from_on and o.to_on`
  const inAreas = query.areas ? sql`and coalesce(r.area, '') = any(${[...query.areas]}::text[])` : sql``
  return sql`r.source = any(${[...query.sources]}::text[]) and r.organisation = o.organisation ${inTime} ${inAreas}
    and ${compileWhere(sql, query.kind, query.where, query.asked)}`
}

function columnsOf(sql: Sql, fields: Kind['fields']): Fragment {
  let columns = sql``
  for (const { column } of Object.values(fields)) columns = sql`${columns}, p.${sql(column)} as ${sql(`f_${column}`)}`
  return columns
}

function toRecord(row: Record<string, unknown>, fields: Kind['fields']): FoundRecord {
  const of = (name: string) => row[name]
  const values = Object.entries(fields).map(([name, { column }]) => [name, of(camel(`f_${column}`)) ?? null])
  return {
    day: String(of('pageDay')),
    recordId: Number(of('recordId')),
    part: Number(of('part')),
    source: String(of('source')),
    key: String(of('key') ?? ''),
    landingId: Number(of('landingId') ?? 0),
    line: Number(of('line') ?? 0),
    organisation: String(of('organisation')),
    area: (of('area') as string | null) ?? null,
    fields: Object.fromEntries(values),
  }
}

const camel = (column: string) => column.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase())

/** Codes of the sources of each pack. */
export async function listSourcesByPack(sql: Sql): Promise<Map<string, string[]>> {
  const rows = await sql<{ pack: string; codes: string[] }[]>`
    select pack, array_agg(code order by code) as codes from warehouse.source group by pack`
  return new Map(rows.map(({ pack, codes }) => [pack, codes]))
}
