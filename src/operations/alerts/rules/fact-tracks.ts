/**
 * Facts as points: a number stands at the first instant of its period, what a period that is over lacks at its end. One query reads what all
 * the asked rules need of one set of units.
 */
import { instantOf, localDate, nextPeriod, periodLabel, periodOf, periodRange, shiftPeriod } from '#calendar'
import { listDefinitions, listUnitFacts, type UnitFact } from '#indicators'
import { getHomePack, organisationTree } from '#organisations'
import type { Context } from '#platform/context'
import { formatNumber, formatPercent } from '#ui'
import { indicatorsOf, leavesOf, msOf, type Rule } from './model.ts'
import { type Point, sortPoints } from './timeline.ts'
import type { Track } from './track.ts'

type FactRule = Rule & { input: { from: 'fact' } }
export const isFactRule = (rule: Rule): rule is FactRule => rule.input.from === 'fact'

const daysIn = { day: 1, week: 7, month: 28, quarter: 90, year: 365 } as const
const dayMs = 86_400_000
/** Periods looked at besides those that a condition compares with: the last one may come late. */
const periodsBack = 3
const seasonsBefore = 8

interface Unit {
  code: string
  name: string
  area: string | null
}

export interface FactQuestion {
  /** The last day asked, and how many periods before the last are judged too. */
  to: string
  periods?: number
}

/** What each rule watches, by its code. */
export async function readFactTracks(
  ctx: Context,
  rules: readonly FactRule[],
  question?: FactQuestion,
): Promise<Map<string, Track[]>> {
  const { card } = await getHomePack(ctx.sql)
  const to = question?.to ?? localDate(ctx.now, card.timeZone)
  const names = new Map((await listDefinitions(ctx.sql)).map(({ code, body }) => [code, body]))
  const tracks = new Map<string, Track[]>()
  for (const group of await groupByUnits(ctx, rules, to)) {
    const asked = askOf(group.rules, to, question?.periods ?? periodsBack)
    const facts = await listUnitFacts(ctx.sql, { asked, organisations: group.units.map(({ code }) => code) })
    const store = new FactStore(facts, asked, { timeZone: card.timeZone, now: ctx.now })
    for (const rule of group.rules) tracks.set(rule.code, tracksOf(rule, group.units, { store, names }))
  }
  return tracks
}

interface UnitGroup {
  units: Unit[]
  rules: FactRule[]
}

async function groupByUnits(ctx: Context, rules: readonly FactRule[], on: string): Promise<UnitGroup[]> {
  const groups = new Map<string, UnitGroup>()
  for (const rule of rules) {
    const key = JSON.stringify(rule.input.units)
    const group = groups.get(key) ?? { units: await listUnits(ctx, rule.input.units, on), rules: [] }
    group.rules.push(rule)
    groups.set(key, group)
  }
  return [...groups.values()]
}

async function listUnits(ctx: Context, units: FactRule['input']['units'], on: string): Promise<Unit[]> {
  const tree = await organisationTree(ctx.sql, { asOf: on })
  const root = (await getHomePack(ctx.sql)).card.rootOrganisation
  const rows = tree.nodes.map(({ row }) => row)
  const isOne = (row: (typeof rows)[number]) => {
    if (Array.isArray(units)) return units.includes(row.code)
    if (units === 'root') return row.code === root
    if (row.parent !== root) return false
    return units === 'all'
      ? ['department', 'commune'].includes(row.kind)
      : row.kind === (units === 'communes' ? 'commune' : 'department')
  }
  // A department works for the whole province: its place is not an area of its own.
  return rows.filter(isOne).map(({ code, name, shortName, kind, area }) => ({
    code,
    name: shortName ?? name,
    area: kind === 'commune' ? area : null,
  }))
}

/** How many periods before the judged ones a rule compares with. */
function periodsBefore({ input, when }: FactRule): number {
  return Math.max(
    0,
    ...leavesOf(when).map((leaf) => {
      if (leaf.type === 'rate')
        return leaf.over === 'previous' ? 2 : Math.ceil(msOf(leaf.over) / (daysIn[input.period] * dayMs)) + 1
      return leaf.type === 'anomaly' ? seasonsBefore * seasonOf(input.period) : 0
    }),
  )
}

const seasonOf = (period: FactRule['input']['period']): number => (period === 'day' ? 7 : 1)

interface Asked {
  indicator: string
  kind: FactRule['input']['period']
  period: string
}

function askOf(rules: readonly FactRule[], to: string, judged: number): Asked[] {
  const depths = new Map<string, { indicator: string; kind: Asked['kind']; depth: number }>()
  for (const rule of rules)
    for (const indicator of indicatorsOf(rule)) {
      const { period: kind } = rule.input
      const key = `${indicator} ${kind}`
      const depth = Math.max(depths.get(key)?.depth ?? 0, judged + periodsBefore(rule))
      depths.set(key, { indicator, kind, depth })
    }
  return [...depths.values()].flatMap(({ indicator, kind, depth }) => {
    const last = periodOf(kind, to)
    return Array.from({ length: depth }, (_, back) => ({ indicator, kind, period: shiftPeriod(last, -back) }))
  })
}

