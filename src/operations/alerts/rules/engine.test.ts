import assert from 'node:assert/strict'
import type { Context } from '#platform/context'
import { type DbTest, dbTest } from '#test/harness'
import { evaluateWaiting, subscriptions } from '../jobs.ts'
import { alertsOf, sendCsv, writeFact } from '../testing.ts'
import { sweep } from '../timers/sweep.ts'
import { evaluateRules } from './evaluate.ts'
import { loadRules } from './load.ts'
import { Rule } from './model.ts'
import { noteMove } from './move-tracks.ts'
import { insertRule, listRules } from './store.ts'

const hourMs = 3_600_000
const later = (t: DbTest, hours: number) => t.at(new Date(t.now.getTime() + hours * hourMs))
const only = (code: string) => (rule: { code: string }) => rule.code === code

const define = (t: DbTest, own: Record<string, unknown>) =>
  insertRule(t.sql, {
    pack: 'khanh-hoa',
    body: Rule.parse({ severity: 'high', name: 'Quy tắc thử', headline: '{noi}: {gia-tri}', ...own }),
    origin: 'edit',
    by: 'thu',
    at: t.now,
    reason: 'thử',
  })

dbTest(
  "the rules of the pack are there, read once, and a page's decision is not overwritten by the files",
  async (t) => {
    const rules = await listRules(t.sql)
    assert.ok(rules.length >= 40, String(rules.length))
    assert.ok(rules.every(({ body }) => body.illustrative))
    await define(t, { ...rules[0]?.body, severity: 'low' })
    await loadRules(t.context(), t.context().config.packDir)
    const again = await listRules(t.sql)
    assert.equal(again.length, rules.length)
    assert.equal(again[0]?.body.severity, 'low')
    assert.equal(again[0]?.version, 2)
  },
)

dbTest('a bad state that is there at the start is told once, and its end is told', async (t) => {
  const fact = { indicator: 'dossier.on-time', period: '2026-11', on: '2026-11-01' }
  await writeFact(t.context(), { ...fact, value: 91.5 })
  const rule = 'ho-so.dung-han-thap'
  await evaluateRules(t.context(), () => true)
  await evaluateRules(t.context(), () => true)
  await evaluateRules(later(t, 5).context(), () => true)
  const [alert, ...others] = await alertsOf(t, rule)
  assert.deepEqual(others, [])
  assert.equal(alert?.count, 1)
  assert.match(alert?.headline ?? '', /91,5/)
  await writeFact(later(t, 6).context(), { ...fact, value: 96.5 })
  await evaluateRules(later(t, 6).context(), only(rule))
  assert.equal((await alertsOf(t, rule))[0]?.endedAt, null, 'not yet beyond the clearing value')
  await writeFact(later(t, 7).context(), { ...fact, value: 99 })
  await evaluateRules(later(t, 7).context(), only(rule))
  assert.deepEqual((await alertsOf(t, rule))[0]?.endedAt, later(t, 7).now)
})

dbTest('the pending time of a number runs from when it was first seen so, and a timer ends it', async (t) => {
  await define(t, {
    code: 'thu.cho',
    input: { from: 'fact', indicator: 'dossier.late', period: 'month', units: 'root' },
    when: { type: 'threshold', op: '>=', value: 5 },
    for: '2h',
  })
  await writeFact(t.context(), { indicator: 'dossier.late', period: '2026-11', on: '2026-11-01', value: 9 })
  await evaluateRules(t.context(), only('thu.cho'))
  assert.equal((await alertsOf(t, 'thu.cho')).length, 0)
  await evaluateRules(later(t, 1).context(), only('thu.cho'))
  assert.equal((await alertsOf(t, 'thu.cho')).length, 0)
  // A clock that is set back does no harm, one that jumps ahead brings it early by no more than it jumped.
  await evaluateRules(t.at(new Date(t.now.getTime() - 48 * hourMs)).context(), only('thu.cho'))
  await evaluateRules(later(t, 2.1).context(), only('thu.cho'))
  assert.equal((await alertsOf(t, 'thu.cho')).length, 1)
})

dbTest(
  "a number that ends its run is another alert when it comes again, and history before the rule is nobody's business",
  async (t) => {
    const fact = (period: string, value: number) =>
      writeFact(t.context(), { indicator: 'air.pm25', kind: 'day', period, on: period, value })
    await fact('2026-11-20', 80)
    await fact('2026-11-21', 10)
    await evaluateRules(t.context(), only('khong-khi.bui-min-ngay'))
    assert.equal((await alertsOf(t, 'khong-khi.bui-min-ngay')).length, 0)
    await fact('2026-11-23', 80)
    await evaluateRules(t.context(), only('khong-khi.bui-min-ngay'))
    assert.equal((await alertsOf(t, 'khong-khi.bui-min-ngay')).length, 1)
  },
)

