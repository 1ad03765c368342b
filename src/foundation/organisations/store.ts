import type { Sql } from '#platform/sql'
import type { AreaKind, AreaPredecessor, Change, OrganisationKind, PackCard } from './model.ts'

/** When a thing is asked about: valid on that day, as it was known at that moment (now, where nothing is said). */
export interface At {
  asOf: string
  knownAt?: Date
}

export interface Organisation {
  code: string
  name: string
  shortName: string | null
  nameEn: string | null
  kind: OrganisationKind
  line: 'own' | 'external'
  parent: string | null
  area: string | null
  peerGroup: string | null
  localCode: boolean
  unverified: boolean
  decision: string | null
  note: string | null
  validFrom: string | null
  validTo: string | null
}

export interface Area {
  code: string
  officialCode: string | null
  name: string
  nameEn: string | null
  kind: AreaKind
  parent: string | null
  areaKm2: number | null
  population: number | null
  peerGroup: string | null
  unverified: boolean
  decision: string | null
  note: string | null
  validFrom: string | null
  validTo: string | null
}

export interface Recorded {
  id: number
  origin: 'pack' | 'edit'
  recordedFrom: Date | null
  recordedTo: Date | null
  recordedBy: string
}

export interface Succession {
  successor: string | null
  predecessor: string | null
  predecessorName: string | null
  how: Change
  effectiveOn: string | null
  decision: string | null
}

export interface AreaSuccession {
  successor: string
  predecessor: string
  how: AreaPredecessor['how']
  share: AreaPredecessor['share']
  weight: number | null
  effectiveOn: string | null
  decision: string | null
}

export interface Alias {
  subject: 'organisation' | 'area'
  scheme: string
  value: string
  code: string
}

const organisationColumns = (sql: Sql) => sql`
  code, name, short_name, name_en, kind, line, parent, area, peer_group, local_code, unverified, decision, note,
  valid_from, valid_to`

const areaColumns = (sql: Sql) => sql`
  v.code, a.official_code, v.name, v.name_en, v.kind, v.parent, v.area_km2::float8 as area_km2, v.population, v.peer_group,
  v.unverified, v.decision, v.note, v.valid_from, v.valid_to`

export async function readStructureVersion(sql: Sql): Promise<string> {
  const [row] = await sql<{ version: string }[]>`select version from organisations.structure`
  return row?.version ?? ''
}

/** Holds the structure against other changes until the transaction ends. */
export async function lockStructure(sql: Sql): Promise<void> {
  await sql`select version from organisations.structure for update`
}

export async function touchStructure(sql: Sql, now: Date): Promise<void> {
  await sql`update organisations.structure set version = gen_random_uuid(), changed_at = ${now}`
}

const recordedAt = (sql: Sql, knownAt: Date | undefined) =>
  knownAt ? sql`tstzrange(recorded_from, recorded_to) @> ${knownAt}::timestamptz` : sql`recorded_to is null`

export function listOrganisationsAt(sql: Sql, at: At): Promise<Organisation[]> {
  return sql<Organisation[]>`
    select ${organisationColumns(sql)}
    from organisations.organisation_version
    where daterange(valid_from, valid_to, '[]') @> ${at.asOf}::date
      and ${recordedAt(sql, at.knownAt)}`
}

/** Where each organisation was placed in every version known now that began by the day. */
export function listPlacements(sql: Sql, day: string): Promise<Pick<Organisation, 'code' | 'parent' | 'validFrom'>[]> {
  return sql<Pick<Organisation, 'code' | 'parent' | 'validFrom'>[]>`
    select code, parent, valid_from
    from organisations.organisation_version
    where recorded_to is null and (valid_from is null or valid_from <= ${day}::date)`
}

export function listSuccessionsBy(sql: Sql, day: string): Promise<Pick<Succession, 'successor' | 'predecessor'>[]> {
  return sql<Pick<Succession, 'successor' | 'predecessor'>[]>`
    select successor, predecessor
    from organisations.organisation_succession
    where recorded_to is null and (effective_on is null or effective_on <= ${day}::date)`
}

