// What charts share: a value axis with round ticks, the choice of which period labels are drawn, and lengths in per cent. Plots
// are drawn in per cent of their own box, so one drawing fits every width and its letters never shrink.
import { scaleLinear } from 'd3-scale'
import { formatNumber, formatShort } from '../format.ts'

export interface ValueAxis {
  /** Place of a value, in per cent from the top. */
  y: (value: number) => number
  ticks: { value: number; label: string }[]
  /** Longest label, in characters. */
  width: number
}

/** Round limits around the values. Bars start at 0; lines do when 0 is near. */
export function makeValueAxis(values: readonly number[], fromZero: boolean): ValueAxis {
  const [least, most] = limits(values, fromZero)
  const scale = scaleLinear().domain([least, most]).nice(4)
  const [low = 0, high = 1] = scale.domain()
  const ticks = scale.ticks(4).map((value) => ({ value, label: axisLabel(value) }))
  return {
    y: (value) => round(((high - value) / (high - low)) * 100),
    ticks,
    width: Math.max(...ticks.map(({ label }) => label.length)),
  }
}

function limits(values: readonly number[], fromZero: boolean): [number, number] {
  if (values.length === 0) return [0, 1]
  const least = Math.min(...values)
  const most = Math.max(...values)
  const zeroIsNear = least >= 0 && least < most * 0.4
  const low = fromZero || zeroIsNear ? Math.min(0, least) : least
  const high = fromZero ? Math.max(0, most) : most
  return low === high ? [low - (low === 0 ? 0 : 1), high + 1] : [low, high]
}

function axisLabel(value: number): string {
  return Math.abs(value) >= 10_000 ? formatShort(value) : formatNumber(value)
}

/** Which of `count` labels are drawn: the last one always, none too near another; `wide` ones give way on a narrow screen. */
export function chooseTicks(count: number, longest: number): { index: number; wide: boolean }[] {
  const most = { wide: longest > 8 ? 7 : 12, narrow: longest > 8 ? 3 : 5 }
  const narrowStep = stepOf(count, most.narrow)
  // A step that divides the narrow one keeps both sets evenly spaced.
  const wideStep = divisors(narrowStep).find((step) => Math.ceil(count / step) <= most.wide) ?? narrowStep
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => (count - 1 - index) % wideStep === 0)
    .map((index) => ({ index, wide: (count - 1 - index) % narrowStep !== 0 }))
}

function stepOf(count: number, most: number): number {
  const needed = Math.ceil(count / most)
  return [1, 2, 3, 4, 6, 12, 24, 48, 72, 168, 336, 720].find((step) => step >= needed) ?? needed
}

function divisors(value: number): number[] {
  return Array.from({ length: value }, (_, index) => index + 1).filter((step) => value % step === 0)
}

/** Moves labels apart that would overlap; places and the answer are in pixels from the top, in the order given. */
export function spreadLabels(places: readonly number[], apart: number, bottom: number): number[] {
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place)
  let floor = Number.NEGATIVE_INFINITY
  for (const each of order) {
    each.place = Math.max(each.place, floor)
    floor = each.place + apart
  }
  let ceiling = bottom
  for (const each of order.toReversed()) {
    each.place = Math.min(each.place, ceiling)
    ceiling = each.place - apart
  }
  const spread = [...places]
  for (const { place, index } of order) spread[index] = place
  return spread
}

export const round = (value: number): number => Math.round(value * 100) / 100

export const percent = (value: number): string => `${round(value)}%`

/** Colour class of the n-th series: at most six have colours of their own. */
export function seriesClass(index: number, emphasised: boolean | undefined, anyEmphasis: boolean): string {
  if (anyEmphasis) return emphasised ? 'series-1' : 'series-rest'
  return index < 6 ? `series-${index + 1}` : 'series-rest'
}

export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`
}
