// Calendars for calendar programs: the days that differ from their weekday, and the last days of reporting periods.
import ical from 'ical-generator'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { dayKindNames } from '../model.ts'
import { type IsoDate, toDate, toDay } from '../rules/dates.ts'
import { localDate } from '../rules/local-time.ts'
import { findPeriodKind, listPeriods, periodFamilies, periodLabel, periodRange } from '../rules/periods.ts'
import { findCalendar } from '../store.ts'

const dayStart = (date: IsoDate) => new Date(`${date}T00:00:00Z`)

/** Days off, swapped and made up of a calendar, from last year on. @throws Problem 404 */
export async function workingCalendarFeed(ctx: Context, code: string): Promise<string> {
  const calendar = await findCalendar(ctx.sql, code)
  if (!calendar) throw notFound('calendar', code)
  const firstYear = Number(localDate(ctx.now, calendar.timeZone).slice(0, 4)) - 1
  const feed = ical({ name: calendar.name, timezone: calendar.timeZone, ttl: 86_400 })
  for (const day of calendar.days) {
    if (Number(day.date.slice(0, 4)) < firstYear) continue
    const state = calendar.years.find(({ year }) => year === Number(day.date.slice(0, 4)))?.state
    feed.createEvent({
      id: `${day.date}.${code}@tram-huong`,
      start: dayStart(day.date),
      allDay: true,
      stamp: ctx.now,
      summary: `${dayKindNames[day.kind]}: ${day.name}`,
      description: [
        day.citation,
        day.unverified ? 'Chưa kiểm chứng.' : '',
        state === 'confirmed' ? '' : 'Lịch năm chưa được xác nhận.',
      ]
        .filter(Boolean)
        .join('\n'),
    })
  }
  return feed.toString()
}

/** The last day of every month, quarter, half and year of a family, three months back and a year ahead. @throws Problem 404 */
export function reportingFeed(ctx: Context, code: string, timeZone: string): string {
  const family = periodFamilies.find((one) => one.code.toLowerCase() === code.toLowerCase())
  if (!family) throw notFound('calendar.period-family', code)
  const today = toDay(localDate(ctx.now, timeZone))
  const feed = ical({ name: `Kỳ báo cáo: ${family.name}`, timezone: timeZone, ttl: 86_400 })
  for (const unit of family.units) {
    const kind = unit === 'day' || unit === 'week' ? undefined : findPeriodKind(family.code, unit)
    if (!kind) continue
    for (const period of listPeriods(kind, toDate(today - 92), toDate(today + 366))) {
      const { from, to } = periodRange(period)
      feed.createEvent({
        id: `${period}.${family.code}@tram-huong`,
        start: dayStart(to),
        allDay: true,
        stamp: ctx.now,
        summary: `Hết kỳ ${periodLabel(period)}`,
        description: `Từ ${from.split('-').reverse().join('/')} đến ${to.split('-').reverse().join('/')}`,
      })
    }
  }
  return feed.toString()
}
