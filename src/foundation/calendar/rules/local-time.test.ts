import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instantOf, isTimeZone, localDate, localDateTime, toInstantMs, toLocalTime } from './local-time.ts'

const zones = [
  'Asia/Ho_Chi_Minh',
  'Asia/Saigon',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'UTC',
]

test('local dates and times are what Intl shows', () => {
  const instants = fc.integer({ min: Date.UTC(1976, 0, 1), max: Date.UTC(2099, 0, 1) })
  fc.assert(
    fc.property(instants, fc.constantFrom(...zones), (instant, timeZone) => {
      const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(
        instant,
      )
      assert.equal(localDateTime(new Date(instant), timeZone), shown.replace(' ', 'T'))
    }),
  )
})

test('an instant survives the way to its wall clock and back, save the second pass of a doubled hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2099, 0, 1) }), fc.constantFrom(...zones), (instant, timeZone) => {
      const back = toInstantMs(toLocalTime(instant, timeZone), timeZone)
      const showsTheSame = localDateTime(new Date(back), timeZone) === localDateTime(new Date(instant), timeZone)
      assert.ok(back === instant || (back < instant && showsTheSame))
    }),
  )
})

test('midnight in Việt Nam parts the days', () => {
  assert.equal(localDate(new Date('2026-11-21T16:59:59.999Z'), 'Asia/Ho_Chi_Minh'), '2026-11-21')
  assert.equal(localDate(new Date('2026-11-21T17:00:00Z'), 'Asia/Ho_Chi_Minh'), '2026-11-22')
  assert.equal(instantOf('2026-11-21', '24:00', 'Asia/Ho_Chi_Minh').toISOString(), '2026-11-21T17:00:00.000Z')
})

test('before 13-6-1975 the older offset of Sài Gòn holds', () => {
  assert.equal(localDateTime(new Date('1975-06-12T15:59:00Z'), 'Asia/Ho_Chi_Minh'), '1975-06-12T23:59')
  assert.equal(localDateTime(new Date('1975-06-12T16:00:00Z'), 'Asia/Ho_Chi_Minh'), '1975-06-12T23:00')
})

test('a doubled hour means its first pass and a skipped one moves on', () => {
  assert.equal(instantOf('2025-10-26', '02:30', 'Europe/Berlin').toISOString(), '2025-10-26T00:30:00.000Z')
  assert.equal(instantOf('2025-03-30', '02:30', 'Europe/Berlin').toISOString(), '2025-03-30T01:30:00.000Z')
})

test('only zones of the IANA list are zones', () => {
  assert.ok(isTimeZone('Asia/Ho_Chi_Minh'))
  assert.ok(!isTimeZone('Asia/Nha_Trang'))
})
