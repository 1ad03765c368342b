// Numbers of a period before a change of units, told for the units of a later day: each later unit, the former ones it consists of, what
// the rule of the definition makes of their figures, and in words how, or why there is none.

import { periodRange } from '#calendar'
import {
  type AreaTree,
  areaTree,
  branchOf,
  type Forerunner,
  forerunnersOf,
  getHomePack,
  listAreaSteps,
  listOrganisationSteps,
  type OrganisationTree,
  organisationTree,
  type Step,
  stepsBetween,
} from '#organisations'
import type { Context } from '#platform/context'
import type { StoredDefinition } from '../computation/plan.ts'
import type { PeriodKind } from '../model.ts'
import type { ReadFact } from './facts.ts'
import { type Restated, type Restating, restateParts } from './restated.ts'
import { listAreaFacts, listSeries } from './series.ts'

export interface FormerPart extends Forerunner {
  name: string
  fact: ReadFact | undefined
  /** Units among which it was divided; none where it went whole. */
  heirs: { code: string; name: string }[]
}

export interface RestatedUnit extends Restated {
  by: 'organisation' | 'area'
  code: string
  name: string
  parts: FormerPart[]
}

export interface RestatedQuery {
  definition: StoredDefinition
  /** This one and all below it. */
  organisation: string
  kind: PeriodKind
  period: string
  /** Day whose units are meant. */
  structureAt: string
  /** What was known then, of figures and of units; now where nothing is said. */
  asOf?: Date
}

interface Trees<T> {
  after: T
  before: T
}

/** Units of the day that consist of others than themselves at the end of the period; of areas those of which anything is known. */
export async function listRestated(ctx: Context, query: RestatedQuery): Promise<RestatedUnit[]> {
  const { to } = periodRange(query.period)
  if (to >= query.structureAt) return []
  return [...(await restateOrganisations(ctx, query, to)), ...(await restateAreas(ctx, query, to))]
}

async function restateOrganisations(ctx: Context, query: RestatedQuery, endedOn: string): Promise<RestatedUnit[]> {
  const { sql } = ctx
  const { definition, organisation, kind, period, structureAt, asOf } = query
  const steps = stepsBetween(await listOrganisationSteps(sql, asOf), { after: endedOn, until: structureAt })
  if (steps.size === 0) return []
  const trees: Trees<OrganisationTree> = {
    after: await organisationTree(sql, { asOf: structureAt, knownAt: asOf }),
    before: await organisationTree(sql, { asOf: endedOn, knownAt: asOf }),
  }
  const found = unitsOf(
    branchOf(trees.after, organisation).map(({ row }) => row.code),
    { steps, trees },
  )
  const codes = [...new Set(found.flatMap(({ parts }) => parts.map((part) => part.code)))]
  const rows = await listSeries(ctx, {
    indicator: definition.code,
    organisations: codes,
    kind,
    first: period,
    last: period,
    asOf,
  })
  const facts = new Map(rows.map((row) => [row.organisation, row]))
  return found.map((unit) => complete('organisation', unit, { definition, trees, facts, steps }))
}

async function restateAreas(ctx: Context, query: RestatedQuery, endedOn: string): Promise<RestatedUnit[]> {
  const { sql } = ctx
  const { definition, organisation, kind, period, structureAt, asOf } = query
  const { card } = await getHomePack(sql)
  const former = card.formerRoots.filter(({ mergedInto }) => mergedInto === organisation)
  const facts = new Map<string, ReadFact>()
  for (const one of [organisation, ...former.map((root) => root.organisation)]) {
    const rows = await listAreaFacts(ctx, { indicator: definition.code, organisation: one, kind, period, asOf })
    for (const row of rows) facts.set(row.area, row)
  }
  if (facts.size === 0) return []
  const steps = stepsBetween(await listAreaSteps(sql, asOf), { after: endedOn, until: structureAt })
  if (steps.size === 0) return []
  const trees: Trees<AreaTree> = {
    after: await areaTree(sql, { asOf: structureAt, knownAt: asOf }),
    before: await areaTree(sql, { asOf: endedOn, knownAt: asOf }),
  }
  const found = unitsOf(
    trees.after.nodes.map(({ row }) => row.code),
    { steps, trees },
  )
  return found
    .filter(({ parts }) => parts.some(({ code }) => facts.has(code)))
    .map((unit) => complete('area', unit, { definition, trees, facts, steps }))
}

