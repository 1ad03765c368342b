import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { browser, cloneTest, type DbTest, dbTest, findAxeFaults, signIn } from '#test/harness'
import { type Answering, makeAuthenticator } from './authenticator.ts'

const password = 'tram-huong-2026'
const account = 'vanphong'
const form = { accept: 'text/html' }
const minutesLater = (t: DbTest, minutes: number) => t.at(new Date(t.now.getTime() + minutes * 60_000))

const passwordSession = async (t: DbTest, name = account) =>
  (await t.visitor().signIn({ account: name, password })).cookie

/** The question of the server, with the domain that it names. */
async function ask(t: DbTest, purpose: string, headers: Record<string, string> = {}) {
  const answer = await t.visitor().inject({
    method: 'POST',
    url: '/dang-nhap/khoa/thach-thuc',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    payload: JSON.stringify({ purpose }),
  })
  return { ...answer.json(), status: answer.statusCode } as {
    status: number
    challenge: string
    rpId?: string
    rp?: { id: string }
  }
}

const originOf = (t: DbTest) => `http://localhost:${t.context().config.port}`
const answering = (t: DbTest, challenge: string, more: Partial<Answering> = {}): Answering => ({
  challenge,
  origin: originOf(t),
  rpId: 'localhost',
  ...more,
})

async function registered(t: DbTest, cookie: string) {
  const authenticator = makeAuthenticator()
  const { challenge } = await ask(t, 'register', { cookie })
  const passkey = authenticator.create(answering(t, challenge))
  const answer = await t.visitor().submit('/tai-khoan/khoa-truy-cap', { name: 'Máy bàn', passkey }, { cookie, ...form })
  assert.equal(answer.headers.location, '/tai-khoan#bao-mat', answer.body.slice(0, 500))
  return authenticator
}

const enter = (t: DbTest, passkey: string, headers: Record<string, string> = {}) =>
  t.visitor().pass({ from: '/dang-nhap?tiep=/tai-khoan', form: 'khoa', fields: { passkey } }, { ...form, ...headers })

const levelOf = async (t: DbTest) =>
  (
    await t.sql<{ acr: string; amr: string[] }[]>`
      select acr, amr from identity.session where account = ${account} order by acr desc limit 1`
  )[0]

dbTest('a passkey signs its person in with two factors, and he is told of it', async (t) => {
  const authenticator = await registered(t, await passwordSession(t))
  const { challenge, rpId } = await ask(t, 'sign-in')
  assert.equal(rpId, 'localhost')
  const answer = await enter(t, authenticator.get(answering(t, challenge)))
  assert.equal(answer.headers.location, '/tai-khoan')
  assert.deepEqual({ ...(await levelOf(t)) }, { acr: 'two-factor', amr: ['hwk', 'user', 'mfa'] })
  const shown = await t
    .visitor()
    .inject({ method: 'GET', url: '/tai-khoan', headers: { cookie: answer.cookie, ...form } })
  assert.match(shown.body, /Máy bàn/)
  const told = await t.sql`select from graphile_worker.jobs where task_identifier like 'on:notifications.account-told'`
  assert.equal(told.length, 1)
})

dbTest(
  'what another site, another domain or nobody verified has signed is refused, and each question is answered once',
  async (t) => {
    const authenticator = await registered(t, await passwordSession(t))
    const tries: [string, Partial<Answering>][] = [
      ['another origin', { origin: 'https://tram-huong.vidu.invalid' }],
      ['another domain', { rpId: 'vidu.invalid' }],
      ['nobody verified', { flags: 0x01 }],
      ['nobody there', { flags: 0x00 }],
      ['somebody else’s handle', { userHandle: Buffer.alloc(16, 1).toString('base64url') }],
      ['a question of one’s own', { challenge: Buffer.alloc(32, 7).toString('base64url') }],
    ]
    for (const [words, more] of tries) {
      const { challenge } = await ask(t, 'sign-in')
      const answer = await enter(t, authenticator.get(answering(t, challenge, more)))
      assert.equal(answer.statusCode, 422, words)
      assert.doesNotMatch(answer.cookie, /tram_session|tram_sign_on/, words)
    }
    const { challenge } = await ask(t, 'sign-in')
    const good = authenticator.get(answering(t, challenge))
    assert.equal((await enter(t, good)).statusCode, 303)
    assert.equal((await enter(t, good)).statusCode, 422, 'replayed')
    const late = await ask(t, 'sign-in')
    assert.equal((await enter(minutesLater(t, 6), authenticator.get(answering(t, late.challenge)))).statusCode, 422)
    assert.equal((await enter(t, 'rác')).statusCode, 422)
    const foreign = await ask(t, 'sign-in')
    const posted = authenticator.get(answering(t, foreign.challenge))
    assert.equal((await enter(t, posted, { 'sec-fetch-site': 'cross-site' })).statusCode, 403)
  },
)

