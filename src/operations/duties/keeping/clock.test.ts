import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Problem } from '#platform/errors'
import { cloneTest, dbTest, makeActor } from '#test/harness'
import { decideExplanation, explainLetter, issueLetter } from '../reminders/actions.ts'
import { findLetter, listLetters } from '../reminders/store.ts'
import { at } from '../testing.ts'
import { openDuties } from './open.ts'
import { keepDuties } from './pass.ts'

const start = at('2026-11-02T00:00').getTime()
const days = 60

dbTest(
  'whenever the program looks, each period is opened exactly once, in order, and none before its last day',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: days * 24 * 60 }), { minLength: 1, maxLength: 12 }),
        async (minutes) => {
          await t.sql.unsafe('savepoint run')
          const looks = minutes.toSorted((a, b) => a - b).map((minute) => new Date(start + minute * 60_000))
          for (const now of looks) await openDuties(t.at(now).context())
          const last = looks.at(-1) ?? new Date(start)
          const rows = await t.sql<{ subject: string; period: string; openedAt: Date }[]>`
          select o.subject, d.period, d.opened_at from duties.duty d join duties.obligation o on o.id = d.obligation_id
          where o.subject in ('rain-and-water', 'result-repository', 'training.people') and o.organisation in ('H32.NNMT', 'H32.VP.PVHCC', 'H32.22366')
          order by o.subject, d.due_at, d.period`
          const keys = rows.map(({ subject, period }) => `${subject} ${period}`)
          assert.equal(new Set(keys).size, keys.length)
          const dayOf = (date: Date) => Math.floor((date.getTime() + 7 * 3_600_000) / 86_400_000)
          const rain = rows.filter(({ subject }) => subject === 'rain-and-water')
          // From 2 November on, one for each day up to that of the last look.
          assert.equal(rain.length, dayOf(last) - dayOf(new Date(start)) + 1)
          for (const { period, openedAt } of rain) assert.ok(dayOf(openedAt) >= Date.parse(period) / 86_400_000)
          const months = rows.filter(({ subject }) => subject === 'training.people').map(({ period }) => period)
          const ended = ['2026-11', '2026-12'].filter(
            (period) => last >= at(period === '2026-11' ? '2026-11-30T00:00' : '2026-12-31T00:00'),
          )
          assert.deepEqual(months, ended)
          await t.sql.unsafe('rollback to savepoint run')
        },
      ),
      { numRuns: 8 },
    )
  },
)

cloneTest(
  'many at once look at one clock and sign under one number: everything happens once',
  async (t) => {
    const now = at('2026-11-12T10:00')
    const context = () => ({ ...t.context(), now }) satisfies ReturnType<typeof t.context>
    // Contexts of their own connections, all at the same moment.
    await Promise.all(Array.from({ length: 8 }, () => keepDuties(context())))
    const [doubled] = await t.sql<{ count: number }[]>`
    select count(*) from (select obligation_id, period from duties.duty group by 1, 2 having count(*) > 1) d`
    assert.equal(doubled?.count, 0)
    const letters = await listLetters(t.sql, { organisations: 'all', kind: 'reminder', limit: 100 })
    const agencies = letters.map(({ agency }) => agency)
    assert.equal(new Set(agencies).size, agencies.length, 'one letter to an agency')
    const own = letters.filter(({ issuer }) => issuer === 'H32.KHCN').slice(0, 2)
    assert.equal(own.length, 2)
    const operator = makeActor('operator', { 'duty:remind': 'all' }, 'H32')
    const signer = {
      ...makeActor('giamdoc-khcn', { 'duty:issue': ['H32.KHCN'] }, 'H32.KHCN'),
      position: { code: 'H32.KHCN:GD', title: 'Giám đốc', held: 1 },
    }
    for (const { agency, code } of own) {
      await explainLetter(
        t.context(makeActor('agency', { 'duty:explain': [agency] }, agency)),
        code,
        'Đường truyền hỏng ba ngày',
      )
      // Two operators decide at the same moment: the second finds it decided.
      const decided = await Promise.allSettled(
        [1, 2].map(() => decideExplanation(t.context(operator), code, { accept: false, reason: 'Có đường dự phòng' })),
      )
      assert.deepEqual(decided.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    }
    const issue = { number: 9, issuedOn: '2026-11-12' }
    const signed = await Promise.allSettled(own.map(({ code }) => issueLetter(t.context(signer), code, issue)))
    const refused = signed.flatMap((one) => (one.status === 'rejected' ? [one.reason as Problem] : []))
    assert.deepEqual(
      refused.map(({ code }) => code),
      ['reminder.number-taken'],
    )
    const states = await Promise.all(own.map(async ({ code }) => (await findLetter(t.sql, code))?.state))
    assert.deepEqual(states.sort(), ['issued', 'to-sign'])
  },
  { now: at('2026-11-12T10:00') },
)
