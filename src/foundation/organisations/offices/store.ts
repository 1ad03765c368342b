import type { Sql } from '#platform/sql'
import type { At, Recorded, Stamp } from '../store.ts'
import type { Rank, Span } from './model.ts'

export interface Position extends Span {
  code: string
  organisation: string
  title: string
  rank: Rank
  seats: number | null
  collective: string | null
  decision: string | null
  unverified: boolean
}

export interface Holding extends Span {
  position: string
  account: string
  personName: string
  acting: boolean
  decision: string | null
}

export type KnownPosition = Position & Recorded
export type KnownHolding = Holding & Recorded

const positionColumns = (sql: Sql) => sql`
  p.code, p.organisation, p.title, p.rank, p.seats, p.collective, p.decision, p.unverified, p.valid_from, p.valid_to`
const holdingColumns = (sql: Sql) => sql`
  h.position, h.account, h.person_name, h.acting, h.decision, h.valid_from, h.valid_to`
const recordedColumns = (sql: Sql, table: 'p' | 'h') =>
  table === 'p' ? sql`p.id, p.origin, p.recorded_to, p.recorded_by` : sql`h.id, h.origin, h.recorded_to, h.recorded_by`

const known = (sql: Sql, table: 'p' | 'h' | 'o', at: At) => {
  const name = sql(table)
  return sql`daterange(${name}.valid_from, ${name}.valid_to, '[]') @> ${at.asOf}::date and ${
    at.knownAt
      ? sql`tstzrange(${name}.recorded_from, ${name}.recorded_to) @> ${at.knownAt}::timestamptz`
      : sql`${name}.recorded_to is null`
  }`
}

const rankOrder = (sql: Sql) => sql`array_position(array['head', 'deputy', 'officer'], p.rank), p.title, p.code`

/** Positions of organisations on a day; those of an organisation that does not stand that day do not either. */
export async function listPositions(sql: Sql, organisations: readonly string[], at: At): Promise<Position[]> {
  return sql<Position[]>`
    select ${positionColumns(sql)} from organisations.position_version p
    where p.organisation = any(${[...organisations]}::text[]) and ${known(sql, 'p', at)} and exists (
      select from organisations.organisation_version o where o.code = p.organisation and ${known(sql, 'o', at)})
    order by p.organisation, ${rankOrder(sql)}`
}

export async function listHoldings(sql: Sql, positions: readonly string[], at: At): Promise<Holding[]> {
  return sql<Holding[]>`
    select ${holdingColumns(sql)} from organisations.holding h
    where h.position = any(${[...positions]}::text[]) and ${known(sql, 'h', at)}
    order by h.position, h.acting, h.person_name, h.account`
}

/** A position as somebody holds it on a day. */
export interface Seat {
  account: string
  position: string
  title: string
  rank: Rank
  acting: boolean
  collective: string | null
  organisation: string
  organisationName: string
  validTo: string | null
}

/** The positions that accounts hold on a day, heads first. */
export async function listSeats(sql: Sql, accounts: readonly string[], at: At): Promise<Seat[]> {
  return sql<Seat[]>`
    select h.account, h.position, p.title, p.rank, h.acting, p.collective, p.organisation, o.name as organisation_name,
      least(h.valid_to, p.valid_to, o.valid_to) as valid_to
    from organisations.holding h
    join organisations.position_version p on p.code = h.position and ${known(sql, 'p', at)}
    join organisations.organisation_version o on o.code = p.organisation and ${known(sql, 'o', at)}
    where h.account = any(${[...accounts]}::text[]) and ${known(sql, 'h', at)}
    order by h.account, array_position(array['head', 'deputy', 'officer'], p.rank), h.valid_from nulls first, h.position`
}

/** Every version ever recorded of a position, the present knowledge first. */
export async function listPositionVersions(sql: Sql, code: string): Promise<KnownPosition[]> {
  return sql<KnownPosition[]>`
    select ${recordedColumns(sql, 'p')}, ${positionColumns(sql)} from organisations.position_version p
    where p.code = ${code}
    order by p.recorded_to desc nulls first, p.valid_from desc nulls last`
}

/** The positions known now that head an organisation, at any time. */
export async function listHeadVersions(sql: Sql, organisation: string): Promise<Position[]> {
  return sql<Position[]>`
    select ${positionColumns(sql)} from organisations.position_version p
    where p.organisation = ${organisation} and p.rank = 'head' and p.recorded_to is null`
}

