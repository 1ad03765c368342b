import assert from 'node:assert/strict'
import { Problem } from '#platform/errors'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { listFacts, listVersions } from '../reading/facts.ts'
import { defineSample, makeSampleTree } from '../sample.ts'
import { approveEntries, returnEntries, saveEntries } from './actions.ts'
import { lockDuePeriods, lockPeriod, reopenPeriod } from './locks.ts'
import { getEntrySheet } from './sheet.ts'

const units = ['TEST', 'TEST.A', 'TEST.A.1', 'TEST.B']
const typist = makeActor('nguoi-nhap', { 'entry:write': units, 'indicator:read': units }, 'TEST')
const leader = makeActor('lanh-dao', { 'entry:approve': units, 'indicator:read': units }, 'TEST')
const keeper = makeActor('quan-tri', { 'indicator:lock': 'all', 'indicator:read': 'all' }, 'TEST')

async function prepare(t: DbTest): Promise<void> {
  await makeSampleTree(t.sql)
  await defineSample(t.context(), {
    code: 'typed.people',
    unit: 'người',
    formula: { type: 'typed', overOrganisations: 'sum', overTime: 'sum' },
    periods: ['month', 'quarter', 'year'],
    cadence: { every: 'month', dueWorkingDays: 5 },
  })
  await defineSample(t.context(), {
    code: 'typed.level',
    formula: { type: 'typed', overOrganisations: 'mean', overTime: 'last' },
    periods: ['month', 'year'],
  })
}

const people = (organisation: string, period: string, value: number | null, reason?: string) => ({
  indicator: 'typed.people',
  organisation,
  period,
  value,
  reason,
})

async function publish(t: DbTest, figures: Parameters<typeof saveEntries>[1]): Promise<void> {
  await approveEntries(t.context(leader), await saveEntries(t.context(typist), figures, { submit: true }))
}

const shownAt = async (t: DbTest, organisation: string, period: string, indicator = 'typed.people') => {
  const { facts } = await listFacts(t.context(), { indicator, organisation, period, limit: 1 })
  return facts[0]?.value
}

const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (fault: unknown) => fault,
  )
  assert.ok(error instanceof Problem, `a refusal was expected, not ${String(error)}`)
  return error.code
}

dbTest('typed figures are public once the leader approves, and add up over units and periods', async (t) => {
  await prepare(t)
  const ids = await saveEntries(t.context(typist), [people('TEST.A', '2026-09', 10), people('TEST.B', '2026-09', 5)], {
    submit: true,
  })
  assert.equal(await shownAt(t, 'TEST.A', '2026-09'), undefined, 'not public before approval')
  await approveEntries(t.context(leader), ids)
  assert.equal(await shownAt(t, 'TEST.A', '2026-09'), 10)
  assert.equal(await shownAt(t, 'TEST', '2026-09'), 15)
  await publish(t, [people('TEST.A', '2026-08', 4), people('TEST.A.1', '2026-08', 3)])
  assert.equal(await shownAt(t, 'TEST', '2026-08'), 4, 'what a unit typed for itself holds what stands below it')
  assert.equal(await shownAt(t, 'TEST', '2026-Q3'), 19)
  assert.equal(await shownAt(t, 'TEST', '2026'), 19)
  const { facts } = await listFacts(t.context(), {
    indicator: 'typed.people',
    organisation: 'TEST.A',
    period: '2026-09',
    limit: 1,
  })
  assert.deepEqual([facts[0]?.origin, facts[0]?.approvedBy], ['typed', 'lanh-dao'])
})

dbTest('means and last values join as the definition says', async (t) => {
  await prepare(t)
  const level = (organisation: string, period: string, value: number) => ({
    indicator: 'typed.level',
    organisation,
    period,
    value,
  })
  await publish(t, [level('TEST.A', '2026-08', 90), level('TEST.B', '2026-08', 80), level('TEST.A', '2026-09', 70)])
  assert.equal(await shownAt(t, 'TEST', '2026-08', 'typed.level'), 85)
  assert.equal(await shownAt(t, 'TEST', '2026-09', 'typed.level'), 70)
  assert.equal(await shownAt(t, 'TEST.A', '2026', 'typed.level'), 70)
})

dbTest('nobody approves his own figures by standing in, nor those that were typed for him', async (t) => {
  await prepare(t)
  const both = { 'entry:write': units, 'entry:approve': units }
  const [a, b] = [makeActor('nguoi-a', both), makeActor('nguoi-b', both)]
  const bForA = { ...b, onBehalfOf: { account: 'nguoi-a', name: 'Người A' } }
  const refuse = async (typing: typeof a, approving: typeof a) => {
    const ids = await saveEntries(t.context(typing), [people('TEST.A', '2026-09', 1)], { submit: true })
    assert.equal(await codeOf(approveEntries(t.context(approving), ids)), 'entry.own-entry')
    return ids
  }
  await returnEntries(t.context(leader), await refuse(a, bForA), 'Chưa khớp với sổ theo dõi')
  await returnEntries(t.context(leader), await refuse(bForA, a), 'Chưa khớp với sổ theo dõi')
  const ids = await refuse(bForA, b)
  await approveEntries(t.context(leader), ids)
})

dbTest('nobody approves his own figures, nor figures out of his reach', async (t) => {
  await prepare(t)
  const both = makeActor('ca-hai', { 'entry:write': units, 'entry:approve': units })
  const ids = await saveEntries(t.context(both), [people('TEST.A', '2026-09', 1)], { submit: true })
  assert.equal(await codeOf(approveEntries(t.context(both), ids)), 'entry.own-entry')
  const stranger = makeActor('noi-khac', { 'entry:approve': ['TEST.B'] })
  assert.equal(await codeOf(approveEntries(t.context(stranger), ids)), 'access.forbidden')
  await returnEntries(t.context(leader), ids, 'Chưa khớp với sổ theo dõi')
  assert.equal(await codeOf(approveEntries(t.context(leader), ids)), 'entry.illegal-transition')
  assert.equal(await shownAt(t, 'TEST.A', '2026-09'), undefined)
})