interface Named {
  find(code: string): { row: { name: string } } | undefined
}

interface Unit {
  code: string
  parts: Forerunner[]
}

function unitsOf(
  codes: readonly string[],
  { steps, trees }: { steps: ReadonlyMap<string, readonly Step[]>; trees: Trees<Named> },
): Unit[] {
  return codes.flatMap((code) => {
    const parts = forerunnersOf(code, steps, (one) => trees.before.find(one) !== undefined)
    const isItself = parts.every((part) => part.code === code)
    return isItself ? [] : [{ code, parts }]
  })
}

function complete(
  by: RestatedUnit['by'],
  { code, parts }: Unit,
  {
    definition,
    trees,
    facts,
    steps,
  }: {
    definition: StoredDefinition
    trees: Trees<Named>
    facts: ReadonlyMap<string, ReadFact>
    steps: ReadonlyMap<string, readonly Step[]>
  },
): RestatedUnit {
  const heirsOf = (former: string) =>
    [...steps].flatMap(([heir, all]) =>
      all.some(({ predecessor }) => predecessor === former)
        ? [{ code: heir, name: trees.after.find(heir)?.row.name ?? heir }]
        : [],
    )
  const named = parts.map((part) => ({
    ...part,
    name: trees.before.find(part.code)?.row.name ?? part.code,
    fact: facts.get(part.code),
    heirs: isDivided(part) ? heirsOf(part.code) : [],
  }))
  const restated = restateParts(
    definition.body,
    named.map(({ fact, share }) => ({ figure: fact, share })),
  )
  return { by, code, name: trees.after.find(code)?.row.name ?? code, parts: named, ...restated }
}

const isDivided = ({ share }: Forerunner) => share === null || share < 1

/** In words how the figure was made, or why there is none. */
export function describeRestated({ how, parts }: Pick<RestatedUnit, 'how' | 'parts'>): string {
  const names = (some: readonly FormerPart[]) => some.map(({ name }) => name).join(', ')
  const shared = parts.filter(({ share }) => share !== null && share < 1)
  const declared =
    shared.length === 0
      ? ''
      : `; ${shared.map(({ name, share }) => `${name} tính ${percent(share ?? 0)} theo tỷ lệ đã công bố`).join(', ')}`
  const words: Record<Restating, string> = {
    sum: `cộng số của ${parts.length} đơn vị cũ${declared}`,
    weighted: `bình quân ${parts.length} đơn vị cũ, trọng số là mẫu số${declared}`,
    mean: `bình quân cộng của ${parts.length} đơn vị cũ`,
    'not-comparable': 'chỉ tiêu này không so sánh được với trước khi sắp xếp đơn vị',
    divided: `không tính được: ${parts.filter(isDivided).map(sayDivided).join('; ')}`,
    incomplete: `chưa đủ: ${names(parts.filter(({ fact }) => fact?.state !== 'value'))} chưa có số liệu`,
    'no-weights': 'không tính được: số liệu cũ không có mẫu số làm trọng số',
  }
  return words[how]
}

const sayDivided = ({ name, heirs }: FormerPart) =>
  `${name} đã chia cho ${heirs.length > 1 ? heirs.map((heir) => heir.name).join(', ') : 'nhiều đơn vị'}`

const percent = (share: number) => `${(share * 100).toLocaleString('vi-VN', { maximumFractionDigits: 2 })}%`
