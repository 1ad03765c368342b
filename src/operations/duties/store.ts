import type { Sql } from '#platform/sql'
import { keepDuties, keepObligations } from './former.ts'
import type { DutyState, Owing, Settings } from './model.ts'

export async function findSettings(sql: Sql, pack: string): Promise<{ body: Settings; sha256: string } | undefined> {
  const [row] = await sql<{ body: Settings; sha256: string }[]>`
    select body, sha256 from duties.setting where pack = ${pack}`
  return row
}

/** Those that were replaced first after a moment. */
export async function findFormerSettings(sql: Sql, pack: string, at: Date): Promise<Settings | undefined> {
  const [row] = await sql<{ body: Settings }[]>`
    select body from duties.setting_former where pack = ${pack} and until > ${at} order by until, id limit 1`
  return row?.body
}

export async function upsertSettings(
  sql: Sql,
  { pack, body, sha256, at }: { pack: string; body: Settings; sha256: string; at: Date },
): Promise<void> {
  await sql`
    with kept as (
      insert into duties.setting_former (pack, until, body) select pack, ${at}, body from duties.setting where pack = ${pack})
    insert into duties.setting (pack, body, sha256, loaded_at)
    values (${pack}, ${sql.json(body as never)}, ${sha256}, ${at})
    on conflict (pack) do update set body = excluded.body, sha256 = excluded.sha256, loaded_at = excluded.loaded_at`
}

export interface Obligation extends Owing {
  id: number
  sinceAt: Date
  nextPeriod: string | null
  nextOpensAt: Date | null
  lastArrivalAt: Date | null
  hasValue: boolean
  endedAt: Date | null
}

const obligationColumns = (sql: Sql) => sql`
  o.id, o.subject_kind, o.subject, o.subject_name, o.organisation, o.agency, o.is_outside, o.figure_of, o.cadence, o.since_at,
  o.next_period, o.next_opens_at, o.last_arrival_at, o.has_value, o.ended_at`

/** Every obligation there is or was; of these indicators where they are named. */
export function listObligations(sql: Sql, indicators?: readonly string[]): Promise<Obligation[]> {
  return sql<Obligation[]>`
    select ${obligationColumns(sql)} from duties.obligation o
    where ${indicators ? sql`o.subject_kind = 'indicator' and o.subject = any(${[...indicators]}::text[])` : sql`true`}
    order by o.id`
}

/** Only one program at a time compares what is owed with what is written down. */
export const lockObligations = (sql: Sql) => sql`select pg_advisory_xact_lock(7314021)`

export interface NewObligation extends Owing {
  sinceAt: Date
  nextPeriod: string | null
  nextOpensAt: Date | null
  lastArrivalAt: Date | null
  hasValue: boolean
}

const jsonRows = (sql: Sql, rows: readonly object[]) => sql.json(rows as never)

export async function insertObligations(sql: Sql, rows: readonly NewObligation[]): Promise<void> {
  await sql`
    insert into duties.obligation (subject_kind, subject, subject_name, organisation, agency, is_outside, figure_of, cadence,
      since_at, next_period, next_opens_at, last_arrival_at, has_value)
    select "subjectKind", subject, "subjectName", organisation, agency, "isOutside", "figureOf", cadence, "sinceAt", "nextPeriod",
      "nextOpensAt", "lastArrivalAt", "hasValue"
    from jsonb_to_recordset(${jsonRows(sql, rows)}) as n ("subjectKind" text, subject text, "subjectName" text, organisation text,
      agency text, "isOutside" boolean, "figureOf" text, cadence jsonb, "sinceAt" timestamptz, "nextPeriod" text,
      "nextOpensAt" timestamptz, "lastArrivalAt" timestamptz, "hasValue" boolean)
    on conflict (subject_kind, subject, organisation) do nothing`
}

export type ObligationChange = Omit<NewObligation, 'hasValue' | 'lastArrivalAt' | 'sinceAt'> & { id: number }

/** What is owed has another name, agency or cadence now; what had ended is owed again. */
export async function updateObligations(sql: Sql, rows: readonly ObligationChange[], at: Date): Promise<void> {
  const ids = rows.map(({ id }) => id)
  await sql`
    with kept as (${keepObligations(sql, at, sql`o.id = any(${ids}::bigint[])`)})
    update duties.obligation o set subject_name = n."subjectName", agency = n.agency, is_outside = n."isOutside",
      figure_of = n."figureOf", cadence = n.cadence, next_period = n."nextPeriod", next_opens_at = n."nextOpensAt", ended_at = null
    from jsonb_to_recordset(${jsonRows(sql, rows)}) as n (id bigint, "subjectName" text, agency text, "isOutside" boolean,
      "figureOf" text, cadence jsonb, "nextPeriod" text, "nextOpensAt" timestamptz)
    where o.id = n.id`
  const moved = sql`d.state in ('open', 'due-soon', 'late') and d.obligation_id = any(${ids}::bigint[])
    and d.agency <> (select agency from duties.obligation where id = d.obligation_id)`
  await sql`
    with kept as (${keepDuties(sql, at, moved)})
    update duties.duty d set agency = o.agency from duties.obligation o where o.id = d.obligation_id and ${moved}`
}

