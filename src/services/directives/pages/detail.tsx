import { z } from 'zod'
import {
  type ClockTerms,
  type CompiledCalendar,
  isPeriod,
  periodLabel,
  type Remaining,
  remaining,
  runClock,
} from '#calendar'
import { acceptOf, FileLink, inPieces } from '#files'
import { type AsOf, readAsOf } from '#organisations'
import type { NumberChoice, Numbers } from '#platform/capability'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
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
  withQuery,
} from '#ui'
import { calendarFor, leftAt, termsOf } from '../clock/terms.ts'
import { type Condition, sourceNames } from '../model.ts'
import { boardPath, partPath } from '../paths.ts'
import { getWhole, type Whole } from '../reading/find.ts'
import { mayWork, readPermission } from '../rights.ts'
import { fieldOf, getSettings, type Settings } from '../settings.ts'
import { type Hop, listHops, type Part } from '../store.ts'
import { type Evidence, listEvidence } from '../working/evidence.ts'
import { listRequests, type Request, requestsBy } from '../working/request-store.ts'
import { Decisions, optionsFor } from './decisions.tsx'
import { findSheet } from './deeds.ts'
import { evidencePath } from './evidence.tsx'
import { letterPath } from './letter.tsx'
import { Due, NotKept, namer, ofRoom, StateTag } from './parts.tsx'
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
    query: z.object({
      xong: z.string().max(40).optional(),
      loi: z.string().max(400).optional(),
      tai: z.string().max(30).optional(),
    }),
    async handle(ctx, { params, query }) {
      const at = await readAsOf(ctx, query.tai)
      const seen = await readPart(ctx, { numbers, at, whole: await getWhole(ctx, params.code, at) })
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
        crumbs: [{ label: 'Nhiệm vụ chỉ đạo', href: withQuery(boardPath, { tai: at?.text }) }],
        islands: ['live', 'upload'],
        actions: directive.documentNumber && (
          <Button href={withQuery(letterPath(part.code), { tai: at?.text })} icon="document">
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
            <AsOfNotice at={at} what={ofRoom} />
            <NotKept rows={[part]} />
            <div
              id="nhiem-vu"
              class="stack-large"
              data-live={at ? undefined : `directive:${directive.code}`}
              data-live-label="Nhiệm vụ"
            >
              <Body seen={seen} ctx={ctx} />
            </div>
            <AsOfQuestion at={at} what={ofRoom} />
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
  at: AsOf | undefined
  whole: Whole
  hops: Hop[]
  evidence: Evidence[]
  requests: Request[]
  settings: Settings
  clock: { left: Remaining | undefined; steps: string[] } | undefined
  /** The number that it waits for. */
  number: NumberChoice | undefined
  name(code: string): string
}

async function readPart(
  ctx: Context,
  { numbers, at, whole }: { numbers: Numbers; at: AsOf | undefined; whole: Whole },
): Promise<Seen> {
  const { part } = whole
  const settings = await getSettings(ctx.sql)
  const terms = termsOf(part, settings)
  const calendar = await calendarFor(ctx, whole.directive, part)
  const known = at?.knownAt
  return {
    at,
    whole,
    settings,
    hops: await listHops(ctx.sql, part.code, known),
    evidence: await listEvidence(ctx.sql, part.code, known),
    requests: requestsBy(await listRequests(ctx.sql, part.code), known),
    name: await namer(ctx, at),
    number: part.condition ? await numbers.find(ctx, part.condition.indicator) : undefined,
    clock: terms && clockThen(calendar, { part, terms }, { at, now: ctx.now }),
  }
}

type Clocked = NonNullable<Seen['clock']>

/** How a deadline came about is said by the working days of now: where it would come out otherwise, it cannot be said any more. */
function clockThen(
  calendar: CompiledCalendar,
  clock: { part: Part; terms: ClockTerms },
  { at, now }: { at: AsOf | undefined; now: Date },
): Clocked {
  const { dueAt, explanation } = runClock(calendar, clock.terms)
  const steps = explanation.map(({ text }) => text)
  if (!at) return { left: remaining(calendar, clock.terms, now), steps }
  const same = dueAt?.getTime() === clock.part.dueAt?.getTime()
  return {
    left: leftAt(calendar, clock, at.knownAt),
    steps: same
      ? steps
      : ['Lịch làm việc hoặc thời hạn đã thay đổi sau đó nên không còn dựng lại được từng bước tính.'],
  }
}

function Body({ seen, ctx }: { seen: Seen; ctx: Context }) {
  const { whole, requests, evidence } = seen
  const { directive, part, parts } = whole
  const request = requests.find(({ decision }) => decision === null)
  const canUpload =
    !seen.at && mayWork(ctx, directive, part) && (part.state === 'accepted' || part.state === 'in-progress')
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
      {!seen.at && <Decisions options={optionsFor(ctx, directive, part, request)} part={part} directive={directive} />}
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
      Bằng số liệu: {number ? <a href={withQuery(number.url, { tai: seen.at?.text })}>{number.name}</a> : indicator} của{' '}
      {name(organisation)}, {isPeriod(period) ? periodLabel(period) : period}, {least} {formatNumber(value)}{' '}
      {number?.unit}
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
                {sourceUrl ? <a href={withQuery(sourceUrl, { tai: seen.at?.text })}>{source ?? sourceUrl}</a> : source}
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
      rowHref={(row) => partPath(row.code, seen.at)}
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
