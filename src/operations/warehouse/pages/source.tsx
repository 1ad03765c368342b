import { z } from 'zod'
import { addMonths, localDate } from '#calendar'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, redirect, route } from '#platform/http'
import type { Sql } from '#platform/sql'
import { tableFile } from '#platform/table-file'
import {
  Button,
  ColumnChart,
  DescriptionList,
  Form,
  formatBytes,
  formatDateTime,
  formatNumber,
  Notice,
  Section,
  Table,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { pauseSource, resumeSource } from '../actions.ts'
import { managePulls } from '../inlets/pull.ts'
import { kindOf } from '../kinds.ts'
import { listArrivals, listLandings, type Month } from '../reading/landings.ts'
import { getReadableSource } from '../reading/scope.ts'
import { findSourceSummary, type SourceSummary } from '../reading/sources.ts'
import type { Landing } from '../store.ts'
import { nameOrganisation, SourceState, SourceTabs } from './parts.tsx'
import { WaysIn } from './ways-in.tsx'
import {
  cadenceWords,
  channelWords,
  contractPath,
  landingPath,
  landingWords,
  listPath,
  outcomeWords,
  quarantinePath,
  recordListPath,
  sourcePath,
} from './words.ts'

const pageSize = 20
const trendMonths = 12

const Params = z.strictObject({ code: z.string().max(64) })
const Query = z.object({
  after: z.coerce.number().int().positive().optional().catch(undefined),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})

export const sourceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${listPath}/:code`,
    access: 'source:read',
    params: Params,
    query: Query,
    async handle(ctx, { params, query, request }) {
      await getReadableSource(ctx, params.code)
      const summary = await findSourceSummary(ctx, params.code)
      if (!summary) throw notFound('source', params.code)
      if (query.tai)
        return tableFile(query.tai, {
          name: `${params.code}-cac-dot`,
          titles: fileTitles,
          rows: fileRows(ctx.sql, params.code),
        })
      const landings = await listLandings(ctx.sql, params.code, { after: query.after, limit: pageSize + 1 })
      const canImport = ctx.can('record:import', summary.organisation)
      return page({
        title: summary.name,
        crumbs: [{ label: 'Nguồn dữ liệu', href: listPath }],
        lead: `${await nameOrganisation(ctx, summary.organisation)} · ${kindOf(summary.kind).label.toLowerCase()} · mã ${summary.code}`,
        islands: ['live'],
        body: (
          <div class="stack-large">
            <SourceTabs
              code={summary.code}
              current={sourcePath(summary.code)}
              canImport={canImport}
              canFetch={ctx.can(managePulls, summary.organisation)}
            />
            <div id="tinh-hinh" class="stack" data-live={`source:${summary.code}`} data-live-label="Tình hình nhận">
              <Standing summary={summary} />
              <Counts summary={summary} />
            </div>
            <Trend months={await monthsOf(ctx, summary)} summary={summary} />
            <Landings landings={landings} summary={summary} address={request.url} />
            <WaysIn ctx={ctx} contract={summary.contract} origin={originOf(ctx, request.headers.host)} />
            {ctx.can('source:manage', summary.organisation) && <Pause summary={summary} />}
          </div>
        ),
      })
    },
  }),
  ...(['tam-dung', 'nhan-lai'] as const).map((deed) =>
    route({
      method: 'POST',
      path: `${listPath}/:code/${deed}`,
      access: 'source:manage',
      params: Params,
      async handle(ctx, { params }) {
        await (deed === 'tam-dung' ? pauseSource(ctx, params.code) : resumeSource(ctx, params.code))
        return redirect(sourcePath(params.code))
      },
    }),
  ),
]

/** As the reader calls the site, where the configuration does not say how programs should. */
const originOf = (ctx: Context, host: string | undefined): string =>
  ctx.config.publicUrl?.replace(/\/$/, '') ?? `http://${host ?? `${ctx.config.host}:${ctx.config.port}`}`

function Standing({ summary }: { summary: SourceSummary }) {
  const { contract, late, pausedAt } = summary
  return (
    <>
      {late && (
        <Notice tone="warning" title={`Nguồn này ${late.words}`}>
          {late.period
            ? `${late.period} phải có trước ${formatDateTime(late.dueAt)} mà chưa nhận được tệp nào.`
            : `Lẽ ra phải có số liệu trước ${formatDateTime(late.dueAt)}.`}
        </Notice>
      )}
      {pausedAt && (
        <Notice title="Nguồn đang tạm dừng">
          {`Từ ${formatDateTime(pausedAt)}; tệp gửi đến không được nhận và không tính chậm.`}
        </Notice>
      )}
      <DescriptionList
        items={[
          { term: 'Tình trạng', value: <SourceState summary={summary} /> },
          { term: 'Nhận gần nhất', value: summary.lastAt && <Time at={summary.lastAt} exact /> },
          { term: 'Định kỳ', value: cadenceWords(contract.cadence) },
          { term: 'Đầu mối', value: contract.custodian },
          {
            term: 'Hợp đồng dữ liệu',
            value: <a href={contractPath(summary.code)}>{`Bản ${summary.version}`}</a>,
          },
          {
            term: 'Bản ghi',
            value: <a href={withQuery(recordListPath, { loai: summary.kind, nguon: summary.code })}>Xem bản ghi</a>,
          },
        ]}
      />
    </>
  )
}

const shares = ['applied', 'superseded', 'duplicate', 'quarantined'] as const

function Counts({ summary }: { summary: SourceSummary }) {
  return (
    <Table
      caption="Số bản ghi theo kết quả"
      plain
      rows={[summary]}
      rowKey={() => 'all'}
      columns={[
        { key: 'landings', title: 'Bản ghi', cell: () => 'Tất cả các đợt' },
        ...(['received', ...shares] as const).map((key) => ({
          key,
          title: outcomeWords[key],
          kind: 'number' as const,
          phone: true,
          cell: (one: SourceSummary) => formatNumber(one[key]),
        })),
        {
          key: 'waiting',
          title: 'Cách ly chờ xử lý',
          kind: 'number',
          phone: true,
          cell: (one) =>
            one.waiting > 0 ? (
              <a href={withQuery(quarantinePath, { nguon: one.code })}>{formatNumber(one.waiting)}</a>
            ) : (
              '0'
            ),
        },
      ]}
    />
  )
}

async function monthsOf(ctx: Context, summary: SourceSummary): Promise<Month[]> {
  const { timeZone } = summary.contract
  const first = `${localDate(ctx.now, timeZone).slice(0, 7)}-01`
  const from = addMonths(first, 1 - trendMonths)
  const since = new Date(`${from}T00:00:00Z`)
  const known = new Map(
    (await listArrivals(ctx.sql, summary.code, { since, timeZone })).map((one) => [one.month, one.received]),
  )
  return Array.from({ length: trendMonths }, (_, index) => {
    const month = addMonths(from, index).slice(0, 7)
    return { month, received: known.get(month) ?? 0 }
  })
}

function Trend({ months, summary }: { months: readonly Month[]; summary: SourceSummary }) {
  if (months.every((one) => one.received === 0)) return null
  const empty = months.filter((one) => one.received === 0).length
  const last = months.at(-1)?.received ?? 0
  return (
    <Section title="Nhận theo tháng">
      <ColumnChart
        id="nhan-theo-thang"
        title={
          empty === 0
            ? `Tháng nào cũng có bản ghi; tháng này đã nhận ${formatNumber(last)}`
            : `${empty} trong ${trendMonths} tháng gần đây không nhận bản ghi nào`
        }
        measure="Số bản ghi nhận được, theo tháng"
        name="Bản ghi"
        source={summary.name}
        asOf={summary.lastAt ?? undefined}
        columns={months.map(({ month, received }) => ({
          label: `${month.slice(5)}/${month.slice(0, 4)}`,
          value: received,
        }))}
      />
    </Section>
  )
}

interface LandingsProps {
  landings: readonly Landing[]
  summary: SourceSummary
  address: string
}

const filePiece = 500
const fileTitles = [
  'Đợt',
  'Tệp',
  'Nhận lúc',
  'Bằng',
  'Trạng thái',
  ...Object.values(outcomeWords),
  'Dung lượng (byte)',
  'SHA-256',
]

/** Every arrival of the source, newest first, in pieces. */
async function* fileRows(sql: Sql, code: string) {
  for (let after: number | undefined; ; ) {
    const piece = await listLandings(sql, code, { after, limit: filePiece })
    for (const one of piece)
      yield [
        one.id,
        one.fileName,
        one.receivedAt.toISOString(),
        channelWords[one.channel],
        landingWords[one.state].label,
        one.received,
        one.applied,
        one.superseded,
        one.duplicate,
        one.quarantined,
        one.byteCount,
        one.sha256?.toString('hex'),
      ]
    after = piece.at(-1)?.id
    if (piece.length < filePiece) return
  }
}

function Landings({ landings, summary, address }: LandingsProps) {
  const rows = landings.slice(0, pageSize)
  const next = landings.length > pageSize ? withQuery(address, { after: rows.at(-1)?.id }) : undefined
  const number = (key: keyof typeof outcomeWords) => ({
    key,
    title: outcomeWords[key],
    kind: 'number' as const,
    phone: key === 'received' || key === 'quarantined',
    cell: (one: Landing) => formatNumber(one[key]),
  })
  return (
    <Section title="Các đợt nhận">
      <Table
        caption="Các đợt nhận, mới nhất trước"
        hideCaption
        rows={rows}
        rowKey={(one) => String(one.id)}
        rowHref={(one) => landingPath(summary.code, one.id)}
        wide
        columns={[
          { key: 'file', title: 'Đợt', cell: (one) => one.fileName ?? `Đợt ${one.id}` },
          {
            key: 'at',
            title: 'Nhận lúc',
            kind: 'nowrap',
            phone: true,
            cell: (one) => <Time at={one.receivedAt} exact />,
          },
          { key: 'channel', title: 'Bằng', cell: (one) => channelWords[one.channel] },
          {
            key: 'state',
            title: 'Trạng thái',
            kind: 'nowrap',
            phone: true,
            cell: (one) => <LandingState landing={one} />,
          },
          number('received'),
          number('applied'),
          number('superseded'),
          number('duplicate'),
          number('quarantined'),
          { key: 'bytes', title: 'Dung lượng', kind: 'number', cell: (one) => formatBytes(one.byteCount) },
        ]}
        downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
        paging={{ nextHref: next }}
        empty={{
          title: 'Chưa nhận đợt nào',
          words: 'Tệp đến qua “Tải tệp lên”, thư mục theo dõi, API hoặc lệnh nhập; mỗi lần là một đợt ở đây.',
        }}
      />
    </Section>
  )
}

export function LandingState({ landing }: { landing: Pick<Landing, 'state'> }) {
  const { label, tone } = landingWords[landing.state]
  return landing.state === 'done' ? <span>{label}</span> : <Tag tone={tone}>{label}</Tag>
}

function Pause({ summary }: { summary: SourceSummary }) {
  const paused = summary.pausedAt !== null
  return (
    <Section title={paused ? 'Nhận lại' : 'Tạm dừng'}>
      <p class="muted">
        {paused
          ? 'Nhận tệp trở lại từ bây giờ; hạn gửi được tính từ kỳ này.'
          : 'Khi tạm dừng, tệp và bản ghi gửi đến bị từ chối có lời báo; nguồn không bị tính chậm. Dữ liệu đã nhận giữ nguyên.'}
      </p>
      <Form action={`${sourcePath(summary.code)}/${paused ? 'nhan-lai' : 'tam-dung'}`} label="Tạm dừng nguồn">
        <Button kind={paused ? 'primary' : 'plain'}>{paused ? 'Nhận lại' : 'Tạm dừng nguồn'}</Button>
      </Form>
    </Section>
  )
}
