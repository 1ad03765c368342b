/** Projects: what is kept of them, how they are listed. */
import type { Reach } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import { rowsOf } from './former.ts'
import type { Nature } from './model.ts'

/** The day that is looked at, and where it is an earlier one, what was known by then. */
export interface Then {
  today: string
  knownAt?: Date
}

export interface Project {
  id: number
  code: string
  source: string
  programme: string | null
  nature: Nature
  name: string
  organisation: string
  category: string | null
  state: string
  phase: string | null
  currency: string
  illustration: boolean
  citation: string | null
  startOn: string | null
  finishOn: string | null
  total: string
  planned: string
  granted: string
  disbursed: string
  slipDays: number
  openObstacles: number
  fedUrl: string | null
  reportedOn: string | null
  changedAt: Date
}

/** Days late as of `today`: the worst that is recorded, or one that should have been reached and was not. */
export const slip = (sql: Sql, today: string): Fragment => sql`greatest(p.slip_days, ${today}::date - p.next_due_on, 0)`

const byCode = (sql: Sql, code: string) => ({ key: sql`(select id from portfolio.project where code = ${code})` })

export async function findProject(sql: Sql, code: string, then: Then): Promise<Project | undefined> {
  const [row] = await sql<Project[]>`
    select ${listed(sql, then)}
    from ${rowsOf(sql, 'project', then.knownAt, byCode(sql, code))} p ${sums(sql, then).join}
    where p.code = ${code} and p.withdrawn_at is null`
  return row
}

/** Holds the row: movements of one project come one after the other. */
export async function lockProject(
  sql: Sql,
  code: string,
  today: string,
): Promise<(Project & { kind: string }) | undefined> {
  const [row] = await sql<(Project & { kind: string })[]>`
    select ${listed(sql, { today })}, s.kind
    from portfolio.project p join portfolio.source s on s.code = p.source
    where p.code = ${code} and p.withdrawn_at is null
    for update of p`
  return row
}

export interface SourceRow {
  code: string
  name: string
  kind: 'own' | 'fed'
  isHome: boolean
  /** Which of the two it has, within reach. */
  natures: Nature[]
}

/** Sources with at least one project that is reached; the province's own first, samples last. */
export function listSources(sql: Sql, reach: Reach, knownAt?: Date): Promise<SourceRow[]> {
  // Neither source nor nature ever changes: of the rows of now, one after the other is looked up as it stood then.
  const then = knownAt
    ? sql`portfolio.project c cross join ${rowsOf(sql, 'project', knownAt, { key: sql`c.id` })} p`
    : sql`portfolio.project p`
  const has = (nature: Nature) => sql`exists (
    select from ${then}
    where ${knownAt ? sql`c` : sql`p`}.source = s.code and p.nature = ${nature} and p.withdrawn_at is null and ${within(sql, reach)}
      ${knownAt ? sql`and c.nature = ${nature}` : sql``})`
  return sql<SourceRow[]>`
    select code, name, kind, is_home, natures from (
      select code, name, kind, is_home,
        array_remove(array[case when ${has('project')} then 'project' end, case when ${has('task')} then 'task' end], null) as natures
      from portfolio.source s) found
    where natures <> '{}'
    order by kind = 'own' desc, is_home desc, name collate "vi-x-icu"`
}

const within = (sql: Sql, reach: Reach): Fragment =>
  reach === 'all' ? sql`true` : sql`p.organisation = any(${[...reach]}::text[])`

export const sortKeys = ['name', 'code', 'total', 'granted', 'disbursed', 'share', 'slip', 'obstacles'] as const
export type SortKey = (typeof sortKeys)[number]

export interface ListQuery extends Then {
  source: string
  reach: Reach
  /** Sums of this year instead of all years. */
  year?: number
  words?: readonly string[]
  organisation?: string
  state?: string
  nature?: Nature
  /** Only those late by more than so many days, or behind by so many points of the year. */
  slow?: { slipDays: number; belowShare: number }
}

type Summed = Pick<ListQuery, 'year' | 'knownAt'>

// The sums asked for: of one year, or of all.
function sums(sql: Sql, { year, knownAt }: Summed) {
  const ofRow = { total: sql`p.total`, planned: sql`p.planned`, granted: sql`p.granted`, disbursed: sql`p.disbursed` }
  if (knownAt) return sumsThen(sql, knownAt, year)
  if (year === undefined) return { ...ofRow, join: sql`` }
  return {
    ...ofRow,
    planned: sql`coalesce(y.planned, 0)`,
    granted: sql`coalesce(y.granted, 0)`,
    disbursed: sql`coalesce(y.disbursed, 0)`,
    // Looked up one by one: just after a large source was taken in, the planner would take the year for a few rows and loop over all.
    join: sql`left join lateral (
      select s.planned, s.granted, s.disbursed from portfolio.year_sum s where s.year = ${year} and s.project = p.id offset 0) y on true`,
  }
}

