import { z } from 'zod'
import type { KeptBytes } from '#platform/capability'
import type { SayPerson } from '#platform/context'
import { page, route } from '#platform/http'
import type { Sql } from '#platform/sql'
import { tableFile } from '#platform/table-file'
import { Button, DateInput, FilterBar, formatNumber, Section, Table, TextInput, Time, withQuery } from '#ui'
import { destroyPermission, readPermission } from '../actions.ts'
import { listFaults, listReadings } from '../contents/store.ts'
import { listChainFaults } from '../faults/store.ts'
import type { Checkpoint, Entry } from '../model.ts'
import { listCheckpoints, listEntries } from '../read.ts'
import { recordSearch, searchEntries } from '../search.ts'
import type { EntryQuery } from '../search-store.ts'
import { ChainFaults, Contents } from './contents.tsx'
import { activeFilters, dateValue, FilterQuery, filterNames, readFilter } from './filter.tsx'
import { listPath, sayAction, sayActor, sayOrganisation } from './words.ts'

const pageSize = 50
const checkpointsShown = 10

const ListQuery = FilterQuery.extend({
  sau: z.uuid().optional(),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type ListQuery = z.infer<typeof ListQuery>

const faultsShown = 100

export const makeListRoute = (books: () => readonly KeptBytes[]) =>
  route({
    method: 'GET',
    path: listPath,
    access: readPermission,
    query: ListQuery,
    async handle(ctx, { query, request }) {
      const filter = readFilter(query)
      if (query.tai) {
        await recordSearch(ctx, filter)
        const asked = { ...filter, reach: ctx.reach(readPermission) }
        return tableFile(query.tai, { name: 'nhat-ky', titles: fileTitles, rows: fileRows(ctx.sql, asked) })
      }
      const rows = await searchEntries(ctx, { ...filter, after: query.sau, limit: pageSize + 1 })
      const shown = rows.slice(0, pageSize)
      const nextHref = rows.length > pageSize ? withQuery(request.url, { sau: shown.at(-1)?.id }) : undefined
      const checkpoints = await listCheckpoints(ctx.sql, checkpointsShown)
      const faults = await listFaults(ctx.sql, faultsShown, ctx.reach(readPermission))
      return page({
        title: 'Nhật ký',
        lead: 'Ai đã làm gì, lúc nào, với đối tượng nào. Bản ghi chỉ được viết thêm, không sửa và không xóa được.',
        islands: ['table'],
        actions: (
          <>
            <Button href={`${listPath}/xuat${queryOf(request.url)}`}>Xuất kèm bằng chứng</Button>
            {ctx.can(destroyPermission) && <Button href={`${listPath}/huy-khoa`}>Hủy khóa mã hóa</Button>}
          </>
        ),
        body: (
          <div class="stack-large">
            <ChainFaults faults={await listChainFaults(ctx.sql)} />
            <ListPage
              entries={shown}
              nextHref={nextHref}
              query={query}
              checkpoints={checkpoints}
              say={await ctx.sayPeople(shown.flatMap(({ actor, onBehalfOf }) => [actor, onBehalfOf]))}
              address={request.url}
            />
            <Contents books={books()} readings={await listReadings(ctx.sql)} faults={faults} />
          </div>
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

/** The conditions of the list go along; the place in it does not. */
const queryOf = (url: string): string => {
  const { search } = new URL(withQuery(url, { sau: undefined, tai: undefined }), 'http://x.invalid')
  return search
}

interface ListProps {
  entries: readonly Entry[]
  nextHref: string | undefined
  query: ListQuery
  checkpoints: readonly Checkpoint[]
  say: SayPerson
  address: string
}

function ListPage({ entries, nextHref, query, checkpoints, say, address }: ListProps) {
  return (
    <div class="stack-large">
      <FilterBar names={filterNames} active={activeFilters(query)}>
        <TextInput name="hanhDong" label="Mã hành động" hint="Ví dụ: landing.landed" value={query.hanhDong} optional />
        <TextInput
          name="doiTuong"
          label="Đối tượng"
          hint="Loại và mã, ví dụ source:SO-001; cả loại: source:*"
          value={query.doiTuong}
          optional
        />
        <TextInput name="mucDich" label="Mục đích" hint="Một vài từ của mục đích" value={query.mucDich} optional />
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
            cell: (entry) => <span class="code cell-code">{entry.subject}</span>,
            phone: true,
          },
          {
            key: 'actor',
            title: 'Người thực hiện',
            phone: true,
            cell: (entry) => <Doer words={sayActor(say, entry)} account={entry.actor} />,
          },
          { key: 'organisation', title: 'Đơn vị', cell: (entry) => sayOrganisation(entry.organisation) },
          {
            key: 'number',
            title: 'STT',
            kind: 'number',
            cell: (entry) => (entry.leafIndex === null ? 'chờ đánh số' : formatNumber(entry.leafIndex)),
          },
        ]}
      />
      <Checkpoints checkpoints={checkpoints} />
    </div>
  )
}

/** Who did it, and the account by which the list is filtered. */
function Doer({ words, account }: { words: string; account: string }) {
  if (account === 'system' || words === account) return <>{words}</>
  return (
    <span>
      {words} <span class="code muted small">{account}</span>
    </span>
  )
}

export function Action({ code }: { code: string }) {
  const words = sayAction(code)
  if (!words) return <span class="code">{code}</span>
  return (
    <span>
      {words} <span class="code muted small">{code}</span>
    </span>
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
          Khóa công khai: <span class="code">{key}</span>. Bản ký mới nhất để máy khác lưu làm chứng:{' '}
          <a href="/api/v1/ledger/checkpoint">tải điểm niêm phong</a>. Máy khác tự hỏi và tự kiểm tra mỗi giờ bằng{' '}
          <a href="/api/v1/ledger/witness.mjs">chương trình làm chứng</a>, với khóa máy chỉ có phạm vi{' '}
          <span class="code">ledger:witness</span>.
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
