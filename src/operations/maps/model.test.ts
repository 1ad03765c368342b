import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { classify, classOf, graver } from './model.ts'

test('classes hold every value once, in order, equal values together, five at most', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 200 }), (values) => {
      const classes = classify(values)
      assert.ok(classes.length <= 5)
      assert.equal(
        classes.reduce((sum, { count }) => sum + count, 0),
        values.length,
      )
      for (const [index, { from, to }] of classes.entries()) {
        assert.ok(from <= to)
        assert.ok(index === 0 || (classes[index - 1]?.to ?? 0) < from, 'no value lies in two classes')
      }
      for (const value of values) {
        const found = classes[classOf(value, classes) ?? -1]
        assert.ok(found && found.from <= value && value <= found.to)
      }
      assert.equal(classes.length > 0, values.length > 0)
    }),
  )
})

test('classes are of nearly equal numbers where the values differ', () => {
  const classes = classify(Array.from({ length: 65 }, (_, index) => index * index))
  assert.deepEqual(
    classes.map(({ count }) => count),
    [13, 13, 13, 13, 13],
  )
  assert.deepEqual([classes[0]?.from, classes[4]?.to], [0, 64 * 64])
})

test('no value is in no class: it is not the lowest', () => {
  const classes = classify([1, 2, 3])
  assert.equal(classOf(null, classes), undefined)
  assert.equal(classOf(undefined, classes), undefined)
  assert.deepEqual(classify([]), [])
})

test('of two severities the graver wins', () => {
  assert.equal(graver('low', 'critical'), 'critical')
  assert.equal(graver(undefined, 'low'), 'low')
  assert.equal(graver('medium', undefined), 'medium')
  assert.equal(graver(undefined, undefined), undefined)
})

test('a value that most areas share is a class of its own, and the few others are told apart', () => {
  const classes = classify([66, 80, 85, 90, 95, ...Array.from({ length: 60 }, () => 100)])
  assert.deepEqual(classes.at(-1), { from: 100, to: 100, count: 60 })
  assert.ok(classes.length > 2 && classes.length <= 5, JSON.stringify(classes))
})
