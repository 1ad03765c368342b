import type { Fragment, Sql } from '#platform/sql'
import { rowsOfLog } from '../former.ts'

/** Cases behind a part of the process view. */
export interface CaseQuery {
  source: string
  /** Cases as they were known at this moment; what is late is late by it. */
  knownAt?: Date
  now: Date
  organisations?: readonly string[]
  caseType?: string
  from?: string
  to?: string
  /** Cases that pass through this step. */
  activity?: string
  /** Cases that pass through exactly these steps. */
  variant?: readonly string[]
  /** Cases that repeat a step. */
  repeated?: boolean
  late?: boolean
  after?: string
  limit: number
}

export interface CaseRow {
  caseId: string
  recordId: number
  organisation: string
  caseType: string | null
  startedAt: Date | null
  dueAt: Date | null
  endedAt: Date | null
}

const variantMark = '\u001f'

export function listCases(sql: Sql, query: CaseQuery): Promise<CaseRow[]> {
  const { after, limit } = query
  return sql<CaseRow[]>`
    select c.case_id, c.record_id, c.organisation, c.case_type, c.started_at, c.due_at, c.ended_at
    from ${rowsOfLog(sql, { ...query, kind: 'case' })} c
    where ${conditionOf(sql, query)} ${after === undefined ? sql`` : sql`and c.case_id > ${after}`}
    order by c.case_id limit ${limit}`
}

function conditionOf(sql: Sql, query: CaseQuery): Fragment {
  const { organisations, caseType, from, to, activity, variant, repeated, late } = query
  const log = { ...query, kind: 'case-event' } as const
  const events = sql`${rowsOfLog(sql, log, sql`c.case_id`)} e where true`
  // A step done once is one event here: its completion, where the log knows completions of it (as in `stepsOf`).
  const steps = sql`${events} and (lower(coalesce(e.lifecycle, 'complete')) = 'complete' or e.activity <> all(array(
    select distinct k.activity from ${rowsOfLog(sql, log)} k where lower(k.lifecycle) = 'complete')))`
  return sql`
    true
    ${organisations ? sql`and c.organisation = any(${[...organisations]}::text[])` : sql``}
    ${caseType ? sql`and c.case_type = ${caseType}` : sql``}
    ${from ? sql`and c.started_on >= ${from}::date` : sql``}
    ${to ? sql`and c.started_on <= ${to}::date` : sql``}
    ${activity ? sql`and exists (select from ${events} and e.activity = ${activity})` : sql``}
    ${
      variant
        ? sql`and (select string_agg(e.activity, ${variantMark} order by e.occurred_at, e.record_id, e.part) from ${steps})
            = ${variant.join(variantMark)}`
        : sql``
    }
    ${repeated ? sql`and exists (select from ${steps} group by e.activity having count(*) > 1)` : sql``}
    ${late ? sql`and c.due_at < coalesce(c.ended_at, ${query.knownAt ?? query.now})` : sql``}`
}

/** Kinds of cases in a log, the most frequent first. */
export async function listCaseTypes(
  sql: Sql,
  log: { source: string; knownAt?: Date },
  limit: number,
): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select case_type as name from ${rowsOfLog(sql, { ...log, kind: 'case' })} c
    where case_type is not null group by 1 order by count(*) desc, 1 limit ${limit}`
  return rows.map(({ name }) => name)
}

/** Changes when anything came under the source: what was looked at before is then looked at again. */
export async function findLogState(sql: Sql, source: string): Promise<string> {
  const [row] = await sql<{ state: string }[]>`
    select concat_ws(' ', max(id), max(finished_at), sum(applied)) as state from warehouse.landing where source = ${source}`
  return row?.state ?? ''
}
