import { Readable } from 'node:stream'
import { z } from 'zod'
import { appendEntry } from '#ledger'
import { notFound } from '#platform/errors'
import { file, page, type Route, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  formatBytes,
  formatDuration,
  formatNumber,
  Notice,
  Section,
  Table,
  Time,
  withQuery,
} from '#ui'
import { openLanding } from '../landing.ts'
import { describeFault, type FaultCode } from '../readers/faults.ts'
import { listDuplicateRanges, listSetAside, type SetAsideLine } from '../reading/landings.ts'
import { getReadableSource } from '../reading/scope.ts'
import { findLanding, type Landing } from '../store.ts'
import { QuarantineState } from './quarantine-parts.tsx'
import { LandingState } from './source.tsx'
import {
  channelWords,
  contractPath,
  landingPath,
  listPath,
  nameRule,
  outcomeWords,
  quarantineRowPath,
  sourcePath,
} from './words.ts'

const pageSize = 50
const Params = z.strictObject({ code: z.string().max(64), landing: z.coerce.number().int().positive() })
const Query = z.object({
  after: z.coerce.number().int().positive().optional().catch(undefined),
  trung: z.coerce.number().int().positive().optional().catch(undefined),
})

export const landingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${listPath}/:code/dot/:landing`,
    access: 'source:read',
    params: Params,
    query: Query,
    async handle(ctx, { params, query, request }) {
      const { contract } = await getReadableSource(ctx, params.code)
      const landing = await findLanding(ctx.sql, params.landing)
      if (landing?.source !== params.code) throw notFound('landing', String(params.landing))
      const aside = await listSetAside(ctx.sql, landing.id, { after: query.after, limit: pageSize + 1 })
      const duplicates = await listDuplicateRanges(ctx.sql, landing.id, { after: query.trung, limit: pageSize + 1 })
      const open = landing.state === 'landed' || landing.state === 'processing'
      return page({
        title: landing.fileName ?? `Đợt ${landing.id}`,
        crumbs: [
          { label: 'Nguồn dữ liệu', href: listPath },
          { label: contract.body.name, href: sourcePath(params.code) },
        ],
        lead: `Đợt ${landing.id} của ${contract.body.name}`,
        islands: open ? ['live'] : [],
        actions: landing.byteCount > 0 && landing.state !== 'refused' && (
          <Button href={`${landingPath(params.code, landing.id)}/tep`} icon="download" download>
            Tải tệp gốc
          </Button>
        ),
        body: (
          <div class="stack-large">
            <div id="ket-qua" class="stack" data-live={open ? `source:${params.code}` : undefined}>
              <Outcome landing={landing} />
              <About landing={landing} />
            </div>
            <SetAside rows={aside} address={request.url} />
            <Duplicates ranges={duplicates} landing={landing} address={request.url} />
            <Notices facts={landing.facts} />
          </div>
        ),
      })
    },
  }),
  route({
    method: 'GET',
    path: `${listPath}/:code/dot/:landing/tep`,
    access: 'source:read',
    params: Params,
    async handle(ctx, { params }) {
      const { source, contract } = await getReadableSource(ctx, params.code)
      // A file holds every row, personal columns included: it is for those who import and manage.
      if (contract.body.personal.length > 0) ctx.require('record:import', source.organisation)
      const landing = await findLanding(ctx.sql, params.landing)
      if (landing?.source !== params.code) throw notFound('landing', String(params.landing))
      if (contract.body.personal.length > 0) {
        await appendEntry(ctx, {
          action: 'landing.fetched',
          subject: `landing:${landing.id}`,
          organisation: source.organisation,
          body: { source: source.code },
        })
      }
      const name = landing.fileName ?? `${params.code}-${landing.id}`
      return file(name, 'application/octet-stream', Readable.from(openLanding(ctx.sql, landing.id)))
    },
  }),
]

const shares = ['applied', 'superseded', 'duplicate', 'quarantined'] as const

function Outcome({ landing }: { landing: Landing }) {
  return (
    <>
      {landing.fault && (
        <Notice tone="danger" title="Cả tệp bị từ chối, không dòng nào được ghi">
          {landing.fault.message}
        </Notice>
      )}
      {landing.state === 'processing' && (
        <Notice title="Đang xử lý" role="status">{`Đã đọc ${formatNumber(landing.rowsDone)} dòng.`}</Notice>
      )}
      <Table
        caption="Số bản ghi của đợt theo kết quả"
        plain
        rows={[landing]}
        rowKey={({ id }) => String(id)}
        columns={[
          { key: 'landing', title: 'Bản ghi', cell: () => 'Của đợt này' },
          ...(['received', ...shares] as const).map((key) => ({
            key,
            title: outcomeWords[key],
            kind: 'number' as const,
            phone: true,
            cell: (one: Landing) => formatNumber(one[key]),
          })),
          ...(landing.retracted > 0
            ? [
                {
                  key: 'retracted',
                  title: 'Rút khỏi kho',
                  kind: 'number' as const,
                  phone: true,
                  cell: (one: Landing) => formatNumber(one.retracted),
                },
              ]
            : []),
        ]}
      />
    </>
  )
}

function About({ landing }: { landing: Landing }) {
  const { startedAt, finishedAt, sha256 } = landing
  const took = startedAt && finishedAt ? formatDuration(finishedAt.getTime() - startedAt.getTime()) : undefined
  return (
    <DescriptionList
      items={[
        { term: 'Trạng thái', value: <LandingState landing={landing} /> },
        { term: 'Nhận lúc', value: <Time at={landing.receivedAt} exact /> },
        { term: 'Nhận bằng', value: channelWords[landing.channel] },
        { term: 'Người hoặc hệ thống gửi', value: landing.receivedBy },
        { term: 'Dung lượng', value: formatBytes(landing.byteCount) },
        { term: 'Xử lý trong', value: took },
        {
          term: 'Hợp đồng dữ liệu',
          value: (
            <a href={`${contractPath(landing.source)}?ban=${landing.contractVersion}`}>Bản {landing.contractVersion}</a>
          ),
        },
        { term: 'Mã băm SHA-256', value: sha256 && <span class="code">{sha256.toString('hex')}</span> },
      ]}
    />
  )
}

function SetAside({ rows, address }: { rows: readonly SetAsideLine[]; address: string }) {
  if (rows.length === 0) return null
  const shown = rows.slice(0, pageSize)
  return (
    <Section title="Dòng bị cách ly">
      <Table
        caption="Dòng bị cách ly, theo thứ tự trong tệp"
        hideCaption
        rows={shown}
        rowKey={({ id }) => String(id)}
        rowHref={({ id }) => quarantineRowPath(id)}
        columns={[
          { key: 'line', title: 'Dòng', cell: ({ line }) => `Dòng ${formatNumber(line)}` },
          { key: 'key', title: 'Khóa', cell: ({ key }) => key },
          { key: 'rule', title: 'Lỗi', phone: true, cell: ({ rule }) => nameRule(rule) },
          {
            key: 'words',
            title: 'Cách sửa',
            phone: true,
            cell: ({ faults }) => faults.map(({ message }) => message).join(' '),
          },
          { key: 'state', title: 'Trạng thái', kind: 'nowrap', cell: ({ state }) => <QuarantineState state={state} /> },
        ]}
        paging={{ nextHref: rows.length > pageSize ? withQuery(address, { after: shown.at(-1)?.line }) : undefined }}
      />
    </Section>
  )
}

interface DuplicatesProps {
  ranges: readonly { from: number; to: number }[]
  landing: Landing
  address: string
}

function Duplicates({ ranges, landing, address }: DuplicatesProps) {
  if (landing.duplicate === 0) return null
  const shown = ranges.slice(0, pageSize)
  const words = shown.map(({ from, to }) =>
    to - from === 1 ? formatNumber(from) : `${formatNumber(from)}–${formatNumber(to - 1)}`,
  )
  return (
    <Section title="Dòng trùng">
      <p>
        {formatNumber(landing.duplicate)} bản ghi giống hệt bản đã có nên không làm thay đổi gì.{' '}
        {words.length > 0 && `Ở các dòng: ${words.join(', ')}.`}
      </p>
      {ranges.length > pageSize && (
        <p>
          <a href={withQuery(address, { trung: shown.at(-1)?.from })}>Các dòng tiếp theo</a>
        </p>
      )}
    </Section>
  )
}

const FileNotices = z.array(z.object({ code: z.string(), line: z.number(), facts: z.record(z.string(), z.unknown()) }))

function Notices({ facts }: { facts: Record<string, unknown> }) {
  const parsed = FileNotices.safeParse(facts.notices)
  if (!parsed.success || parsed.data.length === 0) return null
  return (
    <Section title="Điều đáng lưu ý khi đọc tệp">
      <ul>
        {parsed.data.map(({ code, line, facts }) => (
          // Notices are kept with the codes that the readers gave them.
          <li key={`${code}${line}`}>{`Dòng ${formatNumber(line)}: ${describeFault(code as FaultCode, facts)}`}</li>
        ))}
      </ul>
    </Section>
  )
}
