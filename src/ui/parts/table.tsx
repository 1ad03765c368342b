// A list of records. Its order, filters and place are in the address; the server sorts and pages. On a phone each row is a
// list item with its main facts; browsers keep telling readers that it is a table though its cells become blocks.
import { type ComponentChildren, Fragment, isValidElement } from 'preact'
import { formatNumber } from '../format.ts'
import { withQuery } from '../query.ts'
import { classes, useSurroundings } from '../render.tsx'
import { Shape } from './icon.tsx'
import { EmptyState } from './notice.tsx'

export interface Column<Row> {
  key: string
  title: string
  /** Words under the title: the unit, the period. */
  unit?: string
  cell: (row: Row) => ComponentChildren
  /** `number` is set right with figures of equal width. */
  kind?: 'text' | 'number' | 'nowrap'
  /** The order named in the query can be asked for. */
  sortable?: boolean
  /** Total of the column over the whole list, not over the page. */
  total?: ComponentChildren
  /** Shown on a phone besides the first column; where no column says so, the next three are. */
  phone?: boolean
}

export interface Paging {
  nextHref?: string
  previousHref?: string
  /** How many rows in all, when counted. */
  total?: number
  size?: number
  sizes?: readonly number[]
}

export interface TableProps<Row> {
  /** Says what the rows are; shown unless `hideCaption`. */
  caption: string
  hideCaption?: boolean
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** The record's own page: the first cell links to it. */
  rowHref?: (row: Row) => string | undefined
  rowClass?: (row: Row) => string | undefined
  /** The group a row stands in: rows that follow one another in the same one get its words as a heading over them. */
  groupOf?: (row: Row) => string
  /** Present order: `name` rising, `-name` falling. */
  sort?: string
  paging?: Paging
  /** Addresses that stream the whole filtered list. */
  downloads?: { csv?: string; xlsx?: string }
  empty?: { title: string; words?: ComponentChildren; actions?: ComponentChildren }
  /** Scrolls inside its own box: for tables too wide for the page. */
  wide?: boolean
  /** Small, with no box of its own: inside a panel or behind a chart. */
  plain?: boolean
  /** Id of the tbody, for islands (rows that j and k move over). */
  id?: string
}

export function Table<Row>(props: TableProps<Row>) {
  const { caption, columns, rows, downloads, paging } = props
  const count = paging?.total
  const table = rows.length === 0 && props.empty ? <EmptyOf {...props.empty} /> : <Grid {...props} />
  if (props.plain) return <div class={props.wide ? 'table-scroll' : undefined}>{table}</div>
  return (
    <div class="table-box">
      <div class={classes('table-top', props.hideCaption && !downloads && 'hidden-visually')}>
        <div>
          <span class={props.hideCaption ? 'hidden-visually' : 'table-caption'}>{caption}</span>
          {count !== undefined && <span class="muted"> {formatNumber(count)} dòng</span>}
        </div>
        {downloads && rows.length > 0 && <Downloads {...downloads} />}
        {rows.length > 0 && <PhoneSort columns={columns} sort={props.sort} />}
      </div>
      {props.wide ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section class="table-scroll" aria-label={caption} tabIndex={0}>
          {table}
        </section>
      ) : (
        table
      )}
      {paging && rows.length > 0 && <PagingLine paging={paging} shown={rows.length} caption={caption} />}
    </div>
  )
}

function EmptyOf({ title, words, actions }: NonNullable<TableProps<unknown>['empty']>) {
  return (
    <EmptyState title={title} actions={actions}>
      {words}
    </EmptyState>
  )
}

function Grid<Row>(props: TableProps<Row>) {
  const { rows, caption } = props
  const columns = choosePhoneColumns(props.columns)
  const totals = columns.some(({ total }) => total !== undefined)
  return (
    <table class={classes('table table-phone', props.plain && 'table-plain')}>
      <caption class="hidden-visually">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <HeadCell key={column.key} column={column} sort={props.sort} />
          ))}
        </tr>
      </thead>
      <tbody id={props.id}>
        {rows.map((row, place) => (
          <Fragment key={props.rowKey(row)}>
            <GroupHead row={row} before={rows[place - 1]} groupOf={props.groupOf} width={columns.length} />
            <tr class={props.rowClass?.(row)}>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.key} scope="row" class={cellClass(column, true)}>
                    <FirstCell row={row} column={column} href={props.rowHref?.(row)} />
                  </th>
                ) : (
                  <td key={column.key} class={cellClass(column)} data-label={column.title}>
                    <Value>{column.cell(row)}</Value>
                  </td>
                ),
              )}
            </tr>
          </Fragment>
        ))}
      </tbody>
      {totals && <Totals columns={columns} />}
    </table>
  )
}

interface GroupHeadProps<Row> {
  row: Row
  before: Row | undefined
  groupOf: TableProps<Row>['groupOf']
  width: number
}

function GroupHead<Row>({ row, before, groupOf, width }: GroupHeadProps<Row>) {
  const group = groupOf?.(row)
  if (group === undefined || (before !== undefined && groupOf?.(before) === group)) return null
  return (
    <tr class="table-group">
      <th colSpan={width} scope="colgroup">
        {group}
      </th>
    </tr>
  )
}

