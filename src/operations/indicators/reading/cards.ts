// What stands on a card: an indicator's number of one organisation with its neighbours in time, its target and what was said of it.
// All cards of a page come from a constant number of queries.

import { findPeriod, periodOf, periodRange, samePeriodLastYear, shiftPeriod } from '#calendar'
import { dayIn, getHomePack, organisationTree } from '#organisations'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { localDay } from '../computation/days.ts'
import type { StoredDefinition } from '../computation/plan.ts'
import type { Definition, PeriodKind } from '../model.ts'
import { listDefinitions } from './definitions.ts'
import type { Completeness, ReadFact } from './facts.ts'
import { elapsedShare, type Judgement, judge, type ResolvedTarget, resolveTarget } from './judging.ts'
import { requireReading } from './reach.ts'
import { listRemarksOf, type Remark } from './remarks.ts'
import { countReported, factVersions, listUnitFacts, readVersions, type UnitFact } from './unit-facts.ts'

const historyLength = 12
/** How many periods back a card may look for its latest number. */
const mostBack = 6

export interface CardQuery {
  organisation: string
  /** All indicators of the organisation's pack where nothing is said. */
  indicators?: readonly string[]
  /** A period that all cards show where they have its kind; each its own main period where nothing is said. */
  period?: string
  /** Instead of a period: the latest of this kind, where the indicator has it. */
  kind?: PeriodKind
  asOf?: Date
  /** Numbers of the units below: of every indicator, not only of those whose units can be judged by a target. */
  units?: 'all'
}

/** A number as far as a course of numbers needs it. */
export interface PointFact {
  id: number
  indicator: string
  period: string
  state: 'value' | 'no-data' | 'withheld'
  value: number | null
}

export interface Card {
  definition: StoredDefinition
  organisation: string
  /** Period the card shows: the latest that has a value. */
  period: string
  /** The period is not over yet. */
  isRunning: boolean
  elapsed: number
  fact: ReadFact | undefined
  target: ResolvedTarget | undefined
  judgement: Judgement | undefined
  previous: PointFact | undefined
  lastYear: PointFact | undefined
  /** Periods up to the one shown, oldest first; `undefined` is no data. */
  history: { period: string; fact: PointFact | undefined }[]
  remarks: Remark[]
  /** The same period of the units below: where they can be judged by a target, or where all were asked for. */
  units: UnitFact[]
}

interface Plan {
  definition: StoredDefinition
  kind: PeriodKind
  /** The period in which today lies, or the one that was asked for. */
  latest: string
}

/** The cards of an organisation, in the order of screens. @throws Problem 403 */
export async function listCards(ctx: Context, query: CardQuery): Promise<Card[]> {
  await requireReading(ctx, query.organisation)
  const { sql } = ctx
  const now = query.asOf ?? ctx.now
  const { card } = await getHomePack(sql)
  const asOf = dayIn(now, card.timeZone)
  const tree = await organisationTree(sql, { asOf, knownAt: query.asOf })
  const node = tree.find(query.organisation)
  const ancestors = node?.path.slice(0, -1) ?? []
  const own = ancestors[0] ?? query.organisation
  // What stood before a merger is measured by the definitions of what it was merged into.
  const root = card.formerRoots.find(({ organisation }) => organisation === own)?.mergedInto ?? own
  const definitions = (await listDefinitions(sql, query.indicators, query.asOf)).filter(
    ({ rootOrganisation }) => rootOrganisation === root,
  )
  const { plans, facts } = await readPlans(
    sql,
    definitions.map((definition) => planCard(definition, now, query)),
    query,
  )
  const shown = plans.map((plan) => ({ plan, period: choosePeriod(plan, facts, query.period) }))
  const kinds = new Set(definitions.flatMap(({ body }) => body.expected))
  const below = (node ? tree.nodes.slice(node.position + 1, node.last + 1) : [])
    .filter(({ row, depth }) => kinds.has(row.kind) || depth === (node?.depth ?? 0) + 1)
    .map(({ row }) => row)
  const [full, { unitsOf, reportedOf }, remarks] = await Promise.all([
    readFull(
      sql,
      shown.flatMap(({ plan, period }) => facts.get(keyOf(plan.definition.code, period))?.id ?? []),
    ),
    readUnits(sql, shown, { below, query }),
    listRemarksOf(sql, {
      organisation: query.organisation,
      asked: shown.map(({ plan, period }) => ({ indicator: plan.definition.code, period })),
      asOf: query.asOf,
    }),
  ])
  return shown.map(({ plan, period }) => {
    const { code, body } = plan.definition
    const units = unitsOf.get(code) ?? []
    const expected = below.filter(({ kind }) => body.expected.includes(kind)).length
    const completeness = expected > 0 ? { reported: reportedOf.get(code) ?? 0, expected } : null
    return {
      ...makeCard(plan, { period, facts, full, completeness, ancestors, organisation: query.organisation, now }),
      units,
      remarks: remarks.filter((one) => one.indicator === code && one.period === period),
    }
  })
}

