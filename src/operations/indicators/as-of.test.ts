import assert from 'node:assert/strict'
import { createOrganisation, mergeOrganisations, splitOrganisation } from '#organisations'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { processTouches, recomputeAll } from './computation/process.ts'
import { refreshScopes } from './computation/trees.ts'
import { approveEntries, saveEntries } from './entries/actions.ts'
import { defineSample, sampleSource, writeCases } from './sample.ts'

const typist = makeActor('nguoi-nhap', { 'entry:write': 'all', 'indicator:read': 'all' }, 'TEST')
const leader = makeActor('lanh-dao', { 'entry:approve': 'all', 'indicator:read': 'all' }, 'TEST')
const decision = { number: '1/QĐ-THU', issuedOn: '2025-06-16', issuedBy: 'Cơ quan thử' }
const commune = (code: string, name: string) => ({
  code,
  name,
  kind: 'commune' as const,
  line: 'own' as const,
  parent: 'TEST',
})

const halves = { periods: ['half'], mainPeriod: 'half', cadence: { every: 'half', dueWorkingDays: 5 } }
const typed = (code: string, merger: string, more: Record<string, unknown> = {}) => ({
  code,
  name: `Chỉ tiêu ${code}`,
  merger,
  formula: { type: 'typed', overOrganisations: 'sum', overTime: 'none' },
  ...halves,
  ...more,
})
const measure = (where: unknown[]) => [{ kind: 'case', sources: [sampleSource], at: 'endedOn', where }]
const online = {
  code: 'past.online',
  merger: 'weighted',
  unit: '%',
  decimals: 1,
  formula: {
    type: 'ratio',
    numerator: measure([{ field: 'channel', op: 'eq', value: 'online' }]),
    denominator: measure([]),
  },
  ...halves,
}

async function report(t: DbTest, figures: [indicator: string, organisation: string, value: number][]): Promise<void> {
  const rows = figures.map(([indicator, organisation, value]) => ({
    indicator,
    organisation,
    period: '2025-H1',
    value,
    reason: 'Theo sổ theo dõi',
  }))
  await approveEntries(t.context(leader), await saveEntries(t.context(typist), rows, { submit: true }))
}

const cases = (organisation: string, channels: string[], from: number) =>
  channels.map((channel, index) => ({
    id: `${organisation}-${from + index}`,
    organisation,
    channel,
    startedAt: '2025-03-03T02:00:00Z',
    endedAt: '2025-03-10T02:00:00Z',
  }))

/** Old communes and their figures of the first half of 2025, as everybody knew them on its last day. */
async function beforeTheMerger(t: DbTest): Promise<void> {
  const start = t.at(new Date('2025-01-06T02:00:00Z'))
  const found = (organisation: Parameters<typeof createOrganisation>[1]['organisation']) =>
    createOrganisation(start.context(), { organisation, effectiveOn: '2020-01-01', decision })
  await found({ code: 'TEST', name: 'Tỉnh thử', kind: 'province', line: 'own' })
  await found(commune('TEST.C1', 'UBND xã Cũ Một'))
  await found(commune('TEST.C2', 'UBND xã Cũ Hai'))
  await found(commune('TEST.C3', 'UBND xã Cũ Ba'))
  await refreshScopes(start.context())
  await defineSample(start.context(), typed('past.people', 'sum', { unit: 'người' }))
  await defineSample(start.context(), typed('past.score', 'mean'))
  await defineSample(start.context(), typed('past.rank', 'not-comparable'))
  await defineSample(start.context(), online)
  await recomputeAll(start.context(), { indicators: ['past.online'] })
  const june = t.at(new Date('2025-06-30T02:00:00Z'))
  await report(
    june,
    ['past.people', 'past.score', 'past.rank'].flatMap((code) => [
      [code, 'TEST.C1', 1200.5],
      [code, 'TEST.C2', 800],
      [code, 'TEST.C3', 500],
    ]),
  )
  await writeCases(t.sql, [
    ...cases('TEST.C1', ['online', 'online', 'online', 'paper'], 1),
    ...cases('TEST.C2', ['online', ...Array.from({ length: 15 }, () => 'paper')], 1),
    ...cases('TEST.C3', ['paper', 'online'], 1),
  ])
  await processTouches(june.context())
}