// A row's title and its three main facts.
function choosePhoneColumns<Row>(columns: readonly Column<Row>[]): readonly Column<Row>[] {
  if (columns.some(({ phone }) => phone !== undefined)) return columns
  return columns.map((column, index) => ({ ...column, phone: index > 0 && index <= 3 }))
}

function FirstCell<Row>({ row, column, href }: { row: Row; column: Column<Row>; href?: string }) {
  const content = column.cell(row)
  return href === undefined ? content : <a href={href}>{content}</a>
}

// An absent value is said, never drawn as 0. What is made of several pieces stays together beside its name on a phone.
function Value({ children }: { children: ComponentChildren }) {
  if (Array.isArray(children) || (isValidElement(children) && children.type === Fragment))
    return <div class="cell-pieces">{children}</div>
  if (children !== undefined && children !== null && children !== '') return <>{children}</>
  return (
    <span class="cell-none">
      <span aria-hidden="true">–</span>
      <span class="hidden-visually">chưa có số liệu</span>
    </span>
  )
}

function Totals<Row>({ columns }: { columns: readonly Column<Row>[] }) {
  return (
    <tfoot>
      <tr>
        {columns.map((column, index) =>
          index === 0 ? (
            <th key={column.key} scope="row">
              {column.total ?? 'Tổng cộng'}
            </th>
          ) : (
            <td
              key={column.key}
              class={cellClass({ ...column, phone: column.total !== undefined })}
              data-label={column.title}
            >
              {column.total}
            </td>
          ),
        )}
      </tr>
    </tfoot>
  )
}

function cellClass<Row>({ kind, phone }: Column<Row>, first = false): string | undefined {
  return (
    classes(
      kind === 'number' && 'cell-number',
      kind === 'nowrap' && 'cell-nowrap',
      !first && !phone && 'cell-desktop',
    ) || undefined
  )
}

type Order = 'ascending' | 'descending' | undefined

function orderOf(key: string, sort: string | undefined): Order {
  if (sort === key) return 'ascending'
  return sort === `-${key}` ? 'descending' : undefined
}

function HeadCell<Row>({ column, sort }: { column: Column<Row>; sort?: string }) {
  const order = orderOf(column.key, sort)
  return (
    <th scope="col" class={column.kind === 'number' ? 'cell-number' : undefined} aria-sort={order}>
      {column.sortable ? <SortLink column={column} order={order} /> : column.title}
      {column.unit && <span class="muted nowrap"> ({column.unit})</span>}
    </th>
  )
}

function SortLink<Row>({ column, order }: { column: Column<Row>; order: Order }) {
  const { address } = useSurroundings()
  // Figures are first wanted largest first, words from A.
  const first = column.kind === 'number' ? `-${column.key}` : column.key
  const turned = order === 'ascending' ? `-${column.key}` : column.key
  const href = withQuery(address, { sort: order ? turned : first, after: undefined, before: undefined })
  const shape = order === undefined ? 'sort' : order === 'ascending' ? 'up' : 'down'
  return (
    <a class="sort" href={href} data-order={order}>
      {column.title}
      <Shape name={shape} />
    </a>
  )
}

function PhoneSort<Row>({ columns, sort }: { columns: readonly Column<Row>[]; sort?: string }) {
  const sortable = columns.filter((column) => column.sortable)
  if (sortable.length === 0) return null
  return (
    <details class="table-sort">
      <summary>Sắp xếp</summary>
      <ul class="plain-list">
        {sortable.map((column) => (
          <li key={column.key}>
            <SortLink column={column} order={orderOf(column.key, sort)} />
          </li>
        ))}
      </ul>
    </details>
  )
}

function Downloads({ csv, xlsx }: { csv?: string; xlsx?: string }) {
  return (
    <div class="row">
      {csv && (
        <a href={csv} download>
          Tải về CSV
        </a>
      )}
      {xlsx && (
        <a href={xlsx} download>
          Tải về XLSX
        </a>
      )}
    </div>
  )
}

function PagingLine({ paging, shown, caption }: { paging: Paging; shown: number; caption: string }) {
  const { address } = useSurroundings()
  const { nextHref, previousHref, total, size, sizes } = paging
  return (
    <nav class="table-foot" aria-label={`Trang của danh sách: ${caption}`}>
      <span class="number">
        {total === undefined
          ? `${formatNumber(shown)} dòng`
          : `${formatNumber(shown)} trong ${formatNumber(total)} dòng`}
      </span>
      {sizes && (
        <span class="paging-sizes">
          Mỗi trang
          {sizes.map((each) =>
            each === size ? (
              <span key={each} aria-current="true">
                <strong>{each}</strong>
              </span>
            ) : (
              <a key={each} href={withQuery(address, { limit: each, after: undefined, before: undefined })}>
                {each}
              </a>
            ),
          )}
        </span>
      )}
      <Pagination nextHref={nextHref} previousHref={previousHref} />
    </nav>
  )
}

/** Paging by key: only the next and the previous page are known. */
export function Pagination({ nextHref, previousHref }: { nextHref?: string; previousHref?: string }) {
  return (
    <span class="paging">
      {previousHref && (
        <a class="button button-small" href={previousHref} rel="prev">
          Trang trước
        </a>
      )}
      {nextHref && (
        <a class="button button-small" href={nextHref} rel="next">
          Trang sau
        </a>
      )}
    </span>
  )
}
