import { z } from 'zod'
import { isPeriod, periodLabel, type Remaining, remaining, runClock } from '#calendar'
import { acceptOf, FileLink, inPieces } from '#files'
import type { NumberChoice, Numbers } from '#platform/capability'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  FileInput,
  Form,
  formatDate,
  formatDuration,
  formatNumber,
  Help,
  Notice,
  Progress,
  Section,
  Table,
  TextInput,
  Time,
  Timeline,
} from '#ui'
import { calendarFor, termsOf } from '../clock/terms.ts'
import { type Condition, sourceNames } from '../model.ts'
import { boardPath, partPath } from '../paths.ts'
import { getWhole, type Whole } from '../reading/find.ts'
import { mayWork, readPermission } from '../rights.ts'
import { fieldOf, getSettings, type Settings } from '../settings.ts'
import { type Hop, listHops } from '../store.ts'
import { type Evidence, listEvidence } from '../working/evidence.ts'
import { listRequests, type Request } from '../working/request-store.ts'
import { Decisions, optionsFor } from './decisions.tsx'
import { findSheet } from './deeds.ts'
import { evidencePath } from './evidence.tsx'
import { Due, namer, StateTag } from './parts.tsx'
import { hopTone, sayDeed, sayDetails } from './words.ts'

const outcomes: Record<string, string> = {
  'ghi-y-kien': 'Đã ghi ý kiến chỉ đạo. Nhiệm vụ có hiệu lực khi được ban hành.',
  'ban-hanh': 'Đã ban hành. Cơ quan chủ trì đã nhận được nhiệm vụ.',
  'minh-chung': 'Đã bổ sung minh chứng.',
}

export const makeDetailRoute = (numbers: Numbers): Route =>
  route({
    method: 'GET',
    path: '/nhiem-vu/:code',
    access: readPermission,
    params: z.strictObject({ code: z.string().max(40) }),
    query: z.object({ xong: z.string().max(40).optional(), loi: z.string().max(400).optional() }),
    async handle(ctx, { params, query }) {
      const seen = await readPart(ctx, numbers, await getWhole(ctx, params.code))
      const { directive, part } = seen.whole
      const told = query.xong && (outcomes[query.xong] ?? sayDone(query.xong))
      return page({
        title: directive.title,
        lead: (
          <>
            {part.code} · {seen.name(part.organisation)} · <StateTag state={part.state} />{' '}
            <Due state={part.state} dueAt={part.dueAt} left={seen.clock?.left} doneInTime={part.doneInTime} />
          </>
        ),
        crumbs: [{ label: 'Nhiệm vụ chỉ đạo', href: boardPath }],
        islands: ['live', 'upload'],
        actions: directive.documentNumber && (
          <Button href={`${partPath(part.code)}/phieu-giao`} icon="document">
            Phiếu giao việc
          </Button>
        ),
        body: (
          <div class="stack-large">
            {told && (
              <Notice tone="done" role="status">
                {told}
              </Notice>
            )}
            {query.loi && (
              <Notice tone="warning" role="alert" title="Chưa nhận được tệp">
                {query.loi === 'chua-chon-tep' ? 'Chưa chọn tệp. Hãy chọn tệp rồi bấm “Tải lên”.' : query.loi}
              </Notice>
            )}
            <div id="nhiem-vu" class="stack-large" data-live={`directive:${directive.code}`} data-live-label="Nhiệm vụ">
              <Body seen={seen} ctx={ctx} />
            </div>
          </div>
        ),
      })
    },
  })

const sayDone = (slug: string): string | undefined => {
  const deed = findSheet(slug)
  return deed && `Đã ghi: ${deed.title.toLowerCase()}.`
}

interface Seen {
  whole: Whole
  hops: Hop[]
  evidence: Evidence[]
  requests: Request[]
  settings: Settings
  clock: { left: Remaining; steps: string[] } | undefined
  /** The number that it waits for. */
  number: NumberChoice | undefined
  name(code: string): string
}

