// Rows as they stood at an earlier moment. Every change of an obligation or a duty keeps the row as it was, in the same statement; what
// was changed before former rows were kept is told by the times that the row itself bears.

import type { Fragment, Sql } from '#platform/sql'

/** A step of a statement that changes these duties: keeps them as they stand before it. */
export const keepDuties = (sql: Sql, at: Date, which: Fragment): Fragment => sql`
  insert into duties.duty_former (duty_id, until, agency, body)
  select d.id, ${at}, d.agency, jsonb_strip_nulls(to_jsonb(d)) from duties.duty d where ${which}`

/** The same of obligations. */
export const keepObligations = (sql: Sql, at: Date, which: Fragment): Fragment => sql`
  insert into duties.obligation_former (obligation_id, until, body)
  select o.id, ${at}, jsonb_strip_nulls(to_jsonb(o)) from duties.obligation o where ${which}`

/** What is to be read from as the table of obligations; those that were owed or had been by a moment. */
export function obligationsOf(sql: Sql, at: Date | undefined): Fragment {
  if (!at) return sql`duties.obligation`
  const arrived = sql`from duties.duty d where d.obligation_id = o.id and d.arrived_at <= ${at}`
  return sql`(
    select o.id, o.subject_kind, o.subject, b.subject_name, o.organisation, b.agency, b.is_outside, b.figure_of, b.cadence, o.since_at,
      b.next_period, b.next_opens_at,
      case when b.last_arrival_at > ${at} then (select max(d.arrived_at) ${arrived}) else b.last_arrival_at end as last_arrival_at,
      b.has_value and (b.last_arrival_at <= ${at} or exists (select ${arrived})) as has_value,
      case when b.ended_at <= ${at} then b.ended_at end as ended_at
    from duties.obligation o
    left join lateral (select f.body from duties.obligation_former f
      where f.obligation_id = o.id and f.until > ${at} order by f.until, f.id limit 1) f on true
    cross join lateral jsonb_populate_record(case when f.body is null then o end, coalesce(f.body, '{}')) b
    where o.since_at <= ${at})`
}

/** What is to be read from as the table of duties: those opened by a moment, as they stood; only some of them where that is enough. */
export function dutiesOf(sql: Sql, at: Date | undefined, which: Fragment = sql`true`): Fragment {
  if (!at) return sql`duties.duty`
  return sql`(
    select d.id, d.obligation_id, d.organisation, b.agency, b.period, d.opened_at, b.due_at, b.warn_at,
      case when b.state = 'fulfilled' and b.arrived_at > ${at} or b.state = 'late' and b.late_at > ${at}
          or b.state = 'due-soon' and b.warned_at > ${at} or b.state = 'void' and f.body is null and o.ended_at > ${at}
        then case when b.late_at <= ${at} then 'late' when b.warned_at <= ${at} then 'due-soon' else 'open' end
        else b.state end as state,
      case when b.warned_at <= ${at} then b.warned_at end as warned_at, case when b.late_at <= ${at} then b.late_at end as late_at,
      case when b.arrived_at <= ${at} then b.arrived_at end as arrived_at,
      case when b.arrived_at <= ${at} then b.late_days end as late_days,
      case when b.excused_at <= ${at} then b.excuse_reason end as excuse_reason,
      case when b.excused_at <= ${at} then b.excused_by end as excused_by,
      case when b.excused_at <= ${at} then b.excused_at end as excused_at
    from duties.duty d join duties.obligation o on o.id = d.obligation_id
    left join lateral (select f.body from duties.duty_former f
      where f.duty_id = d.id and f.until > ${at} order by f.until, f.id limit 1) f on true
    cross join lateral jsonb_populate_record(case when f.body is null then d end, coalesce(f.body, '{}')) b
    where d.opened_at <= ${at} and ${which})`
}

/** Only what may have been under way at a moment: what has not come, or came or changed since. */
export const mayBeUnderWay = (sql: Sql, at: Date | undefined): Fragment =>
  at
    ? sql`d.id in (select id from duties.duty where arrived_at is null or arrived_at > ${at}
        union all select duty_id from duties.duty_former where until > ${at})`
    : sql`true`

/** Since when former rows are kept, where a moment lies before it. */
export async function findKeptSince(sql: Sql, at: Date): Promise<Date | undefined> {
  const [row] = await sql<{ at: Date }[]>`select at from duties.kept_since where at > ${at}`
  return row?.at
}

/**
 * The demonstration's duties have gone their way at the times at which they would have: opened on the last day of their period, warned of
 * and late when they were due. Everything before this moment is told by those times.
 */
export async function backdateDuties(
  sql: Sql,
  opened: readonly { period: string; at: Date }[],
  now: Date,
): Promise<void> {
  await sql`
    update duties.duty d set opened_at = n.at, late_at = case when d.late_at is not null then d.due_at end,
      warned_at = case when d.warn_at <= ${now} and (d.arrived_at is null or d.arrived_at > d.warn_at) then d.warn_at end
    from unnest(${opened.map(({ period }) => period)}::text[],
      ${opened.map(({ at }) => at.toISOString())}::timestamptz[]) as n (period, at)
    where d.period = n.period and d.opened_at = ${now} and n.at < ${now}`
  const before = new Date(now.getTime() - 1)
  await sql`${keepDuties(sql, before, sql`d.opened_at < ${now}`)}`
  await sql`${keepObligations(sql, before, sql`o.since_at < ${now}`)}`
}

/** The periods that were opened at a moment. */
export async function listPeriodsOpened(sql: Sql, at: Date): Promise<string[]> {
  const rows = await sql<{ period: string }[]>`select distinct period from duties.duty where opened_at = ${at}`
  return rows.map(({ period }) => period)
}
