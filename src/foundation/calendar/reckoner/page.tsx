import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { file, page, type Reply, type Route, route } from '#platform/http'
import { Button, ErrorSummary, errorOf, Form, type FormError, Notice, Section, Select, Table, TextInput } from '#ui'
import { formatDate, nameOfWeekday } from '../rules/dates.ts'
import type { Clock } from '../rules/explanation.ts'
import { localDate, localDateTime } from '../rules/local-time.ts'
import { periodFamilies } from '../rules/periods.ts'
import { type CalendarSummary, findCalendar, listCalendars } from '../store.ts'
import { reportingFeed, workingCalendarFeed } from './feeds.ts'
import { periodsOn } from './periods-on.ts'
import { ClockQuestion, Day, reckonClock, unitOptions } from './question.ts'

export const reckonerPath = '/tinh-thoi-han'
const text = z.string().max(60).optional()
const Query = z.object({
  lich: text,
  ngay: text,
  gio: text,
  so: text,
  'don-vi': text,
  'dung-ngay': text,
  'dung-gio': text,
  'tiep-ngay': text,
  'tiep-gio': text,
  'gia-han': text,
})
type Query = z.infer<typeof Query>

// The field of the form for each place of the question.
const fieldOf: readonly (readonly [place: RegExp, field: string])[] = [
  [/^startedAt/, 'ngay'],
  [/^budget\.unit/, 'don-vi'],
  [/^budget/, 'so'],
  [/^pauses\.\d+\.from/, 'dung-ngay'],
  [/^pauses/, 'tiep-ngay'],
  [/^extensions/, 'gia-han'],
]

/** "30/11/2026" and "2026-11-30" alike. */
function isoDay(typed: string | undefined): string {
  const parts = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/.exec(typed ?? '')
  if (!parts) return (typed ?? '').trim()
  const [, day = '', month = '', year = ''] = parts
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

const momentOf = (day: string | undefined, time: string | undefined) =>
  `${isoDay(day)}T${
    (time ?? '')
      .trim()
      .replace(/^(\d)([:h.])/, '0$1$2')
      .replace(/[h.]/, ':') || '00:00'
  }`
const numberOf = (typed: string | undefined) => (typed?.trim() ? Number(typed.trim().replace(',', '.')) : Number.NaN)

function questionOf(query: Query) {
  const hasPause = Boolean(query['dung-ngay']?.trim())
  const hasEnd = Boolean(query['tiep-ngay']?.trim())
  return ClockQuestion.safeParse({
    startedAt: momentOf(query.ngay, query.gio),
    budget: { amount: numberOf(query.so), unit: query['don-vi'] },
    pauses: hasPause
      ? [
          {
            from: momentOf(query['dung-ngay'], query['dung-gio']),
            to: hasEnd ? momentOf(query['tiep-ngay'], query['tiep-gio']) : undefined,
          },
        ]
      : [],
    extensions: query['gia-han']?.trim()
      ? [{ at: momentOf(query.ngay, query.gio), amount: numberOf(query['gia-han']), ground: 'Theo văn bản gia hạn' }]
      : [],
  })
}

const words: Record<string, string> = {
  ngay: 'Nhập ngày dạng 30/11/2026 và giờ dạng 08:00.',
  so: 'Nhập số lớn hơn 0; chỉ thời hạn tính bằng giờ được lẻ.',
  'don-vi': 'Chọn đơn vị của thời hạn.',
  'dung-ngay': 'Nhập ngày tạm dừng dạng 30/11/2026 và giờ dạng 08:00.',
  'tiep-ngay': 'Nhập thời điểm tiếp tục sau thời điểm tạm dừng.',
  'gia-han': 'Nhập số lớn hơn 0, cùng đơn vị với thời hạn.',
}

function errorsOf(places: readonly string[]): FormError[] {
  const fields = new Set(places.map((place) => fieldOf.find(([shape]) => shape.test(place))?.[1] ?? 'so'))
  return [...fields].map((field) => ({ field, message: words[field] ?? 'Nhập lại.' }))
}

interface Answered {
  clock?: Clock
  errors: FormError[]
}

async function answerOf(ctx: Context, code: string, query: Query): Promise<Answered> {
  const question = questionOf(query)
  if (!question.success) return { errors: errorsOf(question.error.issues.map(({ path }) => path.join('.'))) }
  try {
    return { clock: await reckonClock(ctx, code, question.data), errors: [] }
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 422) throw error
    return { errors: errorsOf(error.fields.map(({ path }) => path)) }
  }
}

async function show(ctx: Context, query: Query): Promise<Reply> {
  const calendars = await listCalendars(ctx.sql)
  const chosen = calendars.find(({ code }) => code === query.lich) ?? calendars[0]
  const zone = (chosen && (await findCalendar(ctx.sql, chosen.code))?.timeZone) ?? 'Asia/Ho_Chi_Minh'
  const today = localDate(ctx.now, zone)
  const isAsked = query.ngay !== undefined
  const typed: Query = isAsked
    ? query
    : {
        ...query,
        ngay: formatDate(today),
        gio: localDateTime(ctx.now, zone).slice(11),
        so: '5',
        'don-vi': 'working-day',
      }
  const { clock, errors } =
    isAsked && chosen ? await answerOf(ctx, chosen.code, query) : { clock: undefined, errors: [] }
  const day = Day.safeParse(isoDay(typed.ngay))
  return page({
    title: 'Tính thời hạn',
    status: errors.length > 0 ? 422 : 200,
    lead: 'Thời hạn theo lịch làm việc, giải thích từng bước; cùng cách tính với mọi hồ sơ, nhiệm vụ của hệ thống.',
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} />
        <Question typed={typed} calendars={calendars} chosen={chosen?.code} errors={errors} />
        {clock && <Answer clock={clock} zone={zone} />}
        {day.success && <Periods day={day.data} />}
        <Feeds calendars={calendars} />
      </div>
    ),
  })
}

