import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { before } from 'node:test'
import { listReaders, notify } from '#notifications'
import { type DbTest, dbTest } from '#test/harness'
import { type MessageSimulators, startSimulators } from '#test/simulators'
import { findStuck } from '../health.ts'
import { goOtherWays, sweep, wakeSenders } from '../jobs.ts'
import type { GatewayChannel } from '../model.ts'
import { deliver } from './deliver.ts'
import { openGateway } from './gateways.ts'

let outside: MessageSimulators
before(async () => {
  outside = await startSimulators()
})

const trial = (more: Partial<Parameters<typeof notify>[1]> = {}): Parameters<typeof notify>[1] => ({
  notice: 'notification.tried',
  to: [{ account: 'dulieu-khcn' }],
  values: { sender: 'Hoàng Văn Thí Dụ', place: 'Phòng thử' },
  url: '/tai-khoan',
  ...more,
})

const later = (t: DbTest, minutes: number): DbTest => t.at(new Date(t.now.getTime() + minutes * 60_000))
const send = (t: DbTest, channel: GatewayChannel) =>
  deliver(t.context(), channel, openGateway(channel, outside.settings))

interface Row {
  channel: string
  state: string
  attempts: number
  fault: string | null
  dueAt: Date
  key: string
}
const deliveries = (t: DbTest) => t.sql<Row[]>`
  select channel, state, attempts, fault, due_at, key from notifications.delivery order by id`
const attempts = (t: DbTest) => t.sql<{ number: number; outcome: string | null; fault: string | null }[]>`
  select number, outcome, fault from notifications.attempt order by number`

const choosePhone = (t: DbTest, channels: string[]) => t.sql`
  insert into notifications.preference (account, language, quiet_days_off, digest, channels, changed_at)
  values ('dulieu-khcn', 'vi', false, 'none', ${t.sql.json({ 'notification.tried': channels })}, ${t.now})`

/** Each test with gateways that have nothing and do nothing wrong. */
const outsideTest = (name: string, work: (t: DbTest) => Promise<void>) =>
  dbTest(name, async (t) => {
    await outside.reset()
    await work(t)
  })

outsideTest('a mail arrives once, in text and HTML, under the number of its delivery', async (t) => {
  await notify(
    t.context(),
    trial({ values: { sender: 'An <b>Ý</b>\ud800', place: 'Phòng\r\nBcc: kẻ.khác@vidu.invalid' } }),
  )
  await send(t, 'email')
  const [mail, ...more] = await outside.arrived('email')
  assert.ok(mail)
  assert.equal(more.length, 0)
  assert.equal(mail.to, 'dulieu-khcn@vidu.invalid')
  assert.equal(mail.subject, 'Thông báo thử từ Phòng Bcc: kẻ.khác@vidu.invalid')
  assert.equal(mail.headers.bcc, undefined)
  const [row] = await deliveries(t)
  assert.equal(row?.state, 'sent')
  assert.equal(mail.id, `<${row?.key}@vidu.invalid>`)
  assert.match(mail.headers.from ?? '', /ioc@vidu\.invalid/)
  assert.match(mail.headers['content-type'] ?? '', /multipart\/alternative/)
  assert.doesNotMatch(mail.text, /<b>Ý/)
  assert.deepEqual(await send(t, 'email'), { taken: 0, more: false })
})

outsideTest('a server that says later is tried again with growing pauses, every attempt kept', async (t) => {
  await outside.behave('email', { faults: 2 })
  await notify(t.context(), trial())
  await send(t, 'email')
  await send(t, 'email')
  assert.equal((await deliveries(t))[0]?.attempts, 1, 'not before the pause is over')
  assert.equal((await deliveries(t))[0]?.fault, 'busy')
  await send(later(t, 1), 'email')
  assert.equal((await deliveries(t))[0]?.dueAt.getTime(), later(t, 6).now.getTime(), 'one minute, then five')
  await send(later(t, 6), 'email')
  assert.equal((await deliveries(t))[0]?.state, 'sent')
  assert.deepEqual(
    (await attempts(t)).map(({ outcome }) => outcome),
    ['fault', 'fault', 'sent'],
  )
  assert.equal((await outside.arrived('email'))[0]?.times, 1)
})

