import type { Sql } from '#platform/sql'
import type { RecordFault } from './model.ts'

export const quarantineStates = ['open', 'returned', 'replayed', 'dismissed'] as const
export type QuarantineState = (typeof quarantineStates)[number]

/** A record set aside: what it said, where it stands in its file, and why it did not pass. */
export interface QuarantineRow {
  id: number
  source: string
  landingId: number
  line: number
  key: string | null
  payload: Record<string, unknown>
  raw: string | null
  sha: string
  faults: RecordFault[]
  rule: string
  state: QuarantineState
  mended: Record<string, unknown> | null
  handledBy: string | null
  handledAt: Date | null
  reason: string | null
  createdAt: Date
}

const columns = (sql: Sql) => sql`
  id, source, landing_id, line, key, payload, raw, encode(sha256, 'hex') as sha, faults, rule, state, mended, handled_by, handled_at,
  reason, created_at`

export interface QuarantineFilter {
  sources: readonly string[]
  state?: QuarantineState
  rule?: string
  landing?: number
}

const matching = (sql: Sql, filter: QuarantineFilter) => sql`
  source = any(${[...filter.sources]}::text[]) and (${filter.state ?? null}::text is null or state = ${filter.state ?? null})
  and (${filter.rule ?? null}::text is null or rule = ${filter.rule ?? null})
  and (${filter.landing ?? null}::bigint is null or landing_id = ${filter.landing ?? null})`

/** Newest first; the next page begins before the last row's id. */
export async function listQuarantine(
  sql: Sql,
  filter: QuarantineFilter,
  page: { before?: number; limit: number },
): Promise<QuarantineRow[]> {
  return sql<QuarantineRow[]>`
    select ${columns(sql)} from warehouse.quarantine
    where ${matching(sql, filter)} and (${page.before ?? null}::bigint is null or id < ${page.before ?? null})
    order by id desc limit ${page.limit}`
}

export async function findQuarantine(sql: Sql, id: number): Promise<QuarantineRow | undefined> {
  const [row] = await sql<QuarantineRow[]>`select ${columns(sql)} from warehouse.quarantine where id = ${id}`
  return row
}

export async function lockQuarantine(sql: Sql, id: number): Promise<QuarantineRow | undefined> {
  const [row] = await sql<QuarantineRow[]>`select ${columns(sql)} from warehouse.quarantine where id = ${id} for update`
  return row
}

export async function setQuarantineState(
  sql: Sql,
  id: number,
  handled: { state: QuarantineState; by: string; at: Date; reason: string | null; mended?: Record<string, unknown> },
): Promise<void> {
  await sql`
    update warehouse.quarantine
    set state = ${handled.state}, handled_by = ${handled.by}, handled_at = ${handled.at}, reason = ${handled.reason},
      mended = coalesce(${handled.mended ? sql.json(handled.mended as never) : null}, mended)
    where id = ${id}`
}

export async function setQuarantineFaults(sql: Sql, id: number, faults: readonly RecordFault[]): Promise<void> {
  await sql`
    update warehouse.quarantine set faults = ${sql.json(faults as never)}, rule = ${faults[0]?.rule ?? 'unknown'}
    where id = ${id}`
}

/** One record of a landing went through after all: the four counts go on adding up to what was received. */
export async function moveCount(
  sql: Sql,
  landingId: number,
  to: { applied: number; superseded: number; duplicate: number },
): Promise<void> {
  await sql`
    update warehouse.landing
    set quarantined = quarantined - ${to.applied + to.superseded + to.duplicate}, applied = applied + ${to.applied},
      superseded = superseded + ${to.superseded}, duplicate = duplicate + ${to.duplicate}
    where id = ${landingId}`
}

/** Which sources these records belong to; codes nobody knows are passed over. */
export async function listSourcesOf(
  sql: Sql,
  ids: readonly number[],
): Promise<{ source: string; organisation: string; ids: number[] }[]> {
  return sql<{ source: string; organisation: string; ids: number[] }[]>`
    select s.code as source, s.organisation, array_agg(q.id order by q.id) as ids
    from unnest(${ids.map(String)}::bigint[]) as i (id)
    join warehouse.quarantine q on q.id = i.id join warehouse.source s on s.code = q.source
    group by s.code order by s.code`
}

/** Those of the records that wait still, oldest first; held until the transaction ends. */
export async function lockOpen(sql: Sql, ids: readonly number[]): Promise<QuarantineRow[]> {
  return sql<QuarantineRow[]>`
    select ${columns(sql)} from warehouse.quarantine
    where id = any(${ids.map(String)}::bigint[]) and state in ('open', 'returned') order by id for update`
}

export async function setManyStates(
  sql: Sql,
  ids: readonly number[],
  handled: { state: QuarantineState; by: string; at: Date; reason: string | null },
): Promise<void> {
  await sql`
    update warehouse.quarantine
    set state = ${handled.state}, handled_by = ${handled.by}, handled_at = ${handled.at}, reason = ${handled.reason}
    where id = any(${ids.map(String)}::bigint[])`
}

export async function setManyFaults(
  sql: Sql,
  found: readonly { id: number; faults: readonly RecordFault[] }[],
): Promise<void> {
  if (found.length === 0) return
  await sql`
    update warehouse.quarantine q set faults = f.faults::jsonb, rule = f.rule
    from unnest(${found.map(({ id }) => String(id))}::bigint[], ${found.map(({ faults }) => JSON.stringify(faults))}::text[],
      ${found.map(({ faults }) => faults[0]?.rule ?? 'unknown')}::text[]) as f (id, faults, rule)
    where q.id = f.id and (q.rule, q.faults) is distinct from (f.rule, f.faults::jsonb)`
}
