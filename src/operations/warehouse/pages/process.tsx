import { z } from 'zod'
import { getCalendarOf } from '#calendar'
import { type AsOf, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  EmptyState,
  FlowChart,
  formatDate,
  formatNumber,
  formatPercent,
  readDateInput,
  Section,
  Table,
  withQuery,
} from '#ui'
import type { ProcessView } from '../process/analyse.ts'
import { type CaseQuery, listCases, listCaseTypes } from '../process/cases.ts'
import { viewProcessOnce } from '../process/view.ts'
import { reachOfSources } from '../reading/scope.ts'
import { findCurrentContract, hasLandings, listSources, type SourceRow } from '../store.ts'
import { nameOrganisations } from './parts.tsx'
import { Activities, duration, Filters, Rest, Variants } from './process-parts.tsx'
import { processPath, recordPath } from './words.ts'

const casePath = `${processPath}/ho-so`
const pageSize = 50
const flowsShown = 40
const nodesShown = 24

const Query = z.object({
  nguon: z.string().max(64).optional(),
  loai: z.string().max(200).optional(),
  'don-vi': z.string().max(35).optional(),
  'tu-day': z.string().max(2).optional(),
  'tu-month': z.string().max(2).optional(),
  'tu-year': z.string().max(4).optional(),
  'den-day': z.string().max(2).optional(),
  'den-month': z.string().max(2).optional(),
  'den-year': z.string().max(4).optional(),
  buoc: z.string().max(300).optional(),
  kieu: z.coerce.number().int().min(0).optional().catch(undefined),
  'tre-han': z.string().max(3).optional(),
  'lam-lai': z.string().max(3).optional(),
  after: z.string().max(300).optional(),
  tai: z.string().max(30).optional(),
})
type Query = z.infer<typeof Query>

interface Log {
  source: SourceRow
  name: string
}

export const processRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: processPath,
    access: 'process:view',
    query: Query,
    async handle(ctx, { query, request }) {
      const { logs, log, asked, past } = await open(ctx, query)
      if (!log) return nothing()
      const view = await viewOf(ctx, log, asked)
      const types = await listCaseTypes(ctx.sql, asked, 30)
      return page({
        title: 'Phân tích quy trình',
        lead: leadOf(view),
        body: (
          <div class="stack-large">
            <AsOfNotice at={past} what="quy trình" />
            <Filters query={query} logs={logs} log={log} types={types} />
            {view.cases === 0 ? (
              <EmptyState title={past ? 'Lúc đó hệ thống chưa biết vụ việc nào khớp' : 'Không có vụ việc nào khớp'}>
                {past
                  ? 'Chọn một thời điểm muộn hơn, hoặc bỏ bớt bộ lọc.'
                  : 'Bỏ bớt bộ lọc, hoặc chọn khoảng thời gian khác.'}
              </EmptyState>
            ) : (
              <Analysis view={view} log={log} address={request.url} />
            )}
            <AsOfQuestion at={past} what="quy trình" />
          </div>
        ),
      })
    },
  }),
  route({
    method: 'GET',
    path: casePath,
    access: 'process:view',
    query: Query,
    async handle(ctx, { query, request }) {
      const { log, asked, past } = await open(ctx, query)
      if (!log) return nothing()
      const view = query.kieu === undefined ? undefined : await viewOf(ctx, log, asked)
      const variant = query.kieu === undefined ? undefined : (view?.variants[query.kieu]?.activities ?? [])
      return casesPage(ctx, { log, query, address: request.url, asked: { ...asked, variant }, past })
    },
  }),
]

const nothing = (): Reply =>
  page({
    title: 'Phân tích quy trình',
    body: (
      <EmptyState title="Chưa có nhật ký sự kiện nào trong phạm vi">
        Phân tích cần một nguồn loại “Sự kiện xử lý hồ sơ”, ví dụ nhật ký XES nhập bằng lệnh hoặc tải lên.
      </EmptyState>
    ),
  })

type Asked = Omit<CaseQuery, 'limit'>

interface Opened {
  logs: Log[]
  log: Log | undefined
  asked: Asked
  past: AsOf | undefined
}

