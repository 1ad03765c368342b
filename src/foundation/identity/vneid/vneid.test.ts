import assert from 'node:assert/strict'
import { type CloneTest, cloneTest } from '#test/harness'
import { levelOne, levelTwo, openCitizenBrowser, organisationLogin, relyOnVneid } from './testing.ts'

const callback = '/dang-nhap/vneid/ve'
const codeOf = (body: string) => /vneid\.[a-z-]+|session\.refused/.exec(body)?.[0]
const refusals = async (t: CloneTest) =>
  (await t.sql<{ body: string }[]>`select body from ledger.entry where action = 'session.refused'`).map(
    ({ body }) => (JSON.parse(body) as { reason: string }).reason,
  )

cloneTest('a citizen signs in at VNeID, steps up on the spot, and leaves both', async (t) => {
  await relyOnVneid(t)
  const browser = openCitizenBrowser(t)
  const page = await browser.go('/dang-nhap?tiep=/cong-dan')
  assert.match(page.body, /Đăng nhập bằng VNeID/)
  const home = await browser.signIn(levelTwo, '/dang-nhap/vneid?tiep=/cong-dan')
  assert.deepEqual([home.url.pathname, home.status], ['/cong-dan', 200])
  assert.match(home.body, /Trần Văn Giả Định/)
  assert.ok(!home.body.includes('999085000022'), 'the number is masked')

  // Level 1 is not enough: a page leads to the step up, a program is told what is wanted (RFC 9470).
  const asked = await browser.go('/api/v1/person/looks', { headers: { accept: 'application/json' } })
  assert.equal(asked.status, 401)
  assert.match(String(asked.headers.get('www-authenticate')), /insufficient_user_authentication.*acr_values="vneid:2"/)
  const before = browser.cookie('tram_session')
  const step = await browser.go('/cong-dan/ai-da-xem')
  assert.equal(step.url.pathname, '/dang-nhap/nang-muc')
  const href = /href="(\/dang-nhap\/vneid\?muc=[^"]+)"/.exec(step.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const raised = await browser.signIn(levelTwo, href)
  assert.deepEqual([raised.url.pathname, raised.status], ['/cong-dan/ai-da-xem', 200])
  assert.notEqual(browser.cookie('tram_session'), before, 'under a new token')

  for (const closed of [
    '/',
    '/viec-cua-toi',
    '/tai-khoan',
    '/quan-tri/tai-khoan',
    '/tra-cuu-cong-dan',
    '/nhat-ky',
    '/chi-tieu',
  ])
    assert.equal((await browser.go(closed)).status, 403, `${closed} is an officer's`)

  const out = await browser.send(new URL('/dang-xuat', t.url), {})
  assert.equal(out.url.pathname, '/dang-nhap/vneid/da-dang-xuat')
  assert.match(out.body, /href="http:\/\/127\.0\.0\.1:\d+\/session\/end\?[^"]*id_token_hint=/)
  assert.equal((await browser.go('/cong-dan')).url.pathname, '/dang-nhap')
})

cloneTest('a level-1 account is told what level 2 takes; one of an organisation carries it', async (t) => {
  await relyOnVneid(t)
  const one = openCitizenBrowser(t)
  await one.signIn(levelOne)
  const below = await one.signIn(levelOne, '/dang-nhap/vneid?muc=vneid:2&tiep=/cong-dan/ai-da-xem')
  assert.match(below.body, /chưa được xác thực ở mức 2/)
  assert.equal((await one.go('/cong-dan/ai-da-xem')).url.pathname, '/dang-nhap/nang-muc')
  // Raising a level is for the same person only.
  const other = await openCitizenBrowserLike(t, one)
  assert.equal(codeOf(other.body), 'vneid.another-person')

  const firm = openCitizenBrowser(t)
  assert.match((await firm.signIn(organisationLogin)).body, /Công ty TNHH Ví Dụ Hư Cấu/)
})

/** The same session at the platform, another account at VNeID. */
async function openCitizenBrowserLike(t: CloneTest, known: ReturnType<typeof openCitizenBrowser>) {
  const browser = openCitizenBrowser(t)
  browser.setCookie('tram_session', known.cookie('tram_session') ?? '')
  return browser.signIn(levelTwo, '/dang-nhap/vneid?muc=vneid:2')
}

