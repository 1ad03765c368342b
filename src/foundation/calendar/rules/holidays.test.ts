import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proposeHolidays, solarDateOf } from './holidays.ts'
import { officeWeek } from './sample-calendar.ts'

test('Tết is reckoned at UTC+7, also in the years in which the Chinese calendar differs', () => {
  const tet: [number, string][] = [
    [1985, '1985-01-21'],
    [2007, '2007-02-17'],
    [2021, '2021-02-12'],
    [2022, '2022-02-01'],
    [2023, '2023-01-22'],
    [2024, '2024-02-10'],
    [2025, '2025-01-29'],
    [2026, '2026-02-17'],
    [2027, '2027-02-06'],
    [2030, '2030-02-02'],
  ]
  for (const [year, date] of tet) assert.equal(solarDateOf({ year, month: 1, day: 1 }), date)
})

test('Giỗ Tổ is the tenth of the third lunar month', () => {
  const days: [number, string][] = [
    [2023, '2023-04-29'],
    [2024, '2024-04-18'],
    [2025, '2025-04-07'],
    [2026, '2026-04-26'],
    [2027, '2027-04-16'],
    [2030, '2030-04-12'],
  ]
  for (const [year, date] of days) assert.equal(solarDateOf({ year, month: 3, day: 10 }), date)
})

// Weekdays off as they were decided, without the swapped days, which no rule yields.
const decided: Record<number, string> = {
  2021: '01-01 02-10 02-11 02-12 02-15 02-16 04-21 04-30 05-03 09-02 09-03',
  2022: '01-03 01-31 02-01 02-02 02-03 02-04 04-11 05-02 05-03 09-01 09-02',
  2023: '01-02 01-20 01-23 01-24 01-25 01-26 05-01 05-02 05-03 09-01 09-04',
  2024: '01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-30 05-01 09-02 09-03',
  2025: '01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 09-01 09-02',
  2026: '01-01 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 09-01 09-02',
}

for (const [year, days] of Object.entries(decided)) {
  test(`the proposal for ${year} agrees with what was decided`, () => {
    const weekdaysOff = proposeHolidays(Number(year), officeWeek)
      .map(({ date }) => date)
      .filter((date) => ![0, 6].includes(new Date(date).getUTCDay()))
    assert.equal(weekdaysOff.map((date) => date.slice(5)).join(' '), days)
  })
}

test('every proposed day is marked unverified, cited and proposed once; no swap is invented', () => {
  for (let year = 1995; year <= 2050; year++) {
    const days = proposeHolidays(year, officeWeek)
    assert.equal(new Set(days.map(({ date }) => date)).size, days.length, String(year))
    assert.ok(days.every(({ kind, unverified, citation }) => kind === 'holiday' && unverified && citation.length > 5))
    const weekdaysOff = days.filter(({ date }) => ![0, 6].includes(new Date(date).getUTCDay())).length
    assert.equal(weekdaysOff, year < 2021 ? 10 : 11, `${year} has all its paid days on working days`)
  }
})

test('an administrator may choose otherwise', () => {
  const dates = proposeHolidays(2023, officeWeek, { daysBeforeTet: 1, secondNationalDay: 'after' }).map(
    ({ date }) => date,
  )
  assert.ok(dates.includes('2023-01-27') && !dates.includes('2023-01-20'))
  assert.ok(dates.includes('2023-09-03') && !dates.includes('2023-09-01'))
})
