// The numbers of an indicator on the areas of their time. Which outline is drawn follows from the areas that have numbers and the last
// day of the period: what was before a merger stays on the outlines of before it.
import { findPeriod, localDate, periodOf, periodRange } from '#calendar'
import {
  type Definition,
  getDefinitionAt,
  listAreaFacts,
  listAreaPeriods,
  listUnitFacts,
  type PeriodKind,
  reachOfReader,
  type StoredDefinition,
} from '#indicators'
import {
  type AsOf,
  type At,
  areaAncestorsOf,
  areaTree,
  findOrganisation,
  getHomePack,
  listOrganisations,
} from '#organisations'
import type { Context, Reach } from '#platform/context'
import { invalid } from '#platform/errors'
import type { Outline } from '../boundaries/outline.ts'
import { findNamed, listBoundariesOn, openOutline } from '../boundaries/read.ts'
import { classify, classOf, type ValueClass } from '../model.ts'

export interface AreaValue {
  value: number | null
  /** Absent where the number is the sum of nothing that has a page of its own. */
  factId?: number
  organisation: string
}

export interface Choropleth {
  definition: Definition
  kind: PeriodKind
  period: string
  /** Last day of the period: outlines and names are those of that day. */
  day: string
  outline: Outline
  /** By area; areas that are asked about and have no number are there with null. */
  values: ReadonlyMap<string, AreaValue>
  classes: readonly ValueClass[]
  classOf(code: string): number | undefined
  isAsked(code: string): boolean
  /** Numbers by the area of the records, or those of the agency of each area. */
  basis: 'area' | 'agency'
  observedAt: Date | undefined
  /** Numbers of areas whose outline there is none of. */
  undrawn: { code: string; name: string; value: number }[]
}

export interface ChoroplethQuestion {
  indicator: string
  /** The latest that has numbers by area, where none is said. */
  period?: string
  /** Asked for by name instead of chosen by what has numbers. */
  boundaries?: string
  /** As it was known then, of the units of that day. */
  at?: AsOf
}

interface Found {
  values: Map<string, AreaValue>
  observedAt: Date | undefined
  basis: Choropleth['basis']
}

/** @throws Problem 404 for an unknown indicator, 422 for a period that is none. Nothing where there is no outline of that day. */
export async function readChoropleth(ctx: Context, question: ChoroplethQuestion): Promise<Choropleth | undefined> {
  const { at } = question
  const asOf = at?.knownAt
  const stored = await getDefinitionAt(ctx, question.indicator, asOf)
  const { kind, period } = await choosePeriod(ctx, stored, question)
  const day = periodRange(period).to
  const organisations = await organisationsOn(ctx, stored, { asOf: day, knownAt: asOf })
  const found = await readValues(ctx, { indicator: stored.code, kind, period, asOf, organisations })
  const outline = await chooseOutline(ctx, { day, codes: [...found.values.keys()], named: question.boundaries })
  if (!outline) return undefined
  const asked = askedUnits(outline, found.values, {
    home: (await getHomePack(ctx.sql)).card.area,
    sources: organisations,
  })
  const values = new Map([...asked].map((code) => [code, found.values.get(code) ?? nothing(organisations)]))
  const classes = classify([...values.values()].flatMap(({ value }) => value ?? []))
  return {
    definition: stored.body,
    kind,
    period,
    day,
    outline,
    values,
    classes,
    classOf: (code) => classOf(values.get(code)?.value, classes),
    isAsked: (code) => asked.has(code),
    basis: found.basis,
    observedAt: found.observedAt,
    undrawn: await listUndrawn(ctx, found.values, { outline, moment: { asOf: day, knownAt: asOf } }),
  }
}

const nothing = (organisations: readonly Source[]): AreaValue => ({
  value: null,
  organisation: organisations[0]?.code ?? '',
})

async function choosePeriod(
  ctx: Context,
  { code, body, rootOrganisation }: StoredDefinition,
  { period: asked, at }: Pick<ChoroplethQuestion, 'period' | 'at'>,
): Promise<{ kind: PeriodKind; period: string }> {
  const known = asked === undefined ? undefined : findPeriod(asked)
  if (asked !== undefined) {
    const kind = body.periods.find((kind) => kind === known?.kind)
    if (!kind)
      throw invalid(`Chỉ tiêu này không có số liệu theo kỳ “${asked}”.`, [
        { path: 'ky', message: 'Chọn một kỳ trong danh sách, hoặc bỏ trống để xem kỳ gần nhất.' },
      ])
    return { kind, period: asked }
  }
  const periods = await listAreaPeriods(ctx, { indicator: code, organisations: [rootOrganisation], asOf: at?.knownAt })
  const latest = periods.find(({ kind }) => kind === body.mainPeriod) ?? periods[0]
  return latest ?? { kind: body.mainPeriod, period: await latestPeriod(ctx, body.mainPeriod, at) }
}

async function latestPeriod(ctx: Context, kind: PeriodKind, at: AsOf | undefined): Promise<string> {
  const { card } = await getHomePack(ctx.sql)
  return periodOf(kind, at?.asOf ?? localDate(ctx.now, card.timeZone))
}

/** Whose numbers are drawn; with `area`, its own number stands on that area. */
interface Source {
  code: string
  area: string | null
}

