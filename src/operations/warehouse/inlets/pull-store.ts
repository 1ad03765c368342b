import type { Sql } from '#platform/sql'
import type { LandingCounts } from '../model.ts'
import type { LandingState } from '../store.ts'
import type { NewPull, Position, PullResult, PullSettings } from './pull-settings.ts'

export interface Pull {
  id: number
  source: string
  settings: PullSettings
  schedule: string
  pausedAt: Date | null
  nextRunAt: Date | null
  position: Position
  failures: number
  lastRunAt: Date | null
  lastResult: PullResult | null
}

const columns = (sql: Sql) =>
  sql`id, source, settings, schedule, paused_at, next_run_at, position, failures, last_run_at, last_result`

export function listPulls(sql: Sql, source: string): Promise<Pull[]> {
  return sql<Pull[]>`select ${columns(sql)} from warehouse.pull where source = ${source} order by id`
}

/** A pull with what became of the records of its last arrival. */
export interface PullStanding extends Pull {
  landing: (LandingCounts & { id: number; state: LandingState }) | null
}

export function listPullStandings(sql: Sql, source: string): Promise<PullStanding[]> {
  return sql<PullStanding[]>`
    select p.id, p.source, p.settings, p.schedule, p.paused_at, p.next_run_at, p.position, p.failures, p.last_run_at, p.last_result,
      case when l.id is not null then jsonb_build_object('id', l.id, 'state', l.state, 'received', l.received, 'applied', l.applied,
        'superseded', l.superseded, 'duplicate', l.duplicate, 'quarantined', l.quarantined) end as landing
    from warehouse.pull p
    left join warehouse.landing l on l.id = (p.last_result ->> 'landing')::bigint
    where p.source = ${source} order by p.id`
}

export async function findPull(sql: Sql, id: number): Promise<Pull | undefined> {
  const [row] = await sql<Pull[]>`select ${columns(sql)} from warehouse.pull where id = ${id}`
  return row
}

export async function insertPull(
  sql: Sql,
  pull: NewPull,
  made: { by: string; at: Date; nextRunAt: Date | undefined },
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into warehouse.pull (source, settings, schedule, paused_at, next_run_at, made_by, made_at)
    values (${pull.source}, ${sql.json(pull.settings)}, ${pull.schedule}, ${pull.paused ? made.at : null},
      ${made.nextRunAt ?? null}, ${made.by}, ${made.at})
    returning id`
  if (!row) throw new Error('a pull was not written')
  return row.id
}

/** Another place or table starts from the beginning; another schedule goes on where it was. */
export async function updatePull(
  sql: Sql,
  id: number,
  pull: NewPull,
  changed: { at: Date; nextRunAt: Date | undefined; position: Position },
): Promise<void> {
  await sql`
    update warehouse.pull set settings = ${sql.json(pull.settings)}, schedule = ${pull.schedule},
      paused_at = ${pull.paused ? changed.at : null}, next_run_at = ${changed.nextRunAt ?? null},
      position = ${sql.json(changed.position)}, failures = 0
    where id = ${id}`
}

export async function deletePull(sql: Sql, id: number): Promise<void> {
  await sql`delete from warehouse.pull where id = ${id}`
}

export async function listDuePulls(sql: Sql, now: Date): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select p.id from warehouse.pull p join warehouse.source s on s.code = p.source
    where p.paused_at is null and s.paused_at is null and p.next_run_at <= ${now} order by p.next_run_at limit 100`
  return rows.map(({ id }) => id)
}

export async function keepPullResult(
  sql: Sql,
  id: number,
  kept: { at: Date; nextRunAt: Date | undefined; position: Position; failures: number; result: PullResult },
): Promise<void> {
  await sql`
    update warehouse.pull set last_run_at = ${kept.at}, next_run_at = ${kept.nextRunAt ?? null},
      position = ${sql.json(kept.position)}, failures = ${kept.failures}, last_result = ${sql.json({ ...kept.result })}
    where id = ${id}`
}