dbTest('a passkey that counts backwards was copied', async (t) => {
  const authenticator = await registered(t, await passwordSession(t))
  const use = async (counter: number) =>
    (await enter(t, authenticator.get(answering(t, (await ask(t, 'sign-in')).challenge, { counter })))).statusCode
  assert.equal(await use(5), 303)
  assert.equal(await use(5), 422)
  assert.equal(await use(4), 422)
  assert.equal(await use(6), 303)
})

dbTest('whose site it is comes from the settings, whatever host a request names', async (t) => {
  const { rpId } = await ask(t, 'sign-in', { host: 'xau.vidu.invalid', 'x-forwarded-host': 'xau.vidu.invalid' })
  assert.equal(rpId, 'localhost')
})

dbTest('a question to one person is no question to another, nor one for signing in', async (t) => {
  const cookie = await passwordSession(t)
  const authenticator = await registered(t, cookie)
  const { challenge } = await ask(t, 'confirm', { cookie })
  assert.equal((await enter(t, authenticator.get(answering(t, challenge)))).statusCode, 422)
  const other = await passwordSession(t, 'trucban')
  await registered(t, other)
  const stepUp = async (passkey: string) =>
    t
      .visitor()
      .pass(
        { from: '/dang-nhap/nang-muc?muc=two-factor', form: 'xac-nhan', fields: { cach: 'khoa', passkey } },
        { cookie: other },
      )
  const theirs = await ask(t, 'confirm', { cookie: other })
  assert.equal((await stepUp(authenticator.get(answering(t, theirs.challenge)))).statusCode, 422)
})

dbTest('adding and removing a passkey asks for a fresh proof, and for a person', async (t) => {
  const cookie = await passwordSession(t)
  const late = minutesLater(t, 16)
  assert.equal((await ask(late, 'register', { cookie })).status, 401)
  const page = await late
    .visitor()
    .inject({ method: 'GET', url: '/tai-khoan/khoa-truy-cap', headers: { cookie, ...form } })
  assert.match(String(page.headers.location), /^\/dang-nhap\/nang-muc\?muc=password&phut=15&tiep=/)
  const authenticator = await registered(t, cookie)
  const removed = await t.visitor().submit('/tai-khoan/khoa-truy-cap/go', { id: authenticator.id }, { cookie, ...form })
  assert.match(removed.body, /Khóa truy cập/)
  assert.equal(removed.statusCode, 401, 'who has a second factor proves it')
  assert.equal((await t.visitor().submit('/tai-khoan/khoa-truy-cap/go', { id: 'AA' }, form)).statusCode, 303)
})

cloneTest('in a browser one adds a passkey, signs out, signs in with it and steps up', async (t) => {
  const port = new URL(t.url).port
  const url = `http://localhost:${port}`
  t.app.config.publicUrl = url
  const context = await (await browser()).newContext({ viewport: { width: 390, height: 844 } })
  try {
    const page = await context.newPage()
    await addAuthenticator(page)
    // As text: a compiled function would not know its helpers there.
    await page.addInitScript(
      "if (location.search.includes('nut')) PublicKeyCredential.isConditionalMediationAvailable = async () => false",
    )
    await signIn(page, url, account)
    await page.goto(`${url}/tai-khoan`)
    assert.deepEqual(await findAxeFaults(page), [])
    await page.getByRole('link', { name: 'Thêm khóa truy cập' }).click()
    await page.getByLabel('Tên khóa').fill('Điện thoại')
    assert.deepEqual(await findAxeFaults(page), [])
    await page.getByRole('button', { name: 'Thêm khóa' }).click()
    await page.waitForURL(`${url}/tai-khoan#bao-mat`)
    await page.getByRole('button', { name: 'Gỡ khóa Điện thoại' }).waitFor()
    await context.clearCookies()
    await page.goto(`${url}/dang-nhap?tiep=/tai-khoan?nut`)
    await page.getByRole('button', { name: 'Dùng khóa truy cập' }).click()
    await page.waitForURL(`${url}/tai-khoan?nut`)
    await context.clearCookies()
    // The field for the name offers the passkey by itself; the authenticator of this test takes every offer at once.
    await page.goto(`${url}/dang-nhap?tiep=/thong-bao`, { waitUntil: 'commit' })
    await page.waitForURL(`${url}/thong-bao`)
    await page.goto(`${url}/dang-nhap/nang-muc?muc=two-factor&phut=0&tiep=/viec-cua-toi`)
    assert.deepEqual(await findAxeFaults(page), [])
    await page.getByRole('button', { name: 'Xác nhận bằng khóa truy cập' }).click()
    await page.waitForURL(`${url}/viec-cua-toi`)
    const deeds = await t.sql<{ action: string }[]>`
      select action from ledger.entry where subject = ${`account:${account}`} order by at`
    assert.ok(deeds.some(({ action }) => action === 'session.stepped-up'))
  } finally {
    await context.close()
  }
})

/** Chromium's own, which verifies its person. */
async function addAuthenticator(page: Page): Promise<void> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('WebAuthn.enable')
  await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}
