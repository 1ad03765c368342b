import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import { dutiesOf, findKeptSince, mayBeUnderWay, obligationsOf } from '../former.ts'
import { type Standing, type SubjectKind, standingOf } from '../model.ts'
import type { Obligation } from '../store.ts'
import { within } from './reach.ts'

/** An obligation with what is under way of it. */
export interface StandingRow
  extends Pick<
    Obligation,
    | 'id'
    | 'subjectKind'
    | 'subject'
    | 'subjectName'
    | 'organisation'
    | 'agency'
    | 'isOutside'
    | 'figureOf'
    | 'cadence'
    | 'lastArrivalAt'
    | 'hasValue'
    | 'nextPeriod'
  > {
  late: number
  dueSoon: number
  /** Of the late ones, how many are excused. */
  excused: number
  firstLateAt: Date | null
  firstLatePeriod: string | null
  nextDueAt: Date | null
}

/** What a cell of the matrix needs of an obligation: there are thousands of them on a page. */
export type CellRow = Pick<
  StandingRow,
  | 'id'
  | 'subjectKind'
  | 'subject'
  | 'subjectName'
  | 'organisation'
  | 'agency'
  | 'isOutside'
  | 'hasValue'
  | 'late'
  | 'dueSoon'
  | 'excused'
  | 'firstLateAt'
>

/** Of every obligation within reach, today or as of a moment. */
export function listCells(sql: Sql, reach: Reach, { asOf }: { asOf?: Date | undefined } = {}): Promise<CellRow[]> {
  return sql<CellRow[]>`
    select o.id, o.subject_kind, o.subject, o.subject_name, o.organisation, o.agency, o.is_outside, o.has_value,
      coalesce(w.late, 0) as late, coalesce(w.due_soon, 0) as due_soon, coalesce(w.excused, 0) as excused, w.first_late_at
    from ${obligationsOf(sql, asOf)} o left join (
      select obligation_id, (count(*) filter (where state = 'late'))::int as late,
        (count(*) filter (where state = 'due-soon'))::int as due_soon,
        (count(*) filter (where state = 'late' and excused_at is not null))::int as excused,
        min(due_at) filter (where state = 'late') as first_late_at
      from ${dutiesOf(sql, asOf, mayBeUnderWay(sql, asOf))} d where state in ('due-soon', 'late') group by 1) w on w.obligation_id = o.id
    where o.ended_at is null and ${within(sql, reach, sql`o.organisation`)}`
}

/** The agencies of the province's own line that owe something: those of whom reminders are counted. */
export async function listCounted(sql: Sql, reach: Reach, asOf?: Date): Promise<string[]> {
  const rows = await sql<{ agency: string }[]>`
    select distinct o.agency from ${obligationsOf(sql, asOf)} o
    where o.ended_at is null and not o.is_outside and ${within(sql, reach, sql`o.organisation`)}`
  return rows.map(({ agency }) => agency)
}

/** What is under way, gathered in one scan of the open rows. */
const underWay = (sql: Sql, asOf: Date | undefined) => sql`
  select obligation_id, count(*) filter (where state = 'late')::int as late,
    count(*) filter (where state = 'due-soon')::int as due_soon,
    count(*) filter (where state = 'late' and excused_at is not null)::int as excused,
    min(due_at) filter (where state = 'late') as first_late_at,
    (array_agg(period order by due_at) filter (where state = 'late'))[1] as first_late_period,
    min(due_at) filter (where state <> 'late') as next_due_at
  from ${dutiesOf(sql, asOf, mayBeUnderWay(sql, asOf))} d where state in ('open', 'due-soon', 'late') group by 1`

/** Every obligation within reach as it stands; of one agency or organisation where one is named. */
export function listStandings(
  sql: Sql,
  reach: Reach,
  { of, asOf }: { of?: string; asOf?: Date | undefined } = {},
): Promise<StandingRow[]> {
  return sql<StandingRow[]>`
    select o.id, o.subject_kind, o.subject, o.subject_name, o.organisation, o.agency, o.is_outside, o.figure_of, o.cadence,
      o.last_arrival_at, o.has_value, o.next_period, coalesce(w.late, 0) as late, coalesce(w.due_soon, 0) as due_soon,
      coalesce(w.excused, 0) as excused, w.first_late_at, w.first_late_period, w.next_due_at
    from ${obligationsOf(sql, asOf)} o left join (${underWay(sql, asOf)}) w on w.obligation_id = o.id
    where o.ended_at is null and ${within(sql, reach, sql`o.organisation`)}
      and ${of === undefined ? sql`true` : sql`(o.agency = ${of} or o.organisation = ${of})`}
    order by o.subject_kind desc, o.subject_name, o.organisation`
}

export interface Summary {
  /** Neither late nor without data; what is due soon is among them. */
  onTime: number
  total: number
  late: number
  dueSoon: number
  noData: number
}

/** How many obligations within reach stand well: "41/43 nguồn đúng hạn". */
export const summariseDuties = ({ sql }: { sql: Sql }, reach: Reach, kind?: SubjectKind): Promise<Summary> =>
  summarise(sql, reach, { kind })

/** As of an earlier moment; nothing where it is not known how they stood then. */
export const summariseDutiesThen = async (
  { sql }: { sql: Sql },
  reach: Reach,
  asOf: Date,
): Promise<Summary | undefined> => ((await findKeptSince(sql, asOf)) ? undefined : summarise(sql, reach, { asOf }))

async function summarise(
  sql: Sql,
  reach: Reach,
  { kind, asOf }: { kind?: SubjectKind | undefined; asOf?: Date },
): Promise<Summary> {
  const [row] = await sql<Summary[]>`
    select count(*)::int as total,
      (count(*) filter (where coalesce(w.late, 0) = 0))::int as on_time,
      (count(*) filter (where w.late > 0 and o.has_value))::int as late,
      (count(*) filter (where w.late > 0 and not o.has_value))::int as no_data,
      (count(*) filter (where coalesce(w.late, 0) = 0 and w.due_soon > 0))::int as due_soon
    from ${obligationsOf(sql, asOf)} o left join (
      select obligation_id, count(*) filter (where state = 'late') as late, count(*) filter (where state = 'due-soon') as due_soon
      from ${dutiesOf(sql, asOf, mayBeUnderWay(sql, asOf))} d where state in ('due-soon', 'late') group by 1) w on w.obligation_id = o.id
    where o.ended_at is null and ${within(sql, reach, sql`o.organisation`)}
      and ${kind ? sql`o.subject_kind = ${kind}` : sql`true`}`
  return row ?? { onTime: 0, total: 0, late: 0, dueSoon: 0, noData: 0 }
}

export function countStandings(rows: readonly Parameters<typeof standingOf>[0][]): Record<Standing, number> {
  const counts: Record<Standing, number> = { 'on-time': 0, 'due-soon': 0, late: 0, 'no-data': 0 }
  for (const row of rows) counts[standingOf(row)] += 1
  return counts
}
