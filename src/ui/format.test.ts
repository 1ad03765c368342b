import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  deadlineState,
  formatBytes,
  formatChange,
  formatDate,
  formatDateTime,
  formatDeadline,
  formatDuration,
  formatMoney,
  formatNumber,
  formatPercent,
  formatRelative,
  formatShort,
  formatWeekday,
} from './format.ts'

const now = new Date('2026-11-22T03:05:00Z')

test('numbers are grouped by points and have a comma before the decimals', () => {
  assert.equal(formatNumber(376_874), '376.874')
  assert.equal(formatNumber(1234.5, 2), '1.234,50')
  assert.equal(formatNumber(-3.5), '−3,5')
  assert.equal(formatPercent(93.21), '93,21%')
  assert.equal(formatChange(1.2), '+1,2')
  assert.equal(formatChange(-0.4), '−0,4')
  assert.equal(formatChange(0), '0')
})

test('large sums are said in nghìn, triệu and tỷ, and a rounded one moves to the next word', () => {
  assert.equal(formatMoney(4_660_000_000), '4,66 tỷ đồng')
  assert.equal(formatMoney(55_000_000_000n), '55 tỷ đồng')
  assert.equal(formatMoney(12_500), '12,5 nghìn đồng')
  assert.equal(formatMoney(850), '850 đồng')
  assert.equal(formatMoney(999_999_999), '1 tỷ đồng')
  assert.equal(formatMoney(-2_000_000), '−2 triệu đồng')
  assert.equal(formatShort(594_000), '594 nghìn')
  assert.equal(formatShort(9_999), '9.999')
})

test('no sum is ever written with a thousand of one word where the next word exists', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (value) => {
      assert.doesNotMatch(formatMoney(value), /^1\.000 (nghìn|triệu)/)
    }),
  )
})

test('dates are day, month and four-digit year in the time zone of the place', () => {
  assert.equal(formatDate(now), '22/11/2026')
  assert.equal(formatDate('2026-01-05'), '05/01/2026')
  assert.equal(formatDateTime(now), '10:05 22/11/2026')
  assert.equal(formatDateTime(new Date('2026-11-22T17:30:00Z')), '00:30 23/11/2026')
  assert.equal(formatDateTime(now, 'UTC'), '03:05 22/11/2026')
  assert.equal(formatWeekday(now), 'Chủ nhật')
})

test('within a day an instant is told by its distance, and beyond by its date', () => {
  const ago = (minutes: number) => formatRelative(new Date(now.getTime() - minutes * 60_000), now)
  assert.equal(ago(0), 'vừa xong')
  assert.equal(ago(12), '12 phút trước')
  assert.equal(ago(185), '3 giờ trước')
  assert.equal(ago(24 * 60), '10:05 21/11/2026')
  assert.equal(ago(-20), '20 phút nữa')
})

test('durations show their two largest parts', () => {
  assert.equal(formatDuration(45 * 60_000), '45 phút')
  assert.equal(formatDuration(200 * 60_000), '3 giờ 20 phút')
  assert.equal(formatDuration((2 * 1440 + 4 * 60 + 5) * 60_000), '2 ngày 4 giờ')
  assert.equal(formatDuration(8_000), '8 giây')
})

test('deadlines are told in working time with their state', () => {
  const dueAt = new Date('2026-11-26T10:00:00Z')
  const left = { dueAt, remaining: 2, unit: 'ngày làm việc' } as const
  assert.equal(formatDeadline(left), 'còn 2 ngày làm việc · hạn 17:00 26/11/2026')
  assert.equal(deadlineState(left), 'Đúng hạn')
  assert.equal(deadlineState({ ...left, remaining: 1 }), 'Sắp đến hạn')
  assert.equal(formatDeadline({ ...left, remaining: -3 }), 'quá hạn 3 ngày làm việc · hạn 17:00 26/11/2026')
  assert.equal(deadlineState({ ...left, remaining: -0.5 }), 'Quá hạn')
  assert.equal(deadlineState({ dueAt, remaining: 8, unit: 'giờ làm việc' }), 'Sắp đến hạn')
})

test('sizes of files use units of a thousand', () => {
  assert.equal(formatBytes(0), '0 byte')
  assert.equal(formatBytes(12_400_000), '12,4 MB')
})
