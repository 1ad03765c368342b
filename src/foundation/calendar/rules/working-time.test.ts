import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sessionsOfException, sessionsOfWeekday, type WorkingCalendar } from '../model.ts'
import { toDate, toDay } from './dates.ts'
import { instantOf } from './local-time.ts'
import { officeWeek, sampleCalendar } from './sample-calendar.ts'
import {
  addWorkingDays,
  addWorkingMs,
  compileCalendar,
  isWorkingDay,
  nextWorkingDay,
  workingDaysBetween,
  workingMsBetween,
} from './working-time.ts'

const minuteMs = 60_000
const compiled = compileCalendar(sampleCalendar)
const at = (text: string, timeZone = 'Asia/Ho_Chi_Minh') => instantOf(text.slice(0, 10), text.slice(11), timeZone)

// The oracle asks of every single minute whether it is worked, by the plain text of the calendar and of Intl's clock.
const clocks = new Map<string, Intl.DateTimeFormat>()
function wallClock(instant: number, timeZone: string): string {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' })
  clocks.set(timeZone, clock)
  return clock.format(instant)
}

function isWorked(calendar: WorkingCalendar, minute: number): boolean {
  const [date = '', time = ''] = wallClock(minute, calendar.timeZone).split(' ')
  const week = calendar.hours.filter(({ from }) => from <= date).at(-1)?.week ?? officeWeek
  const exception = calendar.days.find((day) => day.date === date)
  const sessions = exception ? sessionsOfException(exception, week) : sessionsOfWeekday(week, date)
  return sessions.some(({ from, to }) => from <= time && time < to)
}

const minuteIn2025 = fc
  .integer({ min: 0, max: 300 * 24 * 60 })
  .map((minutes) => at('2025-01-15 00:00').getTime() + minutes * minuteMs)

test('working time between two instants equals the count of worked minutes', () => {
  fc.assert(
    fc.property(minuteIn2025, fc.integer({ min: 0, max: 9 * 24 * 60 }), (from, length) => {
      let worked = 0
      for (let i = 0; i < length; i++) if (isWorked(sampleCalendar, from + i * minuteMs)) worked++
      const to = new Date(from + length * minuteMs)
      assert.equal(workingMsBetween(compiled, new Date(from), to), worked * minuteMs)
      assert.equal(workingMsBetween(compiled, to, new Date(from)) + 0, -worked * minuteMs + 0)
    }),
    { numRuns: 60 },
  )
})

test('the same holds in a zone with daylight saving', () => {
  const calendar: WorkingCalendar = { ...sampleCalendar, code: 'berlin', timeZone: 'Europe/Berlin' }
  const berlin = compileCalendar(calendar)
  for (const start of ['2025-03-28 10:00', '2025-10-24 16:30']) {
    const from = at(start, 'Europe/Berlin').getTime()
    let worked = 0
    for (let i = 0; i < 5 * 24 * 60; i++) {
      assert.equal(workingMsBetween(berlin, new Date(from), new Date(from + i * minuteMs)), worked * minuteMs)
      if (isWorked(calendar, from + i * minuteMs)) worked++
    }
  }
})

test('adding working time reaches the first minute by which it has passed', () => {
  fc.assert(
    fc.property(minuteIn2025, fc.integer({ min: 1, max: 2400 }), (from, amount) => {
      let minute = from
      for (let rest = amount; rest > 0; minute += minuteMs) if (isWorked(sampleCalendar, minute)) rest--
      assert.equal(addWorkingMs(compiled, new Date(from), amount * minuteMs).getTime(), minute)
    }),
    { numRuns: 60 },
  )
})

test('taking working time away reaches the last minute from which it remains', () => {
  fc.assert(
    fc.property(minuteIn2025, fc.integer({ min: 1, max: 2400 }), (from, amount) => {
      // Going back, a moment still has the amount before it until the minute behind it is worked.
      let minute = from
      for (let rest = amount; rest > 0; minute -= minuteMs) if (isWorked(sampleCalendar, minute - minuteMs)) rest--
      assert.equal(addWorkingMs(compiled, new Date(from), -amount * minuteMs).getTime(), minute)
    }),
    { numRuns: 60 },
  )
})

test('seconds and milliseconds are kept', () => {
  const from = new Date(at('2025-03-03 11:29').getTime() + 30_250)
  const to = addWorkingMs(compiled, from, 45_500)
  assert.equal(to.toISOString(), '2025-03-03T06:30:15.750Z')
  assert.equal(workingMsBetween(compiled, from, to), 45_500)
  assert.deepEqual(addWorkingMs(compiled, to, -45_500), from)
})

test('working days count one by one past days off, both ways', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 60 }), (start, days) => {
      const day = toDay('2025-01-10') + start
      let after = day
      for (let rest = days; rest > 0; ) if (isWorkingDay(compiled, toDate(++after))) rest--
      assert.equal(addWorkingDays(compiled, toDate(day), days), toDate(after))
      assert.equal(workingDaysBetween(compiled, toDate(day), toDate(after)), days)
      let before = day
      for (let rest = days; rest > 0; ) if (isWorkingDay(compiled, toDate(--before))) rest--
      assert.equal(addWorkingDays(compiled, toDate(day), -days), toDate(before))
    }),
  )
})

test('days off, swaps and make-up days are as the calendar says', () => {
  const cases: [string, boolean][] = [
    ['2025-04-26', true], // a Saturday that makes up for 2 May
    ['2025-05-02', false],
    ['2025-05-03', false],
    ['2025-05-14', true], // half a day
    ['2025-07-09', false], // closed by a storm
    ['2025-05-31', false], // a Saturday before the new hours
    ['2025-06-07', true], // a Saturday under the new hours
  ]
  for (const [date, expected] of cases) assert.equal(isWorkingDay(compiled, date), expected, date)
  assert.equal(nextWorkingDay(compiled, '2025-04-30'), '2025-05-05')
  assert.equal(nextWorkingDay(compiled, '2025-04-26'), '2025-04-26')
})

test('a result outside the range of the calendar is refused', () => {
  assert.throws(() => addWorkingDays(compiled, '2099-12-01', 1000), RangeError)
  assert.throws(() => addWorkingDays(compiled, '1990-01-10', -1000), RangeError)
  assert.throws(() => addWorkingMs(compiled, at('2099-12-31 10:00'), 1e9), RangeError)
  assert.throws(() => addWorkingMs(compiled, at('1990-01-02 10:00'), -1e9), RangeError)
  assert.throws(() => workingMsBetween(compiled, at('1989-12-31 10:00'), at('1990-01-02 10:00')), RangeError)
})
