import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { summariseDuties } from './reading/standings.ts'
import { countLadder, listLetters } from './reminders/store.ts'
import { seedDuties } from './seed.ts'

const options = { demo: true, full: false, progress: () => {} }

dbTest(
  'the demonstration has a past: figures late and missing, letters that went their way, one agency at the first step',
  async (t) => {
    await seedDuties(t.context(), options)
    const ladder = await countLadder(t.sql, 2026)
    assert.equal(Math.max(...ladder.map(({ count }) => count)), 3)
    assert.ok(ladder.length >= 4)
    const letters = await listLetters(t.sql, { organisations: 'all', limit: 200 })
    assert.ok(letters.some(({ state }) => state === 'excused'))
    assert.ok(letters.some(({ kind, state }) => kind === 'request' && state === 'to-sign'))
    assert.ok(letters.some(({ state }) => state === 'asked'))
    const summary = await summariseDuties(t.context(), 'all')
    assert.ok(summary.late > 0 && summary.noData > 0 && summary.onTime > summary.late + summary.noData)
    const count = letters.length
    await seedDuties(t.context(), options)
    assert.equal((await listLetters(t.sql, { organisations: 'all', limit: 200 })).length, count, 'made once')
  },
)
