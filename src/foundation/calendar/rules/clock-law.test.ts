// The edges of the law, in tables.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Budget,
  type ClockRule,
  type ClockTerms,
  dueAt,
  type Pause,
  pauseClock,
  remaining,
  resumeClock,
} from './clock.ts'
import { instantOf, localDateTime } from './local-time.ts'
import { sampleCalendar } from './sample-calendar.ts'
import { compileCalendar } from './working-time.ts'

const zone = 'Asia/Ho_Chi_Minh'
const compiled = compileCalendar(sampleCalendar)
const at = (text: string) => instantOf(text.slice(0, 10), text.slice(11), zone)
const afterThree: ClockRule = { cutOff: { time: '15:00', citation: 'Quy chế thử' }, endsAt: 'closing' }

type Row = [
  what: string,
  startedAt: string,
  budget: Budget,
  due: string,
  more?: Omit<ClockTerms, 'startedAt' | 'budget'>,
]
const days = (amount: number): Budget => ({ amount, unit: 'working-day' })
const calendarDays = (amount: number): Budget => ({ amount, unit: 'calendar-day' })
const sessions = (amount: number): Budget => ({ amount, unit: 'working-session' })
const hours = (amount: number): Budget => ({ amount, unit: 'working-hour' })
const months = (amount: number): Budget => ({ amount, unit: 'month' })
const midnightRule = { rule: { endsAt: 'midnight' as const } }
const pause = (from: string, to: string): { pauses: Pause[] } => ({
  pauses: [{ from: at(from), to: at(to), reason: 'Chờ bổ sung' }],
})

