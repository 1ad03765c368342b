/** From one record forward: which questions it answers, and in which cell it stands there. */
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { type Kind, type KindName, kindOf } from '../kinds.ts'
import { type Asked, type Condition, compileWhere } from '../query.ts'

export interface RecordQuestion {
  kind: KindName
  /** Date field by which the question is dated; absent: the stock as of now. */
  at: string | undefined
  where: readonly Condition[]
  asked: Asked
}

export interface RecordCell {
  organisation: string
  area: string
  /** Absent for a stock. */
  day: string | undefined
}

/** A record as others ask for it. */
export interface RecordSubject {
  id: number
  source: string
  kind: KindName
  key: string
}

export async function findRecordSubject(sql: Sql, id: number): Promise<RecordSubject | undefined> {
  const [row] = await sql<RecordSubject[]>`
    select r.id, r.source, s.kind, r.key from warehouse.record r join warehouse.source s on s.code = r.source where r.id = ${id}`
  return row
}

/** The cells in which a record counts for a question; an event counts for questions about cases through its case. */
export async function listRecordCells(
  { sql }: Pick<Context, 'sql'>,
  record: RecordSubject,
  question: RecordQuestion,
): Promise<RecordCell[]> {
  const { kind, at, where, asked } = question
  const ofCase = record.kind === 'case-event' && kind === 'case'
  if (record.kind !== kind && !ofCase) return []
  const { table, fields }: Kind = kindOf(kind)
  const column = at === undefined ? undefined : fields[at]?.column
  if (at !== undefined && !column) return []
  const day = column ? sql`${sql(`r.${column}`)}` : sql`null::date`
  const own = ofCase
    ? sql`r.source = ${record.source} and r.case_id in (
        select e.case_id from warehouse.case_event e where e.record_id = ${record.id})`
    : sql`r.record_id = ${record.id}`
  const rows = await sql<{ organisation: string; area: string; day: string | null }[]>`
    select distinct r.organisation, coalesce(r.area, '') as area, ${day} as day
    from warehouse.${sql(table)} r where ${own} and ${compileWhere(sql, kind, where, asked)}`
  return rows.flatMap((row) =>
    column && row.day === null ? [] : [{ organisation: row.organisation, area: row.area, day: row.day ?? undefined }],
  )
}