const air = (rows: readonly (readonly [number, number])[], day = '2026-11-22') =>
  [
    'tram,dia_ban,thoi_diem,pm25,pm10',
    ...rows.map(([hour, pm]) => `KK-THU,22366,${day} ${String(hour).padStart(2, '0')}:00,${pm},${pm}`),
  ].join('\n')

dbTest('records that come late and out of order end in the same alerts as in order', async (t) => {
  const readings: [number, number][] = [
    [0, 20],
    [2, 55],
    [8, 51],
    [10, 45],
    [12, 30],
    [14, 70],
    [16, 20],
  ]
  const rule = 'khong-khi.bui-min-cao'
  await evaluateRules(t.at(new Date('2026-11-21T17:30:00Z')).context(), only(rule))
  const play = async (order: readonly [number, number][], size: number) => {
    let result: unknown
    const undo = new Error('undo')
    const at = (ctx: Context, now: Date): Context => ({
      ...ctx,
      now,
      transaction: (next) => ctx.transaction((deep) => next({ ...deep, now })),
    })
    const work = t.context().transaction(async (ctx) => {
      for (let from = 0; from < order.length; from += size) {
        const now = new Date(Date.parse('2026-11-22T10:00:00Z') + from * 600_000)
        await sendCsv(at(ctx, now), 'air-stations', air(order.slice(from, from + size)))
        await evaluateRules(at(ctx, now), only(rule))
      }
      await evaluateRules(at(ctx, new Date('2026-11-22T13:00:00Z')), only(rule))
      result = await ctx.sql`
        select s.starts_at, s.ends_at, s.resolved, a.count, a.ended_at, a.state from alerts.signal s
        join alerts.alert a using (group_key) where s.inlet = 'rule' and (a.closed_at is null or a.count > 0) order by s.starts_at`
      throw undo
    })
    await work.catch((error) => {
      if (error !== undo) throw error
    })
    return JSON.stringify(result)
  }
  const expected = await play(readings, readings.length)
  assert.deepEqual(JSON.parse(expected), [
    {
      startsAt: '2026-11-21T19:00:00.000Z',
      endsAt: '2026-11-22T05:00:00.000Z',
      resolved: true,
      count: 1,
      endedAt: '2026-11-22T05:00:00.000Z',
      state: 'new',
    },
  ])
  // Far later than the hour that the rule allows for, and still the same in the end.
  for (const order of [
    [6, 5, 4, 3, 2, 1, 0],
    [4, 1, 0, 2, 6, 3, 5],
  ].map((places) => places.map((at): [number, number] => readings[at] ?? [0, 0])))
    assert.equal(await play(order, 2), expected)
})

dbTest(
  'a source that falls silent raises its alert by itself, the graver one hides the lesser, and both end with an arrival',
  async (t) => {
    await sendCsv(t.context(), 'air-stations', air([[1, 20]], '2026-11-23'))
    const ofSources = ({ body }: { body: Rule }) => body.input.from === 'source'
    await evaluateRules(t.context(), ofSources)
    assert.deepEqual(
      (await alertsOf(t)).map(({ origin }) => origin),
      [],
    )
    await evaluateRules(later(t, 4).context(), ofSources)
    assert.deepEqual(
      (await alertsOf(t)).map(({ origin }) => origin),
      ['nguon.cham-gui'],
    )
    await evaluateRules(later(t, 80).context(), ofSources)
    assert.deepEqual(
      (await alertsOf(t)).map(({ origin, count }) => [origin, count]),
      [
        ['nguon.cham-gui', 1],
        ['nguon.im-lang-ba-ngay', 1],
      ],
    )
    const hidden = await t.sql`select origin from alerts.alert where inhibited_by is not null`
    assert.deepEqual(
      hidden.map(({ origin }) => origin),
      ['nguon.cham-gui'],
    )
    await sendCsv(later(t, 81).context(), 'air-stations', air([[2, 20]], '2026-11-23'))
    await evaluateRules(later(t, 81).context(), ofSources)
    assert.ok((await alertsOf(t)).every(({ endedAt }) => endedAt !== null))
    await sweep(later(t, 81.5).context())
    assert.equal((await t.sql`select from alerts.alert where inhibited_by is not null`).length, 0)
  },
)