interface Shown {
  plan: Plan
  period: string
}

interface Units {
  unitsOf: Map<string, UnitFact[]>
  /** How many of those that are expected to report have done so, by indicator. */
  reportedOf: Map<string, number>
}

// A province has a hundred units and an indicator list is long: rows are read only where units are judged one by one, else counted.
async function readUnits(
  sql: Sql,
  shown: readonly Shown[],
  { below, query }: { below: readonly { code: string; kind: string }[]; query: CardQuery },
): Promise<Units> {
  const isRead = ({ plan: { definition } }: Shown) =>
    query.units === 'all' || (definition.body.direction !== 'none' && definition.body.targets.length > 0)
  const ask = ({ plan, period }: Shown) => ({ indicator: plan.definition.code, kind: plan.kind, period })
  const counted = shown.filter((one) => !isRead(one) && one.plan.definition.body.expected.length > 0)
  const [facts, counts] = await Promise.all([
    listUnitFacts(sql, {
      asked: shown.filter(isRead).map(ask),
      organisations: below.map(({ code }) => code),
      asOf: query.asOf,
    }),
    countReported(sql, { asked: counted.map(ask), units: below, asOf: query.asOf }),
  ])
  const expectedOf = new Map(shown.map(({ plan: { definition } }) => [definition.code, definition.body.expected]))
  const kindOfUnit = new Map(below.map(({ code, kind }) => [code, kind]))
  const unitsOf = new Map<string, UnitFact[]>()
  const reportedOf = new Map<string, number>()
  const add = (indicator: string, kind: string | undefined, count: number) => {
    if (kind === undefined || !expectedOf.get(indicator)?.includes(kind)) return
    reportedOf.set(indicator, (reportedOf.get(indicator) ?? 0) + count)
  }
  for (const one of facts) {
    const known = unitsOf.get(one.indicator)
    if (known) known.push(one)
    else unitsOf.set(one.indicator, [one])
    if (one.hasReported) add(one.indicator, kindOfUnit.get(one.organisation), 1)
  }
  for (const { indicator, unitKind, count } of counts) add(indicator, unitKind, count)
  return { unitsOf, reportedOf }
}

function planCard(definition: StoredDefinition, now: Date, { period: asked, kind: wished }: CardQuery): Plan {
  const { body, timeZone } = definition
  const today = localDay(now, timeZone)
  const period = asked === undefined ? undefined : findPeriod(asked)
  const kind = body.periods.find((one) => one === period?.kind)
  if (period && kind) return { definition, kind, latest: period.code }
  const lastDay = period ? periodRange(period.code).to : today
  const day = lastDay < today ? lastDay : today
  const own = body.periods.find((one) => one === wished) ?? body.mainPeriod
  return { definition, kind: own, latest: periodOf(own, day) }
}

type FactsByKey = ReadonlyMap<string, PointFact>
const keyOf = (indicator: string, period: string) => `${indicator} ${period}`

async function readCardFacts(sql: Sql, plans: readonly Plan[], query: CardQuery): Promise<FactsByKey> {
  const spans = plans.flatMap(({ definition, kind, latest }) => {
    // A year back and some: the period shown may be an earlier one than the latest.
    const first = shiftPeriod(latest, -(historyLength + mostBack))
    const ago = samePeriodLastYear(latest)
    const spans = [{ indicator: definition.code, kind, first, last: latest }]
    const isFar = kind === 'day' || kind === 'week'
    return isFar
      ? [...spans, { indicator: definition.code, kind, first: shiftPeriod(ago, -mostBack), last: ago }]
      : spans
  })
  const rows = await sql<PointFact[]>`
    select f.id, f.indicator, f.period, f.state, f.value::float8 as value
    from unnest(${spans.map((one) => one.indicator)}::text[], ${spans.map((one) => one.kind)}::text[],
      ${spans.map((one) => one.first)}::text[], ${spans.map((one) => one.last)}::text[]) as a (indicator, kind, first, last)
    cross join lateral (
      select v.id, v.indicator, v.period, v.state, v.value from ${factVersions(sql, query.asOf)} v
      where v.indicator = a.indicator and v.organisation = ${query.organisation} and v.area = '' and v.period_kind = a.kind
        and v.period between a.first and a.last
      offset 0) f`
  return new Map(rows.map((row) => [keyOf(row.indicator, row.period), row]))
}

