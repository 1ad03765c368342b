import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { readForm, sendForm } from '#test/forms'
import { type DbTest, dbTest } from '#test/harness'
import { recomputeAll } from '../computation/process.ts'
import { readDefinitionForm } from '../definition-form/read.ts'
import { definitionForm } from '../definition-form/write.ts'
import { readDefinitions } from '../pack-files.ts'
import { defineSample, makeSampleTree, typedForm as people, sampleSource, writeCases } from '../sample.ts'

const listPage = '/quan-tri/chi-tieu'
const newPage = `${listPage}/tao-moi`
const pageOf = (code: string) => `${listPage}/${code}`

test('the form of a definition says all of it: what is read from an untouched form is the same definition', async () => {
  let count = 0
  for (const pack of ['khanh-hoa', 'open-samples'])
    for (const name of await readdir(`packs/${pack}/indicators`)) {
      for (const body of readDefinitions(await readFile(`packs/${pack}/indicators/${name}`, 'utf8'))) {
        const { raw, errors } = readDefinitionForm(definitionForm(body), body)
        assert.deepEqual(errors, [], body.code)
        assert.deepEqual(JSON.parse(JSON.stringify(raw)), JSON.parse(JSON.stringify(body)))
        count += 1
      }
    }
  assert.ok(count > 80)
})

const bodyOf = async (t: DbTest, code: string) => {
  const [row] = await t.sql`select body, version from indicators.definition where code = ${code} and retired_at is null`
  return row
}

dbTest('a new indicator without owner, cadence, basis and name is refused with words at each field', async (t) => {
  const keeper = t.as('quantri')
  assert.match((await keeper.get(listPage)).body, new RegExp(newPage))
  const refused = await sendForm(keeper, { page: newPage }, { ma: 'Sai Mã', 'ly-do': 'Lập thử', viec: 'luu' })
  assert.equal(refused.statusCode, 422)
  for (const field of [
    'ma',
    'ten',
    'nhom',
    'don-vi-tinh',
    'chu-tri',
    'chuc-danh',
    'can-cu',
    'so-can-cu',
    'dinh-ky',
    'nguon',
    'sap-xep',
  ])
    assert.match(refused.body, new RegExp(`id="${field}-error"`), field)
  assert.match(refused.body, /Chọn định kỳ/)
  assert.match(refused.body, /value="Sai Mã"/, 'what was typed is kept')
  assert.equal((await t.as('lanhdao').get(newPage)).statusCode, 403)
})

dbTest('an indicator is made from nothing on the page, with every part that a definition has', async (t) => {
  const keeper = t.as('quantri')
  const made = await sendForm(keeper, { page: newPage }, people)
  assert.equal(made.statusCode, 303, made.body)
  const { body, version } = (await bodyOf(t, people.ma)) ?? {}
  assert.equal(version, 1)
  assert.deepEqual(body.basis, {
    kind: 'law',
    title: 'Luật thử',
    number: '1/2026/QH15',
    issuedOn: '2026-09-05',
    article: 'Điều 3',
    unverified: false,
  })
  assert.deepEqual(body.cadence, { every: 'month', family: 'calendar', dueWorkingDays: 5, dueTime: '09:30' })
  assert.equal((await keeper.get(`/chi-tieu/${people.ma}`)).statusCode, 200)
  const again = await sendForm(keeper, { page: newPage }, people)
  assert.equal(again.statusCode, 422)
  assert.match(again.body, /Đã có chỉ tiêu mang mã/)
  const untouched = await sendForm(keeper, { page: pageOf(people.ma) }, { 'ly-do': 'Không đổi gì', viec: 'luu' })
  assert.equal(untouched.statusCode, 303)
  assert.equal((await bodyOf(t, people.ma))?.version, 1, 'nothing changed, no version')
})

dbTest(
  'basis, cadence, periods, merger and expected units are edited; the version says who, why and what differs',
  async (t) => {
    const keeper = t.as('quantri')
    const page = pageOf('air.pm25')
    const saved = await sendForm(
      keeper,
      { page },
      {
        'loai-can-cu': 'dataset',
        'can-cu': 'Bộ số đo không khí',
        'giay-phep': 'CC BY 4.0',
        'dinh-ky': 'week',
        ky: ['day', 'month', 'R-month'],
        'ky-chinh': 'R-month',
        'phai-bao-cao': ['commune'],
        thieu: 'withhold',
        'sap-xep': 'sum',
        'ly-do': 'Theo quy chế mới',
        viec: 'luu',
      },
    )
    assert.equal(saved.statusCode, 303, saved.body)
    const { body } = (await bodyOf(t, 'air.pm25')) ?? {}
    assert.equal(body.basis.licence, 'CC BY 4.0')
    assert.deepEqual(body.periods, ['day', 'month', 'R-month'])
    assert.deepEqual(
      [body.mainPeriod, body.missing, body.merger, body.expected],
      ['R-month', 'withhold', 'sum', ['commune']],
    )
    assert.equal(body.targets.length, 1, 'targets of the pack stay')
    const shown = (await keeper.get(page)).body
    assert.match(shown, /Bản 2 \(đang dùng\)/)
    assert.match(shown, /Theo quy chế mới/)
    assert.match(shown, /<dd>quantri<\/dd>/)
    assert.match(shown, /<ins>Bộ số đo không khí · giấy phép CC BY 4\.0<\/ins>/)
    assert.match(shown, /<del>Ngày, Tuần, Tháng, Năm<\/del>/)
    const wrong = await sendForm(keeper, { page }, { 'ky-chinh': 'year', 'ly-do': 'Kỳ không có', viec: 'luu' })
    assert.match(wrong.body, /id="ky-chinh-error"/)
  },
)

