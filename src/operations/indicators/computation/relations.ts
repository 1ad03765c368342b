// What the statements of a pass must know of the definitions, handed to them as relations of parameters.

import type { Fragment, Sql } from '#platform/sql'
import { isStock, type Place, type StoredDefinition } from './plan.ts'

/** p (indicator, group_id, position, role, scale) */
export function placeRelation(sql: Sql, places: readonly Place[]): Fragment {
  return sql`unnest(${places.map((one) => one.indicator)}::text[], ${places.map((one) => one.groupId)}::int[],
    ${places.map((one) => one.position)}::int[], ${places.map((one) => one.role)}::text[],
    ${places.map((one) => String(one.scale))}::text[]::numeric[]) as p (indicator, group_id, position, role, scale)`
}

/** d (indicator, version, type, per, is_stock, grain) */
export function definitionRelation(sql: Sql, definitions: readonly StoredDefinition[]): Fragment {
  return sql`unnest(${definitions.map((one) => one.code)}::text[], ${definitions.map((one) => one.version)}::int[],
    ${definitions.map(typeOf)}::text[],
    ${definitions.map(perOf)}::text[]::numeric[], ${definitions.map((one) => String(isStock(one.body)))}::text[]::boolean[],
    ${definitions.map(grainOf)}::text[])
    as d (indicator, version, type, per, is_stock, grain)`
}

/** k (indicator, kind): the periods a definition is counted by. */
export function kindRelation(sql: Sql, definitions: readonly StoredDefinition[]): Fragment {
  const rows = definitions.flatMap(({ code, body }) => body.periods.map((kind) => ({ code, kind })))
  return sql`unnest(${rows.map((one) => one.code)}::text[], ${rows.map((one) => one.kind)}::text[]) as k (indicator, kind)`
}

/** What one changed cell adds to an indicator; the sums are exact, as texts. */
export interface CellDifference {
  indicator: string
  organisation: string
  area: string
  day: string
  numerator: string
  denominator: string
  recordCount: number
  numeratorCount: number
  baseCount: number
  observedAt: string | null
  receivedAt: string | null
  shrunkFrom: string | null
}

/** c (indicator, organisation, area, day, …): what changed cells add. */
export function differenceRelation(sql: Sql, cells: readonly CellDifference[]): Fragment {
  const texts = (of: (cell: CellDifference) => string | number | null) =>
    cells.map((cell) => {
      const value = of(cell)
      return value === null ? null : String(value)
    })
  return sql`unnest(${texts((one) => one.indicator)}::text[], ${texts((one) => one.organisation)}::text[],
    ${texts((one) => one.area)}::text[], ${texts((one) => one.day)}::text[]::date[],
    ${texts((one) => one.numerator)}::text[]::numeric[], ${texts((one) => one.denominator)}::text[]::numeric[],
    ${texts((one) => one.recordCount)}::text[]::bigint[], ${texts((one) => one.numeratorCount)}::text[]::bigint[],
    ${texts((one) => one.baseCount)}::text[]::bigint[], ${texts((one) => one.observedAt)}::text[]::timestamptz[],
    ${texts((one) => one.receivedAt)}::text[]::timestamptz[], ${texts((one) => one.shrunkFrom)}::text[]::timestamptz[])
    as c (indicator, organisation, area, day, numerator, denominator, record_count, numerator_count, base_count, observed_at,
      received_at, shrunk_from)`
}

const typeOf = ({ body: { formula } }: StoredDefinition): string =>
  formula.type === 'measure' && formula.measures[0]?.aggregate === 'average' ? 'average' : formula.type

const perOf = ({ body: { formula } }: StoredDefinition): string => String(formula.type === 'ratio' ? formula.per : 1)

const monthly: readonly string[] = ['month', 'quarter', 'half', 'year']
const reporting: readonly string[] = ['R-month', 'R-quarter', 'R-half', 'R-year']

/** The longest stretch of days that no period of the definition parts. */
function grainOf({ body }: StoredDefinition): 'month' | 'half-month' | 'day' {
  if (body.periods.every((kind) => monthly.includes(kind))) return 'month'
  return body.periods.every((kind) => monthly.includes(kind) || reporting.includes(kind)) ? 'half-month' : 'day'
}
