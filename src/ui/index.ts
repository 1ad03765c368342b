// The shared design system. Pages are made on the server from these parts; every task works without JavaScript.
// Capabilities import from `#ui`. Nothing here knows a capability.
//
//   Shell     Layout (shell, title, crumbs, lead, actions, freshness, islands), renderPage, renderFragment, Surround · NavCount: how
//             much waits behind an entry of the menu or a link at the head
//   Looks     readAppearance, appearanceCookies: theme and text size in cookies, set by the form in the footer
//   Assets    buildAssets → url(name), find(path); encodeAsset, assetCacheControl
//   Numbers   formatNumber 376.874 · formatPercent 93,21% · formatMoney 4,66 tỷ đồng · formatShort · formatChange · formatBytes
//   Time      formatDate · formatTime · formatDateTime · formatRelative · formatDuration · formatWeekday · formatDeadline
//   Language  compareText, comparePeople (Vietnamese order) · searchKey (bare letters)
//   Address   withQuery, queryBesides: filters, order and place live in the address
//   Figures   IndicatorGrid, IndicatorCard · Sparkline · FreshnessLine · Progress
//   Charts    LineChart · ColumnChart · BarChart · StackedBar · RangePlot · HeatTable · FlowChart: SVG made here,
//             each with its table · LongChart: over 2.000 points, zoomed in the browser
//   Lists     Table (columns, sort, paging, downloads, totals, phone form, empty state) · FilterBar · Pagination · TreeList
//   Past      AsOfNotice, AsOfQuestion: a page as of an earlier moment (`tai=`), and the way back
//   Forms     Form · Field · FieldGroup · TextInput · TextArea · Select · DateInput, readDateInput · Checkbox · Checkboxes ·
//             Radios · FileInput · ErrorSummary · Button · EntrySheet (figures beside those of earlier periods)
//   Words     Tag · SeverityMark · RiskMark · ExerciseMark (and `exercise` on a page: the striped frame) · Notice · EmptyState · DescriptionList · Timeline · DecisionBar · Time, DateText · Countdown, Elapsed (they go on with the island `ticking`)
//   Islands   `live` (always with shell.liveHref): an element with an id and data-live="topic topic:*" is fetched again and swapped
//             when a topic changes (data-live-url, data-live-label) · `table` J/K · `marks` ticked rows · `paste` spreadsheet blocks · `chart` LongChart
//   Ways      Breadcrumbs · Tabs · Section · Help · More · KeyHelp · Icon · Shape
//
// Classes for arranging: stack, stack-small, stack-large · row, row-spread · columns + columns-2 | columns-3 | columns-main ·
// panel · plain-list · number, figure, muted, small, nowrap, code · hidden-visually · no-print.

export { type Appearance, appearanceCookies, readAppearance } from './appearance.ts'
export { type Asset, type Assets, assetCacheControl, buildAssets, encodeAsset } from './assets.ts'
export { BarChart, type BarChartProps, RangePlot, StackedBar } from './charts/bar-list.tsx'
export { ColumnChart } from './charts/column-chart.tsx'
export { FlowChart, type FlowChartProps } from './charts/flow-chart.tsx'
export { HeatTable } from './charts/heat-table.tsx'
export { LineChart, type LineChartProps } from './charts/line-chart.tsx'
export type { LineSeries } from './charts/line-marks.tsx'
export { LongChart } from './charts/long-chart.tsx'
export * from './format.ts'
export { comparePeople, compareText, searchKey } from './language.ts'
export {
  type Account,
  Layout,
  type LayoutProps,
  type NavGroup,
  type NavItem,
  type Shell,
} from './layout.tsx'
export { type AsOfMoment, AsOfNotice, AsOfQuestion } from './parts/as-of.tsx'
export { Button, type ButtonProps } from './parts/button.tsx'
export { type Decision, DecisionBar } from './parts/decision-bar.tsx'
export { DescriptionList, type Fact, Help, KeyHelp, More } from './parts/details.tsx'
export { type EntryRow, EntrySheet } from './parts/entry-sheet.tsx'
export { ErrorSummary, errorOf, Field, FieldGroup, type FieldProps, Form, type FormError } from './parts/field.tsx'
export { type ActiveFilter, FilterBar } from './parts/filter-bar.tsx'
export { FreshnessLine, type FreshnessProps } from './parts/freshness.tsx'
export type { HeadLinkProps } from './parts/head.tsx'
export { Icon, type IconName, Shape } from './parts/icon.tsx'
export { type Change, IndicatorCard, type IndicatorCardProps, IndicatorGrid } from './parts/indicator-card.tsx'
export {
  Checkbox,
  Checkboxes,
  DateInput,
  type DateValue,
  FileInput,
  type Option,
  Radios,
  readDateInput,
  Select,
  type SelectProps,
  TextArea,
  TextInput,
  type TextInputProps,
} from './parts/inputs.tsx'
export { Matrix, type MatrixCell, MatrixLegend, type MatrixRow } from './parts/matrix.tsx'
export { NavCount, type NavCountProps } from './parts/nav-count.tsx'
export { Breadcrumbs, type Link, Section, type Tab, Tabs } from './parts/navigation.tsx'
export { EmptyState, Notice } from './parts/notice.tsx'
export { Progress } from './parts/progress.tsx'
export { Sparkline, type SparklineProps } from './parts/sparkline.tsx'
export { type Column, Pagination, type Paging, Table, type TableProps } from './parts/table.tsx'
export { ExerciseMark, RiskMark, type Severity, SeverityMark, Tag, type Tone } from './parts/tag.tsx'
export { Countdown, Elapsed } from './parts/ticking.tsx'
export { DateText, Time } from './parts/time.tsx'
export { Timeline, type TimelineEntry } from './parts/timeline.tsx'
export { TreeList, type TreeNode } from './parts/tree-list.tsx'
export { queryBesides, withQuery } from './query.ts'
export { classes, renderFragment, renderPage, Surround, type Surroundings, useSurroundings } from './render.tsx'