export async function endObligations(sql: Sql, ids: readonly number[], at: Date): Promise<void> {
  await sql`
    with kept as (${keepObligations(sql, at, sql`o.id = any(${[...ids]}::bigint[])`)})
    update duties.obligation set ended_at = ${at}, next_period = null, next_opens_at = null
    where id = any(${[...ids]}::bigint[])`
}

/** Those whose next period has come: each is taken by one program only. */
export function takeObligationsToOpen(sql: Sql, now: Date, limit: number): Promise<Obligation[]> {
  return sql<Obligation[]>`
    select ${obligationColumns(sql)} from duties.obligation o
    where o.ended_at is null and o.next_opens_at <= ${now}
    order by o.next_opens_at, o.id limit ${limit}
    for update skip locked`
}

export async function keepNextPeriods(
  sql: Sql,
  rows: readonly { id: number; nextPeriod: string; nextOpensAt: Date }[],
): Promise<void> {
  await sql`
    update duties.obligation o set next_period = n.period, next_opens_at = n.at
    from unnest(${rows.map(({ id }) => id)}::bigint[], ${rows.map(({ nextPeriod }) => nextPeriod)}::text[],
      ${rows.map(({ nextOpensAt }) => nextOpensAt.toISOString())}::timestamptz[]) as n (id, period, at)
    where o.id = n.id`
}

export interface NewDuty {
  obligationId: number
  organisation: string
  agency: string
  period: string
  dueAt: Date
  warnAt: Date
}

/** A period that has a row already keeps it. Returns how many are new. */
export async function insertDuties(sql: Sql, rows: readonly NewDuty[], openedAt: Date): Promise<number> {
  const { count } = await sql`
    insert into duties.duty (obligation_id, organisation, agency, period, due_at, warn_at, opened_at)
    select n.*, ${openedAt} from unnest(${rows.map(({ obligationId }) => obligationId)}::bigint[],
      ${rows.map(({ organisation }) => organisation)}::text[], ${rows.map(({ agency }) => agency)}::text[],
      ${rows.map(({ period }) => period)}::text[], ${rows.map(({ dueAt }) => dueAt.toISOString())}::timestamptz[],
      ${rows.map(({ warnAt }) => warnAt.toISOString())}::timestamptz[]) as n
    on conflict (obligation_id, period) do nothing`
  return count
}

/** A duty with what it is about. */
export interface Duty {
  id: number
  obligationId: number
  subjectKind: Owing['subjectKind']
  subject: string
  subjectName: string
  figureOf: string
  cadence: Owing['cadence']
  isOutside: boolean
  organisation: string
  agency: string
  period: string
  openedAt: Date
  dueAt: Date
  warnAt: Date
  state: DutyState
  warnedAt: Date | null
  lateAt: Date | null
  arrivedAt: Date | null
  lateDays: number | null
  excuseReason: string | null
  excusedBy: string | null
  excusedAt: Date | null
}

export const dutyColumns = (sql: Sql) => sql`
  d.id, d.obligation_id, o.subject_kind, o.subject, o.subject_name, o.figure_of, o.cadence, o.is_outside, d.organisation, d.agency,
  d.period, d.opened_at, d.due_at, d.warn_at, d.state, d.warned_at, d.late_at, d.arrived_at, d.late_days, d.excuse_reason,
  d.excused_by, d.excused_at`

export type Scope = { subjectKind: Owing['subjectKind']; subjects: readonly string[] } | 'all'

/**
 * Duties whose data may have come: those still missing, and those that came lately, for a delivery received earlier may have been
 * worked through later.
 */
export function listUnsettled(sql: Sql, scope: Scope, cameSince: Date): Promise<Duty[]> {
  const within =
    scope === 'all'
      ? sql`true`
      : sql`o.subject_kind = ${scope.subjectKind} and o.subject = any(${[...scope.subjects]}::text[])`
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from duties.obligation o
    join duties.duty d on d.obligation_id = o.id
    where o.ended_at is null and ${within}
      and (d.state in ('open', 'due-soon', 'late') or (d.state = 'fulfilled' and d.arrived_at >= ${cameSince}))
    order by d.id`
}

/** Holds these rows against other programs, in one order. */
export function lockDuties(sql: Sql, ids: readonly number[]): Promise<Duty[]> {
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where d.id = any(${[...ids]}::bigint[]) order by d.id for update of d`
}

