import type { Reach } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import type { SubjectKind } from '../model.ts'
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
  of: Place
  subject?: { kind: SubjectKind; code: string }
  /** Only what was or is late. */
  lateOnly?: boolean
  /** The last row of the page before. */
  after?: { dueAt: Date; id: number }
  limit: number
}

/** Duties of an agency or organisation, the latest due first. */
export function listHistory(sql: Sql, reach: Reach, query: HistoryQuery): Promise<Duty[]> {
  const { of, subject, lateOnly, after, limit } = query
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where ${at(sql, of)} and ${within(sql, reach, sql`d.organisation`)}
      and ${subject ? sql`o.subject_kind = ${subject.kind} and o.subject = ${subject.code}` : sql`true`}
      and ${lateOnly ? sql`(d.state = 'late' or d.late_days is not null)` : sql`true`}
      and ${after ? sql`(d.due_at, d.id) < (${after.dueAt}, ${after.id})` : sql`true`}
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
