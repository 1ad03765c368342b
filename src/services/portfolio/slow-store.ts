import type { Fragment, Sql } from '#platform/sql'
import type { Slowness, SlowReason } from './model.ts'
import { idleStates, shareOfYear, slip } from './store.ts'

export interface SlowTerms extends Slowness {
  today: string
  /** Years whose capital can be disbursed, and the share below which each is behind. */
  years: readonly { year: number; belowShare: number }[]
}

export interface SpellMove {
  code: string
  name: string
  organisation: string
  reason: SlowReason
  slipDays: number
  /** Of the year that lags the most, where capital does. */
  year: number | null
  share: number | null
}

/** The province's projects that are slow now, a row a reason. */
const slowNow = (sql: Sql, { today, slipDays, years }: SlowTerms, projects: readonly number[] | 'all'): Fragment => sql`
  select p.id as project, r.reason
  from portfolio.project p join portfolio.source s on s.code = p.source and s.is_home
    cross join lateral (
      select 'milestone' as reason where ${slip(sql, today)} > ${slipDays}
      union all
      select 'disbursement' where exists (
        select from portfolio.year_sum y join unnest(${years.map(({ year }) => year)}::int[], ${years.map(({ belowShare }) => belowShare)}::numeric[])
          as open (year, below) on open.year = y.year
        where y.project = p.id and ${shareOfYear(sql)} < open.below)) r
  where p.withdrawn_at is null and p.state <> all(${[...idleStates]}) ${projects === 'all' ? sql`` : sql`and p.id = any(${[...projects]}::bigint[])`}`

/** Opens what has become slow. However many look at once, each is opened by one. */
export const openSpells = (
  sql: Sql,
  terms: SlowTerms,
  { projects, at }: { projects: readonly number[] | 'all'; at: Date },
): Promise<SpellMove[]> => sql<SpellMove[]>`
  with opened as (
    insert into portfolio.slow_spell (project, reason, since)
    select project, reason, ${at} from (${slowNow(sql, terms, projects)}) found
    on conflict (project, reason) where ended_at is null do nothing
    returning project, reason)
  select p.code, p.name, p.organisation, o.reason, ${slip(sql, terms.today)} as slip_days, y.year, y.share
  from opened o join portfolio.project p on p.id = o.project
    left join lateral (
      select y.year, (${shareOfYear(sql)})::float8 as share from portfolio.year_sum y
      where o.reason = 'disbursement' and y.project = p.id and y.year = any(${terms.years.map(({ year }) => year)}::int[])
      order by share limit 1) y on true
  order by p.code, o.reason`

/** Ends what is slow no longer, is dropped or withdrawn. */
export const endSpells = (
  sql: Sql,
  terms: SlowTerms,
  { projects, at }: { projects: readonly number[] | 'all'; at: Date },
): Promise<Omit<SpellMove, 'slipDays' | 'year' | 'share'>[]> => sql<SpellMove[]>`
  update portfolio.slow_spell w set ended_at = greatest(w.since, ${at})
  from portfolio.project p
  where p.id = w.project and w.ended_at is null ${projects === 'all' ? sql`` : sql`and w.project = any(${[...projects]}::bigint[])`}
    and not exists (
      select from (${slowNow(sql, terms, projects)}) found where found.project = w.project and found.reason = w.reason)
  returning p.code, p.name, p.organisation, w.reason`

export interface Spell {
  reason: SlowReason
  since: Date
}

/** What a project is slow by, now or at an earlier moment. */
export const listOpenSpells = (sql: Sql, project: number, knownAt?: Date): Promise<Spell[]> => sql<Spell[]>`
  select reason, since from portfolio.slow_spell
  where project = ${project}
    and ${knownAt ? sql`since <= ${knownAt} and (ended_at is null or ended_at > ${knownAt})` : sql`ended_at is null`}
  order by since, reason`
