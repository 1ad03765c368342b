import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { copyLines } from './copy.ts'
import { type Held, historyEntry, type Quarantined } from './decide.ts'
import { keepFormer } from './former.ts'
import { type KindName, kindOf } from './kinds.ts'
import type { CanonicalRow } from './mapping/mapped.ts'
import { writtenColumns } from './mapping/rows.ts'
import type { TouchSet } from './touch-set.ts'

// The statements of a merge: what is held for the keys of a batch, and what is written of it.

export async function findHeld(sql: Sql, source: string, keys: string[]): Promise<Map<string, Held>> {
  const rows = await sql<{ key: string; id: number; sha: string; versionOrder: string | null; landingId: number }[]>`
    select k.key, r.id, encode(r.sha256, 'hex') as sha, r.version_order, r.landing_id
    from unnest(${keys}::text[]) as k (key)
    -- One look-up a key: a growing table without statistics would be read whole for every batch.
    cross join lateral (
      select r.id, r.sha256, r.version_order, r.landing_id from warehouse.record r
      where r.source = ${source} and r.key = k.key and r.state = 'applied' offset 0) r`
  return new Map(
    rows.map(({ key, id, sha, versionOrder, landingId }) => [
      key,
      { id, sha, order: versionOrder, landingId, write: undefined },
    ]),
  )
}

export async function findHistory(sql: Sql, source: string, keys: string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const rows = await sql<{ key: string; sha: string }[]>`
    select r.key, encode(r.sha256, 'hex') as sha
    from unnest(${keys}::text[]) as k (key)
    join warehouse.record r on r.source = ${source} and r.key = k.key and r.state <> 'applied'`
  return new Set(rows.map(({ key, sha }) => historyEntry(key, sha)))
}

export async function hasQuarantine(sql: Sql, source: string): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select from warehouse.quarantine where source = ${source}) as found`
  return row?.found ?? false
}

export async function findQuarantined(sql: Sql, source: string, shas: string[]): Promise<Map<string, Quarantined>> {
  const rows = await sql<(Quarantined & { sha: string })[]>`
    select encode(q.sha256, 'hex') as sha, q.id, q.rule, q.state
    from unnest(${shas}::text[]) as s (sha)
    join warehouse.quarantine q on q.source = ${source} and q.sha256 = decode(s.sha, 'hex')`
  return new Map(rows.map(({ sha, ...row }) => [sha, row]))
}

export async function findMetKeys(sql: Sql, landingId: number, hashes: number[]): Promise<Set<number>> {
  if (hashes.length === 0) return new Set()
  const rows = await sql<{ keyHash: number }[]>`
    select key_hash from warehouse.landing_key
    where landing_id = ${landingId} and key_hash = any(${hashes.map(String)}::bigint[])`
  return new Set(rows.map((row) => row.keyHash))
}

export async function insertMetKeys(sql: Sql, landingId: number, hashes: Iterable<number>): Promise<void> {
  const lines = function* () {
    for (const hash of hashes) yield `${landingId}\t${hash}`
  }
  await copyLines(sql, sql`copy warehouse.landing_key (landing_id, key_hash) from stdin`, lines())
}

export async function deleteMetKeys(sql: Sql, landingId: number): Promise<void> {
  await sql`delete from warehouse.landing_key where landing_id = ${landingId}`
}

/** Numbers for new records, in rising order. */
export async function takeRecordIds(sql: Sql, count: number): Promise<number[]> {
  const [row] = await sql<{ ids: string }[]>`
    select string_agg(nextval('warehouse.record_id_seq')::text, ',') as ids from generate_series(1, ${count})`
  return (row?.ids ?? '')
    .split(',')
    .map(Number)
    .sort((a, b) => a - b)
}

export async function copyRecords(sql: Sql, lines: Iterable<string>): Promise<void> {
  await copyLines(
    sql,
    sql`copy warehouse.record (id, source, key, landing_id, line, byte_offset, byte_length, payload, sha256, version_order,
      contract_version, state, replaced_by, replaced_at, applied_at) from stdin`,
    lines,
  )
}

export async function copyQuarantine(sql: Sql, lines: Iterable<string>): Promise<void> {
  await copyLines(
    sql,
    sql`copy warehouse.quarantine (source, landing_id, line, key, payload, raw, sha256, faults, rule) from stdin`,
    lines,
  )
}

export async function copyCanonical(sql: Sql, kind: KindName, lines: Iterable<string>): Promise<void> {
  const columns = ['record_id', 'part', 'source', ...writtenColumns(kindOf(kind), kind === 'case-event')]
  await copyLines(sql, sql`copy warehouse.${sql(kindOf(kind).table)} (${sql(columns)}) from stdin`, lines)
}

/** Marks versions as no longer standing; `by` names the version that stands over each. */
export async function replaceRecords(
  sql: Sql,
  replaced: { ids: number[]; by: (number | null)[]; at: Date; state: 'superseded' | 'retracted' },
): Promise<void> {
  await sql`
    update warehouse.record r set state = ${replaced.state}, replaced_by = p.by, replaced_at = ${replaced.at}
    from unnest(${replaced.ids.map(String)}::bigint[], ${replaced.by.map((id) => id && String(id))}::bigint[]) as p (id, by)
    where r.id = p.id and r.state = 'applied'`
}

/** Takes the canonical rows of records away, keeps them as what was known until now, and says which cells they stood in. */
export async function deleteCanonical(
  { sql, now }: Pick<Context, 'sql' | 'now'>,
  kind: KindName,
  ids: number[],
): Promise<(Pick<CanonicalRow, 'organisation' | 'area' | 'days'> & { caseId: string | null })[]> {
  const { table, datedBy, fields } = kindOf(kind)
  const days = datedBy.map((name) => fields[name]?.column ?? '')
  const caseId = 'caseId' in fields ? sql`case_id` : sql`null::text`
  let dates = sql`array[]::text[]`
  // The library reads a null inside an array as the text NULL.
  for (const column of days) dates = sql`${dates} || coalesce(${sql(column)}::text, '')`
  return sql<{ organisation: string; area: string; days: string[]; caseId: string | null }[]>`
    with gone as (
      delete from warehouse.${sql(table)} where record_id = any(${ids.map(String)}::bigint[]) returning *
    ),
    kept as (${keepFormer(sql, kind, now)})
    select organisation, coalesce(area, '') as area, ${dates} as days, ${caseId} as case_id from gone`
}

export async function insertTouches(sql: Sql, source: string, touches: TouchSet, receivedAt: Date): Promise<void> {
  if (touches.size === 0) return
  const { kind, field, organisation, area, day } = touches.columns()
  await sql`
    insert into warehouse.touch (source, kind, field, organisation, area, day, received_at)
    select ${source}, ${kind}, t.field, t.organisation, t.area, t.day, ${receivedAt}
    from unnest(${field}::text[], ${organisation}::text[], ${area}::text[], ${day}::date[]) as t (field, organisation, area, day)`
}

export async function settleQuarantine(sql: Sql, ids: number[], settled: { by: string; at: Date }): Promise<void> {
  await sql`
    update warehouse.quarantine
    set state = 'replayed', handled_by = ${settled.by}, handled_at = ${settled.at}, reason = 'Đã nhận lại và đạt yêu cầu.'
    where id = any(${ids.map(String)}::bigint[])`
}