/** From what had been entered by then. */
function sumsThen(sql: Sql, knownAt: Date, year: number | undefined) {
  const ofYear = year === undefined ? sql`` : sql`and m.year = ${year}`
  return {
    total: sql`y.total`,
    planned: sql`y.planned`,
    granted: sql`y.granted`,
    disbursed: sql`y.disbursed`,
    join: sql`cross join lateral (
      select coalesce(sum(m.amount) filter (where m.kind = 'total'), 0) as total,
        coalesce(sum(m.amount) filter (where m.kind = 'planned' ${ofYear}), 0) as planned,
        coalesce(sum(m.amount) filter (where m.kind in ('allotted', 'adjusted') ${ofYear}), 0) as granted,
        coalesce(sum(m.amount) filter (where m.kind = 'disbursed' ${ofYear}), 0) as disbursed,
        max(m.entered_at) as entered_at
      from portfolio.movement m where m.project = p.id and m.entered_at <= ${knownAt} offset 0) y`,
  }
}

const shareSql = (sql: Sql, query: Summed): Fragment => {
  const { planned, granted, disbursed } = sums(sql, query)
  return sql`(${disbursed} / nullif(case when ${granted} > 0 then ${granted} else greatest(${planned}, 0) end, 0))`
}

/** Of which nothing is expected any more. */
export const idleStates = ['completed', 'proposed-dropped', 'moved'] as const

/** The same of one year's own sums `y`. */
export const shareOfYear = (sql: Sql): Fragment =>
  sql`(y.disbursed / nullif(case when y.granted > 0 then y.granted else greatest(y.planned, 0) end, 0))`

const all = (sql: Sql, conditions: readonly Fragment[]): Fragment =>
  conditions.reduce((left, right) => sql`${left} and ${right}`, sql`true`)

const inSource = (sql: Sql, { source, reach }: ListQuery): Fragment =>
  sql`p.source = ${source} and p.withdrawn_at is null and ${within(sql, reach)}`

/** What the list is narrowed by, within its source. */
function narrowed(sql: Sql, query: ListQuery): Fragment {
  const conditions: Fragment[] = [
    ...(query.words ?? []).map((word) => sql`p.search like ${`%${word.replace(/[\\%_]/g, '\\$&')}%`}`),
  ]
  if (query.organisation) conditions.push(sql`p.organisation = ${query.organisation}`)
  if (query.state) conditions.push(sql`p.state = ${query.state}`)
  if (query.nature) conditions.push(sql`p.nature = ${query.nature}`)
  if (query.slow)
    conditions.push(sql`
      p.state <> all(${[...idleStates]})
      and (${slip(sql, query.today)} > ${query.slow.slipDays} or ${shareSql(sql, query)} < ${query.slow.belowShare})`)
  return all(sql, conditions)
}

const keyOf = (sql: Sql, key: SortKey, query: ListQuery): Fragment => {
  if (key === 'name') return sql`p.name`
  if (key === 'code') return sql`p.code`
  if (key === 'slip') return sql`${slip(sql, query.today)}`
  if (key === 'obstacles') return sql`p.open_obstacles`
  if (key === 'share' && query.year === undefined && !query.knownAt) return sql`p.share`
  // What has no share stands below those that have disbursed nothing.
  if (key === 'share') return sql`coalesce(${shareSql(sql, query)}, -1)`
  return sums(sql, query)[key]
}

export interface Page {
  key: SortKey
  descending: boolean
  /** Code of the last one seen. */
  after?: string
  limit: number
}

/** What the list shows of a project, with the sums that are asked for. */
const listed = (sql: Sql, query: Then & Summed): Fragment => {
  const { total, planned, granted, disbursed } = sums(sql, query)
  const changedAt = query.knownAt ? sql`greatest(p.known_from, y.entered_at)` : sql`p.changed_at`
  return sql`
    p.id, p.code, p.source, p.programme, p.nature, p.name, p.organisation, p.category, p.state, p.phase, p.currency,
    p.illustration, p.citation, p.start_on, p.finish_on, ${total} as total, ${planned} as planned, ${granted} as granted,
    ${disbursed} as disbursed, ${slip(sql, query.today)} as slip_days, p.open_obstacles, p.fed_url, p.reported_on,
    ${changedAt} as changed_at`
}

