import { type Column, Table, type TableProps, Tag, Time } from '#ui'
import { type Bounds, bandOf } from '../model.ts'
import type { Row } from './read-rows.ts'
import { bandNames, sayKind, sayRemaining, stateNames, stateTones } from './words.ts'

interface ItemTableProps {
  rows: readonly Row[]
  bounds: Bounds
  /** Rising by due time: the rows stand in their groups. */
  grouped: boolean
  /** Rows can be ticked. */
  choosing: boolean
  /** Besides what is common: who holds each. */
  withHolder?: boolean
  sortable: readonly ('due' | 'opened' | 'title')[]
  sort: string
  downloads: TableProps<Row>['downloads']
  paging: TableProps<Row>['paging']
  empty: TableProps<Row>['empty']
}

/** Items as a table, in their groups where they stand by due time. */
export function ItemTable({ rows, bounds, grouped, downloads, paging, empty, ...props }: ItemTableProps) {
  return (
    <Table
      caption="Danh sách việc"
      hideCaption
      rows={rows}
      rowKey={({ id }) => String(id)}
      groupOf={grouped ? ({ dueAt }) => bandNames[bandOf(dueAt, bounds)] : undefined}
      columns={columnsOf(props)}
      sort={props.sort}
      downloads={downloads}
      paging={paging}
      empty={empty}
      id="viec"
    />
  )
}

function columnsOf({ choosing, withHolder, sortable }: Pick<ItemTableProps, 'choosing' | 'withHolder' | 'sortable'>) {
  const mark: Column<Row> = {
    key: 'mark',
    title: 'Đánh dấu',
    phone: true,
    cell: ({ id, title }) => (
      <input type="checkbox" name="chon" value={String(id)} data-mark={title} aria-label={`Đánh dấu ${title}`} />
    ),
  }
  const holder: Column<Row> = {
    key: 'holder',
    title: 'Người làm',
    phone: true,
    cell: ({ holderName }) => holderName ?? <span class="muted">chưa ai nhận</span>,
  }
  const columns: Column<Row>[] = [
    {
      key: 'title',
      title: 'Việc',
      sortable: sortable.includes('title'),
      cell: ({ title, url, veiled }) => (veiled ? <span class="muted">{title}</span> : <a href={url}>{title}</a>),
    },
    ...(choosing ? [mark] : []),
    { key: 'state', title: 'Trạng thái', kind: 'nowrap', phone: true, cell: (row) => <StateTags row={row} /> },
    {
      key: 'due',
      title: 'Thời gian còn lại',
      sortable: sortable.includes('due'),
      phone: true,
      cell: (row) => <Deadline row={row} />,
    },
    { key: 'kind', title: 'Loại việc', phone: false, cell: ({ capability, kind }) => sayKind(capability, kind) },
    ...(withHolder ? [holder] : []),
    { key: 'organisation', title: 'Đơn vị', cell: ({ organisationName }) => organisationName },
    {
      key: 'opened',
      title: 'Mở lúc',
      kind: 'nowrap',
      sortable: sortable.includes('opened'),
      cell: ({ openedAt }) => <Time at={openedAt} />,
    },
  ]
  return columns
}

function StateTags({ row: { remaining, grave } }: { row: Row }) {
  const tag = <Tag tone={stateTones[remaining.state]}>{stateNames[remaining.state]}</Tag>
  if (!grave) return tag
  return (
    <span class="row">
      {tag} <Tag tone="danger">Nghiêm trọng</Tag>
    </span>
  )
}

function Deadline({ row: { remaining, dueAt } }: { row: Row }) {
  if (!dueAt) return <span class="muted">không có hạn</span>
  return (
    <span>
      <span class="nowrap">{sayRemaining(remaining)} ·</span>{' '}
      <span class="muted nowrap">
        hạn <Time at={dueAt} exact />
      </span>
    </span>
  )
}
