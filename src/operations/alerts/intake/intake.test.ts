import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cloneTest, type DbTest, dbTest, makeActor } from '#test/harness'
import { acceptBatch } from './accept.ts'
import type { Item } from './item.ts'
import { compileMatchers, readMatcher, writeMatcher } from './matching.ts'
import { compilePattern } from './pattern.ts'

const am = '/alertmanager/api/v2'
const sender = makeActor('may-gui', { 'alerts:write': 'all', 'alerts:read': 'all', 'alert:read': 'all' }, 'H32')

const postTo = (t: DbTest, url: string, payload: unknown, who = sender) =>
  t
    .as(who)
    .inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload: JSON.stringify(payload) })
const getJson = async (t: DbTest, url: string) => (await t.as(sender).get(url)).json()
const balanceOf = (t: DbTest) => getJson(t, '/api/v1/alert-balance')

function assertBalanced(balance: {
  received: number
  shown: number
  grouped: number
  silenced: number
  dropped: number
}) {
  assert.equal(balance.received, balance.shown + balance.grouped + balance.silenced + balance.dropped)
}

const minutes = (t: DbTest, count: number) => new Date(t.now.getTime() + count * 60_000)

dbTest('alerts as Prometheus sends them fold by alertname and quan, and the same again adds nothing', async (t) => {
  const alerts = Array.from({ length: 60 }, (_, index) => ({
    labels: {
      alertname: `Ngập đường ${index % 3}`,
      quan: index % 2 ? 'Nha Trang' : 'Cam Ranh',
      instance: `cam-${index}`,
      severity: 'critical',
    },
    annotations: { summary: `Nước dâng ở điểm ${index}` },
    startsAt: minutes(t, -5).toISOString(),
  }))
  assert.deepEqual((await postTo(t, `${am}/alerts`, alerts)).json(), {})
  const first = await balanceOf(t)
  assert.deepEqual([first.received, first.shown, first.grouped, first.silenced, first.dropped], [60, 6, 54, 0, 0])
  assert.equal(first.open.critical, 6)
  await postTo(t, `${am}/alerts`, alerts)
  const again = await balanceOf(t)
  assert.deepEqual([again.received, again.shown, again.grouped, again.silenced, again.dropped], [120, 6, 54, 0, 60])
  const { alerts: rows } = await getJson(t, '/api/v1/alerts')
  assert.deepEqual(
    rows.map(({ count }: { count: number }) => count),
    [10, 10, 10, 10, 10, 10],
  )
  const groups = await getJson(t, `${am}/alerts/groups`)
  assert.equal(groups.length, 6)
  assert.deepEqual(Object.keys(groups[0].labels).sort(), ['alertname', 'quan'])
  assert.equal((await getJson(t, `${am}/alerts?filter=${encodeURIComponent('quan="Cam Ranh"')}`)).length, 30)
})

dbTest('an alert whose end is told is over; one of which nothing more is heard times out', async (t) => {
  const labels = { alertname: 'Mất điện', quan: 'Diên Khánh' }
  const startsAt = minutes(t, -3).toISOString()
  await postTo(t, `${am}/alerts`, [{ labels, startsAt }])
  assert.equal((await getJson(t, `${am}/alerts`)).length, 1)
  assert.equal((await getJson(t.at(minutes(t, 6)), `${am}/alerts`)).length, 0, 'timed out after five minutes')
  await postTo(t.at(minutes(t, 1)), `${am}/alerts`, [{ labels, startsAt, endsAt: t.now.toISOString() }])
  const [alert] = (await getJson(t.at(minutes(t, 1)), '/api/v1/alerts')).alerts
  assert.equal(alert.endedAt, t.now.toISOString())
  // A word that was still under way does not bring it back.
  await postTo(t.at(minutes(t, 2)), `${am}/alerts`, [{ labels, startsAt }])
  const [same] = (await getJson(t.at(minutes(t, 2)), '/api/v1/alerts')).alerts
  assert.equal(same.endedAt, t.now.toISOString())
  assert.equal(same.count, 1)
})

dbTest('the webhook of an Alertmanager is understood, firing and resolved', async (t) => {
  const alert = {
    status: 'firing',
    labels: { alertname: 'Đĩa đầy', quan: 'TTDL' },
    annotations: {},
    startsAt: t.now.toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph',
  }
  const message = {
    version: '4',
    groupKey: '{}',
    status: 'firing',
    receiver: 'x',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: '',
    alerts: [alert],
  }
  assert.equal((await postTo(t, '/alertmanager/webhook', message)).statusCode, 200)
  const later = t.at(minutes(t, 30))
  const [open] = (await getJson(later, '/api/v1/alerts')).alerts
  assert.equal(open.endedAt, undefined)
  await postTo(later, '/alertmanager/webhook', {
    ...message,
    alerts: [{ ...alert, status: 'resolved', endsAt: minutes(t, 20).toISOString() }],
  })
  const [ended] = (await getJson(later, '/api/v1/alerts')).alerts
  assert.equal(ended.endedAt, minutes(t, 20).toISOString())
})

