// What a definition asks of the warehouse, laid out for computation by sets: its measures become numbered parts, and parts that read
// the same records by the same date are one group, summed in one scan.

import type { KindName, SumMeasure, Touch } from '#warehouse'
import type { Definition, Measure } from '../model.ts'

/** A definition as it stands in the database. */
export interface StoredDefinition {
  code: string
  version: number
  pack: string
  rootOrganisation: string
  timeZone: string
  body: Definition
  origin: 'pack' | 'edit'
  madeBy: string
  madeAt: Date
  retiredAt: Date | null
  reason: string | null
}

/** How a part's sums enter the fact: into the numerator, the denominator, or (`average`) sum and count into both. */
export type Role = 'measure' | 'average' | 'numerator' | 'denominator'

/** One measure of a definition. */
export interface Part {
  indicator: string
  role: Role
  scale: number
  measure: Measure
}

/** Measures that one scan answers, at their places in the arrays of the cells. */
export interface Group {
  id: number
  kind: KindName
  at: string | undefined
  sources: readonly string[]
  timeZone: string
  measures: SumMeasure[]
}

/** Where the sums of a definition's measure lie, and how they enter its facts. `position` counts from 1, as arrays do. */
export interface Place {
  indicator: string
  groupId: number
  position: number
  role: Role
  scale: number
}

/** The measures of a formula in the order that numbers them. */
export function listMeasures(definition: Definition): { role: Role; measure: Measure }[] {
  const { formula } = definition
  if (formula.type === 'measure')
    return formula.measures.map((measure) => ({
      role: measure.aggregate === 'average' ? ('average' as const) : ('measure' as const),
      measure,
    }))
  if (formula.type === 'ratio')
    return [
      ...formula.numerator.map((measure) => ({ role: 'numerator' as const, measure })),
      ...formula.denominator.map((measure) => ({ role: 'denominator' as const, measure })),
    ]
  return []
}

/** Codes of the sources that the measures name, each once, in the order of the formula. */
export const listMeasureSources = (definition: Definition): string[] => [
  ...new Set(listMeasures(definition).flatMap(({ measure }) => measure.sources ?? [])),
]

export const isComputed = ({ formula }: Definition): boolean => formula.type === 'measure' || formula.type === 'ratio'

export const isTyped = ({ formula }: Definition): boolean => formula.type === 'typed'

/** A stock has no date: it is what there is now. */
export const isStock = (definition: Definition): boolean =>
  isComputed(definition) && listMeasures(definition).every(({ measure }) => measure.at === undefined)

export function listParts(definitions: readonly StoredDefinition[]): Part[] {
  return definitions.flatMap(({ code, body }) =>
    listMeasures(body).map(({ role, measure }) => ({ indicator: code, role, scale: measure.scale, measure })),
  )
}

/** What of a measure decides its sums; a sum or a mean reads only records that hold a value. */
export const sumMeasureOf = ({ where, of, aggregate }: Measure): SumMeasure =>
  aggregate === 'count' || of === undefined ? { where } : { where, of }

export interface GroupKey {
  kind: KindName
  at?: string
  sources: string[]
  timeZone: string
}

/** Measures with the same key are summed together. `sourcesOf` gives the sources of a pack for measures that name none. */
export function groupKeyOf(
  { measure }: Part,
  { pack, timeZone }: StoredDefinition,
  sourcesOf: ReadonlyMap<string, readonly string[]>,
): GroupKey {
  const sources = [...(measure.sources ?? sourcesOf.get(pack) ?? [])].sort()
  return { kind: measure.kind, at: measure.at, sources, timeZone }
}

/** The touches that concern a group. */
export const touchesOf = (group: Group, touches: readonly Touch[]): Touch[] =>
  touches.filter(
    ({ kind, field, source }) => kind === group.kind && field === (group.at ?? '') && group.sources.includes(source),
  )

/** Composites in an order in which each comes after its parts; only those that rest, at any remove, on `changed`. */
export function orderComposites(
  definitions: readonly StoredDefinition[],
  changed: ReadonlySet<string>,
): StoredDefinition[] {
  const reached = new Set(changed)
  const ordered: StoredDefinition[] = []
  let waiting = definitions.filter(({ body }) => body.formula.type === 'composite')
  for (let progress = true; progress; ) {
    progress = false
    const open = new Set(waiting.map(({ code }) => code))
    const ready = waiting.filter(({ body }) => partsOfComposite(body).every((code) => !open.has(code)))
    for (const definition of ready) {
      waiting = waiting.filter(({ code }) => code !== definition.code)
      progress = true
      if (!partsOfComposite(definition.body).some((code) => reached.has(code)) && !reached.has(definition.code))
        continue
      reached.add(definition.code)
      ordered.push(definition)
    }
  }
  return ordered
}

export const partsOfComposite = ({ formula }: Definition): string[] =>
  formula.type === 'composite' ? formula.of.map(({ indicator }) => indicator) : []
