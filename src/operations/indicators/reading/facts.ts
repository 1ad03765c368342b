import { parsePeriod, periodRange } from '#calendar'
import { organisationTree } from '#organisations'
import type { Context } from '#platform/context'
import { invalid, notFound } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import type { Fragment, Sql } from '#platform/sql'
import type { StoredDefinition } from '../computation/plan.ts'
import type { Definition, Fact, PeriodKind } from '../model.ts'
import { findDefinition, listDefinitions } from './definitions.ts'
import { reachOfReader, requireReading, within } from './reach.ts'

/** How many of the units that should report have done so. */
export interface Completeness {
  reported: number
  expected: number
}

export interface ReadFact extends Fact {
  /** First day of the period. */
  periodOn: string
  /** Absent where no units are expected to report. */
  completeness: Completeness | null
}

export const factColumns = (sql: Sql): Fragment => sql`
  f.id, f.indicator, f.definition_version, f.organisation, f.area, f.period_kind, f.period, f.period_on, f.state,
  f.value::float8 as value, f.numerator::text as numerator, f.denominator::text as denominator, f.record_count,
  f.numerator_count, f.base_count, f.origin, f.observed_at, f.received_at, f.known_at, f.superseded_at, f.approved_by,
  f.locked_at, f.entry_id, f.note`

/** Versions in force now, or those that were known at an instant. */
export const knownAt = (sql: Sql, asOf: Date | undefined): Fragment =>
  asOf
    ? sql`f.known_at <= ${asOf} and (f.superseded_at is null or f.superseded_at > ${asOf})`
    : sql`f.superseded_at is null`

/** When the first number of an organisation became known. @throws Problem 403 when it is out of reach */
export async function findFirstKnown(
  ctx: Context,
  { organisation, indicators }: { organisation: string; indicators: readonly string[] },
): Promise<Date | undefined> {
  await requireReading(ctx, organisation)
  const [row] = await ctx.sql<{ at: Date | null }[]>`
    select min(known_at) as at from indicators.fact
    where indicator = any(${[...indicators]}::text[]) and organisation = ${organisation} and area = ''`
  return row?.at ?? undefined
}

type Row = Fact & { periodOn: string }

export interface FactQuery {
  indicator: string
  /** The root of the indicator's pack where nothing is said. */
  organisation?: string
  /** '' is all areas together. */
  area?: string
  /** One period, or a kind of periods. */
  period?: string
  periodKind?: PeriodKind | 'span'
  /** Days: periods that begin within them. */
  from?: string
  to?: string
  asOf?: Date
  /** The last period of the page before. */
  after?: string
  limit: number
}

export interface FactList {
  definition: StoredDefinition
  organisation: string
  facts: ReadFact[]
}

/** The numbers of one indicator and organisation in the order of their periods, scoped by the reader's reach. */
export async function listFacts(ctx: Context, query: FactQuery): Promise<FactList> {
  const definition = await getDefinitionAt(ctx, query.indicator, query.asOf)
  const organisation = query.organisation ?? definition.rootOrganisation
  await requireReading(ctx, organisation)
  const { sql } = ctx
  const rows = await sql<Row[]>`
    select ${factColumns(sql)} from indicators.fact f
    where f.indicator = ${query.indicator} and f.organisation = ${organisation} and f.area = ${query.area ?? ''}
      and ${knownAt(sql, query.asOf)} and ${periodsOf(sql, query)}
      ${query.after ? sql`and f.period_on > ${startOf(query.after)}::date` : sql``}
    order by f.period_on, f.period
    limit ${query.limit}`
  if (rows.length === 0) await requireKept(sql, { organisation, area: query.area ?? '' })
  return { definition, organisation, facts: await completeFacts(ctx, definition, rows, query.asOf) }
}

/** A mistyped code is told apart from what has no data. @throws Problem 404 */
async function requireKept(sql: Sql, { organisation, area }: { organisation: string; area: string }): Promise<void> {
  const [known] = await sql<{ organisation: boolean; area: boolean }[]>`
    select exists (select from indicators.organisation_scope where ancestor = ${organisation}) as organisation,
      ${area} = '' or exists (select from indicators.area_scope where ancestor = ${area}) as area`
  if (!known?.organisation) throw notFound('organisation', organisation)
  if (!known.area) throw notFound('area', area)
}

function periodsOf(sql: Sql, { period, periodKind, from, to }: FactQuery): Fragment {
  const one = period ? sql`f.period = ${period}` : sql`true`
  const kind = periodKind ? sql`f.period_kind = ${periodKind}` : sql`true`
  return sql`${one} and ${kind} ${from ? sql`and f.period_on >= ${from}::date` : sql``}
    ${to ? sql`and f.period_on <= ${to}::date` : sql``}`
}

