import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Session, sessionsOfException, sessionsOfWeekday } from '../model.ts'
import { type ClockRule, type ClockTerms, dueAt, mergePauses } from './clock.ts'
import { instantOf } from './local-time.ts'
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
