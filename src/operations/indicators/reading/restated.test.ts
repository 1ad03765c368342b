import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Formula } from '../model.ts'
import { restate } from './restated.ts'

const figure = (value: number | null, numerator = value ?? 0, denominator = 0) => ({
  state: value === null ? ('no-data' as const) : ('value' as const),
  value,
  numerator: String(numerator),
  denominator: String(denominator),
})
const ratio: Formula = { type: 'ratio', numerator: [], denominator: [], per: 100 }
const typed: Formula = { type: 'typed', overOrganisations: 'none', overTime: 'none', publication: 'on-approval' }

test('figures of before a merger are made one by the rule of the definition', () => {
  const [a, b] = [figure(90, 90, 100), figure(50, 150, 300)]
  assert.equal(restate({ merger: 'sum', formula: typed }, [a, b]), 140)
  assert.equal(restate({ merger: 'mean', formula: typed }, [a, b]), 70)
  assert.equal(
    restate({ merger: 'weighted', formula: ratio }, [a, b]),
    60,
    'by the denominators, not the mean of shares',
  )
  assert.equal(restate({ merger: 'not-comparable', formula: typed }, [a, b]), undefined)
})

test('where one of the former authorities has no figure there is none of all', () => {
  assert.equal(restate({ merger: 'sum', formula: typed }, [figure(90), figure(null)]), undefined)
  assert.equal(restate({ merger: 'sum', formula: typed }, [figure(90), undefined]), undefined)
  assert.equal(
    restate({ merger: 'weighted', formula: typed }, [figure(90), figure(50)]),
    undefined,
    'no weights, no mean',
  )
})
