import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rankUnits, sizeClasses } from './rank.ts'

const unit = (code: string, value: number | null, cases?: number) => ({ code, value, cases })

test('equal values share a place and the next one is left out', () => {
  const ranked = rankUnits([unit('a', 90), unit('b', 95), unit('c', 95), unit('d', 80)], 'high', 10)
  assert.deepEqual(
    ranked.map(({ code, place, isTied }) => [code, place, isTied]),
    [
      ['b', 1, true],
      ['c', 1, true],
      ['a', 3, false],
      ['d', 4, false],
    ],
  )
})

test('where low is good the lowest comes first', () => {
  assert.deepEqual(
    rankUnits([unit('a', 9), unit('b', 2)], 'low', 10).map(({ code }) => code),
    ['b', 'a'],
  )
})

test('a share of few cases gets no place, nor does a unit without a value', () => {
  const ranked = rankUnits([unit('a', 100, 3), unit('b', 90, 40), unit('c', null, 0)], 'high', 10)
  assert.deepEqual(
    ranked.map(({ code, place, why, of }) => [code, place, why, of]),
    [
      ['b', 1, undefined, 1],
      ['a', undefined, 'few-cases', 1],
      ['c', undefined, 'no-data', 1],
    ],
  )
})

test('a better value never has a worse place', () => {
  const contender = fc.record({ value: fc.integer({ min: 0, max: 20 }), cases: fc.integer({ min: 0, max: 30 }) })
  fc.assert(
    fc.property(fc.array(contender, { maxLength: 40 }), (values) => {
      const ranked = rankUnits(
        values.map((one, index) => ({ code: `u${index}`, ...one })),
        'high',
        10,
      )
      assert.equal(ranked.length, values.length)
      const placed = ranked.filter(({ place }) => place !== undefined)
      for (const a of placed)
        for (const b of placed) if ((a.value ?? 0) > (b.value ?? 0)) assert.ok((a.place ?? 0) < (b.place ?? 0))
      for (const { place, value } of placed)
        assert.equal(place, 1 + placed.filter((other) => (other.value ?? 0) > (value ?? 0)).length)
    }),
  )
})

test('size classes part the units in thirds', () => {
  const classes = sizeClasses(Array.from({ length: 9 }, (_, index) => ({ code: `u${index}`, size: index * 10 })))
  assert.deepEqual(
    [...classes.values()],
    ['small', 'small', 'small', 'middle', 'middle', 'middle', 'large', 'large', 'large'],
  )
})