export function listAreasAt(sql: Sql, at: At): Promise<Area[]> {
  return sql<Area[]>`
    select ${areaColumns(sql)}
    from organisations.area_version v join organisations.area a on a.code = v.code
    where daterange(valid_from, valid_to, '[]') @> ${at.asOf}::date
      and ${recordedAt(sql, at.knownAt)}`
}

export async function findLatestOrganisation(sql: Sql, code: string): Promise<Organisation | undefined> {
  const [row] = await sql<Organisation[]>`
    select ${organisationColumns(sql)}
    from organisations.organisation_version
    where code = ${code} and recorded_to is null
    order by valid_from desc nulls last
    limit 1`
  return row
}

export async function findLatestArea(sql: Sql, code: string): Promise<Area | undefined> {
  const [row] = await sql<Area[]>`
    select ${areaColumns(sql)}
    from organisations.area_version v join organisations.area a on a.code = v.code
    where v.code = ${code} and recorded_to is null
    order by valid_from desc nulls last
    limit 1`
  return row
}

/** Every version ever recorded of an organisation, the present knowledge first. */
export function listOrganisationVersions(sql: Sql, code: string): Promise<(Organisation & Recorded)[]> {
  return sql<(Organisation & Recorded)[]>`
    select id, origin, recorded_from, recorded_to, recorded_by, ${organisationColumns(sql)}
    from organisations.organisation_version
    where code = ${code}
    order by recorded_to desc nulls first, valid_from desc nulls last`
}

export interface Parentage {
  code: string
  parent: string | null
  validFrom: string | null
  validTo: string | null
}

/** Under whom each agency has stood, and when, as it is known now. */
export function listOrganisationParentage(sql: Sql, knownAt?: Date): Promise<Parentage[]> {
  return sql<Parentage[]>`
    select code, parent, valid_from, valid_to from organisations.organisation_version
    where ${recordedAt(sql, knownAt)} order by code`
}

/** In which area each area has lain, and when, as it is known now or was at a moment. */
export function listAreaParentage(sql: Sql, knownAt?: Date): Promise<Parentage[]> {
  return sql<Parentage[]>`
    select code, parent, valid_from, valid_to from organisations.area_version
    where ${recordedAt(sql, knownAt)} order by code`
}

export function listPackOrganisationVersions(sql: Sql, pack: string): Promise<(Organisation & Recorded)[]> {
  return sql<(Organisation & Recorded)[]>`
    select id, origin, recorded_from, recorded_to, recorded_by, ${organisationColumns(sql)}
    from organisations.organisation_version
    where recorded_to is null and code in (select code from organisations.organisation where pack = ${pack})`
}

export function listPackAreaVersions(sql: Sql, pack: string): Promise<(Area & Recorded)[]> {
  return sql<(Area & Recorded)[]>`
    select v.id, v.origin, v.recorded_from, v.recorded_to, v.recorded_by, ${areaColumns(sql)}
    from organisations.area_version v join organisations.area a on a.code = v.code
    where recorded_to is null and a.pack = ${pack}`
}

/** Owner pack by code; a null owner is a unit that was made here. */
export async function listOwners(sql: Sql, subject: Alias['subject']): Promise<Map<string, string | null>> {
  const rows = await sql<{ code: string; pack: string | null }[]>`
    select code, pack from ${subject === 'area' ? sql`organisations.area` : sql`organisations.organisation`}`
  return new Map(rows.map((row) => [row.code, row.pack]))
}

export async function insertOrganisationCodes(sql: Sql, codes: readonly string[], pack: string | null): Promise<void> {
  await sql`
    insert into organisations.organisation (code, pack)
    select code, ${pack} from unnest(${[...codes]}::text[]) as given(code)
    on conflict (code) do nothing`
}

export async function upsertAreaCodes(
  sql: Sql,
  rows: readonly { code: string; officialCode: string | null }[],
  pack: string,
): Promise<void> {
  await sql`
    insert into organisations.area (code, official_code, pack)
    select code, "officialCode", ${pack}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given(code text, "officialCode" text)
    on conflict (code) do update set official_code = excluded.official_code`
}