async function readPart(ctx: Context, numbers: Numbers, whole: Whole): Promise<Seen> {
  const { part } = whole
  const settings = await getSettings(ctx.sql)
  const terms = termsOf(part, settings)
  const calendar = await calendarFor(ctx, whole.directive, part)
  return {
    whole,
    settings,
    hops: await listHops(ctx.sql, part.code),
    evidence: await listEvidence(ctx.sql, part.code),
    requests: await listRequests(ctx.sql, part.code),
    name: await namer(ctx),
    number: part.condition ? await numbers.find(ctx, part.condition.indicator) : undefined,
    clock: terms && {
      left: remaining(calendar, terms, ctx.now),
      steps: runClock(calendar, terms).explanation.map(({ text }) => text),
    },
  }
}

function Body({ seen, ctx }: { seen: Seen; ctx: Context }) {
  const { whole, requests, evidence } = seen
  const { directive, part, parts } = whole
  const request = requests.find(({ decision }) => decision === null)
  const canUpload = mayWork(ctx, directive, part) && (part.state === 'accepted' || part.state === 'in-progress')
  return (
    <>
      {request && <RequestNotice request={request} />}
      <div class="columns columns-main">
        <div class="stack-large">
          <Section title="Nội dung giao">
            <p class="prose">{directive.words}</p>
            {part.task && (
              <p class="prose">
                <strong>Phần của {seen.name(part.organisation)}:</strong> {part.task}
              </p>
            )}
          </Section>
          {parts.length > 1 && <PartsTable seen={seen} />}
          <EvidenceSection evidence={evidence} seen={seen} canUpload={canUpload} />
          <Section title="Diễn biến">
            <Timeline entries={entriesOf(seen)} />
          </Section>
        </div>
        <Facts seen={seen} />
      </div>
      <Decisions options={optionsFor(ctx, directive, part, request)} part={part} directive={directive} />
    </>
  )
}

function RequestNotice({ request }: { request: Request }) {
  const title =
    request.kind === 'extension'
      ? `Đề nghị gia hạn thêm ${request.days} ngày làm việc, chờ người giao quyết định`
      : 'Đề nghị điều chỉnh, chờ người giao quyết định'
  return (
    <Notice tone="warning" title={title}>
      <p>
        {request.reason} <span class="muted">({request.askedByName}, </span>
        <Time at={request.askedAt} />
        <span class="muted">)</span>
      </p>
    </Notice>
  )
}

function ConditionWords({ condition, seen }: { condition: Condition; seen: Seen }) {
  const { indicator, organisation, period, compare, value } = condition
  const { number, name } = seen
  const least = { '>=': 'từ', '<=': 'không quá', '=': 'bằng' }[compare]
  return (
    <>
      Bằng số liệu: {number ? <a href={number.url}>{number.name}</a> : indicator} của {name(organisation)},{' '}
      {isPeriod(period) ? periodLabel(period) : period}, {least} {formatNumber(value)} {number?.unit}
    </>
  )
}

const only = (term: string, value: string | null | undefined) => (value ? [{ term, value }] : [])

