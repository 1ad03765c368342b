import { z } from 'zod'
import { addMonths, toDate, toDay } from '#calendar'
import { printPdf, tablesHtml } from '#files'
import { type AsOf, getHomePack, organisationTree, readAsOf, today } from '#organisations'
import type { Context } from '#platform/context'
import { file, page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  type Column,
  formatDateTime,
  formatNumber,
  formatPercent,
  Notice,
  Section,
  Table,
  withQuery,
} from '#ui'
import { followUpPath } from '../paths.ts'
import { countDirectives, type DirectiveCounts } from '../reading/count.ts'
import { areAllKept, clockOf } from '../reading/past.ts'
import { readPermission } from '../rights.ts'
import { getSettings } from '../settings.ts'
import { NotKept, namer, ofRoom } from './parts.tsx'
import { RoomTabs } from './tabs.tsx'

const Month = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
  .optional()
  .catch(undefined)

type Key = Exclude<keyof DirectiveCounts, 'organisation'>
const measures: { key: Key; title: string }[] = [
  { key: 'carried', title: 'Kỳ trước chuyển sang' },
  { key: 'assigned', title: 'Giao trong kỳ' },
  { key: 'doneInTime', title: 'Xong đúng hạn' },
  { key: 'doneLate', title: 'Xong quá hạn' },
  { key: 'notYetDue', title: 'Chưa đến hạn' },
  { key: 'late', title: 'Quá hạn chưa xong' },
  { key: 'extended', title: 'Được gia hạn' },
  { key: 'returned', title: 'Bị yêu cầu làm tiếp' },
]

export const followUpRoute: Route = route({
  method: 'GET',
  path: followUpPath,
  access: readPermission,
  query: z.object({
    thang: Month,
    tep: z.enum(['csv', 'xlsx', 'pdf']).optional().catch(undefined),
    tai: z.string().max(30).optional(),
  }),
  async handle(ctx, { query, request }) {
    const at = await readAsOf(ctx, query.tai)
    const month = query.thang ?? (at?.asOf ?? (await today(ctx))).slice(0, 7)
    const seen = await readMonth(ctx, month, at)
    if (query.tep === 'pdf') return printed(ctx, seen)
    if (query.tep) return tableFile(query.tep, exportOf(seen))
    return page({
      title: `Theo dõi nhiệm vụ tháng ${sayMonth(month)}`,
      lead: leadOf(seen),
      actions: (
        <Button href={withQuery(request.url, { tep: 'pdf' })} icon="print" download>
          Tải về PDF
        </Button>
      ),
      body: (
        <div class="stack">
          <RoomTabs current={followUpPath} at={at} />
          <AsOfNotice at={at} what={ofRoom} />
          <NotKept rows={[{ isKept: await areAllKept(ctx.sql, at) }]} />
          <nav class="row" aria-label="Tháng khác">
            <Button
              small
              icon="back"
              href={withQuery(followUpPath, { thang: addMonths(`${month}-01`, -1).slice(0, 7), tai: at?.text })}
            >
              Tháng trước
            </Button>
            <Button
              small
              icon="forward"
              href={withQuery(followUpPath, { thang: addMonths(`${month}-01`, 1).slice(0, 7), tai: at?.text })}
            >
              Tháng sau
            </Button>
          </nav>
          <Notice>
            {seen.closed ? 'Số liệu tại cuối tháng.' : `Tháng chưa hết: số liệu đến lúc ${at ? 'đó' : 'này'}.`} Báo cáo
            trước hạn là đúng hạn, dù xác nhận sau; nhiệm vụ đã thu hồi không tính.
          </Notice>
          <Section title="Theo đơn vị">
            <Table
              caption="Nhiệm vụ của từng đơn vị"
              hideCaption
              rows={seen.rows}
              rowKey={(row) => row.organisation}
              downloads={{ csv: withQuery(request.url, { tep: 'csv' }), xlsx: withQuery(request.url, { tep: 'xlsx' }) }}
              empty={{
                title: 'Tháng này chưa có nhiệm vụ nào',
                words: 'Nhiệm vụ được tính từ ngày văn bản ban hành.',
              }}
              columns={columnsOf(seen)}
            />
          </Section>
          <AsOfQuestion at={at} what={ofRoom} />
        </div>
      ),
    })
  },
})

