// How a value stands against its target, in plain rules: no clock, no database.

import { findPeriod, periodRange } from '#calendar'
import { isStock } from '../computation/plan.ts'
import type { Definition } from '../model.ts'

export type Standing = 'normal' | 'watch' | 'breach'

export interface ResolvedTarget {
  value: number
  /** Period for which it was given: the year's, where the month has none of its own. */
  period: string
  organisation: string
  basis: string
}

export interface Judgement {
  standing: Standing
  /** What the value is measured by: the target, or in a running period its even share to date. */
  expected: number
  isPace: boolean
  /** Value less what was expected, in the indicator's unit. */
  gap: number
  /** How far it falls short, in percent of what was expected; 0 or less is no shortfall. */
  shortfallPercent: number
}

/** Its values of parts of a period add up to that of the period, so that a year's target says nothing of one month. */
export function isAdditive(definition: Definition): boolean {
  const { formula } = definition
  if (formula.type === 'measure')
    return !isStock(definition) && formula.measures.every(({ aggregate }) => aggregate !== 'average')
  return formula.type === 'typed' && formula.overTime === 'sum'
}

/** Grows in the course of its period: sums, and shares of a plan in money (disbursement), unlike shares of what happened. */
export function accumulates(definition: Definition): boolean {
  const { formula } = definition
  if (formula.type === 'ratio') return formula.numerator.every(({ kind }) => kind === 'budget-movement')
  return isAdditive(definition)
}

const spanOf = (period: string) => (findPeriod(period) ? periodRange(period) : undefined)

/** The target of an organisation and a period: its own, else (of ratios and means) the one above it and of the longer period. */
export function resolveTarget(
  definition: Definition,
  { organisation, ancestors, period }: { organisation: string; ancestors: readonly string[]; period: string },
): ResolvedTarget | undefined {
  const root = ancestors[0] ?? organisation
  const asked = spanOf(period)
  const inherits = !isAdditive(definition)
  const candidates = definition.targets.flatMap((target) => {
    const holder = target.organisation ?? root
    const nearness = holder === organisation ? 0 : ancestors.toReversed().indexOf(holder) + 1
    const span = spanOf(target.period)
    const covers = target.period === period || (asked && span ? span.from <= asked.from && span.to >= asked.to : false)
    if (!covers || (holder !== organisation && (!inherits || nearness === 0))) return []
    if (target.period !== period && !inherits) return []
    const days = span ? Date.parse(span.to) - Date.parse(span.from) : Number.POSITIVE_INFINITY
    return [{ target, holder, nearness, days }]
  })
  const [best] = candidates.toSorted((a, b) => a.nearness - b.nearness || a.days - b.days)
  return (
    best && {
      value: best.target.value,
      period: best.target.period,
      organisation: best.holder,
      basis: best.target.basis,
    }
  )
}

/** Share of a period that has passed at the end of a day, from 0 to 1. */
export function elapsedShare(period: string, today: string): number {
  const span = spanOf(period)
  if (!span || today >= span.to) return 1
  if (today < span.from) return 0
  const day = 86_400_000
  return (Date.parse(today) - Date.parse(span.from) + day) / (Date.parse(span.to) - Date.parse(span.from) + day)
}

/** How a value stands; nothing can be said without a target or where neither way is better. */
export function judge(
  definition: Definition,
  value: number,
  target: ResolvedTarget | undefined,
  elapsed = 1,
): Judgement | undefined {
  const { direction, thresholds } = definition
  if (!target || direction === 'none') return undefined
  const isPace = elapsed < 1 && accumulates(definition) && direction === 'up'
  const expected = isPace ? target.value * elapsed : target.value
  const gap = value - expected
  const lack = direction === 'up' ? -gap : gap
  const shortfallPercent = expected === 0 ? (lack > 0 ? 100 : 0) : (lack / Math.abs(expected)) * 100
  const standing =
    shortfallPercent > 0 && shortfallPercent >= thresholds.breachPercent
      ? 'breach'
      : shortfallPercent > thresholds.watchPercent
        ? 'watch'
        : 'normal'
  return { standing, expected, isPace, gap, shortfallPercent }
}

export interface Outlook {
  /** Where the period will end when the rest goes as it has gone. */
  atEnd: number
  /** What each of the months that are left must bring for the target to be met. */
  neededPerMonth: number
  /** What a month has brought so far. */
  perMonth: number
}

/** Pace to plan of a value that grows through its period. */
export function outlookOf(
  definition: Definition,
  value: number,
  { target, period, elapsed }: { target: number; period: string; elapsed: number },
): Outlook | undefined {
  const span = spanOf(period)
  if (!accumulates(definition) || !span || elapsed <= 0 || elapsed >= 1) return undefined
  const months = (Date.parse(span.to) - Date.parse(span.from)) / (30.4375 * 86_400_000)
  return {
    atEnd: value / elapsed,
    perMonth: value / (months * elapsed),
    neededPerMonth: Math.max(0, target - value) / (months * (1 - elapsed)),
  }
}
