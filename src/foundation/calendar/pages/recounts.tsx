import { z } from 'zod'
import { listPeople } from '#identity'
import type { ClockBook } from '#platform/capability'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import { DescriptionList, formatNumber, Notice, Section, Table, Tag, Time } from '#ui'
import {
  findRecount,
  listMoved,
  listProgress,
  listRecounts,
  type MovedClock,
  type Recount,
  readMoved,
  summariseMoved,
} from '../recount/store.ts'
import { type CalendarHead, findHead } from '../store.ts'
import { MovedTable, movedFile, namesOf, Shifts } from './moved-parts.tsx'
import { calendarListPath, recountPath, recountsPath } from './words.ts'

const Code = z.string().max(63)
const rowsShown = 100

/** What changes of days have done to the clocks under way: each with its list. */
export const recountRoutes = (books: () => readonly ClockBook[]): readonly Route[] => [
  route({
    method: 'GET',
    path: recountsPath(':code'),
    access: 'calendar:edit',
    params: z.strictObject({ code: Code }),
    handle: (ctx, { params }) => showList(ctx, params.code),
  }),
  route({
    method: 'GET',
    path: recountPath(':code', ':id'),
    access: 'calendar:edit',
    params: z.strictObject({ code: Code, id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    query: z.object({ tai: z.enum(['csv', 'xlsx']).optional().catch(undefined) }),
    async handle(ctx, { params, query }) {
      const head = await getOwn(ctx, params.code)
      const recount = await findRecount(ctx.sql, params.code, params.id)
      if (!recount) throw notFound('recount', String(params.id))
      const names = await namesOf(ctx, books())
      if (query.tai) return movedFile(query.tai, { name: nameOf(recount), rows: each(ctx, recount), names })
      return show(ctx, { head, recount, books: books() })
    },
  }),
]

const nameOf = ({ calendar, id }: Recount): string => `thoi-han-tinh-lai-${calendar}-${id}`

async function* each(ctx: Context, { id }: Recount): AsyncGenerator<MovedClock> {
  for await (const piece of readMoved(ctx.sql, id)) yield* piece
}

/** @throws Problem 404, and 403 for whoever does not administer this one. */
async function getOwn(ctx: Context, code: string): Promise<CalendarHead> {
  const head = await findHead(ctx.sql, code)
  if (!head) throw notFound('calendar', code)
  ctx.require('calendar:edit', head.owner)
  return head
}

const deedNames: Record<string, string> = {
  'calendar.days-changed': 'Đổi ngày',
  'calendar.year-proposed': 'Đề xuất năm',
  'calendar.hours-set': 'Đổi giờ làm việc',
  'calendar.loaded': 'Nạp từ gói dữ liệu',
}

const State = ({ recount }: { recount: Recount }) =>
  recount.finishedAt ? <Tag tone="done">Đã xong</Tag> : <Tag tone="warning">Đang tính lại</Tag>

async function showList(ctx: Context, code: string) {
  const head = await getOwn(ctx, code)
  const recounts = await listRecounts(ctx.sql, code, 100)
  return page({
    title: 'Các lần tính lại thời hạn',
    crumbs: [{ label: 'Lịch làm việc', href: calendarListPath }],
    lead: `${head.name}: mỗi lần ngày làm việc thay đổi, mọi thời hạn đang chạy được tính lại từ đầu.`,
    body: (
      <Table
        caption="Các lần tính lại, mới nhất trước"
        hideCaption
        rows={recounts}
        rowKey={({ id }) => String(id)}
        rowHref={({ id }) => recountPath(code, String(id))}
        columns={[
          { key: 'at', title: 'Lúc', cell: ({ askedAt }) => <Time at={askedAt} exact /> },
          { key: 'deed', title: 'Do', phone: true, cell: ({ deed }) => deedNames[deed] ?? deed },
          { key: 'citation', title: 'Căn cứ', cell: ({ citation }) => citation ?? 'không ghi' },
          { key: 'state', title: 'Trạng thái', kind: 'nowrap', phone: true, cell: (row) => <State recount={row} /> },
          { key: 'moved', title: 'Đã đổi hạn', kind: 'number', phone: true, cell: ({ moved }) => sayCount(moved) },
          { key: 'seen', title: 'Đã xem', kind: 'number', cell: ({ seen }) => sayCount(seen) },
        ]}
        empty={{ title: 'Chưa có lần tính lại nào', words: 'Đổi một ngày của lịch thì lần tính lại hiện ra ở đây.' }}
      />
    ),
  })
}

const sayCount = (count: number | null): string => (count === null ? '…' : formatNumber(count))

async function show(
  ctx: Context,
  { head, recount, books }: { head: CalendarHead; recount: Recount; books: readonly ClockBook[] },
) {
  const names = await namesOf(ctx, books)
  const [person] = await listPeople(ctx, [recount.askedBy])
  const address = recountPath(recount.calendar, String(recount.id))
  return page({
    title: `Tính lại thời hạn lần ${recount.id}`,
    crumbs: [
      { label: 'Lịch làm việc', href: calendarListPath },
      { label: 'Các lần tính lại thời hạn', href: recountsPath(recount.calendar) },
    ],
    lead: head.name,
    body: (
      <div class="stack-large">
        {!recount.finishedAt && <Going progress={await listProgress(ctx.sql, recount.id)} names={names.bookOf} />}
        <DescriptionList
          inColumns
          items={[
            { term: 'Do', value: deedNames[recount.deed] ?? recount.deed },
            { term: 'Căn cứ', value: recount.citation },
            {
              term: 'Người đổi lịch',
              value: person?.name ?? (recount.askedBy === 'system' ? 'hệ thống' : recount.askedBy),
            },
            { term: 'Lúc đổi', value: <Time at={recount.askedAt} exact /> },
            { term: 'Thời hạn đã xem', value: recount.seen === null ? undefined : formatNumber(recount.seen) },
            { term: 'Thời hạn đã đổi', value: recount.moved === null ? undefined : formatNumber(recount.moved) },
            {
              term: 'Dấu băm của danh sách, ghi trong nhật ký',
              value: recount.sha256 && <code>{recount.sha256}</code>,
            },
          ]}
        />
        {recount.moved !== 0 && (
          <Section title="Thay đổi bao nhiêu">
            <Shifts shifts={await summariseMoved(ctx.sql, recount.id)} names={names} />
          </Section>
        )}
        <MovedTable
          caption="Thời hạn đã đổi"
          rows={await listMoved(ctx.sql, recount.id, rowsShown)}
          names={names}
          downloads={{ csv: `${address}?tai=csv`, xlsx: `${address}?tai=xlsx` }}
          empty={{
            title: 'Không thời hạn nào phải đổi',
            words: 'Ngày thay đổi không nằm trong thời hạn nào đang chạy.',
          }}
        />
        {(recount.moved ?? 0) > rowsShown && (
          <p class="muted">{`Trang này nêu ${rowsShown} dòng đầu; tải về để có đủ danh sách.`}</p>
        )}
      </div>
    ),
  })
}

interface GoingProps {
  progress: Awaited<ReturnType<typeof listProgress>>
  names: (book: string) => string
}

function Going({ progress, names }: GoingProps) {
  return (
    <Notice tone="warning" title="Đang tính lại">
      <p>Chưa thời hạn nào được nhắc hay ghi quá hạn theo lịch cũ. Tải lại trang để xem tiến độ.</p>
      <ul>
        {progress.map(({ book, seen, finishedAt }) => (
          <li key={book}>{`${names(book)}: đã xem ${formatNumber(seen)}${finishedAt ? ', xong' : ''}`}</li>
        ))}
      </ul>
    </Notice>
  )
}
