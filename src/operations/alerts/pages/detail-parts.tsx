import { DirectivesOf, type listDirectivesOf } from '#directives'
import type { listPeople } from '#identity'
import type { CallStanding } from '#incidents'
import type { AsOf } from '#organisations'
import {
  Button,
  DecisionBar,
  DescriptionList,
  type Fact,
  Form,
  type FormError,
  formatNumber,
  Radios,
  Section,
  Select,
  Table,
  TextArea,
  TextInput,
  Time,
  Timeline,
  type TimelineEntry,
  withQuery,
} from '#ui'
import type { AlertSignal } from '../intake/signal-store.ts'
import type { Rule } from '../rules/model.ts'
import type { Alert } from '../store.ts'
import type { AlertEvent, Deed } from '../timeline-store.ts'
import type { DetailForm } from './detail-form.ts'
import type { Names } from './names.ts'
import { Mark, Marks, StepClock } from './parts.tsx'
import { alertPath, deedWords, inletWords, rulePath, silencesPath, verdictWords } from './words.ts'

export interface AlertBodyProps {
  alert: Alert
  names: Names
  events: readonly AlertEvent[]
  signals: readonly AlertSignal[]
  directives: Awaited<ReturnType<typeof listDirectivesOf>>
  people: Awaited<ReturnType<typeof listPeople>>
  rule: Rule | undefined
  /** Single occurrences that were over before this are cleared. */
  keptSince: Date
  /** The latest call-out about it. */
  call: CallStanding | undefined
  playbook: { title: string; href: string } | undefined
  form: DetailForm | undefined
  errors: readonly FormError[]
  mayHandle: boolean
  /** The moment of the past that is asked. */
  at: AsOf | undefined
}

export function AlertBody(props: AlertBodyProps) {
  const { alert, names, events, mayHandle, at } = props
  return (
    <>
      <div
        id="tom-tat"
        class="stack"
        data-live={at ? undefined : `alert:${alert.code}`}
        data-live-label={at ? undefined : 'cảnh báo này'}
      >
        <p class="row">
          <Mark alert={alert} />
          <Marks alert={alert} />
          <StepClock alert={alert} />
        </p>
        <DescriptionList inColumns items={factsOf(props)} />
      </div>
      {alert.annotations.description && <p>{alert.annotations.description}</p>}
      <div class="columns columns-main">
        <div class="stack-large">
          {mayHandle && alert.state !== 'closed' && <Handling {...props} />}
          {mayHandle && <Judging {...props} />}
          <DirectivesOf rows={props.directives} title="Nhiệm vụ đã giao từ cảnh báo này" />
          <Repeats {...props} />
        </div>
        <div class="stack-large">
          <Section title="Diễn biến">
            <Timeline entries={events.map((event) => entryOf(event, names))} />
          </Section>
          <Section title="Nhãn">
            <DescriptionList
              items={Object.entries(alert.labels).map(([term, value]) => ({
                term,
                value: <span class="code">{value}</span>,
              }))}
            />
          </Section>
        </div>
      </div>
    </>
  )
}

/** A page of ours is a link; what another system sends is only told. */
const Runbook = ({ url }: { url: string }) =>
  url.startsWith('/nhat-ky') ? <a href={url}>Xem trên trang Nhật ký</a> : <span class="code">{url}</span>

function factsOf({ alert, names, rule, call, playbook, at }: AlertBodyProps): Fact[] {
  const then = (href: string) => withQuery(href, { tai: at?.text })
  const { subject, annotations } = alert
  const place = [names.organisation(alert.organisation), names.area(alert.area)].filter(Boolean).join(' · ')
  return [
    { term: 'Mã', value: alert.code },
    { term: 'Nơi', value: place },
    {
      term: 'Bắt đầu từ',
      value: (
        <>
          <Time at={alert.startsAt} exact />
          {alert.endedAt && (
            <>
              {' đến '}
              <Time at={alert.endedAt} exact />
            </>
          )}
        </>
      ),
    },
    { term: 'Xuất hiện', value: <Time at={alert.raisedAt} exact /> },
    {
      term: 'Số lần báo',
      value: (
        <>
          {formatNumber(alert.count)}, gần nhất <Time at={alert.lastAt} />
        </>
      ),
    },
    { term: 'Người giữ', value: names.person(alert.owner) },
    {
      term: 'Từ',
      value: rule ? (
        <a href={then(rulePath(rule.code))}>{rule.name}</a>
      ) : (
        `${inletWords[alert.inlet]} (${alert.origin})`
      ),
    },
    ...(subject ? [{ term: 'Số liệu đằng sau', value: <a href={then(subject.url)}>{subject.title}</a> }] : []),
    ...(alert.playbook
      ? [
          {
            term: 'Kịch bản',
            value: playbook ? <a href={playbook.href}>{playbook.title}</a> : <span class="code">{alert.playbook}</span>,
          },
        ]
      : []),
    ...(call
      ? [{ term: 'Gọi trực', value: at ? <CallThen alert={alert} call={call} /> : <CallOf call={call} /> }]
      : []),
    ...(annotations.runbook_url ? [{ term: 'Hướng dẫn', value: <Runbook url={annotations.runbook_url} /> }] : []),
    ...(alert.isSilenced && alert.silenceId
      ? [{ term: 'Tạm im', value: <a href={then(`${silencesPath}/${alert.silenceId}`)}>Xem lần tạm im</a> }]
      : []),
    ...(alert.verdict ? [{ term: 'Đánh giá', value: <VerdictOf alert={alert} tai={at?.text} /> }] : []),
    ...(alert.closedAt
      ? [
          {
            term: 'Đóng',
            value: (
              <>
                <Time at={alert.closedAt} exact /> · {names.person(alert.closedBy)} · {alert.closeReason}
              </>
            ),
          },
        ]
      : []),
  ]
}

