import type { Sql } from '#platform/sql'
import type { StoredDefinition } from './computation/plan.ts'
import type { Definition, PeriodKind } from './model.ts'

const columns = (sql: Sql) => sql`
  code, version, pack, root_organisation, time_zone, body, origin, made_by, made_at, retired_at, reason`

interface KnownDefinitions {
  stamp: string
  definitions: readonly StoredDefinition[]
}

let known: KnownDefinitions | undefined

/**
 * The definitions in force, in the order in which screens show them. They are asked with every page and every arrival and change rarely:
 * read once, they are kept until the rows differ (by number and newest writing transaction, which no two databases of a server share).
 */
export async function listDefinitions(sql: Sql, codes?: readonly string[]): Promise<readonly StoredDefinition[]> {
  const [{ stamp } = { stamp: '' }] = await sql<{ stamp: string }[]>`
    select concat_ws(' ', count(*), max(xmin::text::bigint)) as stamp from indicators.definition`
  if (known?.stamp !== stamp) known = { stamp, definitions: await readDefinitions(sql) }
  const { definitions } = known
  return codes ? definitions.filter(({ code }) => codes.includes(code)) : definitions
}

const readDefinitions = (sql: Sql): Promise<StoredDefinition[]> => sql<StoredDefinition[]>`
  select ${columns(sql)} from indicators.definition
  where retired_at is null
  order by body ->> 'group', (body ->> 'order')::int, code`

/**
 * The definitions that were in force at a moment. Whoever names codes gets the first version of one that was made only later: a page may
 * be asked of any moment, and there is no number then.
 */
export function listDefinitionsAt(sql: Sql, at: Date, codes?: readonly string[]): Promise<StoredDefinition[]> {
  return sql<StoredDefinition[]>`
    select ${columns(sql)} from indicators.definition
    where (made_at <= ${at} and (retired_at is null or retired_at > ${at})
      ${codes ? sql`or version = 1 and made_at > ${at}) and code = any(${[...codes]}::text[])` : sql`)`}
    order by body ->> 'group', (body ->> 'order')::int, code`
}

/** One version of a definition; the one in force where no version is named. */
export async function findDefinition(sql: Sql, code: string, version?: number): Promise<StoredDefinition | undefined> {
  const [row] = await sql<StoredDefinition[]>`
    select ${columns(sql)} from indicators.definition
    where code = ${code} and ${version === undefined ? sql`retired_at is null` : sql`version = ${version}`}`
  return row
}

/** All versions, the newest first. */
export function listDefinitionVersions(sql: Sql, code: string): Promise<StoredDefinition[]> {
  return sql<StoredDefinition[]>`
    select ${columns(sql)} from indicators.definition where code = ${code} order by version desc`
}

export interface NewVersion {
  pack: string
  rootOrganisation: string
  timeZone: string
  body: Definition
  origin: 'pack' | 'edit'
  madeBy: string
  madeAt: Date
  reason: string | null
}

/** Retires the version in force and puts a new one in its place. Returns its number. */
export async function insertDefinition(sql: Sql, next: NewVersion): Promise<number> {
  const { code } = next.body
  await retireDefinition(sql, code, { at: next.madeAt, by: next.madeBy, reason: null })
  const [row] = await sql<{ version: number }[]>`
    insert into indicators.definition (code, version, pack, root_organisation, time_zone, body, origin, made_by, made_at, reason)
    select ${code}, coalesce(max(version), 0) + 1, ${next.pack}, ${next.rootOrganisation}, ${next.timeZone},
      ${sql.json(next.body as never)}, ${next.origin}, ${next.madeBy}, ${next.madeAt}, ${next.reason}
    from indicators.definition where code = ${code}
    returning version`
  return row?.version ?? 0
}

export async function retireDefinition(
  sql: Sql,
  code: string,
  { at, by, reason }: { at: Date; by: string; reason: string | null },
): Promise<boolean> {
  const { count } = await sql`
    update indicators.definition set retired_at = ${at}, retired_by = ${by}, reason = coalesce(${reason}, reason)
    where code = ${code} and retired_at is null`
  return count > 0
}

/** Closes what was made of records or figures for kinds of periods; what somebody typed or what is locked stays. */
export async function closeFactsOf(sql: Sql, indicator: string, kinds: readonly PeriodKind[], at: Date): Promise<void> {
  await sql`
    update indicators.fact set superseded_at = ${at}
    where indicator = ${indicator} and period_kind = any(${[...kinds]}::text[]) and entry_id is null and locked_at is null
      and superseded_at is null`
}

/** Ends the typed figures of an indicator that is typed no more; they stay readable as of the time before, and locked ones stand. */
export async function closeTypedFacts(sql: Sql, indicator: string, at: Date): Promise<void> {
  await sql`
    update indicators.fact set superseded_at = ${at}
    where indicator = ${indicator} and origin in ('typed', 'form') and locked_at is null and superseded_at is null`
}

/** Definitions whose cells were computed by another version than the one in force, or never. */
export function listUncomputed(sql: Sql): Promise<{ code: string }[]> {
  return sql<{ code: string }[]>`
    select d.code from indicators.definition d
    left join indicators.progress p on p.indicator = d.code
    where d.retired_at is null and p.definition_version is distinct from d.version
    order by d.code`
}

/** Notes that these definitions have been computed from all records. */
export async function keepProgress(sql: Sql, definitions: readonly StoredDefinition[], at: Date): Promise<void> {
  await sql`
    insert into indicators.progress (indicator, definition_version, computed_at, full_at)
    select indicator, version, ${at}::timestamptz, ${at}::timestamptz
    from unnest(${definitions.map((one) => one.code)}::text[], ${definitions.map((one) => one.version)}::int[]) as d (indicator, version)
    on conflict (indicator) do update set computed_at = excluded.computed_at, full_at = excluded.full_at,
      definition_version = excluded.definition_version`
}

export interface Pass {
  finishedAt: Date
  tookMs: number
  rolledOn: string
}

export async function getPass(sql: Sql): Promise<Pass> {
  const [row] = await sql<{ finishedAtMs: number; tookMs: number; rolledOn: string }[]>`
    select coalesce(extract(epoch from nullif(finished_at, '-infinity')) * 1000, 0)::float8 as finished_at_ms, took_ms, rolled_on
    from indicators.pass`
  return {
    finishedAt: new Date(row?.finishedAtMs ?? 0),
    tookMs: row?.tookMs ?? 0,
    rolledOn: row?.rolledOn ?? '-infinity',
  }
}

/** Notes that an increment reached these indicators and how long it took; those never computed in full stay to be computed. */
export async function keepPass(
  sql: Sql,
  { codes, knownAt, finishedAt, tookMs }: { codes: readonly string[]; knownAt: Date; finishedAt: Date; tookMs: number },
): Promise<void> {
  await sql`
    with reached as (
      update indicators.progress set computed_at = ${knownAt} where indicator = any(${[...codes]}::text[])
    )
    update indicators.pass set finished_at = ${finishedAt}, took_ms = ${Math.round(tookMs)}`
}

export async function keepRolledOn(sql: Sql, day: string): Promise<void> {
  await sql`update indicators.pass set rolled_on = ${day}::date`
}
