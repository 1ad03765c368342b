// Where the sums of each measure lie. Groups and places are kept in the database, so that cells written by one program are read by all.

import type { Sql } from '#platform/sql'
import { listSourcesByPack, type SumMeasure } from '#warehouse'
import {
  type Group,
  type GroupKey,
  groupKeyOf,
  listParts,
  type Place,
  type StoredDefinition,
  sumMeasureOf,
} from './plan.ts'

export interface Layout {
  groups: Group[]
  places: Place[]
}

interface StoredGroup {
  id: number
  key: string
  measures: SumMeasure[]
}

const laid = new WeakMap<readonly StoredDefinition[], { stamp: string; layout: Layout }>()

/**
 * The layout of the definitions as far as it is laid out; a definition that was never computed has no places yet. It is worked out once
 * for a list of definitions and kept with it while no group and no source is added.
 */
export async function readLayout(sql: Sql, definitions: readonly StoredDefinition[]): Promise<Layout> {
  const [sources, [{ stamp: groups } = { stamp: '' }]] = await Promise.all([
    sourcesOf(sql, definitions),
    sql<{ stamp: string }[]>`
      select concat_ws(' ', count(*), sum(jsonb_array_length(measures)), max(xmin::text::bigint)) as stamp from indicators.cell_group`,
  ])
  const stamp = JSON.stringify([groups, [...sources]])
  const known = laid.get(definitions)
  if (known?.stamp === stamp) return known.layout
  const stored = await sql<StoredGroup[]>`select id, key, measures from indicators.cell_group order by id`
  const { layout } = lay(definitions, { stored, sourcesOf: sources })
  laid.set(definitions, { stamp, layout })
  return layout
}

/** Gives every measure of the definitions its place; what is new comes after what is there. */
export async function extendLayout(sql: Sql, definitions: readonly StoredDefinition[]): Promise<Layout> {
  const stored = await sql<StoredGroup[]>`select id, key, measures from indicators.cell_group order by id`
  const known = await sourcesOf(sql, definitions)
  const { missing } = lay(definitions, { stored, sourcesOf: known })
  for (const { key, measure } of missing) {
    await sql`
      insert into indicators.cell_group as g (key, measures)
      values (${key}, ${sql.json([measure] as never)})
      on conflict (key) do update set measures = g.measures || excluded.measures
      where not exists (select from jsonb_array_elements(g.measures) e where e = excluded.measures -> 0)`
  }
  return missing.length === 0 ? lay(definitions, { stored, sourcesOf: known }).layout : readLayout(sql, definitions)
}

interface Known {
  stored: readonly StoredGroup[]
  sourcesOf: ReadonlyMap<string, readonly string[]>
}

function lay(definitions: readonly StoredDefinition[], { stored, sourcesOf: known }: Known) {
  const byKey = new Map(stored.map((group) => [group.key, group]))
  const positions = new Map(
    stored.flatMap(({ id, measures }) =>
      measures.map((measure, index) => [`${id} ${nameOf(measure)}`, index] as const),
    ),
  )
  const byCode = new Map(definitions.map((definition) => [definition.code, definition]))
  const groups = new Map<number, Group>()
  const places: Place[] = []
  const missing: { key: string; measure: SumMeasure }[] = []
  for (const part of listParts(definitions)) {
    const definition = byCode.get(part.indicator)
    if (!definition) continue
    const groupKey = groupKeyOf(part, definition, known)
    if (groupKey.sources.length === 0) continue
    const key = JSON.stringify(groupKey)
    const measure = sumMeasureOf(part.measure)
    const group = byKey.get(key)
    const index = (group && positions.get(`${group.id} ${nameOf(measure)}`)) ?? -1
    if (!group || index < 0) {
      missing.push({ key, measure })
      continue
    }
    groups.set(group.id, groups.get(group.id) ?? groupOf(group, groupKey))
    const { indicator, role, scale } = part
    places.push({ indicator, groupId: group.id, position: index + 1, role, scale })
  }
  return { layout: { groups: [...groups.values()], places }, missing }
}

/** The same text for measures that sum the same, whatever the order of their properties. */
const nameOf = ({ where, of }: SumMeasure): string =>
  JSON.stringify([where.map(({ field, op, value, other }) => [field, op, value ?? null, other ?? null]), of ?? null])

const groupOf = ({ id, measures }: StoredGroup, { kind, at, sources, timeZone }: GroupKey): Group => ({
  id,
  kind,
  at,
  sources,
  timeZone,
  measures,
})

async function sourcesOf(sql: Sql, definitions: readonly StoredDefinition[]): Promise<Map<string, string[]>> {
  const needed = listParts(definitions).some(({ measure }) => measure.sources === undefined)
  return needed ? listSourcesByPack(sql) : new Map()
}
