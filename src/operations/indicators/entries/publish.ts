// Publication: typed figures become facts, and with them the figures above (over organisations) and around (over time) that the
// definition makes of them. A figure typed for the whole stands where one could also be added up.

import { findPeriod, periodOf, periodRange } from '#calendar'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { combineParts } from '../computation/composites.ts'
import { orderComposites, type StoredDefinition } from '../computation/plan.ts'
import { tellChanged } from '../computation/process.ts'
import { kindOfPeriod } from '../reading/facts.ts'
import { listDefinitions } from '../store.ts'
import { enclosingPeriods, type Joined, joinValues } from './rules.ts'
import { type Entry, listPublished } from './store.ts'

export interface Figure {
  indicator: string
  version: number
  organisation: string
  area: string
  period: string
  value: number | null
  numerator: number
  denominator: number
  count: number
  origin: Entry['origin']
  approvedBy: string | null
  entryId: number | null
  note: string | null
}

/** Writes facts of published figures; only those that differ get a new version, and locked or computed ones stay. */
export async function writeFigures(sql: Sql, figures: readonly Figure[], knownAt: Date): Promise<number> {
  if (figures.length === 0) return 0
  const rows = figures.map((figure) => ({
    ...figure,
    periodKind: kindOfPeriod(figure.period),
    periodOn: firstDayOf(figure.period),
    state: figure.value === null ? 'no-data' : 'value',
  }))
  const next = () => sql`
    jsonb_to_recordset(${sql.json(rows as never)}) as n (indicator text, version int, organisation text, area text,
      period text, value numeric, numerator numeric, denominator numeric, count bigint, origin text, "approvedBy" text,
      "entryId" bigint, note text, "periodKind" text, "periodOn" date, state text)`
  const same = sql`f.indicator = n.indicator and f.organisation = n.organisation and f.area = n.area
    and f.period_kind = n."periodKind" and f.period = n.period and f.superseded_at is null`
  const closed = await sql<{ id: number }[]>`
    update indicators.fact f set superseded_at = ${knownAt} from ${next()}
    where ${same} and f.locked_at is null and (f.origin <> 'computed' or f.base_count = 0)
      and (f.value, f.state, f.entry_id, f.approved_by, f.note) is distinct from (n.value, n.state, n."entryId", n."approvedBy", n.note)
    returning f.id`
  const { count } = await sql`
    insert into indicators.fact (indicator, definition_version, organisation, area, period_kind, period, period_on, state, value,
      numerator, denominator, record_count, base_count, origin, received_at, known_at, approved_by, entry_id, note)
    select n.indicator, n.version, n.organisation, n.area, n."periodKind", n.period, n."periodOn", n.state, n.value, n.numerator,
      n.denominator, n.count, n.count, n.origin, ${knownAt}, ${knownAt}, n."approvedBy", n."entryId", n.note
    from ${next()}
    where not exists (select from indicators.fact f where ${same})`
  return Math.max(count, closed.length)
}

/** Spans of years (`2021/2025`) begin with their first year. */
const firstDayOf = (period: string) => (findPeriod(period) ? periodRange(period).from : `${period.slice(0, 4)}-01-01`)

/** Makes facts of entries that have been published just now, and everything that follows from them. */
export async function publishFigures(
  ctx: Context,
  definitions: ReadonlyMap<string, StoredDefinition>,
  entries: readonly Entry[],
): Promise<void> {
  const { sql, now } = ctx
  await writeFigures(
    sql,
    entries.map((entry) => figureOf(entry, definitions.get(entry.indicator)?.version ?? 1)),
    now,
  )
  const levels = new Map<string, Entry>()
  for (const entry of entries) levels.set(`${entry.indicator} ${entry.area} ${entry.period}`, entry)
  for (const entry of levels.values()) {
    const definition = definitions.get(entry.indicator)
    if (definition?.body.formula.type !== 'typed' || !findPeriod(entry.period)) continue
    const own = entries.filter(
      (one) => one.indicator === entry.indicator && one.area === entry.area && one.period === entry.period,
    )
    const raised = await joinUnits(sql, definition, entry, { own: own.map(({ organisation }) => organisation), now })
    const touched = [...new Set([...own.map(({ organisation }) => organisation), ...raised])]
    await joinPeriods(sql, definition, entry, { organisations: touched, now })
  }
  await followComposites(ctx, new Set(entries.map(({ indicator }) => indicator)))
}

