import { DescriptionList, Notice, RiskMark, Section, SeverityMark, Table, Tag } from '#ui'
import { channels, kinds } from '../model.ts'
import type { Difference } from '../playbooks/difference.ts'
import { type PlaybookBody, type PlaybookLevel, sayPlaybookLevel, sayWhen } from '../playbooks/model.ts'

/** A flood alarm is neither a risk level nor a severity: it is said in plain words. */
export function PlaybookLevelMark({ level }: { level: PlaybookLevel | undefined }) {
  if (level?.scale === 'risk') return <RiskMark level={level.value} />
  if (level?.scale === 'severity') return <SeverityMark severity={level.value} />
  return <>{sayPlaybookLevel(level)}</>
}

/** Everything a playbook says. */
export function PlaybookView({ body, nameOf }: { body: PlaybookBody; nameOf: (code: string) => string }) {
  const titleOf = (key: string) => body.steps.find((step) => step.key === key)?.title ?? key
  return (
    <div class="stack-large">
      {body.unverified && (
        <Notice tone="warning" title="Chưa đối chiếu văn bản gốc">
          {`Kịch bản ghi theo: ${body.source} Cần người có thẩm quyền đối chiếu trước khi dùng chính thức.`}
        </Notice>
      )}
      <DescriptionList
        items={[
          { term: 'Loại', value: kinds[body.kind].name },
          { term: 'Cấp', value: <PlaybookLevelMark level={body.level} /> },
          { term: 'Mục đích', value: body.purpose },
          { term: 'Căn cứ', value: body.source },
          {
            term: 'Đầu mối',
            value: body.contacts.map(({ name, reach }) => `${name}: ${reach}`).join('; '),
          },
        ]}
      />
      <Section title="Các bước">
        <Table
          caption="Các bước"
          hideCaption
          rows={body.steps.map((step, index) => ({ ...step, number: index + 1 }))}
          rowKey={(step) => step.key}
          columns={[
            { key: 'title', title: 'Bước', cell: (step) => `${step.number}. ${step.title}` },
            {
              key: 'who',
              title: 'Ai làm',
              phone: true,
              cell: ({ who }) => (
                <>
                  {nameOf(who.organisation)}
                  {who.role && <span class="muted">, {who.role}</span>}
                </>
              ),
            },
            { key: 'when', title: 'Khi nào', phone: true, cell: (step) => sayWhen(step.when, titleOf) },
            { key: 'what', title: 'Làm gì', phone: true, cell: (step) => step.what },
            { key: 'evidence', title: 'Minh chứng', cell: (step) => step.evidence ?? 'không bắt buộc' },
            {
              key: 'messages',
              title: 'Bản tin',
              cell: (step) =>
                step.messages.length === 0 ? 'không' : step.messages.map(({ title }) => title).join('; '),
            },
          ]}
        />
      </Section>
      <Messages body={body} />
    </div>
  )
}

function Messages({ body }: { body: PlaybookBody }) {
  const messages = body.steps.flatMap((step) => step.messages.map((message) => ({ step: step.title, ...message })))
  if (messages.length === 0) return null
  return (
    <Section title="Lời bản tin mẫu">
      <ul class="plain-list stack">
        {messages.map(({ step, title, text, channels: ways }) => (
          <li key={step + title} class="panel stack-small">
            <strong>{title}</strong>
            <p>{text}</p>
            <p class="muted small">
              Bước “{step}” · {ways.map((one) => channels[one]).join(', ')}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  )
}

const howWords = { added: 'Thêm', removed: 'Bỏ', changed: 'Sửa', moved: 'Đổi thứ tự' } as const
const howTones = { added: 'done', removed: 'danger', changed: 'warning', moved: 'info' } as const

export function Differences({
  differences,
  from,
  to,
}: {
  differences: readonly Difference[]
  from: number
  to: number
}) {
  return (
    <Section title={`Khác nhau giữa bản ${from} và bản ${to}`} id="so-sanh">
      <Table
        caption="Khác nhau"
        hideCaption
        rows={differences.map((one, index) => ({ ...one, index }))}
        rowKey={(one) => String(one.index)}
        empty={{ title: 'Hai bản giống nhau', words: 'Không có bước hay mục nào khác.' }}
        columns={[
          { key: 'where', title: 'Ở đâu', cell: (one) => one.where },
          {
            key: 'how',
            title: 'Thay đổi',
            phone: true,
            cell: (one) => <Tag tone={howTones[one.how]}>{howWords[one.how]}</Tag>,
          },
          { key: 'before', title: `Bản ${from}`, phone: true, cell: (one) => <Lines text={one.before} gone /> },
          { key: 'after', title: `Bản ${to}`, phone: true, cell: (one) => <Lines text={one.after} /> },
        ]}
      />
    </Section>
  )
}

function Lines({ text, gone }: { text: string | undefined; gone?: boolean }) {
  if (text === undefined) return <span class="muted">không có</span>
  const lines = text.split('\n').map((line) => <div key={line}>{line}</div>)
  return gone ? <del>{lines}</del> : <div>{lines}</div>
}
