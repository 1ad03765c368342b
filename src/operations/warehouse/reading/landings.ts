import type { Sql } from '#platform/sql'
import type { RecordFault } from '../model.ts'
import type { Landing } from '../store.ts'

const columns = (sql: Sql) => sql`
  id, source, contract_version, channel, file_name, byte_count, sha256, received_at, received_by, idempotency_key, state, fault,
  rows_done, received, applied, superseded, duplicate, quarantined, retracted, started_at, finished_at, facts`

/** Arrivals of a source, the newest first. */
export function listLandings(sql: Sql, source: string, page: { after?: number; limit: number }): Promise<Landing[]> {
  return sql<Landing[]>`
    select ${columns(sql)} from warehouse.landing
    where source = ${source} ${page.after === undefined ? sql`` : sql`and id < ${page.after}`}
    order by id desc limit ${page.limit}`
}

export interface Month {
  month: string
  received: number
}

/** Records received in each of the last months in which anything came, in the source's time zone. */
export async function listArrivals(
  sql: Sql,
  source: string,
  { since, timeZone }: { since: Date; timeZone: string },
): Promise<Month[]> {
  return sql<Month[]>`
    select to_char(received_at at time zone ${timeZone}, 'YYYY-MM') as month, sum(received)::bigint as received
    from warehouse.landing
    where source = ${source} and received_at >= ${since} and state <> 'refused'
    group by 1 order by 1`
}

/** Lines of duplicates, as ranges `[from, to)`. */
export async function listDuplicateRanges(
  sql: Sql,
  landing: number,
  page: { after?: number; limit: number },
): Promise<{ from: number; to: number }[]> {
  return sql<{ from: number; to: number }[]>`
    select lower(r) as "from", upper(r) as "to"
    from warehouse.landing l cross join unnest(l.duplicate_lines) as r
    where l.id = ${landing} ${page.after === undefined ? sql`` : sql`and lower(r) > ${page.after}`}
    order by 1 limit ${page.limit}`
}

export interface SetAsideLine {
  id: number
  line: number
  key: string | null
  rule: string
  state: string
  faults: RecordFault[]
}

export function listSetAside(
  sql: Sql,
  landing: number,
  page: { after?: number; limit: number },
): Promise<SetAsideLine[]> {
  return sql<SetAsideLine[]>`
    select id, line, key, rule, state, faults from warehouse.quarantine
    where landing_id = ${landing} ${page.after === undefined ? sql`` : sql`and line > ${page.after}`}
    order by line limit ${page.limit}`
}
