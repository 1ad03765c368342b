import type { Reach } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
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
  limit: number
}

/** Duties of an agency or organisation, the latest due first. */
export function listHistory(sql: Sql, reach: Reach, query: HistoryQuery): Promise<Duty[]> {
  const { of, unit, subject, state, lateOnly, after, limit } = query
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where ${of ? at(sql, of) : sql`true`} and ${within(sql, reach, sql`d.organisation`)}
      and ${unit ? sql`d.organisation = ${unit}` : sql`true`} and ${state ? sql`d.state = ${state}` : sql`true`}
      and ${subject ? sql`o.subject_kind = ${subject.kind} and o.subject = ${subject.code}` : sql`true`}
      and ${lateOnly ? sql`(d.state = 'late' or d.late_days is not null)` : sql`true`}
      and ${after ? sql`(d.due_at, d.id) < (select due_at, id from duties.duty where id = ${after})` : sql`true`}
    order by d.due_at desc, d.id desc limit ${limit}`
}

/** What is late or nearly due there, the earliest due first. */
export function listToDo(sql: Sql, reach: Reach, of: Place, limit: number): Promise<Duty[]> {
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where d.state in ('due-soon', 'late') and o.ended_at is null and ${at(sql, of)}
      and ${within(sql, reach, sql`d.organisation`)}
    order by d.due_at, o.subject_name, d.id limit ${limit}`
}

/** Excused duties there, the newest first. */
export function listExcuses(sql: Sql, reach: Reach, of: Place, limit: number): Promise<Duty[]> {
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where d.excused_at is not null and ${at(sql, of)} and ${within(sql, reach, sql`d.organisation`)}
    order by d.excused_at desc, d.id desc limit ${limit}`
}
