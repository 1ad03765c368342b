// Rank of units against those like them: by kind and peer group, never a ward of the city against an island.

import { periodRange } from '#calendar'
import { organisationTree } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import type { Definition } from '../model.ts'
import { getDefinitionAt, kindOfPeriod } from './facts.ts'
import { requireReading } from './reach.ts'
import { listUnitFacts, type UnitFact } from './unit-facts.ts'

export interface RankedUnit {
  organisation: string
  name: string
  /** Units of one group are compared with one another. */
  group: string
  /** Equal values share a rank, and the next one is left out (1, 2, 2, 4); absent without a value. */
  rank: number | null
  /** Units of the group that have a value. */
  outOf: number
  value: number | null
  fact: UnitFact | undefined
}

/** Ranks the units right below an organisation in one period; where neither way is better, the larger value comes first. */
export async function rankUnits(
  ctx: Context,
  query: { indicator: string; organisation: string; period: string; asOf?: Date },
): Promise<RankedUnit[]> {
  await requireReading(ctx, query.organisation)
  const { body } = await getDefinitionAt(ctx, query.indicator, query.asOf)
  const kind = kindOfPeriod(query.period)
  if (kind === 'span') throw invalid('Không xếp hạng theo nhiều năm.', [{ path: 'period', message: 'Chọn một kỳ.' }])
  const today = dayOf(query.asOf ?? ctx.now)
  const lastDay = periodRange(query.period).to
  const tree = await organisationTree(ctx.sql, { asOf: lastDay < today ? lastDay : today, knownAt: query.asOf })
  const node = tree.find(query.organisation)
  const units = node
    ? tree.nodes.slice(node.position + 1, node.last + 1).filter(({ depth }) => depth === node.depth + 1)
    : []
  const facts = await listUnitFacts(ctx.sql, {
    asked: [{ indicator: query.indicator, kind, period: query.period }],
    organisations: units.map(({ row }) => row.code),
    asOf: query.asOf,
  })
  const known = new Map(facts.map((fact) => [fact.organisation, fact]))
  const ranked = units.map(({ row }) => ({
    organisation: row.code,
    name: row.name,
    group: row.peerGroup ?? row.kind,
    value: known.get(row.code)?.value ?? null,
    fact: known.get(row.code),
  }))
  return rankWithin(ranked, body.direction)
}

type Unranked = Omit<RankedUnit, 'rank' | 'outOf'>

/** Pure: the ranks of values within their groups. */
export function rankWithin(units: readonly Unranked[], direction: Definition['direction']): RankedUnit[] {
  const isBetter = (a: number, b: number) => (direction === 'down' ? a < b : a > b)
  const ranked = units.map((unit) => {
    const peers = units.flatMap(({ group, value }) => (group === unit.group && value !== null ? [value] : []))
    const { value } = unit
    const rank = value === null ? null : 1 + peers.filter((peer) => isBetter(peer, value)).length
    return { ...unit, rank, outOf: peers.length }
  })
  return ranked.toSorted(
    (a, b) =>
      a.group.localeCompare(b.group) ||
      (a.rank ?? Number.POSITIVE_INFINITY) - (b.rank ?? Number.POSITIVE_INFINITY) ||
      a.organisation.localeCompare(b.organisation),
  )
}
