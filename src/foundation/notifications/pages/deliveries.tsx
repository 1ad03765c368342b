import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  type ActiveFilter,
  Button,
  FilterBar,
  Form,
  formatNumber,
  Notice,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { countStuckNow } from '../health.ts'
import { type Channel, channels, personalChannels } from '../model.ts'
import { managePermission } from '../permissions.ts'
import { retryDelivery, retryFailed, tryChannel } from '../sending/actions.ts'
import { isConfigured } from '../sending/gateways.ts'
import { countStates, type DeliveryFilter, type DeliveryRow, listDeliveries } from '../sending/read.ts'
import { deliveryDetail } from './delivery.tsx'
import { DeliveryTag, sayFault, sayReceivers } from './delivery-parts.tsx'
import { UrgencyMark } from './inbox.tsx'
import { channelNames, deliveriesPath, inboxPath, stateNames, urgencyNames, wordingsPath } from './words.ts'

const pageSize = 50
const dayMs = 24 * 3600_000
const states = ['waiting', 'unconfigured', 'sending', 'sent', 'received', 'failed', 'unneeded'] as const
const sayState = (state: (typeof states)[number]) => (state === 'unconfigured' ? 'Chưa cấu hình' : stateNames[state])

const DeliveryQuery = z.object({
  trangThai: z.enum(states).optional().catch(undefined),
  kenh: z.enum(channels).optional().catch(undefined),
  nguoi: z.string().trim().max(100).optional(),
  loai: z.string().trim().max(100).optional(),
  sort: z.enum(['at', '-at']).optional().catch(undefined),
  after: z.coerce.number().int().positive().optional().catch(undefined),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  thu: z.enum(personalChannels).optional().catch(undefined),
  lai: z.coerce.number().int().min(0).optional().catch(undefined),
})
type DeliveryQuery = z.infer<typeof DeliveryQuery>

const configuredIn = (ctx: Context): Channel[] =>
  channels.filter((channel) => isConfigured(channel, ctx.config.messages))

const filterOf = (query: DeliveryQuery): Omit<DeliveryFilter, 'limit' | 'after'> => ({
  state: query.trangThai,
  channel: query.kenh,
  account: query.nguoi || undefined,
  code: query.loai || undefined,
  oldestFirst: query.sort === 'at',
})

async function showDeliveries(ctx: Context, query: DeliveryQuery, address: string) {
  const filter = filterOf(query)
  if (query.tai)
    return tableFile(query.tai, { name: 'thong-bao-gui-di', titles: fileTitles, rows: fileRows(ctx, filter) })
  const reach = ctx.reach(managePermission)
  const configured = configuredIn(ctx)
  const rows = await listDeliveries(ctx.sql, reach, {
    filter: { ...filter, after: query.after, limit: pageSize + 1 },
    configured,
  })
  const shown = rows.slice(0, pageSize)
  const counts = await countStates(ctx.sql, reach, new Date(ctx.now.getTime() - dayMs))
  const stuck = await countStuckNow(ctx)
  return page({
    title: 'Thông báo gửi đi',
    lead: 'Thư, tin nhắn và cuộc gọi đã đến đâu. Nội dung thông báo chỉ người nhận đọc được.',
    crumbs: [{ label: 'Thông báo', href: inboxPath }],
    actions: <Button href={wordingsPath}>Mẫu thông báo</Button>,
    islands: ['table'],
    body: (
      <div class="stack-large">
        {query.thu && (
          <Notice tone="done" role="status">
            {`Đã xếp một thông báo thử qua kênh ${channelNames[query.thu]} vào hàng chờ; kết quả hiện ở danh sách dưới đây.`}
          </Notice>
        )}
        {query.lai !== undefined && (
          <Notice tone="done" role="status">
            {`Đã xếp lại ${formatNumber(query.lai)} lượt gửi vào hàng chờ.`}
          </Notice>
        )}
        {stuck > 0 && (
          <Notice tone="danger" title={`${formatNumber(stuck)} lượt gửi đã quá giờ hơn 15 phút mà chưa được gửi`}>
            Tiến trình xử lý việc có thể đã dừng; kiểm tra bằng lệnh tram doctor.
          </Notice>
        )}
        <ChannelTable counts={counts} configured={configured} />
        <Filters ctx={ctx} query={query} />
        <DeliveryTable
          ctx={ctx}
          rows={shown}
          query={query}
          address={address}
          receiverOf={await sayReceivers(ctx, shown)}
          nextHref={rows.length > pageSize ? withQuery(address, { after: shown.at(-1)?.id }) : undefined}
        />
      </div>
    ),
  })
}