dbTest('a figure outside the usual of earlier periods is submitted only with a reason', async (t) => {
  await prepare(t)
  for (const [month, value] of [
    ['04', 100],
    ['05', 104],
    ['06', 98],
    ['07', 101],
    ['08', 99],
  ] as const)
    await publish(t, [people('TEST.A', `2026-${month}`, value)])
  const wild = people('TEST.A', '2026-09', 1000)
  const fault = await saveEntries(t.context(typist), [wild], { submit: true }).catch((error: unknown) => error)
  assert.ok(fault instanceof Problem)
  assert.deepEqual(
    fault.fields.map(({ path }) => path),
    ['entries.0.reason'],
  )
  await saveEntries(t.context(typist), [wild], { submit: false })
  await publish(t, [{ ...wild, reason: 'Có đợt tập huấn toàn tỉnh' }])
  assert.equal(await shownAt(t, 'TEST.A', '2026-09'), 1000)
})

dbTest('all figures of one saving are taken or none, each fault at its cell', async (t) => {
  await prepare(t)
  const fault = await saveEntries(
    t.context(typist),
    [
      people('TEST.A', '2026-09', 1),
      people('TEST.A', '2027-09', 2),
      people('TEST.B', '2026-09', null),
      { ...people('TEST.B', '2026-W40', 3) },
    ],
    { submit: false },
  ).catch((error: unknown) => error)
  assert.ok(fault instanceof Problem)
  assert.deepEqual(
    fault.fields.map(({ path }) => path),
    ['entries.1.value', 'entries.2.value', 'entries.3.value'],
  )
  const [row] = await t.sql<{ count: number }[]>`select count(*) from indicators.entry where indicator = 'typed.people'`
  assert.equal(row?.count, 0)
})

dbTest('a locked period takes no figure until a document reopens it, and both figures stay', async (t) => {
  await prepare(t)
  await publish(t, [people('TEST.A', '2026-09', 10)])
  await lockPeriod(t.context(keeper), { indicator: 'typed.people', organisation: 'TEST', period: '2026-09' })
  const again = people('TEST.A', '2026-09', 11, 'Bổ sung danh sách')
  assert.equal(await codeOf(saveEntries(t.context(typist), [again], { submit: true })), 'period.locked')
  const later = t.at(new Date(t.now.getTime() + 60_000))
  assert.equal(
    await codeOf(
      reopenPeriod(later.context(keeper), { indicator: 'typed.people', organisation: 'TEST', period: '2026-09' }, ''),
    ),
    'request.invalid',
  )
  await reopenPeriod(
    later.context(keeper),
    { indicator: 'typed.people', organisation: 'TEST', period: '2026-09' },
    '123/UBND-TH ngày 20/11/2026',
  )
  const muchLater = t.at(new Date(t.now.getTime() + 120_000))
  await publish(muchLater, [again])
  const { facts } = await listFacts(muchLater.context(), {
    indicator: 'typed.people',
    organisation: 'TEST.A',
    period: '2026-09',
    limit: 1,
  })
  const [fact] = facts
  assert.ok(fact)
  const versions = await listVersions(muchLater.context(), fact)
  assert.deepEqual(
    versions.map(({ value, lockedAt }) => [value, lockedAt !== null]),
    [
      [11, false],
      [10, false],
      [10, true],
    ],
  )
  const before = await listFacts(muchLater.context(), {
    indicator: 'typed.people',
    organisation: 'TEST.A',
    period: '2026-09',
    asOf: t.now,
    limit: 1,
  })
  assert.equal(before.facts[0]?.value, 10, 'what was known then')
})

dbTest('periods are locked by themselves at their cut-off', async (t) => {
  await prepare(t)
  await t.sql`update indicators.definition set body = jsonb_set(body, '{owner,organisation}', '"H32.KHCN"') where code = 'typed.people'`
  await publish(t, [people('TEST', '2026-09', 10), people('TEST', '2026-11', 3)])
  await lockDuePeriods(t.context())
  const { facts } = await listFacts(t.context(), {
    indicator: 'typed.people',
    organisation: 'TEST',
    periodKind: 'month',
    limit: 9,
  })
  assert.deepEqual(
    facts.map(({ period, lockedAt }) => [period, lockedAt !== null]),
    [
      ['2026-09', true],
      ['2026-11', false],
    ],
  )
})

dbTest('the sheet shows a custodian the last figures beside each cell', async (t) => {
  const custodian = makeActor('so-khcn', { 'entry:write': ['H32.KHCN'], 'indicator:read': ['H32.KHCN'] }, 'H32.KHCN')
  const rows = await getEntrySheet(t.context(custodian), { organisation: 'H32.KHCN', period: '2026-10' })
  assert.ok(rows.length >= 5, `${rows.length} figures to type`)
  const [first] = rows
  assert.ok(first)
  const figure = { indicator: first.definition.code, organisation: first.organisation, period: '2026-09', value: 42 }
  const ids = await saveEntries(t.context(custodian), [figure], { submit: true })
  const head = makeActor('giam-doc', { 'entry:approve': ['H32.KHCN'] })
  await approveEntries(t.context(head), ids)
  const again = await getEntrySheet(t.context(custodian), { organisation: 'H32.KHCN', period: '2026-10' })
  assert.equal(again.find(({ definition }) => definition.code === figure.indicator)?.previous, 42)
})