async function open(ctx: Context, query: Query): Promise<Opened> {
  const past = await readAsOf(ctx, query.tai)
  const reach = await reachOfSources(ctx, 'process:view')
  const logs: Log[] = []
  for (const source of await listSources(ctx.sql)) {
    if (source.kind !== 'case-event' || (reach !== 'all' && !reach.has(source.organisation))) continue
    logs.push({ source, name: (await findCurrentContract(ctx.sql, source.code))?.body.name ?? source.code })
  }
  const log = logs.find(({ source }) => source.code === query.nguon) ?? (await firstFilled(ctx, logs))
  const date = (name: string) => {
    const given = readDateInput(query, name)
    return given === 'invalid' ? undefined : given
  }
  return {
    logs,
    log,
    past,
    asked: {
      source: log?.source.code ?? '',
      knownAt: past?.knownAt,
      now: ctx.now,
      organisations: query['don-vi'] ? [query['don-vi']] : undefined,
      caseType: query.loai || undefined,
      from: date('tu'),
      to: date('den'),
    },
  }
}

/** A log that has something in it is looked at first. */
async function firstFilled(ctx: Context, logs: readonly Log[]): Promise<Log | undefined> {
  for (const log of logs) if (await hasLandings(ctx.sql, log.source.code)) return log
  return logs[0]
}

async function viewOf(ctx: Context, log: Log, asked: Asked): Promise<ProcessView> {
  const calendar = await getCalendarOf(ctx, log.source.organisation)
  const { source, organisations, caseType, from, to, knownAt } = asked
  return viewProcessOnce(ctx.sql, {
    source,
    knownAt,
    organisations,
    caseType,
    from,
    to,
    calendar,
    now: knownAt ?? ctx.now,
    variants: 50,
    handovers: 30,
  })
}

function leadOf(view: ProcessView): string {
  if (view.cases === 0) return 'Bản đồ, thời gian và chỗ tắc của một quy trình, đọc từ nhật ký sự kiện.'
  const span = view.firstAt && view.lastAt ? ` từ ${formatDate(view.firstAt)} đến ${formatDate(view.lastAt)}` : ''
  return `${formatNumber(view.cases)} vụ việc, ${formatNumber(view.events)} sự kiện${span}; ${formatNumber(view.activities.length)} bước, ${formatNumber(view.variantCount)} cách đi.`
}

interface AnalysisProps {
  view: ProcessView
  log: Log
  address: string
}

function Analysis({ view, log, address }: AnalysisProps) {
  const cases = (change: Record<string, string | number | undefined>) =>
    withQuery(address.replace(processPath, casePath), { nguon: log.source.code, ...change })
  const bottleneck = view.activities.toSorted((a, b) => b.shareOfWorkingTime - a.shareOfWorkingTime)[0]
  const frequent = view.activities.toSorted((a, b) => b.count - a.count).slice(0, nodesShown)
  const names = new Set(frequent.map(({ name }) => name))
  const flows = view.flows
    .filter(({ from, to }) => names.has(from) && names.has(to))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, flowsShown)
  const met = new Set(flows.flatMap(({ from, to }) => [from, to]))
  const shown = frequent.filter(({ name }) => met.has(name) || flows.length === 0)
  return (
    <>
      <Section title="Nhìn chung">
        <Table
          caption="Thời gian và kết quả"
          plain
          rows={[view]}
          rowKey={() => 'all'}
          columns={[
            { key: 'median', title: 'Thời gian trung vị', cell: (one) => duration(one.duration.medianMs) },
            {
              key: 'working',
              title: 'Tính theo giờ làm việc',
              phone: true,
              cell: (one) => duration(one.duration.medianWorkingMs),
            },
            {
              key: 'p90',
              title: '9/10 vụ xong trong (giờ làm việc)',
              phone: true,
              cell: (one) => duration(one.duration.p90WorkingMs),
            },
            {
              key: 'late',
              title: 'Trễ hạn',
              phone: true,
              cell: (one) => (
                <a
                  href={cases({ 'tre-han': 'co' })}
                >{`${formatNumber(one.late)} / ${formatNumber(one.dated)} có hạn`}</a>
              ),
            },
            {
              key: 'rework',
              title: 'Phải làm lại',
              cell: (one) => <a href={cases({ 'lam-lai': 'co' })}>{formatNumber(one.reworkCases)} vụ</a>,
            },
            {
              key: 'handover',
              title: 'Bàn giao bình quân',
              cell: (one) => `${formatNumber(one.meanHandovers, 1)} lần/vụ`,
            },
          ]}
        />
      </Section>
      <Section title="Bản đồ quy trình">
        <FlowChart
          id="ban-do"
          title={
            bottleneck
              ? `Chỗ tốn thời gian nhất: ${bottleneck.name} (${formatPercent(bottleneck.shareOfWorkingTime * 100, 1)} thời gian làm việc)`
              : 'Các bước và đường đi'
          }
          measure="Số lượt đi giữa các bước; hộp đậm là chỗ tốn thời gian nhất"
          source={log.name}
          unit="lượt"
          note={
            shown.length < view.activities.length || flows.length < view.flows.length
              ? `Chỉ vẽ ${shown.length} bước và ${flows.length} đường nhiều lượt nhất; bảng dưới có đủ các bước.`
              : undefined
          }
          nodes={shown.map(({ name, count }) => ({
            id: name,
            label: name,
            count,
            href: cases({ buoc: name }),
            emphasis: name === bottleneck?.name,
          }))}
          edges={flows.map(({ from, to, count, medianWorkingMs }) => ({
            from,
            to,
            count,
            remark: `trung vị ${duration(medianWorkingMs)} làm việc`,
          }))}
        />
      </Section>
      <Activities view={view} cases={cases} />
      <Variants view={view} cases={cases} />
      <Rest view={view} cases={cases} />
    </>
  )
}

