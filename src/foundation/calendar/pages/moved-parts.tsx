import { type AsOf, homeToday, organisationTree } from '#organisations'
import type { ClockBook } from '#platform/capability'
import type { Context } from '#platform/context'
import { type TableFormat, tableFile } from '#platform/table-file'
import { formatNumber, Table, type TableProps, Time, withQuery } from '#ui'
import type { MovedClock, Shift } from '../recount/store.ts'

export interface MovedNames {
  bookOf(name: string): string
  organisationOf(code: string): string
}

export async function namesOf(ctx: Context, books: readonly ClockBook[], at?: AsOf): Promise<MovedNames> {
  const tree = at ? await organisationTree(ctx.sql, at) : (await homeToday(ctx)).tree
  return {
    bookOf: (name) => books.find((book) => book.name === name)?.title ?? name,
    organisationOf: (code) => {
      const row = tree.find(code)?.row
      return row?.shortName ?? row?.name ?? code
    },
  }
}

const hourMs = 3_600_000

/** "lùi 1 ngày", "sớm hơn 2 giờ": by how much, on the wall clock. */
export function sayShift(ms: number | null): string {
  if (ms === null) return 'có hạn hoặc thôi hạn'
  const way = ms > 0 ? 'lùi' : 'sớm hơn'
  const hours = Math.round(Math.abs(ms) / hourMs)
  const [days, rest] = [Math.floor(hours / 24), hours % 24]
  const parts = [days > 0 ? `${formatNumber(days)} ngày` : '', rest > 0 ? `${rest} giờ` : ''].filter(Boolean)
  return `${way} ${parts.join(' ') || 'dưới 1 giờ'}`
}

export function Shifts({ shifts, names }: { shifts: readonly Shift[]; names: MovedNames }) {
  return (
    <Table
      caption="Thay đổi bao nhiêu"
      plain
      rows={shifts.toSorted((a, b) => b.clocks - a.clocks).slice(0, 30)}
      rowKey={({ book, ms }) => `${book} ${ms}`}
      columns={[
        { key: 'book', title: 'Loại thời hạn', cell: ({ book }) => names.bookOf(book) },
        { key: 'shift', title: 'Thay đổi', phone: true, cell: ({ ms }) => sayShift(ms) },
        {
          key: 'clocks',
          title: 'Số thời hạn',
          kind: 'number',
          phone: true,
          cell: ({ clocks }) => formatNumber(clocks),
        },
      ]}
    />
  )
}

interface MovedTableProps {
  caption: string
  rows: readonly MovedClock[]
  names: MovedNames
  /** The moment at which what moved is to be seen. */
  tai?: string | undefined
  downloads?: TableProps<MovedClock>['downloads']
  empty?: TableProps<MovedClock>['empty']
}

export function MovedTable({ caption, rows, names, tai, downloads, empty }: MovedTableProps) {
  return (
    <Table
      caption={caption}
      rows={rows}
      rowKey={({ book, code }) => `${book} ${code}`}
      downloads={downloads}
      empty={empty}
      columns={[
        { key: 'code', title: 'Mã', cell: ({ code, url }) => <a href={withQuery(url, { tai })}>{code}</a> },
        { key: 'book', title: 'Loại thời hạn', cell: ({ book }) => names.bookOf(book) },
        { key: 'organisation', title: 'Đơn vị', phone: true, cell: (row) => names.organisationOf(row.organisation) },
        { key: 'before', title: 'Hạn trước', kind: 'nowrap', phone: true, cell: ({ before }) => <Due at={before} /> },
        { key: 'after', title: 'Hạn sau', kind: 'nowrap', phone: true, cell: ({ after }) => <Due at={after} /> },
      ]}
    />
  )
}

const Due = ({ at }: { at: Date | null }) => (at ? <Time at={at} exact /> : <span class="muted">không có</span>)

/** The list as a file, streamed. */
export function movedFile(
  format: TableFormat,
  { name, rows, names }: { name: string; rows: AsyncIterable<MovedClock>; names: MovedNames },
) {
  return tableFile(format, {
    name,
    titles: ['Loại thời hạn', 'Mã', 'Mã đơn vị', 'Đơn vị', 'Hạn trước', 'Hạn sau', 'Thay đổi'],
    rows: linesOf(rows, names),
  })
}

async function* linesOf(rows: AsyncIterable<MovedClock>, names: MovedNames) {
  for await (const { book, code, organisation, before, after } of rows)
    yield [
      names.bookOf(book),
      code,
      organisation,
      names.organisationOf(organisation),
      before?.toISOString(),
      after?.toISOString(),
      sayShift(before && after ? after.getTime() - before.getTime() : null),
    ]
}
