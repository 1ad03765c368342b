import { z } from 'zod'
import { onDuty } from '#incidents'
import { readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfQuestion,
  ColumnChart,
  DescriptionList,
  formatDateTime,
  formatNumber,
  formatTime,
  Notice,
  Section,
  Table,
  Tag,
  withQuery,
} from '#ui'
import { readPermission } from '../actions.ts'
import { type Balance, countedUntil, listLoad, slotMs, slotOf, sumBalance } from '../intake/balance-store.ts'
import type { Inlet } from '../model.ts'
import { getSettings } from '../settings.ts'
import { AlertTabs } from './parts.tsx'
import { PastNotice } from './past.tsx'
import { balancePath, inletWords, listPath } from './words.ts'

const spans = { gio: 3_600_000, ngay: 86_400_000, tuan: 7 * 86_400_000 } as const
const spanWords = { gio: 'một giờ qua', ngay: '24 giờ qua', tuan: '7 ngày qua', het: 'từ đầu' } as const
const spanWordsThen: Record<keyof typeof spanWords, string> = {
  gio: 'một giờ trước lúc đó',
  ngay: '24 giờ trước lúc đó',
  tuan: '7 ngày trước lúc đó',
  het: 'từ đầu',
}
const slotsShown = 36

const Query = z.object({
  trong: z.enum(['gio', 'ngay', 'tuan', 'het']).catch('ngay'),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: z.string().max(30).optional(),
})

type Row = Balance & { inlet: Inlet }

export const balanceRoute: Route = route({
  method: 'GET',
  path: balancePath,
  access: readPermission,
  query: Query,
  async handle(ctx, { query, request }) {
    const at = await readAsOf(ctx, query.tai)
    const now = at?.knownAt ?? ctx.now
    const until = at && countedUntil(at.knownAt, ctx.now)
    const from = query.trong === 'het' ? undefined : slotOf(new Date(now.getTime() - spans[query.trong]))
    const rows = await sumBalance(ctx, { from, until })
    if (query.tep) return tableFile(query.tep, { name: 'can-doi-canh-bao', titles, rows: rows.map(cellsOf) })
    const load = await readLoad(ctx, until)
    return page({
      title: 'Cân đối và tải cảnh báo',
      crumbs: [{ label: 'Cảnh báo', href: listPath }],
      lead: 'Nhận vào = hiện + gộp + tạm im + bỏ, đếm cùng lúc với việc nhận; không tín hiệu nào mất dấu.',
      body: (
        <div class="stack-large">
          <AlertTabs current="balance" tai={at?.text} />
          <PastNotice at={at} what="cân đối" />
          {until && (
            <p class="muted">
              Số đếm giữ theo từng 10 phút: đã tính đến {formatDateTime(until, at.timeZone)}. Số người trực theo lịch
              trực của ca khi đó, mức chấp nhận theo cấu hình, như đang ghi hiện nay.
            </p>
          )}
          <nav class="row" aria-label="Khoảng thời gian">
            {Object.entries(at ? spanWordsThen : spanWords).map(([value, label]) => (
              <a
                key={value}
                href={withQuery(balancePath, { trong: value, tai: at?.text })}
                aria-current={query.trong === value ? 'true' : undefined}
              >
                {label[0]?.toUpperCase()}
                {label.slice(1)}
              </a>
            ))}
          </nav>
          <div
            id="can-doi"
            class="stack-large"
            {...(at ? {} : { 'data-live': 'alerts', 'data-live-label': 'cân đối cảnh báo' })}
          >
            <Equation rows={rows} span={(at ? spanWordsThen : spanWords)[query.trong]} />
            <ByInlet rows={rows} address={request.url} />
            <Load load={load} />
          </div>
          <AsOfQuestion at={at} what="cân đối" />
        </div>
      ),
    })
  },
})

const sumOf = (rows: readonly Row[], name: keyof Balance) => rows.reduce((sum, row) => sum + row[name], 0)

function Equation({ rows, span }: { rows: readonly Row[]; span: string }) {
  const [received, shown, grouped, silenced, dropped] = (
    ['received', 'shown', 'grouped', 'silenced', 'dropped'] as const
  ).map((name) => sumOf(rows, name))
  const isBalanced = received === (shown ?? 0) + (grouped ?? 0) + (silenced ?? 0) + (dropped ?? 0)
  const words = `Trong ${span}: nhận ${formatNumber(received ?? 0)} = hiện ${formatNumber(shown ?? 0)} + gộp ${formatNumber(grouped ?? 0)} + tạm im ${formatNumber(silenced ?? 0)} + bỏ ${formatNumber(dropped ?? 0)}`
  return (
    <Notice tone={isBalanced ? 'done' : 'danger'} title={words.replace('Trong từ đầu', 'Từ đầu')}>
      {isBalanced ? 'Hai vế bằng nhau.' : 'Hai vế không bằng nhau: báo quản trị hệ thống kiểm tra ngay.'}
    </Notice>
  )
}