interface QuestionProps {
  typed: Query
  calendars: readonly CalendarSummary[]
  chosen: string | undefined
  errors: readonly FormError[]
}

function Question({ typed, calendars, chosen, errors }: QuestionProps) {
  const input = (name: keyof Query, label: string, more: Record<string, unknown> = {}) => (
    <TextInput name={name} label={label} value={typed[name]} error={errorOf(errors, name)} width="10" {...more} />
  )
  return (
    <Form action={reckonerPath} method="get" class="stack">
      <Select
        name="lich"
        label="Lịch làm việc"
        value={chosen}
        options={calendars.map(({ code, name }) => ({ value: code, label: name }))}
      />
      <div class="row">
        {input('ngay', 'Ngày bắt đầu')}
        {input('gio', 'Giờ')}
      </div>
      <div class="row">
        {input('so', 'Thời hạn', { inputMode: 'decimal' })}
        <Select
          name="don-vi"
          label="Đơn vị"
          value={typed['don-vi']}
          error={errorOf(errors, 'don-vi')}
          options={unitOptions}
        />
        {input('gia-han', 'Gia hạn thêm', { optional: true, inputMode: 'decimal' })}
      </div>
      <div class="row">
        {input('dung-ngay', 'Tạm dừng từ ngày', { optional: true })}
        {input('dung-gio', 'Giờ tạm dừng', { optional: true })}
        {input('tiep-ngay', 'Tiếp tục từ ngày', { optional: true })}
        {input('tiep-gio', 'Giờ tiếp tục', { optional: true })}
      </div>
      <div class="row">
        <Button kind="primary">Tính thời hạn</Button>
      </div>
    </Form>
  )
}

function Answer({ clock, zone }: { clock: Clock; zone: string }) {
  const due = clock.dueAt && localDateTime(clock.dueAt, zone)
  return (
    <Section title="Kết quả">
      <div class="stack">
        <Notice
          tone="info"
          role="status"
          title={due ? `Đến hạn ${due.slice(11)} ${sayDay(due.slice(0, 10))}` : 'Chưa có hạn vì đang tạm dừng'}
        />
        <ol class="stack-small">
          {clock.explanation.map(({ text }) => (
            <li key={text}>{text}</li>
          ))}
        </ol>
      </div>
    </Section>
  )
}

const sayDay = (date: string) => `${nameOfWeekday(date)} ${formatDate(date)}`

function Periods({ day }: { day: string }) {
  return (
    <Section title={`Kỳ báo cáo có ngày ${formatDate(day)}`}>
      <Table
        caption="Các kỳ báo cáo"
        hideCaption
        rows={periodsOn(day)}
        rowKey={({ code }) => code}
        columns={[
          { key: 'label', title: 'Kỳ', phone: true, cell: ({ label }) => label },
          { key: 'family', title: 'Cách chia kỳ', cell: ({ family }) => family },
          { key: 'from', title: 'Từ ngày', kind: 'nowrap', cell: ({ from }) => formatDate(from) },
          { key: 'to', title: 'Đến ngày', kind: 'nowrap', phone: true, cell: ({ to }) => formatDate(to) },
        ]}
      />
    </Section>
  )
}

function Feeds({ calendars }: { calendars: readonly CalendarSummary[] }) {
  return (
    <Section title="Đưa vào lịch của ông/bà">
      <div class="stack-small">
        <p>Thêm các địa chỉ này vào ứng dụng lịch để thấy ngày nghỉ, ngày làm bù và ngày cuối của kỳ báo cáo.</p>
        <ul class="stack-small">
          {calendars.map(({ code, name }) => (
            <li key={code}>
              <a href={`/ical/lich-lam-viec/${code}.ics`}>{name}</a>
            </li>
          ))}
          {periodFamilies.map(({ code, name }) => (
            <li key={code}>
              <a href={`/ical/ky-bao-cao/${code.toLowerCase()}.ics`}>Ngày cuối kỳ: {name}</a>
            </li>
          ))}
        </ul>
      </div>
    </Section>
  )
}

const feedType = 'text/calendar; charset=utf-8'
const FileName = z.strictObject({
  name: z
    .string()
    .max(80)
    .regex(/\.ics$/)
    .transform((name) => name.slice(0, -4)),
})

export const reckonerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: reckonerPath,
    access: 'signed-in',
    query: Query,
    handle: (ctx, { query }) => show(ctx, query),
  }),
  route({
    method: 'GET',
    path: '/ical/lich-lam-viec/:name',
    access: 'public',
    params: FileName,
    handle: async (ctx, { params }) =>
      file(`lich-lam-viec-${params.name}.ics`, feedType, await workingCalendarFeed(ctx, params.name), true),
  }),
  route({
    method: 'GET',
    path: '/ical/ky-bao-cao/:name',
    access: 'public',
    params: FileName,
    async handle(ctx, { params }) {
      const [first] = await listCalendars(ctx.sql)
      const zone = (first && (await findCalendar(ctx.sql, first.code))?.timeZone) ?? 'Asia/Ho_Chi_Minh'
      return file(`ky-bao-cao-${params.name}.ics`, feedType, reportingFeed(ctx, params.name, zone), true)
    },
  }),
]
