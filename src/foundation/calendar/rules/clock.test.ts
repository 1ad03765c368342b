import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Session, sessionsOfException, sessionsOfWeekday } from '../model.ts'
import {
  Budget,
  type ClockRule,
  type ClockTerms,
  dueAt,
  mergePauses,
  type Pause,
  pauseClock,
  remaining,
  resumeClock,
} from './clock.ts'
import { instantOf, localDateTime } from './local-time.ts'
import { officeWeek, sampleCalendar } from './sample-calendar.ts'
import { compileCalendar } from './working-time.ts'

const zone = 'Asia/Ho_Chi_Minh'
const minuteMs = 60_000
const dayMs = 86_400_000
const compiled = compileCalendar(sampleCalendar)
const at = (text: string) => instantOf(text.slice(0, 10), text.slice(11), zone)
const afterThree: ClockRule = { cutOff: { time: '15:00', citation: 'Quy chế thử' }, endsAt: 'closing' }

// --- The oracle: a plain walk over minutes and days, on the calendar's own text, with Việt Nam's +07:00 written out.

const dateOf = (ms: number) => new Date(ms + 7 * 3_600_000).toISOString().slice(0, 10)
const timeOf = (ms: number) => new Date(ms + 7 * 3_600_000).toISOString().slice(11, 16)
const midnight = (date: string) => Date.parse(`${date}T00:00:00+07:00`)
const tomorrow = (date: string) => dateOf(midnight(date) + dayMs)

function sessionsOn(date: string): Session[] {
  const week = sampleCalendar.hours.filter(({ from }) => from <= date).at(-1)?.week ?? officeWeek
  const exception = sampleCalendar.days.find((day) => day.date === date)
  return exception ? sessionsOfException(exception, week) : sessionsOfWeekday(week, date)
}

const knownMinutes = new Map<number, boolean>()
function isWorked(ms: number): boolean {
  const known = knownMinutes.get(ms)
  if (known !== undefined) return known
  const time = timeOf(ms)
  const worked = sessionsOn(dateOf(ms)).some(({ from, to }) => from <= time && time < to)
  knownMinutes.set(ms, worked)
  return worked
}

function endOf(date: string, { endsAt }: ClockRule): number {
  const closing = sessionsOn(date).at(-1)?.to
  return endsAt === 'closing' && closing ? Date.parse(`${date}T${closing}:00+07:00`) : midnight(date) + dayMs
}

function openingAfter(date: string): number {
  let next = tomorrow(date)
  while (sessionsOn(next).length === 0) next = tomorrow(next)
  return Date.parse(`${next}T${sessionsOn(next)[0]?.from}:00+07:00`)
}

function shifted(ms: number, { cutOff }: ClockRule): number {
  if (!cutOff) return ms
  const closing = sessionsOn(dateOf(ms)).at(-1)?.to
  return !closing || timeOf(ms) > cutOff.time || timeOf(ms) > closing ? openingAfter(dateOf(ms)) : ms
}

function addMonthsSlowly(date: string, months: number): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  for (let tried = day; ; tried--) {
    const wanted = new Date(Date.UTC(year, month - 1 + months, tried))
    if (wanted.getUTCDate() === tried) return wanted.toISOString().slice(0, 10)
  }
}

function slowDueAt({ startedAt, budget, pauses = [], rule = { endsAt: 'closing' } }: ClockTerms): number {
  const start = shifted(startedAt.getTime(), rule)
  const still = pauses
    .filter(({ from, to }) => to && from < to)
    .map(({ from, to }) => [from.getTime(), shifted(to?.getTime() ?? 0, rule)] as const)
  if (budget.unit === 'working-hour') {
    let ms = start
    for (let rest = budget.amount * 60; rest > 0; ms += minuteMs) {
      if (isWorked(ms) && !still.some(([from, to]) => from <= ms && ms < to)) rest--
    }
    return ms
  }
  if (budget.unit === 'working-session') return slowSessionDueAt(start, budget.amount, still)
  const standsAtEnd = (date: string) => still.some(([from, to]) => from < endOf(date, rule) && endOf(date, rule) <= to)
  const counts = (date: string) => budget.unit !== 'working-day' || sessionsOn(date).length > 0
  const first = dateOf(start)
  let rest =
    budget.unit === 'month'
      ? (midnight(addMonthsSlowly(first, budget.amount)) - midnight(first)) / dayMs
      : budget.amount
  let date = first
  while (rest > 0) {
    date = tomorrow(date)
    if (counts(date) && !standsAtEnd(date)) rest--
  }
  while (sessionsOn(date).length === 0 || standsAtEnd(date)) date = tomorrow(date)
  return endOf(date, rule)
}

