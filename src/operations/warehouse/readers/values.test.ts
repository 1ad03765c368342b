import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseDate } from './date.ts'
import { type DecimalStyle, parseDecimal, parseInteger } from './decimal.ts'
import { ValueFault } from './faults.ts'
import { type InstantOptions, parseInstant } from './instant.ts'
import { nullWordTest, parseBoolean, parseLatitude, parseLongitude } from './plain-values.ts'

const told = (value: unknown) => (value instanceof ValueFault ? value.code : value)

test('decimals are exact in every style, and what could be two numbers is a fault', () => {
  const cases: [string, DecimalStyle, string][] = [
    ['1.234,56', 'vi', '1234.56'],
    ['1,234.56', 'en', '1234.56'],
    ['4.660.000.000', 'vi', '4660000000'],
    ['4,660,000,000', 'en', '4660000000'],
    ['93,21', 'vi', '93.21'],
    ['-0,50', 'vi', '-0.5'],
    ['−12', 'vi', '-12'],
    ['1 234 567,5', 'vi', '1234567.5'],
    ['1234,56', 'vi', '1234.56'],
    ['007', 'vi', '7'],
    ['0.1000', 'plain', '0.1'],
    ['-0', 'plain', '0'],
    ['.5', 'plain', '0.5'],
    ['1.94818911E8', 'plain', '194818911'],
    ['1e-7', 'plain', '0.0000001'],
    ['12345678901234567890.123456789', 'plain', '12345678901234567890.123456789'],
    ['1.234,56', 'auto', '1234.56'],
    ['1,234.56', 'auto', '1234.56'],
    ['1.234.567', 'auto', '1234567'],
    ['0.123', 'auto', '0.123'],
    ['12,5', 'auto', '12.5'],
    ['1.234', 'auto', 'value.decimal-ambiguous'],
    ['1,234', 'auto', 'value.decimal-ambiguous'],
    ['1.5', 'vi', 'value.decimal-ambiguous'],
    ['1,234.56', 'vi', 'value.decimal-ambiguous'],
    ['1,5', 'en', 'value.decimal-ambiguous'],
    ['1.234,56', 'plain', 'value.decimal-ambiguous'],
    ['1.23.456', 'vi', 'value.decimal'],
    ['12a', 'vi', 'value.decimal'],
    ['', 'plain', 'value.decimal'],
    ['.', 'plain', 'value.decimal'],
    ['NaN', 'plain', 'value.decimal'],
    ['1e999', 'plain', 'value.number-too-large'],
    ['9'.repeat(500), 'plain', 'value.number-too-large'],
  ]
  for (const [text, style, expected] of cases)
    assert.equal(told(parseDecimal(text, style)), expected, `${text} as ${style}`)
})

test('a decimal written in any style comes back as the number it was', () => {
  const digits = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })
  fc.assert(
    fc.property(digits, fc.stringMatching(/^\d{0,6}$/), (whole, fraction) => {
      const group = (mark: string) => whole.toString().replace(/\B(?=(\d{3})+$)/g, mark)
      const rest = fraction.replace(/0+$/, '')
      const expected = rest === '' ? whole.toString() : `${whole}.${rest}`
      assert.equal(parseDecimal(fraction ? `${group('.')},${fraction}` : group('.'), 'vi'), expected)
      assert.equal(parseDecimal(fraction ? `${group(',')}.${fraction}` : group(','), 'en'), expected)
      assert.equal(parseDecimal(fraction ? `${whole}.${fraction}` : `${whole}`, 'plain'), expected)
    }),
  )
})

test('integers take 2.0 and refuse 2.5, words and what a number cannot hold', () => {
  assert.deepEqual(
    ['12', '-3', '2.0', '1e3'].map((text) => parseInteger(text)),
    [12, -3, 2, 1000],
  )
  assert.equal(parseInteger('1.234', 'vi'), 1234)
  assert.deepEqual(
    ['2.5', 'NA', '', '9007199254740993'].map((text) => told(parseInteger(text))),
    ['value.integer', 'value.integer', 'value.integer', 'value.number-too-large'],
  )
})

