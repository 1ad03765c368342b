// The records behind a number: the measures of its formula asked again as typed queries over its organisations, areas and days.

import { periodRange } from '#calendar'
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

/** What a number's formula asks of the records, a measure a part; nothing behind typed and composite figures. */
export async function listMeasuresBehind(
  ctx: Context,
  fact: NumberPlace,
  known?: StoredDefinition,
): Promise<MeasureBehind[]> {
  const definition = known ?? (await getDefinition(ctx, fact.indicator, fact.definitionVersion))
  const measures = listMeasures(definition.body)
  if (fact.origin !== 'computed' || measures.length === 0) return []
  const { organisation, area } = fact
  return askMeasures(ctx, definition, { organisation, area, ...spanOf(definition, fact, ctx.now) })
}

/** Whose records of which days a formula is asked of. */
interface AskedSpan {
  organisation: string
  area?: string
  from: string
  to: string
}

/** The measures of a formula as queries over an organisation's records of some days. */
export async function askMeasures(
  ctx: Context,
  definition: StoredDefinition,
  asked: AskedSpan,
): Promise<MeasureBehind[]> {
  const measures = listMeasures(definition.body)
  const { sql } = ctx
  const organisations = await listScope(sql, asked)
  const areas = asked.area ? await listAreas(sql, asked.area) : undefined
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
      asked: { today: localDay(ctx.now, definition.timeZone), timeZone: definition.timeZone },
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

async function listScope(sql: Sql, { organisation, from, to }: AskedSpan): Promise<ScopedOrganisation[]> {
  return sql<ScopedOrganisation[]>`
    select organisation as code, greatest(valid_from, ${from}::date) as from, least(valid_to, ${to}::date) as to
    from indicators.organisation_scope
    where ancestor = ${organisation} and valid_from <= ${to}::date and valid_to >= ${from}::date`
}

async function listAreas(sql: Sql, area: string): Promise<string[]> {
  const rows = await sql<{ area: string }[]>`select area from indicators.area_scope where ancestor = ${area}`
  return rows.map((row) => row.area)
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