const rows: Row[] = [
  ['the first day is not counted (art. 147.2)', '2025-03-03 08:00', days(1), '2025-03-04 17:00'],
  ['nor is it at the very end of the day', '2025-03-03 17:00', days(1), '2025-03-04 17:00'],
  ['five working days pass a weekend', '2025-03-05 10:00', days(5), '2025-03-12 17:00'],
  ['Tết is not counted', '2025-01-24 10:00', days(1), '2025-02-03 17:00'],
  ['a swapped Saturday is counted, the day given for it is not', '2025-04-25 10:00', days(5), '2025-05-06 17:00'],
  ['a half day is a working day and ends at its own closing', '2025-05-13 10:00', days(1), '2025-05-14 11:30'],
  ['a short Friday ends at four', '2025-06-12 10:00', days(1), '2025-06-13 16:00'],
  ['received on a Saturday, Monday is the first day', '2025-03-08 10:00', days(1), '2025-03-10 17:00'],
  ['calendar days run over weekends', '2025-03-05 10:00', calendarDays(5), '2025-03-10 17:00'],
  ['a last day on Sunday moves to Monday (art. 148.5)', '2025-03-04 10:00', calendarDays(5), '2025-03-10 17:00'],
  ['a last day in Tết moves behind it', '2025-01-20 10:00', calendarDays(8), '2025-02-03 17:00'],
  ['a last day on a worked Saturday stays', '2025-04-21 10:00', calendarDays(5), '2025-04-26 17:00'],
  [
    'by the letter the last day ends at midnight (art. 148.6)',
    '2025-03-03 08:00',
    days(1),
    '2025-03-05 00:00',
    midnightRule,
  ],
  ['a month ends on the corresponding day (art. 148.3)', '2025-03-12 09:00', months(1), '2025-04-14 17:00'],
  ['a month without that day ends on its last', '2024-12-31 09:00', months(2), '2025-02-28 17:00'],
  ['a leap February has its 29th', '2023-12-31 09:00', months(2), '2024-02-29 17:00'],
  ['one session, begun in the morning, ends with the afternoon', '2025-03-03 08:00', sessions(1), '2025-03-03 17:00'],
  ['received before the opening, the morning is the first', '2025-03-03 07:00', sessions(1), '2025-03-03 11:30'],
  ['received over noon, the afternoon is', '2025-03-03 12:00', sessions(1), '2025-03-03 17:00'],
  ['received in the afternoon, the next morning is', '2025-03-03 14:00', sessions(1), '2025-03-04 11:30'],
  ['sessions pass a weekend', '2025-03-07 14:00', sessions(2), '2025-03-10 17:00'],
  [
    'a session at whose closing the clock stands still is given back',
    '2025-03-03 08:00',
    sessions(1),
    '2025-03-04 17:00',
    pause('2025-03-03 15:00', '2025-03-04 15:00'),
  ],
  ['hours run from the moment (art. 147.1)', '2025-03-03 08:15', hours(2), '2025-03-03 10:15'],
  ['hours stop over noon', '2025-03-03 11:00', hours(1), '2025-03-03 14:00'],
  ['hours that fill a session end with it', '2025-03-03 07:30', hours(4), '2025-03-03 11:30'],
  ['hours before the opening wait for it', '2025-03-03 05:00', hours(1), '2025-03-03 08:30'],
  ['hours on a Friday evening go on on Monday', '2025-03-07 16:30', hours(1), '2025-03-10 08:00'],
  ['half an hour is a budget', '2025-03-03 08:00', hours(0.5), '2025-03-03 08:30'],
  [
    'at the cut-off hour it still counts from today',
    '2025-03-03 15:00',
    days(1),
    '2025-03-04 17:00',
    { rule: afterThree },
  ],
  [
    'a minute later it counts from the next working day',
    '2025-03-03 15:01',
    days(1),
    '2025-03-05 17:00',
    { rule: afterThree },
  ],
  [
    'after the cut-off on a Friday it counts from Monday',
    '2025-03-07 16:00',
    days(1),
    '2025-03-11 17:00',
    { rule: afterThree },
  ],
  ['on a Saturday too', '2025-03-08 09:00', days(1), '2025-03-11 17:00', { rule: afterThree }],
  ['after the closing of a half day too', '2025-05-14 14:00', days(1), '2025-05-16 17:00', { rule: afterThree }],
  [
    'hours after the cut-off begin at the next opening',
    '2025-03-03 16:00',
    hours(1),
    '2025-03-04 08:30',
    { rule: afterThree },
  ],
  [
    'a pause of hours is added in working time',
    '2025-03-03 08:00',
    hours(4),
    '2025-03-03 17:00',
    pause('2025-03-03 10:00', '2025-03-03 15:00'),
  ],
  [
    'a pause that begins at the very deadline comes too late',
    '2025-03-03 08:00',
    hours(2),
    '2025-03-03 10:00',
    pause('2025-03-03 10:00', '2025-03-03 15:00'),
  ],
  [
    'resuming at the very closing gives that day back too',
    '2025-03-03 08:00',
    days(3),
    '2025-03-10 17:00',
    pause('2025-03-04 09:00', '2025-03-05 17:00'),
  ],
  [
    'a pause over a weekend adds only its working time',
    '2025-03-07 16:00',
    hours(1),
    '2025-03-10 08:30',
    pause('2025-03-07 16:30', '2025-03-10 08:00'),
  ],
  [
    'a pause within one day changes no day',
    '2025-03-03 08:00',
    days(3),
    '2025-03-06 17:00',
    pause('2025-03-04 09:00', '2025-03-04 16:00'),
  ],
  [
    'a pause gives back the days at whose end it stood',
    '2025-03-03 08:00',
    days(3),
    '2025-03-10 17:00',
    pause('2025-03-04 09:00', '2025-03-06 09:00'),
  ],
  [
    'a pause on the last day saves it',
    '2025-03-03 08:00',
    days(1),
    '2025-03-06 17:00',
    pause('2025-03-04 16:00', '2025-03-06 09:00'),
  ],
  [
    'a pause after the closing of the last day comes too late',
    '2025-03-03 08:00',
    days(1),
    '2025-03-04 17:00',
    pause('2025-03-04 17:00', '2025-03-06 09:00'),
  ],
  [
    'a month is extended by the days of its pause',
    '2025-03-12 09:00',
    months(1),
    '2025-04-22 17:00',
    pause('2025-03-20 09:00', '2025-03-30 09:00'),
  ],
  [
    'resuming after the cut-off counts as the next day',
    '2025-03-03 08:00',
    days(2),
    '2025-03-07 17:00',
    { rule: afterThree, ...pause('2025-03-04 09:00', '2025-03-05 15:30') },
  ],
]