export interface Arrival {
  id: number
  arrivedAt: Date
  /** Null: it came in time. */
  lateDays: number | null
}

export async function markFulfilled(sql: Sql, rows: readonly Arrival[], at: Date): Promise<void> {
  await sql`
    with kept as (${keepDuties(sql, at, sql`d.id = any(${rows.map(({ id }) => id)}::bigint[])`)})
    update duties.duty d set state = 'fulfilled', arrived_at = n.at, late_days = n.days,
      late_at = case when n.days is null then null else coalesce(d.late_at, n.at) end
    from unnest(${rows.map(({ id }) => id)}::bigint[], ${rows.map(({ arrivedAt }) => arrivedAt.toISOString())}::timestamptz[],
      ${rows.map(({ lateDays }) => lateDays)}::int[]) as n (id, at, days)
    where d.id = n.id`
}

export async function noteArrivals(
  sql: Sql,
  rows: readonly { obligationId: number; at: Date; hasValue: boolean }[],
  now: Date,
): Promise<void> {
  const isNews = sql`(o.last_arrival_at is null or o.last_arrival_at < n.at or n.has_value and not o.has_value)`
  await sql`
    with n as (
      select id, max(at) as at, bool_or(has_value > 0) as has_value
      from unnest(${rows.map(({ obligationId }) => obligationId)}::bigint[],
        ${rows.map(({ at }) => at.toISOString())}::timestamptz[], ${rows.map(({ hasValue }) => Number(hasValue))}::int[]) as n (id, at, has_value)
      group by id
    ), kept as (${keepObligations(sql, now, sql`exists (select from n where n.id = o.id and ${isNews})`)})
    update duties.obligation o set last_arrival_at = greatest(o.last_arrival_at, n.at), has_value = o.has_value or n.has_value
    from n where o.id = n.id and ${isNews}`
}

/** Subjects of duties whose warning or due time has come: they are looked at before anybody is told. */
export function listSubjectsComingDue(
  sql: Sql,
  now: Date,
): Promise<{ subjectKind: Owing['subjectKind']; subject: string }[]> {
  return sql<{ subjectKind: Owing['subjectKind']; subject: string }[]>`
    select distinct o.subject_kind, o.subject from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where (d.state = 'open' and d.warn_at <= ${now}) or (d.state in ('open', 'due-soon') and d.due_at < ${now})`
}

export type Moved = Pick<
  Duty,
  'id' | 'organisation' | 'agency' | 'subjectKind' | 'subject' | 'subjectName' | 'period' | 'dueAt'
> & {
  from: DutyState
  to: DutyState
}

/** Marks what has come near or passed its due time; each row moves once, whoever marks it. */
export function markTimes(sql: Sql, now: Date): Promise<Moved[]> {
  return sql<Moved[]>`
    with coming as (
      select d.id, d.state as was from duties.duty d
      where (d.state = 'open' and d.warn_at <= ${now}) or (d.state in ('open', 'due-soon') and d.due_at < ${now})
      order by d.id for update skip locked
    ), kept as (${keepDuties(sql, now, sql`d.id in (select id from coming)`)})
    update duties.duty d set
      state = case when d.due_at < ${now} then 'late' else 'due-soon' end,
      warned_at = case when d.due_at < ${now} then d.warned_at else ${now} end,
      late_at = case when d.due_at < ${now} then ${now}::timestamptz else d.late_at end
    from coming, duties.obligation o
    where d.id = coming.id and o.id = d.obligation_id
    returning d.id, d.organisation, d.agency, o.subject_kind, o.subject, o.subject_name, d.period, d.due_at, coming.was as "from", d.state as "to"`
}

/** What nobody owes any more. */
export function voidDuties(sql: Sql, now: Date): Promise<Moved[]> {
  return sql<Moved[]>`
    with gone as (
      select d.id, d.state as was from duties.duty d join duties.obligation o on o.id = d.obligation_id
      where o.ended_at is not null and d.state in ('open', 'due-soon', 'late') for update of d
    ), kept as (${keepDuties(sql, now, sql`d.id in (select id from gone)`)})
    update duties.duty d set state = 'void' from gone, duties.obligation o
    where d.id = gone.id and o.id = d.obligation_id
    returning d.id, d.organisation, d.agency, o.subject_kind, o.subject, o.subject_name, d.period, d.due_at, gone.was as "from", d.state as "to"`
}

export interface HourlyDuty {
  obligationId: number
  subject: string
  organisation: string
  agency: string
  sinceAt: Date
  lastArrivalAt: Date | null
  dutyId: number | null
  state: DutyState | null
  dueAt: Date | null
}

