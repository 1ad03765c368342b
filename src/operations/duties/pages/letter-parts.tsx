import { type CompiledCalendar, workingDaysLate } from '#calendar'
import type { Letter } from '#files'
import type { SigningAnswer } from '#organisations'
import type { Context } from '#platform/context'
import {
  Button,
  Checkboxes,
  DateInput,
  DateText,
  DecisionBar,
  DescriptionList,
  errorOf,
  Form,
  type FormError,
  More,
  Notice,
  Section,
  Table,
  Tag,
  TextArea,
  TextInput,
  Time,
  Timeline,
} from '#ui'
import type { LetterState } from '../model.ts'
import type { LetterRow, NamedDuty, StepRow } from '../reminders/store.ts'
import type { Asked } from './asked.tsx'
import type { LetterBody } from './letter-body.ts'
import type { Directory } from './parts.tsx'
import { agencyPath, dutyWords, kindWords, letterPath, letterWords, showPeriod } from './words.ts'

interface FactsProps {
  row: LetterRow
  /** None of a draft of the past: what it would have said then is not kept. */
  letter: Letter | undefined
  directory: Directory
  asked: Asked
}

export function LetterFacts({ row, letter, directory, asked }: FactsProps) {
  const { state } = row
  return (
    <div class="stack">
      <DescriptionList
        inColumns
        items={[
          { term: 'Tình trạng', value: <Tag tone={letterWords[state].tone}>{letterWords[state].word}</Tag> },
          { term: 'Loại', value: kindWords[row.kind] },
          { term: 'Người nhận', value: letter ? letter.addressees.join('; ') : directory.fullNameOf(row.agency) },
          { term: 'Cơ quan ký', value: directory.fullNameOf(row.issuer) },
          { term: 'Số, ký hiệu', value: row.numberText },
          { term: 'Ngày ban hành', value: row.issuedOn && <DateText on={row.issuedOn} /> },
          { term: 'Người ký', value: row.issuedBy },
          ...(row.kind === 'reminder'
            ? [{ term: 'Hạn giải trình', value: row.explainBy && <Time at={row.explainBy} exact /> }]
            : []),
          ...(row.closedReason
            ? [{ term: 'Lý do kết thúc', value: `${row.closedReason} (${row.closedBy ?? ''})` }]
            : []),
        ]}
      />
      {row.explanation && (
        <Notice title={`Giải trình của ${row.explainedBy ?? 'cơ quan'}`}>
          <p>{row.explanation}</p>
          {row.decision && (
            <p>
              <strong>{row.state === 'excused' ? 'Chấp nhận' : 'Kết luận'}:</strong> {row.decision} ({row.decidedBy})
            </p>
          )}
        </Notice>
      )}
      {letter ? (
        <More title={row.letter ? 'Nội dung văn bản' : 'Nội dung dự thảo'}>
          <div class="stack-small">
            {letter.paragraphs.map((text) => (
              <p key={text}>{text}</p>
            ))}
            <p>
              <a href={asked.link(`${letterPath(row.code)}/thu.html`)} download>
                Tải bản HTML để in từ trình duyệt
              </a>
            </p>
          </div>
        </More>
      ) : (
        <p class="muted">
          Khi đó văn bản chưa ban hành; nội dung dự thảo thay đổi theo số liệu và chỉ được giữ từ khi ban hành.
        </p>
      )}
    </div>
  )
}

export interface FormsProps {
  ctx: Context
  row: LetterRow
  duties: readonly NamedDuty[]
  typed: LetterBody | undefined
  errors: readonly FormError[]
  today: string
  suggested: number
  /** Whether the reader may sign it today, and how the block reads. */
  signature: SigningAnswer | undefined
  issuerName: string
}

/** What may be done now by whom; who may do nothing sees whose turn it is. */
export function Forms(props: FormsProps) {
  const { ctx, row } = props
  const inTime = !row.explainBy || ctx.now <= row.explainBy
  const decides = ctx.can('duty:remind', row.issuer)
  const signs = ctx.can('duty:issue', row.issuer)
  const step = {
    asked: inTime && ctx.can('duty:explain', row.agency) && <ExplainForm {...props} />,
    explained: decides && <DecideForm {...props} />,
    'to-sign': signs && <SignForm {...props} />,
    issued: signs && <WithdrawForm {...props} />,
    excused: undefined,
    withdrawn: undefined,
    dropped: undefined,
  } satisfies Record<LetterState, unknown>
  const turn = turnOf(row, props.issuerName)
  return (
    <div class="stack" id="buoc">
      {step[row.state] || (turn && <Notice title="Bước tiếp theo">{turn}</Notice>)}
      {(row.state === 'asked' || row.state === 'explained' || row.state === 'to-sign') && decides && (
        <DropForm {...props} />
      )}
    </div>
  )
}

