import { z } from 'zod'
import { type AsOf, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  type ActiveFilter,
  AsOfQuestion,
  Button,
  Checkbox,
  type Column,
  DecisionBar,
  ErrorSummary,
  FilterBar,
  Form,
  formatNumber,
  Notice,
  Section,
  Select,
  searchKey,
  Table,
  Tabs,
  TextArea,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { acknowledgeAlerts, closeAlerts, handlePermission, readPermission } from '../actions.ts'
import { type AlertRow, alertStates, Severity, severities } from '../model.ts'
import { pastKeptSince } from '../past-store.ts'
import { type AlertQuery, countBoxes, listAlerts, type Page, sorts } from '../store.ts'
import { listFile } from './list-file.ts'
import { type Names, readNames } from './names.ts'
import { AlertTabs, Mark, Marks, manyOf, StepClock } from './parts.tsx'
import { AsKnown, PastNotice } from './past.tsx'
import { alertPath, listPath, severityWords, stateWords } from './words.ts'

const boxes = ['new', 'mine', 'late', 'open', 'closed'] as const
const boxWords = { new: 'Mới', mine: 'Của tôi', late: 'Quá giờ', open: 'Đang mở', closed: 'Đã đóng' }
const boxNames = { moi: 'new', 'cua-toi': 'mine', 'qua-gio': 'late', 'dang-mo': 'open', 'da-dong': 'closed' } as const
const boxAddress = { new: 'moi', mine: 'cua-toi', late: 'qua-gio', open: 'dang-mo', closed: 'da-dong' } as const

const mostAtOnce = 100

const Query = z.object({
  hop: z.enum(['moi', 'cua-toi', 'qua-gio', 'dang-mo', 'da-dong']).catch('moi'),
  q: z.string().max(200).optional(),
  muc: Severity.optional().catch(undefined),
  'trang-thai': z.enum(alertStates).optional().catch(undefined),
  'don-vi': z.string().max(35).optional(),
  'quy-tac': z.string().max(100).optional(),
  an: z.literal('co').optional().catch(undefined),
  sort: z.enum(sorts).optional().catch(undefined),
  after: z
    .string()
    .regex(/^CB-\d{1,15}$/)
    .optional()
    .catch(undefined),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: z.string().max(30).optional(),
  xong: z.string().max(10).optional(),
  viec: z.enum(['nhan', 'dong']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

const idOf = (code: string | undefined) => (code === undefined ? undefined : Number(code.slice(3)))

function askOf(ctx: Context, query: Query, asOf: Date | undefined): AlertQuery {
  const box = boxNames[query.hop]
  return {
    reach: ctx.reach(readPermission),
    box,
    account: ctx.actor.account ?? '',
    now: asOf ?? ctx.now,
    asOf,
    words: searchKey(query.q ?? '')
      .split(' ')
      .filter(Boolean),
    severity: query.muc,
    state: query['trang-thai'],
    organisation: query['don-vi'] || undefined,
    origin: query['quy-tac'] || undefined,
    withHidden: query.an === 'co' || box === 'closed',
    sort: query.sort ?? (box === 'closed' ? '-raised' : box === 'late' ? 'due' : 'severity'),
  }
}

const Body = z.object({
  viec: z.enum(['nhan', 'dong']),
  chon: z.union([z.string(), z.array(z.string()).max(mostAtOnce)]).optional(),
  'ly-do': z.string().max(4000).optional(),
  hop: z.enum(['moi', 'cua-toi', 'qua-gio', 'dang-mo', 'da-dong']).catch('moi'),
})

export const listRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: listPath,
    access: readPermission,
    query: Query,
    handle: (ctx, { query, request }) => show(ctx, query, { address: request.url }),
  }),
  route({
    method: 'POST',
    path: listPath,
    access: handlePermission,
    body: Body,
    async handle(ctx, { body }) {
      const codes = manyOf(body.chon)
      const again = (fault: string) =>
        show(ctx, Query.parse({ hop: body.hop }), { address: withQuery(listPath, { hop: body.hop }), fault, body })
      if (codes.length === 0) return again('Chưa đánh dấu cảnh báo nào. Hãy đánh dấu ít nhất một dòng.')
      try {
        if (body.viec === 'nhan') await acknowledgeAlerts(ctx, codes)
        else await closeAlerts(ctx, codes, { reason: body['ly-do'] ?? '' })
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500 || error.status === 403) throw error
        return again([error.message, ...error.fields.map(({ message }) => message)].join(' '))
      }
      return redirect(withQuery(listPath, { hop: body.hop, xong: String(codes.length), viec: body.viec }))
    },
  }),
]

