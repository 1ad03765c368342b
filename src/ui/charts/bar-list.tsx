// Bars lying down: one line a unit, so that long names wrap and lead on to the unit's own page.
import { scaleLinear } from 'd3-scale'
import { formatNumber } from '../format.ts'
import type { Column } from '../parts/table.tsx'
import { percent, seriesClass } from './axis.ts'
import { ChartFrame, type ChartWords } from './chart-frame.tsx'

export interface Bar {
  label: string
  href?: string
  value: number | null
  /** Marked on the bar: the target of this unit. */
  target?: number
  emphasis?: boolean
  /** Why it stands out, or why it has no value. */
  remark?: string
}

export interface BarChartProps extends ChartWords {
  bars: readonly Bar[]
  /** Heads of the table's columns. */
  labelTitle: string
  valueTitle: string
  unit?: string
  decimals?: number
  targetTitle?: string
}

/** Amounts of units side by side, from 0. */
export function BarChart(props: BarChartProps) {
  const { bars, unit, decimals } = props
  const sizes = bars.flatMap(({ value, target }) => [value ?? 0, target ?? 0])
  const most = Math.max(0, ...sizes)
  const least = Math.min(0, ...sizes)
  const place = (value: number) => ((value - least) / (most - least || 1)) * 100
  const anyEmphasis = bars.some(({ emphasis }) => emphasis)
  const suffix = unit === '%' ? '%' : ''
  return (
    <ChartFrame {...props} table={barTable(props)}>
      <ol class="bars">
        {bars.map(({ label, href, value, target, emphasis, remark }) => (
          <li key={label} class="bars-row">
            <span class="bars-label">
              {href ? <a href={href}>{label}</a> : label}
              {remark && <span class="muted small"> · {remark}</span>}
            </span>
            <svg class="bars-bar" height="14" width="100%" aria-hidden="true">
              <rect class="bars-track" width="100%" height="100%" />
              {value !== null && (
                <rect
                  class={`bar ${anyEmphasis && !emphasis ? 'series-rest' : 'series-1'}`}
                  x={percent(place(Math.min(0, value)))}
                  width={percent(Math.abs(place(value) - place(0)))}
                  height="100%"
                />
              )}
              {target !== undefined && (
                <line class="bars-target" x1={percent(place(target))} x2={percent(place(target))} y1="0" y2="100%" />
              )}
            </svg>
            <span class={value === null ? 'bars-value muted' : 'bars-value number'}>
              {value === null ? 'chưa có số liệu' : `${formatNumber(value, decimals)}${suffix}`}
            </span>
          </li>
        ))}
      </ol>
    </ChartFrame>
  )
}

function barTable({ bars, labelTitle, valueTitle, unit, decimals, targetTitle }: BarChartProps) {
  const columns: Column<Bar>[] = [
    { key: 'label', title: labelTitle, cell: ({ label, href }) => (href ? <a href={href}>{label}</a> : label) },
    {
      key: 'value',
      title: valueTitle,
      unit,
      kind: 'number',
      phone: true,
      cell: ({ value }) => (value === null ? undefined : formatNumber(value, decimals)),
    },
  ]
  if (targetTitle) {
    const cell = ({ target }: Bar) => (target === undefined ? undefined : formatNumber(target, decimals))
    columns.push({ key: 'target', title: targetTitle, unit, kind: 'number', phone: true, cell })
  }
  return { columns, rows: bars, rowKey: ({ label }: Bar) => label }
}

export interface StackedBarProps extends ChartWords {
  /** At most six, in the order they lie. */
  parts: readonly string[]
  rows: readonly { label: string; href?: string; values: readonly (number | null)[] }[]
  labelTitle: string
  unit?: string
  decimals?: number
  /** Each row fills the width: shares instead of amounts. */
  shares?: boolean
}

