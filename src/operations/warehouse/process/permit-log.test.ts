import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { getCalendarOf } from '#calendar'
import { dbTest, realData } from '#test/harness'
import { loadSamples, nameOf, sendFile } from '../testing.ts'
import { viewProcess } from './read.ts'

const log = realData('event-logs/wabo-receipt.csv.gz')

if (log.skip) test('the permit log has 1,434 cases in 116 variants of 27 activities', { skip: log.skip }, () => {})
else
  dbTest('the permit log has 1,434 cases in 116 variants of 27 activities, 377 of them ended late', async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    await sendFile(ctx, 'permit-log', { name: nameOf(log.path), bytes: readFileSync(log.path) })
    const calendar = await getCalendarOf(ctx, 'H32')
    const view = await viewProcess(t.sql, {
      source: 'permit-log',
      calendar,
      now: new Date('2010-01-01'),
      variants: 200,
    })
    assert.equal(view.cases, 1434)
    assert.equal(view.events, 8577)
    assert.equal(view.activities.length, 27)
    assert.equal(view.variantCount, 116)
    assert.equal(
      view.variants.reduce((sum, { count }) => sum + count, 0),
      1434,
    )
    assert.equal(view.late, 377)
    assert.ok(view.activities.every(({ medianWorkingMs, medianMs }) => medianWorkingMs <= medianMs))
    assert.ok(view.lateCauses.reduce((sum, { cases }) => sum + cases, 0) <= 377)
  })
