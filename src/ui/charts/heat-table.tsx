import { formatDateTime, formatNumber } from '../format.ts'
import { classes, useSurroundings } from '../render.tsx'
import type { ChartWords } from './chart-frame.tsx'

export interface HeatTableProps extends ChartWords {
  columns: readonly string[]
  rows: readonly { label: string; values: readonly (number | null)[] }[]
  /** Head of the first column: "Thứ". */
  corner: string
  decimals?: number
}

const classCount = 5

/** Hour by weekday: a real table whose cells are shaded in five classes; the limits stand in the legend. */
export function HeatTable(props: HeatTableProps) {
  const { id, title, measure, source, asOf, note, columns, rows, decimals } = props
  const { timeZone } = useSurroundings()
  const known = rows.flatMap(({ values }) => values).filter((value): value is number => value !== null)
  const limits = classLimits(known)
  const anyMissing = rows.some(({ values }) => values.includes(null))
  return (
    <figure class="chart" id={id} aria-labelledby={`${id}-name`}>
      <figcaption>
        <h3 class="chart-title" id={`${id}-name`}>
          {title}
        </h3>
        <p class="chart-measure">{measure}</p>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="heat-scroll" aria-label={title} tabIndex={0}>
        <table class="heat">
          <thead>
            <tr>
              <th scope="col">{props.corner}</th>
              {columns.map((label) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, values }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {columns.map((column, index) => {
                  const value = values[index] ?? null
                  const look = value === null ? 'heat-none' : `heat-${classOf(value, limits)}`
                  return (
                    <td key={column} class={look}>
                      {value === null ? (
                        <span class="hidden-visually">không có số liệu</span>
                      ) : (
                        formatNumber(value, decimals)
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <HeatLegend limits={limits} decimals={decimals} anyMissing={anyMissing} />
      {note && <p class="chart-source">{note}</p>}
      <p class="chart-source">
        Nguồn: {source}
        {asOf && ` · số liệu đến ${formatDateTime(asOf, timeZone)}`}
      </p>
    </figure>
  )
}

/** The edges of five equal classes between the least and the most; fewer values give one class. */
function classLimits(values: readonly number[]): number[] {
  if (values.length === 0) return []
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (least === most) return [least, most]
  return Array.from({ length: classCount + 1 }, (_, index) => least + ((most - least) * index) / classCount)
}

function classOf(value: number, limits: readonly number[]): number {
  const above = limits.slice(1, -1).filter((limit) => value >= limit).length
  return above + 1
}

function HeatLegend(props: { limits: readonly number[]; decimals?: number; anyMissing: boolean }) {
  const { limits, decimals, anyMissing } = props
  return (
    <ul class="legend">
      {Array.from({ length: Math.max(0, limits.length - 1) }, (_, index) => index).map((index) => (
        <li key={index}>
          <span class={classes('heat-swatch', `heat-${index + 1}`)} aria-hidden="true" />
          {formatNumber(limits[index] ?? 0, decimals)}–{formatNumber(limits[index + 1] ?? 0, decimals)}
        </li>
      ))}
      {anyMissing && (
        <li>
          <span class="heat-swatch heat-none" aria-hidden="true" />
          không có số liệu
        </li>
      )}
    </ul>
  )
}
