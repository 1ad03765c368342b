import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { issued, read } from '../testing.ts'

// Issued at, span in working days, due at. The pack's calendar: Tết 16–20-2-2026; 2-1 swapped with Saturday 10-1, 31-8 with Saturday 22-8.
const cases: [string, number, string, string][] = [
  ['2026-02-12T02:00:00Z', 1, '2026-02-13T10:00:00Z', 'the day before the last one before Tết'],
  ['2026-02-12T02:00:00Z', 3, '2026-02-24T10:00:00Z', 'over the whole of Tết'],
  ['2026-02-13T09:30:00Z', 1, '2026-02-23T10:00:00Z', 'given on the last afternoon before Tết'],
  ['2026-02-18T02:00:00Z', 1, '2026-02-23T10:00:00Z', 'given within Tết'],
  ['2026-01-08T02:00:00Z', 2, '2026-01-10T10:00:00Z', 'the make-up Saturday counts'],
  ['2026-01-09T02:00:00Z', 1, '2026-01-10T10:00:00Z', 'due on the make-up Saturday'],
  ['2026-08-21T02:00:00Z', 1, '2026-08-22T10:00:00Z', 'due on the make-up Saturday of the national day'],
  ['2026-08-28T02:00:00Z', 1, '2026-09-03T10:00:00Z', 'over the swapped Monday and two holidays'],
  ['2026-08-15T02:00:00Z', 1, '2026-08-17T10:00:00Z', 'given on a Saturday off'],
  ['2026-11-23T15:00:00Z', 3, '2026-11-26T10:00:00Z', 'given at night: the first day is never counted'],
]

for (const [at, amount, due, words] of cases) {
  dbTest(`a deadline of ${amount} working days from ${at.slice(0, 10)}: ${words}`, async (t) => {
    // People's roles begin with the template; the program itself gives here.
    const then = t.at(new Date(at))
    const { giveDirective } = await import('../giving/give.ts')
    const { issueDirective } = await import('../giving/issue.ts')
    const ctx = then.context()
    const code = await giveDirective(ctx, {
      title: 'Thử hạn qua ngày nghỉ lễ',
      words: 'Thử cách tính hạn qua Tết và ngày làm bù.',
      source: { kind: 'hand' },
      parts: [{ organisation: 'H32.KHCN', coOrganisations: [], deadline: { budget: { amount, unit: 'working-day' } } }],
    })
    const on = new Date(ctx.now.getTime() + 7 * 3_600_000).toISOString().slice(0, 10)
    await issueDirective(ctx, code, { number: `${amount}/TH-${at.slice(5, 10)}`, on })
    const [part] = await t.sql<{ dueAt: Date }[]>`select due_at from directives.part where code = ${code}`
    assert.equal(part?.dueAt.toISOString(), new Date(due).toISOString())
  })
}

dbTest(
  'a document that is entered late binds from its own date, and the page explains the deadline step by step',
  async (t) => {
    const { given } = await import('../testing.ts')
    const code = await given(t)
    const answer = await t.as('vanphong').inject({
      method: 'POST',
      url: `/api/v1/directives/${code}/issue`,
      payload: { number: '77/UBND-NV', on: '2026-11-18' },
    })
    assert.equal(answer.json().parts[0].dueAt, '2026-11-25T10:00:00.000Z')
    const [row] = await t.sql<
      { enteredInTime: boolean }[]
    >`select entered_in_time from directives.directive where code = ${code}`
    assert.equal(row?.enteredInTime, false, 'Wednesday to Monday is three working days')
    const page = await t.as('phochutich').get(`/nhiem-vu/${code}`)
    assert.match(page.body, /Thời hạn 5 ngày làm việc, không tính ngày đầu tiên/)
    assert.match(page.body, /Không tính 2 ngày nghỉ hằng tuần/)
  },
)

dbTest('a named day is kept as the deadline however late it is issued, and must lie ahead', async (t) => {
  const code = await issued(t, { parts: [{ organisation: 'H32.TC', deadline: { dueOn: '2026-11-27' } }] })
  assert.equal((await read(t, code)).parts[0].dueAt, '2026-11-27T10:00:00.000Z')
  const { given } = await import('../testing.ts')
  const late = await given(t, { parts: [{ organisation: 'H32.TC', deadline: { dueOn: '2026-11-23' } }] })
  const answer = await t.as('vanphong').inject({
    method: 'POST',
    url: `/api/v1/directives/${late}/issue`,
    payload: { number: '78/UBND-NV', on: '2026-11-23' },
  })
  assert.equal(answer.statusCode, 422)
})