const figureOf = (entry: Entry, version: number): Figure => ({
  indicator: entry.indicator,
  version,
  organisation: entry.organisation,
  area: entry.area,
  period: entry.period,
  value: entry.value,
  numerator: entry.value ?? 0,
  denominator: 0,
  count: 1,
  origin: entry.origin,
  approvedBy: entry.approvedBy ?? entry.publishedBy,
  entryId: entry.id,
  note: entry.note ?? entry.reason,
})

const joinedFigure = (
  definition: StoredDefinition,
  at: { organisation: string; area: string; period: string },
  joined: Joined,
): Figure => ({
  indicator: definition.code,
  version: definition.version,
  ...at,
  value: joined.value,
  numerator: joined.numerator,
  denominator: joined.denominator,
  count: joined.count,
  origin: 'typed',
  approvedBy: null,
  entryId: null,
  note: null,
})

/** Over organisations: every one above that has no figure typed for itself. Returns those that got one. */
async function joinUnits(
  sql: Sql,
  definition: StoredDefinition,
  { area, period }: Entry,
  { own, now }: { own: readonly string[]; now: Date },
): Promise<string[]> {
  const { formula } = definition.body
  if (formula.type !== 'typed' || formula.overOrganisations === 'none') return []
  const { to } = periodRange(period)
  const above = await sql<{ organisation: string; below: string[] }[]>`
    select a.ancestor as organisation, array_agg(b.organisation) as below
    from (select distinct ancestor from indicators.organisation_scope
      where organisation = any(${[...own]}::text[]) and depth > 0 and ${to}::date between valid_from and valid_to) a
    join indicators.organisation_scope b on b.ancestor = a.ancestor and b.depth > 0 and ${to}::date between b.valid_from and b.valid_to
    group by 1`
  const published = await listPublished(sql, definition.code, area, period)
  const typed = new Set(published.map(({ organisation }) => organisation))
  const nested = new Map(above.map(({ organisation, below }) => [organisation, new Set(below)]))
  const figures = above.flatMap(({ organisation, below }) => {
    if (typed.has(organisation)) return []
    // What a unit typed for itself holds what stands below it.
    const units = published.filter(
      (one) =>
        below.includes(one.organisation) &&
        !below.some((between) => typed.has(between) && nested.get(between)?.has(one.organisation)),
    )
    const joined = joinValues(
      units.map(({ value }) => value),
      formula.overOrganisations,
    )
    return joined ? [joinedFigure(definition, { organisation, area, period }, joined)] : []
  })
  await writeFigures(sql, figures, now)
  return figures.map(({ organisation }) => organisation)
}

/** Over time: every longer period that has no figure typed for itself and is not locked. */
async function joinPeriods(
  sql: Sql,
  definition: StoredDefinition,
  { area, period }: Entry,
  { organisations, now }: { organisations: readonly string[]; now: Date },
): Promise<void> {
  const { formula } = definition.body
  if (formula.type !== 'typed' || formula.overTime === 'none') return
  for (const longer of enclosingPeriods(definition.body, period, periodOf)) {
    const { from, to } = periodRange(longer)
    const values = await sql<{ organisation: string; value: number }[]>`
      select organisation, value::float8 as value from indicators.fact
      where indicator = ${definition.code} and organisation = any(${[...organisations]}::text[]) and area = ${area}
        and period_kind = ${kindOfPeriod(period)} and period_on between ${from}::date and ${to}::date
        and superseded_at is null and state = 'value'
      order by organisation, period_on`
    const typed = new Set((await listPublished(sql, definition.code, area, longer)).map((one) => one.organisation))
    const figures = organisations.flatMap((organisation) => {
      const own = values.filter((one) => one.organisation === organisation).map(({ value }) => value)
      const joined = typed.has(organisation) ? undefined : joinValues(own, formula.overTime)
      return joined ? [joinedFigure(definition, { organisation, area, period: longer }, joined)] : []
    })
    await writeFigures(sql, figures, now)
  }
}

async function followComposites(ctx: Context, changed: ReadonlySet<string>): Promise<void> {
  const all = new Set(changed)
  for (const composite of orderComposites(await listDefinitions(ctx.sql), changed)) {
    const count = await combineParts(ctx.sql, composite, { knownAt: ctx.now, everywhere: false })
    if (count > 0) all.add(composite.code)
  }
  await tellChanged(ctx, [...all])
}