export interface Stamp {
  origin: 'pack' | 'edit'
  /** Absent: known since before anything recorded here. */
  recordedFrom: Date | null
  recordedBy: string
}

export async function insertOrganisationVersions(sql: Sql, rows: readonly Organisation[], stamp: Stamp): Promise<void> {
  await sql`
    insert into organisations.organisation_version (code, name, short_name, name_en, kind, line, parent, area, peer_group,
      local_code, unverified, decision, note, valid_from, valid_to, origin, recorded_from, recorded_by)
    select code, name, "shortName", "nameEn", kind, line, parent, area, "peerGroup", "localCode", unverified, decision, note,
      "validFrom", "validTo", ${stamp.origin}, ${stamp.recordedFrom}, ${stamp.recordedBy}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given(code text, name text, "shortName" text,
      "nameEn" text, kind text, line text, parent text, area text, "peerGroup" text, "localCode" boolean,
      unverified boolean, decision text, note text, "validFrom" date, "validTo" date)`
}

export async function insertAreaVersions(sql: Sql, rows: readonly Area[], stamp: Stamp): Promise<void> {
  await sql`
    insert into organisations.area_version (code, name, name_en, kind, parent, area_km2, population, peer_group, unverified,
      decision, note, valid_from, valid_to, origin, recorded_from, recorded_by)
    select code, name, "nameEn", kind, parent, "areaKm2", population, "peerGroup", unverified, decision, note, "validFrom",
      "validTo", ${stamp.origin}, ${stamp.recordedFrom}, ${stamp.recordedBy}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given(code text, name text, "nameEn" text, kind text,
      parent text, "areaKm2" numeric, population bigint, "peerGroup" text, unverified boolean, decision text, note text,
      "validFrom" date, "validTo" date)`
}

export async function insertSuccessions(sql: Sql, rows: readonly Succession[], stamp: Stamp): Promise<void> {
  await sql`
    insert into organisations.organisation_succession (successor, predecessor, predecessor_name, how, effective_on, decision,
      origin, recorded_from, recorded_by)
    select successor, predecessor, "predecessorName", how, "effectiveOn", decision, ${stamp.origin}, ${stamp.recordedFrom},
      ${stamp.recordedBy}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given(successor text, predecessor text,
      "predecessorName" text, how text, "effectiveOn" date, decision text)`
}

export async function insertAreaSuccessions(sql: Sql, rows: readonly AreaSuccession[], stamp: Stamp): Promise<void> {
  await sql`
    insert into organisations.area_succession (successor, predecessor, how, share, weight, effective_on, decision, origin,
      recorded_from, recorded_by)
    select successor, predecessor, how, share, weight, "effectiveOn", decision, ${stamp.origin}, ${stamp.recordedFrom},
      ${stamp.recordedBy}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given(successor text, predecessor text, how text,
      share text, weight numeric, "effectiveOn" date, decision text)`
}

const recordTables = ['organisation_version', 'area_version', 'organisation_succession', 'area_succession'] as const

/** Ends the record time of rows; one recorded at this very moment has said nothing to anybody and is taken back. */
export async function closeRows(
  sql: Sql,
  table: (typeof recordTables)[number],
  ids: readonly number[],
  now: Date,
): Promise<void> {
  const name = sql(`organisations.${table}`)
  await sql`delete from ${name} where id = any(${[...ids]}::bigint[]) and recorded_from >= ${now}`
  await sql`update ${name} set recorded_to = ${now} where id = any(${[...ids]}::bigint[])`
}

export function listPackSuccessions(sql: Sql, pack: string): Promise<(Succession & Recorded)[]> {
  return sql<(Succession & Recorded)[]>`
    select id, origin, recorded_from, recorded_to, recorded_by, successor, predecessor, predecessor_name, how, effective_on, decision
    from organisations.organisation_succession
    where recorded_to is null and successor in (select code from organisations.organisation where pack = ${pack})`
}

