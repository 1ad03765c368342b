import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type CloneTest, cloneTest, type DbTest, dbTest, makeActor } from '#test/harness'
import { acknowledgeAlerts, closeAlerts, judgeAlert, moveAlert, noteAlert } from '../actions.ts'
import { acceptBatch } from '../intake/accept.ts'
import { alertStates, canMoveAlert } from '../model.ts'
import { raiseAlert } from '../raise.ts'
import { putSilence } from '../silences.ts'
import { alertsOf, deedsOf, raise } from '../testing.ts'
import { runClocks } from './clocks.ts'
import { sweep } from './sweep.ts'

const operator = makeActor('truc-thu', { 'alert:read': 'all', 'alert:handle': 'all' }, 'H32.VP.IOC')
const later = (t: DbTest, minutes: number) => t.at(new Date(t.now.getTime() + minutes * 60_000))
const as = (t: DbTest) => t.context(operator)

dbTest('an acknowledgement lapses when nothing follows, and stays when something does', async (t) => {
  const [idle, noted, worked] = [
    await raise(t, { fingerprint: 'a' }),
    await raise(t, { fingerprint: 'b' }),
    await raise(t, { fingerprint: 'c' }),
  ]
  await acknowledgeAlerts(as(t), [idle, noted, worked])
  await noteAlert(as(later(t, 10)), noted, 'Đã gọi đội xung kích')
  await moveAlert(as(later(t, 10)), worked, 'working', '')
  await runClocks(later(t, 59).context())
  assert.deepEqual(
    (await alertsOf(t)).map(({ state }) => state),
    ['acknowledged', 'acknowledged', 'working'],
  )
  await runClocks(later(t, 61).context())
  assert.deepEqual(
    (await alertsOf(t)).map(({ state, owner }) => [state, owner]),
    [
      ['new', null],
      ['acknowledged', 'truc-thu'],
      ['working', 'truc-thu'],
    ],
  )
  assert.deepEqual(await deedsOf(t, idle), ['raised', 'acknowledged', 'lapsed'])
})

dbTest('what nobody acknowledges climbs: the grave at any hour, the rest in working time only', async (t) => {
  const night = t.at(new Date('2026-11-23T15:00:00Z'))
  const grave = await raise(night, { fingerprint: 'g', severity: 'critical' })
  const plain = await raise(night, { fingerprint: 'p', severity: 'medium' })
  for (let minutes = 1; minutes <= 180; minutes += 1) await runClocks(later(night, minutes).context())
  const [first, second] = await alertsOf(t)
  assert.ok((first?.escalation ?? 0) >= 10, String(first?.escalation))
  assert.equal(second?.escalation, 0)
  assert.equal((await deedsOf(t, grave)).filter((deed) => deed === 'escalated').length, first?.escalation)
  // Eight in the morning of a working day.
  await runClocks(t.at(new Date('2026-11-24T01:30:00Z')).context())
  assert.equal((await alertsOf(t)).find(({ code }) => code === plain)?.escalation, 1)
})

dbTest('a clock that is set back, stands still or jumps makes no step twice', async (t) => {
  await raise(t, { severity: 'critical' })
  for (const minutes of [6, 6, 3, -600, 6]) await runClocks(later(t, minutes).context())
  assert.equal((await alertsOf(t))[0]?.escalation, 1)
  await runClocks(later(t, 10_000).context())
  assert.equal((await alertsOf(t))[0]?.escalation, 2)
})

const silence = (t: DbTest, minutes: number) =>
  putSilence(
    as(t),
    {
      matchers: [{ name: 'quan', value: 'Nha Trang|Cam Ranh', isRegex: true, isEqual: true }],
      startsAt: t.now,
      endsAt: later(t, minutes).now,
      reason: 'Bảo trì có kế hoạch',
    },
    'alert:handle',
  )

dbTest(
  'a silence hides what is there and what comes, counts it, ends by itself, and shows what still goes on',
  async (t) => {
    const there = await raise(t, { fingerprint: 'có sẵn', labels: { quan: 'Nha Trang' } })
    await silence(t, 60)
    await assert.rejects(() => raise(later(t, 1), { fingerprint: 'mới', labels: { quan: 'Cam Ranh' } }), /tạm im/)
    const other = await raise(later(t, 1), { fingerprint: 'khác', labels: { quan: 'Diên Khánh' } })
    const shown = async (at: DbTest) =>
      (await at.as(operator).get('/api/v1/alerts')).json().alerts.map(({ code }: { code: string }) => code)
    assert.deepEqual(await shown(later(t, 2)), [other])
    const balance = (await t.as(operator).get('/api/v1/alert-balance')).json()
    assert.deepEqual([balance.received, balance.shown, balance.silenced], [3, 2, 1])
    await sweep(later(t, 59).context())
    assert.deepEqual(await shown(later(t, 59)), [other])
    await sweep(later(t, 61).context())
    assert.equal((await shown(later(t, 61))).length, 3)
    assert.ok((await shown(later(t, 61))).includes(there))
    const after = (await t.as(operator).get('/api/v1/alert-balance')).json()
    assert.deepEqual([after.received, after.shown, after.silenced], [4, 3, 1])
  },
)

