import { page, type Route, route } from '#platform/http'
import { Section, Table, Tag } from '#ui'
import { localDate } from '../rules/local-time.ts'
import { type CalendarSummary, findCalendar, listCalendars } from '../store.ts'
import { calendarListPath, recountsPath, stateWords, yearPath } from './words.ts'

interface Row {
  calendar: CalendarSummary
  year: number
  state: keyof typeof stateWords | undefined
  unverifiedDays: number
}

/** The calendars, each with its years; the coming one is there to be proposed. */
export const calendarListRoute: Route = route({
  method: 'GET',
  path: calendarListPath,
  access: 'calendar:edit',
  async handle(ctx) {
    const calendars = await listCalendars(ctx.sql)
    const rows: { calendar: CalendarSummary; rows: Row[] }[] = []
    for (const calendar of calendars) {
      const zone = (await findCalendar(ctx.sql, calendar.code))?.timeZone ?? 'Asia/Ho_Chi_Minh'
      const next = Number(localDate(ctx.now, zone).slice(0, 4)) + 1
      const years = calendar.years.map(({ year, state, unverifiedDays }) => ({ calendar, year, state, unverifiedDays }))
      const missing = years.every(({ year }) => year < next)
      rows.push({
        calendar,
        rows: [...(missing ? [{ calendar, year: next, state: undefined, unverifiedDays: 0 }] : []), ...years].toSorted(
          (a, b) => b.year - a.year,
        ),
      })
    }
    return page({
      title: 'Lịch làm việc',
      lead: 'Ngày nghỉ, ngày làm bù theo thông báo của từng năm; mọi thời hạn tính theo lịch này.',
      body: (
        <div class="stack-large">
          {rows.map(({ calendar, rows }) => (
            <Section key={calendar.code} title={calendar.name}>
              <Table
                caption={`Các năm của ${calendar.name}`}
                hideCaption
                rows={rows}
                rowKey={({ year }) => String(year)}
                rowHref={({ year }) => yearPath(calendar.code, year)}
                columns={[
                  { key: 'year', title: 'Năm', cell: ({ year }) => `Năm ${year}` },
                  {
                    key: 'state',
                    title: 'Trạng thái',
                    phone: true,
                    cell: ({ state }) =>
                      state ? <Tag tone={stateWords[state].tone}>{stateWords[state].label}</Tag> : <Tag>Chưa lập</Tag>,
                  },
                  {
                    key: 'unverified',
                    title: 'Ngày chưa đối chiếu',
                    kind: 'number',
                    phone: true,
                    cell: ({ unverifiedDays }) => unverifiedDays,
                  },
                ]}
                empty={{ title: 'Chưa có năm nào', words: 'Năm được lập từ gói dữ liệu hoặc đề xuất tại đây.' }}
              />
              <p>
                <a href={recountsPath(calendar.code)}>Các lần tính lại thời hạn</a>
              </p>
            </Section>
          ))}
        </div>
      ),
    })
  },
})
