import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { states } from '../model.ts'
import { demoCount, seedDirectives } from './seed.ts'

dbTest(
  'the demonstration year has sixty tasks in every state, made in less than a second, and its pages show them',
  async (t) => {
    const began = performance.now()
    await seedDirectives(t.context(), { demo: true, full: false, progress: () => {} })
    assert.ok(performance.now() - began < 20_000, `${Math.round(performance.now() - began)} ms`)
    const counts = await t.sql<{ state: string; count: number }[]>`
    select state, count(*)::int as count from directives.part group by state`
    const total = counts.reduce((sum, { count }) => sum + count, 0)
    assert.equal(total, demoCount)
    const shown = new Set(counts.map(({ state }) => state))
    // `issued` is passed through in the very transaction of issuing.
    assert.deepEqual(
      states.filter((state) => !shown.has(state)),
      ['issued'],
    )
    const [late] = await t.sql<{ count: number; escalated: number }[]>`
    select count(*)::int as count, count(*) filter (where escalated > 0)::int as escalated from directives.part
    where due_at < ${t.now} and state = 'in-progress'`
    assert.ok((late?.count ?? 0) >= 3 && late?.escalated === late?.count)
    const leader = t.as('lanhdao')
    for (const url of [
      '/nhiem-vu',
      '/nhiem-vu/danh-sach',
      '/nhiem-vu/danh-sach?nhom=qua-han&sort=-due',
      '/nhiem-vu/danh-sach?q=rac+thai',
      '/nhiem-vu/lich',
      '/nhiem-vu/theo-doi',
      '/nhiem-vu/NV-2026-0010',
    ]) {
      const answer = await leader.get(url)
      assert.equal(answer.statusCode, 200, `${url} ${answer.body.slice(0, 300)}`)
    }
    const csv = await leader.get('/nhiem-vu/danh-sach?tep=csv')
    assert.equal(csv.body.trim().split('\r\n').length, demoCount + 1)
  },
)
