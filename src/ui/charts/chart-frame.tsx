import type { ComponentChildren } from 'preact'
import { formatDateTime } from '../format.ts'
import { More } from '../parts/details.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useSurroundings } from '../render.tsx'

export interface ChartWords {
  id: string
  /** States the finding: "Tỷ lệ đúng hạn tăng bốn tháng liền". */
  title: string
  /** What is measured and in which unit: "% hồ sơ đã giải quyết, theo tháng". */
  measure: string
  source: string
  asOf?: Date
  /** Under the chart: a break in the series, a part left out. */
  note?: string
}

export interface LegendEntry {
  label: string
  /** Colour class: `series-1`, `target`, `band`. */
  look: string
  /** Labels that stand beside their lines on wide screens are listed only on narrow ones. */
  narrowOnly?: boolean
}

export interface ChartFrameProps<Row> extends ChartWords {
  legend?: readonly LegendEntry[]
  table: { columns: readonly Column<Row>[]; rows: readonly Row[]; rowKey: (row: Row) => string }
  children: ComponentChildren
}

/** Title, legend, source and the table of figures around a drawing. */
export function ChartFrame<Row>(props: ChartFrameProps<Row>) {
  const { timeZone } = useSurroundings()
  const { id, title, measure, source, asOf, note, legend = [], table } = props
  return (
    <figure class="chart" id={id} aria-labelledby={`${id}-name`}>
      <figcaption>
        <h3 class="chart-title" id={`${id}-name`}>
          {title}
        </h3>
        <p class="chart-measure">{measure}</p>
      </figcaption>
      {legend.length > 0 && (
        <ul class="legend">
          {legend.map(({ label, look, narrowOnly }) => (
            <li key={label} class={narrowOnly ? 'legend-narrow' : undefined}>
              <svg class={`swatch ${look}`} width="16" height="10" aria-hidden="true">
                <rect class="swatch-fill" width="16" height="10" />
                <path class="swatch-line" d="M0 5H16" />
              </svg>
              {label}
            </li>
          ))}
        </ul>
      )}
      {props.children}
      {note && <p class="chart-source">{note}</p>}
      <p class="chart-source">
        Nguồn: {source}
        {asOf && ` · số liệu đến ${formatDateTime(asOf, timeZone)}`}
      </p>
      <More title="Xem bảng số liệu">
        <div class="chart-table">
          <Table
            caption={`${title} (${measure})`}
            plain
            wide
            columns={table.columns}
            rows={table.rows}
            rowKey={table.rowKey}
          />
        </div>
      </More>
    </figure>
  )
}