for (const [what, startedAt, budget, due, more] of rows) {
  test(`${what}: ${startedAt} + ${budget.amount} ${budget.unit} = ${due}`, () => {
    const found = dueAt(compiled, { startedAt: at(startedAt), budget, ...more })
    assert.equal(found && localDateTime(found, zone), due.replace(' ', 'T'))
  })
}

test('an open pause holds the deadline until the clock resumes, unless it was already past', () => {
  const terms: ClockTerms = { startedAt: at('2025-03-03 08:00'), budget: days(3) }
  const paused = pauseClock([], at('2025-03-04 09:00'), 'Chờ bổ sung giấy tờ')
  assert.equal(dueAt(compiled, { ...terms, pauses: paused }), null)
  assert.throws(() => pauseClock(paused, at('2025-03-05 09:00'), 'Lần nữa'), RangeError)
  assert.throws(() => resumeClock(paused, at('2025-03-04 08:00')), RangeError)
  const resumed = resumeClock(paused, at('2025-03-06 09:00'))
  assert.deepEqual(dueAt(compiled, { ...terms, pauses: resumed }), at('2025-03-10 17:00'))
  assert.throws(() => resumeClock(resumed, at('2025-03-07 09:00')), RangeError)
  const late = pauseClock([], at('2025-03-07 09:00'), 'Quá muộn')
  assert.deepEqual(dueAt(compiled, { ...terms, pauses: late }), at('2025-03-06 17:00'))
})

test('what remains is working time, in words and as a number', () => {
  const terms: ClockTerms = { startedAt: at('2025-03-03 08:00'), budget: days(3) }
  const cases: [string, Partial<ClockTerms>, string, number][] = [
    ['2025-03-05 16:00', {}, 'Còn 1 ngày 1 giờ làm việc', 8.5],
    ['2025-03-06 16:45', {}, 'Còn 15 phút làm việc', 0.25],
    ['2025-03-06 17:00', {}, 'Còn dưới 1 phút làm việc', 0],
    ['2025-03-10 09:30', {}, 'Quá hạn 1 ngày 2 giờ làm việc', -9.5],
    [
      '2025-03-05 10:00',
      { pauses: [{ from: at('2025-03-04 09:00'), reason: 'Chờ' }] },
      'Đang tạm dừng, còn 2 ngày 5 giờ làm việc',
      20,
    ],
  ]
  for (const [now, more, text, left] of cases) {
    const found = remaining(compiled, { ...terms, ...more }, at(now))
    assert.deepEqual([found.text, found.workingMs / 3_600_000], [text, left])
  }
})

test('a budget is positive, and only hours may be broken', () => {
  for (const budget of [days(0), days(-1), days(1.5), months(0.5), calendarDays(Number.NaN)]) {
    assert.equal(Budget.safeParse(budget).success, false, JSON.stringify(budget))
  }
  assert.ok(Budget.safeParse(hours(0.5)).success)
})

test('a clock that has ended says whether in time, and time goes on without it', () => {
  const terms = { startedAt: at('2025-03-03 08:00'), budget: days(1) }
  const ended = (endedAt: string) => remaining(compiled, { ...terms, endedAt: at(endedAt) }, at('2025-04-01 08:00'))
  assert.deepEqual(
    [ended('2025-03-04 15:00'), ended('2025-03-05 08:30')].map(({ state, text }) => [state, text]),
    [
      ['ended', 'Đã kết thúc, sớm 2 giờ làm việc'],
      ['late', 'Đã kết thúc, chậm 1 giờ làm việc'],
    ],
  )
  // Done while it stood still: what it had left then.
  const paused = {
    ...terms,
    pauses: [{ from: at('2025-03-04 08:00'), reason: 'thử' }],
    endedAt: at('2025-03-10 10:00'),
  }
  assert.equal(remaining(compiled, paused, at('2025-03-11 10:00')).state, 'ended')
})
