import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reachableFrom } from './reach.ts'

const version = (code: string, parent: string | null, validFrom: string | null = null) => ({ code, parent, validFrom })

test('a role reaches what is below and what that came from, with all that was below it', () => {
  const reach = reachableFrom(
    [
      version('P', null),
      version('P.A', 'P'),
      version('OLD', null),
      version('OLD.X', 'OLD'),
      version('ELSEWHERE', null),
    ],
    [{ successor: 'P', predecessor: 'OLD' }],
  )
  assert.deepEqual(reach('P').sort(), ['OLD', 'OLD.X', 'P', 'P.A'])
  assert.deepEqual(reach('P.A'), ['P.A'])
  assert.deepEqual(reach('OLD').sort(), ['OLD', 'OLD.X'])
})

test('an agency that moved is reached by its new superior only', () => {
  const reach = reachableFrom(
    [version('A', null), version('B', null), version('U', 'A', '2020-01-01'), version('U', 'B', '2026-01-01')],
    [{ successor: 'U', predecessor: 'U' }],
  )
  assert.deepEqual(reach('A'), ['A'])
  assert.deepEqual(reach('B'), ['B', 'U'])
})

test('agencies that were exchanged for one another do not go round for ever', () => {
  const reach = reachableFrom(
    [version('A', null), version('B', null)],
    [
      { successor: 'A', predecessor: 'B' },
      { successor: 'B', predecessor: 'A' },
    ],
  )
  assert.deepEqual(reach('A').sort(), ['A', 'B'])
})