const listOf = (sql: Sql, { source, knownAt }: Pick<ListQuery, 'source' | 'knownAt'>): Fragment =>
  rowsOf(sql, 'project', knownAt, { partOf: sql`${source}` })

const ofCapital: readonly SortKey[] = ['total', 'granted', 'disbursed', 'share']

/** A page by key: after the row of that code, wherever it stands at the moment that is looked at. */
export function listProjects(sql: Sql, query: ListQuery, page: Page): Promise<Project[]> {
  const { join } = sums(sql, query)
  const key = keyOf(sql, page.key, query)
  const order = page.descending ? sql`desc` : sql`asc`
  const beyond = page.descending ? sql`<` : sql`>`
  const after = page.after
    ? sql`and (${key}, p.code) ${beyond} (
        select ${key}, p.code from ${rowsOf(sql, 'project', query.knownAt, byCode(sql, page.after))} p ${join}
        where p.code = ${page.after})`
    : sql``
  const wanted = sql`where ${inSource(sql, query)} and ${narrowed(sql, query)} ${after}`
  const turn = sql`order by ${key} ${order}, p.code ${order} limit ${page.limit}`
  // Where capital neither orders nor narrows, only that of the page is summed from the ledger.
  const isSummedLast = query.knownAt && !query.slow && !ofCapital.includes(page.key)
  return isSummedLast
    ? sql<Project[]>`
        select ${listed(sql, query)} from (select p.* from ${listOf(sql, query)} p ${wanted} ${turn}) p ${join} ${turn}`
    : sql<Project[]>`select ${listed(sql, query)} from ${listOf(sql, query)} p ${join} ${wanted} ${turn}`
}

export interface Totals {
  currency: string
  count: number
  total: string
  planned: string
  granted: string
  disbursed: string
}

export interface Survey {
  /** Over the whole filtered list, a row for each currency. */
  totals: Totals[]
  /** What the list of the source can be narrowed by. */
  organisations: string[]
  states: string[]
}

type SurveyRow = Totals & { organisation: string | null; state: string | null }

/** Totals and choices in one look over the source. */
export async function surveyProjects(sql: Sql, query: ListQuery): Promise<Survey> {
  const { total, planned, granted, disbursed, join } = sums(sql, query)
  const wanted = narrowed(sql, query)
  const rows = await sql<SurveyRow[]>`
    select p.currency, p.organisation, p.state, count(*) filter (where ${wanted}) as count,
      coalesce(sum(${total}) filter (where ${wanted}), 0) as total, coalesce(sum(${planned}) filter (where ${wanted}), 0) as planned,
      coalesce(sum(${granted}) filter (where ${wanted}), 0) as granted,
      coalesce(sum(${disbursed}) filter (where ${wanted}), 0) as disbursed
    from ${listOf(sql, query)} p ${join}
    where ${inSource(sql, query)}
    group by grouping sets ((p.currency), (p.organisation), (p.state))`
  return {
    totals: rows.filter(({ currency, count }) => currency !== null && count > 0).sort((a, b) => b.count - a.count),
    organisations: rows.flatMap(({ organisation }) => organisation ?? []),
    states: rows.flatMap(({ state }) => state ?? []),
  }
}

type Listed = Pick<ListQuery, 'source' | 'reach' | 'knownAt'>

/** Years in which projects of a source have capital, or had by a moment, the latest first. */
export async function listYears(sql: Sql, { source, reach, knownAt }: Listed): Promise<number[]> {
  const entered = knownAt
    ? sql`and exists (
        select from portfolio.movement m join portfolio.project p on p.id = m.project
        where m.year = y.year and m.entered_at <= ${knownAt} and p.source = ${source} and ${within(sql, reach)})`
    : sql``
  const rows = await sql<{ year: number }[]>`
    select y.year from (select distinct year from portfolio.year_sum) y
    where exists (
      select from portfolio.year_sum s join portfolio.project p on p.id = s.project
      where s.year = y.year and p.source = ${source} and ${within(sql, reach)}) ${entered}
    order by y.year desc`
  return rows.map(({ year }) => year)
}

export async function setState(
  sql: Sql,
  id: number,
  { state, phase, at }: { state: string; phase: string | null; at: Date },
): Promise<void> {
  await sql`
    update portfolio.project
    set state = ${state}, phase = ${phase}, changed_at = ${at}, known_from = greatest(known_from, ${at})
    where id = ${id}`
}