type Counts = Awaited<ReturnType<typeof countStates>>

function ChannelTable({ counts, configured }: { counts: Counts; configured: readonly Channel[] }) {
  const count = (channel: Channel, ...wanted: string[]) =>
    counts
      .filter((one) => one.channel === channel && wanted.includes(one.state))
      .reduce((sum, one) => sum + one.count, 0)
  const figure = (...wanted: string[]) => ({
    kind: 'number' as const,
    phone: true,
    cell: (channel: Channel) => formatNumber(count(channel, ...wanted)),
  })
  return (
    <Section title="Các kênh trong 24 giờ qua" id="kenh">
      <Table
        caption="Các kênh"
        hideCaption
        rows={channels}
        rowKey={(channel) => channel}
        columns={[
          { key: 'channel', title: 'Kênh', cell: (channel) => channelNames[channel] },
          {
            key: 'open',
            title: 'Cấu hình',
            phone: true,
            cell: (channel) =>
              configured.includes(channel) ? <Tag>Đã cấu hình</Tag> : <Tag tone="warning">Chưa cấu hình</Tag>,
          },
          { key: 'waiting', title: 'Chờ', ...figure('waiting', 'sending') },
          { key: 'again', title: 'Thử lại', ...figure('again') },
          { key: 'sent', title: 'Đã gửi', ...figure('sent', 'received') },
          { key: 'failed', title: 'Lỗi', ...figure('failed') },
          {
            key: 'try',
            title: 'Việc',
            phone: true,
            cell: (channel) => (
              <div class="row">
                <TryForm channel={channel} />
                {count(channel, 'failed') > 0 && <RetryForm channel={channel} />}
              </div>
            ),
          },
        ]}
      />
    </Section>
  )
}

function TryForm({ channel }: { channel: Channel }) {
  if (channel === 'webhook') return <span class="muted">nhận mọi thông báo</span>
  return (
    <Form action={`${deliveriesPath}/thu`} class="row">
      <input type="hidden" name="kenh" value={channel} />
      <Button small label={`Gửi thử cho tôi qua ${channelNames[channel]}`}>
        Gửi thử cho tôi
      </Button>
    </Form>
  )
}

function RetryForm({ channel }: { channel: Channel }) {
  return (
    <Form action={`${deliveriesPath}/gui-lai`} class="row">
      <input type="hidden" name="kenh" value={channel} />
      <Button small label={`Gửi lại các lượt lỗi qua ${channelNames[channel]}`}>
        Gửi lại các lượt lỗi
      </Button>
    </Form>
  )
}

function Filters({ ctx, query }: { ctx: Context; query: DeliveryQuery }) {
  const kinds = [...ctx.notices.values()].map(({ code, label }) => ({ value: code, label }))
  const active: ActiveFilter[] = [
    ...(query.trangThai ? [{ name: 'trangThai', label: `Trạng thái: ${sayState(query.trangThai)}` }] : []),
    ...(query.kenh ? [{ name: 'kenh', label: `Kênh: ${channelNames[query.kenh]}` }] : []),
    ...(query.nguoi ? [{ name: 'nguoi', label: `Người nhận: ${query.nguoi}` }] : []),
    ...(query.loai ? [{ name: 'loai', label: `Loại: ${ctx.notices.get(query.loai)?.label ?? query.loai}` }] : []),
  ]
  return (
    <FilterBar names={['trangThai', 'kenh', 'nguoi', 'loai']} active={active}>
      <Select
        name="trangThai"
        label="Trạng thái"
        empty="Mọi trạng thái"
        value={query.trangThai}
        options={states.map((value) => ({ value, label: sayState(value) }))}
      />
      <Select
        name="kenh"
        label="Kênh"
        empty="Mọi kênh"
        value={query.kenh}
        options={channels.map((value) => ({ value, label: channelNames[value] }))}
      />
      <Select name="loai" label="Loại" empty="Mọi loại" value={query.loai} options={kinds} />
      <TextInput name="nguoi" label="Tài khoản nhận" value={query.nguoi} width="20" optional />
    </FilterBar>
  )
}

interface TableProps {
  ctx: Context
  rows: readonly DeliveryRow[]
  query: DeliveryQuery
  address: string
  receiverOf: (row: DeliveryRow) => string
  nextHref: string | undefined
}

