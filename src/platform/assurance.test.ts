import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Assurance, assurances, isAssured, meets } from '#platform/assurance'

const cases: [had: Assurance | undefined, wanted: Assurance, does: boolean][] = [
  ['password', 'password', true],
  ['two-factor', 'password', true],
  ['password', 'two-factor', false],
  ['two-factor', 'two-factor', true],
  ['vneid:1', 'vneid:1', true],
  ['vneid:2', 'vneid:1', true],
  ['vneid:1', 'vneid:2', false],
  ['vneid:2', 'vneid:2', true],
  ['two-factor', 'vneid:1', false],
  ['two-factor', 'vneid:2', false],
  ['vneid:2', 'password', false],
  ['vneid:2', 'two-factor', false],
  [undefined, 'password', false],
  [undefined, 'vneid:1', false],
]

test('a level does for itself and for the weaker ones of its own scale, and for none of the other', () => {
  for (const [had, wanted, does] of cases) assert.equal(meets(had, wanted), does, `${had} for ${wanted}`)
  for (const level of assurances) assert.ok(meets(level, level))
})

test('a level counts for as long as was asked, to the minute', () => {
  const now = new Date('2026-11-23T03:00:00Z')
  const ago = (ms: number) => ({ assurance: 'two-factor' as const, authenticatedAt: new Date(now.getTime() - ms) })
  const wish = { level: 'two-factor' as const, withinMinutes: 10 }
  assert.ok(isAssured(ago(600_000), wish, now))
  assert.ok(!isAssured(ago(600_001), wish, now))
  assert.ok(isAssured(ago(24 * 3600_000), { level: 'two-factor' }, now))
  assert.ok(!isAssured({ assurance: 'two-factor' }, wish, now), 'nobody knows since when')
})
