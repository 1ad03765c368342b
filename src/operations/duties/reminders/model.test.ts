import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  canMoveLetter,
  countsOnLadder,
  firstLetterState,
  type LetterState,
  letterStates,
  standingOf,
} from '../model.ts'

const walk = (kind: 'reminder' | 'request', wishes: readonly LetterState[]): LetterState[] => {
  const path = [firstLetterState(kind)]
  for (const to of wishes) {
    const from = path.at(-1)
    if (from && canMoveLetter(from, to)) path.push(to)
  }
  return path
}

test('on no path is a reminder issued before the agency was asked and the signer had it, nor does anything leave an end', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...letterStates), { maxLength: 30 }), (wishes) => {
      const path = walk('reminder', wishes)
      assert.equal(path[0], 'asked')
      const issued = path.indexOf('issued')
      if (issued >= 0) assert.equal(path[issued - 1], 'to-sign')
      assert.ok(path.filter((state) => state === 'issued').length <= 1, 'issued once')
      const end = path.findIndex((state) => ['excused', 'dropped', 'withdrawn'].includes(state))
      if (end >= 0) assert.equal(end, path.length - 1)
      if (path.includes('excused')) assert.ok(path.includes('explained') && !path.includes('issued'))
      if (path.includes('withdrawn')) assert.ok(path.includes('issued'))
    }),
  )
})

test('only an issued reminder counts: not a request, not a draft, not what was withdrawn', () => {
  for (const state of letterStates) {
    assert.equal(countsOnLadder({ kind: 'request', state }), false)
    assert.equal(countsOnLadder({ kind: 'reminder', state }), state === 'issued')
  }
})

test('nothing ever came and something is late: no data', () => {
  assert.equal(standingOf({ hasValue: false, late: 1, dueSoon: 0 }), 'no-data')
  assert.equal(standingOf({ hasValue: true, late: 1, dueSoon: 3 }), 'late')
  assert.equal(standingOf({ hasValue: false, late: 0, dueSoon: 1 }), 'due-soon')
  assert.equal(standingOf({ hasValue: false, late: 0, dueSoon: 0 }), 'on-time')
})
