// The records behind a number: the measures of its formula asked again as typed queries over its organisations, areas and days.

import { instantOf, periodRange, toDate, toDay } from '#calendar'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import {
  type Condition,
  countRecords,
  type FoundRecord,
  groupRecords,
  type KindName,
  listRecords,
  listSourcesByPack,
  type RecordGroup,
  type RecordMark,
  type RecordQuery,
  type ScopedOrganisation,
} from '#warehouse'
import { localDay } from '../computation/days.ts'
import { isStock, listMeasures, type Role, type StoredDefinition } from '../computation/plan.ts'
import { readScopes } from '../computation/trees.ts'
import type { Fact, Measure } from '../model.ts'
import { getDefinition } from './facts.ts'

/** One measure of the formula behind a number, with how many records it holds. */
export interface MeasureBehind {
  part: number
  role: Role
  measure: Measure
  kind: KindName
  query: RecordQuery
}

/** Which number is meant: what its records are found by. */
export type NumberPlace = Pick<
  Fact,
  'indicator' | 'definitionVersion' | 'organisation' | 'area' | 'periodKind' | 'period' | 'origin'
>

/**
 * What a number's formula asks of the records, a measure a part; nothing behind typed and composite figures.
 * @param asOf records and units as they were known then
 */
export async function listMeasuresBehind(
  ctx: Context,
  fact: NumberPlace,
  { definition: known, asOf }: { definition?: StoredDefinition; asOf?: Date } = {},
): Promise<MeasureBehind[]> {
  const definition = known ?? (await getDefinition(ctx, fact.indicator, fact.definitionVersion))
  const measures = listMeasures(definition.body)
  if (fact.origin !== 'computed' || measures.length === 0) return []
  const { organisation, area } = fact
  return askMeasures(ctx, definition, { organisation, area, asOf, ...spanOf(definition, fact, asOf ?? ctx.now) })
}

/**
 * The moment of whose records a number tells, where it is not this one: of a number that was replaced when it became known, of what
 * there was in a period that is over its end.
 */
export function factMoment(
  { now }: Pick<Context, 'now'>,
  fact: Pick<Fact, 'supersededAt' | 'knownAt' | 'periodKind' | 'period'>,
  { body, timeZone }: StoredDefinition,
): Date | undefined {
  if (fact.supersededAt) return fact.knownAt
  if (!isStock(body) || fact.periodKind === 'span') return undefined
  const end = instantOf(dayAfter(periodRange(fact.period).to), '00:00', timeZone)
  return end <= now ? new Date(end.getTime() - 1) : undefined
}

const dayAfter = (day: string) => toDate(toDay(day) + 1)

/** Whose records of which days a formula is asked of. */
interface AskedSpan {
  organisation: string
  area?: string
  from: string
  to: string
  asOf?: Date
}

/** The measures of a formula as queries over an organisation's records of some days. */
export async function askMeasures(
  ctx: Context,
  definition: StoredDefinition,
  asked: AskedSpan,
): Promise<MeasureBehind[]> {
  const measures = listMeasures(definition.body)
  const { sql } = ctx
  const { organisations, areas } = await (asked.asOf ? listScopeThen(ctx, asked) : listScopeNow(sql, asked))
  const isNamed = measures.every(({ measure }) => measure.sources !== undefined)
  const ofPack = isNamed ? [] : ((await listSourcesByPack(sql)).get(definition.pack) ?? [])
  return measures.map(({ role, measure }, part) => ({
    part,
    role,
    measure,
    kind: measure.kind,
    query: {
      kind: measure.kind,
      sources: measure.sources ?? ofPack,
      at: measure.at,
      where: withValue(measure),
      organisations,
      areas,
      asked: { today: localDay(asked.asOf ?? ctx.now, definition.timeZone), timeZone: definition.timeZone },
      knownAt: asked.asOf,
    },
  }))
}

/** A stock counts what there is today, whatever its date; all else the days of the period. */
function spanOf(definition: StoredDefinition, fact: NumberPlace, now: Date) {
  const today = localDay(now, definition.timeZone)
  if (isStock(definition.body) || fact.periodKind === 'span') return { from: today, to: today }
  return periodRange(fact.period)
}

// A sum or a mean counts only the records that hold a value.
function withValue({ where, aggregate, of }: Measure): Condition[] {
  return aggregate === 'count' || of === undefined ? where : [...where, { field: of, op: 'filled' }]
}

interface Scope {
  organisations: ScopedOrganisation[]
  areas: string[] | undefined
}

async function listScopeNow(sql: Sql, { organisation, area, from, to }: AskedSpan): Promise<Scope> {
  const organisations = await sql<ScopedOrganisation[]>`
    select organisation as code, greatest(valid_from, ${from}::date) as from, least(valid_to, ${to}::date) as to
    from indicators.organisation_scope
    where ancestor = ${organisation} and valid_from <= ${to}::date and valid_to >= ${from}::date`
  if (!area) return { organisations, areas: undefined }
  const rows = await sql<{ area: string }[]>`select area from indicators.area_scope where ancestor = ${area}`
  return { organisations, areas: rows.map((row) => row.area) }
}

/** The same of an earlier moment; who stands in no tree stands alone. */
async function listScopeThen(ctx: Context, { organisation, area, from, to, asOf }: AskedSpan): Promise<Scope> {
  const scopes = await readScopes(ctx, asOf)
  const below = scopes.organisations.filter((one) => one.ancestor === organisation)
  const first = (day: string) => (day === '-infinity' || day < from ? from : day)
  const last = (day: string) => (day === 'infinity' || day > to ? to : day)
  const met = below.map((one) => ({ code: one.organisation, from: first(one.validFrom), to: last(one.validTo) }))
  const within = scopes.areas.filter(({ ancestor }) => ancestor === area).map((one) => one.area)
  return {
    organisations: below.length > 0 ? met.filter((one) => one.from <= one.to) : [{ code: organisation, from, to }],
    areas: area ? (within.length > 0 ? within : [area]) : undefined,
  }
}

/** A page of the records behind one measure; `where` narrows them further. */
export function listRecordsBehind(
  ctx: Context,
  { query }: MeasureBehind,
  page: { where?: readonly Condition[]; after?: RecordMark; limit: number },
): Promise<FoundRecord[]> {
  const where = [...query.where, ...(page.where ?? [])]
  return listRecords(ctx.sql, { ...query, where }, { after: page.after, limit: page.limit })
}

export function countRecordsBehind(
  ctx: Context,
  { query }: MeasureBehind,
  where: readonly Condition[] = [],
): Promise<number> {
  return countRecords(ctx.sql, { ...query, where: [...query.where, ...where] })
}

/** The records of one measure parted by a field, the largest group first. */
export function groupRecordsBehind(
  ctx: Context,
  { query }: MeasureBehind,
  by: { field: string; limit: number },
): Promise<RecordGroup[]> {
  return groupRecords(ctx.sql, query, by)
}