dbTest('the formula is changed on the page: another kind of formula, more parts, conditions, composites', async (t) => {
  const keeper = t.as('quantri')
  const page = pageOf('air.pm25')
  const ratio = await sendForm(keeper, { page }, { dang: 'ratio', viec: 'lap-lai' })
  assert.equal(ratio.statusCode, 200)
  assert.match(ratio.body, /name="t-0-phep"/)
  assert.equal((await bodyOf(t, 'air.pm25'))?.version, 1, 'nothing is saved by changing the form')
  const more = await sendForm(keeper, { page, html: ratio.body }, { viec: 'them:t' })
  assert.match(more.body, /name="t-1-phep"/)
  const less = await sendForm(keeper, { page, html: more.body }, { viec: 'bo:t-0' })
  assert.doesNotMatch(less.body, /name="t-0-phep"/)
  const fields = Object.fromEntries(readForm(less.body, page))
  assert.equal(fields['m-0-truong-0'], 'property', 'the measure that stood there stays')
  const parts = {
    't-1-loai': 'observation',
    't-1-ngay': 'observedOn',
    't-1-truong-0': 'property',
    't-1-gt-0': 'pm25; pm10',
    't-1-op-0': 'in',
  }
  const wrong = await sendForm(
    keeper,
    { page, html: less.body },
    {
      ...parts,
      'm-0-phep': 'count',
      'm-0-cua': '',
      't-1-truong-1': 'value',
      't-1-op-1': 'gt',
      't-1-gt-1': 'nhiều',
      'ly-do': 'Đổi sang tỷ số',
      viec: 'luu',
    },
  )
  assert.match(wrong.body, /id="t-1-truong-1-error"/, 'the fault stands at its condition')
  const saved = await sendForm(keeper, { page, html: wrong.body }, { 't-1-gt-1': '35,5', viec: 'luu' })
  assert.equal(saved.statusCode, 303, saved.body)
  const { formula } = (await bodyOf(t, 'air.pm25'))?.body ?? {}
  assert.deepEqual(formula.numerator[0].where, [
    { op: 'in', field: 'property', value: ['pm25', 'pm10'] },
    { op: 'gt', field: 'value', value: 35.5 },
  ])
  const composite = await sendForm(
    keeper,
    { page: newPage },
    {
      ...people,
      ma: 'thu.tong',
      dang: 'composite',
      'tp-0': 'air.pm25',
      'hs-0': '0,25',
      'tp-1': 'air.pm10',
      'hs-1': '0,75',
      'gop-bang': 'weighted-mean',
    },
  )
  assert.equal(composite.statusCode, 303, composite.body)
  assert.deepEqual((await bodyOf(t, 'thu.tong'))?.body.formula.of, [
    { indicator: 'air.pm25', weight: 0.25 },
    { indicator: 'air.pm10', weight: 0.75 },
  ])
})

const currentPeriods = async (t: DbTest, code: string) =>
  (
    await t.sql<{ kind: string; values: number[] }[]>`
      select period_kind as kind, array_agg(value::float8 order by period) as values from indicators.fact
      where indicator = ${code} and superseded_at is null group by 1 order by 1`
  ).map(({ kind, values }) => [kind, values])

