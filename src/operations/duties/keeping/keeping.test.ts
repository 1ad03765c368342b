import assert from 'node:assert/strict'
import { changeCalendarDays } from '#calendar'
import { approveEntries, listDefinitions, lockDuePeriods, saveEntries } from '#indicators'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { arrive, at } from '../testing.ts'
import { listOwings } from './obligations.ts'
import { keepDuties, settleAndTell } from './pass.ts'

// The pack was loaded on 01-11-2026, a Sunday; the week of Monday 02-11 has no holiday.
interface Row {
  period: string
  state: string
  dueAt: Date
  lateDays: number | null
}

const dutiesOf = (sql: Sql, subject: string, organisation: string) => sql<Row[]>`
  select d.period, d.state, d.due_at, d.late_days from duties.duty d join duties.obligation o on o.id = d.obligation_id
  where o.subject = ${subject} and o.organisation = ${organisation} order by d.due_at, d.period`

const states = (rows: readonly Row[]) => rows.map(({ period, state }) => `${period} ${state}`)

dbTest('definitions and sources say who owes what, each with the agency whose head answers', async (t) => {
  const owed = await listOwings(t.context())
  const of = (subject: string) => owed.filter((one) => one.subject === subject)
  assert.deepEqual(
    of('rain-and-water').map(({ organisation, agency, isOutside }) => [organisation, agency, isOutside]),
    [['H32.NNMT', 'H32.NNMT', false]],
  )
  assert.equal(of('one-stop-dossiers')[0]?.agency, 'H32.VP', 'a centre answers through its office')
  assert.equal(of('training.people').length, 65, 'every commune')
  assert.deepEqual(
    of('tax.e-filing-share').map((one) => [one.organisation, one.isOutside, one.figureOf]),
    [['G12.56-THUE', true, 'H32']],
  )
  assert.equal(of('scheme.capital-total').length, 0, 'figures of other provinces are nobody’s duty')
  assert.equal(of('dti.rank')[0]?.organisation, 'H32.KHCN')
})

dbTest('a day is opened on its day, warned of, marked late, and closed by the delivery that came late', async (t) => {
  const rain = () => dutiesOf(t.sql, 'rain-and-water', 'H32.NNMT')
  await keepDuties(t.at(at('2026-11-02T06:30')).context())
  // Due at 09:00 of the day; Sunday's, too, would be due today, but the source was not watched when its day began.
  assert.deepEqual(states(await rain()), ['2026-11-02 open'])
  await keepDuties(t.at(at('2026-11-02T08:00')).context())
  assert.deepEqual(states(await rain()), ['2026-11-02 due-soon'])
  await keepDuties(t.at(at('2026-11-02T09:00')).context())
  assert.deepEqual(states(await rain()), ['2026-11-02 due-soon'], 'at the very minute it is not late')
  await keepDuties(t.at(at('2026-11-02T09:01')).context())
  assert.deepEqual(states(await rain()), ['2026-11-02 late'])
  await arrive(t, 'rain-and-water', at('2026-11-04T08:30'))
  await settleAndTell(t.at(at('2026-11-04T08:31')).context(), { subjectKind: 'source', subjects: ['rain-and-water'] })
  const [first] = await rain()
  assert.deepEqual([first?.state, first?.lateDays], ['fulfilled', 2])
  await keepDuties(t.at(at('2026-11-04T08:31')).context())
  assert.deepEqual(states(await rain()), ['2026-11-02 fulfilled', '2026-11-03 fulfilled', '2026-11-04 fulfilled'])
  const [, second, third] = await rain()
  assert.deepEqual([second?.lateDays, third?.lateDays], [1, null], 'each row keeps by how much it was late')
})

