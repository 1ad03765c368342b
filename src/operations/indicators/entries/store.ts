import type { Sql } from '#platform/sql'
import type { EntryState } from '../model.ts'

/** A typed figure on its way to a fact. */
export interface Entry {
  id: number
  indicator: string
  organisation: string
  area: string
  period: string
  value: number | null
  reason: string | null
  basis: string | null
  note: string | null
  origin: 'typed' | 'form' | 'pack'
  state: EntryState
  round: number
  typedBy: string
  /** The absent colleague for whom it was typed. */
  typedFor: string | null
  typedAt: Date
  approvedBy: string | null
  approvedAt: Date | null
  publishedBy: string | null
  publishedAt: Date | null
  returnedReason: string | null
}

const columns = (
  sql: Sql,
) => sql`id, indicator, organisation, area, period, value::float8 as value, reason, basis, note, origin, state,
  round, typed_by, typed_for, typed_at, approved_by, approved_at, published_by, published_at, returned_reason`

export interface EntryKey {
  indicator: string
  organisation: string
  area: string
  period: string
}

/** Current entries of these figures: what is under way, and what has been published. */
export function listEntriesOf(sql: Sql, keys: readonly EntryKey[]): Promise<Entry[]> {
  return sql<Entry[]>`
    select ${columns(sql)} from indicators.entry e
    where e.superseded_at is null and (e.indicator, e.organisation, e.area, e.period) in (
      select * from unnest(${keys.map((key) => key.indicator)}::text[], ${keys.map((key) => key.organisation)}::text[],
        ${keys.map((key) => key.area)}::text[], ${keys.map((key) => key.period)}::text[]))
    order by e.id`
}

/** Entries in these states at these organisations, the newest first. */
export function listEntriesIn(
  sql: Sql,
  {
    states,
    organisations,
    limit,
  }: { states: readonly EntryState[]; organisations: readonly string[] | 'all'; limit: number },
): Promise<Entry[]> {
  return sql<Entry[]>`
    select ${columns(sql)} from indicators.entry
    where superseded_at is null and state = any(${[...states]}::text[])
      and ${organisations === 'all' ? sql`true` : sql`organisation = any(${[...organisations]}::text[])`}
    order by typed_at desc, id desc
    limit ${limit}`
}

export function lockEntries(sql: Sql, ids: readonly number[]): Promise<Entry[]> {
  return sql<Entry[]>`
    select ${columns(sql)} from indicators.entry
    where id = any(${[...ids]}::bigint[]) and superseded_at is null
    order by id for update`
}

export interface NewEntry extends EntryKey {
  value: number | null
  reason: string | null
  basis: string | null
  note: string | null
  origin: Entry['origin']
  state: EntryState
  typedBy: string
  typedFor: string | null
  typedAt: Date
}

/** Writes the figure under way: a draft is overwritten, a published one stays beside it until the new one is published too. */
export async function upsertEntry(sql: Sql, entry: NewEntry): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into indicators.entry as e (indicator, organisation, area, period, value, reason, basis, note, origin, state, round, typed_by,
      typed_for, typed_at)
    select ${entry.indicator}, ${entry.organisation}, ${entry.area}, ${entry.period}, ${numeric(entry.value)}::text::numeric,
      ${entry.reason}, ${entry.basis}, ${entry.note}, ${entry.origin}, ${entry.state},
      1 + coalesce((select max(p.round) from indicators.entry p where p.indicator = ${entry.indicator}
        and p.organisation = ${entry.organisation} and p.area = ${entry.area} and p.period = ${entry.period}
        and p.state = 'published'), 0), ${entry.typedBy}, ${entry.typedFor}, ${entry.typedAt}
    on conflict (indicator, organisation, area, period) where superseded_at is null and state <> 'published'
    do update set value = excluded.value, reason = excluded.reason, basis = excluded.basis, note = excluded.note,
      origin = excluded.origin, state = excluded.state, typed_by = excluded.typed_by, typed_for = excluded.typed_for,
      typed_at = excluded.typed_at,
      approved_by = null, approved_at = null, returned_reason = null
    returning id`
  return row?.id ?? 0
}

const numeric = (value: number | null) => (value === null ? null : String(value))

export async function setEntryState(
  sql: Sql,
  ids: readonly number[],
  { state, by, at, reason }: { state: 'approved' | 'returned'; by: string; at: Date; reason: string | null },
): Promise<void> {
  await sql`
    update indicators.entry
    set state = ${state}, approved_by = ${state === 'approved' ? by : null}, approved_at = ${state === 'approved' ? at : null},
      returned_reason = ${reason}
    where id = any(${[...ids]}::bigint[])`
}

/** Publishes entries; earlier published figures of the same numbers are superseded and stay readable. */
export async function markPublished(sql: Sql, ids: readonly number[], by: string, at: Date): Promise<void> {
  await sql`
    update indicators.entry p set superseded_at = ${at}
    from indicators.entry n
    where n.id = any(${[...ids]}::bigint[]) and p.state = 'published' and p.superseded_at is null and p.id <> n.id
      and p.indicator = n.indicator and p.organisation = n.organisation and p.area = n.area and p.period = n.period`
  await sql`
    update indicators.entry set state = 'published', published_by = ${by}, published_at = ${at}
    where id = any(${[...ids]}::bigint[])`
}

export interface PublishedValue {
  organisation: string
  period: string
  value: number
}

/** Published values of one indicator in one period, by organisation. */
export function listPublished(sql: Sql, indicator: string, area: string, period: string): Promise<PublishedValue[]> {
  return sql<PublishedValue[]>`
    select organisation, period, value::float8 as value from indicators.entry
    where indicator = ${indicator} and area = ${area} and period = ${period} and superseded_at is null
      and state = 'published' and value is not null
    order by organisation`
}

/** Every figure of an indicator that is public now, in the order of its periods. */
export function listPublishedEntries(sql: Sql, indicator: string): Promise<Entry[]> {
  return sql<Entry[]>`
    select ${columns(sql)} from indicators.entry
    where indicator = ${indicator} and state = 'published' and superseded_at is null
    order by period, id`
}

/** Numbers of earlier periods of one kind, the latest first: what a typed figure is compared with. */
export function listEarlierValues(
  sql: Sql,
  asked: readonly { indicator: string; organisation: string; kind: string; before: string }[],
  perFigure: number,
): Promise<{ indicator: string; organisation: string; period: string; value: number }[]> {
  return sql`
    select a.indicator, a.organisation, f.period, f.value
    from unnest(${asked.map((one) => one.indicator)}::text[], ${asked.map((one) => one.organisation)}::text[],
      ${asked.map((one) => one.kind)}::text[], ${asked.map((one) => one.before)}::date[]) as a (indicator, organisation, kind, before)
    cross join lateral (
      select f.period, f.value::float8 as value, f.period_on from indicators.fact f
      where f.indicator = a.indicator and f.organisation = a.organisation and f.area = '' and f.period_kind = a.kind
        and f.period_on < a.before and f.superseded_at is null and f.state = 'value'
      order by f.period_on desc limit ${perFigure}) f
    order by 1, 2, f.period_on desc`
}
