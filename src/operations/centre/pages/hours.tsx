// An indicator over observations by the hour: the last days with what is usual for each hour of the week, and the hours outside it.

import { z } from 'zod'
import { localDate, toDate, toDay } from '#calendar'
import {
  type Definition,
  getDefinitionAt,
  type HourlyCourse,
  isHourly,
  listCards,
  listHourlySeries,
  listHours,
} from '#indicators'
import { getHomePack, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  type ActiveFilter,
  DateInput,
  EmptyState,
  FilterBar,
  formatDate,
  formatNumber,
  LineChart,
  LongChart,
  Notice,
  readDateInput,
  Section,
  Select,
  Tabs,
  withQuery,
} from '#ui'
import { kindWords } from './course.tsx'
import { Outside, sayHour } from './hours-outside.tsx'
import { AsOfBar, AsOfForm, linkTo, readView, type View, viewFields } from './view.tsx'
import { capital, sayFigure } from './words.ts'

/** More points than these are drawn in the browser, where they can be zoomed. */
const mostDrawn = 2000
const spans = { '7': '7 ngày', '14': '14 ngày', '30': '30 ngày', '90': '90 ngày' } as const
type Span = keyof typeof spans

const Params = z.object({ code: z.string().max(80) })
const Query = z.object({
  ...viewFields,
  'so-ngay': z
    .enum(Object.keys(spans) as [Span])
    .optional()
    .catch(undefined),
  'den-day': z.string().max(2).optional(),
  'den-month': z.string().max(2).optional(),
  'den-year': z.string().max(4).optional(),
  chuoi: z.string().max(200).optional(),
  file: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

export const hoursPath = (view: View, code: string): string =>
  linkTo(view, `/chi-tieu/${encodeURIComponent(code)}/theo-gio`, { ky: undefined })

export const hoursRoute: Route = route({
  method: 'GET',
  path: '/chi-tieu/:code/theo-gio',
  access: 'indicator:read',
  params: Params,
  query: Query,
  async handle(ctx, { params: { code }, query, request }) {
    const definition = await getDefinitionAt(ctx, code, (await readAsOf(ctx, query.tai))?.knownAt)
    const { body } = definition
    if (!isHourly(body)) throw notFound('indicator', code)
    const home = (await getHomePack(ctx.sql)).card.rootOrganisation
    const own = definition.rootOrganisation === home ? undefined : definition.rootOrganisation
    const view = await readView(ctx, { 'don-vi': query['don-vi'] ?? own, tai: query.tai })
    const days = Number(query['so-ngay'] ?? '14')
    const given = readDateInput(query, 'den')
    const to =
      given === undefined || given === 'invalid'
        ? await lastDay(ctx, view, { code, timeZone: definition.timeZone })
        : given
    const from = toDate(toDay(to) - days + 1)
    const of = { organisation: view.organisation.code, from, to, asOf: view.asOf }
    const series = await listHourlySeries(ctx, definition, of)
    const course = await listHours(ctx, definition, { ...of, series: query.chuoi || undefined })
    if (query.file)
      return tableFile(query.file, {
        name: `${code}-theo-gio-${to}`,
        titles: ['Giờ', body.name, 'Số đo', 'Thường thấy, thấp nhất', 'Thường thấy, cao nhất', 'Ngoài khoảng'],
        rows: course.hours.map((hour, index) => [
          sayHour(hour),
          course.values[index] ?? null,
          course.counts[index] ?? 0,
          course.usual.low[index] ?? null,
          course.usual.high[index] ?? null,
          course.usual.outside.includes(index) ? 'có' : '',
        ]),
      })
    const shown: Shown = {
      body,
      course,
      name: query.chuoi || view.organisation.shortName || view.organisation.name,
      isLong: course.hours.length > mostDrawn,
      dataHref: withQuery(`/api/v1/indicators/${encodeURIComponent(code)}/hours`, {
        organisation: view.organisation.code,
        from,
        to,
        series: query.chuoi || undefined,
        asOf: view.asOf?.toISOString(),
      }),
      fileHref: withQuery(request.url, { file: 'csv' }),
    }
    return page({
      title: `${body.name} theo giờ`,
      crumbs: [
        { label: 'Chỉ tiêu', href: linkTo(view, '/chi-tieu') },
        { label: body.name, href: linkTo(view, `/chi-tieu/${encodeURIComponent(code)}`) },
      ],
      lead: `${view.organisation.name} · từ ${formatDate(from)} đến ${formatDate(to)}`,
      islands: shown.isLong ? ['chart'] : [],
      body: (
        <div class="stack-large">
          <AsOfBar view={view} />
          <Tabs
            label="Loại kỳ"
            items={[
              { label: 'Giờ', href: hoursPath(view, code), current: true },
              ...body.periods.map((kind) => ({
                label: capital(kindWords[kind]),
                href: linkTo(view, `/chi-tieu/${code}`, { ky: undefined, loai: kind }),
              })),
            ]}
          />
          <Filters query={query} days={days} to={to} series={series} isWrong={given === 'invalid'} />
          {course.values.every((value) => value === null) ? (
            <EmptyState title="Không có số đo nào trong những ngày này">
              Chọn ngày cuối khác, hoặc xem theo ngày, tháng.
            </EmptyState>
          ) : (
            <Hours shown={shown} address={request.url} />
          )}
          <AsOfForm view={view} />
        </div>
      ),
    })
  },
})

/** The local day of the last observation that the indicator knows of; today where it knows of none. */
async function lastDay(
  ctx: Context,
  view: View,
  { code, timeZone }: { code: string; timeZone: string },
): Promise<string> {
  const [card] = await listCards(ctx, { organisation: view.organisation.code, indicators: [code], asOf: view.asOf })
  const last = card?.fact?.observedAt ? localDate(card.fact.observedAt, timeZone) : undefined
  return last && last < view.today ? last : view.today
}

interface FiltersProps {
  query: Query
  days: number
  to: string
  series: readonly string[]
  isWrong: boolean
}

function Filters({ query, days, to, series, isWrong }: FiltersProps) {
  const active: ActiveFilter[] = query.chuoi ? [{ name: 'chuoi', label: query.chuoi }] : []
  const [year, month, day] = to.split('-')
  const value = isWrong
    ? { day: query['den-day'], month: query['den-month'], year: query['den-year'] }
    : { day: String(Number(day)), month: String(Number(month)), year }
  return (
    <FilterBar names={['so-ngay', 'den-day', 'den-month', 'den-year', 'chuoi']} active={active} submit="Xem">
      <Select
        name="so-ngay"
        label="Xem"
        value={String(days)}
        options={Object.entries(spans).map(([span, label]) => ({ value: span, label }))}
      />
      <DateInput
        name="den"
        label="Đến ngày"
        value={value}
        error={isWrong ? 'Ngày phải có đủ ngày, tháng, năm, ví dụ 30/06/2026.' : undefined}
      />
      {series.length > 1 && (
        <Select
          name="chuoi"
          label="Trạm, điểm đo"
          empty="Tất cả"
          value={query.chuoi}
          options={series.map((name) => ({ value: name, label: name }))}
        />
      )}
    </FilterBar>
  )
}

interface Shown {
  body: Definition
  course: HourlyCourse
  name: string
  isLong: boolean
  dataHref: string
  fileHref: string
}

function Hours({ shown, address }: { shown: Shown; address: string }) {
  const { course } = shown
  const isDaily =
    new Set(course.hours.filter((_, index) => course.values[index] !== null).map((hour) => hour.slice(11))).size === 1
  const learned = course.usual.low.filter((value) => value !== null).length
  return (
    <>
      {isDaily && <Notice title="Nguồn này gửi mỗi ngày một số đo">Xem theo ngày để thấy diễn biến rõ hơn.</Notice>}
      <Section title="Diễn biến theo giờ">
        <div class="stack">
          <HourChart shown={shown} />
          <p class="small muted">
            {learned === 0
              ? 'Chưa đủ bốn tuần số đo trước đó để nói mức thường thấy của giờ này trong tuần.'
              : 'Khoảng thường thấy của mỗi giờ: trung vị của cùng thứ, cùng giờ trong tám tuần trước, cộng trừ 2,5 lần độ lệch trung vị; không tính chính giờ đó.'}
          </p>
        </div>
      </Section>
      <Outside body={shown.body} course={course} address={address} />
    </>
  )
}

function findingOf({ body, course }: Shown): string {
  const { hours, values, usual } = course
  const last = values.findLastIndex((value) => value !== null)
  const value = values[last]
  const figure = `${body.name} lúc ${sayHour(hours[last] ?? '')} là ${sayFigure(body, value ?? 0)}`
  if (usual.low.every((low) => low === null)) return figure
  const isKnown = (usual.low[last] ?? null) !== null
  const place = !isKnown
    ? ''
    : usual.outside.includes(last)
      ? ', ngoài khoảng thường thấy'
      : ', trong khoảng thường thấy'
  const count = usual.outside.length
  return `${figure}${place}; ${count === 0 ? 'không giờ nào' : `${formatNumber(count)} giờ`} trong ${formatNumber(values.filter((one) => one !== null).length)} giờ có số đo ở ngoài khoảng đó`
}

function HourChart({ shown }: { shown: Shown }) {
  const { body, course, name, isLong } = shown
  const { hours, values, usual } = course
  const words = {
    id: 'theo-gio',
    title: findingOf(shown),
    measure: `${body.unit}, mỗi giờ; chỗ đứt là giờ chưa có số đo`,
    source: body.source,
  }
  if (isLong)
    return (
      <LongChart {...words} dataHref={shown.dataHref} downloadHref={shown.fileHref} table={dayTable(shown)}>
        <p class="muted small">{`Đang tải ${formatNumber(hours.length)} giờ đo; bảng số liệu theo ngày ở dưới.`}</p>
      </LongChart>
    )
  return (
    <LineChart
      {...words}
      unit={body.unit}
      decimals={body.decimals}
      periods={hours.map((hour) => `${hour.slice(11)}:00 ${hour.slice(8, 10)}/${hour.slice(5, 7)}`)}
      series={[{ name, values }]}
      bands={[{ label: 'Khoảng thường thấy của cùng thứ, cùng giờ', low: usual.low, high: usual.high }]}
      anomalies={usual.outside.map((period) => ({
        period,
        series: 0,
        words: `${sayHour(hours[period] ?? '')}: ngoài khoảng thường thấy`,
      }))}
    />
  )
}

interface Day {
  day: string
  values: number[]
  outside: number
}

/** Days of the course: what stands behind a chart of more hours than a table should hold. */
function dayTable({ body, course }: Shown) {
  const days = new Map<string, Day>()
  for (const [index, hour] of course.hours.entries()) {
    const day = days.get(hour.slice(0, 10)) ?? { day: hour.slice(0, 10), values: [], outside: 0 }
    const value = course.values[index]
    if (value !== null && value !== undefined) day.values.push(value)
    if (course.usual.outside.includes(index)) day.outside += 1
    days.set(day.day, day)
  }
  const figure = (value: number | undefined) => (value === undefined ? undefined : formatNumber(value, body.decimals))
  const least = ({ values }: Day) => (values.length > 0 ? Math.min(...values) : undefined)
  const most = ({ values }: Day) => (values.length > 0 ? Math.max(...values) : undefined)
  return {
    rows: [...days.values()],
    rowKey: ({ day }: Day) => day,
    columns: [
      { key: 'day', title: 'Ngày', cell: ({ day }: Day) => formatDate(day) },
      {
        key: 'hours',
        title: 'Giờ có số',
        kind: 'number' as const,
        cell: ({ values }: Day) => formatNumber(values.length),
      },
      {
        key: 'least',
        title: 'Thấp nhất',
        unit: body.unit,
        kind: 'number' as const,
        cell: (day: Day) => figure(least(day)),
      },
      {
        key: 'most',
        title: 'Cao nhất',
        unit: body.unit,
        kind: 'number' as const,
        phone: true,
        cell: (day: Day) => figure(most(day)),
      },
      {
        key: 'outside',
        title: 'Giờ ngoài khoảng',
        kind: 'number' as const,
        phone: true,
        cell: ({ outside }: Day) => formatNumber(outside),
      },
    ],
  }
}
