// Counts without looking at items: sums over the tally, and for what fell due within the present hour a look at those items only.
import type { Sql } from '#platform/sql'
import type { Band, Bounds } from '../model.ts'
import { type Sight, seen } from './sight.ts'

const hourMs = 3_600_000
const hourOf = (at: Date): Date => new Date(Math.floor(at.getTime() / hourMs) * hourMs)

/** Open and late items of one holder: one statement, for the menu of every page. */
export async function countHeld(sql: Sql, holder: string, now: Date): Promise<{ open: number; late: number }> {
  const hour = hourOf(now)
  const [row] = await sql<{ open: number; late: number }[]>`
    select coalesce(sum(items), 0)::int as open, (coalesce(sum(items) filter (where due_hour < ${hour}), 0) + (
        select count(*) from worklist.item
        where item.holder = ${holder} and closed_at is null and due_order >= ${hour} and due_order < ${now}))::int as late
    from worklist.tally where tally.holder = ${holder}`
  return row ?? { open: 0, late: 0 }
}

/** What nobody has claimed of that which is seen. */
export async function countPiles(sql: Sql, sight: Sight): Promise<number> {
  const [row] = await sql<{ open: number }[]>`
    select coalesce(sum(items), 0)::int as open from worklist.tally where holder = '' and (${seen(sql, sight)})`
  return row?.open ?? 0
}

export interface KindCount {
  capability: string
  kind: string
  organisation: string
  bands: Record<Band, number>
}

/**
 * Open items by kind, organisation and group of the inbox. Days begin at whole hours, so that each hour lies in one group; the present
 * one alone is divided, by counting what fell due in it.
 */
export async function countByKind(
  sql: Sql,
  scope: { holder: string; sight: Sight },
  bounds: Bounds,
): Promise<KindCount[]> {
  const { holder, sight } = scope
  const { now, dayEnd, weekEnd } = bounds
  const hour = hourOf(now)
  const rows = await sql<(Omit<KindCount, 'bands'> & Record<Band, number> & { hasHour: boolean })[]>`
    select capability, kind, organisation,
      coalesce(sum(items) filter (where due_hour < ${hour}), 0)::int as late,
      coalesce(sum(items) filter (where due_hour >= ${hour} and due_hour < ${dayEnd}), 0)::int as today,
      coalesce(sum(items) filter (where due_hour >= ${dayEnd} and due_hour < ${weekEnd}), 0)::int as week,
      coalesce(sum(items) filter (where due_hour >= greatest(${dayEnd}::timestamptz, ${weekEnd}::timestamptz) and due_hour < 'infinity'), 0)::int
        as later,
      coalesce(sum(items) filter (where due_hour = 'infinity'), 0)::int as none,
      bool_or(due_hour = ${hour}) as has_hour
    from worklist.tally
    where holder = ${holder} and (${seen(sql, sight)})
    group by 1, 2, 3 having sum(items) <> 0`
  const justLate = rows.some(({ hasHour }) => hasHour) ? await countJustLate(sql, scope, { hour, now }) : []
  return rows.map(({ capability, kind, organisation, late, today, week, later, none }) => {
    const moved =
      justLate.find((one) => one.capability === capability && one.kind === kind && one.organisation === organisation)
        ?.items ?? 0
    return { capability, kind, organisation, bands: { late: late + moved, today: today - moved, week, later, none } }
  })
}

export const noBands = (): Record<Band, number> => ({ late: 0, today: 0, week: 0, later: 0, none: 0 })

type JustLate = Omit<KindCount, 'bands'> & { items: number }

function countJustLate(
  sql: Sql,
  { holder, sight }: { holder: string; sight: Sight },
  { hour, now }: { hour: Date; now: Date },
): Promise<JustLate[]> {
  if (holder)
    return sql<JustLate[]>`
      select capability, kind, organisation, count(*)::int as items from worklist.item
      where holder = ${holder} and closed_at is null and due_order >= ${hour} and due_order < ${now} and (${seen(sql, sight)})
      group by 1, 2, 3`
  return sql<JustLate[]>`
    with pile as materialized (
      select permission, organisation from worklist.tally
      where holder = '' and due_hour = ${hour} and (${seen(sql, sight)})
      group by 1, 2
    )
    select i.capability, i.kind, i.organisation, count(*)::int as items from pile join worklist.item i
      on i.permission = pile.permission and i.organisation = pile.organisation and i.holder is null and i.closed_at is null
        and i.due_order >= ${hour} and i.due_order < ${now}
    group by 1, 2, 3`
}

/** What one person of a unit has to do; without a holder, what nobody has claimed. */
export interface Load {
  holder: string | null
  open: number
  late: number
  /** Due within two working days, and not late yet. */
  dueSoon: number
}

export async function countLoads(sql: Sql, organisations: readonly string[], bounds: Bounds): Promise<Load[]> {
  const hour = hourOf(bounds.now)
  const units = organisations as string[]
  return sql<Load[]>`
    with just_late as (
      select coalesce(i.holder, '') as holder, count(*) as items
      from (select distinct organisation from worklist.tally where organisation = any(${units}) and due_hour = ${hour}) u
      join worklist.item i on i.organisation = u.organisation and i.closed_at is null
        and i.due_order >= ${hour} and i.due_order < ${bounds.now}
      group by 1
    ), summed as (
      select holder, sum(items) as open, coalesce(sum(items) filter (where due_hour < ${hour}), 0) as late,
        coalesce(sum(items) filter (where due_hour < ${bounds.twoDaysEnd}), 0) as until
      from worklist.tally where organisation = any(${units})
      group by 1 having sum(items) > 0
    )
    select nullif(s.holder, '') as holder, s.open::int as open, (s.late + coalesce(j.items, 0))::int as late,
      (s.until - s.late - coalesce(j.items, 0))::int as due_soon
    from summed s left join just_late j on j.holder = s.holder
    order by 1 nulls first`
}
