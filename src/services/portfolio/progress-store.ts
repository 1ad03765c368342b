/** Milestones and obstacles, and what the list shows of them. */
import type { Sql } from '#platform/sql'

export interface Milestone {
  id: number
  name: string
  plannedOn: string
  forecastOn: string | null
  actualOn: string | null
  changedBy: string
  changedAt: Date
}

export function listMilestones(sql: Sql, project: number): Promise<Milestone[]> {
  return sql<Milestone[]>`
    select id, name, planned_on, forecast_on, actual_on, changed_by, changed_at
    from portfolio.milestone where project = ${project} order by planned_on, id`
}

export async function upsertMilestone(sql: Sql, project: number, one: Omit<Milestone, 'id'>): Promise<void> {
  await sql`
    insert into portfolio.milestone (project, name, planned_on, forecast_on, actual_on, changed_by, changed_at)
    values (${project}, ${one.name}, ${one.plannedOn}, ${one.forecastOn}, ${one.actualOn}, ${one.changedBy}, ${one.changedAt})
    on conflict (project, name) do update
    set planned_on = excluded.planned_on, forecast_on = excluded.forecast_on, actual_on = excluded.actual_on,
      changed_by = excluded.changed_by, changed_at = excluded.changed_at`
}

export interface Obstacle {
  id: number
  said: string
  raisedOn: string
  raisedBy: string
  resolvedOn: string | null
  resolution: string | null
  resolvedBy: string | null
}

/** Open ones first, then the latest. */
export function listObstacles(sql: Sql, project: number): Promise<Obstacle[]> {
  return sql<Obstacle[]>`
    select id, said, raised_on, raised_by, resolved_on, resolution, resolved_by
    from portfolio.obstacle where project = ${project} order by resolved_on is not null, raised_on desc, id desc`
}

export async function insertObstacle(
  sql: Sql,
  project: number,
  one: { said: string; raisedOn: string; raisedBy: string; request?: string },
): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    insert into portfolio.obstacle (project, said, raised_on, raised_by, request)
    values (${project}, ${one.said}, ${one.raisedOn}, ${one.raisedBy}, ${one.request ?? null})
    on conflict (request) do nothing
    returning id`
  return row?.id
}

/** False when there is none of this number that is still open. */
export async function resolveObstacle(
  sql: Sql,
  project: number,
  one: { id: number; resolvedOn: string; resolution: string; resolvedBy: string },
): Promise<boolean> {
  const { count } = await sql`
    update portfolio.obstacle
    set resolved_on = ${one.resolvedOn}, resolution = ${one.resolution}, resolved_by = ${one.resolvedBy}
    where project = ${project} and id = ${one.id} and resolved_on is null`
  return count > 0
}

/** Writes what the list shows of milestones and obstacles. The slip is that of the milestones that are not reached yet. */
export async function refreshProgress(sql: Sql, projects: readonly number[], at: Date): Promise<void> {
  await sql`
    update portfolio.project p
    set changed_at = ${at},
      open_obstacles = (select count(*) from portfolio.obstacle o where o.project = p.id and o.resolved_on is null),
      slip_days = coalesce((
        select max(m.forecast_on - m.planned_on) from portfolio.milestone m where m.project = p.id and m.actual_on is null), 0),
      next_due_on = (select min(m.planned_on) from portfolio.milestone m where m.project = p.id and m.actual_on is null)
    where id = any(${[...projects]}::bigint[])`
}