test('dates are read by their pattern and by no other', () => {
  const cases: [string, string, string][] = [
    ['22/11/2026', 'dd/MM/yyyy', '2026-11-22'],
    ['1/7/2025', 'dd/MM/yyyy', '2025-07-01'],
    ['2026-11-22', 'yyyy-MM-dd', '2026-11-22'],
    ['05/01/2014 12:00:00 AM', 'MM/dd/yyyy hh:mm:ss a', '2014-05-01'],
    ['20261122153000', 'yyyyMMddHHmmss', '2026-11-22'],
    ['2006-07-24T00:00:00', 'iso', '2006-07-24'],
    ['29/02/2024', 'dd/MM/yyyy', '2024-02-29'],
    ['29/02/2026', 'dd/MM/yyyy', 'value.date-not-existing'],
    ['31/04/2026', 'dd/MM/yyyy', 'value.date-not-existing'],
    ['11/22/2026', 'dd/MM/yyyy', 'value.date-not-existing'],
    ['2026-11-22', 'dd/MM/yyyy', 'value.date'],
    ['22/11/26', 'dd/MM/yyyy', 'value.date'],
    ['2026112215300', 'yyyyMMddHHmmss', 'value.date'],
    ['45000', 'excel-1900', '2023-03-15'],
    ['45000,75', 'excel-1900', '2023-03-15'],
    ['1', 'excel-1900', '1900-01-01'],
    ['59', 'excel-1900', '1900-02-28'],
    ['60', 'excel-1900', 'value.date-not-existing'],
    ['61', 'excel-1900', '1900-03-01'],
    ['43538', 'excel-1904', '2023-03-15'],
    ['0', 'excel-1904', '1904-01-01'],
    ['-1', 'excel-1900', 'value.date-not-existing'],
    ['x', 'excel-1900', 'value.date'],
    ['', 'excel-1900', 'value.date'],
  ]
  for (const [text, pattern, expected] of cases)
    assert.equal(told(parseDate(text, pattern)), expected, `${text} by ${pattern}`)
})

const instant = (text: string, options: Partial<InstantOptions> = {}) => {
  const value = parseInstant(text, { timeZone: 'Asia/Ho_Chi_Minh', ...options })
  return value instanceof ValueFault ? value.code : new Date(value).toISOString()
}

test('instants are exact with an offset and take the zone of the contract without one', () => {
  assert.equal(instant('2011-10-11 13:42:22.688000+02:00'), '2011-10-11T11:42:22.688Z')
  assert.equal(instant('2026-11-22T15:30:00Z'), '2026-11-22T15:30:00.000Z')
  assert.equal(instant('2026-11-22T15:30'), '2026-11-22T08:30:00.000Z')
  assert.equal(instant('2026-11-30 15:30:00'), '2026-11-30T08:30:00.000Z')
  assert.equal(instant('2026-11-22 15:30:00.5'), '2026-11-22T08:30:00.500Z')
  assert.equal(instant('2026-11-22'), '2026-11-21T17:00:00.000Z')
  assert.equal(instant('2026-11-22 15:30:00-0330'), '2026-11-22T19:00:00.000Z')
  assert.equal(instant('2026-11-22 15:30:00+07'), '2026-11-22T08:30:00.000Z')
  assert.equal(instant('20261122153000', { pattern: 'yyyyMMddHHmmss' }), '2026-11-22T08:30:00.000Z')
  assert.equal(instant('22/11/2026 03:30 CH', { pattern: 'dd/MM/yyyy hh:mm a' }), '2026-11-22T08:30:00.000Z')
  assert.equal(instant('45000.5', { pattern: 'excel-1900' }), '2023-03-15T05:00:00.000Z')
  assert.equal(instant('2026-11-22 24:00:00'), '2026-11-22T17:00:00.000Z')
  assert.equal(instant('2026-11-22 25:00:00'), 'value.date-not-existing')
  assert.equal(instant('2026-02-30 10:00:00'), 'value.date-not-existing')
  assert.equal(instant('2026-11-22 10:61:00'), 'value.date-not-existing')
  assert.equal(instant('2026-11-22 10:00:00+99:00'), 'value.date-not-existing')
  assert.equal(instant('hôm qua'), 'value.instant')
})

