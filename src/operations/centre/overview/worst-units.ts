// Which units lie worst, and by which indicators: from the shortfalls of all their numbers that have a target.

import { type Card, type Judgement, judge, resolveTarget, type UnitFact } from '#indicators'

/** A share of fewer cases than this says little of a unit. */
export const fewCases = 10

export interface UnitShortfall {
  card: Card
  fact: UnitFact
  judgement: Judgement
  /** Too few cases to judge by. */
  isSmall: boolean
}

export interface WorstUnit {
  organisation: string
  /** The worst first. */
  shortfalls: UnitShortfall[]
  score: number
}

export const isRatio = ({ definition }: Card): boolean => definition.body.formula.type === 'ratio'

/** What a unit's cause is looked for in: its heaviest share of enough cases. */
export const leadingOf = (shortfalls: readonly UnitShortfall[]): UnitShortfall | undefined =>
  shortfalls.find(({ card, isSmall }) => !isSmall && isRatio(card))

/** Units with a breach, the worst first. `ancestors` of the units are those of the cards' organisation and itself. */
export function findWorstUnits(
  cards: readonly Card[],
  { units, ancestors, limit }: { units: ReadonlySet<string>; ancestors: readonly string[]; limit: number },
): WorstUnit[] {
  const byUnit = new Map<string, UnitShortfall[]>()
  for (const card of cards) {
    for (const fact of card.units) {
      if (!units.has(fact.organisation) || fact.value === null) continue
      const target = resolveTarget(card.definition.body, {
        organisation: fact.organisation,
        ancestors,
        period: card.period,
      })
      const judgement = judge(card.definition.body, fact.value, target, card.elapsed)
      if (judgement?.standing !== 'breach') continue
      const isSmall = isRatio(card) && fact.recordCount < fewCases
      byUnit.set(fact.organisation, [...(byUnit.get(fact.organisation) ?? []), { card, fact, judgement, isSmall }])
    }
  }
  return [...byUnit]
    .map(([organisation, shortfalls]) => ({
      organisation,
      shortfalls: shortfalls.toSorted((a, b) => weigh(b) - weigh(a)),
      score: shortfalls.reduce((sum, one) => sum + weigh(one), 0),
    }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.organisation.localeCompare(b.organisation))
    .slice(0, limit)
}

// In steps of the indicator's own threshold, so that three points of punctuality and thirty of disbursement can be set side by side.
function weigh({ judgement, card, isSmall }: UnitShortfall): number {
  if (isSmall) return 0
  const step = Math.max(1, card.definition.body.thresholds.breachPercent)
  return Math.min(10, judgement.shortfallPercent / step)
}
