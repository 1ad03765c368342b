import { type AsOf, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { AsOfNotice, AsOfQuestion, EmptyState, Section, Table, Tag, withQuery } from '#ui'
import { findCalendarAt } from '../former.ts'
import { localDate } from '../rules/local-time.ts'
import { type CalendarSummary, listCalendars } from '../store.ts'
import { AsOfQuery, calendarListPath, recountsPath, stateWords, whatOfPages, yearPath } from './words.ts'

interface Row {
  year: number
  state: keyof typeof stateWords | undefined
  unverifiedDays: number
}

interface Shown {
  calendar: Pick<CalendarSummary, 'code' | 'name'>
  rows: Row[]
}

/** Of today: the coming year is there to be proposed. */
async function listNow(ctx: Context): Promise<Shown[]> {
  return (await listCalendars(ctx.sql)).map((calendar) => {
    const next = Number(localDate(ctx.now, calendar.timeZone).slice(0, 4)) + 1
    const missing = calendar.years.every(({ year }) => year < next)
    return {
      calendar,
      rows: [...calendar.years, ...(missing ? [{ year: next, state: undefined, unverifiedDays: 0 }] : [])],
    }
  })
}

async function listThen(ctx: Context, at: Date): Promise<Shown[]> {
  const shown: Shown[] = []
  for (const { code } of await listCalendars(ctx.sql)) {
    const then = await findCalendarAt(ctx.sql, code, at)
    if (!then || then.years.length === 0) continue
    const unverified = (year: number) =>
      then.calendar.days.filter(({ date, unverified }) => unverified && Number(date.slice(0, 4)) === year).length
    shown.push({
      calendar: then.calendar,
      rows: then.years.map(({ year, state }) => ({ year, state, unverifiedDays: unverified(year) })),
    })
  }
  return shown
}

/** The calendars, each with its years. */
export const calendarListRoute: Route = route({
  method: 'GET',
  path: calendarListPath,
  access: 'calendar:edit',
  query: AsOfQuery,
  async handle(ctx, { query }) {
    const at = await readAsOf(ctx, query.tai)
    const shown = at ? await listThen(ctx, at.knownAt) : await listNow(ctx)
    return page({
      title: 'Lịch làm việc',
      lead: 'Ngày nghỉ, ngày làm bù theo thông báo của từng năm; mọi thời hạn tính theo lịch này.',
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} what={whatOfPages} />
          {at && shown.length === 0 && (
            <EmptyState title="Khi đó chưa có lịch nào">Chọn một thời điểm sau đó, hoặc về hiện nay.</EmptyState>
          )}
          {shown.map((one) => (
            <Years key={one.calendar.code} {...one} at={at} />
          ))}
          <AsOfQuestion at={at} what={whatOfPages} />
        </div>
      ),
    })
  },
})

function Years({ calendar, rows, at }: Shown & { at: AsOf | undefined }) {
  const there = (path: string) => withQuery(path, { tai: at?.text })
  return (
    <Section title={calendar.name}>
      <Table
        caption={`Các năm của ${calendar.name}`}
        hideCaption
        rows={rows.toSorted((a, b) => b.year - a.year)}
        rowKey={({ year }) => String(year)}
        rowHref={({ year }) => there(yearPath(calendar.code, year))}
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
        <a href={there(recountsPath(calendar.code))}>Các lần tính lại thời hạn</a>
      </p>
    </Section>
  )
}
