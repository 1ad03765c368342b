import { z } from 'zod'
import { type AsOf, readAsOf } from '#organisations'
import type { ClockBook } from '#platform/capability'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  DateInput,
  DecisionBar,
  EmptyState,
  ErrorSummary,
  Form,
  type FormError,
  formatDate,
  readDateInput,
  Section,
  Select,
  TextInput,
  withQuery,
} from '#ui'
import { changeCalendarDays, confirmCalendarYear, proposeCalendarYear } from '../actions.ts'
import { findCalendarAt } from '../former.ts'
import { type CalendarDay, dayKindNames, WorkingCalendar } from '../model.ts'
import { type Forecast, forecast, foreseeRows } from '../recount/forecast.ts'
import { findCalendar, findHead, listDaysOfYear, listYears } from '../store.ts'
import { type Effects, previewChange } from './effects.ts'
import { Preview } from './effects-parts.tsx'
import { Months } from './months.tsx'
import { type MovedNames, movedFile, namesOf } from './moved-parts.tsx'
import { AsOfQuery, calendarListPath, stateWords, whatOfPages, yearPath } from './words.ts'
import { Confirm, Days, Propose } from './year-parts.tsx'

const Params = z.strictObject({ code: z.string().max(63), year: z.coerce.number().int().min(1990).max(2099) })
type Params = z.infer<typeof Params>
const Body = z.record(z.string().max(40), z.union([z.string().max(300), z.array(z.string())]))
type Typed = Record<string, string>

const path = `${calendarListPath}/:code/:year`

interface Showing {
  typed: Typed
  errors: FormError[]
  effects?: Effects
  foreseen?: Forecast | undefined
  names?: MovedNames
}

const tableFormats = ['csv', 'xlsx'] as const

export const calendarYearRoutes = (books: () => readonly ClockBook[]): readonly Route[] => [
  route({
    method: 'GET',
    path,
    access: 'calendar:edit',
    params: Params,
    query: AsOfQuery,
    async handle(ctx, { params, query }) {
      const at = await readAsOf(ctx, query.tai)
      return at ? showThen(ctx, params, at) : show(ctx, params, { typed: {}, errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: `${path}/de-xuat`,
    access: 'calendar:edit',
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const form = flat(body)
      await proposeCalendarYear(ctx, params.code, params.year, {
        daysBeforeTet: form['truoc-tet'] === '2' ? 2 : 1,
        secondNationalDay: form['quoc-khanh'] === 'before' ? 'before' : 'after',
      })
      return redirect(yearPath(params.code, params.year))
    },
  }),
  route({
    method: 'POST',
    path: `${path}/xac-nhan`,
    access: 'calendar:edit',
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const form = flat(body)
      const citation = form['thong-bao'] ?? ''
      if (citation.length < 5) {
        const message = 'Nêu số, ngày của thông báo nghỉ lễ, Tết, ví dụ 6150/TB-BLĐTBXH ngày 03/12/2026.'
        return show(ctx, params, { typed: form, errors: [{ field: 'thong-bao', message }] })
      }
      const errors = await attempt(() => confirmCalendarYear(ctx, params.code, params.year, citation))
      if (errors.length > 0) return show(ctx, params, { typed: form, errors })
      return redirect(yearPath(params.code, params.year))
    },
  }),
  route({
    method: 'POST',
    path: `${path}/ngay`,
    access: 'calendar:edit',
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const form = flat(body)
      const { change, errors } = readChange(form)
      if (!change) return show(ctx, params, { typed: form, errors })
      const calendar = await getWorkingCalendar(ctx, params.code)
      // Whose clocks would move is for who may move them.
      ctx.require('calendar:edit', (await findHead(ctx.sql, params.code))?.owner)
      const effects = previewChange(calendar, change)
      const names = await namesOf(ctx, books())
      const format = tableFormats.find((one) => one === form.viec)
      if (format && effects.compiled) {
        const rows = foreseeRows(ctx, books(), effects.compiled)
        return movedFile(format, { name: `thoi-han-se-doi-${params.code}`, rows, names })
      }
      if (form.viec !== 'luu' || effects.faults.length > 0) {
        const faults = effects.faults.map((message) => ({ field: 'ngay', message }))
        const foreseen = effects.compiled && (await forecast(ctx, books(), effects.compiled))
        return show(ctx, params, { typed: form, errors: faults, effects, foreseen, names })
      }
      const failed = await attempt(() =>
        changeCalendarDays(ctx, params.code, { ...change, citation: form['can-cu'] ?? '' }),
      )
      if (failed.length > 0) return show(ctx, params, { typed: form, errors: failed })
      return redirect(yearPath(params.code, params.year))
    },
  }),
]

