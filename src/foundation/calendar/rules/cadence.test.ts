import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lastPeriodDue, periodDueAt, workingDaysLate } from './cadence.ts'
import { instantOf, localDateTime } from './local-time.ts'
import { nextPeriod, type PeriodKind, periodKinds } from './periods.ts'
import { sampleCalendar } from './sample-calendar.ts'
import { compileCalendar } from './working-time.ts'

const compiled = compileCalendar(sampleCalendar)
const at = (text: string) => instantOf(text.slice(0, 10), text.slice(11), 'Asia/Ho_Chi_Minh')

const cases: [what: string, code: string, workingDays: number, due: string][] = [
  ['the day itself', '2025-03-04', 0, '2025-03-04 17:00'],
  ['a period that ends on a Sunday is due on Monday', '2025-W10', 0, '2025-03-10 17:00'],
  ['three working days after the quarter', '2025-Q1', 3, '2025-04-03 17:00'],
  ['over the swap of May', '2025-04', 2, '2025-05-06 17:00'],
  ['after the 14th', 'R2025-03', 1, '2025-03-17 17:00'],
]
for (const [what, code, workingDays, due] of cases) {
  test(`${what}: ${code} + ${workingDays} is due ${due}`, () => {
    const found = periodDueAt(compiled, code, { workingDays, time: '17:00' })
    assert.equal(localDateTime(found, 'Asia/Ho_Chi_Minh'), due.replace(' ', 'T'))
  })
}

test('the last period due is due, and the one after it is not', () => {
  const kinds = periodKinds.map(({ kind }): PeriodKind => kind)
  const minutes = fc.integer({ min: 0, max: 500_000 })
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 30 }), minutes, (kind, workingDays, minute) => {
      const now = new Date(at('2025-01-15 00:00').getTime() + minute * 60_000)
      const deadline = { workingDays, time: '16:30' }
      const code = lastPeriodDue(compiled, kind, deadline, now)
      assert.ok(periodDueAt(compiled, code, deadline) <= now)
      assert.ok(periodDueAt(compiled, nextPeriod(code), deadline) > now)
    }),
  )
})

test('lateness counts working days after the day it was due', () => {
  const due = at('2025-04-29 17:00')
  const late = (now: string) => workingDaysLate(compiled, due, at(now))
  assert.deepEqual(
    [late('2025-04-29 17:00'), late('2025-04-29 18:00'), late('2025-05-04 09:00'), late('2025-05-06 09:00')],
    [0, 0, 0, 2],
  )
})
