import assert from 'node:assert/strict'
import { getCalendarOf } from '#calendar'
import { dbTest } from '#test/harness'
import { Cadence } from '../model.ts'
import { findLateness } from './lateness.ts'

const monthly = Cadence.parse({ every: 'month', dueWorkingDays: 5 })

dbTest('a monthly source is late from its first missing month on, in working days', async (t) => {
  const calendar = await getCalendarOf(t.context(), 'H32')
  const late = (last: string, now: string, cadence = monthly) =>
    findLateness(cadence, calendar, { lastAt: new Date(last), now: new Date(now) })
  assert.equal(late('2026-11-02T03:00:00Z', '2026-11-23T03:00:00Z'), undefined, 'October came')
  assert.equal(late('2026-10-05T03:00:00Z', '2026-11-05T03:00:00Z'), undefined, 'October is not due yet')
  const october = late('2026-10-05T03:00:00Z', '2026-11-11T03:00:00Z')
  assert.equal(october?.period, 'Tháng 10/2026')
  assert.equal(october?.words, 'chậm 3 ngày làm việc')
  const september = late('2026-09-05T03:00:00Z', '2026-11-11T03:00:00Z')
  assert.equal(september?.period, 'Tháng 9/2026')
  assert.ok((september?.workingDays ?? 0) > 20)
})

dbTest('a weekend makes no daily source late, an hour makes a station', async (t) => {
  const calendar = await getCalendarOf(t.context(), 'H32')
  const daily = Cadence.parse({ every: 'day', dueWorkingDays: 0 })
  const friday = new Date('2026-11-20T09:00:00Z')
  assert.equal(findLateness(daily, calendar, { lastAt: friday, now: new Date('2026-11-22T03:00:00Z') }), undefined)
  const hourly = Cadence.parse({ every: 'hour' })
  const from = new Date('2026-11-22T00:00:00Z')
  assert.equal(findLateness(hourly, calendar, { lastAt: from, now: new Date('2026-11-22T01:50:00Z') }), undefined)
  assert.equal(
    findLateness(hourly, calendar, { lastAt: from, now: new Date('2026-11-22T03:10:00Z') })?.words,
    'chậm 3 giờ',
  )
})

dbTest('what comes once is never late, nor what never came', async (t) => {
  const calendar = await getCalendarOf(t.context(), 'H32')
  const now = new Date('2026-11-22T03:00:00Z')
  assert.equal(findLateness(Cadence.parse({ every: 'once' }), calendar, { lastAt: new Date(0), now }), undefined)
  assert.equal(findLateness(monthly, calendar, { lastAt: null, now }), undefined)
})
