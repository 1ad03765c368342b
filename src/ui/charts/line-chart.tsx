import { formatNumber } from '../format.ts'
import type { Column } from '../parts/table.tsx'
import { cut, makeValueAxis, percent, seriesClass, spreadLabels, type ValueAxis } from './axis.ts'
import { ChartFrame, type ChartWords } from './chart-frame.tsx'
import {
  BandArea,
  BreakMark,
  type LineSeries,
  placeOf,
  SeriesLine,
  TargetLine,
  targetSteps,
  type Values,
} from './line-marks.tsx'
import { Grid, PeriodLabels } from './plot-axes.tsx'

export interface LineChartProps extends ChartWords {
  /** Labels of the periods, oldest first. */
  periods: readonly string[]
  series: readonly LineSeries[]
  decimals?: number
  unit?: string
  target?: { label: string; values: number | Values }
  /** Usual range of the weekday and hour, or the range of a forecast. */
  bands?: readonly { label: string; low: Values; high: Values }[]
  /** Before these periods every line is cut: figures of a merged organisation are never joined to the older ones. */
  breaks?: readonly { before: number; label: string }[]
  /** Values outside the usual range. */
  anomalies?: readonly { period: number; series: number; words: string }[]
  fromZero?: boolean
}

const heightPx = 240

/** A course over time. */
export function LineChart(props: LineChartProps) {
  const { periods, series, target, bands = [], breaks = [], unit = '' } = props
  const anyEmphasis = series.some(({ emphasis }) => emphasis)
  const axis = makeValueAxis(allValues(props), props.fromZero ?? false)
  const looks = series.map(({ emphasis }, index) => seriesClass(index, emphasis, anyEmphasis))
  const legend = [
    ...(series.length > 1
      ? series.map(({ name }, index) => ({ label: name, look: looks[index] ?? '', narrowOnly: true }))
      : []),
    ...(series.some(({ forecastFrom }) => forecastFrom !== undefined) ? [{ label: 'Dự báo', look: 'forecast' }] : []),
    ...bands.map(({ label }) => ({ label, look: 'band' })),
  ]
  const ends = series.length > 1 ? Math.min(24, Math.max(...series.map(({ name }) => name.length))) + 7 : 7
  return (
    <ChartFrame {...props} legend={legend} table={tableOf(props)}>
      <div class={`plot gutter-${Math.min(axis.width, 10)} ends-${Math.ceil(ends / 4) * 4}`}>
        <svg class="plot-svg" role="img" aria-label={props.title} aria-describedby={`${props.id}-words`}>
          <desc id={`${props.id}-words`}>{describeSeries(props)}</desc>
          <Grid axis={axis} />
          <PeriodLabels periods={periods} place={(index) => placeOf(index, periods.length)} />
          <svg
            viewBox="0 0 1000 1000"
            preserveAspectRatio="none"
            width="100%"
            height="100%"
            aria-hidden="true"
            overflow="visible"
          >
            {bands.map((band) => (
              <BandArea key={band.label} band={band} axis={axis} breaks={breaks} />
            ))}
            {series.map((each, index) => (
              <SeriesLine key={each.name} series={each} look={looks[index] ?? ''} axis={axis} breaks={breaks} />
            ))}
          </svg>
          {breaks.map(({ before, label }) => (
            <BreakMark key={label} at={placeOf(before - 0.5, periods.length)} label={label} />
          ))}
          <Points {...props} axis={axis} looks={looks} />
          {target && <TargetLine label={target.label} steps={targetSteps(target.values, periods.length)} axis={axis} />}
          <EndLabels series={series} looks={looks} axis={axis} decimals={props.decimals} />
          <Columns {...props} unit={unit} />
        </svg>
      </div>
    </ChartFrame>
  )
}