interface Showing {
  address: string
  fault?: string
  body?: z.infer<typeof Body>
}

async function show(ctx: Context, query: Query, { address, fault, body }: Showing): Promise<Reply> {
  const at = await readAsOf(ctx, query.tai)
  const asked = askOf(ctx, query, at?.knownAt)
  if (query.tep) return listFile(ctx, asked, { format: query.tep, at })
  const [found, counts, keptSince] = await Promise.all([
    listAlerts(ctx, asked, { after: idOf(query.after), limit: query.limit }),
    countBoxes(ctx, asked),
    at && pastKeptSince(ctx.sql),
  ])
  const names = await readNames(
    ctx,
    found.rows.map(({ owner }) => owner),
    at,
  )
  return page({
    title: 'Cảnh báo',
    lead: leadOf(counts, at),
    status: fault ? 422 : 200,
    islands: ['table'],
    body: (
      <div class="stack-large">
        <AlertTabs current="queue" tai={at?.text} />
        <PastNotice at={at} keptSince={keptSince} />
        <ErrorSummary errors={fault ? [{ field: 'hang-doi', message: fault }] : []} title="Chưa thực hiện được" />
        {query.xong && (
          <Notice
            tone="done"
            role="status"
            title={`Đã ${query.viec === 'dong' ? 'đóng' : 'nhận'} ${query.xong} cảnh báo`}
          />
        )}
        <Tabs
          label="Hộp cảnh báo"
          items={boxes.map((box) => ({
            label: boxWords[box],
            href: withQuery(address, {
              hop: boxAddress[box],
              after: undefined,
              xong: undefined,
              viec: undefined,
              sort: undefined,
            }),
            current: asked.box === box,
            count: box === 'closed' ? undefined : counts[box],
          }))}
        />
        <Filters query={query} names={names} hidden={counts.hidden} />
        <AsKnown at={at}>
          <Queue
            ctx={ctx}
            asked={asked}
            found={found}
            names={names}
            query={query}
            address={address}
            at={at}
            reason={body?.['ly-do']}
          />
        </AsKnown>
        <AsOfQuestion at={at} what="cảnh báo" />
      </div>
    ),
  })
}

const leadOf = ({ open, late, hidden }: { open: number; late: number; hidden: number }, at: AsOf | undefined) =>
  open === 0
    ? `${at ? 'Khi đó không' : 'Không'} có cảnh báo nào đang mở.`
    : [
        `${formatNumber(open)} cảnh báo đang mở`,
        late > 0 ? `${formatNumber(late)} quá giờ` : '',
        hidden > 0 ? `${formatNumber(hidden)} đang ẩn (tạm im hoặc có cảnh báo nặng hơn)` : '',
      ]
        .filter(Boolean)
        .join(' · ')

function Filters({ query, names, hidden }: { query: Query; names: Names; hidden: number }) {
  const active: ActiveFilter[] = [
    ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
    ...(query.muc ? [{ name: 'muc', label: severityWords[query.muc] }] : []),
    ...(query['trang-thai'] ? [{ name: 'trang-thai', label: stateWords[query['trang-thai']] }] : []),
    ...(query['don-vi'] ? [{ name: 'don-vi', label: names.organisation(query['don-vi']) }] : []),
    ...(query['quy-tac'] ? [{ name: 'quy-tac', label: `Nguồn: ${query['quy-tac']}` }] : []),
    ...(query.an ? [{ name: 'an', label: 'Cả cảnh báo đang ẩn' }] : []),
  ]
  return (
    <FilterBar names={['q', 'muc', 'trang-thai', 'an', 'xong', 'viec']} active={active}>
      <TextInput name="q" type="search" label="Nội dung" hint="Gõ được không dấu" value={query.q} optional />
      <Select
        name="muc"
        label="Mức"
        empty="Tất cả"
        value={query.muc}
        options={severities.map((value) => ({ value, label: severityWords[value] }))}
      />
      <Select
        name="trang-thai"
        label="Trạng thái"
        empty="Tất cả"
        value={query['trang-thai']}
        options={alertStates.map((value) => ({ value, label: stateWords[value] }))}
      />
      {hidden > 0 && <Checkbox name="an" value="co" label="Hiện cả cảnh báo đang ẩn" checked={query.an === 'co'} />}
    </FilterBar>
  )
}

interface QueueProps {
  ctx: Context
  asked: AlertQuery
  found: Page
  names: Names
  query: Query
  address: string
  at: AsOf | undefined
  reason: string | undefined
}

