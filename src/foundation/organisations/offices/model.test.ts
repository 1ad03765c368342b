import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstOverfull, fullTitle, holdsOn, type Span, titleWithUnit } from './model.ts'

const dayAt = (index: number) => new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10)

const span = fc.tuple(fc.option(fc.nat(40)), fc.option(fc.nat(40))).map(
  ([from, length]): Span => ({
    validFrom: from === null ? null : dayAt(from),
    validTo: length === null ? null : dayAt((from ?? 0) + length),
  }),
)

test('a day on which more hold than there are seats is found whenever there is one, and it is the first', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 6 }), span, fc.integer({ min: 0, max: 3 }), (holdings, wanted, seats) => {
      const countOn = (day: string) => holdings.filter((one) => holdsOn(one, day)).length
      const days = ['0000-01-01', ...Array.from({ length: 100 }, (_, index) => dayAt(index)), '9999-12-31']
      const slow = days.find((day) => holdsOn(wanted, day) && countOn(day) > seats)
      assert.equal(firstOverfull(holdings, wanted, seats), slow)
    }),
  )
})

test('a title is not doubled by the name of the unit', () => {
  const cases = [
    ['Giám đốc', 'Sở Tài chính tỉnh Khánh Hòa', 'Giám đốc Sở Tài chính tỉnh Khánh Hòa', 'Giám đốc Sở Tài chính'],
    [
      'Chánh Văn phòng',
      'Văn phòng Ủy ban nhân dân tỉnh Khánh Hòa',
      'Chánh Văn phòng Ủy ban nhân dân tỉnh Khánh Hòa',
      'Chánh Văn phòng',
    ],
    ['Chánh Thanh tra', 'Thanh tra tỉnh Khánh Hòa', 'Chánh Thanh tra tỉnh Khánh Hòa', 'Chánh Thanh tra'],
    [
      'Chủ tịch',
      'Ủy ban nhân dân tỉnh Khánh Hòa (trước 01/7/2025)',
      'Chủ tịch Ủy ban nhân dân tỉnh Khánh Hòa',
      undefined,
    ],
  ] as const
  for (const [title, unit, full, under] of cases) {
    assert.equal(fullTitle(title, unit), full)
    if (under) assert.equal(titleWithUnit(title, unit), under)
  }
})
