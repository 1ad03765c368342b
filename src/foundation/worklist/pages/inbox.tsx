import { z } from 'zod'
import { reckonerPath } from '#calendar'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { Button, Form, formatNumber, withQuery } from '#ui'
import { holderOf, overseePermission, readPermission } from '../actions.ts'
import { type ItemQuery, listItems, type Scope } from '../reading/lists.ts'
import { sightOf } from '../reading/sight.ts'
import { InboxBar } from './bulk-bar.tsx'
import { ItemFilter, orderOf, readFilter, writeMark } from './filter.ts'
import { BandTabs, InboxFilters, OthersTurn, Views } from './inbox-parts.tsx'
import { ItemTable } from './item-table.tsx'
import { Outcome, OutcomeQuery, readOutcome } from './outcome.tsx'
import { readKinds, readViews, type View, type ViewCounts } from './read-counts.ts'
import { type Frame, fileRows, fileTitles, readFrame, toRows } from './read-rows.ts'
import { handOverPath, inboxPath, unitPath } from './words.ts'

const Query = z.object({
  ...ItemFilter.shape,
  ...OutcomeQuery.shape,
  xem: z.enum(['toi', 'don-vi', 'thay']).optional().catch(undefined),
  'don-vi': z.string().max(35).optional(),
})
type Query = z.infer<typeof Query>

/** While standing in, the colleague's work is what is looked at first. */
const viewOf = (ctx: Context, { xem }: Query): View => xem ?? (ctx.actor.onBehalfOf ? 'thay' : 'toi')

/** The work of somebody else than the one for whom is acted now: it is seen after a press. */
const isOthersTurn = (ctx: Context, view: View): boolean => (ctx.actor.onBehalfOf ? view === 'toi' : view === 'thay')

function scopeOf(ctx: Context, view: View, organisation: string | undefined): Scope {
  const sight = sightOf(ctx)
  const organisations = organisation ? [organisation] : undefined
  if (view === 'don-vi') return { of: 'piles', sight, organisations }
  return { of: 'holder', holder: holderOf(ctx.actor), sight, organisations }
}

export const inboxRoute: Route = route({
  method: 'GET',
  path: inboxPath,
  access: readPermission,
  query: Query,
  async handle(ctx, { query, request }) {
    const view = viewOf(ctx, query)
    const [frame, views] = await Promise.all([readFrame(ctx), query.tai ? undefined : readViews(ctx)])
    const asked = readFilter(query, frame.bounds)
    const scope = scopeOf(ctx, view, query['don-vi'])
    if (!views)
      return tableFile(query.tai ?? 'csv', {
        name: 'viec-cua-toi',
        titles: fileTitles,
        rows: fileRows(ctx, frame, { scope, query: asked }),
      })
    return page({
      title: 'Việc của tôi',
      lead: 'Mọi việc đang chờ, theo thời gian làm việc còn lại. Bấm vào việc để mở nơi xử lý.',
      islands: ['table', 'marks'],
      actions: (
        <>
          {ctx.can(overseePermission) && <Button href={unitPath}>Khối lượng việc của đơn vị</Button>}
          <Button href={reckonerPath}>Tính thời hạn</Button>
          <Button href={handOverPath}>Bàn giao toàn bộ khi nghỉ</Button>
        </>
      ),
      body: (
        <div class="stack">
          <Outcome outcome={await readOutcome(ctx, query)} />
          <Views views={views} view={view} />
          {isOthersTurn(ctx, view) ? (
            <OthersTurn views={views} />
          ) : (
            await showList(ctx, { query, view, views, frame, asked, scope, address: request.url })
          )}
        </div>
      ),
    })
  },
})

interface Shown {
  query: Query
  view: View
  views: ViewCounts
  frame: Frame
  asked: Omit<ItemQuery, 'limit'>
  scope: Scope
  address: string
}

async function showList(ctx: Context, { query, view, views, frame, asked, scope, address }: Shown) {
  const [found, counts] = await Promise.all([
    listItems(ctx.sql, scope, { ...asked, limit: query.limit + 1 }),
    readKinds(ctx, frame, view === 'don-vi' ? '' : holderOf(ctx.actor)),
  ])
  const rows = toRows(ctx, frame, found.slice(0, query.limit))
  const last = rows.at(-1)
  const next = found.length > query.limit && last ? writeMark(last, orderOf(query)) : undefined
  const tables = (
    <ItemTable
      rows={rows}
      bounds={frame.bounds}
      grouped={query.sort === 'due'}
      choosing
      sortable={['title', 'due', 'opened']}
      sort={query.sort}
      downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
      paging={{
        nextHref: next ? withQuery(address, { after: next }) : undefined,
        size: query.limit,
        sizes: [20, 50, 100],
      }}
      empty={emptyOf(view, query, views)}
    />
  )
  return (
    <>
      <BandTabs counts={counts} query={query} />
      <InboxFilters query={query} counts={counts} />
      {rows.length === 0 ? (
        tables
      ) : (
        <Form action={`${inboxPath}/xu-ly`} class="stack" label="Xử lý các việc đã đánh dấu">
          <input type="hidden" name="xem" value={view} />
          {tables}
          <InboxBar isPile={view === 'don-vi'} shown={formatNumber(rows.length)} />
        </Form>
      )}
    </>
  )
}

function emptyOf(
  view: View,
  { q, nhom, loai, 'trang-thai': state, 'don-vi': organisation }: Query,
  { unclaimed }: ViewCounts,
) {
  if (q || nhom || loai || state || organisation)
    return { title: 'Không có việc nào khớp bộ lọc', words: 'Bỏ bớt điều kiện lọc để xem thêm.' }
  return view === 'don-vi'
    ? { title: 'Không có việc nào chưa ai nhận', words: 'Việc mới của đơn vị hiện ở đây cho đến khi có người nhận.' }
    : {
        title: 'Không có việc nào đang chờ',
        words: 'Việc được giao hoặc ông/bà nhận từ đơn vị sẽ hiện ở đây.',
        actions: view === 'toi' && unclaimed > 0 && (
          <Button href={`${inboxPath}?xem=don-vi`}>Xem {formatNumber(unclaimed)} việc của đơn vị chưa ai nhận</Button>
        ),
      }
}
