/** The ledger of capital, and the sums that are written with each of its movements. */
import type { Fragment, Sql } from '#platform/sql'
import type { Fund, MovementKind } from './model.ts'

export interface Movement {
  id: number
  kind: MovementKind
  fund: Fund
  year: number | null
  amount: string
  occurredOn: string
  document: string | null
  note: string | null
  reverses: number | null
  /** The movement that undoes this one. */
  reversedBy: number | null
  enteredBy: string
  enteredAt: Date
}

const columns = (sql: Sql) => sql`
  m.id, m.kind, m.fund, m.year, m.amount, m.occurred_on, m.document, m.note, m.reverses, m.entered_by, m.entered_at`

/** Of the ledger, what had been entered by a moment. */
const enteredBy = (sql: Sql, entered: Fragment, knownAt: Date | undefined): Fragment =>
  knownAt ? sql`and ${entered} <= ${knownAt}` : sql``

/** The newest first. */
export function listMovements(
  sql: Sql,
  project: number,
  { limit, knownAt }: { limit: number; knownAt?: Date },
): Promise<Movement[]> {
  return sql<Movement[]>`
    select ${columns(sql)}, r.id as reversed_by
    from portfolio.movement m
      left join portfolio.movement r on r.reverses = m.id ${enteredBy(sql, sql`r.entered_at`, knownAt)}
    where m.project = ${project} ${enteredBy(sql, sql`m.entered_at`, knownAt)} order by m.id desc limit ${limit}`
}

export async function findMovement(sql: Sql, project: number, id: number): Promise<Movement | undefined> {
  const [row] = await sql<Movement[]>`
    select ${columns(sql)}, r.id as reversed_by
    from portfolio.movement m left join portfolio.movement r on r.reverses = m.id
    where m.project = ${project} and m.id = ${id}`
  return row
}

export interface NewMovement {
  project: number
  kind: MovementKind
  fund: Fund
  year: number | null
  amount: string
  occurredOn: string
  document: string | null
  note: string | null
  reverses?: number
  request?: string
  enteredBy: string
  enteredAt: Date
}

/** Its number; undefined when the same form was here before, or what it undoes is undone already. */
export async function insertMovement(sql: Sql, one: NewMovement): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    insert into portfolio.movement
      (project, kind, fund, year, amount, occurred_on, document, note, reverses, request, entered_by, entered_at)
    values (${one.project}, ${one.kind}, ${one.fund}, ${one.year}, ${one.amount}, ${one.occurredOn}, ${one.document}, ${one.note},
      ${one.reverses ?? null}, ${one.request ?? null}, ${one.enteredBy}, ${one.enteredAt})
    on conflict do nothing
    returning id`
  return row?.id
}

/** What was granted with its adjustments, of one year and fund. */
export async function sumGranted(sql: Sql, project: number, year: number, fund: Fund): Promise<string> {
  const [row] = await sql<{ granted: string }[]>`
    select coalesce(sum(amount), 0) as granted from portfolio.movement
    where project = ${project} and year = ${year} and fund = ${fund} and kind in ('allotted', 'adjusted')`
  return row?.granted ?? '0'
}

/** Writes the sums of these projects anew from their movements: the rows are locked by who calls. */
export async function refreshSums(sql: Sql, projects: readonly number[], at: Date): Promise<void> {
  const ids = [...projects]
  await sql`
    update portfolio.project p
    set total = s.total, planned = s.planned, granted = s.granted, disbursed = s.disbursed, changed_at = ${at}
    from (
      select id,
        coalesce(sum(amount) filter (where kind = 'total'), 0) as total,
        coalesce(sum(amount) filter (where kind = 'planned'), 0) as planned,
        coalesce(sum(amount) filter (where kind in ('allotted', 'adjusted')), 0) as granted,
        coalesce(sum(amount) filter (where kind = 'disbursed'), 0) as disbursed
      from unnest(${ids}::bigint[]) as asked (id)
      left join (select project, kind, amount from portfolio.movement where project = any(${ids}::bigint[])) m on m.project = asked.id
      group by id
    ) s
    where p.id = s.id`
  await sql`delete from portfolio.year_sum where project = any(${ids}::bigint[])`
  await sql`
    insert into portfolio.year_sum (project, year, planned, granted, disbursed)
    select project, year,
      coalesce(sum(amount) filter (where kind = 'planned'), 0),
      coalesce(sum(amount) filter (where kind in ('allotted', 'adjusted')), 0),
      coalesce(sum(amount) filter (where kind = 'disbursed'), 0)
    from portfolio.movement
    where project = any(${ids}::bigint[]) and year is not null
    group by project, year`
}

export interface CapitalCell {
  year: number | null
  fund: Fund
  total: string
  planned: string
  allotted: string
  adjusted: string
  disbursed: string
}

/** Source of capital × year. */
export function listCapital(sql: Sql, project: number, knownAt?: Date): Promise<CapitalCell[]> {
  return sql<CapitalCell[]>`
    select year, fund,
      coalesce(sum(amount) filter (where kind = 'total'), 0) as total,
      coalesce(sum(amount) filter (where kind = 'planned'), 0) as planned,
      coalesce(sum(amount) filter (where kind = 'allotted'), 0) as allotted,
      coalesce(sum(amount) filter (where kind = 'adjusted'), 0) as adjusted,
      coalesce(sum(amount) filter (where kind = 'disbursed'), 0) as disbursed
    from portfolio.movement where project = ${project} ${enteredBy(sql, sql`entered_at`, knownAt)}
    group by year, fund order by year nulls first, fund`
}