outsideTest('what is refused for good has failed with the reason, without the address', async (t) => {
  await outside.behave('email', { refused: ['dulieu-khcn@vidu.invalid'] })
  await notify(t.context(), trial())
  await send(t, 'email')
  const [row] = await t.sql<
    { state: string; faultWords: string }[]
  >`select state, fault_words from notifications.delivery`
  assert.equal(row?.state, 'failed')
  assert.match(row?.faultWords ?? '', /5\.1\.1/)
  assert.doesNotMatch(row?.faultWords ?? '', /dulieu-khcn@/)
})

outsideTest('a delivery whose sender died is sent again under the same number, after it is given up', async (t) => {
  await notify(t.context(), trial())
  await t.sql`
    with taken as (
      update notifications.delivery set state = 'sending', attempts = 1, tries = 1, due_at = ${later(t, 5).now} returning id
    ) insert into notifications.attempt (delivery, number, started_at) select id, 1, ${t.now} from taken`
  assert.equal((await send(later(t, 4), 'email')).taken, 0, 'it may still be on its way')
  assert.equal((await send(later(t, 6), 'email')).taken, 1)
  const [row] = await deliveries(t)
  assert.equal((await outside.arrived('email'))[0]?.id, `<${row?.key}@vidu.invalid>`)
  assert.deepEqual(
    (await attempts(t)).map(({ outcome }) => outcome),
    [null, 'sent'],
    'the attempt that never ended is kept too',
  )
})

outsideTest('a mail that was taken but not answered is repeated under the same number', async (t) => {
  await outside.behave('email', { cuts: 1 })
  await notify(t.context(), trial())
  await send(t, 'email')
  await send(later(t, 1), 'email')
  const arrived = await outside.arrived('email')
  assert.deepEqual(
    arrived.map(({ times }) => times),
    [2],
    'one mail, told twice',
  )
})

outsideTest('without a mail server mail waits, and goes when there is one', async (t) => {
  await notify(t.context(), trial())
  assert.deepEqual(await deliver(t.context(), 'email'), { taken: 0, more: false })
  await wakeSenders(later(t, 600).context())
  assert.equal((await deliveries(t))[0]?.state, 'waiting')
  await send(later(t, 600), 'email')
  assert.equal((await deliveries(t))[0]?.state, 'sent')
})

outsideTest(
  'a grave message goes by mail and SMS at night at once, and is called out when nobody has read it',
  async (t) => {
    const night = t.at(new Date('2026-11-22T19:00:00Z'))
    await notify(night.context(), trial({ urgency: 'grave' }))
    await send(night, 'email')
    await send(night, 'sms')
    assert.match(
      (await outside.arrived('sms'))[0]?.text ?? '',
      /Thông báo thử từ Phòng thử\. http.*\/thong-bao\/mo\/\d+/,
    )
    assert.equal((await send(later(night, 4), 'call')).taken, 0)
    await send(later(night, 6), 'call')
    assert.match((await outside.arrived('call'))[0]?.text ?? '', /Bấm phím 1/)
  },
)

outsideTest('a grave message that was read is not called out', async (t) => {
  await notify(t.context(), trial({ urgency: 'grave' }))
  const [, href = ''] = /"(\/thong-bao\/mo\/\d+)"/.exec((await t.as('dulieu-khcn').get('/thong-bao')).body) ?? []
  await t.as('dulieu-khcn').get(href)
  await send(later(t, 10), 'call')
  assert.deepEqual(await outside.arrived('call'), [])
  const rows = await deliveries(t)
  assert.equal(rows.find(({ channel }) => channel === 'call')?.state, 'unneeded')
})