function startOf(period: string): string {
  try {
    return periodRange(period).from
  } catch {
    throw invalid(`“${period}” không phải mã kỳ.`, [
      { path: 'after', message: 'Dùng mã kỳ như 2026, 2026-Q1, 2026-03.' },
    ])
  }
}

/** @throws Problem 404 */
export async function getDefinition(ctx: Context, code: string, version?: number): Promise<StoredDefinition> {
  const found = await findDefinition(ctx.sql, code, version)
  if (!found) throw notFound('indicator', code)
  return found
}

/** The definition in force now, or at a moment. @throws Problem 404 */
export async function getDefinitionAt(ctx: Context, code: string, asOf: Date | undefined): Promise<StoredDefinition> {
  if (!asOf) return getDefinition(ctx, code)
  const [found] = await listDefinitions(ctx.sql, [code], asOf)
  if (!found) throw notFound('indicator', code)
  return found
}

/** One version of a number, whatever became of it. @throws Problem 404 or 403 */
export async function getFact(ctx: Context, id: number): Promise<ReadFact> {
  const { sql } = ctx
  const [row] = await sql<Row[]>`select ${factColumns(sql)} from indicators.fact f where f.id = ${id}`
  if (!row) throw notFound('fact', String(id))
  await requireReading(ctx, row.organisation)
  const definition = await getDefinition(ctx, row.indicator, row.definitionVersion)
  const [fact] = await completeFacts(ctx, definition, [row], row.supersededAt ? row.knownAt : undefined)
  if (!fact) throw notFound('fact', String(id))
  return fact
}

/** Whose number it is, of which indicator. */
export async function findFactPlace(
  sql: Sql,
  id: number,
): Promise<{ indicator: string; organisation: string } | undefined> {
  const [row] = await sql<{ indicator: string; organisation: string }[]>`
    select f.indicator, f.organisation from indicators.fact f where f.id = ${id}`
  return row
}

/** Every version of the number to which a version belongs, the newest first. @throws Problem 403 */
export async function listVersions(ctx: Context, fact: Fact): Promise<(Fact & { periodOn: string })[]> {
  await requireReading(ctx, fact.organisation)
  const { sql } = ctx
  const same = sql`v.indicator = ${fact.indicator} and v.organisation = ${fact.organisation} and v.area = ${fact.area}
    and v.period_kind = ${fact.periodKind} and v.period = ${fact.period}`
  return sql<Row[]>`
    select ${factColumns(sql)} from ${everyVersion(sql, same)} f
    order by f.known_at desc, f.id desc`
}

/** Those in force and those of before lie in indexes of their own: asked together, neither would be used. */
const everyVersion = (sql: Sql, where: Fragment): Fragment => sql`(
  (select v.* from indicators.fact v where v.superseded_at is null and ${where} offset 0)
  union all (select v.* from indicators.fact v where v.superseded_at is not null and ${where} offset 0))`

/**
 * Numbers that were corrected: those that replaced another version, the newest first. `settled` leaves out the changes that every
 * record brings while its period still runs.
 */
export async function listCorrections(
  ctx: Context,
  query: {
    indicator: string
    organisation?: string
    periodKind?: PeriodKind
    settled?: boolean
    asOf?: Date
    limit: number
  },
): Promise<(Fact & { periodOn: string; before: number | null })[]> {
  const { sql } = ctx
  const { organisation, periodKind } = query
  const reach = await reachOfReader(ctx)
  return sql<(Row & { before: number | null })[]>`
    select ${factColumns(sql)}, b.value::float8 as before
    from indicators.fact b
    cross join lateral ${everyVersion(
      sql,
      sql`v.indicator = b.indicator and v.organisation = b.organisation and v.area = b.area and v.period_kind = b.period_kind
        and v.period = b.period and v.known_at = b.superseded_at and v.id <> b.id`,
    )} f
    where b.indicator = ${query.indicator} and b.superseded_at is not null and ${within(sql, reach, sql`f.organisation`)}
      ${organisation === undefined ? sql`` : sql`and b.organisation = ${organisation} and b.area = ''`}
      ${periodKind === undefined ? sql`` : sql`and f.period_kind = ${periodKind}`}
      ${query.asOf === undefined ? sql`` : sql`and b.superseded_at <= ${query.asOf}`}
      ${query.settled ? sql`and exists (select from indicators.day_period p where p.day = f.period_on and p.kind = f.period_kind and b.known_at > p.to_on + 1)` : sql``}
    order by f.known_at desc, f.id desc
    limit ${query.limit}`
}

