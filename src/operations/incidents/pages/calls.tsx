import { z } from 'zod'
import { partiesOf } from '#identity'
import type { Context } from '#platform/context'
import { forbidden, notFound } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  Button,
  DescriptionList,
  ErrorSummary,
  FilterBar,
  Form,
  type FormError,
  formatDateTime,
  formatDuration,
  Section,
  Select,
  Table,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { rosterPath } from '../model.ts'
import { rosterTopic } from '../roster/assignments.ts'
import { answerCall, callPath, maySee } from '../roster/call-out.ts'
import * as store from '../roster/call-store.ts'
import { readSettings } from '../roster/settings.ts'
import { faultsOf } from './words.ts'

const path = `${rosterPath}/goi`
const pageSize = 50
const stateNames = { calling: 'Đang gọi', answered: 'Đã có người nhận', ended: 'Đã kết thúc' } as const
const Params = z.object({
  id: z.coerce
    .number()
    .int()
    .positive()
    .max(2 ** 50),
})
const Query = z.object({
  'trang-thai': z.enum(['calling', 'answered', 'ended']).optional().catch(undefined),
  after: z.coerce.number().int().positive().optional().catch(undefined),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})

const crumbs = [{ label: 'Ca trực', href: rosterPath }]

const list = route({
  method: 'GET',
  path,
  access: 'incident:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const { organisation } = await readSettings(ctx)
    const asked = {
      account: ctx.can('incident:read', organisation) ? undefined : (ctx.actor.account ?? ''),
      state: query['trang-thai'],
    }
    if (query.tai)
      return tableFile(query.tai, {
        name: 'goi-truc',
        titles: ['Số', 'Việc', 'Nội dung', 'Trạng thái', 'Bắt đầu', 'Số lần gọi', 'Người nhận', 'Nhận lúc', 'Phút chờ'],
        rows: fileRows(ctx, asked),
      })
    const rows = await store.listCallOuts(ctx.sql, { ...asked, after: query.after, limit: pageSize + 1 })
    const shown = rows.slice(0, pageSize)
    const nextHref = rows.length > pageSize ? withQuery(request.url, { after: shown.at(-1)?.id }) : undefined
    return page({
      title: 'Gọi trực',
      crumbs,
      lead: 'Việc nghiêm trọng được gọi lần lượt theo lịch trực cho đến khi có người bấm Tôi nhận.',
      islands: ['table'],
      body: (
        <div class="stack-large">
          <FilterBar
            names={['trang-thai']}
            active={
              query['trang-thai']
                ? [{ name: 'trang-thai', label: `Trạng thái: ${stateNames[query['trang-thai']]}` }]
                : []
            }
          >
            <Select
              name="trang-thai"
              label="Trạng thái"
              empty="Tất cả"
              value={query['trang-thai']}
              options={Object.entries(stateNames).map(([value, label]) => ({ value, label }))}
            />
          </FilterBar>
          <div id="cac-lan-goi" data-live={rosterTopic} data-live-label="Gọi trực">
            <Calls rows={shown} address={request.url} nextHref={nextHref} />
          </div>
        </div>
      ),
    })
  },
})

async function* fileRows(ctx: Context, asked: { account?: string; state?: string }) {
  for (let after: number | undefined; ; ) {
    const piece = await store.listCallOuts(ctx.sql, { ...asked, after, limit: 500 })
    for (const one of piece)
      yield [
        one.id,
        one.about,
        one.text,
        stateNames[one.state],
        formatDateTime(one.startedAt),
        one.attempts,
        one.answeredName,
        one.answeredAt ? formatDateTime(one.answeredAt) : '',
        one.waitedMs === null ? null : Math.round(one.waitedMs / 60_000),
      ]
    after = piece.at(-1)?.id
    if (piece.length < 500) return
  }
}

