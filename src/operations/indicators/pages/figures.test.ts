import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFigure } from './figures.ts'

test('figures are read as they are written in Việt Nam, and what is no figure is refused', () => {
  const cases: [string, number | undefined][] = [
    ['1.234,5', 1234.5],
    ['1 234,5', 1234.5],
    ['376.874', 376874],
    ['93,21%', 93.21],
    ['93.21', 93.21],
    ['−4', -4],
    ['0', 0],
    ['1.2.3', undefined],
    ['1,2,3', undefined],
    ['abc', undefined],
    ['', undefined],
    ['1e9', undefined],
  ]
  for (const [text, value] of cases) assert.equal(readFigure(text), value, text)
})