dbTest('after a standstill each missed period is opened exactly once, and none early', async (t) => {
  const back = at('2026-11-12T06:30')
  await Promise.all([1, 2, 3].map(() => keepDuties(t.at(back).context())))
  await keepDuties(t.at(back).context())
  const rows = await dutiesOf(t.sql, 'rain-and-water', 'H32.NNMT')
  const days = Array.from({ length: 11 }, (_, index) => `2026-11-${String(index + 2).padStart(2, '0')}`)
  assert.deepEqual(
    rows.map(({ period }) => period),
    days,
  )
  assert.equal(rows.at(-1)?.state, 'open')
  assert.equal((await dutiesOf(t.sql, 'training.people', 'H32.22366')).length, 0, 'November ends on the 30th')
  await keepDuties(t.at(at('2026-11-30T00:00')).context())
  assert.deepEqual(states(await dutiesOf(t.sql, 'training.people', 'H32.22366')), ['2026-11 open'])
  const [early] = await t.sql<{ count: number }[]>`
    select count(*) from duties.duty where opened_at < due_at - interval '90 days' or warn_at > due_at`
  assert.equal(early?.count, 0)
})

dbTest('deliveries in any order of processing end in the same lateness', async (t) => {
  const rain = () => dutiesOf(t.sql, 'rain-and-water', 'H32.NNMT')
  await keepDuties(t.at(at('2026-11-03T12:00')).context())
  const later = t.at(at('2026-11-05T08:00')).context()
  await arrive(t, 'rain-and-water', at('2026-11-05T07:00'))
  await settleAndTell(later, { subjectKind: 'source', subjects: ['rain-and-water'] })
  assert.deepEqual(
    (await rain()).map(({ lateDays }) => lateDays),
    [3, 2],
  )
  // Received before, worked through after: it came in time for Tuesday, and a day late for Monday.
  await arrive(t, 'rain-and-water', at('2026-11-03T08:59'))
  for (let turn = 0; turn < 2; turn += 1)
    await settleAndTell(later, { subjectKind: 'source', subjects: ['rain-and-water'] })
  assert.deepEqual(
    (await rain()).map(({ state, lateDays }) => [state, lateDays]),
    [
      ['fulfilled', 1],
      ['fulfilled', null],
    ],
  )
})

dbTest('a file of which nothing could be taken in is no delivery', async (t) => {
  await keepDuties(t.at(at('2026-11-02T07:30')).context())
  await arrive(t, 'rain-and-water', at('2026-11-02T07:40'), { received: 5, quarantined: 5 })
  await keepDuties(t.at(at('2026-11-02T09:01')).context())
  assert.deepEqual(states(await dutiesOf(t.sql, 'rain-and-water', 'H32.NNMT')), ['2026-11-02 late'])
})

dbTest('a source by the hour is late when it falls silent, and only then leaves a row', async (t) => {
  const air = () => dutiesOf(t.sql, 'air-stations', 'H32.NNMT')
  for (const hour of ['01', '02', '03']) await arrive(t, 'air-stations', at(`2026-11-02T${hour}:05`))
  await keepDuties(t.at(at('2026-11-02T03:30')).context())
  assert.equal((await air()).at(-1)?.state, 'open')
  await keepDuties(t.at(at('2026-11-02T05:06')).context())
  assert.equal((await air()).at(-1)?.state, 'late')
  await arrive(t, 'air-stations', at('2026-11-02T09:00'))
  await arrive(t, 'air-stations', at('2026-11-02T10:00'))
  await keepDuties(t.at(at('2026-11-02T10:01')).context())
  const rows = await air()
  assert.deepEqual(
    rows.slice(-2).map(({ state, lateDays }) => [state, lateDays]),
    [
      ['fulfilled', 0],
      ['open', null],
    ],
  )
  assert.equal(rows.at(-1)?.dueAt.toISOString(), at('2026-11-02T12:00').toISOString())
})

const typist = (organisation: string) => makeActor('typist', { 'entry:write': [organisation] }, organisation)
const head = (organisation: string) => makeActor('head', { 'entry:approve': [organisation] }, organisation)

async function report(typing: Context, approving: Context, indicator: string, value: number, reason?: string) {
  const organisation = typing.actor.organisation ?? ''
  const ids = await saveEntries(typing, [{ indicator, organisation, period: '2026-11', value, reason }], {
    submit: true,
  })
  await approveEntries(approving, ids)
}

