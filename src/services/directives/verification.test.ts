import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canDo, type Deed, deeds, leadsTo, type State, stateOfWhole, states } from './model.ts'

const walk = fc.array(fc.constantFrom(...deeds), { maxLength: 60 })

/** The states a list of deeds passes through; what may not be done is not done. */
function passThrough(wanted: readonly Deed[]): [State, Deed][] {
  let state: State = 'opinion'
  return wanted.flatMap((deed): [State, Deed][] => {
    if (!canDo(state, deed)) return []
    const from: State = state
    state = leadsTo(deed)
    return [[from, deed]]
  })
}

test('no path skips verification: done is reached from awaiting verification, by verifying, and by nothing else', () => {
  fc.assert(
    fc.property(walk, (wanted) => {
      for (const [from, deed] of passThrough(wanted)) {
        if (leadsTo(deed) === 'done') assert.deepEqual([from, deed], ['awaiting-verification', 'verify'])
      }
    }),
    { numRuns: 2000 },
  )
})

test('no double closure: between two closings stands a reopening, and nothing comes after a withdrawal', () => {
  fc.assert(
    fc.property(walk, (wanted) => {
      const done = passThrough(wanted).map(([, deed]) => deed)
      const ends = done.filter((deed) => deed === 'verify' || deed === 'reopen')
      assert.ok(ends.every((deed, index) => deed === (index % 2 === 0 ? 'verify' : 'reopen')))
      const withdrawn = done.indexOf('withdraw')
      assert.ok(withdrawn < 0 || withdrawn === done.length - 1)
    }),
    { numRuns: 2000 },
  )
})

test('nothing binds before it is issued, and the agency has it only after that', () => {
  for (const state of states) assert.equal(canDo(state, 'issue'), state === 'opinion', state)
  for (const deed of deeds.filter((one) => one !== 'issue' && one !== 'withdraw'))
    assert.equal(canDo('opinion', deed), false, deed)
})

test('the whole is done when every part that was not withdrawn is done', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...states), { minLength: 1, maxLength: 6 }), (parts) => {
      const whole = stateOfWhole(parts)
      const left = parts.filter((state) => state !== 'withdrawn')
      assert.equal(whole === 'done', left.length > 0 && left.every((state) => state === 'done'))
      assert.equal(whole === 'withdrawn', left.length === 0)
    }),
  )
})