outsideTest('when one of those who got a grave message has read it, none of them is called out', async (t) => {
  const to = [{ account: 'dulieu-khcn' }, { account: 'dulieu-nnmt' }]
  await notify(t.context(), trial({ urgency: 'grave', to, dedupeKey: 'flood-1' }))
  const [, href = ''] = /"(\/thong-bao\/mo\/\d+)"/.exec((await t.as('dulieu-khcn').get('/thong-bao')).body) ?? []
  await t.as('dulieu-khcn').get(href)
  assert.deepEqual(await listReaders(t.context(), 'flood-1'), [
    { account: 'dulieu-khcn', readAt: t.now },
    { account: 'dulieu-nnmt', readAt: null },
  ])
  await send(later(t, 10), 'call')
  assert.deepEqual(await outside.arrived('call'), [])
  const mails = (await deliveries(t)).filter(({ channel }) => channel === 'email')
  assert.deepEqual(
    mails.map(({ state }) => state),
    ['waiting', 'waiting'],
    'mail is for the record too',
  )
})

outsideTest(
  'a storm of grave messages rings twenty times an hour, the rest is told together within minutes',
  async (t) => {
    for (let number = 0; number < 23; number++)
      await notify(t.context(), trial({ urgency: 'grave', dedupeKey: `storm-${number}` }))
    const told = await deliveries(t)
    assert.equal(told.filter(({ channel }) => channel === 'sms').length, 20)
    await wakeSenders(later(t, 5).context())
    const [last] = await t.sql<
      { subject: string }[]
    >`select subject from notifications.delivery order by id desc limit 1`
    assert.equal(last?.subject, '3 thông báo mới')
  },
)

outsideTest('what failed on a channel is sent again together when its fault is mended', async (t) => {
  const to = [{ account: 'dulieu-khcn' }, { account: 'dulieu-nnmt' }]
  await notify(t.context(), trial({ to }))
  await outside.behave('email', { refused: ['dulieu-khcn@vidu.invalid', 'dulieu-nnmt@vidu.invalid'] })
  await send(t, 'email')
  assert.deepEqual(
    (await deliveries(t)).map(({ state }) => state),
    ['failed', 'failed'],
  )
  await outside.behave('email', { refused: [] })
  const answer = await t.as('quantri').submit('/thong-bao/gui-di/gui-lai', { kenh: 'email' })
  assert.equal(answer.headers.location, '/thong-bao/gui-di?kenh=email&lai=2')
  await send(t, 'email')
  assert.equal((await outside.arrived('email')).length, 2)
})

outsideTest('an SMS that is cut off before its answer is repeated and delivered once', async (t) => {
  await outside.behave('sms', { cuts: 1, latencyMs: 20 })
  await notify(t.context(), trial({ urgency: 'grave' }))
  await send(t, 'sms')
  await send(later(t, 1), 'sms')
  const [sms, ...more] = await outside.arrived('sms')
  assert.equal(more.length, 0)
  assert.equal(sms?.times, 2, 'told twice, under one number')
})

outsideTest('a refused number sends the message by the channel the pack names in its place', async (t) => {
  const [person] = await t.sql<{ phone: string }[]>`select phone from identity.account where name = 'dulieu-khcn'`
  await outside.behave('sms', { refused: [person?.phone ?? ''] })
  await choosePhone(t, ['sms'])
  await notify(t.context(), trial())
  await send(t, 'sms')
  await goOtherWays(t.context())
  await goOtherWays(t.context())
  await send(t, 'email')
  assert.equal((await outside.arrived('email')).length, 1)
  assert.deepEqual(
    (await deliveries(t)).map(({ channel, state }) => `${channel} ${state}`),
    ['sms failed', 'email sent'],
  )
})

outsideTest('an expired token is renewed and the message goes', async (t) => {
  await outside.behave('zalo', { tokenUses: 1 })
  const gateway = openGateway('zalo', outside.settings)
  assert.ok(gateway)
  const letter = {
    to: '0000',
    language: 'vi',
    subject: 'A',
    text: 'B',
    link: 'http://x/',
    urgency: 'routine',
    code: 'a.b',
    at: t.now,
  } as const
  const outcomes = [await gateway.send({ ...letter, key: 'one' }), await gateway.send({ ...letter, key: 'two' })]
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['sent', 'sent'],
  )
})

