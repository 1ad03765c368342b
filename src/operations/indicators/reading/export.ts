/** All numbers of an indicator, for files: one query, whose rows are read as they are taken. */
import type { Context } from '#platform/context'
import type { Fact, PeriodKind } from '../model.ts'
import { factColumns, getDefinitionAt, knownAt } from './facts.ts'
import { reachOfReader, within } from './reach.ts'

export interface FactExport {
  organisation?: string
  area?: string
  periodKind?: PeriodKind | 'span'
  asOf?: Date
}

export const factExportColumns = [
  'id',
  'indicator',
  'definitionVersion',
  'organisation',
  'area',
  'periodKind',
  'period',
  'state',
  'value',
  'numerator',
  'denominator',
  'records',
  'origin',
  'observedAt',
  'receivedAt',
  'knownAt',
  'approvedBy',
  'lockedAt',
  'note',
] as const

type Row = Record<(typeof factExportColumns)[number], unknown>

const pageRows = 1000

/** The numbers within the reader's reach: every organisation, area and period where nothing narrows them. @throws Problem 404 */
export async function exportFacts(ctx: Context, code: string, query: FactExport): Promise<AsyncIterable<Row>> {
  await getDefinitionAt(ctx, code, query.asOf)
  const reach = await reachOfReader(ctx)
  const { sql } = ctx
  const { organisation, area, periodKind, asOf } = query
  const pages = sql<Fact[]>`
    select ${factColumns(sql)} from indicators.fact f
    where f.indicator = ${code} and ${knownAt(sql, asOf)} and ${within(sql, reach, sql`f.organisation`)}
      ${organisation === undefined ? sql`` : sql`and f.organisation = ${organisation}`}
      ${area === undefined ? sql`` : sql`and f.area = ${area}`}
      ${periodKind === undefined ? sql`` : sql`and f.period_kind = ${periodKind}`}
    order by f.organisation, f.area, f.period_kind, f.period_on, f.period`.cursor(pageRows)
  return readPages(pages)
}

async function* readPages(pages: AsyncIterable<readonly Fact[]>): AsyncGenerator<Row> {
  for await (const page of pages) {
    for (const { recordCount, numerator, denominator, ...fact } of page)
      yield { ...fact, numerator: Number(numerator), denominator: Number(denominator), records: recordCount }
  }
}
