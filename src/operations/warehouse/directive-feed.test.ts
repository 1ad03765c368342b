import assert from 'node:assert/strict'
import { processTouches } from '#indicators'
import { type DbTest, dbTest } from '#test/harness'
import { feedDirectives } from './directive-feed.ts'

async function give(t: DbTest, days: number, on: string): Promise<string> {
  const given = await t.as('phochutich').inject({
    method: 'POST',
    url: '/api/v1/directives',
    payload: {
      title: 'Rà soát số liệu chậm cập nhật (thử nghiệm)',
      words: 'Rà soát toàn bộ số liệu chậm cập nhật và báo cáo nguyên nhân.',
      parts: [{ organisation: 'H32.KHCN', deadline: { budget: { amount: days } } }],
    },
  })
  const { code } = given.json()
  const number = `${code.slice(-4)}/UBND-NV`
  const issued = await t
    .as('vanphong')
    .inject({ method: 'POST', url: `/api/v1/directives/${code}/issue`, payload: { number, on } })
  assert.equal(issued.statusCode, 200, issued.body)
  return code
}

async function move(t: DbTest, who: string, code: string, transition: object): Promise<void> {
  const url = `/api/v1/directives/${code}/transitions`
  const answer = await t.as(who).inject({ method: 'POST', url, payload: { transition } })
  assert.equal(answer.statusCode, 200, answer.body)
}

const factOf = async (t: DbTest, indicator: string): Promise<number | undefined> => {
  const [fact] = await t.sql<{ value: string }[]>`
    select value from indicators.fact
    where indicator = ${indicator} and organisation = 'H32.KHCN' and period = '2026-11' and superseded_at is null`
  return fact && Number(fact.value)
}

dbTest('tasks become records and records numbers: on time, late, not yet due, entered in time', async (t) => {
  const done = await give(t, 5, '2026-11-23')
  await give(t, 10, '2026-11-23')
  await give(t, 1, '2026-11-18')
  await move(t, 'dulieu-khcn', done, { deed: 'accept' })
  await move(t, 'dulieu-khcn', done, { deed: 'submit', words: 'Đã rà soát xong cả.' })
  await move(t, 'phochutich', done, { deed: 'verify' })
  assert.equal(await feedDirectives(t.context()), 3)
  await feedDirectives(t.context())
  const [records] = await t.sql<{ count: number }[]>`
    select count(*)::int as count from warehouse.process_case where source = 'directives'`
  assert.equal(records?.count, 3, 'sent twice it is there once')
  await processTouches(t.context())
  assert.equal(await factOf(t, 'directive.on-time'), 100)
  assert.equal(await factOf(t, 'directive.late'), 1)
  assert.equal(await factOf(t, 'directive.not-yet-due'), 1)
  assert.ok(Math.abs(((await factOf(t, 'directive.entered-in-time')) ?? 0) - 66.67) < 0.01)
})
