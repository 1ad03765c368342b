import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RepeatCounter } from './repeats.ts'

test('repeats are counted as a plain map counts them', () => {
  const texts = fc.array(fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('', 'a', 'aa', 'b')), { maxLength: 200 })
  fc.assert(
    fc.property(texts, (texts) => {
      const counter = new RepeatCounter()
      const known = new Map<string, number>()
      for (const text of texts) {
        known.set(text, (known.get(text) ?? 0) + 1)
        assert.equal(counter.count(text), known.get(text))
      }
    }),
  )
})

test('half a million keys that differ in one sign are told apart in a few megabytes', () => {
  const counter = new RepeatCounter()
  const before = process.memoryUsage().arrayBuffers
  for (let nth = 0; nth < 500_000; nth += 1) assert.equal(counter.count(`H32.22366-261102-${nth}|Thẩm định`), 1)
  assert.equal(counter.count('H32.22366-261102-7|Thẩm định'), 2)
  assert.ok(process.memoryUsage().arrayBuffers - before < 30 * 1024 ** 2)
})
