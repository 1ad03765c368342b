import { z } from 'zod'
import { addMonths, getCalendarOf, instantOf, isWorkingDay, localDate, toDate, toDay } from '#calendar'
import { type AsOf, getHomePack, readAsOf } from '#organisations'
import { page, type Route, route } from '#platform/http'
import { AsOfNotice, AsOfQuestion, Button, classes, formatNumber, Tag, withQuery } from '#ui'
import { calendarPath, feedPath, listPath, partPath } from '../paths.ts'
import { type ListedPart, listPartsBy, reckoner } from '../reading/list.ts'
import { clockOf } from '../reading/past.ts'
import { readPermission } from '../rights.ts'
import { NotKept, namer, ofRoom } from './parts.tsx'
import { RoomTabs } from './tabs.tsx'

const mostADay = 4
const weekdays = ['Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy', 'Chủ nhật']

export const calendarRoute: Route = route({
  method: 'GET',
  path: calendarPath,
  access: readPermission,
  query: z.object({
    thang: z
      .string()
      .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
      .optional()
      .catch(undefined),
    tai: z.string().max(30).optional(),
  }),
  async handle(ctx, { query }) {
    const { timeZone, rootOrganisation } = (await getHomePack(ctx.sql)).card
    const at = await readAsOf(ctx, query.tai)
    const today = localDate(clockOf(ctx, at), timeZone)
    const month = query.thang ?? today.slice(0, 7)
    const first = `${month}-01`
    const next = addMonths(first, 1)
    const due = { from: instantOf(first, '00:00', timeZone), to: instantOf(next, '00:00', timeZone) }
    const found = await listPartsBy(ctx, { due, sort: 'due', limit: 1000, at })
    const rows = found.filter(({ state }) => state !== 'withdrawn')
    const calendar = await getCalendarOf(ctx, rootOrganisation)
    const left = await reckoner(ctx, at)
    const name = await namer(ctx, at)
    const days = daysOf(first, next).map((date): Day => {
      const own = rows.filter(({ dueAt }) => dueAt && localDate(dueAt, timeZone) === date)
      const late = own.filter((row) => row.state !== 'done' && left(row)?.state === 'overdue')
      return { date, rows: own, late: new Set(late.map(({ code }) => code)), works: isWorkingDay(calendar, date) }
    })
    const [year = '', number = ''] = month.split('-')
    return page({
      title: `Lịch hạn nhiệm vụ tháng ${number}/${year}`,
      lead: `${formatNumber(rows.length)} nhiệm vụ đến hạn trong tháng.`,
      actions: !at && (
        <Button href={feedPath} icon="calendar">
          Đưa vào lịch của tôi
        </Button>
      ),
      body: (
        <div class="stack">
          <RoomTabs current={calendarPath} at={at} />
          <AsOfNotice at={at} what={ofRoom} />
          <NotKept rows={rows} />
          <nav class="row" aria-label="Tháng khác">
            <Button
              small
              href={withQuery(calendarPath, { thang: addMonths(first, -1).slice(0, 7), tai: at?.text })}
              icon="back"
            >
              Tháng trước
            </Button>
            <Button small href={withQuery(calendarPath, { tai: at?.text })}>
              {at ? 'Tháng khi đó' : 'Tháng này'}
            </Button>
            <Button small href={withQuery(calendarPath, { thang: next.slice(0, 7), tai: at?.text })} icon="forward">
              Tháng sau
            </Button>
            <Button small href={withQuery(listPath, { han: month, sort: 'due', tai: at?.text })} icon="table">
              Danh sách của tháng, tải về
            </Button>
          </nav>
          <Month days={days} today={today} name={name} at={at} />
          <AsOfQuestion at={at} what={ofRoom} />
        </div>
      ),
    })
  },
})

interface Day {
  date: string
  rows: ListedPart[]
  late: ReadonlySet<string>
  works: boolean
}

function daysOf(first: string, next: string): string[] {
  const from = toDay(first)
  return Array.from({ length: toDay(next) - from }, (_, index) => toDate(from + index))
}

const weekdayOf = (date: string) => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7

interface Shown {
  today: string
  at: AsOf | undefined
  name(code: string): string
}

/** A table of weeks; on a phone it becomes a list of the days that have something. */
function Month({ days, ...shown }: Shown & { days: readonly Day[] }) {
  const { today } = shown
  const lead = weekdayOf(days[0]?.date ?? today)
  const cells: (Day | undefined)[] = [...Array.from({ length: lead }, () => undefined), ...days]
  while (cells.length % 7 > 0) cells.push(undefined)
  const weeks = Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
  return (
    <table class="month">
      <caption class="hidden-visually">Hạn của nhiệm vụ theo ngày</caption>
      <thead>
        <tr>
          {weekdays.map((day) => (
            <th key={day} scope="col">
              {day}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week, index) => (
          <tr key={index}>
            {week.map((day, place) =>
              day ? (
                <DayCell key={day.date} day={day} {...shown} />
              ) : (
                <td key={`${index}-${place}`} class="month-none" />
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function DayCell({ day, today, name, at }: Shown & { day: Day }) {
  const { date, rows, late, works } = day
  const label = `${weekdays[weekdayOf(date)]} ${date.split('-').reverse().join('/')}`
  return (
    <td class={classes(!works && 'month-off', date === today && 'month-today', rows.length === 0 && 'month-empty')}>
      <p class="month-date">
        <span class="hidden-visually">{label}</span>
        <span aria-hidden="true" class="month-number">
          {Number(date.slice(8))}
        </span>
        <span aria-hidden="true" class="month-label">
          {label}
        </span>
        {!works && <span class="small muted"> nghỉ</span>}
      </p>
      {rows.length > 0 && (
        <ul class="plain-list">
          {rows.slice(0, mostADay).map((row) => (
            <li key={row.code}>
              <a href={partPath(row.code, at)} title={row.title}>
                {name(row.organisation)}
              </a>
              {late.has(row.code) && (
                <>
                  {' '}
                  <Tag tone="danger">Quá hạn</Tag>
                </>
              )}
              {row.state === 'done' && <span class="small muted"> xong</span>}
              <span class="month-title small muted">{row.title}</span>
            </li>
          ))}
          {rows.length > mostADay && (
            <li>
              <a href={withQuery(listPath, { han: date, sort: 'due', tai: at?.text })}>
                và {rows.length - mostADay} nhiệm vụ khác
              </a>
            </li>
          )}
        </ul>
      )}
    </td>
  )
}