function CallOf({ call: { state, attempts, lastCalled, answeredName, url } }: { call: CallStanding }) {
  const words = {
    calling: lastCalled ? `đang gọi, lần ${attempts}: ${lastCalled}` : 'chưa gọi được ai: lịch trực trống',
    answered: `${answeredName ?? ''} đã nhận`,
    ended: `đã dừng sau ${attempts} lần gọi`,
  }
  return <a href={url}>{words[state]}</a>
}

/** Of an earlier moment it is known whether the call went on, not whom it had reached. */
const CallThen = ({ alert: { isCalling }, call: { url } }: { alert: Alert; call: CallStanding }) => (
  <>
    {isCalling ? 'khi đó đang gọi' : 'khi đó đã dừng gọi'}; <a href={url}>lượt gọi hiện nay</a>
  </>
)

function VerdictOf({ alert: { verdict, duplicateOf }, tai }: { alert: Alert; tai: string | undefined }) {
  if (!verdict) return null
  return (
    <>
      {verdictWords[verdict]}
      {duplicateOf && (
        <>
          {' với '}
          <a href={withQuery(alertPath(duplicateOf), { tai })}>{duplicateOf}</a>
        </>
      )}
    </>
  )
}

const toneOf: Partial<Record<Deed, TimelineEntry['tone']>> = {
  raised: 'warning',
  lapsed: 'warning',
  escalated: 'danger',
  closed: 'done',
  ended: 'done',
}

export function entryOf({ at, actor, actorName, deed, note, detail }: AlertEvent, names: Names): TimelineEntry {
  const unit = typeof detail?.unit === 'string' ? names.organisation(detail.unit) : undefined
  const step = typeof detail?.step === 'number' ? ` (bậc ${detail.step}${unit ? `: ${unit}` : ''})` : ''
  const verdict = detail?.verdict
  const judged =
    verdict === 'true' || verdict === 'false' || verdict === 'duplicate'
      ? `: ${verdictWords[verdict].toLowerCase()}`
      : ''
  return {
    at,
    who: actorName || names.person(actor),
    what: `${deedWords[deed]}${step}${judged}${deed === 'assigned' && note ? ` ${note}` : ''}`,
    comment: deed === 'assigned' ? undefined : (note ?? undefined),
    tone: toneOf[deed],
  }
}

