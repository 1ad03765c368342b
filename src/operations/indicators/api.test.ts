import assert from 'node:assert/strict'
import type { Sql } from '#platform/sql'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { computeMissing, processTouches } from './computation/process.ts'
import { defineSample, makeSampleTree, type SampleCase, sampleSource, writeCases } from './sample.ts'

const started = { kind: 'case', sources: [sampleSource], at: 'startedOn' }
const ended = { kind: 'case', sources: [sampleSource], at: 'endedOn' }
const late = { field: 'endedAt', op: 'gt', other: 'dueAt' }

const definitions = [
  {
    code: 'sample.received',
    periods: ['day', 'week', 'month', 'year', 'R-month'],
    formula: { type: 'measure', measures: [started] },
  },
  {
    code: 'sample.late-share',
    formula: { type: 'ratio', numerator: [{ ...ended, where: [late] }], denominator: [ended] },
  },
  {
    code: 'sample.fees',
    formula: { type: 'measure', measures: [{ ...started, aggregate: 'sum', of: 'attributes.fee' }] },
  },
  {
    code: 'sample.mean-fee',
    formula: { type: 'measure', measures: [{ ...started, aggregate: 'average', of: 'attributes.fee' }] },
  },
  {
    code: 'sample.open',
    formula: {
      type: 'measure',
      measures: [{ kind: 'case', sources: [sampleSource], where: [{ field: 'endedAt', op: 'empty' }] }],
    },
  },
]

const organisations = ['TEST', 'TEST.A', 'TEST.A.1', 'TEST.B']
const reader = makeActor('doc', { 'indicator:read': 'all' }, 'TEST')

/** 400 cases spread by a fixed rule over two years, four organisations and two areas. */
function sampleCases(): SampleCase[] {
  return Array.from({ length: 400 }, (_, index) => {
    const startedAt = new Date(Date.UTC(2025, 0, 1) + ((index * 7919) % 700) * 86_400_000 + index * 60_000)
    const plus = (days: number) => new Date(startedAt.getTime() + days * 86_400_000).toISOString()
    return {
      id: `case-${index}`,
      organisation: organisations[index % 4] ?? 'TEST',
      area: [null, 'R1', 'R2'][index % 3],
      channel: index % 5 === 0 ? 'online' : 'counter',
      startedAt: startedAt.toISOString(),
      dueAt: plus(10),
      endedAt: index % 9 === 0 ? null : plus(index % 17),
      fee: index % 4 === 0 ? null : index * 1000,
    }
  })
}

async function prepare(t: DbTest): Promise<void> {
  await makeSampleTree(t.sql)
  for (const definition of definitions) await defineSample(t.context(), definition)
  await computeMissing(t.context())
  await writeCases(t.sql, sampleCases())
  await processTouches(t.context())
}

interface Stored {
  id: number
  indicator: string
  recordCount: number
  numeratorCount: number
}

const listComputed = (sql: Sql) => sql<Stored[]>`
  select id, indicator, record_count, numerator_count from indicators.fact
  where indicator like 'sample.%' and superseded_at is null order by md5(id::text)`

dbTest('the count behind every number equals the number, in SQL', async (t) => {
  await prepare(t)
  // Written by hand, on purpose: the same numbers without a line of the program's own.
  const wrong = await t.sql`
    select f.indicator, f.organisation, f.area, f.period, f.record_count, counted.count
    from indicators.fact f
    cross join lateral (
      select count(*) as count from warehouse.process_case r
      join indicators.organisation_scope s on s.organisation = r.organisation and s.ancestor = f.organisation
      left join indicators.day_period p on p.kind = f.period_kind and p.period = f.period
        and p.day = (case when f.indicator = 'sample.late-share' then r.ended_on else r.started_on end)
      where r.source = ${sampleSource}
        and (f.area = '' or exists (select from indicators.area_scope a where a.area = r.area and a.ancestor = f.area))
        and (case f.indicator when 'sample.open' then r.ended_at is null else p.day is not null end)
        and (f.indicator not in ('sample.fees', 'sample.mean-fee') or r.attributes ->> 'fee' is not null)) counted
    where f.indicator like 'sample.%' and f.superseded_at is null and counted.count <> f.record_count`
  assert.deepEqual([...wrong], [])
  const facts = await listComputed(t.sql)
  assert.ok(facts.length > 1500, `${facts.length} facts were compared`)
})

dbTest('the records listed behind 300 numbers drawn by chance are as many as the number says', async (t) => {
  await prepare(t)
  const drawn = (await listComputed(t.sql)).slice(0, 300)
  assert.equal(drawn.length, 300)
  for (const fact of drawn) {
    const counts = new Map<string, number>()
    const { parts } = await get(t, `/api/v1/facts/${fact.id}/records?limit=1`)
    for (const { part, role, count } of parts) {
      assert.equal(await countListed(t, fact.id, part), count, `${fact.indicator} ${fact.id} part ${part}`)
      counts.set(role, (counts.get(role) ?? 0) + count)
    }
    const behind = counts.get('denominator') ?? counts.get('measure') ?? counts.get('average') ?? 0
    assert.equal(behind, fact.recordCount, `${fact.indicator} ${fact.id}`)
    assert.equal(counts.get('numerator') ?? 0, fact.numeratorCount)
  }
})

interface Page {
  parts: { part: number; role: string; count: number }[]
  records: { recordId: number; part: number }[]
  next?: string
}

