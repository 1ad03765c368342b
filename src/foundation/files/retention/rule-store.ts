import type { Sql } from '#platform/sql'
import type { Rule } from './store.ts'

export interface RuleChange {
  id: number
  use: string
  years: number | null
  citation: string
  fromOn: string
  changedBy: string
  changedAt: Date
  appliedAt: Date | null
}

export async function findRule(sql: Sql, use: string): Promise<Rule | undefined> {
  const [row] = await sql<Rule[]>`
    select use, title, years, citation, verified from files.retention where use = ${use}`
  return row
}

export function listChanges(sql: Sql, use: string, limit: number): Promise<RuleChange[]> {
  return sql<RuleChange[]>`
    select id, use, years, citation, from_on::text, changed_by, changed_at, applied_at
    from files.retention_change where use = ${use} order by id desc limit ${limit}`
}

export async function insertChange(
  sql: Sql,
  change: Pick<RuleChange, 'use' | 'years' | 'citation' | 'fromOn' | 'changedBy' | 'changedAt'>,
): Promise<void> {
  await sql`
    insert into files.retention_change (use, years, citation, from_on, changed_by, changed_at)
    values (${change.use}, ${change.years}, ${change.citation}, ${change.fromOn}, ${change.changedBy}, ${change.changedAt})`
}

/** Those whose day has come, in the order in which they hold. */
export function lockDueChanges(sql: Sql, today: string): Promise<RuleChange[]> {
  return sql<RuleChange[]>`
    select id, use, years, citation, from_on::text, changed_by, changed_at, applied_at
    from files.retention_change where applied_at is null and from_on <= ${today} order by from_on, id for update`
}

/** The last days of what is kept already move with the rule; whoever keeps a file at this moment waits. @returns how many moved. */
export async function applyChange(sql: Sql, change: RuleChange, at: Date): Promise<number> {
  await sql`
    update files.retention
    set years = ${change.years}, citation = ${change.citation}, verified = true, changed_by = ${change.changedBy}, changed_at = ${change.changedAt}
    where use = ${change.use}`
  await sql`update files.retention_change set applied_at = ${at} where id = ${change.id}`
  const { count } = await sql`
    update files.keeping set ends_on = make_date(extract(year from kept_at)::int + ${change.years}::int, 12, 31)
    where use = ${change.use} and disposed_in is null
      and ends_on is distinct from make_date(extract(year from kept_at)::int + ${change.years}::int, 12, 31)`
  return count
}

export interface Forecast {
  keepings: number
  /** Whose last day would be another. */
  moved: number
  /** Past their last day on that day, by the rule as it stands and by the new one; what is held is counted in neither. */
  dueBefore: number
  dueAfter: number
  held: number
}

export async function forecastChange(
  sql: Sql,
  { use, years, on }: { use: string; years: number | null; on: string },
): Promise<Forecast> {
  const [row] = await sql<Forecast[]>`
    select count(*)::int as keepings,
      count(*) filter (where ends_on is distinct from new_end)::int as moved,
      count(*) filter (where ends_on < ${on} and not is_held)::int as due_before,
      count(*) filter (where new_end < ${on} and not is_held)::int as due_after,
      count(*) filter (where new_end < ${on} and is_held)::int as held
    from (
      select ends_on, make_date(extract(year from kept_at)::int + ${years}::int, 12, 31) as new_end,
        exists (select from files.hold h where h.sha256 = k.sha256 and h.lifted_at is null) as is_held
      from files.keeping k where use = ${use} and disposed_in is null
    ) one`
  return row ?? { keepings: 0, moved: 0, dueBefore: 0, dueAfter: 0, held: 0 }
}

/** Asked again under the lock of the content: a rule may have changed since the list was drawn up. */
export async function isDue(sql: Sql, keeping: number, untilOn: string): Promise<boolean> {
  const [row] = await sql`select from files.keeping where id = ${keeping} and ends_on < ${untilOn}`
  return row !== undefined
}