test('clocks turned forward leave a gap that is a fault, turned back a choice', () => {
  const boston = { timeZone: 'America/New_York' }
  assert.equal(instant('2011-03-13 02:30:00', boston), 'value.instant-gap')
  assert.equal(instant('2011-03-13 01:59:59', boston), '2011-03-13T06:59:59.000Z')
  assert.equal(instant('2011-03-13 03:00:00', boston), '2011-03-13T07:00:00.000Z')
  assert.equal(instant('2011-11-06 01:30:00', boston), '2011-11-06T05:30:00.000Z')
  assert.equal(instant('2011-11-06 01:30:00', { ...boston, twice: 'later' }), '2011-11-06T06:30:00.000Z')
  assert.equal(instant('2011-11-06 01:30:00', { ...boston, twice: 'refuse' }), 'value.instant-twice')
})

test('a local time is the one at which the clocks of its zone show it', () => {
  const zones = [
    'Asia/Ho_Chi_Minh',
    'America/New_York',
    'Europe/Amsterdam',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'America/St_Johns',
  ]
  const when = fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2040, 0, 1) }).map((ms) => ms - (ms % 1000))
  fc.assert(
    fc.property(when, fc.constantFrom(...zones), (ms, timeZone) => {
      const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(ms)
      const both = (['earlier', 'later'] as const).map((twice) => parseInstant(shown, { timeZone, twice }))
      assert.ok(both.includes(ms), `${shown} ${timeZone}: ${both} and not ${ms}`)
    }),
    { numRuns: 3_000 },
  )
})

test('the short way of reading time stamps agrees with the patterns', () => {
  const common = fc
    .tuple(
      fc.nat(9999),
      fc.nat(14),
      fc.nat(33),
      fc.nat(26),
      fc.nat(64),
      fc.nat(64),
      fc.constantFrom('', '.5', '.123456', '+07:00', '.25Z', '-03:30', 'x', '.'),
    )
    .map(([year, month, day, hour, minute, second, tail]) => {
      const two = (number: number) => String(number).padStart(2, '0')
      return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${tail}`
    })
  fc.assert(
    fc.property(common, (text) => {
      // A blank before the text is no matter to the patterns and bars the short way.
      const short = parseInstant(text, { timeZone: 'UTC' })
      const long = parseInstant(` ${text}`, { timeZone: 'UTC' })
      assert.equal(told(short), told(long), text)
    }),
    { numRuns: 5_000 },
  )
})

test('yes, no and nothing are words of the contract', () => {
  assert.deepEqual(
    ['Có', 'KHÔNG', 'true', '0', ' x '].map((text) => told(parseBoolean(text))),
    [true, false, true, false, 'value.boolean'],
  )
  assert.equal(parseBoolean('ONTIME', { yes: ['ontime'], no: ['overdue'] }), true)
  const isNull = nullWordTest(['NA', 'N/A', '-', 'NULL'])
  assert.deepEqual(['NA', ' N/A ', '-', 'NULL', '', '  ', 'na', '0', 'x'].map(isNull), [
    true,
    true,
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})

test('places lie on the earth', () => {
  assert.equal(parseLatitude('12.2388'), 12.2388)
  assert.equal(parseLongitude('109,1967', 'vi'), 109.1967)
  assert.deepEqual(
    [told(parseLatitude('91')), told(parseLongitude('-180.5')), told(parseLatitude('x'))],
    ['value.latitude', 'value.longitude', 'value.latitude'],
  )
})
