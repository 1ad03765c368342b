import { area, line } from 'd3-shape'
import { formatNumber } from '../format.ts'
import { percent, round, type ValueAxis } from './axis.ts'

export type Values = readonly (number | null)[]

export interface LineSeries {
  name: string
  /** One a period; `null` is a gap in the line. */
  values: Values
  /** From this period on the values are forecast and the line is dashed. */
  forecastFrom?: number
  /** Stands out; the others turn grey. */
  emphasis?: boolean
}
/** Place of a period in per cent of the width. */
export function placeOf(index: number, count: number): number {
  return count < 2 ? 50 : round((index / (count - 1)) * 100)
}
interface Point {
  index: number
  value: number | null
}

type Breaks = readonly { before: number }[]

/** The stretches of a line: cut at every break, so that no stroke crosses one. */
export function splitRuns(values: Values, breaks: Breaks): Point[][] {
  const edges = [0, ...breaks.map(({ before }) => before).sort((a, b) => a - b), values.length]
  const points = values.map((value, index) => ({ index, value }))
  return edges
    .slice(1)
    .map((to, at) => points.slice(edges[at], to))
    .filter((run) => run.length > 0)
}

export function SeriesLine(props: { series: LineSeries; look: string; axis: ValueAxis; breaks: Breaks }) {
  const { series, look, axis, breaks } = props
  const from = series.forecastFrom ?? series.values.length
  const draw = line<Point>()
    .defined(({ value }) => value !== null)
    .x(({ index }) => round(placeOf(index, series.values.length) * 10))
    .y(({ value }) => round(axis.y(value ?? 0) * 10))
  const runs = splitRuns(series.values, breaks)
  return (
    <g class={look}>
      {runs.map((run) => {
        const known = run.filter(({ index }) => index < from)
        // The dashed part begins at the last known point, so that the two meet.
        const ahead = run.filter(({ index }) => index >= from - 1)
        return (
          <g key={run[0]?.index}>
            <path class="line" d={draw(known) ?? ''} vector-effect="non-scaling-stroke" />
            {ahead.length > 1 && from < series.values.length && (
              <path class="line line-forecast" d={draw(ahead) ?? ''} vector-effect="non-scaling-stroke" />
            )}
          </g>
        )
      })}
    </g>
  )
}

export function BandArea(props: { band: { low: Values; high: Values }; axis: ValueAxis; breaks: Breaks }) {
  const { band, axis, breaks } = props
  const high = (index: number) => band.high[index] ?? null
  const draw = area<Point>()
    .defined(({ index, value }) => value !== null && high(index) !== null)
    .x(({ index }) => round(placeOf(index, band.low.length) * 10))
    .y0(({ value }) => round(axis.y(value ?? 0) * 10))
    .y1(({ index }) => round(axis.y(high(index) ?? 0) * 10))
  return (
    <g class="band">
      {splitRuns(band.low, breaks).map((run) => (
        <path key={run[0]?.index} d={draw(run) ?? ''} />
      ))}
    </g>
  )
}

interface TargetStep {
  from: number
  to: number
  value: number
}

// A target of each year is a step: it holds for its periods and then changes. Places are in per cent of the width.
export function targetSteps(values: number | Values, count: number): TargetStep[] {
  if (typeof values === 'number') return [{ from: 0, to: 100, value: values }]
  const half = count < 2 ? 50 : 50 / (count - 1)
  const steps: TargetStep[] = []
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    const [from, to] = [Math.max(0, placeOf(index, count) - half), Math.min(100, placeOf(index, count) + half)]
    const last = steps.at(-1)
    if (last && last.value === value && Math.abs(last.to - from) < 0.1) last.to = to
    else steps.push({ from, to, value })
  }
  return steps
}

export function TargetLine({ label, steps, axis }: { label: string; steps: readonly TargetStep[]; axis: ValueAxis }) {
  return (
    <g class="target">
      {steps.map(({ from, to, value }, index) => (
        <g key={from}>
          <line
            class="target-line"
            x1={percent(from)}
            x2={percent(to)}
            y1={percent(axis.y(value))}
            y2={percent(axis.y(value))}
          />
          <text class="target-text halo" x={percent(from)} dx="4" y={percent(axis.y(value))} dy="-5">
            {index === 0 && `${label} `}
            {formatNumber(value)}
          </text>
        </g>
      ))}
    </g>
  )
}

export function BreakMark({ at, label }: { at: number; label: string }) {
  const left = at > 60
  return (
    <g>
      <line class="break-line" x1={percent(at)} x2={percent(at)} y1="0" y2="100%" />
      <text class="axis-text" x={percent(at)} y="0" dx={left ? 4 : -4} dy="-6" text-anchor={left ? 'end' : 'start'}>
        {label}
      </text>
    </g>
  )
}
