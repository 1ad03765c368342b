// The whole way of a source that stops, on a clock that goes by: nobody presses anything until the letter lies before its signer.
import assert from 'node:assert/strict'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { keepDuties, settleAndTell } from './keeping/pass.ts'
import { reachOfDuties } from './reading/reach.ts'
import { summariseDuties } from './reading/standings.ts'
import { issueLetter } from './reminders/actions.ts'
import { countIssued, findLetter, listLetters } from './reminders/store.ts'
import { arrive, at, watchOnly } from './testing.ts'

const agency = 'H32.NNMT'
const source = 'rain-and-water'

const looks = ['06:30', '07:30', '08:30', '09:30', '17:30']

async function stateOf({ sql }: Pick<DbTest, 'sql'>, period: string): Promise<string | undefined> {
  const [row] = await sql<{ state: string }[]>`
    select d.state from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where o.subject = ${source} and d.period = ${period}`
  return row?.state
}

dbTest(
  'a source that stops raises its duty, warning, lateness and letter by itself, and its return closes them',
  async (t) => {
    await watchOnly(t, source)
    for (const day of ['02', '03', '04']) await arrive(t, source, at(`2026-11-${day}T07:30`))
    const seen = new Map<string, string>()
    const note = (what: string, when: string) => seen.has(what) || seen.set(what, when)
    // It delivers every morning of the first days, stops on Monday 09-11, and comes back on Tuesday 24-11.
    for (let day = 5; day <= 24; day += 1) {
      const date = `2026-11-${String(day).padStart(2, '0')}`
      for (const hour of looks) {
        const now = t.at(at(`${date}T${hour}`))
        if (hour === '07:30' && (day < 9 || day === 24)) await arrive(t, source, at(`${date}T07:30`))
        await keepDuties(now.context())
        const state = await stateOf(t, '2026-11-09')
        if (state) note(state, `${date} ${hour}`)
        const [letter] = await listLetters(t.sql, { agency, organisations: 'all', limit: 1 })
        if (letter) note(letter.state, `${date} ${hour}`)
      }
    }
    assert.deepEqual(Object.fromEntries(seen), {
      open: '2026-11-09 06:30',
      'due-soon': '2026-11-09 08:30',
      late: '2026-11-09 09:30',
      // Two working days after the first period that is missing.
      asked: '2026-11-11 06:30',
      // The agency had Thursday, Friday and Monday, and said nothing.
      'to-sign': '2026-11-16 17:30',
      fulfilled: '2026-11-24 07:30',
    })
    const tuesday = t.at(at('2026-11-24T09:00'))
    const [letter] = await listLetters(t.sql, { agency, organisations: 'all', limit: 5 })
    assert.equal(letter?.state, 'to-sign', 'that the data came late does not take the draft back: the signer decides')
    const signer = {
      ...makeActor('giamdoc-khcn', { 'duty:issue': ['H32.KHCN'] }, 'H32.KHCN'),
      position: { code: 'H32.KHCN:GD', title: 'Giám đốc', held: 1 },
    }
    await issueLetter(tuesday.context(signer), letter?.code ?? '', { number: 3, issuedOn: '2026-11-24' })
    assert.equal(await countIssued(t.sql, agency, 2026), 1)
    const issued = await findLetter(t.sql, letter?.code ?? '')
    assert.match(issued?.letter?.paragraphs.join('\n') ?? '', /đã nhận ngày 24\/11\/2026, chậm 11 ngày làm việc/)
    const [row] = await t.sql<{ count: number; late: number }[]>`
    select count(*) as count, count(*) filter (where d.late_days > 0) as late from duties.duty d
    join duties.obligation o on o.id = d.obligation_id where o.subject = ${source}`
    // Every day once, weekends too; in time are the first seven and Tuesday 24-11, the day of the return.
    assert.deepEqual({ ...row }, { count: 23, late: 15 })
    const summary = await summariseDuties(tuesday.context(), await reachOfDuties(tuesday.context()), 'source')
    assert.equal(summary.total, summary.onTime + summary.late + summary.noData)
    await settleAndTell(tuesday.context(), 'all')
    assert.equal(await stateOf(t, '2026-11-09'), 'fulfilled')
  },
)
