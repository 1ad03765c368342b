import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { listOpenIncidentsThen } from './record/face.ts'
import * as roster from './roster/store.ts'
import { open, plain } from './testing.ts'

/** The same numbers in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

const days = ['2026-11-23', '2026-11-24', '2026-11-25']
const people = ['a', 'b', 'c', 'd']

dbTest('whatever is done to the roster, each moment of it is told afterwards as it was', async ({ sql, now }) => {
  const roll = dice(20_261_123)
  const read = async (at?: Date) => ({
    week: await roster.listAssignments(sql, '2026-11-23', '2026-11-25', at),
    shift: await roster.listShiftAssignments(sql, { day: '2026-11-24', code: 'sang' }, at),
    away: await roster.listAbsences(sql, '2026-11-24', at),
  })
  const told: { at: Date; said: Awaited<ReturnType<typeof read>> }[] = []
  for (let step = 0; step < 50; step += 1) {
    // Several things are done in one moment as well.
    const at = new Date(now.getTime() + Math.floor(step / 2) * 60_000)
    const account = people[roll(people.length)] ?? 'a'
    const day = days[roll(days.length)] ?? '2026-11-23'
    const { week, away } = await read()
    const one = week[roll(Math.max(1, week.length))]
    const gone = away[roll(Math.max(1, away.length))]
    const deed = roll(5)
    const assignment = { day, shift: 'sang', duty: 'operator', account, name: account } as const
    if (deed <= 1 || !one) await roster.insertAssignment(sql, { ...assignment, givenBy: 'x', at })
    else if (deed === 2) await roster.deleteAssignment(sql, one, at)
    else if (deed === 3 && !week.some((other) => other.day === one.day && other.account === account))
      await roster.passAssignment(sql, one, { account, name: account, at })
    else if (gone && roll(2) === 0) await roster.deleteAbsence(sql, gone, at)
    else
      await roster.insertAbsence(sql, {
        account,
        name: account,
        fromDay: day,
        toDay: day,
        reason: `${step}`,
        by: 'x',
        at,
      })
    if (step % 2 === 1) told.push({ at, said: await read() })
  }
  assert.ok(told.some(({ said }) => said.week.length > 2 && said.away.length > 0))
  for (const { at, said } of told) assert.deepEqual(await read(at), said, at.toISOString())
})

dbTest('of an incident of before its states were kept nothing is told as of then', async (t) => {
  const code = await open(t.as('trucban'))
  const [before, after] = [new Date(t.now.getTime() - 3_600_000), new Date(t.now.getTime() + 60_000)]
  assert.deepEqual(await listOpenIncidentsThen(t.context(), before), [], 'none had been opened')
  assert.equal((await listOpenIncidentsThen(t.context(), after))?.[0]?.code, code)
  // As a row that was there when keeping began.
  await t.sql`
    insert into incidents.incident (code, exercise, kind, title, level_scale, level, organisation, place, state, started_at, opened_at,
      opened_by, opened_name, form_key)
    select 'TH-2026-0900', false, kind, 'Lũ cũ', level_scale, level, organisation, place, state, started_at, opened_at - interval '1 day',
      opened_by, opened_name, 'cu' from incidents.incident where code = ${code}`
  assert.equal(await listOpenIncidentsThen(t.context(), before), undefined)
  const page = await t.as('trucban').get('/tinh-huong/TH-2026-0900?tai=2026-11-23T09:00')
  assert.equal(page.statusCode, 404)
  assert.match(plain(page.body), /Trạng thái của tình huống TH-2026-0900 lúc 09:00 23\/11\/2026 chưa được lưu/)
  await assert.rejects(t.sql`delete from incidents.kept`, /only added to/)
})
