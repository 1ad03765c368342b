import type { ComponentChildren } from 'preact'
import { type CompiledCalendar, periodDueAt, workingDaysLate } from '#calendar'
import { directiveFormPath } from '#directives'
import { entryPath } from '#indicators'
import type { Context } from '#platform/context'
import {
  Button,
  type Column,
  EmptyState,
  formatDateTime,
  formatNumber,
  Section,
  Table,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { cadenceWords, pullsPath, sourcePath, uploadPath } from '#warehouse'
import { firstPeriodOwed, kindOfCadence } from '../keeping/schedule.ts'
import { dutyCode, type Settings, standingOf } from '../model.ts'
import type { StandingRow } from '../reading/standings.ts'
import type { LetterRow } from '../reminders/store.ts'
import type { Duty } from '../store.ts'
import type { Asked } from './asked.tsx'
import { LadderStep } from './ladder.tsx'
import type { Directory } from './parts.tsx'
import {
  agencyPath,
  dutyWords,
  kindWords,
  ladderPath,
  lateWords,
  letterPath,
  lettersPath,
  letterWords,
  showPeriod,
  standingWords,
  subjectWords,
} from './words.ts'

interface ToDoProps {
  duties: readonly Duty[]
  calendar: CompiledCalendar | undefined
  ctx: Context
  asked: Asked
  directory: Directory
  agency: string
}

/** Periods of one subject that are missing: one step mends them all. */
interface Task {
  key: string
  first: Duty
  count: number
  late: number
}

function tasksOf(duties: readonly Duty[]): Task[] {
  const tasks = new Map<string, Task>()
  for (const duty of duties) {
    // A typed figure is typed period by period; a source's delivery closes all that waited for it.
    const key = duty.subjectKind === 'source' ? `${duty.subject} ${duty.organisation}` : String(duty.id)
    const known = tasks.get(key)
    const task = known ?? { key, first: duty, count: 0, late: 0 }
    if (!known) tasks.set(key, task)
    task.count += 1
    if (duty.state === 'late') task.late += 1
  }
  return [...tasks.values()]
}

/** What must be done next, the most urgent first, each with the page where it is done. */
export function ToDo({ duties, calendar, ctx, asked, directory, agency }: ToDoProps) {
  const columns: Column<Task>[] = [
    { key: 'subject', title: 'Nội dung', cell: ({ first }) => first.subjectName },
    {
      key: 'period',
      title: 'Kỳ còn thiếu',
      phone: true,
      cell: ({ first, count }) =>
        count === 1 ? showPeriod(first.period) : `${formatNumber(count)} kỳ, từ ${showPeriod(first.period)}`,
    },
    { key: 'due', title: 'Hạn', kind: 'nowrap', phone: true, cell: ({ first }) => <Time at={first.dueAt} exact /> },
    {
      key: 'state',
      title: 'Tình trạng',
      phone: true,
      cell: ({ first }) => (
        <>
          <Tag tone={dutyWords[first.state].tone}>
            {first.state === 'late' ? upper(lateWords(calendar, first.dueAt, asked.now)) : dutyWords[first.state].word}
          </Tag>
          {first.excusedAt && <span class="small muted"> đã giải trình</span>}
        </>
      ),
    },
    ...(duties.some(({ organisation }) => organisation !== agency)
      ? [unitColumn(directory, ({ first }: Task) => first.organisation)]
      : []),
    // Nothing is done in the past.
    ...(asked.at
      ? []
      : [
          {
            key: 'do',
            title: 'Việc làm',
            phone: true,
            cell: ({ first }: Task) => <Steps duty={first} ctx={ctx} agency={agency} />,
          },
        ]),
  ]
  return (
    <Section title={asked.at ? 'Số liệu khi đó còn thiếu' : 'Việc cần làm tiếp'}>
      {duties.length === 0 ? (
        <EmptyState title={asked.at ? 'Không thiếu số liệu nào' : 'Không có việc nào'}>
          {asked.at
            ? 'Mọi số liệu đến hạn hoặc sắp đến hạn khi đó đã có.'
            : 'Mọi số liệu đã có; kỳ tới hiện ở đây khi sắp đến hạn.'}
        </EmptyState>
      ) : (
        <Table
          caption="Số liệu còn thiếu, việc gấp trước"
          hideCaption
          rows={tasksOf(duties)}
          rowKey={({ key }) => key}
          columns={columns}
        />
      )}
    </Section>
  )
}

const upper = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}`

function Steps({ duty, ctx, agency }: { duty: Duty; ctx: Context; agency: string }) {
  const steps: ComponentChildren[] = []
  if (duty.subjectKind === 'indicator') {
    if (ctx.can('entry:write', duty.organisation))
      steps.push(
        <Button
          key="type"
          href={withQuery(entryPath, { 'don-vi': duty.organisation, ky: duty.period })}
          small
          kind="primary"
        >
          Nhập số liệu
        </Button>,
      )
  } else {
    if (ctx.can('record:import', duty.organisation))
      steps.push(
        <Button key="upload" href={uploadPath(duty.subject)} small kind="primary">
          Tải tệp lên
        </Button>,
      )
    if (ctx.can('source:manage', duty.organisation))
      steps.push(
        <a key="pull" href={pullsPath(duty.subject)}>
          Lịch lấy dữ liệu
        </a>,
      )
    if (ctx.can('source:read'))
      steps.push(
        <a key="source" href={sourcePath(duty.subject)}>
          Xem nguồn
        </a>,
      )
  }
  if (duty.state === 'late' && ctx.can('directive:give'))
    steps.push(
      <a
        key="give"
        href={directiveFormPath({
          kind: 'duty',
          code: dutyCode(duty),
          title: `Cập nhật ${duty.subjectName}, ${showPeriod(duty.period)}`,
          url: agencyPath(agency),
          organisation: duty.agency,
        })}
      >
        Giao nhiệm vụ
      </a>,
    )
  return <span class="row">{steps.length > 0 ? steps : <span class="muted">cơ quan cung cấp thực hiện</span>}</span>
}

/** Which unit of the agency delivers; left out where it is the agency itself. */
const unitColumn = <Row,>(directory: Directory, of: (row: Row) => string): Column<Row> => ({
  key: 'unit',
  title: 'Đơn vị cung cấp',
  cell: (row) => directory.nameOf(of(row)),
})

/** Of the row that is open; where none is, of the period that comes. */
function nextDue(row: StandingRow, calendar: CompiledCalendar | undefined, { asOf }: Asked) {
  if (row.nextDueAt) return formatDateTime(row.nextDueAt)
  const kind = kindOfCadence(row.cadence)
  const period = asOf && kind && calendar ? firstPeriodOwed(calendar, kind, asOf) : row.nextPeriod
  if (!calendar || !period) return undefined
  const { dueWorkingDays: workingDays, dueTime: time } = row.cadence
  return formatDateTime(periodDueAt(calendar, period, { workingDays, time }))
}

interface LadderProps {
  settings: Settings
  year: number
  count: number
  letters: readonly LetterRow[]
  asked: Asked
}

export function AgencyLadder({ settings, year, count, letters, asked }: LadderProps) {
  return (
    <Section
      title={`Nhắc nhở trong năm ${year}`}
      aside={<a href={asked.link(withQuery(ladderPath, { nam: String(year) }))}>So với các cơ quan khác</a>}
    >
      <div class="stack-small">
        <p>
          <strong class="number">{formatNumber(count)} lần</strong> <LadderStep settings={settings} count={count} />
        </p>
        <Table
          caption="Văn bản gần đây"
          hideCaption
          rows={letters}
          rowKey={({ code }) => code}
          rowHref={({ code }) => asked.link(letterPath(code))}
          columns={[
            {
              key: 'code',
              title: 'Văn bản',
              cell: ({ kind, numberText, code }) => `${kindWords[kind]} ${numberText ?? code}`,
            },
            {
              key: 'state',
              title: 'Tình trạng',
              phone: true,
              cell: ({ state }) => <Tag tone={letterWords[state].tone}>{letterWords[state].word}</Tag>,
            },
            { key: 'at', title: 'Dự thảo lúc', phone: true, cell: ({ draftedAt }) => <Time at={draftedAt} exact /> },
            {
              key: 'by',
              title: 'Hạn giải trình',
              cell: ({ state, explainBy }) => state === 'asked' && explainBy && <Time at={explainBy} exact />,
            },
          ]}
          empty={{ title: 'Chưa có văn bản nào', words: 'Văn bản được dự thảo khi số liệu chậm quá số ngày quy định.' }}
        />
        {letters.length > 0 && (
          <p>
            <a href={asked.link(withQuery(lettersPath, { 'co-quan': letters[0]?.agency }))}>
              Mọi văn bản gửi cơ quan này
            </a>
          </p>
        )}
      </div>
    </Section>
  )
}

interface OwedProps {
  rows: readonly StandingRow[]
  agency: string
  directory: Directory
  calendar: CompiledCalendar | undefined
  asked: Asked
}

/** Everything the agency owes, as it stands. */
export function Owed({ rows, agency, directory, calendar, asked }: OwedProps) {
  const columns: Column<StandingRow>[] = [
    { key: 'subject', title: 'Nội dung', cell: ({ subjectName }) => subjectName },
    { key: 'kind', title: 'Loại', cell: ({ subjectKind }) => subjectWords[subjectKind] },
    { key: 'cadence', title: 'Kỳ hạn', cell: ({ cadence }) => cadenceWords(cadence) },
    {
      key: 'state',
      title: 'Tình trạng',
      phone: true,
      cell: (row) => {
        const standing = standingOf(row)
        const days = calendar && row.firstLateAt ? workingDaysLate(calendar, row.firstLateAt, asked.now) : 0
        const { tone, word } = standingWords[standing]
        return <Tag tone={tone}>{standing === 'late' && days > 0 ? `Chậm ${formatNumber(days)} ngày` : word}</Tag>
      },
    },
    { key: 'late', title: 'Kỳ còn thiếu', kind: 'number', phone: true, cell: ({ late }) => formatNumber(late) },
    {
      key: 'last',
      title: 'Nhận lần cuối',
      cell: ({ lastArrivalAt }) => lastArrivalAt && <Time at={lastArrivalAt} exact={asked.at !== undefined} />,
    },
    { key: 'next', title: 'Hạn sắp tới', phone: true, cell: (row) => nextDue(row, calendar, asked) },
    ...(rows.some(({ organisation }) => organisation !== agency)
      ? [unitColumn(directory, ({ organisation }: StandingRow) => organisation)]
      : []),
  ]
  return (
    <Section title="Số liệu phải cung cấp">
      <Table
        caption="Số liệu phải cung cấp"
        hideCaption
        rows={rows}
        rowKey={({ id }) => String(id)}
        rowHref={({ subjectKind, subject }) =>
          `${asked.link(withQuery(agencyPath(agency), { 'noi-dung': `${subjectKind}:${subject}` }))}#lich-su`
        }
        columns={columns}
      />
    </Section>
  )
}