dbTest(
  'a typed figure is delivered when the head of the unit approves it, and a correction changes nothing',
  async (t) => {
    const commune = 'H32.22366'
    const training = () => dutiesOf(t.sql, 'training.people', commune)
    await keepDuties(t.at(at('2026-12-01T08:00')).context())
    assert.equal((await training())[0]?.dueAt.toISOString(), at('2026-12-03T17:00').toISOString())
    const friday = t.at(at('2026-12-04T09:00'))
    await keepDuties(friday.context())
    assert.equal((await training())[0]?.state, 'late')
    await report(friday.context(typist(commune)), friday.context(head(commune)), 'training.people', 120)
    await settleAndTell(friday.context(), { subjectKind: 'indicator', subjects: ['training.people'] })
    assert.deepEqual(
      (await training()).map(({ state, lateDays }) => [state, lateDays]),
      [['fulfilled', 1]],
    )
    const monday = t.at(at('2026-12-07T09:00'))
    await report(monday.context(typist(commune)), monday.context(head(commune)), 'training.people', 125, 'Đính chính')
    await keepDuties(monday.context())
    await settleAndTell(monday.context(), 'all')
    assert.equal((await training())[0]?.lateDays, 1)
  },
)

dbTest('what is retired is owed by nobody, and what is owed again begins anew', async (t) => {
  await keepDuties(t.at(at('2026-12-01T08:00')).context())
  assert.equal((await dutiesOf(t.sql, 'training.people', 'H32.22366'))[0]?.state, 'open')
  const [definition] = await listDefinitions(t.sql, ['training.people'])
  await t.sql`update indicators.definition set retired_at = ${t.now} where code = 'training.people' and version = ${definition?.version ?? 0}`
  await keepDuties(t.at(at('2026-12-02T08:00')).context())
  assert.equal((await dutiesOf(t.sql, 'training.people', 'H32.22366'))[0]?.state, 'void')
})

dbTest('a commune that is late may still deliver after the figures of the others were fixed', async (t) => {
  const [first, second] = ['H32.22366', 'H32.22333']
  const tuesday = t.at(at('2026-12-01T09:00'))
  await report(tuesday.context(typist(first)), tuesday.context(head(first)), 'training.people', 120)
  // The cut-off fixes what the province has by then.
  await lockDuePeriods(t.at(at('2026-12-03T17:10')).context())
  const sumOf = async () => {
    const [fact] = await t.sql<{ value: number; locked: boolean }[]>`
      select value::float8 as value, locked_at is not null as locked from indicators.fact
      where indicator = 'training.people' and organisation = 'H32' and period = '2026-11' and superseded_at is null`
    return fact
  }
  assert.deepEqual({ ...(await sumOf()) }, { value: 120, locked: true })
  const friday = t.at(at('2026-12-04T09:00'))
  await keepDuties(friday.context())
  await report(friday.context(typist(second)), friday.context(head(second)), 'training.people', 80)
  await settleAndTell(friday.context(), { subjectKind: 'indicator', subjects: ['training.people'] })
  assert.equal((await dutiesOf(t.sql, 'training.people', second))[0]?.state, 'fulfilled')
  assert.deepEqual({ ...(await sumOf()) }, { value: 120, locked: true }, 'what was fixed stays')
  const again = report(friday.context(typist(first)), friday.context(head(first)), 'training.people', 130, 'Đính chính')
  await assert.rejects(again, /đã chốt/)
})

dbTest(
  'a day off that is declared later moves what is due and warned of, and nothing is marked by the old calendar',
  async (t) => {
    const training = () => dutiesOf(t.sql, 'training.people', 'H32.22366')
    const declareOff = (now: DbTest, date: string) =>
      changeCalendarDays(now.context(), 'khanh-hoa', {
        set: [{ date, kind: 'closure', name: 'Nghỉ tránh bão', citation: 'Công điện thử số 1' }],
        remove: [],
        citation: 'Công điện thử số 1',
      })
    const monday = t.at(at('2026-11-30T08:00'))
    await keepDuties(monday.context())
    assert.equal((await training())[0]?.dueAt.toISOString(), at('2026-12-03T17:00').toISOString())
    await declareOff(monday, '2026-12-02')
    await declareOff(monday, '2026-12-03')
    await keepDuties(t.at(at('2026-12-03T17:01')).context())
    const [moved] = await training()
    assert.equal(moved?.dueAt.toISOString(), at('2026-12-07T17:00').toISOString())
    assert.equal(moved?.state, 'open')
    await keepDuties(t.at(at('2026-12-07T17:01')).context())
    assert.equal((await training())[0]?.state, 'late')
  },
)
