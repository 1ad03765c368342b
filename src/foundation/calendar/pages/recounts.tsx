import { z } from 'zod'
import { listPeople } from '#identity'
import { type AsOf, readAsOf } from '#organisations'
import type { ClockBook } from '#platform/capability'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  DescriptionList,
  formatNumber,
  Notice,
  Section,
  Table,
  Tag,
  Time,
  withQuery,
} from '#ui'
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
import { type MovedNames, MovedTable, movedFile, namesOf, Shifts } from './moved-parts.tsx'
import { AsOfQuery, calendarListPath, recountPath, recountsPath, whatOfPages } from './words.ts'

const Code = z.string().max(63)
const rowsShown = 100

/** What changes of days have done to the clocks under way: each with its list. */
export const recountRoutes = (books: () => readonly ClockBook[]): readonly Route[] => [
  route({
    method: 'GET',
    path: recountsPath(':code'),
    access: 'calendar:edit',
    params: z.strictObject({ code: Code }),
    query: AsOfQuery,
    handle: async (ctx, { params, query }) => showList(ctx, params.code, await readAsOf(ctx, query.tai)),
  }),
  route({
    method: 'GET',
    path: recountPath(':code', ':id'),
    access: 'calendar:edit',
    params: z.strictObject({ code: Code, id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    query: AsOfQuery.extend({ tep: z.enum(['csv', 'xlsx']).optional().catch(undefined) }),
    async handle(ctx, { params, query }) {
      const head = await getOwn(ctx, params.code)
      const at = await readAsOf(ctx, query.tai)
      const recount = await findRecount(ctx.sql, { calendar: params.code, id: params.id, at: at?.knownAt })
      // A list that was under way is not kept as far as it had come.
      if (!recount || (at && query.tep && !recount.finishedAt)) throw notFound('recount', String(params.id))
      const names = await namesOf(ctx, books(), at)
      if (query.tep) return movedFile(query.tep, { name: nameOf(recount), rows: each(ctx, recount), names })
      return show(ctx, { head, recount, names, at })
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

async function showList(ctx: Context, code: string, at: AsOf | undefined) {
  const head = await getOwn(ctx, code)
  const recounts = await listRecounts(ctx.sql, code, 100, at?.knownAt)
  return page({
    title: 'Các lần tính lại thời hạn',
    crumbs: [{ label: 'Lịch làm việc', href: withQuery(calendarListPath, { tai: at?.text }) }],
    lead: `${head.name}: mỗi lần ngày làm việc thay đổi, mọi thời hạn đang chạy được tính lại từ đầu.`,
    body: (
      <div class="stack-large">
        <AsOfNotice at={at} what={whatOfPages} />
        <Table
          caption="Các lần tính lại, mới nhất trước"
          hideCaption
          rows={recounts}
          rowKey={({ id }) => String(id)}
          rowHref={({ id }) => withQuery(recountPath(code, String(id)), { tai: at?.text })}
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
        <AsOfQuestion at={at} what={whatOfPages} />
      </div>
    ),
  })
}

const sayCount = (count: number | null): string => (count === null ? '…' : formatNumber(count))

interface Showing {
  head: CalendarHead
  recount: Recount
  names: MovedNames
  at: AsOf | undefined
}

async function show(ctx: Context, { head, recount, names, at }: Showing) {
  const [person] = await listPeople(ctx, [recount.askedBy])
  return page({
    title: `Tính lại thời hạn lần ${recount.id}`,
    crumbs: [
      { label: 'Lịch làm việc', href: withQuery(calendarListPath, { tai: at?.text }) },
      { label: 'Các lần tính lại thời hạn', href: withQuery(recountsPath(recount.calendar), { tai: at?.text }) },
    ],
    lead: head.name,
    body: (
      <div class="stack-large">
        <AsOfNotice at={at} what={whatOfPages} />
        {at && !recount.finishedAt && (
          <Notice title="Khi đó còn đang tính lại">Danh sách thời hạn đã đổi có từ khi lần tính lại kết thúc.</Notice>
        )}
        {!at && !recount.finishedAt && (
          <Going progress={await listProgress(ctx.sql, recount.id)} names={names.bookOf} />
        )}
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
        {(recount.finishedAt || !at) && (
          <Moves recount={recount} names={names} at={at} {...(await readMoves(ctx, recount))} />
        )}
        {(recount.moved ?? 0) > rowsShown && (
          <p class="muted">{`Trang này nêu ${rowsShown} dòng đầu; tải về để có đủ danh sách.`}</p>
        )}
        <AsOfQuestion at={at} what={whatOfPages} />
      </div>
    ),
  })
}

const readMoves = async ({ sql }: Context, { id }: Recount) => ({
  shifts: await summariseMoved(sql, id),
  rows: await listMoved(sql, id, rowsShown),
})

type MovesProps = Pick<Showing, 'recount' | 'names' | 'at'> & Awaited<ReturnType<typeof readMoves>>

function Moves({ recount, names, at, shifts, rows }: MovesProps) {
  const address = withQuery(recountPath(recount.calendar, String(recount.id)), { tai: at?.text })
  return (
    <>
      {recount.moved !== 0 && (
        <Section title="Thay đổi bao nhiêu">
          <Shifts shifts={shifts} names={names} />
        </Section>
      )}
      <MovedTable
        caption="Thời hạn đã đổi"
        rows={rows}
        names={names}
        tai={at?.text}
        downloads={{ csv: withQuery(address, { tep: 'csv' }), xlsx: withQuery(address, { tep: 'xlsx' }) }}
        empty={{
          title: 'Không thời hạn nào phải đổi',
          words: 'Ngày thay đổi không nằm trong thời hạn nào đang chạy.',
        }}
      />
    </>
  )
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
