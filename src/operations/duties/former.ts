// Rows as they stood at an earlier moment. Every change of an obligation or a duty keeps the row as it was, in the same statement; what
// was changed before former rows were kept is told by the times that the row itself bears.

import type { Fragment, Sql } from '#platform/sql'

/** A step of a statement that changes these duties: keeps them as they stand before it. */
export const keepDuties = (sql: Sql, at: Date, which: Fragment): Fragment => sql`
  insert into duties.duty_former (duty_id, opened_at, until, agency, body)
  select d.id, d.opened_at, ${at}, d.agency, jsonb_strip_nulls(to_jsonb(d)) from duties.duty d where ${which}`

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

/** Those that were there at a moment and have changed since. */
const changedSince = (sql: Sql, at: Date): Fragment => sql`
  select duty_id from duties.duty_former where tstzrange(opened_at, greatest(opened_at, until)) @> ${at}::timestamptz`

interface Standing {
  at: Date
  /** The row that was in force. */
  row: Fragment
  /** It is void now and was not yet. */
  isVoidSince: Fragment
}

/** The columns of a duty as it stood: what bears a later time had not come. */
const columnsAt = (sql: Sql, { at, row, isVoidSince }: Standing): Fragment => sql`
  d.id, d.obligation_id, d.organisation, ${row}.agency, ${row}.period, d.opened_at, ${row}.due_at, ${row}.warn_at,
  case when ${row}.state = 'fulfilled' and ${row}.arrived_at > ${at} or ${row}.state = 'late' and ${row}.late_at > ${at}
      or ${row}.state = 'due-soon' and ${row}.warned_at > ${at} or ${row}.state = 'void' and ${isVoidSince}
    then case when ${row}.late_at <= ${at} then 'late' when ${row}.warned_at <= ${at} then 'due-soon' else 'open' end
    else ${row}.state end as state,
  case when ${row}.warned_at <= ${at} then ${row}.warned_at end as warned_at,
  case when ${row}.late_at <= ${at} then ${row}.late_at end as late_at,
  case when ${row}.arrived_at <= ${at} then ${row}.arrived_at end as arrived_at,
  case when ${row}.arrived_at <= ${at} then ${row}.late_days end as late_days,
  case when ${row}.excused_at <= ${at} then ${row}.excuse_reason end as excuse_reason,
  case when ${row}.excused_at <= ${at} then ${row}.excused_by end as excused_by,
  case when ${row}.excused_at <= ${at} then ${row}.excused_at end as excused_at`

/**
 * What is to be read from as the table of duties: those opened by a moment, as they stood; only some of them where that is enough. What
 * has not changed since is read from the table itself, in its order.
 */
export function dutiesOf(sql: Sql, at: Date | undefined, which: Fragment = sql`true`): Fragment {
  if (!at) return sql`duties.duty`
  const isVoidSince = sql`(select o.ended_at > ${at} from duties.obligation o where o.id = d.obligation_id)`
  return sql`(
    select ${columnsAt(sql, { at, row: sql`d`, isVoidSince })} from duties.duty d
    where d.opened_at <= ${at} and d.id not in (${changedSince(sql, at)}) and ${which}
    union all
    select ${columnsAt(sql, { at, row: sql`b`, isVoidSince: sql`false` })} from duties.duty d
    cross join lateral (select f.body from duties.duty_former f
      where f.duty_id = d.id and f.until > ${at} order by f.until, f.id limit 1) f
    cross join lateral jsonb_populate_record(null::duties.duty, f.body) b
    where d.opened_at <= ${at} and d.id in (${changedSince(sql, at)}) and ${which})`
}

/** Only what may have been under way at a moment: what is so today, what has changed since, and what came since unkept. */
export const mayBeUnderWay = (sql: Sql, at: Date | undefined): Fragment =>
  at
    ? sql`d.id in (
        select id from duties.duty where state in ('open', 'due-soon', 'late')
        union all ${changedSince(sql, at)}
        union all select id from duties.duty
          where (select max(k.at) from duties.kept_since k) > ${at} and (arrived_at > ${at} or state = 'void'))`
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