function turnOf({ state, kind }: LetterRow, issuer: string): string | undefined {
  if (state === 'asked') return 'Cơ quan nhận giải trình; hết hạn mà không có giải trình thì dự thảo chuyển người ký.'
  if (state === 'explained') return `${issuer} xem xét giải trình.`
  if (state === 'to-sign')
    return `${issuer} ký ban hành${kind === 'reminder' ? '; chỉ khi có số, ngày văn bản mới được tính' : ''}.`
  return undefined
}

function ExplainForm({ row, typed, errors }: FormsProps) {
  return (
    <Section title="Giải trình của cơ quan">
      <Form action={letterPath(row.code)} class="stack">
        <TextArea
          name="giai-trinh"
          label="Vì sao chậm, bao giờ có số liệu"
          hint="Nêu nguyên nhân, việc đã làm và thời điểm có số liệu. Giải trình được chấp nhận thì không bị nhắc nhở."
          value={typed?.['giai-trinh']}
          error={errorOf(errors, 'giai-trinh')}
          maxLength={4000}
        />
        <DecisionBar
          label="Gửi giải trình"
          primary={{
            action: (
              <Button kind="primary" name="viec" value="giai-trinh">
                Gửi giải trình
              </Button>
            ),
            consequence: 'Chuyển người có thẩm quyền xem xét; gửi rồi không sửa được.',
          }}
        />
      </Form>
    </Section>
  )
}

function DecideForm({ row, duties, typed, errors }: FormsProps) {
  return (
    <Section title="Xem xét giải trình">
      <Form action={letterPath(row.code)} class="stack">
        <Checkboxes
          name="ky"
          label="Kỳ được chấp nhận"
          hint="Bỏ đánh dấu kỳ không được chấp nhận; các kỳ đó còn lại trong dự thảo."
          options={duties.map(({ id, subjectName, period }) => ({
            value: String(id),
            label: `${subjectName}, ${showPeriod(period)}`,
          }))}
          values={typed ? [typed.ky ?? []].flat() : duties.map(({ id }) => String(id))}
          error={errorOf(errors, 'ky')}
        />
        <TextArea
          name="ly-do"
          label="Căn cứ của kết luận"
          value={typed?.['ly-do']}
          error={errorOf(errors, 'ly-do')}
          maxLength={2000}
        />
        <DecisionBar
          label="Kết luận"
          primary={{
            action: (
              <Button kind="primary" name="viec" value="chap-nhan">
                Chấp nhận giải trình
              </Button>
            ),
            consequence: 'Các kỳ đã đánh dấu không tính là chậm.',
          }}
          others={[
            {
              action: (
                <Button name="viec" value="khong">
                  Không chấp nhận
                </Button>
              ),
              consequence: 'Dự thảo nhắc nhở chuyển người ký.',
            },
          ]}
        />
      </Form>
    </Section>
  )
}

function SignForm({ row, typed, errors, today, suggested, issuerName, signature }: FormsProps) {
  const [year, month, day] = today.split('-')
  if (signature && !signature.allowed)
    return (
      <Notice tone="warning" title="Ông/bà không ký được văn bản này">
        {signature.reason} <a href="/quan-tri/tham-quyen-ky">Thẩm quyền ký</a>
      </Notice>
    )
  return (
    <Section title="Ký ban hành">
      <Form action={letterPath(row.code)} class="stack">
        <TextInput
          name="so"
          label="Số văn bản"
          hint={`Số kế tiếp trong sổ là ${suggested}; mỗi số chỉ dùng một lần trong năm.`}
          inputMode="numeric"
          width="4"
          value={typed?.so ?? String(suggested)}
          error={errorOf(errors, 'so')}
        />
        <DateInput
          name="ngay"
          label="Ngày ban hành"
          value={
            typed
              ? { day: typed['ngay-day'], month: typed['ngay-month'], year: typed['ngay-year'] }
              : { day, month, year }
          }
          error={errorOf(errors, 'ngay')}
        />
        {signature && (
          <DescriptionList
            items={[
              { term: 'Khối chữ ký', value: [...signature.authority, signature.position, signature.name].join(' / ') },
              { term: 'Căn cứ ký', value: signature.reason },
            ]}
          />
        )}
        <DecisionBar
          label="Quyết định ký"
          primary={{
            action: (
              <Button kind="primary" name="viec" value="ky">
                {row.kind === 'reminder' ? 'Ký và ban hành nhắc nhở' : 'Ký và ban hành đề nghị'}
              </Button>
            ),
            consequence:
              row.kind === 'reminder'
                ? `${issuerName} ban hành; tính một lần nhắc nhở trong năm của cơ quan nhận.`
                : `${issuerName} ban hành; không tính là nhắc nhở.`,
          }}
        />
      </Form>
    </Section>
  )
}