cloneTest('what VNeID refuses, delays or has forged never signs anybody in, and is said in words', async (t) => {
  const vneid = await relyOnVneid(t)
  const faults = [
    [{ refusal: 'access_denied' }, 403, 'vneid.denied'],
    [{ refusal: 'server_error' }, 502, 'vneid.fault'],
    [{ refusal: 'temporarily_unavailable' }, 502, 'vneid.fault'],
    [{ foreignIssuer: true }, 502, 'vneid.token'],
    [{ tamper: 'issuer' }, 502, 'vneid.token'],
    [{ tamper: 'nonce' }, 502, 'vneid.token'],
    [{ tamper: 'expired' }, 502, 'vneid.token'],
    [{ tamper: 'audience' }, 502, 'vneid.token'],
    [{ tamper: 'forged' }, 502, 'vneid.token'],
    [{ tamper: 'unsigned' }, 502, 'vneid.token'],
    [{ tokenFault: true }, 502, 'vneid.fault'],
  ] as const
  for (const [behaviour, status, code] of faults) {
    await vneid.reset()
    await vneid.behave(behaviour)
    const browser = openCitizenBrowser(t)
    const seen = await browser.signIn(levelTwo)
    const told = JSON.stringify(behaviour)
    assert.deepEqual([seen.status, codeOf(seen.body)], [status, code], told)
    assert.match(seen.body, /Đăng nhập lại bằng VNeID/, told)
    assert.equal(browser.cookie('tram_session'), undefined, told)
  }
  await vneid.reset()
  assert.deepEqual((await refusals(t)).toSorted(), faults.map(([, , code]) => code).toSorted())
  const [sessions] =
    await t.sql`select count(*)::int as n from identity.session join identity.account on name = account where citizen`
  assert.equal(sessions?.n, 0)

  // A token endpoint that hangs: the person is told in bounded time.
  await vneid.behave({ tokenLatencyMs: 8000 })
  const hurried = openCitizenBrowser(t)
  const waiting = await hurried.pass(await hurried.go('/dang-nhap/vneid'), levelTwo, callback)
  if (t.app.config.vneid) t.app.config.vneid.timeoutSeconds = 1
  const slow = await hurried.go(waiting.url.href)
  assert.deepEqual([slow.status, codeOf(slow.body)], [504, 'vneid.slow'])
  if (t.app.config.vneid) t.app.config.vneid.timeoutSeconds = 30
  await vneid.reset()

  await vneid.rotateKeys()
  assert.equal((await openCitizenBrowser(t).signIn(levelTwo)).status, 200, 'a new key is known at once')
})

cloneTest(
  'an answer counts once, in the browser that asked, with its own state; and leads to no other site',
  async (t) => {
    await relyOnVneid(t)
    const browser = openCitizenBrowser(t)
    const asked = await browser.go('/dang-nhap/vneid?tiep=//ke-gia-mao.invalid/')
    const back = await browser.pass(asked, levelTwo, callback)
    const stranger = openCitizenBrowser(t)
    assert.equal(codeOf((await stranger.go(back.url.href)).body), 'vneid.no-flow', 'without the cookie')
    const home = await browser.go(back.url.href)
    assert.deepEqual([home.url.origin + home.url.pathname, home.status], [`${t.url}/cong-dan`, 200])
    assert.equal(codeOf((await browser.go(back.url.href)).body), 'vneid.no-flow', 'replayed')

    // The code of one sign-in, put into another.
    const second = openCitizenBrowser(t)
    const spent = await second.pass(await second.go('/dang-nhap/vneid'), levelTwo, callback)
    const third = openCitizenBrowser(t)
    const fresh = await third.pass(await third.go('/dang-nhap/vneid'), levelOne, callback)
    const mixed = new URL(fresh.url)
    mixed.searchParams.set('code', spent.url.searchParams.get('code') ?? '')
    assert.equal(codeOf((await third.go(mixed.href)).body), 'vneid.refused-code', 'its verifier is another one')
    const wrongState = new URL(spent.url)
    wrongState.searchParams.set('state', 'another')
    assert.equal(codeOf((await second.go(wrongState.href)).body), 'vneid.token')
    assert.equal(second.cookie('tram_session'), undefined)

    const away = await openCitizenBrowser(t).signIn(levelTwo, '/dang-nhap/vneid?tiep=https://ke-gia-mao.invalid/')
    assert.equal(away.url.href, `${t.url}/cong-dan`)
  },
)
