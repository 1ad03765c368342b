import { getCalendarOf } from '#calendar'
import type { Context, Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { KindName } from '../kinds.ts'
import type { Contract, LandingCounts } from '../model.ts'
import { findLateness, type Lateness } from './lateness.ts'
import { reachOfSources, within } from './scope.ts'

/** A source as lists show it: what came under it and what is owed. */
export interface SourceSummary extends LandingCounts {
  code: string
  name: string
  organisation: string
  kind: KindName
  pack: string
  pausedAt: Date | null
  version: number
  contract: Contract
  landings: number
  refused: number
  lastAt: Date | null
  /** Quarantined records nobody has dealt with. */
  waiting: number
  late: Lateness | undefined
}

type Row = Omit<SourceSummary, 'name' | 'late'>

async function listRows(sql: Sql, reach: Reach, code?: string): Promise<Row[]> {
  return sql<Row[]>`
    select s.code, s.organisation, s.kind, s.pack, s.paused_at, c.version, c.body as contract,
      l.landings, l.refused, l.last_at, l.received, l.applied, l.superseded, l.duplicate, l.quarantined,
      (select count(*) from warehouse.quarantine q where q.source = s.code and q.state = 'open') as waiting
    from warehouse.source s
    join warehouse.contract c on c.source = s.code and c.state = 'current'
    cross join lateral (
      select count(*) as landings, count(*) filter (where state = 'refused') as refused,
        max(received_at) filter (where state <> 'refused') as last_at,
        coalesce(sum(received), 0)::bigint as received, coalesce(sum(applied), 0)::bigint as applied,
        coalesce(sum(superseded), 0)::bigint as superseded, coalesce(sum(duplicate), 0)::bigint as duplicate,
        coalesce(sum(quarantined), 0)::bigint as quarantined
      from warehouse.landing l where l.source = s.code) l
    where ${within(sql, reach, sql`s.organisation`)} ${code === undefined ? sql`` : sql`and s.code = ${code}`}
    order by s.code`
}

/** Every source in reach. There are as many as there are contracts: hundreds, not more. */
export async function listSourceSummaries(ctx: Context): Promise<SourceSummary[]> {
  const rows = await listRows(ctx.sql, await reachOfSources(ctx))
  const summaries: SourceSummary[] = []
  for (const row of rows) summaries.push(await complete(ctx, row))
  return summaries
}

/** One source, which the caller has found to be in reach. */
export async function findSourceSummary(ctx: Context, code: string): Promise<SourceSummary | undefined> {
  const [row] = await listRows(ctx.sql, 'all', code)
  return row && complete(ctx, row)
}

async function complete(ctx: Context, row: Row): Promise<SourceSummary> {
  const { lastAt } = row
  const calendar = row.pausedAt ? undefined : await getCalendarOf(ctx, row.organisation)
  const late = calendar && findLateness(row.contract.cadence, calendar, { lastAt, now: ctx.now })
  return { ...row, name: row.contract.name, late }
}
