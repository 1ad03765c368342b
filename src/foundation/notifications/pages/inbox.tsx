import { z } from 'zod'
import type { MenuCount } from '#platform/capability'
import type { Context } from '#platform/context'
import { fragment, page, redirect, route } from '#platform/http'
import type { Sql } from '#platform/sql'
import { tableFile } from '#platform/table-file'
import {
  type ActiveFilter,
  Button,
  FilterBar,
  Form,
  formatNumber,
  NavCount,
  Select,
  SeverityMark,
  Table,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { inboxTopic } from '../actions.ts'
import { markRead, markUnread, openNotice, ownAccount } from '../inbox.ts'
import { type Urgency, urgencies } from '../model.ts'
import { listKinds } from '../notices.ts'
import { countUnread, type InboxFilter, listInbox, type NoticeRow } from '../store.ts'
import { inboxPath, preferencesPath, urgencyNames } from './words.ts'

/** Beyond it the number is said as "more than". */
export const mostCounted = 100
const pageSize = 50

const InboxQuery = z.object({
  loc: z.enum(['chua-doc', 'tat-ca']).optional().catch(undefined),
  muc: z.enum(urgencies).optional().catch(undefined),
  loai: z.string().max(100).optional(),
  sort: z.enum(['at', '-at']).optional().catch(undefined),
  after: z.coerce.number().int().positive().optional().catch(undefined),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type InboxQuery = z.infer<typeof InboxQuery>

const Id = z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) })

/** How much is unread, for the head of every page. */
export const unreadCount: MenuCount = {
  id: 'so-thong-bao-chua-doc',
  href: `${inboxPath}/so-chua-doc`,
  topics: (ctx) => inboxTopic(ownAccount(ctx)),
  read: async (ctx) => ({
    count: await countUnread(ctx.sql, ownAccount(ctx), mostCounted),
    most: mostCounted,
    unit: 'chưa đọc',
  }),
}

async function showInbox(ctx: Context, query: InboxQuery, address: string) {
  const account = ownAccount(ctx)
  const filter = filterOf(query)
  if (query.tai)
    return tableFile(query.tai, { name: 'thong-bao', titles: fileTitles, rows: fileRows(ctx.sql, account, filter) })
  const rows = await listInbox(ctx.sql, account, { ...filter, after: query.after, limit: pageSize + 1 })
  const shown = rows.slice(0, pageSize)
  const unread = await countUnread(ctx.sql, account, mostCounted)
  const body = (
    <div class="stack-large" id="hop-thong-bao" data-live={inboxTopic(account)} data-live-label="hộp thông báo">
      <Filters ctx={ctx} query={query} />
      <InboxTable
        rows={shown}
        unread={unread}
        query={query}
        address={address}
        nextHref={rows.length > pageSize ? withQuery(address, { after: shown.at(-1)?.id }) : undefined}
      />
    </div>
  )
  return page({
    title: 'Thông báo',
    lead: unread === 0 ? 'Không có thông báo chưa đọc.' : `${sayCount(unread)} thông báo chưa đọc.`,
    islands: ['table'],
    actions: <InboxActions newest={query.after ? undefined : shown.at(0)?.id} hasUnread={unread > 0} />,
    body,
  })
}

export const sayCount = (count: number): string =>
  count >= mostCounted ? `Hơn ${mostCounted - 1}` : formatNumber(count)

const filterOf = (query: InboxQuery): Omit<InboxFilter, 'limit' | 'after'> => ({
  unread: query.loc === 'chua-doc',
  urgency: query.muc,
  code: query.loai || undefined,
  oldestFirst: query.sort === 'at',
})

function InboxActions({ newest, hasUnread }: { newest: number | undefined; hasUnread: boolean }) {
  return (
    <div class="row">
      {newest !== undefined && hasUnread && (
        <Form action={`${inboxPath}/da-doc`} class="row">
          <input type="hidden" name="den" value={newest} />
          <Button icon="check">Đánh dấu đã đọc tất cả</Button>
        </Form>
      )}
      <Button href={preferencesPath} icon="settings">
        Tùy chọn
      </Button>
    </div>
  )
}

function Filters({ ctx, query }: { ctx: Context; query: InboxQuery }) {
  const kinds = listKinds(ctx).map(({ code, label }) => ({ value: code, label }))
  const active: ActiveFilter[] = [
    ...(query.loc === 'chua-doc' ? [{ name: 'loc', label: 'Chưa đọc' }] : []),
    ...(query.muc ? [{ name: 'muc', label: `Mức: ${urgencyNames[query.muc]}` }] : []),
    ...(query.loai ? [{ name: 'loai', label: `Loại: ${ctx.notices.get(query.loai)?.label ?? query.loai}` }] : []),
  ]
  return (
    <FilterBar names={['loc', 'muc', 'loai']} active={active}>
      <Select
        name="loc"
        label="Trạng thái"
        empty="Tất cả"
        value={query.loc}
        options={[{ value: 'chua-doc', label: 'Chưa đọc' }]}
      />
      <Select
        name="muc"
        label="Mức"
        empty="Mọi mức"
        value={query.muc}
        options={urgencies.map((value) => ({ value, label: urgencyNames[value] }))}
      />
      <Select name="loai" label="Loại" empty="Mọi loại" value={query.loai} options={kinds} />
    </FilterBar>
  )
}