dbTest('our own API takes each alert by itself and says what became of it', async (t) => {
  const good = {
    headline: 'Cháy rừng ở núi Hòn Bà',
    severity: 'high',
    labels: { loai: 'chay-rung' },
    point: [109.0, 12.1],
    startsAt: t.now.toISOString(),
  }
  const answer = await postTo(t, '/api/v1/alerts', {
    alerts: [
      good,
      { ...good, severity: 'rất nặng' },
      { ...good, organisation: 'KHONG-CO' },
      { ...good, startsAt: minutes(t, 500).toISOString(), labels: { loai: 'mai-sau' } },
      good,
    ],
  })
  const outcome = answer.json()
  assert.deepEqual([outcome.received, outcome.shown, outcome.grouped, outcome.dropped], [5, 1, 0, 4])
  assert.deepEqual(outcome.reasons, { repeat: 1, invalid: 2, future: 1, late: 0 })
  assert.deepEqual(
    outcome.refused.map(({ index }: { index: number }) => index),
    [1, 2],
  )
  assert.match(outcome.refused[1].reason, /KHONG-CO/)
  assertBalanced(await balanceOf(t))
})

dbTest('hostile labels are refused one by one, and nothing of them reaches a page as markup', async (t) => {
  const labelsOf = (labels: unknown) => ({ labels, startsAt: t.now.toISOString() })
  const hostile = [
    labelsOf({ alertname: 'x', __proto__x: 'y' }),
    labelsOf({ alertname: 'x', 'a b': 'y' }),
    labelsOf({ alertname: 'x'.repeat(2000) }),
    labelsOf(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`l${index}`, 'x']))),
    labelsOf({ alertname: 7 }),
    labelsOf(['alertname']),
    labelsOf(null),
    labelsOf({ alertname: '\ud800' }),
    labelsOf({ alertname: 'a\u0000b' }),
    labelsOf({}),
    'alert',
    null,
    [],
    { labels: { alertname: 'x' }, startsAt: 'hôm qua' },
    { labels: { alertname: 'x' }, startsAt: minutes(t, 0).toISOString(), endsAt: minutes(t, -1).toISOString() },
  ]
  const answer = await postTo(t, `${am}/alerts`, [
    ...hostile,
    labelsOf({ alertname: '<script>alert(1)</script>', quan: "'; drop table x; --" }),
  ])
  assert.equal(answer.statusCode, 400)
  assert.match(answer.json(), /15 cảnh báo bị bỏ/)
  const balance = await balanceOf(t)
  assert.deepEqual([balance.received, balance.shown, balance.dropped], [16, 1, 15])
  const html = (await t.as(sender).get('/canh-bao')).body
  assert.ok(html.includes('&lt;script>') || html.includes('&lt;script&gt;'))
  assert.ok(!html.includes('<script>alert'))
  for (const bad of ['{', '{}', '"x"', '[[[[', '']) {
    const refused = await t
      .as(sender)
      .inject({ method: 'POST', url: `${am}/alerts`, headers: { 'content-type': 'application/json' }, payload: bad })
    assert.equal(refused.statusCode, 400, bad)
    assert.equal(typeof refused.json(), 'string')
  }
  const deep = `{"alerts":[${'['.repeat(20_000)}${']'.repeat(20_000)}]}`
  const answered = await t.as(sender).inject({
    method: 'POST',
    url: '/alertmanager/webhook',
    headers: { 'content-type': 'application/json' },
    payload: deep,
  })
  assert.equal(answered.statusCode, 400)
})

dbTest('nobody raises an alert over what his permission does not reach', async (t) => {
  const narrow = makeActor('may-phuong', { 'alerts:write': ['H32.22366'] }, 'H32.22366')
  const alert = { headline: 'Ngập hẻm', severity: 'low', startsAt: t.now.toISOString() }
  const answer = await postTo(
    t,
    '/api/v1/alerts',
    {
      alerts: [
        { ...alert, organisation: 'H32.22366' },
        { ...alert, organisation: 'H32.KHCN', headline: 'khác' },
      ],
    },
    narrow,
  )
  assert.equal(answer.json().shown, 1)
  assert.match(answer.json().refused[0].reason, /không có quyền/)
  const stranger = makeActor('nguoi-la', { 'alert:read': ['H32.KHCN'] }, 'H32.KHCN')
  assert.equal((await t.as(stranger).get('/api/v1/alerts')).json().alerts.length, 0)
  assert.equal((await t.as(stranger).get(`/api/v1/alerts/${answer.json().opened[0]}`)).statusCode, 404)
})

const itemOf = (index: number, now: Date): Item => ({
  fingerprint: `f${index % 7}`,
  groupKey: `api g${index % 3}`,
  headline: `Việc ${index}`,
  severity: (['critical', 'high', 'medium', 'low'] as const)[(index * 7) % 4] ?? 'low',
  organisation: 'H32',
  labels: { n: String(index % 7) },
  annotations: {},
  startsAt: new Date(now.getTime() - ((index * 37) % 50) * 60_000),
  endsAt: index % 5 === 0 ? new Date(now.getTime() - 1000) : undefined,
  origin: 'thu',
})