dbTest('a sweep that began before a silence does not release what came under it since', async (t) => {
  const begun = t.context()
  await silence(later(t, 0.001), 60)
  await assert.rejects(() => raise(later(t, 0.002), { labels: { quan: 'Cam Ranh' } }), /tạm im/)
  await sweep(begun)
  assert.equal((await alertsOf(t)).length, 0)
  await sweep(later(t, 61).context())
  assert.equal((await alertsOf(t)).length, 1)
})

dbTest('a planned silence hides from its beginning also what was raised after it was planned', async (t) => {
  const planned = {
    matchers: [{ name: 'quan', value: 'Nha Trang', isRegex: false, isEqual: true }],
    startsAt: later(t, 60).now,
    endsAt: later(t, 120).now,
    reason: 'Bảo trì có kế hoạch',
  }
  await putSilence(as(t), planned, 'alert:handle')
  const code = await raise(later(t, 10), { labels: { quan: 'Nha Trang' } })
  const shown = async (minutes: number) => {
    await sweep(later(t, minutes).context())
    return (await later(t, minutes).as(operator).get('/api/v1/alerts')).json().alerts.length
  }
  assert.deepEqual([await shown(59), await shown(60), await shown(119), await shown(120)], [1, 0, 0, 1])
  assert.equal((await deedsOf(t, code)).filter((deed) => deed === 'silenced').length, 1)
})

dbTest('a silence that is planned takes nothing out of the one that hides now', async (t) => {
  await raise(t, { labels: { quan: 'Nha Trang' } })
  await silence(t, 60)
  const planned = {
    matchers: [{ name: 'quan', value: 'Nha Trang', isRegex: false, isEqual: true }],
    startsAt: later(t, 30).now,
    endsAt: later(t, 90).now,
    reason: 'Bảo trì tiếp theo',
  }
  await putSilence(as(later(t, 1)), planned, 'alert:handle')
  const shown = async (minutes: number) =>
    (await later(t, minutes).as(operator).get('/api/v1/alerts')).json().alerts.length
  assert.equal(await shown(2), 0)
  await sweep(later(t, 61).context())
  assert.equal(await shown(61), 0, 'the second one goes on from where the first ended')
  await sweep(later(t, 91).context())
  assert.equal(await shown(91), 1)
})

dbTest('a silence without reason, without end, or that would hide everything is refused in words', async (t) => {
  const own = {
    matchers: [{ name: 'quan', value: 'X', isRegex: false, isEqual: true }],
    startsAt: t.now,
    endsAt: later(t, 60).now,
    reason: 'Bảo trì hệ thống',
  }
  const all = (value: string, isEqual: boolean) => [{ name: 'quan', value, isRegex: true, isEqual }]
  for (const wrong of [
    { reason: ' ' },
    { endsAt: t.now },
    { endsAt: later(t, 60 * 24 * 365).now },
    { matchers: [] },
    { matchers: all('.*', true) },
    { matchers: all('x', false) },
    { matchers: all('(', true) },
  ])
    await assert.rejects(
      () => putSilence(as(t), { ...own, ...wrong }, 'alert:handle'),
      { status: 422 },
      JSON.stringify(wrong),
    )
  await assert.rejects(
    () => putSilence(t.context(makeActor('nguoi-khac', { 'alert:handle': ['H32.KHCN'] })), own, 'alert:handle'),
    { status: 403 },
  )
})

dbTest('what comes and goes many times is told once that it flaps, and calls nobody meanwhile', async (t) => {
  const occurrence = (at: DbTest, over: boolean) =>
    acceptBatch(at.context(), {
      inlet: 'api',
      items: [
        {
          index: 0,
          item: {
            fingerprint: 'chập chờn',
            groupKey: 'api chập chờn',
            headline: 'Trạm chập chờn',
            severity: 'critical',
            organisation: 'H32',
            labels: {},
            annotations: {},
            startsAt: over ? new Date(at.now.getTime() - 60_000) : at.now,
            endsAt: over ? at.now : undefined,
            origin: 'thu',
          },
        },
      ],
      refused: [],
    })
  for (let round = 0; round < 6; round += 1) {
    await occurrence(later(t, round * 4), false)
    await occurrence(later(t, round * 4 + 1), true)
  }
  await occurrence(later(t, 25), false)
  const [alert, ...others] = await alertsOf(t)
  assert.equal(others.length, 0)
  assert.equal(alert?.count, 7)
  const deeds = await deedsOf(t, alert?.code ?? '')
  assert.equal(deeds.filter((deed) => deed === 'flapping').length, 1)
  await runClocks(later(t, 40).context())
  assert.equal((await alertsOf(t))[0]?.escalation, 0)
  await sweep(later(t, 100).context())
  assert.ok((await deedsOf(t, alert?.code ?? '')).includes('steadied'))
})

