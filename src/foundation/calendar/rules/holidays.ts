// A proposal of the year's public holidays for a person to confirm: Labour Code 2019, art. 112, with the days that make
// up for a holiday on a weekly day off (art. 111.3). Which days frame Tết and Quốc khánh is decided anew each year by the
// Prime Minister, and swapped working days cannot be computed at all: none is ever proposed.
//
// Lunar dates are Việt Nam's, reckoned at UTC+7. The Chinese calendar of ICU differs (Tết of 1985 and 2007).

import { getSolarDate } from '@dqcai/vn-lunar'
import type { CalendarDay, Week } from '../model.ts'
import { sessionsOfWeekday } from '../model.ts'
import { type IsoDate, toDate, toDay, twoDigits, weekdayOf } from './dates.ts'

const law = 'Điều 112 Bộ luật Lao động 2019'
const compensation = 'Khoản 3 Điều 111 Bộ luật Lao động 2019'

/** The solar date of a day of the Vietnamese lunar calendar (months that are not leap months). */
export function solarDateOf(lunar: { year: number; month: number; day: number }): IsoDate {
  const solar: { year: number; month: number; day: number } = getSolarDate(lunar.day, lunar.month, lunar.year)
  return `${solar.year}-${twoDigits(solar.month)}-${twoDigits(solar.day)}`
}

export interface HolidayChoices {
  /** How many of the five days of Tết lie before its first day. */
  daysBeforeTet?: 1 | 2
  /** The second day of Quốc khánh: 1-9 or 3-9. */
  secondNationalDay?: 'before' | 'after'
}

/** The holidays of a year in order, all to be confirmed. */
export function proposeHolidays(year: number, week: Week, choices: HolidayChoices = {}): CalendarDay[] {
  const holidays = [
    { day: toDay(`${year}-01-01`), name: 'Tết Dương lịch' },
    ...tetDays(year, choices.daysBeforeTet),
    { day: toDay(solarDateOf({ year, month: 3, day: 10 })), name: 'Giỗ Tổ Hùng Vương' },
    { day: toDay(`${year}-04-30`), name: 'Ngày Chiến thắng' },
    { day: toDay(`${year}-05-01`), name: 'Ngày Quốc tế lao động' },
    ...nationalDays(year, choices.secondNationalDay),
  ].toSorted((a, b) => a.day - b.day)

  const taken = new Set(holidays.map(({ day }) => day))
  const isOff = (day: number) => sessionsOfWeekday(week, toDate(day)).length === 0
  const made = holidays
    .filter(({ day }) => isOff(day))
    .map(({ day, name }) => {
      let free = day + 1
      while (taken.has(free) || isOff(free)) free++
      taken.add(free)
      return { day: free, name: `Nghỉ bù ${name}` }
    })
  const row =
    (citation: string) =>
    ({ day, name }: { day: number; name: string }): CalendarDay => ({
      date: toDate(day),
      kind: 'holiday',
      name,
      citation,
      unverified: true,
    })
  return [...holidays.map(row(law)), ...made.map(row(compensation))].toSorted((a, b) => a.date.localeCompare(b.date))
}

/** Five days. Two before the first, unless that would only begin on a Sunday: so it was decided in 2021–2026. */
function tetDays(year: number, chosen: 1 | 2 | undefined) {
  const first = toDay(solarDateOf({ year, month: 1, day: 1 }))
  const before = chosen ?? (weekdayOf(first - 2) === 7 ? 1 : 2)
  return Array.from({ length: 5 }, (_, i) => ({ day: first - before + i, name: 'Tết Nguyên đán' }))
}

const thursday = 4
const sunday = 7
const monday = 1

/** Two days since the Labour Code 2019 came into force (1-1-2021); the second is set where it lengthens the break. */
function nationalDays(year: number, chosen: 'before' | 'after' | undefined) {
  const day = toDay(`${year}-09-02`)
  const name = 'Quốc khánh'
  if (year < 2021) return [{ day, name }]
  const side = chosen ?? ([monday, thursday, sunday].includes(weekdayOf(day)) ? 'after' : 'before')
  return [
    { day, name },
    { day: side === 'before' ? day - 1 : day + 1, name },
  ]
}