const titles = [
  'Đầu vào',
  'Nhận',
  'Hiện',
  'Gộp',
  'Tạm im',
  'Bỏ',
  'Bỏ: gửi lại',
  'Bỏ: sai',
  'Bỏ: ở tương lai',
  'Bỏ: quá cũ',
]
const names = [
  'received',
  'shown',
  'grouped',
  'silenced',
  'dropped',
  'droppedRepeat',
  'droppedInvalid',
  'droppedFuture',
  'droppedLate',
] as const
const cellsOf = (row: Row) => [inletWords[row.inlet], ...names.map((name) => row[name])]

function ByInlet({ rows, address }: { rows: readonly Row[]; address: string }) {
  return (
    <Table
      caption="Theo đầu vào"
      rows={rows}
      rowKey={({ inlet }) => inlet}
      downloads={{ csv: withQuery(address, { tep: 'csv' }), xlsx: withQuery(address, { tep: 'xlsx' }) }}
      empty={{ title: 'Chưa nhận tín hiệu nào', words: 'Số đếm bắt đầu khi có tín hiệu đầu tiên trong khoảng này.' }}
      columns={[
        { key: 'inlet', title: 'Đầu vào', cell: ({ inlet }) => inletWords[inlet] },
        ...names.map((name, index) => ({
          key: name,
          title: titles[index + 1] ?? name,
          kind: 'number' as const,
          phone: index < 5,
          cell: (row: Row) => formatNumber(row[name]),
          total: formatNumber(sumOf(rows, name)),
        })),
      ]}
    />
  )
}

interface LoadView {
  operators: number
  high: number
  unbearable: number
  slots: { slot: Date; received: number; shown: number }[]
  isPast: boolean
}

async function readLoad(ctx: Context, until: Date | undefined): Promise<LoadView> {
  const last = until ? slotOf(new Date(until.getTime() - 1)) : slotOf(ctx.now)
  const first = new Date(last.getTime() - (slotsShown - 1) * slotMs)
  const [known, operators, { load }] = await Promise.all([
    listLoad(ctx, first, until),
    onDuty({ ...ctx, now: until ?? ctx.now }, 'operator'),
    getSettings(ctx.sql),
  ])
  const bySlot = new Map(known.map((one) => [one.slot.getTime(), one]))
  const slots = Array.from({ length: slotsShown }, (_, index) => {
    const slot = new Date(first.getTime() + index * slotMs)
    return bySlot.get(slot.getTime()) ?? { slot, received: 0, shown: 0 }
  })
  return { ...load, operators: Math.max(1, operators.length), slots, isPast: until !== undefined }
}

/** Alarms per operator in ten minutes, the measure of EEMUA 191. */
function Load({ load: { operators, high, unbearable, slots, isPast } }: { load: LoadView }) {
  const perOperator = (shown: number) => Math.round((shown / operators) * 10) / 10
  const current = perOperator(slots.at(-1)?.shown ?? 0)
  const worst = slots.reduce((most, one) => (one.shown > most.shown ? one : most), {
    slot: new Date(0),
    received: 0,
    shown: 0,
  })
  const tag =
    current >= unbearable ? (
      <Tag tone="danger">Quá sức người trực</Tag>
    ) : current >= high ? (
      <Tag tone="warning">Tải cao</Tag>
    ) : (
      <Tag>Trong sức người trực</Tag>
    )
  return (
    <Section title="Tải trên mỗi người trực" id="tai">
      <DescriptionList
        inColumns
        items={[
          {
            term: isPast ? '10 phút trước lúc đó' : '10 phút này',
            value: (
              <span class="row">
                {`${formatNumber(current, 1)} cảnh báo mỗi người`} {tag}
              </span>
            ),
          },
          { term: 'Người trực trong ca', value: formatNumber(operators) },
          {
            term: 'Cao nhất trong 6 giờ',
            value:
              worst.shown === 0
                ? 'không có cảnh báo mới'
                : `${formatNumber(perOperator(worst.shown), 1)} mỗi người, lúc ${formatDateTime(worst.slot)}`,
          },
          {
            term: 'Mức chấp nhận',
            value: `dưới ${formatNumber(high)} mỗi 10 phút; từ ${formatNumber(unbearable)} là quá sức`,
          },
        ]}
      />
      <ColumnChart
        id="tai-bieu-do"
        name="Cảnh báo mỗi người"
        title={
          worst.shown === 0
            ? `Sáu giờ ${isPast ? 'trước lúc đó' : 'qua'} không có cảnh báo mới`
            : `Cao nhất ${formatNumber(perOperator(worst.shown), 1)} cảnh báo mỗi người trong 10 phút`
        }
        measure="Cảnh báo mới trên mỗi người trực, theo từng 10 phút"
        source="Bộ đếm tiếp nhận cảnh báo"
        decimals={1}
        columns={slots.map(({ slot, shown }) => ({ label: formatTime(slot), value: perOperator(shown) }))}
        target={{ label: 'Quá sức', value: unbearable }}
      />
    </Section>
  )
}
