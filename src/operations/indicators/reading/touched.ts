/** Forward lineage: every number that a record enters, by the definitions in force. */
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { listRecordCells, listSourcesByPack, type RecordCell, type RecordSubject } from '#warehouse'
import { localDay } from '../computation/days.ts'
import { isComputed, listMeasures, type StoredDefinition } from '../computation/plan.ts'
import type { PeriodKind } from '../model.ts'
import { listDefinitions } from '../store.ts'

export interface TouchedFact {
  id: number
  organisation: string
  area: string
  periodKind: PeriodKind
  period: string
  value: number | null
  state: 'value' | 'no-data' | 'withheld'
  recordCount: number
}

export interface TouchedIndicator {
  definition: StoredDefinition
  /** Which parts of the formula count the record. */
  roles: string[]
  facts: TouchedFact[]
}

export async function listTouchedIndicators(ctx: Context, record: RecordSubject): Promise<TouchedIndicator[]> {
  const sourcesOf = await listSourcesByPack(ctx.sql)
  const touched: TouchedIndicator[] = []
  for (const definition of await listDefinitions(ctx.sql)) {
    if (!isComputed(definition.body)) continue
    const roles = new Set<string>()
    const cells: RecordCell[] = []
    for (const { role, measure } of listMeasures(definition.body)) {
      const sources = measure.sources ?? sourcesOf.get(definition.pack) ?? []
      if (!sources.includes(record.source)) continue
      const asked = { today: localDay(ctx.now, definition.timeZone), timeZone: definition.timeZone }
      const found = await listRecordCells(ctx, record, {
        kind: measure.kind,
        at: measure.at,
        where: measure.where,
        asked,
      })
      if (found.length > 0) roles.add(role)
      cells.push(...found)
    }
    if (roles.size === 0) continue
    touched.push({ definition, roles: [...roles], facts: await listFactsOver(ctx.sql, definition, cells) })
  }
  return touched
}

/** The numbers that stand over cells: of the organisation and all above it, of every period in which the day lies. */
async function listFactsOver(
  sql: Sql,
  definition: StoredDefinition,
  cells: readonly RecordCell[],
): Promise<TouchedFact[]> {
  const days = cells.map(({ day }) => day ?? null)
  return sql<TouchedFact[]>`
    select f.id, f.organisation, f.area, f.period_kind, f.period, f.value::float8 as value, f.state, f.record_count
    from indicators.fact f
    where f.superseded_at is null and f.indicator = ${definition.code} and f.id in (
      select g.id
      from unnest(${cells.map((cell) => cell.organisation)}::text[], ${cells.map((cell) => cell.area)}::text[], ${days}::date[])
        as c (organisation, area, day)
      join indicators.organisation_scope s on s.organisation = c.organisation
        and coalesce(c.day, current_date) between s.valid_from and s.valid_to
      join indicators.day_period p on p.day = coalesce(c.day, current_date)
      join indicators.fact g on g.indicator = ${definition.code} and g.organisation = s.ancestor and g.period = p.period
        and g.period_kind = p.kind and g.superseded_at is null
        and (g.area = '' or g.area in (select a.ancestor from indicators.area_scope a where a.area = c.area)))
    order by f.area, f.period_on desc, f.period_kind, f.organisation
    limit 400`
}

/** The latest yearly number of each indicator, at the root of its tree. */
export async function listLatestYears(
  sql: Sql,
  definitions: readonly StoredDefinition[],
): Promise<ReadonlyMap<string, { period: string; value: number | null }>> {
  const rows = await sql<{ indicator: string; period: string; value: number | null }[]>`
    select distinct on (f.indicator) f.indicator, f.period, f.value::float8 as value
    from unnest(${definitions.map(({ code }) => code)}::text[], ${definitions.map((one) => one.rootOrganisation)}::text[])
      as d (indicator, organisation)
    join indicators.fact f on f.indicator = d.indicator and f.organisation = d.organisation and f.area = ''
      and f.period_kind = 'year' and f.superseded_at is null and f.state = 'value'
    order by f.indicator, f.period_on desc`
  return new Map(rows.map(({ indicator, ...number }) => [indicator, number]))
}
