import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sendForm } from '#test/forms'
import { type DbTest, dbTest } from '#test/harness'
import { readDefinitionForm } from '../definition-form/read.ts'
import { definitionForm } from '../definition-form/write.ts'
import { typedForm as people } from '../sample.ts'

const newPage = '/quan-tri/chi-tieu/tao-moi'
const pageOf = (code: string) => `/quan-tri/chi-tieu/${code}`

const currentPeriods = async (t: DbTest, code: string) =>
  (
    await t.sql<{ kind: string; values: number[] }[]>`
      select period_kind as kind, array_agg(value::float8 order by period) as values from indicators.fact
      where indicator = ${code} and superseded_at is null group by 1 order by 1`
  ).map(({ kind, values }) => [kind, values])

dbTest(
  'an indicator that is now computed shows no figure typed before, takes none, and gives them back when it is typed again',
  async (t) => {
    await sendForm(t.as('quantri'), { page: newPage }, people)
    const enter = (period: string, value: number) =>
      t.as('dulieu-khcn').inject({
        method: 'POST',
        url: '/api/v1/entries',
        payload: { submit: true, entries: [{ indicator: people.ma, organisation: 'H32.KHCN', period, value }] },
      })
    const approve = (ids: unknown) =>
      t
        .as('lanhdao-khcn', 'entry:approve')
        .inject({ method: 'POST', url: '/api/v1/entries/approve', payload: ids as object })
    assert.equal((await approve((await enter('2026-01', 10)).json())).statusCode, 204)
    const waiting = (await enter('2026-02', 12)).json()
    const page = pageOf(people.ma)
    const later = t.at(new Date(t.now.getTime() + 60_000))
    const counted = await sendForm(
      later.as('quantri'),
      { page },
      {
        dang: 'measure',
        'm-0-loai': 'case',
        'm-0-phep': 'count',
        'm-0-ngay': 'endedOn',
        'ly-do': 'Nay đếm hồ sơ',
        viec: 'luu',
      },
    )
    assert.equal(counted.statusCode, 303, counted.body)
    const left = await t.sql`
      select period, value from indicators.fact
      where indicator = ${people.ma} and origin <> 'computed' and superseded_at is null`
    assert.deepEqual([...left], [])
    const refused = await approve(waiting)
    assert.deepEqual([refused.statusCode, refused.json().code], [409, 'entry.computed'])
    const last = t.at(new Date(t.now.getTime() + 120_000))
    await sendForm(last.as('quantri'), { page }, { dang: 'typed', 'ly-do': 'Lại nhập tay', viec: 'luu' })
    assert.deepEqual(await currentPeriods(t, people.ma), [['month', [10]]])
  },
)

dbTest('a composite that is combined of others now, or typed, shows nothing of what it was before', async (t) => {
  const keeper = t.as('quantri')
  for (const [ma, value] of [
    ['thu.mot', 10],
    ['thu.hai', 20],
  ] as const) {
    await sendForm(keeper, { page: newPage }, { ...people, ma })
    const entry = { indicator: ma, organisation: 'H32.KHCN', period: value === 10 ? '2026-01' : '2026-02', value }
    const typed = await t
      .as('dulieu-khcn')
      .inject({ method: 'POST', url: '/api/v1/entries', payload: { submit: true, entries: [entry] } })
    await t
      .as('lanhdao-khcn', 'entry:approve')
      .inject({ method: 'POST', url: '/api/v1/entries/approve', payload: typed.json() })
  }
  await sendForm(keeper, { page: newPage }, { ...people, ma: 'thu.tong', dang: 'composite', 'tp-0': 'thu.mot' })
  assert.deepEqual(await currentPeriods(t, 'thu.tong'), [['month', [10]]])
  const page = pageOf('thu.tong')
  const other = t.at(new Date(t.now.getTime() + 60_000)).as('quantri')
  await sendForm(other, { page }, { 'tp-0': 'thu.hai', 'ly-do': 'Thành phần khác', viec: 'luu' })
  assert.deepEqual(await currentPeriods(t, 'thu.tong'), [['month', [20]]])
  const last = t.at(new Date(t.now.getTime() + 120_000)).as('quantri')
  await sendForm(last, { page }, { dang: 'typed', 'ly-do': 'Nay nhập tay', viec: 'luu' })
  assert.deepEqual(await currentPeriods(t, 'thu.tong'), [])
})

test('a condition between two fields is said and read by the words of its field', () => {
  const measure = {
    'm-0-loai': 'case',
    'm-0-phep': 'count',
    'm-0-truong-0': 'endedAt',
    'm-0-op-0': 'le-field',
  }
  for (const said of ['Hẹn trả lúc', 'hẹn trả lúc', 'dueAt']) {
    const { raw } = readDefinitionForm(
      { ...people, dang: 'measure', ...measure, 'm-0-gt-0': said },
      { code: 'a.b', targets: [] },
    )
    const { formula } = raw as { formula: { measures: { where: unknown[] }[] } }
    assert.deepEqual(formula.measures[0]?.where, [{ field: 'endedAt', op: 'le', other: 'dueAt' }], said)
  }
  const shown = definitionForm({
    formula: {
      type: 'measure',
      measures: [
        { kind: 'case', where: [{ field: 'endedAt', op: 'le', other: 'dueAt' }], aggregate: 'count', scale: 1 },
      ],
    },
  })
  assert.equal(shown['m-0-gt-0'], 'Hẹn trả lúc')
})