/** Sources that owe by the hour, each with its row under way. */
export function lockHourly(sql: Sql, subjects: readonly string[] | 'all'): Promise<HourlyDuty[]> {
  return sql<HourlyDuty[]>`
    select o.id as obligation_id, o.subject, o.organisation, o.agency, o.since_at, o.last_arrival_at, d.id as duty_id, d.state, d.due_at
    from duties.obligation o
    left join duties.duty d on d.obligation_id = o.id and d.state in ('open', 'due-soon', 'late')
    where o.ended_at is null and o.cadence ->> 'every' = 'hour'
      and ${subjects === 'all' ? sql`true` : sql`o.subject = any(${[...subjects]}::text[])`}
    order by o.id for update of o`
}

/** A row by the hour moves on with each arrival; one that was called late and was not is open again. */
export async function postponeDuty(
  sql: Sql,
  id: number,
  next: { period: string; dueAt: Date; warnAt: Date; now: Date },
): Promise<void> {
  const isUnderWay = sql`d.id = ${id} and d.state in ('open', 'due-soon', 'late')`
  await sql`
    with kept as (${keepDuties(sql, next.now, isUnderWay)})
    update duties.duty d set period = ${next.period}, due_at = ${next.dueAt}, warn_at = ${next.warnAt},
      state = case when ${next.dueAt}::timestamptz >= ${next.now} then 'open' else state end,
      late_at = case when ${next.dueAt}::timestamptz >= ${next.now} then null else late_at end
    where ${isUnderWay}`
}

export async function insertDuty(sql: Sql, duty: NewDuty, openedAt: Date): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    insert into duties.duty (obligation_id, organisation, agency, period, due_at, warn_at, opened_at)
    values (${duty.obligationId}, ${duty.organisation}, ${duty.agency}, ${duty.period}, ${duty.dueAt}, ${duty.warnAt}, ${openedAt})
    on conflict (obligation_id, period) do nothing
    returning id`
  return row?.id
}

export interface OrganisationLoad {
  organisation: string
  late: number
  dueSoon: number
  firstDueAt: Date | null
  firstName: string | null
}

/** What is late or nearly due at these organisations; one row for each, also where nothing is. */
export function summariseLoad(sql: Sql, organisations: readonly string[]): Promise<OrganisationLoad[]> {
  return sql<OrganisationLoad[]>`
    select a.organisation, count(d.id) filter (where d.state = 'late')::int as late,
      count(d.id) filter (where d.state = 'due-soon')::int as due_soon, min(d.due_at) as first_due_at,
      (array_agg(o.subject_name order by d.due_at, d.id) filter (where d.id is not null))[1] as first_name
    from unnest(${[...organisations]}::text[]) as a (organisation)
    left join duties.obligation o on o.organisation = a.organisation and o.ended_at is null
    left join duties.duty d on d.obligation_id = o.id and d.state in ('due-soon', 'late')
    group by 1 order by 1`
}

export async function setDue(
  sql: Sql,
  rows: readonly { id: number; dueAt: Date; warnAt: Date }[],
  at: Date,
): Promise<void> {
  const isOpen = sql`d.state in ('open', 'due-soon')`
  await sql`
    with kept as (${keepDuties(sql, at, sql`d.id = any(${rows.map(({ id }) => id)}::bigint[]) and ${isOpen}`)})
    update duties.duty d set due_at = n.due_at, warn_at = n.warn_at
    from unnest(${rows.map(({ id }) => id)}::bigint[], ${rows.map(({ dueAt }) => dueAt.toISOString())}::timestamptz[],
      ${rows.map(({ warnAt }) => warnAt.toISOString())}::timestamptz[]) as n (id, due_at, warn_at)
    where d.id = n.id and ${isOpen}`
}

/** Not late yet, and due on or after a moment: a batch in the order of ids. */
export function listOpenDuties(
  sql: Sql,
  { since, after, limit, hold }: { since: Date; after: number; limit: number; hold: boolean },
): Promise<Duty[]> {
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where d.state in ('open', 'due-soon') and d.due_at >= ${since} and d.id > ${after}
    order by d.id limit ${limit} ${hold ? sql`for update of d` : sql``}`
}

export async function hasDuties(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ present: boolean }[]>`
    select exists (select from duties.reminder) or exists (select from duties.duty where state = 'fulfilled') as present`
  return row?.present ?? false
}

/** What is owed has been owed since an earlier period: the demonstration has a past. */
export async function rewindObligations(
  sql: Sql,
  rows: readonly { id: number; nextPeriod: string; nextOpensAt: Date }[],
): Promise<void> {
  await keepNextPeriods(sql, rows)
  await sql`
    update duties.obligation o set since_at = least(o.since_at, o.next_opens_at)
    where o.id = any(${rows.map(({ id }) => id)}::bigint[])`
}

/** What came late. */
export function listLateArrived(sql: Sql): Promise<Duty[]> {
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where d.state = 'fulfilled' and d.late_days > 0 and not o.is_outside
    order by d.due_at, d.id`
}
