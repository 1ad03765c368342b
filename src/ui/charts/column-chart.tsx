import { formatNumber } from '../format.ts'
import { makeValueAxis, percent, round } from './axis.ts'
import { ChartFrame, type ChartWords } from './chart-frame.tsx'
import { Grid, PeriodLabels } from './plot-axes.tsx'

export interface ColumnChartProps extends ChartWords {
  /** Upright bars over periods, oldest first. `null` is no data: no bar, and the table says so. */
  columns: readonly { label: string; value: number | null; emphasis?: boolean }[]
  name: string
  unit?: string
  decimals?: number
  target?: { label: string; value: number }
}

/** Amounts by period as upright bars from 0. */
export function ColumnChart(props: ColumnChartProps) {
  const { columns, target, name, unit, decimals } = props
  const known = columns.map(({ value }) => value).filter((value): value is number => value !== null)
  const axis = makeValueAxis(target ? [...known, target.value] : known, true)
  const anyEmphasis = columns.some(({ emphasis }) => emphasis)
  const step = 100 / Math.max(1, columns.length)
  const middle = (index: number) => round((index + 0.5) * step)
  const words = (value: number | null) =>
    value === null ? 'chưa có số liệu' : `${formatNumber(value, decimals)} ${unit ?? ''}`.trim()
  return (
    <ChartFrame
      {...props}
      legend={target && [{ label: target.label, look: 'target' }]}
      table={{
        columns: [
          { key: 'label', title: 'Kỳ', cell: ({ label }) => label },
          {
            key: 'value',
            title: name,
            unit,
            kind: 'number',
            phone: true,
            cell: ({ value }) => (value === null ? undefined : formatNumber(value, decimals)),
          },
        ],
        rows: columns,
        rowKey: ({ label }) => label,
      }}
    >
      <div class={`plot gutter-${Math.min(axis.width, 10)}${target ? ' ends-8' : ''}`}>
        <svg class="plot-svg" role="img" aria-label={props.title} aria-describedby={`${props.id}-words`}>
          <desc id={`${props.id}-words`}>
            {columns.map(({ label, value }) => `${label}: ${words(value)}`).join('; ')}
          </desc>
          <Grid axis={axis} />
          <PeriodLabels periods={columns.map(({ label }) => label)} place={middle} />
          {columns.map(({ label, value, emphasis }, index) => {
            if (value === null) return null
            const top = Math.min(axis.y(value), axis.y(0))
            const width = step * (columns.length > 40 ? 0.9 : 0.68)
            return (
              <rect
                key={label}
                class={`bar ${anyEmphasis && !emphasis ? 'series-rest' : 'series-1'}`}
                x={percent(middle(index) - width / 2)}
                y={percent(top)}
                width={percent(width)}
                height={percent(Math.abs(axis.y(value) - axis.y(0)))}
              >
                <title>{`${label}: ${words(value)}`}</title>
              </rect>
            )
          })}
          {target && <TargetMark value={target.value} y={axis.y(target.value)} decimals={decimals} />}
        </svg>
      </div>
    </ChartFrame>
  )
}

function TargetMark({ value, y, decimals }: { value: number; y: number; decimals?: number }) {
  return (
    <g class="target">
      <line class="target-line" x1="0" x2="100%" y1={percent(y)} y2={percent(y)} />
      <text class="target-text" x="100%" dx="6" y={percent(y)} dy="0.35em">
        {formatNumber(value, decimals)}
      </text>
    </g>
  )
}