/** The authority of the definition, its parts of before a merger, or the reader's own agency where he sees no more than that. */
async function organisationsOn(ctx: Context, { rootOrganisation }: StoredDefinition, then: At): Promise<Source[]> {
  const { card } = await getHomePack(ctx.sql)
  const reach = await reachOfReader(ctx)
  const former = card.formerRoots.filter(
    ({ mergedInto, validTo }) => mergedInto === rootOrganisation && then.asOf <= validTo,
  )
  const wanted: Source[] =
    former.length > 0
      ? former.map(({ organisation, area = null }) => ({ code: organisation, area }))
      : [{ code: rootOrganisation, area: null }]
  const open = wanted.filter(({ code }) => isReached(reach, code))
  const own = ctx.actor.organisation
  if (open.length > 0 || own === undefined) return open
  const found = await findOrganisation(ctx.sql, own, then)
  return found ? [{ code: own, area: found.area }] : []
}

const isReached = (reach: Reach, code: string) => reach === 'all' || reach.has(code)

interface FactQuestion {
  indicator: string
  kind: PeriodKind
  period: string
  asOf: Date | undefined
  organisations: readonly Source[]
}

async function readValues(ctx: Context, { organisations, ...question }: FactQuestion): Promise<Found> {
  const facts = await Promise.all(
    organisations.map(({ code }) => listAreaFacts(ctx, { ...question, organisation: code })),
  )
  const values = new Map<string, AreaValue>()
  for (const { area, id, value, organisation } of facts.flat()) values.set(area, { value, factId: id, organisation })
  const asked = [{ indicator: question.indicator, kind: question.kind, period: question.period }]
  const whole = organisations.filter(({ area }) => area !== null && !values.has(area))
  const agencies =
    values.size > 0
      ? whole
      : [...whole, ...(await listAgencies(ctx, { asOf: periodRange(question.period).to, knownAt: question.asOf }))]
  const areaOf = new Map(agencies.map(({ code, area }) => [code, area]))
  const own = await listUnitFacts(ctx.sql, { asked, organisations: [...areaOf.keys()], asOf: question.asOf })
  const basis = values.size === 0 && own.length > 0 ? 'agency' : 'area'
  for (const { organisation, id, value } of own) {
    const area = areaOf.get(organisation)
    if (area) values.set(area, { value, factId: id, organisation })
  }
  const seen = facts.flat().flatMap(({ observedAt }) => observedAt ?? [])
  const observedAt = seen.length > 0 ? new Date(Math.max(...seen.map((at) => at.getTime()))) : undefined
  return { values, basis, observedAt }
}

/** The People's Committees of the areas, each with the area it governs, as far as the reader sees them. */
async function listAgencies(ctx: Context, then: At): Promise<Source[]> {
  const reach = await reachOfReader(ctx)
  const nodes = await listOrganisations(ctx.sql, then, { kind: 'commune' })
  return nodes.flatMap(({ row: { code, area } }) => (isReached(reach, code) ? [{ code, area }] : []))
}

async function chooseOutline(
  ctx: Context,
  { day, codes, named }: { day: string; codes: readonly string[]; named: string | undefined },
): Promise<Outline | undefined> {
  const heads = named ? await findNamed(ctx, named) : await listBoundariesOn(ctx, day)
  const outlines = await Promise.all(heads.map((head) => openOutline(ctx, head)))
  const home = (await getHomePack(ctx.sql)).card.area
  const hasHome = outlines.some(({ within }) => within === home)
  const fits = (outline: Outline) => {
    const count = codes.filter((code) => outline.find(code)).length
    // A number or two of whole provinces is no reason to leave the province's own map.
    return hasHome && outline.within !== home && count < 3 ? 0 : count
  }
  return outlines.toSorted((a, b) => fits(b) - fits(a))[0]
}

/**
 * The areas that a number is asked of: every one of the authority, or those that have one. What stands for an area of its own (a province
 * of before a merger, the reader's own commune) asks of that area only: of the rest he is told nothing, which is not "no data".
 */
function askedUnits(
  outline: Outline,
  values: ReadonlyMap<string, AreaValue>,
  { home, sources }: { home: string | undefined; sources: readonly Source[] },
): Set<string> {
  const all = outline.units.map(({ code }) => code)
  const own = new Set(sources.flatMap(({ area }) => area ?? []))
  const met = all.filter((code) => values.has(code) || own.has(code))
  if (own.size > 0) return new Set(met)
  return new Set(outline.within === home || met.length > 2 ? all : met)
}

/** What has a number and no outline, the parts of what is drawn left aside. */
async function listUndrawn(
  ctx: Context,
  values: ReadonlyMap<string, AreaValue>,
  { outline, moment }: { outline: Outline; moment: At },
): Promise<Choropleth['undrawn']> {
  const above = new Set((await areaAncestorsOf(ctx.sql, outline.units[0]?.code ?? '', moment)).map(({ code }) => code))
  const left = [...values].flatMap(([code, { value }]) =>
    value === null || outline.find(code) || above.has(code) ? [] : [{ code, value }],
  )
  const tree = await areaTree(ctx.sql, moment)
  return left.map(({ code, value }) => ({ code, value, name: tree.find(code)?.row.name ?? code }))
}