outsideTest('a wrong secret and a gateway out of reach are told apart, and neither gives the message up', async (t) => {
  await choosePhone(t, ['zalo'])
  await notify(t.context(), trial())
  const { zalo } = outside.settings
  assert.ok(zalo)
  const faultAt = async (minutes: number, settings: typeof zalo) => {
    await deliver(later(t, minutes).context(), 'zalo', openGateway('zalo', { zalo: settings }))
    const [row] = await deliveries(t)
    return `${row?.state} ${row?.fault}`
  }
  assert.equal(await faultAt(0, { ...zalo, token: 'not-the-secret' }), 'waiting token')
  assert.equal(await faultAt(1, { ...zalo, url: 'http://127.0.0.1:9' }), 'waiting unreachable')
  assert.equal(await faultAt(6, zalo), 'sent null')
})

outsideTest("the installation's webhook is signed and says nothing of who was told", async (t) => {
  const { webhook } = outside.settings
  assert.ok(webhook)
  const gateway = openGateway('webhook', { webhook })
  const ctx = t.context()
  await notify(
    {
      ...ctx,
      config: { ...ctx.config, messages: { webhook } },
      transaction: (work) => work({ ...ctx, config: { ...ctx.config, messages: { webhook } } }),
    },
    trial(),
  )
  await deliver(t.context(), 'webhook', gateway)
  const [call] = await outside.arrived('webhook')
  assert.ok(call)
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(call.headers['x-tram-signature'] ?? '') ?? []
  assert.equal(createHmac('sha256', webhook.token).update(`${seconds}.${call.text}`).digest('hex'), signature)
  assert.doesNotMatch(call.text, /dulieu-khcn/)
})

outsideTest(
  'a receipt says that it arrived, or that it did not; a call that is answered is an acknowledgement',
  async (t) => {
    await notify(t.context(), trial({ urgency: 'grave' }))
    await send(later(t, 6), 'call')
    const rows = await deliveries(t)
    const key = rows.find(({ channel }) => channel === 'call')?.key
    const tell = (state: string, who = t.as('gateway', 'notification:receipt')) =>
      who.inject({
        method: 'POST',
        url: '/api/v1/notifications/receipts',
        payload: { channel: 'call', id: key, state },
      })
    assert.equal((await tell('received', t.as('dulieu-khcn'))).statusCode, 403)
    assert.equal((await tell('received')).statusCode, 204)
    assert.equal((await tell('acknowledged')).statusCode, 204)
    assert.equal((await tell('acknowledged')).statusCode, 204)
    assert.equal((await tell('failed')).statusCode, 204, 'a late failure does not take it back')
    assert.equal((await deliveries(t)).find(({ channel }) => channel === 'call')?.state, 'received')
    assert.match((await t.as('dulieu-khcn').get('/thong-bao')).body, /Không có thông báo chưa đọc/)
    const [entry] = await t.sql`select action from ledger.entry where action = 'notice.acknowledged'`
    assert.ok(entry)
  },
)

outsideTest('messages that nobody takes for a quarter of an hour are a matter of health', async (t) => {
  await notify(t.context(), trial())
  const check = (minutes: number) => {
    const ctx = later(t, minutes).context()
    return findStuck({ ...ctx, config: { ...ctx.config, messages: outside.settings } })
  }
  assert.equal(await check(14), undefined)
  assert.match((await check(16)) ?? '', /1 messages have been waiting/)
  assert.equal(await findStuck(later(t, 16).context()), undefined, 'what is not configured is not stuck')
})

outsideTest('old deliveries and messages are swept after the time the pack sets, waiting ones stay', async (t) => {
  await notify(t.context(), trial())
  await send(t, 'email')
  await notify(t.context(), trial({ values: { sender: 'A', place: 'B' } }))
  await sweep(later(t, 181 * 1440).context())
  assert.deepEqual(
    (await deliveries(t)).map(({ state }) => state),
    ['waiting'],
  )
  await sweep(later(t, 366 * 1440).context())
  const [left] = await t.sql`select count(*)::int as count from notifications.notice`
  assert.equal(left?.count, 0)
})
