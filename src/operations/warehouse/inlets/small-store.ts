import type { Sql } from '#platform/sql'
import type { LandingCounts } from '../model.ts'
import type { Landing } from '../store.ts'

export interface SmallLanding {
  id: number
  contractVersion: number
  fileName: string | null
  receivedAt: Date
  format: Landing['format']
  /** The one compressed piece. */
  bytes: Buffer
}

/** Waiting landings in their order, up to the first that is large or half done. */
export async function listSmallLandings(
  sql: Sql,
  source: string,
  page: { from: number; limit: number; mostBytes: number },
): Promise<SmallLanding[]> {
  return sql<SmallLanding[]>`
    with waiting as (
      select id, contract_version, file_name, received_at, format,
        state = 'landed' and rows_done = 0 and byte_count between 1 and ${page.mostBytes} as small
      from warehouse.landing
      where source = ${source} and state in ('landed', 'processing') and id >= ${page.from}
      order by id limit ${page.limit}
    )
    select w.id, w.contract_version, w.file_name, w.received_at, w.format, c.bytes
    from waiting w join warehouse.landing_chunk c on c.landing_id = w.id and c.seq = 0
    where w.id < coalesce((select min(id) from waiting where not small), 'infinity'::float8)
    order by w.id`
}

/** Locks those that still wait. Returns how many. */
export async function lockLanded(sql: Sql, ids: readonly number[]): Promise<number> {
  const rows = await sql`
    select id from warehouse.landing
    where id = any(${ids.map(String)}::bigint[]) and state = 'landed' and rows_done = 0 order by id for update`
  return rows.length
}

export interface FinishedLanding extends LandingCounts {
  id: number
  rows: number
  duplicateLines: string
  facts: Record<string, unknown>
}

export async function finishLandings(sql: Sql, finished: readonly FinishedLanding[], at: Date): Promise<void> {
  const rows = finished.map(({ duplicateLines, ...rest }) => ({ ...rest, lines: duplicateLines }))
  await sql`
    update warehouse.landing l set
      state = 'done', started_at = coalesce(l.started_at, ${at}), finished_at = ${at}, rows_done = f.rows,
      received = f.received, applied = f.applied, superseded = f.superseded, duplicate = f.duplicate,
      quarantined = f.quarantined, duplicate_lines = f.lines::int4multirange, facts = f.facts
    from jsonb_to_recordset(${sql.json(rows as never)}) as f
      (id bigint, rows bigint, received int, applied int, superseded int, duplicate int, quarantined int, lines text, facts jsonb)
    where l.id = f.id`
}