/** Amounts and the parts they are made of. */
export function StackedBar(props: StackedBarProps) {
  const { parts, rows, shares, decimals, unit } = props
  const sums = rows.map(({ values }) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0))
  const most = Math.max(0, ...sums)
  return (
    <ChartFrame
      {...props}
      legend={parts.map((label, index) => ({ label, look: `${seriesClass(index, false, false)} swatch-block` }))}
      table={{
        columns: [
          { key: 'label', title: props.labelTitle, cell: ({ label }) => label },
          ...parts.map((title, index) => ({
            key: `part-${index}`,
            title,
            unit,
            kind: 'number' as const,
            phone: true,
            cell: ({ values }: { values: readonly (number | null)[] }) => {
              const value = values[index] ?? null
              return value === null ? undefined : formatNumber(value, decimals)
            },
          })),
        ],
        rows,
        rowKey: ({ label }) => label,
      }}
    >
      <ol class="bars">
        {rows.map(({ label, href, values }, at) => {
          const whole = (shares ? sums[at] : most) || 1
          let start = 0
          return (
            <li key={label} class="bars-row">
              <span class="bars-label">{href ? <a href={href}>{label}</a> : label}</span>
              <svg class="bars-bar bars-stack" height="22" width="100%" aria-hidden="true">
                {values.map((value, index) => {
                  const width = ((value ?? 0) / whole) * 100
                  const from = start
                  start += width
                  if (width === 0) return null
                  const part = parts[index] ?? ''
                  return (
                    <g key={part}>
                      <rect
                        class={`bar ${seriesClass(index, false, false)}`}
                        x={percent(from)}
                        width={percent(width)}
                        height="100%"
                      >
                        <title>{`${part}: ${formatNumber(value ?? 0, decimals)}`}</title>
                      </rect>
                      {width > 12 && (
                        <text class="stack-text" x={percent(from + width / 2)} y="50%" dy="0.35em" text-anchor="middle">
                          {formatNumber(value ?? 0, decimals)}
                        </text>
                      )}
                    </g>
                  )
                })}
              </svg>
              <span class="bars-value number">{formatNumber(sums[at] ?? 0, decimals)}</span>
            </li>
          )
        })}
      </ol>
    </ChartFrame>
  )
}

export interface RangePlotProps extends ChartWords {
  rows: readonly { label: string; href?: string; low: number | null; middle: number | null; high: number | null }[]
  labelTitle: string
  titles: { low: string; middle: string; high: string }
  unit?: string
  decimals?: number
}

/** A middle value with its spread: half of the cases lie on the line. */
export function RangePlot(props: RangePlotProps) {
  const { rows, titles, unit, decimals } = props
  const most = Math.max(0, ...rows.map(({ high, middle }) => high ?? middle ?? 0)) || 1
  const scale = scaleLinear().domain([0, most]).nice(4).range([1, 99])
  const place = (value: number) => percent(scale(value))
  const column = (key: 'low' | 'middle' | 'high') => ({
    key,
    title: titles[key],
    unit,
    kind: 'number' as const,
    phone: true,
    cell: (row: RangePlotProps['rows'][number]) => {
      const value = row[key]
      return value === null ? undefined : formatNumber(value, decimals)
    },
  })
  return (
    <ChartFrame
      {...props}
      table={{
        columns: [
          { key: 'label', title: props.labelTitle, cell: ({ label }) => label },
          column('low'),
          column('middle'),
          column('high'),
        ],
        rows,
        rowKey: ({ label }) => label,
      }}
    >
      <ol class="bars">
        {rows.map(({ label, href, low, middle, high }) => (
          <li key={label} class="bars-row">
            <span class="bars-label">{href ? <a href={href}>{label}</a> : label}</span>
            <svg class="bars-bar" height="14" width="100%" aria-hidden="true">
              <line class="grid-line" x1="0" x2="100%" y1="50%" y2="50%" />
              {low !== null && high !== null && (
                <line class="range-line" x1={place(low)} x2={place(high)} y1="50%" y2="50%" />
              )}
              {middle !== null && <circle class="dot series-1" cx={place(middle)} cy="50%" r="5" />}
            </svg>
            <span class={middle === null ? 'bars-value muted' : 'bars-value number'}>
              {middle === null ? 'chưa có số liệu' : formatNumber(middle, decimals)}
            </span>
          </li>
        ))}
        <li class="bars-row" aria-hidden="true">
          <span class="bars-label muted small">{unit}</span>
          <svg class="bars-bar" height="16" width="100%" aria-hidden="true">
            {scale.ticks(4).map((tick) => (
              <text key={tick} class="axis-text" x={place(tick)} y="12" text-anchor={anchorAt(scale(tick))}>
                {formatNumber(tick)}
              </text>
            ))}
          </svg>
          <span class="bars-value" />
        </li>
      </ol>
    </ChartFrame>
  )
}

// Labels at the ends of a scale stay inside it.
function anchorAt(place: number): 'start' | 'middle' | 'end' {
  if (place < 3) return 'start'
  return place > 97 ? 'end' : 'middle'
}
