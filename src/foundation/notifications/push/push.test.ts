import assert from 'node:assert/strict'
import { before } from 'node:test'
import fc from 'fast-check'
import { notify } from '#notifications'
import { type DbTest, dbTest } from '#test/harness'
import { type MessageSimulators, startSimulators } from '#test/simulators'
import { deliver } from '../sending/deliver.ts'
import { isPushService } from './hosts.ts'

let outside: MessageSimulators
before(async () => {
  outside = await startSimulators()
})

type Offered = Awaited<ReturnType<MessageSimulators['subscribeBrowser']>>

/** The same transaction, in an installation that may hand messages to the simulated service. */
function allowing(t: DbTest, browser: Offered) {
  const ctx = t.context()
  return { ...ctx, config: { ...ctx.config, pushHosts: [new URL(browser.endpoint).host] } }
}

const tell = (ctx: Parameters<typeof notify>[0], urgency?: 'grave') =>
  notify(ctx, {
    notice: 'notification.tried',
    to: [{ account: 'dulieu-khcn' }],
    values: { sender: 'Hoàng Văn Thí Dụ', place: 'Phòng thử' },
    url: '/tai-khoan',
    urgency,
  })

const keep = (t: DbTest, { endpoint, keys }: Offered, account = 'dulieu-khcn') => t.sql`
  insert into notifications.push_browser (account, endpoint, p256dh, auth, name, made_at)
  values (${account}, ${endpoint}, ${keys.p256dh}, ${keys.auth}, 'Trình duyệt thử', ${t.now})`

const states = async (t: DbTest) =>
  (
    await t.sql<{ state: string; fault: string | null }[]>`
      select state, fault from notifications.delivery where channel = 'push' order by id`
  ).map(({ state, fault }) => [state, fault])

dbTest('a browser that was turned on shows the message, which only it can read', async (t) => {
  await outside.reset()
  const browser = await outside.subscribeBrowser()
  const ctx = allowing(t, browser)
  await keep(t, browser)
  await tell(ctx)
  await deliver(ctx, 'push')
  const [arrived, ...more] = await outside.arrived('push')
  assert.equal(more.length, 0)
  const shown = JSON.parse(arrived?.text ?? '')
  assert.equal(shown.title, 'Thông báo thử từ Phòng thử')
  assert.match(shown.url, /^\/thong-bao\/mo\/\d+$/)
  assert.equal(arrived?.headers['content-encoding'], 'aes128gcm')
  assert.deepEqual(await states(t), [['sent', null]])
  // Who has turned nothing on gets no such delivery.
  await notify(ctx, {
    notice: 'notification.tried',
    to: [{ account: 'lanhdao' }],
    values: { sender: 'Hoàng Văn Thí Dụ', place: 'Phòng thử' },
    url: '/tai-khoan',
  })
  assert.equal((await states(t)).length, 1)
})

dbTest(
  'a grave message is pushed at once; a service that says later is asked again, one that says gone is not',
  async (t) => {
    await outside.reset()
    const browser = await outside.subscribeBrowser()
    const ctx = allowing(t, browser)
    await keep(t, browser)
    await outside.behave('push', { faults: 1 })
    await tell(ctx, 'grave')
    await deliver(ctx, 'push')
    assert.deepEqual(await states(t), [['waiting', 'server']])
    const later = t.at(new Date(t.now.getTime() + 3_600_000))
    await deliver({ ...later.context(), config: ctx.config }, 'push')
    assert.equal(JSON.parse((await outside.arrived('push'))[0]?.text ?? '').grave, true)
    assert.deepEqual(await states(t), [['sent', null]])
    await outside.behave('push', { refused: [browser.endpoint.split('/').at(-1)] })
    await tell({ ...ctx, now: later.now }, 'grave')
    await deliver({ ...later.context(), config: ctx.config }, 'push')
    assert.deepEqual((await states(t)).at(-1), ['failed', 'no-address'])
    assert.equal((await t.sql`select from notifications.push_browser`).length, 0, 'it is not asked again')
  },
)

dbTest('a browser is turned on and off by its owner; an address that is no push service is refused', async (t) => {
  const officer = t.as('dulieu-khcn')
  const { keys } = await outside.subscribeBrowser()
  const offer = (endpoint: string) =>
    officer.inject({
      method: 'POST',
      url: '/api/v1/notifications/browsers',
      payload: { endpoint, ...keys, name: 'Chrome trên Android' },
    })
  for (const endpoint of [
    'http://169.254.169.254/latest',
    'https://fcm.googleapis.com.evil.example/x',
    'http://fcm.googleapis.com/x',
  ])
    assert.equal((await offer(endpoint)).statusCode, 422, endpoint)
  assert.equal((await offer('https://fcm.googleapis.com/fcm/send/thu')).statusCode, 201)
  const page = await officer.inject({ url: '/thong-bao/tuy-chon' })
  assert.match(page.body, /Chrome trên Android/)
  const id = /name="id" value="(\d+)"/.exec(page.body)?.[1] ?? ''
  const stranger = await t.as('lanhdao').submit('/thong-bao/trinh-duyet/tat', { id })
  assert.equal(stranger.statusCode, 404)
  const off = await officer.submit('/thong-bao/trinh-duyet/tat', { id })
  assert.equal(off.statusCode, 303)
  assert.doesNotMatch((await officer.inject({ url: '/thong-bao/tuy-chon' })).body, /Chrome trên Android/)
  const deeds = await t.sql<{ action: string }[]>`
    select action from ledger.entry where action like 'push-browser.%' order by id`
  assert.deepEqual(deeds.map(({ action }) => action).toSorted(), ['push-browser.added', 'push-browser.removed'])
})

dbTest('no address leads to another host than those that are named', async () => {
  const hosts = ['fcm.googleapis.com', '*.push.apple.com']
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
      const { host, protocol } = new URL(url)
      const isNamed = host === 'fcm.googleapis.com' || host.endsWith('.push.apple.com')
      assert.equal(isPushService(url, hosts), isNamed && protocol === 'https:')
    }),
  )
  for (const [url, is] of [
    ['https://web.push.apple.com/a', true],
    ['https://push.apple.com/a', false],
    ['https://user:word@fcm.googleapis.com/a', false],
    ['https://fcm.googleapis.com:444/a', false],
    ['javascript:alert(1)', false],
  ] as const)
    assert.equal(isPushService(url, hosts), is, url)
})