function allValues({ series, target, bands = [] }: LineChartProps): number[] {
  const targets = target === undefined ? [] : typeof target.values === 'number' ? [target.values] : target.values
  const lists = [...series.map(({ values }) => values), targets, ...bands.flatMap(({ low, high }) => [low, high])]
  return lists.flat().filter((value): value is number => value !== null)
}
function Points({
  series,
  anomalies = [],
  axis,
  looks,
  periods,
}: LineChartProps & { axis: ValueAxis; looks: readonly string[] }) {
  return (
    <g>
      {series.flatMap(({ values, name }, at) => {
        const last = values.findLastIndex((value) => value !== null)
        return values.map((value, index) => {
          // A value between two gaps has no line to stand on, so it is drawn as a dot.
          const alone = value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null
          if (value === null || (index !== last && !alone)) return null
          const cx = percent(placeOf(index, periods.length))
          return (
            <circle key={`${name}${index}`} class={`dot ${looks[at]}`} cx={cx} cy={percent(axis.y(value))} r="3.5" />
          )
        })
      })}
      {anomalies.map(({ period, series: at, words }) => {
        const value = series[at]?.values[period]
        if (value === undefined || value === null) return null
        return (
          <circle
            key={`${at}-${period}`}
            class="anomaly"
            cx={percent(placeOf(period, periods.length))}
            cy={percent(axis.y(value))}
            r="6"
          >
            <title>{words}</title>
          </circle>
        )
      })}
    </g>
  )
}

function EndLabels(props: {
  series: readonly LineSeries[]
  looks: readonly string[]
  axis: ValueAxis
  decimals?: number
}) {
  const { series, looks, axis, decimals } = props
  const ends = series.flatMap(({ name, values }, index) => {
    const value = values.findLast((each) => each !== null)
    return value === undefined || value === null ? [] : [{ name, value, look: looks[index] ?? '' }]
  })
  const places = spreadLabels(
    ends.map(({ value }) => (axis.y(value) / 100) * heightPx),
    18,
    heightPx,
  )
  return (
    <g>
      {ends.map(({ name, value, look }, index) => (
        <text
          key={name}
          class={`end-text ${look}`}
          x="100%"
          dx="10"
          y={percent(((places[index] ?? 0) / heightPx) * 100)}
          dy="0.35em"
        >
          <tspan class="end-value">{formatNumber(value, decimals)}</tspan>
          {ends.length > 1 && (
            <tspan class="end-name" dx="6">
              {cut(name, 24)}
            </tspan>
          )}
        </text>
      ))}
    </g>
  )
}

// Hovering a period shows its figures; readers and touch have the table.
function Columns({ periods, series, decimals, unit }: LineChartProps) {
  if (periods.length > 200) return null
  const width = 100 / Math.max(1, periods.length - 1)
  return (
    <g class="columns-hit">
      {periods.map((period, index) => (
        <rect
          key={period}
          class="hit"
          x={percent(placeOf(index, periods.length) - width / 2)}
          y="0"
          width={percent(width)}
          height="100%"
        >
          <title>
            {[
              period,
              ...series.map(({ name, values }) => `${name}: ${valueWords(values[index] ?? null, decimals, unit)}`),
            ].join('\n')}
          </title>
        </rect>
      ))}
    </g>
  )
}

function valueWords(value: number | null, decimals?: number, unit = ''): string {
  return value === null
    ? 'chưa có số liệu'
    : `${formatNumber(value, decimals)}${unit === '%' ? '%' : unit && ` ${unit}`}`
}

function describeSeries({ periods, series, unit, decimals }: LineChartProps): string {
  return series
    .map(({ name, values }) => {
      const first = values.findIndex((value) => value !== null)
      const last = values.findLastIndex((value) => value !== null)
      if (first < 0) return `${name}: chưa có số liệu`
      const words = (index: number) => `${valueWords(values[index] ?? null, decimals, unit)} (${periods[index]})`
      return `${name}: từ ${words(first)} đến ${words(last)}`
    })
    .join('; ')
}

function tableOf({ periods, series, decimals, unit, target }: LineChartProps) {
  type Row = { period: string; index: number }
  const figure = (value: number | null | undefined) =>
    value === null || value === undefined ? undefined : formatNumber(value, decimals)
  const columns: Column<Row>[] = [
    { key: 'period', title: 'Kỳ', cell: ({ period }) => period },
    ...series.map(
      ({ name, values, forecastFrom }): Column<Row> => ({
        key: `series-${name}`,
        title: name,
        unit,
        kind: 'number',
        phone: true,
        cell: ({ index }) => {
          const text = figure(values[index])
          return text !== undefined && forecastFrom !== undefined && index >= forecastFrom ? `${text} (dự báo)` : text
        },
      }),
    ),
  ]
  if (target) {
    const { label, values } = target
    const cell = ({ index }: Row) => figure(typeof values === 'number' ? values : values[index])
    columns.push({ key: 'target', title: label, unit, kind: 'number', phone: true, cell })
  }
  return { columns, rows: periods.map((period, index) => ({ period, index })), rowKey: (row: Row) => `${row.index}` }
}