const flat = (body: Record<string, string | string[]>): Typed =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, (Array.isArray(value) ? (value[0] ?? '') : value).trim()]),
  )

async function attempt(work: () => Promise<void>): Promise<FormError[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 403) throw error
    return [{ field: 'ngay', message: error.message }]
  }
}

interface Change {
  set: CalendarDay[]
  remove: string[]
}

function readChange(form: Typed): { change: Change | undefined; errors: FormError[] } {
  const errors: FormError[] = []
  const date = readDateInput(form, 'ngay')
  if (date === undefined || date === 'invalid')
    errors.push({ field: 'ngay', message: 'Ngày phải có đủ ngày, tháng, năm, ví dụ 25/11/2026.' })
  const citation = form['can-cu'] ?? ''
  if (citation.length < 5) errors.push({ field: 'can-cu', message: 'Nêu văn bản làm căn cứ: số, ký hiệu, ngày.' })
  const kind = (['holiday', 'swapped-off', 'closure'] as const).find((one) => one === form.loai)
  const made = readDateInput(form, 'lam-bu')
  if (kind === 'swapped-off' && (made === undefined || made === 'invalid'))
    errors.push({ field: 'lam-bu', message: 'Nghỉ hoán đổi phải có ngày làm bù đủ ngày, tháng, năm.' })
  const name = form.ten ?? ''
  if (kind && name.length < 2) errors.push({ field: 'ten', message: 'Nhập tên ngày, ví dụ “Nghỉ phòng, chống bão”.' })
  if (errors.length > 0 || date === undefined || date === 'invalid') return { change: undefined, errors }
  if (!kind) return { change: { set: [], remove: [date] }, errors }
  const set: CalendarDay[] = [{ date, kind, name, citation }]
  if (kind === 'swapped-off' && made && made !== 'invalid')
    set.push({ date: made, kind: 'make-up', name: `Làm bù cho ngày ${formatDate(date)}`, replaces: date, citation })
  return { change: { set, remove: [] }, errors }
}

async function getWorkingCalendar(ctx: Context, code: string): Promise<WorkingCalendar> {
  const found = await findCalendar(ctx.sql, code)
  if (!found) throw notFound('calendar', code)
  const { revision: _, ...calendar } = found
  return WorkingCalendar.parse(calendar)
}

async function show(ctx: Context, { code, year }: Params, showing: Showing): Promise<Reply> {
  const calendar = await getWorkingCalendar(ctx, code)
  const days = await listDaysOfYear(ctx.sql, code, year)
  const own = (await listYears(ctx.sql, code)).find((one) => one.year === year)
  const { typed, errors } = showing
  return page({
    title: `${calendar.name}: năm ${year}`,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Lịch làm việc', href: calendarListPath }],
    lead: own ? `${stateWords[own.state].label} · ${own.citation}` : 'Chưa lập lịch cho năm này',
    actions: <Neighbours code={code} year={year} />,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title="Chưa lưu được, cần sửa các chỗ sau" />
        {days.length === 0 ? (
          <Propose code={code} year={year} />
        ) : (
          <>
            <Days days={days} />
            <Months calendar={calendar} year={year} />
            <Confirm code={code} year={year} own={own} typed={typed} errors={errors} />
          </>
        )}
        <ChangeDay code={code} year={year} showing={showing} />
        <AsOfQuestion at={undefined} what={whatOfPages} />
      </div>
    ),
  })
}