/** On 1-7-2025 two communes become one and one becomes two; afterwards a figure is corrected, a record comes late, a definition changes. */
async function afterTheMerger(t: DbTest): Promise<void> {
  const july = t.at(new Date('2025-07-02T02:00:00Z'))
  const on = { effectiveOn: '2025-07-01', decision }
  await mergeOrganisations(july.context(), {
    ...on,
    codes: ['TEST.C1', 'TEST.C2'],
    into: commune('TEST.N1', 'UBND xã Mới Một'),
  })
  const heirs = [commune('TEST.N2', 'UBND xã Mới Hai'), commune('TEST.N3', 'UBND xã Mới Ba')]
  await splitOrganisation(july.context(), { ...on, code: 'TEST.C3', into: heirs })
  await refreshScopes(july.context())
  const august = t.at(new Date('2025-08-11T02:00:00Z'))
  await report(august, [
    ['past.people', 'TEST.C1', 1300],
    ['past.score', 'TEST.C1', 1300],
  ])
  await writeCases(t.sql, cases('TEST.C2', ['online', 'online', 'online', 'online'], 17))
  await processTouches(august.context())
  const september = t.at(new Date('2025-09-01T02:00:00Z'))
  await defineSample(
    september.context(),
    typed('past.people', 'sum', { unit: 'nghìn người', name: 'Tên mới của chỉ tiêu' }),
  )
}

const asked = (t: DbTest, at: string) => t.at(new Date(at)).as('nguoi-xem', 'indicator:read')

/** The words of the table of units on the page, without links and marks. */
function unitsOn(page: string): string {
  const [, section = ''] = /<section[^>]*id="don-vi"[^>]*>([\s\S]*?)<\/section>/.exec(page) ?? []
  assert.notEqual(
    section,
    '',
    `the page compares units: ${page
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .slice(0, 3000)}`,
  )
  return section.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
}

async function readReport(t: DbTest, at: string, tai = '', instant = tai) {
  const reader = asked(t, at)
  const page = `tai=${tai}&don-vi=TEST&ky=2025-H1`
  const api = instant && `&asOf=${encodeURIComponent(instant)}`
  const files: Record<string, string> = {}
  for (const code of ['past.people', 'past.score', 'past.rank', 'past.online'])
    files[code] = (await reader.get(`/chi-tieu/${code}/don-vi.csv?${page}`)).body
  const shown = await reader.get(`/chi-tieu/past.people?${page}`)
  const facts = await reader.get(`/api/v1/indicators/past.people/facts?organisation=TEST.C1&period=2025-H1${api}`)
  const { asOf: _asOf, facts: found, ...about } = facts.json()
  const ranking = await reader.get(`/api/v1/indicators/past.people/ranking?organisation=TEST&period=2025-H1${api}`)
  const definition = await reader.get(`/api/v1/indicators/past.people?${api.slice(1)}`)
  return {
    page: shown.body,
    report: {
      files,
      units: unitsOn(shown.body),
      about,
      facts: found.map(({ supersededAt: _later, ...fact }: Record<string, unknown>) => fact),
      ranking: ranking.json(),
      definition: definition.json(),
    },
  }
}

dbTest(
  'a report of 30-6-2025 is repeated to the last digit after a merger, a correction and a new definition',
  async (t) => {
    await beforeTheMerger(t)
    const kept = await readReport(t, '2025-06-30T09:00:00Z')
    assert.match(kept.report.files['past.people'] ?? '', /TEST\.C1,UBND xã Cũ Một,1200\.5,/)
    assert.match(kept.report.files['past.online'] ?? '', /TEST\.C1,UBND xã Cũ Một,75,/)
    assert.equal(kept.report.about.organisationName, 'UBND xã Cũ Một')
    await afterTheMerger(t)

    for (const tai of ['2025-06-30', '2025-06-30T16:00']) {
      // The API takes instants with their zone.
      const instant = tai.includes('T') ? `${tai}:00+07:00` : tai
      const past = await readReport(t, '2025-10-01T02:00:00Z', tai, instant)
      assert.deepEqual(past.report, kept.report, tai)
      assert.match(past.page, /Đang xem lại số liệu như đã biết lúc \d\d:\d\d 30\/06\/2025/)
      assert.match(past.page, /Về số liệu hiện nay/)
      assert.doesNotMatch(past.page, /Mới Một|Tên mới của chỉ tiêu|nghìn người|1\.300/)
    }
  },
)

interface Told {
  code: string
  value: number | null
  how: string
  words: string
}

async function restated(t: DbTest, code: string, more = ''): Promise<Map<string, Told>> {
  const answer = await asked(t, '2025-10-01T02:00:00Z').get(
    `/api/v1/indicators/${code}/restated?organisation=TEST&period=2025-H1${more}`,
  )
  assert.equal(answer.statusCode, 200, answer.body)
  return new Map(answer.json().units.map((unit: Told) => [unit.code, unit]))
}