/** What was read, to be asked by unit and by period. */
class FactStore {
  readonly #facts = new Map<string, UnitFact>()
  readonly #periods = new Map<string, { code: string; at: number; endsAt: number }[]>()
  readonly #now: number
  readonly #points = new Map<string, Point[]>()
  readonly #peers = new Map<string, number[]>()
  #units: readonly string[] = []

  constructor(facts: readonly UnitFact[], asked: readonly Asked[], { timeZone, now }: { timeZone: string; now: Date }) {
    this.#now = now.getTime()
    for (const fact of facts) this.#facts.set(`${fact.indicator} ${fact.organisation} ${fact.period}`, fact)
    const startOf = (period: string) => instantOf(periodRange(period).from, '00:00', timeZone).getTime()
    for (const { indicator, kind, period } of asked) {
      const key = `${indicator} ${kind}`
      const list = this.#periods.get(key) ?? []
      list.push({ code: period, at: startOf(period), endsAt: startOf(nextPeriod(period)) })
      this.#periods.set(key, list)
    }
  }

  setUnits(units: readonly Unit[]): void {
    this.#units = units.map(({ code }) => code)
  }

  fact(indicator: string, organisation: string, period: string): UnitFact | undefined {
    return this.#facts.get(`${indicator} ${organisation} ${period}`)
  }

  periodAt(indicator: string, kind: string, at: number): string | undefined {
    return this.#periods.get(`${indicator} ${kind}`)?.find((one) => one.at <= at && at < one.endsAt)?.code
  }

  points(indicator: string, kind: string, organisation: string): Point[] {
    const key = `${indicator} ${kind} ${organisation}`
    const known = this.#points.get(key)
    if (known) return known
    const points = (this.#periods.get(`${indicator} ${kind}`) ?? []).flatMap(({ code, at, endsAt }): Point[] => {
      const value = this.fact(indicator, organisation, code)?.value ?? null
      if (value !== null) return [{ at, value, id: `v${code}` }]
      return endsAt <= this.#now ? [{ at: endsAt, value: null, id: `n${code}` }] : []
    })
    const sorted = sortPoints(points)
    this.#points.set(key, sorted)
    return sorted
  }

  peersAt(indicator: string, kind: string, at: number): number[] {
    const period = this.periodAt(indicator, kind, at)
    if (period === undefined) return []
    const key = `${indicator} ${period}`
    let known = this.#peers.get(key)
    if (!known) {
      known = this.#units.flatMap((unit) => this.fact(indicator, unit, period)?.value ?? [])
      this.#peers.set(key, known)
    }
    return known
  }
}

interface Sources {
  store: FactStore
  names: ReadonlyMap<string, { name: string; unit: string; decimals: number }>
}

function tracksOf({ input }: FactRule, units: readonly Unit[], { store, names }: Sources): Track[] {
  const { indicator, period: kind } = input
  const definition = names.get(indicator)
  store.setUnits(units)
  return units.map((unit): Track => {
    const points = store.points(indicator, kind, unit.code)
    const factAt = (at: number) => {
      const period = store.periodAt(indicator, kind, at)
      return period === undefined ? undefined : { period, fact: store.fact(indicator, unit.code, period) }
    }
    return {
      key: unit.code,
      organisation: unit.code,
      area: unit.area ?? undefined,
      place: unit.name,
      points,
      around: {
        since: points[0]?.at ?? 0,
        season: seasonOf(kind),
        peersAt: (at) => store.peersAt(indicator, kind, at),
        pointsOf: (other) => store.points(other, kind, unit.code),
      },
      subjectAt(at) {
        const fact = factAt(at)?.fact
        if (!fact) return undefined
        const title = `${definition?.name ?? indicator} · ${unit.name}`
        return { kind: 'indicator', code: indicator, title, url: `/so-lieu/${fact.id}`, factId: fact.id }
      },
      wordsAt(at) {
        const found = factAt(at)
        const value = found?.fact?.value
        return {
          'chi-tieu': definition?.name ?? indicator,
          ky: found ? sayPeriod(found.period) : '',
          'gia-tri': value === null || value === undefined ? 'không có số liệu' : sayValue(value, definition),
        }
      },
    }
  })
}

const sayPeriod = (period: string): string => {
  const label = periodLabel(period)
  return `${label.slice(0, 1).toLowerCase()}${label.slice(1)}`
}

const sayValue = (value: number, definition: { unit: string; decimals: number } | undefined): string =>
  definition?.unit === '%'
    ? formatPercent(value, definition.decimals)
    : `${formatNumber(value, definition?.decimals)} ${definition?.unit ?? ''}`.trim()