dbTest('any order of arrival, in any batches and told twice, ends in the same alerts', async (t) => {
  const items = Array.from({ length: 40 }, (_, index) => itemOf(index, t.now))
  const stateAfter = async (order: readonly Item[], size: number) => {
    let state: unknown
    const undo = new Error('undo')
    await t
      .context()
      .transaction(async (ctx) => {
        for (let from = 0; from < order.length; from += size)
          await acceptBatch(ctx, {
            inlet: 'api',
            items: order.slice(from, from + size).map((item, index) => ({ index, item })),
            refused: [],
          })
        state = await ctx.sql`
        select group_key, headline, severity, count, starts_at, last_at, ended_at, first_key from alerts.alert order by group_key`
        throw undo
      })
      .catch((error) => {
        if (error !== undo) throw error
      })
    return JSON.stringify(state)
  }
  const sorted = items.toSorted((a, b) => (a.startsAt?.getTime() ?? 0) - (b.startsAt?.getTime() ?? 0))
  const expected = await stateAfter(sorted, 40)
  assert.equal(JSON.parse(expected).length, 3)
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...items, ...items.slice(0, 10)], { minLength: 50 }),
      fc.integer({ min: 1, max: 50 }),
      async (order, size) => assert.equal(await stateAfter(order, size), expected),
    ),
    { numRuns: 15 },
  )
})

cloneTest('fifty triggers of one cause at once open one alert, and every one is counted', async (t) => {
  const ctx = t.context()
  const trigger = (index: number) =>
    acceptBatch(ctx, {
      inlet: 'api',
      items: Array.from({ length: 3 }, (_, place) => ({
        index: place,
        item: {
          ...itemOf(0, ctx.now),
          fingerprint: `p${index}-${place}`,
          groupKey: `api nguyên nhân ${place}`,
          endsAt: undefined,
        },
      })),
      refused: [],
    })
  await Promise.all(Array.from({ length: 50 }, (_, index) => trigger(index)))
  const rows = await t.sql<{ count: number }[]>`select count from alerts.alert`
  assert.deepEqual(
    rows.map(({ count }) => count),
    [50, 50, 50],
  )
  const [sums] = await t.sql<{ received: number; shown: number; grouped: number }[]>`
    select sum(received)::int as received, sum(shown)::int as shown, sum(grouped)::int as grouped from alerts.balance`
  assert.deepEqual({ ...sums }, { received: 150, shown: 3, grouped: 147 })
})

test('regular expressions of strangers match as Prometheus means them, in time linear in the text', () => {
  const cases: [string, string, boolean][] = [
    ['Nha Trang|Cam Ranh', 'Cam Ranh', true],
    ['Nha Trang|Cam Ranh', 'Cam Ranh Bắc', false],
    ['cam-[0-9]+', 'cam-12', true],
    ['cam-[^0-9]+', 'cam-12', false],
    ['.*ngập.*', 'đường ngập sâu', true],
    ['a{2,3}', 'aa', true],
    ['a{2,3}', 'aaaa', false],
    ['(ab)*', 'ababab', true],
    ['(?:a|b)?c', 'c', true],
    ['^x$', 'x', true],
    ['\\d+\\.\\d', '12.5', true],
    ['', '', true],
  ]
  for (const [source, text, fits] of cases) assert.equal(compilePattern(source)(text), fits, `${source} ~ ${text}`)
  for (const bad of ['(', ')', '[a', 'a{9999}', '*a', '(?=a)', '\\', '(a{200}){200}', 'a'.repeat(600)])
    assert.throws(() => compilePattern(bad), /./, bad)
  const begun = performance.now()
  assert.equal(compilePattern('(a*)*(a|a)*(a?){50}b')('a'.repeat(1000)), false)
  assert.ok(performance.now() - begun < 10_000)
})

test('a plain expression matches as JavaScript does', () => {
  const piece = fc.constantFrom('a', 'b', '.', 'a*', 'b+', '(a|b)', '[ab]', 'c?', '(ab){1,2}', '|')
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 }),
      (parts, text) => {
        const source = parts.join('')
        assert.equal(compilePattern(source)(text), new RegExp(`^(?:${source})$`).test(text), source)
      },
    ),
  )
})

test('matchers are read as they are written; the absent label is the empty text', () => {
  for (const text of ['quan="Nha Trang"', 'a!="b"', 'a=~"x|y"', 'a!~"\\\\d+"']) {
    const matcher = readMatcher(text)
    assert.ok(matcher, text)
    assert.equal(writeMatcher(matcher), text)
  }
  assert.equal(readMatcher('không phải'), undefined)
  const test = compileMatchers([{ name: 'quan', value: '', isRegex: false, isEqual: false }])
  assert.equal(test({}), false)
  assert.equal(test({ quan: 'x' }), true)
})
