import { line } from 'd3-shape'
import { formatNumber } from '../format.ts'

export interface SparklineProps {
  /** Oldest first; `null` is a gap, never a zero. */
  values: readonly (number | null)[]
  /** What the line is, for readers: "Tỷ lệ đúng hạn, 12 tháng". */
  label: string
  /** Where the line must be cut: before this index another organisation reported (a merger). */
  breaks?: readonly number[]
  target?: number
}

const width = 100
const height = 32

/** The course of the last periods: a line with gaps, its last point marked. It stretches to the width it is given. */
export function Sparkline({ values, label, breaks = [], target }: SparklineProps) {
  const known = values.filter((value): value is number => value !== null)
  const last = values.findLastIndex((value) => value !== null)
  if (known.length < 2 || last < 0) return null
  const all = target === undefined ? known : [...known, target]
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const x = (index: number) => (values.length < 2 ? 0 : (index / (values.length - 1)) * width)
  const y = (value: number) => (high === low ? height / 2 : height - ((value - low) / (high - low)) * height)
  const draw = line<{ index: number; value: number | null }>()
    .defined(({ value }) => value !== null)
    .x(({ index }) => round(x(index)))
    .y(({ value }) => round(y(value ?? 0)))
  const runs = splitAt(values, breaks)
  const first = formatNumber(known[0] ?? 0)
  return (
    <svg
      class="spark"
      role="img"
      aria-label={`${label}: từ ${first} đến ${formatNumber(values[last] ?? 0)}, thấp nhất ${formatNumber(Math.min(...known))}, cao nhất ${formatNumber(Math.max(...known))}`}
    >
      <svg
        viewBox={`0 -2 ${width} ${height + 4}`}
        preserveAspectRatio="none"
        width="100%"
        height="100%"
        overflow="visible"
        aria-hidden="true"
      >
        {target !== undefined && (
          <path class="spark-target" d={`M0 ${round(y(target))}H${width}`} vector-effect="non-scaling-stroke" />
        )}
        {runs.map((run) => (
          <path key={run[0]?.index} class="spark-line" d={draw(run) ?? ''} vector-effect="non-scaling-stroke" />
        ))}
      </svg>
      <circle
        class="spark-end"
        cx={`${round(x(last))}%`}
        cy={`${round(((y(values[last] ?? 0) + 2) / (height + 4)) * 100)}%`}
        r="2.5"
      />
    </svg>
  )
}

function splitAt(values: readonly (number | null)[], breaks: readonly number[]) {
  const points = values.map((value, index) => ({ index, value }))
  const edges = [0, ...breaks.filter((edge) => edge > 0 && edge < values.length), values.length]
  return edges.slice(0, -1).map((from, at) => points.slice(from, edges[at + 1]))
}

const round = (value: number) => Math.round(value * 100) / 100