dbTest('a flood of moves is noted at once and looked at together, once', async (t) => {
  const hears = subscriptions.find(({ name }) => name === 'alerts.duty-moved')
  for (let number = 0; number < 40; number += 1)
    await hears?.run(t.context(), {
      code: `NV-${number}`,
      organisation: 'H32.KHCN',
      subject: { kind: 'source', code: 'nguon-thu' },
      title: 'Nguồn thử',
      from: 'open',
      to: 'late',
      at: t.now,
    })
  const [jobs] = await t.sql<{ count: number }[]>`
    select count(*)::int from graphile_worker._private_jobs j join graphile_worker._private_tasks k on k.id = j.task_id
    where k.identifier = 'alerts.evaluate'`
  assert.deepEqual([jobs?.count, (await alertsOf(t, 'nghia-vu.tre-han')).length], [1, 0])
  await evaluateWaiting(t.context())
  const alerts = await alertsOf(t, 'nghia-vu.tre-han')
  assert.equal(
    alerts.reduce((sum, { count }) => sum + count, 0),
    40,
  )
})

dbTest('moves of duties are counted once each, by duty and by unit', async (t) => {
  const late = (key: string, at: DbTest) =>
    noteMove(at.context(), { stream: 'duty', key, organisation: 'H32.NNMT', from: 'warned', to: 'late' })
  const ofDuties = ({ body }: { body: Rule }) => body.input.from === 'duty'
  for (const [index, key] of ['NV-1', 'NV-2', 'NV-3'].entries()) {
    const at = later(t, index)
    assert.equal(await late(key, at), true)
    assert.equal(await late(key, at), false, 'told twice')
    await evaluateRules(at.context(), ofDuties)
  }
  assert.deepEqual(
    (await alertsOf(t, 'nghia-vu.tre-han')).map(({ count }) => count),
    [3],
    'one alert an agency, counted',
  )
  assert.equal((await alertsOf(t, 'nghia-vu.don-vi-tre-nhieu')).length, 1)
  await evaluateRules(later(t, 24 * 9).context(), ofDuties)
  assert.ok((await alertsOf(t, 'nghia-vu.don-vi-tre-nhieu'))[0]?.endedAt, 'the window has run out')
  const isOver = async () => (await alertsOf(t, 'nghia-vu.tre-han'))[0]?.endedAt !== null
  assert.equal(await isOver(), false, 'what is late stays late')
  const done = later(t, 24 * 9 + 1)
  for (const [index, key] of ['NV-2', 'NV-1', 'NV-3'].entries()) {
    assert.equal(await isOver(), false, `${index} of 3 have come`)
    await noteMove(done.context(), { stream: 'duty', key, organisation: 'H32.NNMT', from: 'late', to: 'fulfilled' })
    await evaluateRules(done.context(), ofDuties)
  }
  assert.equal(await isOver(), true, 'all have come')
})

dbTest('what another version of a rule no longer watches is over', async (t) => {
  const own = { code: 'thu.phien-ban', when: { type: 'threshold', op: '>=', value: 5 } }
  const input = { from: 'fact', indicator: 'dossier.late', period: 'month' }
  await define(t, { ...own, input: { ...input, units: 'departments' } })
  await writeFact(t.context(), {
    indicator: 'dossier.late',
    organisation: 'H32.NNMT',
    period: '2026-11',
    on: '2026-11-01',
    value: 9,
  })
  await evaluateRules(t.context(), only('thu.phien-ban'))
  assert.equal((await alertsOf(t, 'thu.phien-ban')).length, 1)
  await define(t, { ...own, input: { ...input, units: 'root' } })
  await evaluateRules(later(t, 1).context(), only('thu.phien-ban'))
  assert.deepEqual((await alertsOf(t, 'thu.phien-ban'))[0]?.endedAt, later(t, 1).now)
})

dbTest('a flood of records that is more than is read at once ends no alert whose records it pushes out', async (t) => {
  const rule = 'thu.nhieu-so-do'
  await define(t, {
    code: rule,
    input: {
      from: 'record',
      kind: 'observation',
      sources: ['air-stations'],
      at: 'observedOn',
      by: 'series',
      where: [{ field: 'property', op: 'eq', value: 'pm25' }],
    },
    when: { type: 'count', window: '12h', op: '>=', value: 3 },
  })
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  const rows = (count: number, stationOf: (index: number) => string, minuteOf: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => `${stationOf(index)},22366,2026-11-23 ${clock(minuteOf(index))},10,NA`)
  const send = (lines: string[]) =>
    sendCsv(t.context(), 'air-stations', ['tram,dia_ban,thoi_diem,pm25,pm10', ...lines].join('\n'))
  const first = async () => {
    await evaluateRules(t.context(), only(rule))
    const [alert] = (await alertsOf(t, rule)).filter(({ headline }) => headline.startsWith('A:'))
    return [alert?.endedAt, alert?.count]
  }
  await send(
    rows(
      3,
      () => 'A',
      (index) => 480 + index,
    ),
  )
  assert.deepEqual(await first(), [null, 1])
  // Of what is read at once, the newest five thousand, one is still of A.
  await send(
    rows(
      4999,
      (index) => `B${index % 10}`,
      (index) => Math.floor(index / 10),
    ),
  )
  assert.deepEqual(await first(), [null, 1])
})