interface Seen {
  month: string
  closed: boolean
  rows: readonly DirectiveCounts[]
  now: Date
  enterWithinDays: number
  province: string
  name(code: string): string
}

async function readMonth(ctx: Context, month: string, at: AsOf | undefined): Promise<Seen> {
  const from = `${month}-01`
  const to = toDate(toDay(addMonths(from, 1)) - 1)
  return {
    month,
    closed: to < (at?.asOf ?? (await today(ctx))),
    rows: await inOrder(ctx, await countDirectives(ctx, { from, to, reach: ctx.reach(readPermission), at }), at),
    now: clockOf(ctx, at),
    enterWithinDays: (await getSettings(ctx.sql)).deadlines.enterWithinDays,
    province: (await getHomePack(ctx.sql)).card.name,
    name: await namer(ctx, at),
  }
}

/** As agencies stand in the province's own lists. */
async function inOrder(
  ctx: Context,
  rows: readonly DirectiveCounts[],
  at: AsOf | undefined,
): Promise<DirectiveCounts[]> {
  const tree = await organisationTree(ctx.sql, at ?? { asOf: await today(ctx) })
  const place = ({ organisation }: DirectiveCounts) => tree.find(organisation)?.position ?? Number.MAX_SAFE_INTEGER
  return rows.toSorted((a, b) => place(a) - place(b))
}

const sayMonth = (month: string): string => month.split('-').reverse().join('/')
const sum = (rows: readonly DirectiveCounts[], key: Key): number => rows.reduce((all, row) => all + row[key], 0)
const share = (part: number, whole: number): string =>
  whole === 0 ? 'chưa có' : formatPercent((part / whole) * 100, 1)

function leadOf({ rows, enterWithinDays }: Seen): string {
  const due = sum(rows, 'doneInTime') + sum(rows, 'doneLate') + sum(rows, 'late')
  const assigned = sum(rows, 'assigned')
  return `${share(sum(rows, 'doneInTime'), due)} nhiệm vụ đến hạn được làm đúng hạn · ${share(sum(rows, 'enteredInTime'), assigned)} nhiệm vụ giao trong kỳ được nhập trong ${enterWithinDays} ngày làm việc.`
}

function columnsOf({ rows, name }: Seen): Column<DirectiveCounts>[] {
  return [
    { key: 'name', title: 'Đơn vị', cell: (row) => name(row.organisation) },
    ...measures.map(
      ({ key, title }): Column<DirectiveCounts> => ({
        key,
        title,
        kind: 'number',
        phone: ['assigned', 'doneInTime', 'late'].includes(key),
        cell: (row) => formatNumber(row[key]),
        total: formatNumber(sum(rows, key)),
      }),
    ),
  ]
}

const exportOf = ({ month, rows, name }: Seen) => ({
  name: `theo-doi-nhiem-vu-${month}`,
  titles: ['Mã đơn vị', 'Đơn vị', ...measures.map(({ title }) => title), 'Nhập đúng thời hạn'],
  rows: rows.map((row) => [
    row.organisation,
    name(row.organisation),
    ...measures.map(({ key }) => row[key]),
    row.enteredInTime,
  ]),
})

async function printed(ctx: Context, seen: Seen) {
  const { month, rows, name, now, province } = seen
  const title = `Theo dõi thực hiện nhiệm vụ tháng ${sayMonth(month)}`
  const html = tablesHtml({
    title,
    subtitle: `${province} · số liệu lúc ${formatDateTime(now)}\n${leadOf(seen)}`,
    landscape: true,
    sections: [
      {
        title: 'Theo đơn vị',
        words: 'Báo cáo trước hạn là đúng hạn, dù xác nhận sau; nhiệm vụ đã thu hồi không tính.',
        table: {
          columns: [{ label: 'Đơn vị' }, ...measures.map((measure) => ({ label: measure.title, numeric: true }))],
          rows: rows.map((row) => [name(row.organisation), ...measures.map(({ key }) => formatNumber(row[key]))]),
          totals: ['Tổng cộng', ...measures.map(({ key }) => formatNumber(sum(rows, key)))],
        },
      },
    ],
  })
  return file(`theo-doi-nhiem-vu-${month}.pdf`, 'application/pdf', await printPdf(ctx, html, { title }))
}