interface TableProps {
  rows: readonly NoticeRow[]
  unread: number
  query: InboxQuery
  address: string
  nextHref: string | undefined
}

function InboxTable({ rows, query, address, nextHref }: TableProps) {
  return (
    <Table
      caption={query.loc === 'chua-doc' ? 'Thông báo chưa đọc' : 'Thông báo'}
      rows={rows}
      rowKey={(row) => String(row.id)}
      rowClass={(row) => (row.readAt ? undefined : 'row-unread')}
      sort={query.sort ?? '-at'}
      id="thong-bao"
      paging={{ nextHref }}
      downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
      empty={{
        title: query.loc || query.muc || query.loai ? 'Không có thông báo nào khớp bộ lọc' : 'Chưa có thông báo nào',
        words: 'Việc được giao, hạn sắp đến và cảnh báo gửi cho ông/bà sẽ hiện ở đây.',
      }}
      columns={[
        { key: 'subject', title: 'Nội dung', cell: (row) => <Words row={row} /> },
        { key: 'urgency', title: 'Mức', cell: (row) => <UrgencyMark urgency={row.urgency} />, phone: true },
        {
          key: 'at',
          title: 'Lúc',
          cell: (row) => <Time at={row.createdAt} />,
          kind: 'nowrap',
          sortable: true,
          phone: true,
        },
        { key: 'state', title: 'Trạng thái', cell: (row) => <ReadState row={row} />, kind: 'nowrap', phone: true },
      ]}
    />
  )
}

function Words({ row }: { row: NoticeRow }) {
  return (
    <>
      <a href={`${inboxPath}/mo/${row.id}`} lang={row.language}>
        {row.subject}
      </a>
      <p class="muted small" lang={row.language}>
        {row.body}
      </p>
    </>
  )
}

export function UrgencyMark({ urgency }: { urgency: Urgency }) {
  if (urgency === 'grave') return <SeverityMark severity="critical" />
  return urgency === 'urgent' ? <Tag tone="warning">{urgencyNames.urgent}</Tag> : <span>{urgencyNames.routine}</span>
}

function ReadState({ row }: { row: NoticeRow }) {
  const [action, words] = row.readAt ? ['chua-doc', 'Đánh dấu chưa đọc'] : ['da-doc', 'Đánh dấu đã đọc']
  return (
    <div class="row">
      <Tag tone={row.readAt ? 'neutral' : 'info'}>{row.readAt ? 'Đã đọc' : 'Chưa đọc'}</Tag>
      <Form action={`${inboxPath}/${row.id}/${action}`} class="row">
        <Button small label={`${words}: ${row.subject}`}>
          {words}
        </Button>
      </Form>
    </div>
  )
}

const fileTitles = ['Thời điểm', 'Mức', 'Loại', 'Tiêu đề', 'Nội dung', 'Đường dẫn', 'Đọc lúc']
const filePiece = 1000

async function* fileRows(sql: Sql, account: string, filter: Omit<InboxFilter, 'limit' | 'after'>) {
  for (let after: number | undefined; ; ) {
    const piece = await listInbox(sql, account, { ...filter, after, limit: filePiece })
    for (const { createdAt, urgency, code, subject, body, url, readAt } of piece)
      yield [createdAt.toISOString(), urgencyNames[urgency], code, subject, body, url, readAt?.toISOString()]
    after = piece.at(-1)?.id
    if (piece.length < filePiece) return
  }
}

/** The list a person came from, without its place in it. */
const back = (referer: string | undefined): string => {
  const url = referer && URL.canParse(referer) ? new URL(referer) : undefined
  return url?.pathname === inboxPath ? `${inboxPath}${url.search}` : inboxPath
}

export const inboxRoutes = [
  route({
    method: 'GET',
    path: inboxPath,
    access: 'signed-in',
    query: InboxQuery,
    handle: (ctx, { query, request }) => showInbox(ctx, query, request.url),
  }),
  route({
    method: 'GET',
    path: unreadCount.href,
    access: 'signed-in',
    async handle(ctx) {
      const live = { topics: unreadCount.topics(ctx), href: unreadCount.href, label: 'Thông báo' }
      return fragment(<NavCount id={unreadCount.id} {...(await unreadCount.read(ctx))} live={live} />)
    },
  }),
  route({
    method: 'GET',
    path: `${inboxPath}/mo/:id`,
    access: 'signed-in',
    params: Id,
    handle: async (ctx, { params }) => redirect(await openNotice(ctx, params.id)),
  }),
  route({
    method: 'POST',
    path: `${inboxPath}/da-doc`,
    access: 'signed-in',
    body: z.object({ den: Id.shape.id }),
    async handle(ctx, { body, request }) {
      await markRead(ctx, { upTo: body.den })
      return redirect(back(request.headers.referer))
    },
  }),
  route({
    method: 'POST',
    path: `${inboxPath}/:id/da-doc`,
    access: 'signed-in',
    params: Id,
    async handle(ctx, { params, request }) {
      await markRead(ctx, { id: params.id })
      return redirect(back(request.headers.referer))
    },
  }),
  route({
    method: 'POST',
    path: `${inboxPath}/:id/chua-doc`,
    access: 'signed-in',
    params: Id,
    async handle(ctx, { params, request }) {
      await markUnread(ctx, params.id)
      return redirect(back(request.headers.referer))
    },
  }),
]