function Queue({ ctx, asked, found, names, query, address, at, reason }: QueueProps) {
  const handles = !at && ctx.can(handlePermission) && asked.box !== 'closed' && found.rows.length > 0
  const plain = withQuery(address, { xong: undefined, viec: undefined })
  const table = (
    <Table
      caption={boxWords[asked.box]}
      rows={found.rows}
      rowKey={({ code }) => code}
      rowHref={({ code }) => withQuery(alertPath(code), { tai: at?.text })}
      id="rows"
      sort={asked.sort}
      paging={{
        nextHref: found.hasMore ? withQuery(plain, { after: found.rows.at(-1)?.code }) : undefined,
        size: query.limit,
        sizes: [20, 50, 100],
      }}
      downloads={{ csv: withQuery(plain, { tep: 'csv' }), xlsx: withQuery(plain, { tep: 'xlsx' }) }}
      columns={columnsOf(names, { marking: handles, closed: asked.box === 'closed' })}
      empty={{
        title: asked.box === 'mine' ? 'Ông/bà chưa giữ cảnh báo nào' : 'Không có cảnh báo nào ở đây',
        words: 'Cảnh báo đến từ các quy tắc trên số liệu và từ các hệ thống khác gửi vào. Bỏ bớt bộ lọc để xem thêm.',
      }}
    />
  )
  if (!handles)
    return (
      <div id="hang-doi" {...(at ? {} : { 'data-live': 'alerts', 'data-live-label': 'hàng đợi cảnh báo' })}>
        {table}
      </div>
    )
  return (
    <Form action={listPath} class="stack" id="hang-doi" label="Xử lý cảnh báo đã đánh dấu">
      <input type="hidden" name="hop" value={query.hop} />
      <div id="hang-doi-bang" data-live="alerts" data-live-label="hàng đợi cảnh báo">
        {table}
      </div>
      <Section title="Với các cảnh báo đã đánh dấu">
        <TextArea name="ly-do" label="Lý do, khi đóng" optional value={reason} maxLength={2000} rows={2} />
      </Section>
      <DecisionBar
        label="Xử lý cảnh báo đã đánh dấu"
        primary={{
          action: (
            <Button kind="primary" name="viec" value="nhan">
              Nhận các cảnh báo đã đánh dấu
            </Button>
          ),
          consequence: 'Ông/bà giữ chúng; lượt nhận hết hiệu lực nếu không có việc gì tiếp theo.',
        }}
        others={[
          {
            action: (
              <Button name="viec" value="dong">
                Đóng các cảnh báo đã đánh dấu
              </Button>
            ),
            consequence: 'Phải nêu lý do; việc lại xảy ra thì có cảnh báo mới.',
          },
        ]}
      />
    </Form>
  )
}

function columnsOf(names: Names, { marking, closed }: { marking: boolean; closed: boolean }): Column<AlertRow>[] {
  const mark: Column<AlertRow> = {
    key: 'mark',
    title: 'Đánh dấu',
    phone: true,
    cell: ({ code, headline }) => (
      <input type="checkbox" name="chon" value={code} aria-label={`Đánh dấu ${code}: ${headline}`} />
    ),
  }
  return [
    { key: 'headline', title: 'Cảnh báo', sortable: true, cell: ({ headline }) => headline },
    ...(marking ? [mark] : []),
    {
      key: 'severity',
      title: 'Mức',
      sortable: true,
      phone: true,
      kind: 'nowrap',
      cell: (alert) => <Mark alert={alert} />,
    },
    { key: 'state', title: 'Trạng thái', phone: true, cell: (alert) => <Marks alert={alert} /> },
    { key: 'count', title: 'Số lần', kind: 'number', sortable: true, cell: ({ count }) => formatNumber(count) },
    {
      key: 'place',
      title: 'Nơi',
      cell: ({ organisation, area }) =>
        [names.organisation(organisation), names.area(area)].filter(Boolean).join(' · '),
    },
    { key: 'raised', title: 'Lúc', sortable: true, kind: 'nowrap', cell: ({ raisedAt }) => <Time at={raisedAt} /> },
    closed
      ? {
          key: 'closed',
          title: 'Đóng lúc',
          kind: 'nowrap',
          phone: true,
          cell: ({ closedAt }) => closedAt && <Time at={closedAt} />,
        }
      : {
          key: 'due',
          title: 'Đồng hồ',
          sortable: true,
          phone: true,
          kind: 'nowrap',
          cell: (alert) => <StepClock alert={alert} />,
        },
    { key: 'owner', title: 'Người giữ', cell: ({ owner }) => names.person(owner) ?? 'chưa có ai' },
  ]
}
