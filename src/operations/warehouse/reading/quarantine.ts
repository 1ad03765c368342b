import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { RecordFault } from '../model.ts'
import type { QuarantineState } from '../quarantine-store.ts'
import { within } from './scope.ts'

export interface QuarantineRow {
  id: number
  source: string
  organisation: string
  landingId: number
  fileName: string | null
  line: number
  key: string | null
  payload: Record<string, unknown>
  raw: string | null
  faults: RecordFault[]
  rule: string
  state: QuarantineState
  mended: Record<string, unknown> | null
  handledBy: string | null
  handledAt: Date | null
  reason: string | null
  createdAt: Date
}

const columns = (sql: Sql) => sql`
  q.id, q.source, s.organisation, q.landing_id, l.file_name, q.line, q.key, q.payload, q.raw, q.faults, q.rule, q.state, q.mended,
  q.handled_by, q.handled_at, q.reason, q.created_at`

const joined = (sql: Sql) => sql`
  warehouse.quarantine q join warehouse.source s on s.code = q.source join warehouse.landing l on l.id = q.landing_id`

export interface QuarantineQuery {
  state: QuarantineState
  source?: string
  rule?: string
  oldestFirst: boolean
  after?: number
  limit: number
}

const conditionOf = (
  sql: Sql,
  reach: Reach,
  { state, source, rule }: Pick<QuarantineQuery, 'state' | 'source' | 'rule'>,
) => sql`
  q.state = ${state} and ${within(sql, reach, sql`s.organisation`)}
  ${source ? sql`and q.source = ${source}` : sql``} ${rule ? sql`and q.rule = ${rule}` : sql``}`

export function listQuarantine(sql: Sql, reach: Reach, query: QuarantineQuery): Promise<QuarantineRow[]> {
  const { after, oldestFirst } = query
  const place = after === undefined ? sql`` : oldestFirst ? sql`and q.id > ${after}` : sql`and q.id < ${after}`
  return sql<QuarantineRow[]>`
    select ${columns(sql)} from ${joined(sql)}
    where ${conditionOf(sql, reach, query)} ${place}
    order by q.id ${oldestFirst ? sql`asc` : sql`desc`} limit ${query.limit}`
}

/** The oldest first. */
export async function listQuarantineIds(
  sql: Sql,
  reach: Reach,
  query: Pick<QuarantineQuery, 'state' | 'source' | 'rule' | 'limit'>,
): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select q.id from ${joined(sql)} where ${conditionOf(sql, reach, query)} order by q.id limit ${query.limit}`
  return rows.map(({ id }) => id)
}

export async function findQuarantineRow(sql: Sql, reach: Reach, id: number): Promise<QuarantineRow | undefined> {
  const [row] = await sql<QuarantineRow[]>`
    select ${columns(sql)} from ${joined(sql)} where q.id = ${id} and ${within(sql, reach, sql`s.organisation`)}`
  return row
}

export interface RuleCount {
  source: string
  rule: string
  count: number
  oldest: Date
  /** The words of one of them. */
  message: string
}

/** What waits, by source and rule, most first. */
export function countByRule(sql: Sql, reach: Reach, state: QuarantineState): Promise<RuleCount[]> {
  return sql<RuleCount[]>`
    select q.source, q.rule, count(*) as count, min(q.created_at) as oldest,
      coalesce(min(q.faults -> 0 ->> 'message'), '') as message
    from ${joined(sql)} where ${conditionOf(sql, reach, { state })}
    group by 1, 2 order by 3 desc, 1, 2 limit 200`
}

/** What a person made of a row, whether it passes yet or not. */
export async function keepMended(
  sql: Sql,
  id: number,
  mended: Record<string, unknown>,
  faults: readonly RecordFault[],
): Promise<void> {
  await sql`
    update warehouse.quarantine
    set mended = ${sql.json(mended as never)}, faults = ${sql.json(faults as never)}, rule = ${faults[0]?.rule ?? 'mended'}
    where id = ${id} and state in ('open', 'returned')`
}

export async function findRecordByKey(sql: Sql, source: string, key: string): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    select id from warehouse.record where source = ${source} and key = ${key} and state = 'applied'`
  return row?.id
}
