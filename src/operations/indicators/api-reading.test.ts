import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { computeMissing } from './computation/process.ts'
import { defineSample, makeSampleTree, writeCases } from './sample.ts'

const ended = { kind: 'case', sources: ['sample-cases'], at: 'endedOn' }
const onTime = [{ field: 'endedAt', op: 'le', other: 'dueAt' }]

/** Seven cases ended in March, five of them on time, and two in April. */
async function makeNumbers(t: DbTest): Promise<void> {
  const ctx = t.context()
  await makeSampleTree(t.sql)
  await defineSample(ctx, { code: 'sample.ended', formula: { type: 'measure', measures: [ended] } })
  await defineSample(ctx, {
    code: 'sample.share',
    formula: { type: 'ratio', numerator: [{ ...ended, where: onTime }], denominator: [ended] },
  })
  await defineSample(ctx, {
    code: 'sample.twice',
    formula: { type: 'measure', measures: [ended, { ...ended, where: onTime }] },
  })
  await writeCases(
    t.sql,
    Array.from({ length: 9 }, (_, nth) => ({
      id: `case-${nth}`,
      organisation: nth % 2 ? 'TEST.A' : 'TEST.B',
      area: nth < 6 ? 'R1' : 'R2',
      startedAt: '2026-03-01T03:00:00Z',
      dueAt: nth < 5 ? '2026-03-20T03:00:00Z' : '2026-03-02T03:00:00Z',
      endedAt: nth < 7 ? `2026-03-1${nth}T03:00:00Z` : '2026-04-10T03:00:00Z',
    })),
  )
  await computeMissing(ctx)
}

async function ask(t: DbTest, url: string) {
  const answer = await t.as('anyone', 'indicator:read').get(`/api/v1${url}`)
  return { status: answer.statusCode, body: answer.json() }
}

async function findFact(t: DbTest, indicator: string, period: string) {
  const { body } = await ask(t, `/indicators/${indicator}/facts?organisation=TEST&period=${period}`)
  assert.equal(body.facts.length, 1, JSON.stringify(body))
  return body.facts[0]
}

dbTest('the count behind a number is the number, and its pages hold each record once', async (t) => {
  await makeNumbers(t)
  const fact = await findFact(t, 'sample.ended', '2026')
  const keys: string[] = []
  let next: string | undefined = ''
  while (next !== undefined) {
    const { body } = await ask(t, `/facts/${fact.id}/records?limit=4${next && `&after=${next}`}`)
    assert.equal(body.count, fact.value)
    keys.push(...body.records.map(({ fields }: { fields: { caseId: string } }) => fields.caseId))
    next = body.next
  }
  assert.equal(new Set(keys).size, 9)
  assert.equal(keys.length, 9)
  const share = await findFact(t, 'sample.share', '2026-03')
  assert.equal((await ask(t, `/facts/${share.id}/records`)).body.count, share.denominator)
  assert.equal((await ask(t, `/facts/${share.id}/records?part=0`)).body.count, share.numerator)
  const twice = await findFact(t, 'sample.twice', '2026-03')
  assert.equal(twice.value, 12)
  const first = await ask(t, `/facts/${twice.id}/records?limit=8`)
  assert.equal(first.body.count, 12)
  const second = await ask(t, `/facts/${twice.id}/records?limit=8&after=${first.body.next}`)
  assert.equal(first.body.records.length + second.body.records.length, 12, 'one measure after the other')
})

dbTest('a number is kept for every organisation in every area, and opens to just its records there', async (t) => {
  await makeNumbers(t)
  const counts: Record<string, number> = {}
  for (const organisation of ['TEST', 'TEST.A', 'TEST.B']) {
    for (const area of ['R1', 'R2', 'R']) {
      const { body } = await ask(
        t,
        `/indicators/sample.ended/facts?organisation=${organisation}&area=${area}&period=2026`,
      )
      counts[`${organisation} ${area}`] = body.facts[0].value
      assert.equal((await ask(t, `/facts/${body.facts[0].id}/records`)).body.count, body.facts[0].value)
    }
  }
  assert.deepEqual(counts, {
    'TEST R1': 6,
    'TEST R2': 3,
    'TEST R': 9,
    'TEST.A R1': 3,
    'TEST.A R2': 1,
    'TEST.A R': 4,
    'TEST.B R1': 3,
    'TEST.B R2': 2,
    'TEST.B R': 5,
  })
})

dbTest('what is asked wrongly is refused with the field; what is not there is not there', async (t) => {
  await makeNumbers(t)
  const facts = '/indicators/sample.ended/facts'
  const wrong: [string, string][] = [
    [`${facts}?period=fortnight`, 'query.period'],
    [`${facts}?asOf=yesterday`, 'query.asOf'],
    [`${facts}?limit=101`, 'query.limit'],
    ['/facts/none/records', 'params.id'],
    ['/indicators?limit=0', 'query.limit'],
  ]
  for (const [url, field] of wrong) {
    const { status, body } = await ask(t, url)
    assert.equal(status, 422, url)
    assert.equal(body.errors[0].field, field)
  }
  const { id } = await findFact(t, 'sample.ended', '2026')
  assert.equal((await ask(t, `/facts/${id}/records?after=elsewhere`)).body.errors[0].field, 'query.after')
  assert.equal((await ask(t, `/facts/${id}/records?part=7`)).body.errors[0].field, 'query.part')
  for (const url of [
    '/indicators/no.such',
    '/indicators/no.such/facts',
    `${facts}?organisation=NOPE`,
    `${facts}?organisation=TEST&area=NOPE`,
    '/facts/999999999',
    '/facts/999999999/records',
  ])
    assert.equal((await ask(t, url)).status, 404, url)
})
