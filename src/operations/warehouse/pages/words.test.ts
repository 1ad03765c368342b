import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slowRule } from '../bounded.ts'
import { doubledKey } from '../decide.ts'
import { faultCodes } from '../readers/faults.ts'
import { isOwnRule } from './words.ts'

test('every fault of a record has a short name in the lists of the quarantine', () => {
  const ofRecords = faultCodes.filter((code) => /^(row|cell|value|xes\.(attribute|trace-without))/.test(code))
  assert.ok(ofRecords.length > 20)
  assert.deepEqual([...ofRecords, slowRule, doubledKey, 'expression'].filter(isOwnRule), [])
})