/** Adds how many units have reported, and withholds what is incomplete where the definition says so. */
export async function completeFacts(
  ctx: Context,
  { body }: StoredDefinition,
  rows: readonly Row[],
  asOf?: Date,
): Promise<ReadFact[]> {
  if (body.expected.length === 0 || rows.length === 0) return rows.map((row) => ({ ...row, completeness: null }))
  const units = await listExpected(ctx, body, { rows, asOf })
  const reported = await countReported(ctx, rows, { units, asOf })
  return rows.map((row) => {
    const expected = units.get(unitsKey(row))?.length ?? 0
    // A unit that is itself what is expected, or has none below it, has nobody to wait for.
    if (row.area !== '' || expected === 0) return { ...row, completeness: null }
    const completeness = { reported: reported.get(`${unitsKey(row)} ${row.periodKind} ${row.period}`) ?? 0, expected }
    return withhold(body, { ...row, completeness })
  })
}

const unitsKey = ({ organisation, periodOn }: Row) => `${organisation} ${periodOn}`

/** What an incomplete number shows: itself, marked so by its completeness, or nothing. */
function withhold({ missing }: Definition, fact: ReadFact): ReadFact {
  const { completeness, state } = fact
  const lacks = completeness !== null && completeness.reported < completeness.expected
  return missing === 'withhold' && lacks && state === 'value' ? { ...fact, state: 'withheld', value: null } : fact
}

/** Codes of the units that should report under each fact's organisation, by the tree of the period's last day. */
async function listExpected(
  ctx: Context,
  { expected }: Definition,
  { rows, asOf }: { rows: readonly Row[]; asOf: Date | undefined },
): Promise<Map<string, string[]>> {
  const units = new Map<string, string[]>()
  const today = dayOf(asOf ?? ctx.now)
  for (const row of rows) {
    if (units.has(unitsKey(row))) continue
    const lastDay = row.periodKind === 'span' ? row.periodOn : periodRange(row.period).to
    const tree = await organisationTree(ctx.sql, { asOf: lastDay < today ? lastDay : today, knownAt: asOf })
    const node = tree.find(row.organisation)
    const below = node ? tree.nodes.slice(node.position + 1, node.last + 1) : []
    units.set(
      unitsKey(row),
      below.filter(({ row: unit }) => expected.includes(unit.kind)).map(({ row: unit }) => unit.code),
    )
  }
  return units
}

async function countReported(
  ctx: Context,
  rows: readonly Row[],
  { units, asOf }: { units: ReadonlyMap<string, readonly string[]>; asOf: Date | undefined },
): Promise<Map<string, number>> {
  const { sql } = ctx
  const [first] = rows
  const codes = [...new Set([...units.values()].flat())]
  if (!first || codes.length === 0) return new Map()
  const known = await sql<{ organisation: string; periodKind: string; period: string }[]>`
    select f.organisation, f.period_kind, f.period from indicators.fact f
    where f.indicator = ${first.indicator} and f.organisation = any(${codes}::text[]) and f.area = ''
      and f.period_kind = any(${[...new Set(rows.map((row) => row.periodKind))]}::text[])
      and f.period = any(${[...new Set(rows.map((row) => row.period))]}::text[])
      and (f.base_count > 0 or f.state = 'value') and ${knownAt(sql, asOf)}`
  const reporting = new Set(known.map((one) => `${one.organisation} ${one.periodKind} ${one.period}`))
  return new Map(
    rows.map((row) => {
      const { periodKind, period } = row
      const count = units.get(unitsKey(row))?.filter((unit) => reporting.has(`${unit} ${periodKind} ${period}`)).length
      return [`${unitsKey(row)} ${periodKind} ${period}`, count ?? 0]
    }),
  )
}

/** Reads the kind of a period code; a span of years (`2021/2025`) has a kind of its own. @throws Problem 422 */
export function kindOfPeriod(period: string): PeriodKind | 'span' {
  if (/^\d{4}\/\d{4}$/.test(period)) return 'span'
  try {
    // The kinds of the 25th are the calendar's, and no definition can name them.
    return parsePeriod(period).kind as PeriodKind
  } catch {
    throw invalid(`“${period}” không phải mã kỳ.`, [
      { path: 'period', message: 'Dùng mã kỳ như 2026, 2026-Q1, 2026-03.' },
    ])
  }
}
