import assert from 'node:assert/strict'
import { before } from 'node:test'
import { createIncidents } from '#incidents'
import { notifications } from '#notifications'
import type { Context } from '#platform/context'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { type MessageSimulators, startSimulators } from '#test/simulators'
import { acknowledgeAlerts, moveAlert } from '../actions.ts'
import { jobs, subscriptions } from '../jobs.ts'
import { putSilence } from '../silences.ts'
import { alertsOf, deedsOf, raise } from '../testing.ts'

let outside: MessageSimulators
before(async () => {
  outside = await startSimulators()
})

const operator = makeActor('truc-thu', { 'alert:read': 'all', 'alert:handle': 'all' }, 'H32.VP.IOC')
const later = (t: DbTest, minutes: number) => t.at(new Date(t.now.getTime() + minutes * 60_000))

/** 10:00 on a Monday: the morning shift of 23-11-2026. */
async function fillShift(t: DbTest): Promise<void> {
  for (const [duty, account, name] of [
    ['lead', 'phantich', 'Phạm Thị Thử Nghiệm'],
    ['operator', 'trucban', 'Lê Văn Minh Họa'],
  ] as const)
    await t.sql`
      insert into incidents.assignment (day, shift, duty, account, name, given_by, given_at)
      values ('2026-11-23', 'sang', ${duty}, ${account}, ${name}, 'test', now())`
}

const incidents = createIncidents({ matters: () => [], layers: () => [] })

/** One minute of the program: what the timers of the three rooms do, with gateways that listen. */
async function minute(t: DbTest): Promise<void> {
  const ctx: Context = { ...t.context(), config: { ...t.context().config, messages: outside.settings } }
  const run = (handlers: typeof jobs, name: string, payload = {}) =>
    handlers.find((one) => one.name === name)?.run(ctx, payload)
  await run(jobs, 'alerts.tell')
  await run(jobs, 'alerts.sweep')
  await run(incidents.jobs ?? [], 'incidents.watch')
  for (const channel of ['email', 'sms']) await run(notifications.jobs ?? [], 'notifications.deliver', { channel })
}

/** Who was called so far, by the messages that arrived at their telephones or mailboxes. */
async function called(): Promise<string[]> {
  const mails = (await outside.arrived('email')).filter(({ subject }) => subject?.startsWith('Gọi trực'))
  return mails.map(({ to }) => to.replace('@vidu.invalid', ''))
}

const callsOf = (t: DbTest) =>
  t.sql<{ key: string; state: string; attempts: number; endedReason: string | null }[]>`
    select c.key, c.state, c.ended_reason, (select count(*)::int from incidents.call_attempt a where a.call_out = c.id) as attempts
    from incidents.call_out c order by c.id`

const callTest = (name: string, work: (t: DbTest) => Promise<void>) =>
  dbTest(name, async (t) => {
    await outside.reset()
    await fillShift(t)
    await work(t)
  })

callTest(
  'a grave alert calls who is on duty, then the next, until it is acknowledged; what is not grave calls nobody',
  async (t) => {
    const code = await raise(t, { severity: 'critical' })
    await raise(t, { fingerprint: 'nhẹ hơn', severity: 'high' })
    await minute(t)
    assert.deepEqual(await called(), ['trucban'])
    const [sms] = await outside.arrived('sms')
    assert.match(sms?.text ?? '', /Ngập đường thử nghiệm/, 'more than a mail')
    // The same again folds, and calls nobody again.
    for (let repeat = 0; repeat < 5; repeat += 1) {
      await raise(later(t, 1), { severity: 'critical', labels: { lan: String(repeat) } })
      await minute(later(t, 1))
    }
    assert.deepEqual(await called(), ['trucban'])
    await minute(later(t, 4.9))
    assert.equal((await called()).length, 1, 'not early')
    await minute(later(t, 5.1))
    assert.deepEqual(await called(), ['trucban', 'phantich'], 'nobody answered')
    const page = (await later(t, 6).as('trucban').get(`/canh-bao/${code}`)).body
    assert.match(page, /đang gọi, lần 2: /)
    await acknowledgeAlerts(later(t, 6).context(operator), [code])
    for (const minutes of [11, 16, 20]) await minute(later(t, minutes))
    assert.equal((await called()).length, 2)
    assert.deepEqual(
      (await callsOf(t)).map(({ key, state, endedReason }) => [key, state, endedReason]),
      [[`alert:${code}`, 'ended', 'Đã có người nhận cảnh báo.']],
    )
  },
)

callTest('who answers the call has acknowledged the alert, in his name', async (t) => {
  const code = await raise(t, { severity: 'critical' })
  await minute(t)
  const [call] = await t.sql<{ id: number }[]>`select id from incidents.call_out`
  assert.equal((await later(t, 1).as('trucban').submit(`/ca-truc/goi/${call?.id}/nhan`, {})).statusCode, 303)
  const [event] = await t.sql<{ payload: unknown }[]>`
    select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks k on k.id = j.task_id
    where k.identifier = 'on:alerts.call-answered'`
  const subscription = subscriptions.find(({ name }) => name === 'alerts.call-answered')
  for (let times = 0; times < 2; times += 1) await subscription?.run(later(t, 1).context(), event?.payload)
  const [alert] = await alertsOf(t)
  assert.deepEqual([alert?.state, alert?.owner], ['acknowledged', 'trucban'])
  const [entry] = await t.sql<{ actor: string }[]>`select actor from ledger.entry where action = 'alert.acknowledged'`
  assert.equal(entry?.actor, 'trucban')
  assert.deepEqual(await deedsOf(t, code), ['raised', 'acknowledged'])
  await minute(later(t, 10))
  assert.equal((await called()).length, 1)
})

callTest('an acknowledgement that lapses calls anew, by a call of its own', async (t) => {
  const code = await raise(t, { severity: 'critical' })
  await minute(t)
  await acknowledgeAlerts(later(t, 1).context(operator), [code])
  await minute(later(t, 15.9))
  assert.deepEqual(await called(), ['trucban'])
  await minute(later(t, 16.1))
  assert.deepEqual(await called(), ['trucban', 'trucban'])
  assert.deepEqual(
    (await callsOf(t)).map(({ key, state }) => [key, state]),
    [
      [`alert:${code}`, 'ended'],
      [`alert:${code}/2`, 'calling'],
    ],
  )
  await moveAlert(later(t, 17).context(operator), code, 'working', 'Đội xung kích đang đến')
  assert.equal((await callsOf(t)).at(-1)?.state, 'ended')
})

callTest(
  'what is silenced calls nobody: neither what comes, nor what was being called for; afterwards it does',
  async (t) => {
    await raise(t, { severity: 'critical', labels: { quan: 'Nha Trang' } })
    await minute(t)
    const silence = {
      matchers: [{ name: 'quan', value: 'Nha Trang', isRegex: false, isEqual: true }],
      startsAt: later(t, 1).now,
      endsAt: later(t, 30).now,
      reason: 'Bảo trì có kế hoạch',
    }
    await putSilence(later(t, 1).context(operator), silence, 'alert:handle')
    await assert.rejects(
      raise(later(t, 2), { fingerprint: 'hai', severity: 'critical', labels: { quan: 'Nha Trang' } }),
      /tạm im/,
    )
    for (const minutes of [2, 6, 11, 29]) await minute(later(t, minutes))
    assert.deepEqual(await called(), ['trucban'])
    await minute(later(t, 31))
    assert.equal(
      (await callsOf(t)).filter(({ state }) => state === 'calling').length,
      2,
      'both are shown, and called for',
    )
  },
)