dbTest(
  'changed periods of an indicator over records are computed anew, and those no longer counted are closed',
  async (t) => {
    await makeSampleTree(t.sql)
    const owner = { organisation: 'H32.KHCN', position: 'Giám đốc Sở thử' }
    const measures = [{ kind: 'case', sources: [sampleSource], at: 'startedOn' }]
    await defineSample(t.context(), {
      code: 'thu.ho-so',
      owner,
      periods: ['day', 'month'],
      formula: { type: 'measure', measures },
    })
    await writeCases(t.sql, [
      { id: 'A', organisation: 'TEST', startedAt: '2026-02-16T03:00:00Z' },
      { id: 'B', organisation: 'TEST', startedAt: '2026-02-13T03:00:00Z' },
    ])
    await recomputeAll(t.context(), { indicators: ['thu.ho-so'] })
    assert.deepEqual(await currentPeriods(t, 'thu.ho-so'), [
      ['day', [1, 1]],
      ['month', [2]],
    ])
    const saved = await sendForm(
      t.as('quantri'),
      { page: pageOf('thu.ho-so') },
      { ky: ['month', 'R-month'], 'ly-do': 'Theo kỳ báo cáo', viec: 'luu' },
    )
    assert.equal(saved.statusCode, 303, saved.body)
    assert.deepEqual(await currentPeriods(t, 'thu.ho-so'), [
      ['R-month', [1, 1]],
      ['month', [2]],
    ])
  },
)

dbTest('changed periods of typed figures are made of them anew', async (t) => {
  const keeper = t.as('quantri')
  await sendForm(keeper, { page: newPage }, people)
  const page = pageOf(people.ma)
  for (const [period, value] of [
    ['2026-01', 10],
    ['2026-02', 12],
  ] as const) {
    const ids = await t.as('dulieu-khcn').inject({
      method: 'POST',
      url: '/api/v1/entries',
      payload: { submit: true, entries: [{ indicator: people.ma, organisation: 'H32.KHCN', period, value }] },
    })
    const approved = await t
      .as('lanhdao-khcn', 'entry:approve')
      .inject({ method: 'POST', url: '/api/v1/entries/approve', payload: ids.json() })
    assert.equal(approved.statusCode, 204, approved.body)
  }
  assert.deepEqual(await currentPeriods(t, people.ma), [['month', [10, 12]]])
  await sendForm(keeper, { page }, { ky: ['month', 'quarter'], 'ly-do': 'Thêm quý', viec: 'luu' })
  assert.deepEqual(await currentPeriods(t, people.ma), [
    ['month', [10, 12]],
    ['quarter', [22]],
  ])
  await sendForm(keeper, { page }, { ky: ['month'], 'ly-do': 'Bỏ quý', viec: 'luu' })
  assert.deepEqual(await currentPeriods(t, people.ma), [['month', [10, 12]]])
})

dbTest(
  'the mean of the country and the rank in it are typed in with their basis, and stand beside the number',
  async (t) => {
    const keeper = t.as('quantri')
    await sendForm(
      keeper,
      { page: newPage },
      { ...people, 'chu-tri': 'H32.KHCN', ky: ['year'], 'ky-chinh': 'year', 'cong-ky': 'none' },
    )
    const entry = { indicator: people.ma, organisation: 'H32', period: '2025', value: 40 }
    const typed = await t
      .as('nguoi-nhap', 'entry:write')
      .inject({ method: 'POST', url: '/api/v1/entries', payload: { submit: true, entries: [entry] } })
    const approved = await t
      .as('lanhdao', 'entry:approve')
      .inject({ method: 'POST', url: '/api/v1/entries/approve', payload: typed.json() })
    assert.equal(approved.statusCode, 204, typed.body)
    const page = pageOf(people.ma)
    const form = {
      'ky-ca-nuoc': '2025',
      'binh-quan': '36,5',
      'thu-hang': '9',
      'tong-so': '34',
      'can-cu-ca-nuoc': 'Báo cáo thử số 1',
    }
    const wrong = await sendForm(
      keeper,
      { page, action: `${page}/ca-nuoc` },
      { ...form, 'tong-so': '5', 'can-cu-ca-nuoc': '' },
    )
    assert.equal(wrong.statusCode, 422)
    assert.match(wrong.body, /id="thu-hang-error"/)
    assert.match(wrong.body, /id="can-cu-ca-nuoc-error"/)
    assert.equal((await sendForm(keeper, { page, action: `${page}/ca-nuoc` }, form)).statusCode, 303)
    const shown = (await t.as('lanhdao').get(`/chi-tieu/${people.ma}`)).body
    assert.match(shown, /bình quân cả nước 37 người, tỉnh cao hơn 4 người; xếp thứ 9\/34/)
    assert.match(shown, /Theo Báo cáo thử số 1/)
    assert.doesNotMatch((await t.as('lanhdao').get(`/chi-tieu/${people.ma}?don-vi=H32.KHCN`)).body, /bình quân cả nước/)
    const later = t.at(new Date(t.now.getTime() + 60_000))
    await sendForm(
      later.as('quantri'),
      { page, action: `${page}/ca-nuoc` },
      { ...form, 'binh-quan': '', 'thu-hang': '', 'tong-so': '' },
    )
    assert.doesNotMatch((await later.as('lanhdao').get(`/chi-tieu/${people.ma}`)).body, /bình quân cả nước/)
    assert.equal((await t.as('dulieu-khcn').submit(`${page}/ca-nuoc`, form)).statusCode, 403)
  },
)
