import { z } from 'zod'
import { invalid } from '#platform/errors'
import { page, route } from '#platform/http'
import type { Sql } from '#platform/sql'
import { tableFile } from '#platform/table-file'
import {
  type ActiveFilter,
  DateInput,
  type DateValue,
  FilterBar,
  formatNumber,
  readDateInput,
  Section,
  Table,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { readPermission } from '../actions.ts'
import type { Checkpoint, Entry } from '../model.ts'
import { listCheckpoints, listEntries } from '../read.ts'
import type { EntryQuery } from '../store.ts'
import { listPath, sayAction, sayActor, sayOrganisation } from './words.ts'

const pageSize = 50
const checkpointsShown = 10
const dayMs = 86_400_000

const text = z.string().trim().max(300).optional()
const part = z.string().trim().max(4).optional()
const ListQuery = z.object({
  hanhDong: text,
  doiTuong: text,
  taiKhoan: text,
  donVi: text,
  'tu-day': part,
  'tu-month': part,
  'tu-year': part,
  'den-day': part,
  'den-month': part,
  'den-year': part,
  sau: z.uuid().optional(),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type ListQuery = z.infer<typeof ListQuery>

const names = Object.keys(ListQuery.shape).filter((name) => name !== 'sau' && name !== 'tai')

/** Midnight in Việt Nam that begins a day of the query, some days later when asked. */
function readDay(query: ListQuery, name: 'tu' | 'den', plusDays = 0): Date | undefined {
  const date = readDateInput(query, name)
  if (date === 'invalid') {
    const message = 'Ngày phải có đủ ngày, tháng, năm, ví dụ 05/09/2026.'
    throw invalid(message, [{ path: `query.${name}`, message }])
  }
  return date === undefined ? undefined : new Date(Date.parse(`${date}T00:00:00+07:00`) + plusDays * dayMs)
}

export const listRoute = route({
  method: 'GET',
  path: listPath,
  access: readPermission,
  query: ListQuery,
  async handle(ctx, { query, request }) {
    const asked = {
      reach: ctx.reach(readPermission),
      action: query.hanhDong || undefined,
      subject: query.doiTuong || undefined,
      actor: query.taiKhoan || undefined,
      organisation: query.donVi || undefined,
      from: readDay(query, 'tu'),
      to: readDay(query, 'den', 1),
    }
    if (query.tai) return tableFile(query.tai, { name: 'nhat-ky', titles: fileTitles, rows: fileRows(ctx.sql, asked) })
    const rows = await listEntries(ctx.sql, { ...asked, after: query.sau, limit: pageSize + 1 })
    const shown = rows.slice(0, pageSize)
    const nextHref = rows.length > pageSize ? withQuery(request.url, { sau: shown.at(-1)?.id }) : undefined
    const checkpoints = await listCheckpoints(ctx.sql, checkpointsShown)
    return page({
      title: 'Nhật ký',
      lead: 'Ai đã làm gì, lúc nào, với đối tượng nào. Bản ghi chỉ được viết thêm, không sửa và không xóa được.',
      islands: ['table'],
      body: (
        <ListPage entries={shown} nextHref={nextHref} query={query} checkpoints={checkpoints} address={request.url} />
      ),
    })
  },
})

const fileTitles = [
  'Mã',
  'Thời điểm',
  'Hành động',
  'Đối tượng',
  'Tài khoản',
  'Xử lý thay',
  'Đơn vị',
  'Mục đích',
  'Số thứ tự',
]
const filePiece = 1000

/** Everything the filter finds, newest first, in pieces: without bodies, which are opened one by one. */
async function* fileRows(sql: Sql, asked: Omit<EntryQuery, 'limit' | 'after'>) {
  for (let after: string | undefined; ; ) {
    const piece = await listEntries(sql, { ...asked, after, limit: filePiece })
    for (const { id, at, action, subject, actor, onBehalfOf, organisation, purpose, leafIndex } of piece)
      yield [id, at.toISOString(), action, subject, actor, onBehalfOf, organisation, purpose, leafIndex]
    after = piece.at(-1)?.id
    if (piece.length < filePiece) return
  }
}

interface ListProps {
  entries: readonly Entry[]
  nextHref: string | undefined
  query: ListQuery
  checkpoints: readonly Checkpoint[]
  address: string
}

function ListPage({ entries, nextHref, query, checkpoints, address }: ListProps) {
  return (
    <div class="stack-large">
      <FilterBar names={names} active={activeFilters(query)}>
        <TextInput name="hanhDong" label="Mã hành động" hint="Ví dụ: landing.landed" value={query.hanhDong} optional />
        <TextInput
          name="doiTuong"
          label="Đối tượng"
          hint="Loại và mã, ví dụ: source:SO-001"
          value={query.doiTuong}
          optional
        />
        <TextInput name="taiKhoan" label="Tài khoản" value={query.taiKhoan} optional />
        <TextInput name="donVi" label="Mã đơn vị" value={query.donVi} optional />
        <DateInput name="tu" label="Từ ngày" value={dateValue(query, 'tu')} optional />
        <DateInput name="den" label="Đến hết ngày" value={dateValue(query, 'den')} optional />
      </FilterBar>
      <Table
        caption="Bản ghi, mới nhất trước"
        rows={entries}
        rowKey={(entry) => entry.id}
        rowHref={(entry) => `${listPath}/${entry.id}`}
        paging={{ nextHref }}
        downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
        id="ban-ghi"
        empty={{ title: 'Không có bản ghi nào khớp bộ lọc', words: 'Bỏ bớt điều kiện lọc để xem thêm.' }}
        columns={[
          { key: 'at', title: 'Thời điểm', cell: (entry) => <Time at={entry.at} exact />, kind: 'nowrap' },
          { key: 'action', title: 'Hành động', cell: (entry) => <Action code={entry.action} />, phone: true },
          {
            key: 'subject',
            title: 'Đối tượng',
            cell: (entry) => <span class="code">{entry.subject}</span>,
            phone: true,
          },
          { key: 'actor', title: 'Tài khoản', cell: (entry) => sayActor(entry.actor, entry.onBehalfOf), phone: true },
          { key: 'organisation', title: 'Đơn vị', cell: (entry) => sayOrganisation(entry.organisation) },
          {
            key: 'number',
            title: 'Số thứ tự',
            kind: 'number',
            cell: (entry) => (entry.leafIndex === null ? 'chờ đánh số' : formatNumber(entry.leafIndex)),
          },
        ]}
      />
      <Checkpoints checkpoints={checkpoints} />
    </div>
  )
}

export function Action({ code }: { code: string }) {
  const words = sayAction(code)
  if (!words) return <span class="code">{code}</span>
  return (
    <>
      {words} <span class="code muted small">{code}</span>
    </>
  )
}

function Checkpoints({ checkpoints }: { checkpoints: readonly Checkpoint[] }) {
  const key = checkpoints[0]?.verifierKey
  return (
    <Section title="Điểm niêm phong đã ký" id="diem-niem-phong">
      <p>
        Mỗi điểm niêm phong là chữ ký số trên toàn bộ nhật ký tính đến lúc đó. Thay đổi bất kỳ bản ghi nào về trước đều
        làm chữ ký không còn khớp. Kiểm tra toàn bộ bằng lệnh <span class="code">tram verify</span>.
      </p>
      {key && (
        <p>
          Khóa công khai: <span class="code">{key}</span>
        </p>
      )}
      <Table
        caption={`${checkpointsShown} điểm niêm phong gần nhất`}
        rows={checkpoints}
        rowKey={(row) => String(row.size)}
        empty={{ title: 'Chưa có điểm niêm phong', words: 'Nhật ký được ký tự động mỗi phút khi có bản ghi mới.' }}
        columns={[
          { key: 'at', title: 'Ký lúc', cell: (row) => <Time at={row.at} exact />, kind: 'nowrap' },
          { key: 'size', title: 'Số bản ghi', cell: (row) => formatNumber(row.size), kind: 'number', phone: true },
          { key: 'root', title: 'Giá trị băm gốc', cell: (row) => <span class="code">{row.root}</span>, phone: true },
        ]}
      />
    </Section>
  )
}

const dateValue = (query: ListQuery, name: 'tu' | 'den'): DateValue => ({
  day: query[`${name}-day`],
  month: query[`${name}-month`],
  year: query[`${name}-year`],
})

function activeFilters(query: ListQuery): ActiveFilter[] {
  const filters = [
    ['hanhDong', 'Hành động'],
    ['doiTuong', 'Đối tượng'],
    ['taiKhoan', 'Tài khoản'],
    ['donVi', 'Đơn vị'],
  ] as const
  return filters.flatMap(([name, label]) => (query[name] ? [{ name, label: `${label}: ${query[name]}` }] : []))
}