async function get(t: DbTest, url: string): Promise<Page> {
  const answer = await t.as(reader).get(url)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json()
}

/** Goes through all pages; a record on two of them would be counted once. */
async function countListed(t: DbTest, fact: number, part: number): Promise<number> {
  const seen = new Set<string>()
  for (let after = ''; ; ) {
    const page = await get(t, `/api/v1/facts/${fact}/records?part=${part}&limit=100${after}`)
    for (const record of page.records) seen.add(`${record.recordId}~${record.part}`)
    if (!page.next) return seen.size
    after = `&after=${encodeURIComponent(page.next)}`
  }
}

/** Days begin at 17:00 of the day before in UTC. */
const countStarted = (year: string) =>
  sampleCases().filter(({ startedAt }) =>
    new Date(Date.parse(startedAt ?? '') + 7 * 3_600_000).toISOString().startsWith(year),
  ).length

dbTest('facts are read by period, organisation and moment, and wrong questions are answered in words', async (t) => {
  await prepare(t)
  const asReader = t.as(reader)
  const years = (await asReader.get('/api/v1/indicators/sample.received/facts')).json()
  assert.deepEqual(
    years.facts.map((fact: { period: string; value: number }) => [fact.period, fact.value]),
    ['2025', '2026'].map((year) => [year, countStarted(year)]),
  )
  const months = (
    await asReader.get('/api/v1/indicators/sample.received/facts?period=month&limit=5&organisation=TEST.B')
  ).json()
  assert.equal(months.facts.length, 5)
  assert.equal(months.next, months.facts[4].period)
  const earlier = await asReader.get('/api/v1/indicators/sample.received/facts?asOf=2020-01-01T00:00:00Z')
  assert.deepEqual(earlier.json().facts, [])
  for (const [url, status, code] of [
    ['/api/v1/indicators/sample.none/facts', 404, 'indicator.not-found'],
    ['/api/v1/indicators/sample.received/facts?after=gì', 422, 'request.invalid'],
    ['/api/v1/indicators/sample.received/facts?asOf=hôm%20qua', 422, 'request.invalid'],
    ['/api/v1/facts/999999999', 404, 'fact.not-found'],
  ] as const) {
    const answer = await asReader.get(url)
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code], url)
  }
})

dbTest('a reader sees the numbers of his reach only', async (t) => {
  await prepare(t)
  const ofB = t.as(makeActor('chi-b', { 'indicator:read': ['TEST.B'] }, 'TEST.B'))
  assert.equal((await ofB.get('/api/v1/indicators/sample.received/facts?organisation=TEST.B')).statusCode, 200)
  assert.equal((await ofB.get('/api/v1/indicators/sample.received/facts')).statusCode, 403)
  const [fact] = await t.sql<{ id: number }[]>`select id from indicators.fact where organisation = 'TEST.A' limit 1`
  assert.equal((await ofB.get(`/api/v1/facts/${fact?.id}`)).statusCode, 403)
  assert.equal((await ofB.get(`/api/v1/facts/${fact?.id}/records`)).statusCode, 403)
})

dbTest('indicators are found without diacritics', async (t) => {
  const found = (await t.as(reader).get('/api/v1/indicators?q=ho%20so%20tiep%20nhan&limit=5')).json()
  assert.equal(found.indicators[0].code, 'dossier.received')
  const whole = (await t.as(reader).get('/api/v1/indicators?q=dung%20han&limit=2')).json()
  const names = whole.indicators.map(({ name }: { name: string }) => name)
  assert.ok(
    names.every((name: string) => /đúng hạn/.test(name)),
    `whole words come before parts of words: ${names}`,
  )
})

dbTest('press figures of the pack are facts of their own origin, with the source beside them', async (t) => {
  const answer = await t.as(reader).get('/api/v1/indicators/population.lookups/facts?organisation=H32-2024')
  const [fact] = answer.json().facts
  assert.deepEqual([fact.period, fact.value, fact.origin], ['2024', 376874, 'pack'])
  assert.match(fact.note, /Bài báo năm 2025/)
})

dbTest('nothing is kept under a period, an organisation or an area that is none', async (t) => {
  const keeper = t.as('quantri')
  const path = '/api/v1/indicators/dossier.on-time'
  const ask = async (method: 'POST' | 'PUT', url: string, payload: object) =>
    (await keeper.inject({ method, url, payload })).statusCode
  for (const key of [
    { organisation: 'H32', period: '2026-13' },
    { organisation: 'ZZ', period: '2026-03' },
  ]) {
    assert.equal(await ask('POST', `${path}/locks`, key), 422)
    assert.equal(await ask('POST', `${path}/locks/reopen`, { ...key, basis: 'Văn bản thử số 1' }), 422)
    assert.equal(await ask('PUT', `${path}/targets`, { ...key, value: 1, basis: 'Văn bản thử số 1' }), 422)
  }
  const figure = { indicator: 'document.signed-share', organisation: 'H32.KHCN', period: '2026-10', value: 80 }
  const typed = (more: object) =>
    t.as('dulieu-khcn').inject({
      method: 'POST',
      url: '/api/v1/entries',
      payload: { entries: [{ ...figure, ...more }] },
    })
  assert.equal((await typed({ area: 'ZZ' })).statusCode, 422)
  assert.equal((await typed({ area: '22366' })).statusCode, 200)
})