function DeliveryTable({ ctx, rows, query, address, receiverOf, nextHref }: TableProps) {
  const labelOf = (code: string) => ctx.notices.get(code)?.label ?? code
  return (
    <Table
      caption="Lượt gửi, mới nhất trước"
      rows={rows}
      rowKey={(row) => String(row.id)}
      rowHref={(row) => `${deliveriesPath}/${row.id}`}
      sort={query.sort ?? '-at'}
      id="luot-gui"
      paging={{ nextHref }}
      downloads={{
        csv: withQuery(address, { tai: 'csv', thu: undefined, lai: undefined }),
        xlsx: withQuery(address, { tai: 'xlsx', thu: undefined, lai: undefined }),
      }}
      empty={{
        title: 'Không có lượt gửi nào khớp bộ lọc',
        words: 'Mỗi thông báo gửi ra ngoài hộp thông báo là một lượt ở đây.',
      }}
      columns={[
        { key: 'code', title: 'Loại', cell: (row) => labelOf(row.code) },
        { key: 'account', title: 'Người nhận', cell: receiverOf, phone: true },
        { key: 'channel', title: 'Kênh', cell: (row) => channelNames[row.channel], kind: 'nowrap', phone: true },
        { key: 'urgency', title: 'Mức', cell: (row) => <UrgencyMark urgency={row.urgency} /> },
        {
          key: 'at',
          title: 'Lúc',
          cell: (row) => <Time at={row.createdAt} exact />,
          kind: 'nowrap',
          sortable: true,
          phone: true,
        },
        {
          key: 'state',
          title: 'Trạng thái',
          cell: (row) => <DeliveryTag row={row} messages={ctx.config.messages} />,
          phone: true,
        },
        { key: 'fault', title: 'Lý do', cell: (row) => sayFault(row) },
        { key: 'attempts', title: 'Lần gửi', cell: (row) => formatNumber(row.attempts), kind: 'number' },
      ]}
    />
  )
}

const fileTitles = [
  'Mã',
  'Lúc',
  'Loại',
  'Mức',
  'Người nhận',
  'Đơn vị',
  'Kênh',
  'Trạng thái',
  'Lý do',
  'Lần gửi',
  'Gửi lúc',
  'Nhận lúc',
]
const filePiece = 1000

async function* fileRows(ctx: Context, filter: Omit<DeliveryFilter, 'limit' | 'after'>) {
  const reach = ctx.reach(managePermission)
  const configured = configuredIn(ctx)
  for (let after: number | undefined; ; ) {
    const piece = await listDeliveries(ctx.sql, reach, { filter: { ...filter, after, limit: filePiece }, configured })
    for (const row of piece)
      yield [
        row.id,
        row.createdAt.toISOString(),
        row.code,
        urgencyNames[row.urgency],
        row.account,
        row.organisation,
        channelNames[row.channel],
        row.state === 'waiting' && !configured.includes(row.channel) ? 'Chưa cấu hình' : stateNames[row.state],
        sayFault(row),
        row.attempts,
        row.sentAt?.toISOString(),
        row.receivedAt?.toISOString(),
      ]
    after = piece.at(-1)?.id
    if (piece.length < filePiece) return
  }
}

const Id = z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) })

export const deliveryRoutes = [
  route({
    method: 'GET',
    path: deliveriesPath,
    access: managePermission,
    query: DeliveryQuery,
    handle: (ctx, { query, request }) => showDeliveries(ctx, query, request.url),
  }),
  route({
    method: 'POST',
    path: `${deliveriesPath}/thu`,
    access: managePermission,
    ratePerMinute: 20,
    body: z.object({ kenh: z.enum(personalChannels) }),
    async handle(ctx, { body }) {
      await tryChannel(ctx, body.kenh)
      return redirect(`${deliveriesPath}?thu=${body.kenh}`)
    },
  }),
  route({
    method: 'POST',
    path: `${deliveriesPath}/gui-lai`,
    access: managePermission,
    body: z.object({ kenh: z.enum(channels) }),
    async handle(ctx, { body }) {
      const count = await retryFailed(ctx, body.kenh)
      return redirect(`${deliveriesPath}?kenh=${body.kenh}&lai=${count}`)
    },
  }),
  route({
    method: 'GET',
    path: `${deliveriesPath}/:id`,
    access: managePermission,
    params: Id,
    query: z.object({ xong: z.literal('1').optional().catch(undefined) }),
    handle: (ctx, { params, query }) => deliveryDetail(ctx, params.id, query.xong === '1'),
  }),
  route({
    method: 'POST',
    path: `${deliveriesPath}/:id/gui-lai`,
    access: managePermission,
    params: Id,
    async handle(ctx, { params }) {
      await retryDelivery(ctx, params.id)
      return redirect(`${deliveriesPath}/${params.id}?xong=1`)
    },
  }),
]