/** The year as it was known at a moment: only to be read. */
async function showThen(ctx: Context, { code, year }: Params, at: AsOf): Promise<Reply> {
  const then = await findCalendarAt(ctx.sql, code, at.knownAt)
  if (!then) throw notFound('calendar', code)
  const { calendar } = then
  const own = then.years.find((one) => one.year === year)
  return page({
    title: `${calendar.name}: năm ${year}`,
    crumbs: [{ label: 'Lịch làm việc', href: withQuery(calendarListPath, { tai: at.text }) }],
    lead: own ? `${stateWords[own.state].label} · ${own.citation}` : undefined,
    actions: <Neighbours code={code} year={year} at={at} />,
    body: (
      <div class="stack-large">
        <AsOfNotice at={at} what={whatOfPages} />
        {own ? (
          <>
            <Days days={calendar.days.filter(({ date }) => Number(date.slice(0, 4)) === year)} />
            <Months calendar={calendar} year={year} />
          </>
        ) : (
          <EmptyState title="Chưa có lịch năm này của thời điểm đó">
            Khi đó năm này chưa được lập, hoặc bản cũ chưa được giữ. Chọn một thời điểm sau đó, hoặc về hiện nay.
          </EmptyState>
        )}
        <AsOfQuestion at={at} what={whatOfPages} />
      </div>
    ),
  })
}

function Neighbours({ code, year, at }: { code: string; year: number; at?: AsOf }) {
  return (
    <>
      {[year - 1, year + 1].map((one) => (
        <Button key={one} href={withQuery(yearPath(code, one), { tai: at?.text })}>{`Năm ${one}`}</Button>
      ))}
    </>
  )
}

/** The form stands below the whole year: what it answers is met where it was sent from. */
const changeId = 'doi-mot-ngay'

interface ChangeDayProps {
  code: string
  year: number
  showing: Showing
}

function ChangeDay({ code, year, showing }: ChangeDayProps) {
  const { typed, errors, effects, foreseen, names } = showing
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const date = (name: string) => ({
    day: typed[`${name}-day`],
    month: typed[`${name}-month`],
    year: typed[`${name}-year`],
  })
  return (
    <Section title="Đổi một ngày" id={changeId}>
      {effects && foreseen && names && <Preview effects={effects} foreseen={foreseen} names={names} />}
      <Form action={`${yearPath(code, year)}/ngay#${changeId}`} label="Đổi một ngày">
        <DateInput name="ngay" label="Ngày" value={date('ngay')} error={errorOf('ngay')} />
        <Select
          name="loai"
          label="Trở thành"
          value={typed.loai}
          options={[
            { value: 'closure', label: dayKindNames.closure },
            { value: 'holiday', label: dayKindNames.holiday },
            { value: 'swapped-off', label: `${dayKindNames['swapped-off']} (có ngày làm bù)` },
            { value: 'normal', label: 'Ngày thường' },
          ]}
        />
        <TextInput
          name="ten"
          label="Tên ngày"
          optional={typed.loai === 'normal'}
          value={typed.ten}
          error={errorOf('ten')}
          maxLength={200}
        />
        <DateInput
          name="lam-bu"
          label="Làm bù vào ngày"
          optional
          hint="Chỉ khi nghỉ hoán đổi."
          value={date('lam-bu')}
          error={errorOf('lam-bu')}
        />
        <TextInput
          name="can-cu"
          label="Căn cứ"
          hint="Số, ký hiệu, ngày của văn bản."
          value={typed['can-cu']}
          error={errorOf('can-cu')}
          maxLength={300}
        />
        <DecisionBar
          label="Đổi ngày"
          primary={{
            action: (
              <Button kind={effects ? 'plain' : 'primary'} name="viec" value="xem">
                Xem trước ảnh hưởng
              </Button>
            ),
            consequence: 'Chưa đổi gì.',
          }}
          others={
            effects && effects.faults.length === 0
              ? [
                  {
                    action: (
                      <Button kind="primary" name="viec" value="luu">
                        Đổi ngày này
                      </Button>
                    ),
                    consequence: 'Thời hạn đang chạy được tính lại.',
                  },
                  ...(foreseen && foreseen.moved > 0 ? tableFormats.map(downloadOf) : []),
                ]
              : []
          }
        />
      </Form>
    </Section>
  )
}

const downloadOf = (format: (typeof tableFormats)[number]) => ({
  action: (
    <Button name="viec" value={format}>
      {`Tải danh sách sẽ đổi (${format.toUpperCase()})`}
    </Button>
  ),
  consequence: 'Chưa đổi gì.',
})