function Calls({ rows, address, nextHref }: { rows: store.CallRow[]; address: string; nextHref: string | undefined }) {
  return (
    <Table
      caption="Các lần gọi, mới nhất trước"
      rows={rows}
      rowKey={(row) => String(row.id)}
      rowHref={(row) => callPath(row.id)}
      paging={{ nextHref }}
      downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
      empty={{
        title: 'Chưa có lần gọi trực nào',
        words: 'Khi có việc nghiêm trọng, người trực được gọi và hiện ở đây.',
      }}
      columns={[
        { key: 'about', title: 'Việc', cell: (row) => row.about },
        { key: 'state', title: 'Trạng thái', phone: true, cell: (row) => <State call={row} /> },
        { key: 'started', title: 'Bắt đầu', phone: true, kind: 'nowrap', cell: (row) => <Time at={row.startedAt} /> },
        { key: 'attempts', title: 'Số lần gọi', kind: 'number', cell: (row) => row.attempts },
        { key: 'by', title: 'Người nhận', phone: true, cell: (row) => row.answeredName },
        {
          key: 'waited',
          title: 'Chờ',
          kind: 'nowrap',
          cell: (row) => (row.waitedMs === null ? undefined : formatDuration(row.waitedMs)),
        },
      ]}
    />
  )
}

function State({ call }: { call: store.CallOut }) {
  const tone = ({ calling: 'danger', answered: 'done', ended: 'neutral' } as const)[call.state]
  return <Tag tone={tone}>{stateNames[call.state]}</Tag>
}

const show = route({
  method: 'GET',
  path: `${path}/:id`,
  access: 'incident:read',
  params: Params,
  handle: (ctx, { params }) => callPage(ctx, params.id, []),
})

const take = route({
  method: 'POST',
  path: `${path}/:id/nhan`,
  access: 'incident:read',
  params: Params,
  async handle(ctx, { params }) {
    try {
      await answerCall(ctx, params.id)
    } catch (error) {
      return callPage(ctx, params.id, faultsOf(error, 'nhan'))
    }
    return redirect(callPath(params.id))
  },
})

async function callPage(ctx: Context, id: number, errors: readonly FormError[]): Promise<Reply> {
  const { organisation } = await readSettings(ctx)
  const call = await store.findCallOut(ctx.sql, id)
  if (!call) throw notFound('call-out', String(id))
  if (!ctx.can('incident:read', organisation) && !(await maySee(ctx, call, organisation)))
    throw forbidden('incident:read', organisation)
  const attempts = await store.listAttempts(ctx.sql, id)
  const called = attempts.some(({ account }) => partiesOf(ctx.actor).includes(account))
  const may = call.state === 'calling' && (called || ctx.can('incident:command', organisation))
  return page({
    title: call.about,
    crumbs: [...crumbs, { label: 'Gọi trực', href: path }],
    status: errors.length > 0 ? 422 : 200,
    lead: call.text,
    actions: <Button href={call.url}>Xem việc này</Button>,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title="Chưa nhận được" />
        {may && (
          <Form action={`${callPath(id)}/nhan`} class="" label="Tôi nhận">
            <Button kind="primary" icon="check">
              Tôi nhận
            </Button>
          </Form>
        )}
        <div id="lan-goi" class="stack" data-live={rosterTopic} data-live-label="Lần gọi">
          <DescriptionList
            items={[
              { term: 'Trạng thái', value: <State call={call} /> },
              ...(call.answeredAt
                ? [
                    { term: 'Người nhận', value: call.answeredName },
                    { term: 'Sau', value: formatDuration(call.answeredAt.getTime() - call.startedAt.getTime()) },
                  ]
                : []),
              ...(call.nextAt ? [{ term: 'Gọi người tiếp theo lúc', value: <Time at={call.nextAt} exact /> }] : []),
              ...(call.endedReason ? [{ term: 'Lý do kết thúc', value: call.endedReason }] : []),
            ]}
          />
          <Section title="Đã gọi">
            <Table
              caption="Đã gọi"
              hideCaption
              rows={attempts}
              rowKey={(one) => `${one.round}-${one.position}`}
              empty={{ title: 'Chưa gọi được ai', words: 'Lịch trực chưa có người. Hãy phân công ở trang Ca trực.' }}
              columns={[
                { key: 'name', title: 'Người được gọi', cell: (one) => one.name },
                { key: 'round', title: 'Vòng', kind: 'number', phone: true, cell: (one) => one.round },
                { key: 'at', title: 'Gọi lúc', phone: true, cell: (one) => <Time at={one.calledAt} exact /> },
                {
                  key: 'answered',
                  title: 'Trả lời',
                  phone: true,
                  cell: (one) =>
                    one.answeredAt
                      ? `nhận sau ${formatDuration(one.answeredAt.getTime() - one.calledAt.getTime())}`
                      : 'chưa trả lời',
                },
              ]}
            />
          </Section>
        </div>
      </div>
    ),
  })
}

export const callRoutes: readonly Route[] = [list, show, take]
