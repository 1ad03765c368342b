import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileCalendar, WorkingCalendar } from '#calendar'
import { openAnalyser } from './analyse.ts'
import { Sample } from './sample.ts'
import { stepsOf, type Trace } from './trace.ts'

const hours = [
  { from: '08:00', to: '12:00' },
  { from: '13:00', to: '17:00' },
]
const calendar = compileCalendar(
  WorkingCalendar.parse({
    code: 'test',
    name: 'Test',
    timeZone: 'UTC',
    hours: [
      {
        from: '2000-01-01',
        citation: 'none, a test',
        week: {
          monday: hours,
          tuesday: hours,
          wednesday: hours,
          thursday: hours,
          friday: hours,
          saturday: [],
          sunday: [],
        },
      },
    ],
    years: [],
    days: [],
  }),
)

const at = (text: string) => Date.parse(`${text}Z`)
const hour = 3_600_000

const step = (activity: number, time: string, resource = 0, lifecycle: 'start' | 'complete' = 'complete') => ({
  activity,
  resource,
  at: at(time),
  lifecycle,
})

function analyse(traces: Partial<Trace>[], activities = ['Nhận', 'Xét', 'Ký']) {
  const analyser = openAnalyser({
    calendar,
    activities,
    resources: ['An', 'Bình'],
    hasComplete: new Set([0, 1, 2]),
    now: new Date('2026-01-31T00:00:00Z'),
  })
  for (const [index, trace] of traces.entries())
    analyser.add({ caseId: `case-${index}`, events: [], dueAt: undefined, endedAt: undefined, ...trace })
  return analyser.view({ variants: 10, handovers: 10 })
}

test('time over a weekend counts in the calendar but not in working hours', () => {
  const view = analyse([{ events: [step(0, '2026-01-09T16:00'), step(1, '2026-01-12T09:00')] }])
  const flow = view.flows[0]
  assert.equal(flow?.from, 'Nhận')
  assert.equal(flow?.to, 'Xét')
  assert.equal(flow?.medianMs, 65 * hour)
  assert.equal(flow?.medianWorkingMs, 2 * hour)
})

test('a start and its completion give service and waiting apart', () => {
  const view = analyse([
    {
      events: [step(0, '2026-01-12T08:00'), step(1, '2026-01-12T10:00', 0, 'start'), step(1, '2026-01-12T11:00')],
    },
  ])
  const activity = view.activities.find(({ name }) => name === 'Xét')
  assert.equal(activity?.meanServiceMs, hour)
  assert.equal(activity?.meanWaitingMs, 2 * hour)
  assert.deepEqual(view.variants[0]?.activities, ['Nhận', 'Xét'])
})

test('repeats are rework, and work that passes to another person is a hand-over', () => {
  const view = analyse([
    { events: [step(0, '2026-01-12T08:00', 0), step(1, '2026-01-12T09:00', 1), step(1, '2026-01-12T10:00', 0)] },
    { events: [step(0, '2026-01-12T08:00', 0), step(2, '2026-01-12T09:00', 0)] },
  ])
  assert.equal(view.reworkCases, 1)
  assert.equal(view.casesWithHandover, 1)
  assert.deepEqual(
    view.handovers.map(({ from, to, count }) => [from, to, count]),
    [
      ['An', 'Bình', 1],
      ['Bình', 'An', 1],
    ],
  )
  assert.equal(view.variantCount, 2)
})

test('a late case is laid at the step that took longest over its usual', () => {
  const usual = ['10', '10', '10', '10'].map((end) => ({
    events: [step(0, '2026-01-12T08:00'), step(1, `2026-01-12T${end}:00`), step(2, '2026-01-12T11:00')],
    dueAt: at('2026-01-13T00:00'),
    endedAt: at('2026-01-12T11:00'),
  }))
  const late = {
    events: [step(0, '2026-01-12T08:00'), step(1, '2026-01-15T10:00'), step(2, '2026-01-15T12:00')],
    dueAt: at('2026-01-13T00:00'),
    endedAt: at('2026-01-15T12:00'),
  }
  const view = analyse([...usual, late])
  assert.equal(view.dated, 5)
  assert.equal(view.late, 1)
  assert.deepEqual(
    view.lateCauses.map(({ activity, cases }) => [activity, cases]),
    [['Xét', 1]],
  )
})

test('a case still open after its due time is late', () => {
  const view = analyse([{ events: [step(0, '2026-01-12T08:00')], dueAt: at('2026-01-13T00:00') }])
  assert.equal(view.late, 1)
})

test('starts without completion make no step where the log knows completions, and every event one where it does not', () => {
  const events = [step(0, '2026-01-12T08:00', 0, 'start'), step(1, '2026-01-12T09:00', 0, 'start')]
  assert.equal(stepsOf(events, new Set([0, 1])).length, 0)
  assert.equal(stepsOf(events, new Set()).length, 2)
})

test('a sample gives the exact quantile of few values and stays near it for many', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 300 }), (values) => {
      const sample = new Sample()
      for (const value of values) sample.add(value)
      const sorted = values.toSorted((a, b) => a - b)
      assert.equal(sample.quantile(0.5), sorted[Math.ceil(values.length / 2) - 1])
    }),
  )
  const sample = new Sample()
  for (let value = 0; value < 100_000; value += 1) sample.add((value * 7919) % 100_000)
  assert.ok(Math.abs(sample.quantile(0.5) - 50_000) < 2_500)
})