function Facts({ seen }: { seen: Seen }) {
  const { whole, clock, name, settings } = seen
  const { directive, part } = whole
  const { sourceUrl, sourceTitle, sourceCode, sourceKind } = directive
  const source = sourceTitle ?? sourceCode
  const field = directive.field ?? fieldOf(settings, part.organisation)
  return (
    <div class="stack">
      <DescriptionList
        items={[
          {
            term: 'Thời hạn',
            value: (
              <>
                <Due state={part.state} dueAt={part.dueAt} left={clock?.left} doneInTime={part.doneInTime} />
                {clock && (
                  <Help title="Hạn này được tính thế nào?">
                    <ul>
                      {clock.steps.map((step) => (
                        <li key={step}>{step}</li>
                      ))}
                    </ul>
                  </Help>
                )}
              </>
            ),
          },
          { term: 'Tiến độ', value: <Progress label="Đã làm" done={part.progress} total={100} /> },
          { term: 'Cơ quan chủ trì', value: name(part.organisation) },
          ...only('Cơ quan phối hợp', part.coOrganisations.map(name).join('; ')),
          { term: 'Người chỉ đạo', value: [directive.giverPosition, directive.giverName].filter(Boolean).join(', ') },
          {
            term: 'Văn bản',
            value: directive.documentNumber && directive.documentOn && (
              <>
                Số {directive.documentNumber} ngày {formatDate(directive.documentOn)}
              </>
            ),
          },
          {
            term: 'Nguồn',
            value: (
              <>
                {sourceNames[sourceKind]}
                {source && ': '}
                {sourceUrl ? <a href={sourceUrl}>{source ?? sourceUrl}</a> : source}
              </>
            ),
          },
          { term: 'Lĩnh vực', value: settings.fields.find(({ code }) => code === field)?.name ?? 'không phân' },
          ...only('Căn cứ', directive.legalBasis),
          ...only('Minh chứng phải có', directive.evidenceRequired),
          {
            term: 'Xác nhận',
            value: part.condition ? (
              <ConditionWords condition={part.condition} seen={seen} />
            ) : part.verifier ? (
              `Tài khoản ${part.verifier}`
            ) : (
              'Người chỉ đạo, không phải người thực hiện'
            ),
          },
          { term: 'Vòng', value: `${part.round}${part.returned > 0 ? ` · trả lại ${part.returned} lần` : ''}` },
        ]}
      />
    </div>
  )
}

function PartsTable({ seen }: { seen: Seen }) {
  const { parts, part } = seen.whole
  return (
    <Table
      caption="Các phần của nhiệm vụ"
      rows={parts}
      rowKey={(row) => row.code}
      rowHref={(row) => partPath(row.code)}
      columns={[
        { key: 'organisation', title: 'Cơ quan chủ trì', cell: (row) => seen.name(row.organisation) },
        { key: 'state', title: 'Trạng thái', cell: (row) => <StateTag state={row.state} /> },
        { key: 'due', title: 'Hạn', cell: (row) => row.dueAt && <Time at={row.dueAt} exact /> },
        { key: 'here', title: 'Đang xem', cell: (row) => (row.code === part.code ? 'phần này' : 'phần khác') },
      ]}
    />
  )
}

function EvidenceSection({ evidence, seen, canUpload }: { evidence: Evidence[]; seen: Seen; canUpload: boolean }) {
  const { part } = seen.whole
  return (
    <Section title="Minh chứng" id="minh-chung">
      {evidence.length === 0 && <p class="muted">Chưa có tệp minh chứng.</p>}
      {evidence.length > 0 && (
        <ul class="plain-list stack-small">
          {evidence.map((one) => (
            <li key={one.id}>
              <FileLink
                file={one}
                href={evidencePath(part.code, one.id)}
                note={[one.addedByName, `vòng ${one.round}`, ...(one.note ? [one.note] : [])].join(' · ')}
              />
            </li>
          ))}
        </ul>
      )}
      {canUpload && (
        <Form action={evidencePath(part.code)} files label="Bổ sung minh chứng">
          <TextInput name="ghi-chu" label="Ghi chú" optional maxLength={500} />
          <FileInput
            name="tep"
            label="Tệp minh chứng"
            hint="PDF, ảnh, bảng tính hoặc văn bản; mỗi tệp không quá 20 MB."
            accept={acceptOf('evidence')}
            inPieces={inPieces('evidence')}
          />
          <div>
            <Button>Tải lên</Button>
          </div>
        </Form>
      )}
    </Section>
  )
}

/** Newest first; each hop with the time since the one before it. */
function entriesOf({ hops }: Seen) {
  return hops.map((hop, index) => {
    const before = hops[index + 1]
    const details = sayDetails(hop)
    const spent = before && hop.at > before.at ? ` · sau ${formatDuration(hop.at.getTime() - before.at.getTime())}` : ''
    return {
      at: hop.at,
      who: `${hop.actorName}${hop.onBehalfName ? ` (xử lý thay ${hop.onBehalfName})` : ''}${spent}`,
      what: (
        <>
          {sayDeed(hop.deed)}
          {details && `: ${details}`}
        </>
      ),
      comment: hop.note ?? undefined,
      tone: hopTone(hop),
    }
  })
}