/** Session by session from the first that opens at the start or later; one counts unless the clock stands still when it closes. */
function slowSessionDueAt(start: number, amount: number, still: readonly (readonly [number, number])[]): number {
  let rest = amount
  for (let date = dateOf(start); ; date = tomorrow(date)) {
    for (const { from, to } of sessionsOn(date)) {
      const closing = Date.parse(`${date}T${to}:00+07:00`)
      if (Date.parse(`${date}T${from}:00+07:00`) < start) continue
      if (!still.some(([from, to]) => from < closing && closing <= to)) rest--
      if (rest === 0) return closing
    }
  }
}

const minutes = (days: number) => fc.integer({ min: 0, max: days * 24 * 60 })

const terms = fc
  .record({
    start: minutes(170),
    pauses: fc.array(fc.record({ after: minutes(30), length: minutes(6) }), { maxLength: 3 }),
    budget: fc.oneof(
      fc.record({
        unit: fc.constant('working-hour' as const),
        amount: fc.integer({ min: 1, max: 300 }).map((n) => n / 4),
      }),
      fc.record({
        unit: fc.constantFrom('working-day' as const, 'working-session' as const, 'calendar-day' as const),
        amount: fc.integer({ min: 1, max: 40 }),
      }),
      fc.record({ unit: fc.constant('month' as const), amount: fc.integer({ min: 1, max: 4 }) }),
    ),
    rule: fc.constantFrom<ClockRule>({ endsAt: 'closing' }, { endsAt: 'midnight' }, afterThree, {
      ...afterThree,
      endsAt: 'midnight',
    }),
  })
  .map(({ start, pauses, budget, rule }): ClockTerms => {
    const startedAt = new Date(at('2025-01-10 00:00').getTime() + start * minuteMs)
    return {
      startedAt,
      budget,
      rule,
      pauses: pauses.map(({ after, length }) => {
        const from = startedAt.getTime() + (after - 1440) * minuteMs
        return { from: new Date(from), to: new Date(from + length * minuteMs), reason: 'thử' }
      }),
    }
  })

test('deadlines equal those of a walk minute by minute and day by day', () => {
  fc.assert(
    fc.property(terms, (terms) => {
      assert.equal(dueAt(compiled, terms)?.toISOString(), new Date(slowDueAt(terms)).toISOString())
    }),
    { numRuns: 1000 },
  )
})

test('a longer budget or another pause never brings a deadline forward', () => {
  fc.assert(
    fc.property(terms, (terms) => {
      const due = dueAt(compiled, terms)
      const longer = dueAt(compiled, { ...terms, budget: { ...terms.budget, amount: terms.budget.amount + 1 } })
      const unpaused = dueAt(compiled, { ...terms, pauses: [] })
      assert.ok(due && longer && unpaused && due <= longer && unpaused <= due)
    }),
  )
})

test('an extension is as if the limit had been the longer one from the first', () => {
  fc.assert(
    fc.property(terms, fc.integer({ min: 1, max: 20 }), (terms, amount) => {
      const extensions = [{ at: terms.startedAt, amount, ground: 'Văn bản thử' }]
      const budget = { ...terms.budget, amount: terms.budget.amount + amount }
      assert.deepEqual(dueAt(compiled, { ...terms, extensions }), dueAt(compiled, { ...terms, budget }))
    }),
  )
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

test('the order and overlap of pauses do not matter', () => {
  fc.assert(
    fc.property(terms, (terms) => {
      const merged = mergePauses(terms.pauses ?? [])
      const same = { ...terms, pauses: merged.toReversed() }
      assert.deepEqual(
        dueAt(compiled, same),
        dueAt(compiled, { ...terms, pauses: [...(terms.pauses ?? []), ...merged] }),
      )
    }),
  )
})

// --- The edges of the law, in tables.

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
