import type { Reach } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import { dutiesOf, mayBeUnderWay, obligationsOf } from '../former.ts'
import type { DutyState, SubjectKind } from '../model.ts'
import { type Duty, dutyColumns } from '../store.ts'
import { within } from './reach.ts'

/** An agency with all its units, or one unit of it. */
export interface Place {
  code: string
  isAgency: boolean
}

const at = (sql: Sql, { code, isAgency }: Place): Fragment =>
  isAgency ? sql`d.agency = ${code}` : sql`d.organisation = ${code}`

/** The duties of a place: as of a moment also those that were its own then. */
function dutiesAt(sql: Sql, place: Place | undefined, asOf: Date | undefined): Fragment {
  if (!asOf || !place) return dutiesOf(sql, asOf)
  if (!place.isAgency) return dutiesOf(sql, asOf, at(sql, place))
  return dutiesOf(
    sql,
    asOf,
    sql`d.id in (select id from duties.duty where agency = ${place.code}
      union all select duty_id from duties.duty_former where agency = ${place.code} and until > ${asOf})`,
  )
}

export interface HistoryQuery {
  /** Absent: everywhere the reader reaches. */
  of?: Place | undefined
  /** One unit of the agency. */
  unit?: string | undefined
  subject?: { kind: SubjectKind; code: string } | undefined
  state?: DutyState | undefined
  /** Only what was or is late. */
  lateOnly?: boolean
  /** Id of the last row of the page before. */
  after?: number | undefined
  /** As they stood at a moment. */
  asOf?: Date | undefined
  limit: number
}

/** Duties of an agency or organisation, the latest due first. */
export function listHistory(sql: Sql, reach: Reach, query: HistoryQuery): Promise<Duty[]> {
  const { of, unit, subject, state, lateOnly, after, asOf, limit } = query
  const about =
    subject && sql`select id from duties.obligation where subject_kind = ${subject.kind} and subject = ${subject.code}`
  // The page is cut before what it is about is looked up.
  const page = sql`
    select * from ${dutiesAt(sql, of, asOf)} d
    where ${of ? at(sql, of) : sql`true`} and ${within(sql, reach, sql`d.organisation`)}
      and ${unit ? sql`d.organisation = ${unit}` : sql`true`} and ${state ? sql`d.state = ${state}` : sql`true`}
      and ${about ? sql`d.obligation_id in (${about})` : sql`true`}
      and ${lateOnly ? sql`(d.state = 'late' or d.late_days is not null)` : sql`true`}
      and ${after ? sql`(d.due_at, d.id) < (select due_at, id from ${dutiesOf(sql, asOf, sql`d.id = ${after}`)} a where id = ${after})` : sql`true`}
    order by d.due_at desc, d.id desc limit ${limit}`
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from (${page}) d join ${obligationsOf(sql, asOf)} o on o.id = d.obligation_id
    order by d.due_at desc, d.id desc`
}

export interface PlaceQuery {
  of: Place
  /** As it stood at a moment. */
  asOf?: Date | undefined
  limit: number
}

/** What is late or nearly due there, the earliest due first. */
export function listToDo(sql: Sql, reach: Reach, { of, asOf, limit }: PlaceQuery): Promise<Duty[]> {
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from ${dutiesOf(sql, asOf, mayBeUnderWay(sql, asOf))} d
    join ${obligationsOf(sql, asOf)} o on o.id = d.obligation_id
    where d.state in ('due-soon', 'late') and o.ended_at is null and ${at(sql, of)}
      and ${within(sql, reach, sql`d.organisation`)}
    order by d.due_at, o.subject_name, d.id limit ${limit}`
}

/** Excused duties there, the newest first. */
export function listExcuses(sql: Sql, reach: Reach, { of, asOf, limit }: PlaceQuery): Promise<Duty[]> {
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from ${dutiesOf(sql, asOf, sql`d.excused_at is not null`)} d
    join ${obligationsOf(sql, asOf)} o on o.id = d.obligation_id
    where d.excused_at is not null and ${at(sql, of)} and ${within(sql, reach, sql`d.organisation`)}
    order by d.excused_at desc, d.id desc limit ${limit}`
}
