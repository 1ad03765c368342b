// Records in lists and files: their key, unit and the fields of their kind.

import { labelOf } from '#indicators'
import { type Column, FilterBar, formatDate, formatDateTime, formatNumber, Select, Table, TextInput } from '#ui'
import { type FoundRecord, type KindName, kindOf, type RecordMark } from '#warehouse'

/** Fields that tell a record of its kind apart, in the order of columns. */
const mainFields: Record<KindName, readonly string[]> = {
  case: ['caseType', 'channel', 'state', 'startedAt', 'dueAt', 'endedAt'],
  'case-event': ['caseId', 'activity', 'resource', 'occurredAt'],
  'citizen-report': ['category', 'channel', 'status', 'openedAt', 'dueAt', 'closedAt'],
  observation: ['series', 'property', 'observedAt', 'value', 'unit'],
  project: ['name', 'category', 'phase', 'plannedAmount', 'spentAmount', 'slipDays'],
  'budget-movement': ['projectId', 'category', 'movement', 'occurredOn', 'amount'],
  'indicator-value': ['indicator', 'period', 'value', 'unit'],
}

interface Names {
  organisation: (code: string) => string
  area: (code: string) => string
}

function sayField(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return formatDateTime(value)
  if (typeof value === 'number') return formatNumber(value)
  const text = String(value)
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return formatDate(text)
  if (/^-?\d+\.\d+$/.test(text)) return formatNumber(Number(text))
  return text
}

export const recordTitles = (kind: KindName): string[] => [
  'Khóa',
  'Nguồn',
  'Dòng',
  'Mã đơn vị',
  'Đơn vị',
  'Địa bàn',
  ...Object.keys(kindOf(kind).fields)
    .filter((name) => name !== 'area')
    .map((name) => labelOf(kind, name)),
]

/** A record as a row of a file: numbers stay numbers. */
export function recordCells(kind: KindName, row: FoundRecord, names: Names): (string | number | null)[] {
  const fields = kindOf(kind).fields
  return [
    row.key,
    row.source,
    row.line,
    row.organisation,
    names.organisation(row.organisation),
    row.area ? names.area(row.area) : null,
    ...Object.entries(fields)
      .filter(([name]) => name !== 'area')
      .map(([name, { type }]) => {
        const value = row.fields[name]
        if (value === null || value === undefined) return null
        return type === 'number' ? Number(value) : sayField(value)
      }),
  ]
}

interface RecordTableProps {
  kind: KindName
  /** One more than the page holds tells that there is a next one. */
  rows: readonly FoundRecord[]
  size: number
  nextHref: (mark: RecordMark) => string
  firstHref: string
  hasAfter: boolean
  filter: { truong?: string; la?: string }
  nameOf: Names
  downloads: { csv: string; xlsx: string }
}

export function RecordTable(props: RecordTableProps) {
  const { kind, rows, size, filter, nameOf } = props
  const shown = rows.slice(0, size)
  const last = shown.at(-1)
  const next =
    rows.length > size && last ? props.nextHref({ day: last.day, recordId: last.recordId, part: last.part }) : undefined
  const filterable = Object.entries(kindOf(kind).fields).filter(([, { type }]) => type === 'text')
  const active =
    filter.truong && filter.la ? [{ name: 'la', label: `${labelOf(kind, filter.truong)}: ${filter.la}` }] : []
  return (
    <div class="stack">
      <FilterBar names={['truong', 'la']} active={active}>
        <Select
          name="truong"
          label="Lọc theo trường"
          value={filter.truong}
          options={[
            { value: 'key', label: 'Khóa' },
            { value: 'organisation', label: 'Mã đơn vị' },
            ...filterable.map(([name, { label }]) => ({ value: name, label })),
          ]}
        />
        <TextInput name="la" label="Có giá trị" value={filter.la} />
      </FilterBar>
      <Table
        caption={kindOf(kind).label}
        rows={shown}
        rowKey={(row) => `${row.recordId}-${row.part}`}
        rowHref={(row) => (row.landingId ? `/ban-ghi/${row.recordId}` : undefined)}
        columns={recordColumns(kind, nameOf)}
        wide
        downloads={props.downloads}
        paging={{ nextHref: next, previousHref: props.hasAfter ? props.firstHref : undefined }}
        empty={{
          title: 'Không có bản ghi nào',
          words: filter.la
            ? 'Không bản ghi nào khớp với điều kiện lọc; ghi đúng giá trị, kể cả dấu.'
            : 'Số liệu của kỳ này không có bản ghi phía sau.',
        }}
      />
    </div>
  )
}

function recordColumns(kind: KindName, names: Names): Column<FoundRecord>[] {
  const fields = kindOf(kind).fields
  return [
    { key: 'key', title: 'Khóa', cell: (row) => row.key || `#${row.recordId}` },
    { key: 'organisation', title: 'Đơn vị', phone: true, cell: (row) => names.organisation(row.organisation) },
    ...mainFields[kind].map((name, index): Column<FoundRecord> => {
      const type = fields[name]?.type
      return {
        key: name,
        title: labelOf(kind, name),
        kind: type === 'number' ? 'number' : type === 'instant' || type === 'date' ? 'nowrap' : undefined,
        phone: index < 3,
        cell: (row) => sayField(row.fields[name]),
      }
    }),
  ]
}
