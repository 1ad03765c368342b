import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { issueToken } from '#identity'
import { notify } from '#notifications'
import { createContext, systemActor } from '#platform/context'
import { openPool } from '#platform/sql'
import { launchBrowser } from '#test/chromium'
import { type CloneTest, cloneTest, findAxeFaults, signIn, templateMadeAt } from '#test/harness'
import { projectRoot } from '#test/settings'
import { type MessageSimulators, startSimulators } from '#test/simulators'
import { deliver } from './deliver.ts'
import { openGateway } from './gateways.ts'
import { deliverJob } from './jobs.ts'

let outside: MessageSimulators
before(async () => {
  outside = await startSimulators()
})

const trial = (place: string): Parameters<typeof notify>[1] => ({
  notice: 'notification.tried',
  to: [{ account: 'dulieu-khcn' }],
  values: { sender: 'Hoàng Văn Thí Dụ', place },
  url: '/tai-khoan',
  urgency: 'grave',
})

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 2400; turn++) {
    if (await what()) return
    await sleep(50)
  }
  assert.fail('it did not come to pass in two minutes')
}

/** Simulators that tell back, with a token of their own, what became of a message. */
async function startTellingBack(t: CloneTest): Promise<MessageSimulators> {
  const { token } = await issueToken(t.context(), {
    account: 'quantri',
    label: 'Biên nhận',
    scopes: ['notification:receipt'],
    days: 30,
  })
  const receipts = `${t.url}/api/v1/notifications/receipts`
  return startSimulators(['--receipt-url', receipts, '--receipt-token', token])
}

/** Hands a message to the page's worker as a push service would. @returns the title that the browser shows */
async function showPushed(page: Page, origin: string): Promise<string | undefined> {
  await page.context().grantPermissions(['notifications'], { origin })
  const line = await page.context().newCDPSession(page)
  const registered = new Promise<string>((resolve) =>
    line.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [own] = registrations
      if (own) resolve(own.registrationId)
    }),
  )
  await line.send('ServiceWorker.enable')
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/push-worker.js')
    await navigator.serviceWorker.ready
  })
  const data = JSON.stringify({ title: 'Nước lên ở Cam Ranh', body: 'Mực nước', url: '/thong-bao', tag: 'thu' })
  await line.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await registered, data })
  const shown = await page.waitForFunction(async () => {
    const registration = await navigator.serviceWorker.ready
    const [one] = await registration.getNotifications()
    return one?.title
  })
  return shown.jsonValue()
}

cloneTest(
  'a message goes by itself, shows at the head of an open page, and is read by opening it',
  async (t) => {
    const telling = await startTellingBack(t)
    await telling.behave('sms', { receipt: 'received', latencyMs: 50 })
    t.app.config.messages = telling.settings
    const withWindows = await launchBrowser(true)
    const page = await withWindows.newPage({ viewport: { width: 390, height: 844 } })
    try {
      await signIn(page, t.url, 'dulieu-khcn')
      await page.goto(`${t.url}/tai-khoan`)
      const bell = page.locator('header').getByRole('link', { name: /Thông báo/ })
      assert.doesNotMatch((await bell.textContent()) ?? '', /\d/)
      await notify(t.context(), trial('Phòng trực'))
      await page.waitForFunction(
        () => /1/.test(document.querySelector('.head-link .nav-count')?.textContent ?? ''),
        undefined,
        {
          timeout: 30_000,
        },
      )
      await until(async () =>
        (await telling.arrived('email')).some(({ subject }) => subject === 'Thông báo thử từ Phòng trực'),
      )
      await until(async () => {
        const [sms] = await t.sql`select state from notifications.delivery where channel = 'sms'`
        return sms?.state === 'received'
      })
      await bell.click()
      await page.getByRole('link', { name: 'Thông báo thử từ Phòng trực' }).click()
      await page.waitForURL(/\/tai-khoan$/)
      assert.equal(await page.locator('.head-link .nav-count').textContent(), '')
      const [call] = await t.sql`select state from notifications.delivery where channel = 'call'`
      assert.equal(call?.state, 'unneeded', 'who has read it is not called')
      await page.goto(`${t.url}/thong-bao/tuy-chon`)
      await page.getByRole('button', { name: 'Bật trên trình duyệt này' }).waitFor()
      assert.deepEqual(await findAxeFaults(page), [])
      assert.equal(await showPushed(page, t.url), 'Nước lên ở Cam Ranh')
    } finally {
      await withWindows.close()
    }
  },
  { timeoutMs: 240_000, now: templateMadeAt },
)

const startWork = (t: CloneTest): ChildProcess => {
  const { smtp } = outside.settings
  return spawn(process.execPath, ['scripts/launch.mjs', 'src/main.ts', 'work'], {
    cwd: projectRoot,
    env: {
      ...process.env,
      DATABASE_URL: t.app.url,
      // Nothing of an installation that lives in this folder is touched.
      TRAM_VAR: join(projectRoot, 'var', 'test', 'killed'),
      TRAM_LOG: 'silent',
      SMTP_URL: smtp?.url,
      MAIL_FROM: smtp?.from,
    },
    stdio: 'ignore',
  })
}

cloneTest('a process that is killed while it sends neither loses the mail nor sends two', async (t) => {
  await outside.reset()
  // The server takes its time: the process dies with the mail under way.
  await outside.behave('email', { latencyMs: 30_000 })
  await notify(t.context(), trial('Phòng máy'))
  const child = startWork(t)
  const state = async () => {
    const [row] = await t.sql<{ state: string }[]>`
      select state from notifications.delivery where channel = 'email' and code = 'notification.tried'`
    return row?.state
  }
  try {
    await until(async () => {
      // The jobs of this process have no mail server: only the other one sends.
      await t.context().enqueue(deliverJob, { channel: 'email' })
      return (await state()) === 'sending'
    })
  } finally {
    child.kill('SIGKILL')
  }
  await outside.behave('email', { latencyMs: 0 })
  // What other rooms have to tell in a new database is not counted here.
  const owner = openPool(t.app.ownerUrl, { max: 1 })
  await owner`delete from notifications.delivery where code <> 'notification.tried'`
  await owner.end()
  const send = (minutes: number) => {
    const now = new Date(Date.now() + minutes * 60_000)
    const ctx = createContext(t.app.workshop, { actor: systemActor, now })
    return deliver(ctx, 'email', openGateway('email', outside.settings))
  }
  assert.equal((await send(1)).taken, 0, 'it may be under way still')
  const both = await Promise.all([send(6), send(6)])
  assert.equal(
    both.reduce((sum, { taken }) => sum + taken, 0),
    1,
    'of two that send at once one takes it',
  )
  assert.equal(await state(), 'sent')
  assert.deepEqual(
    (await outside.arrived('email')).flatMap((mail) =>
      JSON.stringify(mail).includes('Phòng máy') ? [mail.times] : [],
    ),
    [1],
  )
  const attempts = await t.sql<{ outcome: string | null }[]>`
    select outcome from notifications.attempt a join notifications.delivery d on d.id = a.delivery
    where d.channel = 'email' and d.code = 'notification.tried' order by number`
  assert.deepEqual(
    attempts.map(({ outcome }) => outcome),
    [null, 'sent'],
  )
})
