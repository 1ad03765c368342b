// At most three things that need a decision, of different kinds where there are: a target far off, a sudden change, what has not come.

import type { Card } from '#indicators'
import type { Lateness, SourceFreshness } from '#warehouse'
import type { WorstUnit } from './worst-units.ts'

export type Focus =
  | { kind: 'breach'; card: Card; score: number; units: string[] }
  | { kind: 'sudden'; card: Card; score: number; usual: number; before: number }
  | { kind: 'late'; source: SourceFreshness; lateness: Lateness; score: number; blind: Card[] }
  | { kind: 'dispute'; card: Card; score: number }

const unitsNamed = 3

export interface FocusInput {
  cards: readonly Card[]
  /** All that fall short in something. */
  worst: readonly WorstUnit[]
  late: readonly { source: SourceFreshness; lateness: Lateness }[]
  usualStep(card: Card): number | undefined
  sourcesOf(card: Card): readonly string[]
}

export function chooseFocus(input: FocusInput, most = 3): Focus[] {
  const all = [...breaches(input), ...suddenChanges(input), ...lateSources(input), ...disputes(input)].toSorted(
    (a, b) => b.score - a.score,
  )
  // First one of each matter, then whatever else weighs most.
  const distinct = all.filter((one, index) => !all.slice(0, index).some((other) => isSameMatter(one, other)))
  const rest = all.filter((one) => !distinct.includes(one) && one.kind === 'breach')
  return [...distinct, ...rest].slice(0, most).toSorted((a, b) => b.score - a.score)
}

function breaches({ cards, worst }: FocusInput): Focus[] {
  return cards.flatMap((card) => {
    const { judgement, definition } = card
    if (judgement?.standing !== 'breach') return []
    const step = Math.max(1, definition.body.thresholds.breachPercent)
    const units = worstIn(card, worst)
    return [{ kind: 'breach' as const, card, score: 2 + Math.min(8, judgement.shortfallPercent / step), units }]
  })
}

/** The units that fall short most in this very indicator: they need not be those that lie worst in all. */
function worstIn(card: Card, units: readonly WorstUnit[]): string[] {
  return units
    .flatMap(({ organisation, shortfalls }) => {
      const own = shortfalls.find((one) => one.card === card && !one.isSmall)
      return own ? [{ organisation, gap: own.judgement.shortfallPercent }] : []
    })
    .toSorted((a, b) => b.gap - a.gap || a.organisation.localeCompare(b.organisation))
    .slice(0, unitsNamed)
    .map(({ organisation }) => organisation)
}

function suddenChanges({ cards, usualStep }: FocusInput): Focus[] {
  return cards.flatMap((card) => {
    const { fact, previous, definition, isRunning } = card
    const usual = usualStep(card)
    const { direction } = definition.body
    if (isRunning || direction === 'none' || usual === undefined || usual === 0) return []
    if (fact?.value == null || previous?.value == null) return []
    const difference = fact.value - previous.value
    const isWorse = (direction === 'up') === difference < 0
    const times = Math.abs(difference) / usual
    return isWorse && times > 1
      ? [{ kind: 'sudden' as const, card, score: 1 + Math.min(6, times), usual, before: previous.value }]
      : []
  })
}

function lateSources({ cards, late, sourcesOf }: FocusInput): Focus[] {
  return late.map(({ source, lateness }) => {
    const blind = cards.filter((card) => sourcesOf(card).includes(source.code))
    return {
      kind: 'late' as const,
      source,
      lateness,
      blind,
      score: 1 + Math.min(5, lateness.workingDays) + Math.min(2, blind.length / 4),
    }
  })
}

function disputes({ cards }: FocusInput): Focus[] {
  return cards.flatMap((card) =>
    card.remarks.some(({ kind, answer }) => kind === 'dispute' && answer === null)
      ? [{ kind: 'dispute' as const, card, score: 2.5 }]
      : [],
  )
}

// Two cards of one formula family (on time, late) would say one thing twice: one matter a group, and one late source a line.
function isSameMatter(a: Focus, b: Focus): boolean {
  if (a.kind === 'late') return b.kind === 'late' && a.source.code === b.source.code
  return b.kind !== 'late' && a.card.definition.body.group === b.card.definition.body.group
}
