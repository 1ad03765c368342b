import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { elapsedShare, openYears, readAmount, shareOf, slipOf } from './model.ts'

test('amounts are read as people write them, to the đồng', () => {
  const cases: [string, string | undefined][] = [
    ['1.250.000.000', '1250000000'],
    ['1250000000', '1250000000'],
    ['14,7 tỷ', '14700000000'],
    ['14,7 tỉ đồng', '14700000000'],
    ['-20 triệu đồng', '-20000000'],
    ['− 20 triệu', '-20000000'],
    ['0,5 nghìn', '500'],
    ['500 ₫', '500'],
    ['55 tỷ', '55000000000'],
    ['1,5', undefined],
    ['1,50 đồng', undefined],
    ['0,0001 nghìn', undefined],
    ['1.25', undefined],
    ['1,250,000', undefined],
    ['0', undefined],
    ['', undefined],
    ['tỷ', undefined],
    ['1e9', undefined],
    ['999999999999999 tỷ', undefined],
  ]
  for (const [text, amount] of cases) assert.equal(readAmount(text), amount, text)
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n - 1n }), fc.boolean(), (amount, isLess) => {
      const sign = isLess ? '-' : ''
      const said = `${sign}${amount}`
      assert.equal(readAmount(said), said)
      assert.equal(readAmount(`${sign}${amount.toString().replace(/\B(?=(\d{3})+$)/g, '.')} đồng`), said)
    }),
  )
})

test('a share bears nothing granted, and more than was granted', () => {
  assert.equal(shareOf(0, 0), undefined)
  assert.equal(shareOf(5, 0), undefined)
  assert.equal(shareOf(0, 4), 0)
  assert.equal(shareOf(5, 4), 1.25)
})

test('the capital of a year has until 31 January of the next', () => {
  assert.equal(elapsedShare(2026, '2025-12-31'), 0)
  assert.equal(elapsedShare(2026, '2026-01-01'), 0)
  assert.equal(elapsedShare(2026, '2027-01-31'), 1)
  assert.equal(elapsedShare(2026, '2030-01-01'), 1)
  assert.ok(Math.abs(elapsedShare(2026, '2026-07-18') - 0.5) < 0.01)
  assert.deepEqual(openYears('2026-11-23'), [2026])
  assert.deepEqual(openYears('2027-01-15'), [2026, 2027])
})

test('a slip is told from what is known: reached, expected, or overdue today', () => {
  const planned = { plannedOn: '2026-06-30', forecastOn: null, actualOn: null }
  assert.equal(slipOf(planned, '2026-06-01'), 0)
  assert.equal(slipOf(planned, '2026-07-10'), 10)
  assert.equal(slipOf({ ...planned, forecastOn: '2026-07-30' }, '2026-06-01'), 30)
  assert.equal(slipOf({ ...planned, forecastOn: '2026-07-01' }, '2026-07-10'), 10)
  assert.equal(slipOf({ ...planned, actualOn: '2026-06-25' }, '2026-12-01'), -5)
})