interface CasesPage {
  log: Log
  query: Query
  address: string
  asked: Asked
  past: AsOf | undefined
}

async function casesPage(ctx: Context, { log, query, address, asked, past }: CasesPage): Promise<Reply> {
  const found = await listCases(ctx.sql, {
    ...asked,
    activity: query.buoc,
    late: query['tre-han'] === 'co',
    repeated: query['lam-lai'] === 'co',
    after: query.after,
    limit: pageSize + 1,
  })
  const rows = found.slice(0, pageSize)
  const names = await nameOrganisations(
    ctx,
    rows.map(({ organisation }) => organisation),
  )
  const which = [
    query.buoc && `qua bước “${query.buoc}”`,
    query['tre-han'] && 'trễ hạn',
    query['lam-lai'] && 'có bước làm lại',
    query.kieu !== undefined && `theo cách đi ${query.kieu + 1}: ${asked.variant?.join(' → ')}`,
  ].filter(Boolean)
  const back = withQuery(address.replace(casePath, processPath), {
    buoc: undefined,
    kieu: undefined,
    after: undefined,
    'tre-han': undefined,
    'lam-lai': undefined,
  })
  return page({
    title: 'Vụ việc',
    crumbs: [{ label: 'Phân tích quy trình', href: back }],
    lead: `${log.name}${which.length > 0 ? ` · ${which.join(', ')}` : ''}`,
    islands: ['table'],
    body: (
      <>
        <AsOfNotice at={past} what="vụ việc" />
        <Table
          caption="Vụ việc"
          rows={rows}
          rowKey={({ caseId }) => caseId}
          rowHref={({ recordId }) => recordPath(recordId)}
          id="rows"
          columns={[
            { key: 'case', title: 'Mã', cell: ({ caseId }) => caseId },
            { key: 'type', title: 'Loại việc', cell: ({ caseType }) => caseType },
            {
              key: 'start',
              title: 'Bắt đầu',
              kind: 'nowrap',
              phone: true,
              cell: ({ startedAt }) => startedAt && formatDate(startedAt),
            },
            { key: 'due', title: 'Hạn', kind: 'nowrap', phone: true, cell: ({ dueAt }) => dueAt && formatDate(dueAt) },
            {
              key: 'end',
              title: 'Kết thúc',
              kind: 'nowrap',
              phone: true,
              cell: ({ endedAt }) => endedAt && formatDate(endedAt),
            },
            {
              key: 'organisation',
              title: 'Cơ quan',
              cell: ({ organisation }) => names.get(organisation) ?? organisation,
            },
          ]}
          paging={{
            nextHref: found.length > pageSize ? withQuery(address, { after: rows.at(-1)?.caseId }) : undefined,
          }}
          empty={{ title: 'Không có vụ việc nào', words: 'Quay lại bản đồ và chọn phần khác.' }}
        />
      </>
    ),
  })
}