dbTest(
  'what is over and was never taken closes by itself, with the reason; what somebody holds does not',
  async (t) => {
    const codes: string[] = []
    for (const name of ['a', 'b']) {
      codes.push(await raise(t, { fingerprint: name }))
      await t.sql`update alerts.signal set ends_at = ${later(t, 5).now}, resolved = true where ends_at = 'infinity'`
    }
    await acknowledgeAlerts(as(t), [codes[1] ?? ''])
    await moveAlert(as(t), codes[1] ?? '', 'working', '')
    await sweep(later(t, 6).context())
    await sweep(later(t, 244).context())
    assert.deepEqual(
      (await alertsOf(t)).map(({ state }) => state),
      ['new', 'working'],
    )
    await sweep(later(t, 250).context())
    assert.deepEqual(
      (await alertsOf(t)).map(({ state }) => state),
      ['closed', 'working'],
    )
  },
)

dbTest('closing asks the reason, judging can follow, and the same cause afterwards is another alert', async (t) => {
  const code = await raise(t)
  await assert.rejects(() => closeAlerts(as(t), [code], { reason: ' ' }), { status: 422 })
  await closeAlerts(as(t), [code], { reason: 'Nước đã rút, đường thông', verdict: 'true' })
  await assert.rejects(() => closeAlerts(as(t), [code], { reason: 'Đóng lần nữa' }), { status: 409 })
  await judgeAlert(as(t), code, 'false')
  const again = await raise(later(t, 1))
  assert.notEqual(again, code)
  await assert.rejects(() => judgeAlert(as(t), again, 'duplicate'), { status: 422 })
  await judgeAlert(as(t), again, 'duplicate', code)
  const [row] = await t.sql`select verdict, duplicate_of from alerts.alert where code = ${again}`
  assert.deepEqual({ ...row }, { verdict: 'duplicate', duplicateOf: code })
})

dbTest('no path of deeds leaves closed, closes twice, or passes where the table of states forbids it', async (t) => {
  const deed = fc.constantFrom('nhan', 'xu-ly', 'cho', 'dong', 'gio')
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 7 }), fc.uuid(), async (path, fingerprint) => {
      const code = await raiseAlert(t.context(), {
        source: 'thu',
        fingerprint,
        headline: 'Việc thử',
        severity: 'high',
        organisation: 'H32',
        at: t.now,
      })
      let minutes = 0
      for (const step of path) {
        minutes += 90
        const ctx = as(later(t, minutes))
        if (step === 'nhan') await acknowledgeAlerts(ctx, [code])
        if (step === 'gio') await runClocks(later(t, minutes).context())
        if (step === 'xu-ly' || step === 'cho')
          await moveAlert(ctx, code, step === 'cho' ? 'waiting' : 'working', 'có ghi chú').catch(ignoreConflict)
        if (step === 'dong') await closeAlerts(ctx, [code], { reason: 'Đã xong việc' }).catch(ignoreConflict)
      }
      const moves = await t.sql<{ from: string; to: string }[]>`
        select (body::jsonb ->> 'from') as "from", (body::jsonb ->> 'to') as "to" from ledger.entry
        where subject = ${`alert:${code}`} and action <> 'alert.raised' and body is not null order by id`
      for (const { from, to } of moves) {
        const [one, other] = [alertStates.find((state) => state === from), alertStates.find((state) => state === to)]
        assert.ok(one && other && (one === other || canMoveAlert(one, other)), `${from} → ${to}`)
      }
      const closings = (await deedsOf(t, code)).filter((one) => one === 'closed').length
      assert.equal(closings, path.includes('dong') ? 1 : 0)
    }),
    { numRuns: 12 },
  )
})

function ignoreConflict(error: { status?: number }) {
  if (error.status !== 409) throw error
}

cloneTest('two operators at once: one closes it, the other is told; no alert is taken twice', async (t: CloneTest) => {
  const ctx = t.context(operator)
  const code = await raiseAlert(t.context(), {
    source: 'thu',
    fingerprint: 'x',
    headline: 'Việc thử',
    severity: 'high',
    organisation: 'H32',
    at: ctx.now,
  })
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, (_, index) =>
      closeAlerts(t.context({ ...operator, account: `truc-${index}` }), [code], { reason: 'Đã xử lý xong' }),
    ),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  const [{ count } = { count: 0 }] = await t.sql<
    { count: number }[]
  >`select count(*) from alerts.alert_event where deed = 'closed'`
  assert.equal(count, 1)
  const open = await raiseAlert(t.context(), {
    source: 'thu',
    fingerprint: 'y',
    headline: 'Việc thử',
    severity: 'high',
    organisation: 'H32',
    at: ctx.now,
  })
  const at = { ...t.context(), now: new Date(ctx.now.getTime() + 3_600_000) }
  await Promise.all(
    Array.from({ length: 4 }, () =>
      runClocks({ ...at, transaction: (work) => t.context().transaction((inner) => work({ ...inner, now: at.now })) }),
    ),
  )
  const [{ steps } = { steps: 0 }] = await t.sql<{ steps: number }[]>`
    select count(*) as steps from alerts.alert_event e join alerts.alert a on a.id = e.alert_id where a.code = ${open} and e.deed = 'escalated'`
  assert.ok(steps <= 1, String(steps))
})