function WithdrawForm({ row, typed, errors }: FormsProps) {
  return (
    <More title="Thu hồi văn bản" open={typed?.viec === 'thu-hoi'}>
      <Form action={letterPath(row.code)} class="stack">
        <TextArea
          name="ly-do"
          label="Lý do thu hồi"
          value={typed?.['ly-do']}
          error={errorOf(errors, 'ly-do')}
          rows={2}
          maxLength={2000}
        />
        <div>
          <Button kind="danger" name="viec" value="thu-hoi">
            Thu hồi
          </Button>
        </div>
      </Form>
    </More>
  )
}

function DropForm({ row, typed, errors }: FormsProps) {
  const own = typed?.viec === 'bo'
  return (
    <More title="Không ban hành dự thảo này" open={own}>
      <Form action={letterPath(row.code)} class="stack">
        <TextArea
          name="ly-do"
          id="ly-do-bo"
          label="Lý do không ban hành"
          value={own ? typed['ly-do'] : undefined}
          error={own ? errorOf(errors, 'ly-do') : undefined}
          rows={2}
          maxLength={2000}
        />
        <div>
          <Button kind="danger" name="viec" value="bo">
            Bỏ dự thảo
          </Button>
        </div>
      </Form>
    </More>
  )
}

interface NamedProps {
  duties: readonly NamedDuty[]
  calendar: CompiledCalendar | undefined
  asked: Asked
}

export function NamedDuties({ duties, calendar, asked }: NamedProps) {
  const late = (duty: NamedDuty): number =>
    duty.lateDays ?? (duty.state === 'late' && calendar ? workingDaysLate(calendar, duty.dueAt, asked.now) : 0)
  return (
    <Table
      caption="Các kỳ số liệu nêu trong văn bản"
      rows={duties}
      rowKey={({ id }) => String(id)}
      rowHref={({ agency, subjectKind, subject }) =>
        asked.link(`${agencyPath(agency)}?noi-dung=${subjectKind}:${encodeURIComponent(subject)}`)
      }
      columns={[
        { key: 'subject', title: 'Nội dung', cell: ({ subjectName }) => subjectName },
        { key: 'period', title: 'Kỳ', phone: true, cell: ({ period }) => showPeriod(period) },
        { key: 'due', title: 'Hạn', kind: 'nowrap', cell: ({ dueAt }) => <Time at={dueAt} exact /> },
        {
          key: 'state',
          title: 'Tình trạng',
          phone: true,
          cell: ({ state, isExcused }) =>
            isExcused ? (
              <Tag tone="done">Được chấp nhận</Tag>
            ) : (
              <Tag tone={dutyWords[state].tone}>{dutyWords[state].word}</Tag>
            ),
        },
        { key: 'arrived', title: 'Nhận lúc', cell: ({ arrivedAt }) => arrivedAt && <Time at={arrivedAt} exact /> },
        {
          key: 'late',
          title: 'Chậm',
          unit: 'ngày làm việc',
          kind: 'number',
          phone: true,
          cell: (duty) => String(late(duty)),
        },
      ]}
    />
  )
}

const stepWords = (step: StepRow, partly: boolean): string => {
  if (step.fromState === null) return step.toState === 'asked' ? 'Dự thảo và đề nghị giải trình' : 'Dự thảo'
  if (step.fromState === 'explained' && step.toState === 'to-sign')
    return partly ? 'Chấp nhận một phần giải trình; chuyển người ký' : 'Không chấp nhận giải trình; chuyển người ký'
  if (step.toState === 'explained') return 'Giải trình'
  if (step.toState === 'to-sign') return 'Chuyển người ký'
  return letterWords[step.toState].word
}

interface StepsProps {
  steps: readonly StepRow[]
  /** Names of the accounts that acted. */
  names: ReadonlyMap<string, string>
  /** The explanation was accepted for some periods only. */
  partly: boolean
}

export function LetterSteps({ steps, names, partly }: StepsProps) {
  return (
    <Section title="Diễn biến">
      <Timeline
        entries={steps.toReversed().map((step) => ({
          at: step.at,
          who: step.by === 'system' ? 'Hệ thống' : (names.get(step.by) ?? step.by),
          what: stepWords(step, partly),
          comment: step.note ?? undefined,
          tone: step.toState === 'issued' ? 'danger' : step.toState === 'excused' ? 'done' : undefined,
        }))}
      />
    </Section>
  )
}