/** Cards of a series that ended long ago stand at its last number, when no period was asked for. */
async function readPlans(sql: Sql, plans: Plan[], query: CardQuery): Promise<{ plans: Plan[]; facts: FactsByKey }> {
  const facts = await readCardFacts(sql, plans, query)
  if (query.period !== undefined) return { plans, facts }
  // Those whose latest number lies further back than a card looks by itself.
  const empty = plans.filter(
    ({ definition, latest }) =>
      !Array.from({ length: mostBack + 1 }, (_, back) => shiftPeriod(latest, -back)).some((period) =>
        hasValue(facts.get(keyOf(definition.code, period))),
      ),
  )
  if (empty.length === 0) return { plans, facts }
  const rows = await sql<{ indicator: string; period: string }[]>`
    select a.indicator, f.period
    from unnest(${empty.map(({ definition }) => definition.code)}::text[], ${empty.map(({ kind }) => kind)}::text[]) as a (indicator, kind)
    cross join lateral (
      select period from ${factVersions(sql, query.asOf)} f
      where f.indicator = a.indicator and f.organisation = ${query.organisation} and f.area = '' and f.period_kind = a.kind
        and f.state = 'value'
      -- Codes of one kind of period come in the order of time, and so does the index.
      order by f.period desc limit 1) f`
  if (rows.length === 0) return { plans, facts }
  const lastOf = new Map(rows.map(({ indicator, period }) => [indicator, period]))
  const moved = plans.map((plan) => ({ ...plan, latest: lastOf.get(plan.definition.code) ?? plan.latest }))
  const ended = moved.filter(({ definition }) => lastOf.has(definition.code))
  return { plans: moved, facts: new Map([...facts, ...(await readCardFacts(sql, ended, query))]) }
}

/** The numbers that cards show, whole. */
async function readFull(sql: Sql, ids: readonly number[]): Promise<Map<number, ReadFact>> {
  const rows = await sql<
    ReadFact[]
  >`select ${readVersions(sql)} from indicators.fact f where f.id = any(${[...ids]}::bigint[])`
  return new Map(rows.map((row) => [row.id, row]))
}

const hasValue = (fact: PointFact | undefined) => fact !== undefined && fact.state === 'value'

// Today's own period may have nothing yet: the card then shows the latest that has a value, and says which it is.
function choosePeriod({ definition, latest }: Plan, facts: FactsByKey, asked: string | undefined): string {
  if (asked !== undefined && asked === latest) return latest
  for (let back = 0; back <= mostBack; back += 1) {
    const period = shiftPeriod(latest, -back)
    if (hasValue(facts.get(keyOf(definition.code, period)))) return period
  }
  return latest
}

interface CardParts {
  period: string
  facts: FactsByKey
  full: ReadonlyMap<number, ReadFact>
  completeness: Completeness | null
  ancestors: readonly string[]
  organisation: string
  now: Date
}

function makeCard({ definition }: Plan, parts: CardParts): Omit<Card, 'units' | 'remarks'> {
  const { body, code, timeZone } = definition
  const { period, facts, ancestors, organisation } = parts
  const find = (one: string) => facts.get(keyOf(code, one))
  const today = localDay(parts.now, timeZone)
  const elapsed = elapsedShare(period, today)
  const found = parts.full.get(find(period)?.id ?? 0)
  const fact = found && withholdIncomplete(body, { ...found, completeness: parts.completeness })
  const target = resolveTarget(body, { organisation, ancestors, period })
  return {
    definition,
    organisation,
    period,
    isRunning: periodRange(period).to >= today,
    elapsed,
    fact,
    target,
    judgement: fact?.state === 'value' && fact.value !== null ? judge(body, fact.value, target, elapsed) : undefined,
    previous: find(shiftPeriod(period, -1)),
    lastYear: find(samePeriodLastYear(period)),
    history: Array.from({ length: historyLength }, (_, index) => {
      const one = shiftPeriod(period, index - historyLength + 1)
      return { period: one, fact: find(one) }
    }),
  }
}

function withholdIncomplete({ missing }: Definition, fact: ReadFact): ReadFact {
  const { completeness } = fact
  const lacks = completeness !== null && completeness.reported < completeness.expected
  return missing === 'withhold' && lacks && fact.state === 'value' ? { ...fact, state: 'withheld', value: null } : fact
}