function Handling({ alert, people, form, errors }: AlertBodyProps) {
  const fault = (field: string) => errors.find((one) => one.field === field)?.message
  const button = (viec: string, words: string, kind?: 'primary') => (
    <Button kind={kind} name="viec" value={viec}>
      {words}
    </Button>
  )
  const acknowledge = {
    action: button('nhan', 'Nhận', 'primary'),
    consequence: 'Không hỏi gì thêm; ông/bà giữ cảnh báo.',
  }
  const work = (kind?: 'primary') => ({ action: button('xu-ly', 'Bắt đầu xử lý', kind) })
  const wait = (kind?: 'primary') => ({
    action: button('cho', 'Chuyển sang chờ', kind),
    consequence: 'Nêu đang chờ gì.',
  })
  const [primary, ...others] =
    alert.state === 'new'
      ? [acknowledge, work(), wait()]
      : alert.state === 'working'
        ? [wait('primary')]
        : alert.state === 'waiting'
          ? [work('primary')]
          : [work('primary'), wait()]
  return (
    <>
      <Section title="Xử lý" id="viec">
        <Form action={alertPath(alert.code)} class="stack" label="Xử lý cảnh báo">
          <TextArea
            name="ghi-chu"
            label="Ghi chú"
            optional
            rows={2}
            value={form?.['ghi-chu']}
            error={fault('ghi-chu')}
            maxLength={2000}
          />
          <DecisionBar
            label="Xử lý cảnh báo"
            primary={primary ?? acknowledge}
            others={[...others, { action: button('ghi-chu', 'Chỉ ghi chú') }]}
          />
        </Form>
      </Section>
      {people.length > 0 && (
        <Section title="Giao người xử lý">
          <Form action={alertPath(alert.code)} class="stack" label="Giao người xử lý">
            <Select
              name="nguoi"
              label="Người xử lý"
              hint="Cảnh báo sẽ nằm trong Việc của tôi của người đó."
              value={form?.nguoi || alert.owner}
              error={fault('nguoi')}
              empty="Chọn người"
              options={people.map(({ account, name, position }) => ({
                value: account,
                label: position ? `${name} · ${position}` : name,
              }))}
            />
            <div class="row">
              <Button name="viec" value="giao">
                Giao
              </Button>
            </div>
          </Form>
        </Section>
      )}
    </>
  )
}

function Judging({ alert, form, errors }: AlertBodyProps) {
  const fault = (field: string) => errors.find((one) => one.field === field)?.message
  const isClosed = alert.state === 'closed'
  return (
    <Section title={isClosed ? 'Đánh giá lại' : 'Đóng cảnh báo'}>
      <Form action={alertPath(alert.code)} class="stack" label={isClosed ? 'Đánh giá cảnh báo' : 'Đóng cảnh báo'}>
        <Radios
          name="danh-gia"
          label="Cảnh báo này"
          optional={!isClosed}
          value={form?.['danh-gia'] ?? alert.verdict}
          hint="Dùng để tính tỷ lệ báo sai của quy tắc."
          options={[
            { value: 'true', label: 'Đúng: có việc thật' },
            { value: 'false', label: 'Báo sai: không có việc gì' },
            { value: 'duplicate', label: 'Trùng với cảnh báo khác' },
          ]}
        />
        <TextInput
          name="trung-voi"
          label="Mã cảnh báo gốc, khi trùng"
          optional
          width="10"
          value={form?.['trung-voi'] ?? alert.duplicateOf}
          error={fault('trung-voi')}
        />
        {!isClosed && (
          <TextArea
            name="ly-do"
            label="Lý do đóng"
            rows={2}
            value={form?.['ly-do']}
            error={fault('ly-do')}
            maxLength={2000}
          />
        )}
        <div class="row">
          {isClosed ? (
            <Button name="viec" value="danh-gia">
              Lưu đánh giá
            </Button>
          ) : (
            <>
              <Button name="viec" value="dong">
                Đóng cảnh báo
              </Button>
              <Button kind="quiet" name="viec" value="danh-gia">
                Chỉ lưu đánh giá
              </Button>
            </>
          )}
        </div>
      </Form>
    </Section>
  )
}

function Repeats({ signals, alert, keptSince }: AlertBodyProps) {
  return (
    <Section title="Các lần báo đã gộp">
      {alert.startsAt < keptSince && (
        <p class="muted">
          Chi tiết các lần báo đã hết trước <Time at={keptSince} exact /> không còn được lưu; số đếm vẫn giữ nguyên.
        </p>
      )}
      <Table
        caption={`${formatNumber(signals.length)} lần gần nhất trong ${formatNumber(alert.count)}`}
        plain
        wide
        rows={signals}
        rowKey={({ fingerprint, startsAt }) => `${fingerprint} ${startsAt.toISOString()}`}
        columns={[
          { key: 'starts', title: 'Bắt đầu', kind: 'nowrap', cell: ({ startsAt }) => <Time at={startsAt} exact /> },
          {
            key: 'ends',
            title: 'Hết',
            kind: 'nowrap',
            phone: true,
            cell: ({ endsAt }) => (endsAt ? <Time at={endsAt} exact /> : 'chưa'),
          },
          {
            key: 'labels',
            title: 'Nhãn riêng',
            phone: true,
            cell: ({ labels }) => ownLabels(labels, alert.labels) || 'như trên',
          },
        ]}
      />
    </Section>
  )
}

/** Labels in which one differs from the alert as a whole. */
const ownLabels = (labels: Record<string, string>, common: Record<string, string>): string =>
  Object.entries(labels)
    .filter(([name, value]) => common[name] !== value)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
