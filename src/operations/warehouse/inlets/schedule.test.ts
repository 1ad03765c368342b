import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSchedule, nextTime } from './schedule.ts'

const zone = 'Asia/Ho_Chi_Minh'
const cases: [string, string, string][] = [
  ['*/15 * * * *', '2026-11-23T03:00:00Z', '2026-11-23T03:15:00.000Z'],
  ['0 7 * * *', '2026-11-23T03:00:00Z', '2026-11-24T00:00:00.000Z'],
  ['30 6,18 * * 1-5', '2026-11-20T12:00:00Z', '2026-11-22T23:30:00.000Z'],
  ['0 0 1 * *', '2026-11-23T03:00:00Z', '2026-11-30T17:00:00.000Z'],
  ['0 8 29 2 *', '2026-11-23T03:00:00Z', '2028-02-29T01:00:00.000Z'],
  ['0 8 1 * 0', '2026-11-23T03:00:00Z', '2026-11-29T01:00:00.000Z'],
  ['5/20 23 31 12 7', '2026-12-31T16:30:00Z', '2026-12-31T16:45:00.000Z'],
]

for (const [pattern, after, expected] of cases) {
  test(`${pattern} after ${after}`, () => {
    assert.equal(nextTime(pattern, new Date(after), zone)?.toISOString(), expected)
  })
}

test('a pattern that never comes has no time, and what is no pattern is told', () => {
  assert.equal(nextTime('0 0 30 2 *', new Date('2026-11-23T03:00:00Z'), zone), undefined)
  for (const wrong of ['', '* * * *', '60 * * * *', '*/0 * * * *', '5-1 * * * *', 'a * * * *', '* * * * * *'])
    assert.equal(isSchedule(wrong), false, wrong)
})