/** Every holding ever recorded of a position, the present knowledge first. */
export async function listHoldingVersions(sql: Sql, position: string): Promise<KnownHolding[]> {
  return sql<KnownHolding[]>`
    select ${recordedColumns(sql, 'h')}, ${holdingColumns(sql)} from organisations.holding h
    where h.position = ${position}
    order by h.recorded_to desc nulls first, h.valid_from desc nulls last, h.person_name`
}

/** Every holding known now of an account, past and to come. */
export async function listHoldingsOf(sql: Sql, account: string): Promise<KnownHolding[]> {
  return sql<KnownHolding[]>`
    select ${recordedColumns(sql, 'h')}, ${holdingColumns(sql)} from organisations.holding h
    where h.account = ${account} and h.recorded_to is null
    order by h.valid_from desc nulls last, h.position`
}

/** Which of these accounts hold or ever held something. */
export async function listEverHeld(sql: Sql, accounts: readonly string[]): Promise<string[]> {
  const rows = await sql<{ account: string }[]>`
    select distinct account from organisations.holding where account = any(${[...accounts]}::text[])`
  return rows.map(({ account }) => account)
}

/** Holds a position against other changes until the transaction ends; false when there is none. */
export async function lockPosition(sql: Sql, code: string): Promise<boolean> {
  const rows = await sql`select code from organisations.position where code = ${code} for update`
  return rows.length === 1
}

/** False when the code is taken. */
export async function insertPositionCode(
  sql: Sql,
  position: { code: string; organisation: string; pack: string | null },
): Promise<boolean> {
  const rows = await sql`
    insert into organisations.position (code, organisation, pack)
    values (${position.code}, ${position.organisation}, ${position.pack})
    on conflict (code) do nothing`
  return rows.count === 1
}

export async function insertPositionCodes(
  sql: Sql,
  positions: readonly { code: string; organisation: string }[],
  pack: string,
): Promise<void> {
  await sql`
    insert into organisations.position (code, organisation, pack)
    select code, organisation, ${pack}
    from jsonb_to_recordset(${JSON.stringify(positions)}::text::jsonb) as given(code text, organisation text)
    on conflict (code) do nothing`
}

export async function insertPositionVersions(sql: Sql, rows: readonly Position[], stamp: Stamp): Promise<void> {
  await sql`
    insert into organisations.position_version (code, organisation, title, rank, seats, collective, decision, unverified,
      valid_from, valid_to, origin, recorded_from, recorded_by)
    select code, organisation, title, rank, seats, collective, decision, unverified, "validFrom", "validTo",
      ${stamp.origin}, ${stamp.recordedFrom}, ${stamp.recordedBy}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given(code text, organisation text, title text,
      rank text, seats integer, collective text, decision text, unverified boolean, "validFrom" date, "validTo" date)`
}

export async function insertHoldings(sql: Sql, rows: readonly Holding[], stamp: Stamp): Promise<void> {
  await sql`
    insert into organisations.holding (position, account, person_name, acting, decision, valid_from, valid_to, origin,
      recorded_from, recorded_by)
    select position, account, "personName", acting, decision, "validFrom", "validTo", ${stamp.origin},
      ${stamp.recordedFrom}, ${stamp.recordedBy}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given(position text, account text,
      "personName" text, acting boolean, decision text, "validFrom" date, "validTo" date)`
}

/** Ends the record time of rows; one recorded at this very moment has said nothing to anybody and is taken back. */
export async function closeOfficeRows(
  sql: Sql,
  table: 'position_version' | 'holding',
  ids: readonly number[],
  now: Date,
): Promise<void> {
  const name = sql(`organisations.${table}`)
  await sql`delete from ${name} where id = any(${[...ids]}::bigint[]) and recorded_from >= ${now}`
  await sql`update ${name} set recorded_to = ${now} where id = any(${[...ids]}::bigint[])`
}

export async function listPackPositions(sql: Sql, pack: string): Promise<KnownPosition[]> {
  return sql<KnownPosition[]>`
    select ${recordedColumns(sql, 'p')}, ${positionColumns(sql)} from organisations.position_version p
    join organisations.position owner on owner.code = p.code
    where p.recorded_to is null and owner.pack = ${pack}`
}

export async function findOfficeHash(sql: Sql, pack: string): Promise<string | undefined> {
  const [row] = await sql<{ contentSha256: string }[]>`
    select content_sha256 from organisations.office_file where pack = ${pack}`
  return row?.contentSha256
}

export async function setOfficeHash(sql: Sql, pack: string, sha256: string, now: Date): Promise<void> {
  await sql`
    insert into organisations.office_file (pack, content_sha256, loaded_at) values (${pack}, ${sha256}, ${now})
    on conflict (pack) do update set content_sha256 = excluded.content_sha256, loaded_at = excluded.loaded_at`
}
