import type { ComponentChildren } from 'preact'
import type { Column } from '../parts/table.tsx'
import { ChartFrame, type ChartWords } from './chart-frame.tsx'

export interface LongChartProps<Row> extends ChartWords {
  /** Gives `{ at: [seconds…], series: [{ name, values }] }`; the page asks for the island `chart`. */
  dataHref: string
  /** A drawing of fewer points (a day's mean, say) that stands until the island has come, on paper and without JavaScript. */
  children: ComponentChildren
  table: { columns: readonly Column<Row>[]; rows: readonly Row[]; rowKey: (row: Row) => string }
  /** Where all figures can be had: the table holds fewer points. */
  downloadHref?: string
}

/** More than 2,000 points: drawn in the browser, zoomed by drawing over a stretch, reset by a double press. */
export function LongChart<Row>(props: LongChartProps<Row>) {
  return (
    <ChartFrame {...props}>
      <div class="long-plot" data-chart={props.dataHref}>
        {props.children}
      </div>
      <p class="chart-source no-print">
        Kéo ngang để phóng to một khoảng, nhấn đúp để xem lại toàn bộ.
        {props.downloadHref && (
          <>
            {' '}
            <a href={props.downloadHref} download>
              Tải toàn bộ số liệu (CSV)
            </a>
          </>
        )}
      </p>
    </ChartFrame>
  )
}