export function listPackAreaSuccessions(sql: Sql, pack: string): Promise<(AreaSuccession & Recorded)[]> {
  return sql<(AreaSuccession & Recorded)[]>`
    select id, origin, recorded_from, recorded_to, recorded_by, successor, predecessor, how, share, weight::float8 as weight, effective_on,
      decision
    from organisations.area_succession
    where recorded_to is null and successor in (select code from organisations.area where pack = ${pack})`
}

/** What an organisation came from and what became of it, as it is known now or was at a moment. */
export function listSuccessionsOf(sql: Sql, code: string, knownAt?: Date): Promise<Succession[]> {
  return sql<Succession[]>`
    select successor, predecessor, predecessor_name, how, effective_on, decision
    from organisations.organisation_succession
    where ${recordedAt(sql, knownAt)} and (successor = ${code} or predecessor = ${code})
    order by effective_on nulls first, id`
}

/** What is known now to end an organisation after a day. */
export function listEndsAfter(sql: Sql, code: string, day: string): Promise<(Succession & { id: number })[]> {
  return sql<(Succession & { id: number })[]>`
    select id, successor, predecessor, predecessor_name, how, effective_on, decision
    from organisations.organisation_succession
    where recorded_to is null and predecessor = ${code} and how in ('merge', 'split', 'dissolve')
      and successor is distinct from predecessor and effective_on > ${day}::date`
}

/** Every pair of earlier and later organisation that is known now, or was at a moment. */
export function listOrganisationSuccessions(sql: Sql, knownAt?: Date): Promise<Succession[]> {
  return sql<Succession[]>`
    select successor, predecessor, predecessor_name, how, effective_on, decision
    from organisations.organisation_succession
    where ${recordedAt(sql, knownAt)}
    order by effective_on nulls first, id`
}

/** Every pair of earlier and later area that is known now, or was at a moment. */
export function listAreaSuccessions(sql: Sql, knownAt?: Date): Promise<(AreaSuccession & { id: number })[]> {
  return sql<(AreaSuccession & { id: number })[]>`
    select id, successor, predecessor, how, share, weight::float8 as weight, effective_on, decision
    from organisations.area_succession
    where ${recordedAt(sql, knownAt)}
    order by effective_on nulls first, id`
}

export function listAliases(sql: Sql): Promise<Alias[]> {
  return sql<
    Alias[]
  >`select subject, scheme, value, code from organisations.alias order by subject, scheme, value, code`
}

export async function replaceAliases(sql: Sql, pack: string, rows: readonly Alias[]): Promise<void> {
  await sql`delete from organisations.alias where pack = ${pack}`
  await sql`
    insert into organisations.alias (subject, scheme, value, code, pack)
    select subject, scheme, value, code, ${pack}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given(subject text, scheme text, value text, code text)
    on conflict do nothing`
}

export interface LoadedPack {
  code: string
  card: PackCard
  isHome: boolean
  contentSha256: string
}

export function listLoadedPacks(sql: Sql): Promise<LoadedPack[]> {
  return sql<
    LoadedPack[]
  >`select code, card, is_home, content_sha256 from organisations.pack order by is_home desc, code`
}

export async function upsertPack(sql: Sql, pack: LoadedPack, now: Date): Promise<void> {
  if (pack.isHome) await sql`update organisations.pack set is_home = false where is_home and code <> ${pack.code}`
  await sql`
    insert into organisations.pack (code, card, is_home, content_sha256, loaded_at)
    values (${pack.code}, ${JSON.stringify(pack.card)}::text::jsonb, ${pack.isHome}, ${pack.contentSha256}, ${now})
    on conflict (code) do update set card = excluded.card, is_home = excluded.is_home or organisations.pack.is_home,
      content_sha256 = excluded.content_sha256, loaded_at = excluded.loaded_at`
}

/** Every code there is or ever was. */
export async function listCodes(sql: Sql): Promise<{ organisations: string[]; areas: string[] }> {
  const organisations = await sql<{ code: string }[]>`select code from organisations.organisation`
  const areas = await sql<{ code: string }[]>`select code from organisations.area`
  return { organisations: organisations.map((row) => row.code), areas: areas.map((row) => row.code) }
}
