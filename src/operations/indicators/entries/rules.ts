// Rules of typed figures: pure, no clock, no database.

import { parsePeriod, periodRange } from '#calendar'
import type { Definition } from '../model.ts'

/** Values between these are as usual. */
export interface Band {
  low: number
  high: number
}

const leastPeriods = 4
const spreads = 3
// A series that hardly moved would find every step unusual.
const leastRoom = 0.25

/** What is usual after the values of earlier periods: median and median deviation, so that one wild value widens nothing. */
export function plausibleBand(values: readonly number[]): Band | undefined {
  if (values.length < leastPeriods) return undefined
  const middle = medianOf(values)
  const spread = 1.4826 * medianOf(values.map((value) => Math.abs(value - middle)))
  const room = Math.max(spreads * spread, leastRoom * Math.abs(middle))
  return room === 0 ? undefined : { low: middle - room, high: middle + room }
}

export const isPlausible = (value: number, band: Band | undefined): boolean =>
  !band || (value >= band.low && value <= band.high)

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const high = sorted[half] ?? 0
  return sorted.length % 2 ? high : (high + (sorted[half - 1] ?? 0)) / 2
}

export type Joining = 'sum' | 'mean' | 'last' | 'none'

export interface Joined {
  value: number
  numerator: number
  denominator: number
  count: number
}

/** Several figures as one; `values` in the order of their periods. Nothing where there is nothing to join. */
export function joinValues(values: readonly number[], how: Joining): Joined | undefined {
  const last = values.at(-1)
  if (how === 'none' || last === undefined) return undefined
  const numerator = values.reduce((sum, value) => sum + value, 0)
  if (how === 'sum') return { value: numerator, numerator, denominator: 0, count: values.length }
  if (how === 'mean')
    return { value: numerator / values.length, numerator, denominator: values.length, count: values.length }
  return { value: last, numerator: last, denominator: 0, count: 1 }
}

/** Who types a figure: the indicator's owner for the whole, or each unit for itself. */
export function typesForWhole({ formula }: Definition): boolean {
  return formula.type === 'typed' && formula.overOrganisations === 'none'
}

/** The longer periods of a definition in which a period lies whole, shortest first. */
export function enclosingPeriods(
  { periods }: Definition,
  period: string,
  periodOf: (kind: Definition['periods'][number], day: string) => string,
): string[] {
  const { from, to } = periodRange(period)
  const found = periods.flatMap((kind) => {
    if (kind === parsePeriod(period).kind) return []
    const code = periodOf(kind, from)
    const range = periodRange(code)
    return range.from <= from && range.to >= to ? [{ code, days: Date.parse(range.to) - Date.parse(range.from) }] : []
  })
  return found.toSorted((a, b) => a.days - b.days).map(({ code }) => code)
}
