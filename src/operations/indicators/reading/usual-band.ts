// What is usual for a day or an hour: the same weekday (and hour) of the weeks before, with room for their spread. A value is never
// compared with itself: only what came before it says what is usual. Pure.

import { toDay } from '#calendar'

export interface UsualBand {
  low: (number | null)[]
  high: (number | null)[]
  /** Positions of the values outside. */
  outside: number[]
}

const weeksBefore = 8
const leastWeeks = 4
const spreads = 2.5
const daysAWeek = 7
const hoursAWeek = 24 * daysAWeek

/** Days from which the band of a day or an hour is learned. */
export const daysLearned = weeksBefore * daysAWeek

/** Bands for the last `shown` of the days; the days before them are only learned from. */
export const usualBandOf = (days: readonly string[], values: readonly (number | null)[], shown: number): UsualBand =>
  bandOf(days.map(toDay), values, { shown, week: daysAWeek })

/** The same by hour of the week, for local hours such as `2026-11-20T08`. */
export const usualHoursOf = (hours: readonly string[], values: readonly (number | null)[], shown: number): UsualBand =>
  bandOf(hours.map(hourNumber), values, { shown, week: hoursAWeek })

/** Local hours numbered as a clock counts them, so that a week is always 168 of them. */
export const hourNumber = (hour: string): number => toDay(hour.slice(0, 10)) * 24 + Number(hour.slice(11, 13))

function bandOf(
  places: readonly number[],
  values: readonly (number | null)[],
  { shown, week }: { shown: number; week: number },
): UsualBand {
  const byPlace = new Map(places.map((place, index) => [place, values[index] ?? null]))
  const band: UsualBand = { low: [], high: [], outside: [] }
  for (const [index, place] of places.slice(-shown).entries()) {
    const past = Array.from({ length: weeksBefore }, (_, before) => byPlace.get(place - week * (before + 1)) ?? null)
    const known = past.filter((value): value is number => value !== null)
    const limits = known.length >= leastWeeks ? limitsOf(known) : undefined
    band.low.push(limits?.low ?? null)
    band.high.push(limits?.high ?? null)
    const value = byPlace.get(place) ?? null
    if (limits && value !== null && (value < limits.low || value > limits.high)) band.outside.push(index)
  }
  return band
}

// Median and median deviation: one flooded week must not make the next flood usual.
function limitsOf(known: readonly number[]): { low: number; high: number } {
  const middle = medianOf(known)
  const spread = 1.4826 * medianOf(known.map((value) => Math.abs(value - middle)))
  const room = spreads * Math.max(spread, Math.abs(middle) * 0.05)
  const isNeverNegative = known.every((value) => value >= 0)
  return { low: isNeverNegative ? Math.max(0, middle - room) : middle - room, high: middle + room }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] = sorted.length % 2 ? [sorted[half], sorted[half]] : [sorted[half - 1], sorted[half]]
  return (low + high) / 2
}
