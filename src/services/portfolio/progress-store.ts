/** Milestones and obstacles, and what the list shows of them. */
import type { Sql } from '#platform/sql'
import { rowsOf } from './former.ts'

export interface Milestone {
  id: number
  name: string
  plannedOn: string
  forecastOn: string | null
  actualOn: string | null
}

export function listMilestones(sql: Sql, project: number, knownAt?: Date): Promise<Milestone[]> {
  return sql<Milestone[]>`
    select m.id, m.name, m.planned_on, m.forecast_on, m.actual_on
    from ${rowsOf(sql, 'milestone', knownAt, { partOf: sql`${project}` })} m
    where m.project = ${project} order by m.planned_on, m.id`
}

export async function upsertMilestone(
  sql: Sql,
  project: number,
  one: Omit<Milestone, 'id'> & { changedBy: string; changedAt: Date },
): Promise<void> {
  const { name, plannedOn, forecastOn, actualOn, changedBy, changedAt } = one
  await sql`
    insert into portfolio.milestone as m (project, name, planned_on, forecast_on, actual_on, changed_by, changed_at, known_from)
    values (${project}, ${name}, ${plannedOn}, ${forecastOn}, ${actualOn}, ${changedBy}, ${changedAt}, ${changedAt})
    on conflict (project, name) do update
    set planned_on = excluded.planned_on, forecast_on = excluded.forecast_on, actual_on = excluded.actual_on,
      changed_by = excluded.changed_by, changed_at = excluded.changed_at,
      known_from = greatest(m.known_from, excluded.known_from)`
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
export function listObstacles(sql: Sql, project: number, knownAt?: Date): Promise<Obstacle[]> {
  return sql<Obstacle[]>`
    select o.id, o.said, o.raised_on, o.raised_by, o.resolved_on, o.resolution, o.resolved_by
    from ${rowsOf(sql, 'obstacle', knownAt, { partOf: sql`${project}` })} o
    where o.project = ${project} order by o.resolved_on is not null, o.raised_on desc, o.id desc`
}

export async function insertObstacle(
  sql: Sql,
  project: number,
  one: { said: string; raisedOn: string; raisedBy: string; at: Date; request?: string },
): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    insert into portfolio.obstacle (project, said, raised_on, raised_by, known_from, request)
    values (${project}, ${one.said}, ${one.raisedOn}, ${one.raisedBy}, ${one.at}, ${one.request ?? null})
    on conflict (request) do nothing
    returning id`
  return row?.id
}

/** False when there is none of this number that is still open. */
export async function resolveObstacle(
  sql: Sql,
  project: number,
  one: { id: number; resolvedOn: string; resolution: string; resolvedBy: string; at: Date },
): Promise<boolean> {
  const { count } = await sql`
    update portfolio.obstacle
    set resolved_on = ${one.resolvedOn}, resolution = ${one.resolution}, resolved_by = ${one.resolvedBy},
      known_from = greatest(known_from, ${one.at})
    where project = ${project} and id = ${one.id} and resolved_on is null`
  return count > 0
}

/** Writes what the list shows of milestones and obstacles. The slip is that of the milestones that are not reached yet. */
export async function refreshProgress(sql: Sql, projects: readonly number[], at: Date): Promise<void> {
  await sql`
    update portfolio.project p
    set changed_at = ${at}, known_from = greatest(p.known_from, ${at}),
      open_obstacles = (select count(*) from portfolio.obstacle o where o.project = p.id and o.resolved_on is null),
      slip_days = coalesce((
        select max(m.forecast_on - m.planned_on) from portfolio.milestone m where m.project = p.id and m.actual_on is null), 0),
      next_due_on = (select min(m.planned_on) from portfolio.milestone m where m.project = p.id and m.actual_on is null)
    where id = any(${[...projects]}::bigint[])`
}
