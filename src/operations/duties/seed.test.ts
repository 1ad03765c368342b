import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { listHistory } from './reading/history.ts'
import { countStandings, listCells, summariseDuties } from './reading/standings.ts'
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
    const then = new Date(t.now.getTime() - 45 * 86_400_000)
    const before = countStandings(await listCells(t.sql, 'all', { asOf: then }))
    assert.ok(before.late + before['no-data'] > 0 && before['on-time'] > before.late, JSON.stringify(before))
    assert.ok((await listHistory(t.sql, 'all', { state: 'late', asOf: then, limit: 5 })).length > 0, 'since delivered')
    const count = letters.length
    await seedDuties(t.context(), options)
    assert.equal((await listLetters(t.sql, { organisations: 'all', limit: 200 })).length, count, 'made once')
  },
)