dbTest(
  'asked today the same half-year is told for the new communes, by the rule of each indicator or not at all',
  async (t) => {
    await beforeTheMerger(t)
    await afterTheMerger(t)
    const people = await restated(t, 'past.people')
    assert.deepEqual([people.get('TEST.N1')?.how, people.get('TEST.N1')?.value], ['sum', 2100], 'with the correction')
    assert.equal(people.get('TEST.N1')?.words, 'cộng số của 2 đơn vị cũ')
    for (const heir of ['TEST.N2', 'TEST.N3']) {
      assert.deepEqual([people.get(heir)?.how, people.get(heir)?.value], ['divided', null])
      assert.equal(
        people.get(heir)?.words,
        'không tính được: UBND xã Cũ Ba đã chia cho UBND xã Mới Hai, UBND xã Mới Ba',
      )
    }
    assert.equal((await restated(t, 'past.score')).get('TEST.N1')?.value, 1050)
    const rank = (await restated(t, 'past.rank')).get('TEST.N1')
    assert.deepEqual([rank?.how, rank?.value], ['not-comparable', null])
    const share = (await restated(t, 'past.online')).get('TEST.N1')
    assert.equal(share?.how, 'weighted')
    assert.ok(
      Math.abs((share?.value ?? 0) - (100 * 8) / 24) < 1e-9,
      `by cases, not the mean of shares: ${share?.value}`,
    )
    const early = await restated(t, 'past.people', '&asOf=2025-07-10')
    assert.equal(early.get('TEST.N1')?.value, 2000.5, 'before the correction was known')
    assert.equal((await restated(t, 'past.people', '&asOf=2025-06-30')).size, 0, 'there was no merger to tell of')

    const page = (await asked(t, '2025-10-01T02:00:00Z').get('/chi-tieu/past.people?don-vi=TEST&ky=2025-H1')).body
    assert.match(page, /Tính lại theo đơn vị sau sắp xếp/)
    assert.match(page, /Tên mới của chỉ tiêu/)
    assert.match(page, /cộng số của các đơn vị cũ/)
    assert.match(page, /không tính được: UBND xã Cũ Ba đã chia cho UBND xã Mới Hai, UBND xã Mới Ba/)
    const [file = ''] = /href="[^"]*tinh-lai\.csv[^"]*"/.exec(page) ?? []
    const csv = await asked(t, '2025-10-01T02:00:00Z').get(file.slice(6, -1).replaceAll('&amp;', '&'))
    assert.match(csv.body, /TEST\.N1,UBND xã Mới Một,2100,cộng số của 2 đơn vị cũ/)
    assert.match(csv.body, /TEST\.N2,UBND xã Mới Hai,,"không tính được/)
  },
)

dbTest('a unit that was not there then is refused in words, and a number says which version held then', async (t) => {
  await beforeTheMerger(t)
  await afterTheMerger(t)
  const reader = asked(t, '2025-10-01T02:00:00Z')
  const refused = await reader.get('/chi-tieu/past.people?don-vi=TEST.N1&ky=2025-H1&tai=2025-06-30')
  assert.equal(refused.statusCode, 404)
  assert.match(refused.body, /UBND xã Mới Một không có trong cơ cấu đơn vị ngày 30\/06\/2025/)
  const { facts } = (
    await reader.get('/api/v1/indicators/past.people/facts?organisation=TEST.C1&period=2025-H1')
  ).json()
  const corrected = await reader.get(`/so-lieu/${facts[0].id}?tai=2025-06-30`)
  assert.match(corrected.body, /Đây không phải số liệu của thời điểm xem lại/)
  assert.match(corrected.body, /Số của thời điểm đó: 1\.20[01]/)
  assert.match((await reader.get(`/so-lieu/${facts[0].id}`)).body, /UBND xã Cũ Một/, 'an old unit has its name')
  assert.equal((await reader.get('/chi-tieu/past.people?tai=2025-02-30')).statusCode, 422)
  assert.equal((await reader.get('/chi-tieu/past.people?tai=2025-10-02')).statusCode, 422, 'that day is still ahead')
})

dbTest('the tree of organisations is shown as it was known at a moment', async (t) => {
  await beforeTheMerger(t)
  await afterTheMerger(t)
  const reader = asked(t, '2025-10-01T02:00:00Z')
  const now = (await reader.get('/quan-tri/don-vi?q=xã')).body
  assert.match(now, /Mới Một/)
  const then = (await reader.get('/quan-tri/don-vi?q=xã&tai=2025-06-30')).body
  assert.match(then, /Đang xem lại cơ cấu đơn vị như đã biết lúc 23:59 30\/06\/2025/)
  assert.match(then, /Cũ Một/)
  assert.doesNotMatch(then, /Mới Một/)
  assert.match(then, /TEST\.C1\?tai=2025-06-30/)
  const file = (await reader.get('/quan-tri/don-vi?q=xã&tai=2025-06-30&tep=csv')).body
  assert.match(file, /TEST\.C3,UBND xã Cũ Ba/)
  const unit = (await reader.get('/quan-tri/don-vi/TEST.C1?tai=2025-06-30')).body
  assert.doesNotMatch(unit, /kết thúc hoạt động|Mới Một|đã được thay <time/)
  assert.match((await reader.get('/quan-tri/don-vi/TEST.C1')).body, /kết thúc hoạt động/)
})
