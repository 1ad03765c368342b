/** The platform's own pages as a client of its provider: what they rely on, and what an attacker would try on the way. */
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { cloneTest, type DbTest, dbTest } from '#test/harness'
import { pageCookieOf } from '#test/sign-in'
import { ownClientId } from '../provider/own-client.ts'
import {
  askFor,
  discover,
  exchange,
  listenForLogout,
  openBrowser,
  register,
  signInAs,
  until,
} from '../provider/relying-party.ts'

const right = { account: 'dulieu-khcn', password: 'tram-huong-2026' }
const callback = '/dang-nhap/ve'

/** A browser within the process that goes no step by itself. */
function openTab(t: DbTest, jar = new Map<string, string>()) {
  const ask = async (url: string, fields?: Record<string, string>) => {
    const headers = { accept: 'text/html', cookie: [...jar.values()].join('; ') }
    const answer = fields
      ? await t.visitor().submit(url, fields, headers)
      : await t.visitor().inject({ method: 'GET', url, headers })
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [one = ''] = line.split(';')
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(one.split('=')[0] ?? '')
      else jar.set(one.split('=')[0] ?? '', one)
    }
    return { status: answer.statusCode, to: answer.headers.location ?? '', body: answer.body }
  }
  return {
    jar,
    ask,
    /** Opens the sign-in page. @returns where its form goes */
    async begin(path = '/dang-nhap') {
      return /\/oidc\/tiep-tuc\/[\w-]+\/dang-nhap/.exec((await ask(path)).body)?.[0] ?? ''
    },
    /** Types name and password. @returns the address that leads back to the pages, not gone to */
    async type(action: string, who = right) {
      return (await ask(action, who)).to
    },
  }
}

const isSignedIn = (tab: ReturnType<typeof openTab>) => tab.jar.has('tram_session')

dbTest('the pages have their session only from the code that the provider led back with, and once', async (t) => {
  const tab = openTab(t)
  const back = await tab.type(await tab.begin('/dang-nhap?tiep=/tai-khoan'))
  assert.match(back, /^\/dang-nhap\/ve\?code=[\w-]{43}&state=[\w-]{43}&iss=/)
  assert.ok(!isSignedIn(tab), 'signed in at the provider, not yet at the pages')
  assert.match((await tab.ask('/tai-khoan')).to, /^\/dang-nhap\?tiep=/)
  assert.equal((await tab.ask(back)).to, '/tai-khoan')
  assert.equal((await tab.ask('/tai-khoan')).status, 200)
  const held = tab.jar.get('tram_session')
  const again = await tab.ask(back)
  assert.equal(again.status, 400)
  assert.match(again.body, /đã dùng rồi/)
  assert.equal(tab.jar.get('tram_session'), held)

  // The code of one request is worth nothing in another, nor to who knows no secret of this process.
  const other = openTab(t)
  const stolen = new URL(await other.type(await other.begin()), 'http://x').searchParams
  const own = openTab(t)
  const swapped = new URL(await own.type(await own.begin()), 'http://x').searchParams
  swapped.set('code', stolen.get('code') ?? '')
  const refused = await own.ask(`${callback}?${swapped}`)
  assert.equal(refused.status, 400)
  assert.ok(!isSignedIn(own))
  const bare = { grant_type: 'authorization_code', client_id: ownClientId, code: stolen.get('code') ?? '' }
  for (const client_secret of ['', 'doan']) {
    const answer = await t.visitor().submit('/oidc/token', { ...bare, client_secret, code_verifier: 'x'.repeat(43) })
    assert.equal(answer.statusCode, 401)
  }
})

dbTest('an answer counts only in the browser that asked: nobody is signed in as somebody else by a link', async (t) => {
  const attacker = openTab(t)
  const back = await attacker.type(await attacker.begin(), { ...right, account: 'phantich' })
  const victim = openTab(t)
  assert.equal((await victim.ask(back)).status, 400, 'with nothing under way')
  await victim.begin()
  assert.equal((await victim.ask(back)).status, 400, 'with a sign-in of its own under way')
  assert.ok(!isSignedIn(victim))
  assert.equal((await victim.ask(`${callback}?code=x&state=y`)).status, 400)
  // Nor does the victim's own request take an answer of another issuer, or one without its name.
  const asked = new URL(await victim.type(await victim.begin()), 'http://x').searchParams
  asked.set('iss', 'https://xau.vidu.invalid/oidc')
  assert.equal((await victim.ask(`${callback}?${asked}`)).status, 400)
  assert.ok(!isSignedIn(victim))
  assert.equal((await attacker.ask(back)).to, '/', 'the attempts of others have not used it up')
  const deeds = await t.sql`select from ledger.entry where action = 'session.refused' and subject = 'account:unknown'`
  assert.equal(deeds.length, 4)
})

dbTest('neither the return path nor the host of a request leads out of this site', async (t) => {
  for (const tiep of ['https://xau.vidu.invalid/', '//xau.vidu.invalid', '/\\xau.vidu.invalid']) {
    const tab = openTab(t)
    assert.equal(
      (await tab.ask(await tab.type(await tab.begin(`/dang-nhap?${new URLSearchParams({ tiep })}`)))).to,
      '/',
    )
  }
  const { to } = await openTab(t).ask(
    `/oidc/auth?${new URLSearchParams({
      client_id: ownClientId,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'https://xau.vidu.invalid/dang-nhap/ve',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    })}`,
  )
  assert.equal(to, '')
})

dbTest('where nobody is signed in and nobody may be asked, the answer says so and opens nothing', async (t) => {
  const tab = openTab(t)
  const page = await tab.ask('/dang-nhap')
  const [uid = ''] = /(?<=\/oidc\/tiep-tuc\/)[\w-]+/.exec(page.body) ?? []
  const [{ params = {} } = {}] = await t.sql<{ params: Record<string, string> }[]>`
    select payload -> 'params' as params from identity.provider_artifact where payload ->> 'returnTo' like ${`%${uid}`}`
  const silent = await tab.ask(`/oidc/auth?${new URLSearchParams({ ...params, prompt: 'none' })}`)
  assert.match(silent.to, /^\/dang-nhap\/ve\?error=login_required/)
  assert.equal((await tab.ask(silent.to)).status, 400)
  assert.ok(!isSignedIn(tab))
})

dbTest('a sign-in page left open too long is renewed, and still leads where one wanted to go', async (t) => {
  const tab = openTab(t)
  const action = await tab.begin('/dang-nhap?tiep=/tai-khoan')
  await t.sql`delete from identity.provider_artifact where model = 'Interaction'`
  const late = await tab.ask(action, { ...right, tiep: '/tai-khoan' })
  assert.equal(late.to, '/dang-nhap?tiep=%2Ftai-khoan&lau=1')
  assert.match((await tab.ask(late.to)).body, /để mở quá lâu/)
  const away = await tab.ask(action, { ...right, tiep: '//xau.vidu.invalid' })
  assert.equal(away.to, '/dang-nhap?tiep=%2F&lau=1')
})

dbTest('who sends a form when signed in no longer is told that it is lost, and comes back to its page', async (t) => {
  const send = (referer: string) =>
    t.visitor().submit('/tai-khoan/lien-he', { 'thu-dien-tu': 'a@vidu.vn' }, { referer, host: 'trang.vidu.vn' })
  const answer = await send('http://trang.vidu.vn/tai-khoan?phan=lien-he')
  assert.equal(answer.statusCode, 303)
  const to = String(answer.headers.location)
  assert.equal(to, '/dang-nhap?tiep=%2Ftai-khoan%3Fphan%3Dlien-he&chua-gui=1')
  const tab = openTab(t)
  const { body } = await tab.ask(to)
  assert.match(body, /chưa được thực hiện và không được giữ lại/)
  const action = /\/oidc\/tiep-tuc\/[\w-]+\/dang-nhap/.exec(body)?.[0] ?? ''
  const wrong = await tab.ask(action, { ...right, password: 'sai' })
  assert.match(wrong.body, /chưa được thực hiện và không được giữ lại/, 'a wrong password does not take the words away')
  assert.equal((await tab.ask(await tab.type(action))).to, '/tai-khoan?phan=lien-he')
  // Another site's page is none to come back to.
  assert.match(String((await send('https://xau.vidu.invalid/tai-khoan')).headers.location), /\?tiep=%2F&chua-gui=1$/)
  assert.doesNotMatch((await tab.ask('/dang-nhap?tiep=%2Ftai-khoan')).body, /không được giữ lại/)
})

dbTest('a form that one person has sent is not handed to who proves himself after it', async (t) => {
  // The provider's own cookies are gone, so that it asks who this is.
  const signIn = async () => pageCookieOf((await t.visitor().signIn(right)).cookie) ?? ''
  const [one, two] = [await signIn(), await signIn()]
  const late = t.at(new Date(t.now.getTime() + 16 * 60_000))
  const from = { from: '/tai-khoan/khoa-truy-cap/go', sent: { id: 'AA' }, form: 'dang-nhap' } as const
  const other = { account: 'phantich', password: right.password }
  const answer = await late.visitor().pass({ ...from, fields: other }, { cookie: one })
  assert.equal(answer.headers.location, '/')
  assert.ok(!answer.body.includes('Gửi tiếp'))
  const same = await late.visitor().pass({ ...from, fields: right }, { cookie: two })
  assert.equal(same.statusCode, 200, 'the session of before has ended, but it is he')
  assert.match(same.body, /Gửi tiếp/)
})

dbTest('nobody registers, changes or takes away the client that the pages are', async (t) => {
  const administrator = t.as('quantri')
  assert.equal((await administrator.get(`/quan-tri/ung-dung/${ownClientId}`)).statusCode, 404)
  assert.equal((await administrator.submit(`/quan-tri/ung-dung/${ownClientId}/khoa-lai`, {})).statusCode, 404)
  const taken = { kind: 'public', id: ownClientId, name: 'Giả', organisation: 'H32', redirectUris: 'https://a.vn/ve' }
  assert.equal((await administrator.submit('/quan-tri/ung-dung/tao?loai=public', taken)).statusCode, 422)
})

cloneTest('pages and applications share one sign-in, each knows what it was told, and all end together', async (t) => {
  t.app.config.publicUrl = t.url
  const app = await listenForLogout()
  app.server.unref()
  const back = `${app.url}/ve`
  await register(t, {
    kind: 'public',
    id: 'kho-ho-so',
    trusted: true,
    redirectUris: back,
    backchannelUri: `${app.url}/bao`,
  })
  const config = await discover(t, 'kho-ho-so', client.None())
  const browser = openBrowser(t)
  const asked = await askFor(config, { redirect_uri: back })
  const led = await signInAs(browser, 'lanhdao', asked.url.href)
  const { sub } = (await exchange(config, led.url, asked)).claims() ?? {}
  assert.ok(!browser.cookies.has('tram_session'), 'signed in for the application only')
  const own = await browser.follow('/tai-khoan')
  assert.equal(own.url.pathname, '/tai-khoan', 'the pages ask nobody again')
  assert.match(own.body, /Ứng dụng kho-ho-so/)
  assert.ok(!own.body.includes(ownClientId), 'the pages are none of the applications that people know')

  // What the application has had proved is nothing the pages have asked for.
  await t.sql`update identity.session set acr = 'two-factor' where account = 'lanhdao'`
  const [page] = await t.sql<{ acr: string }[]>`select acr from identity.page_session`
  assert.equal(page?.acr, 'password')
  await browser.follow('/dang-nhap/nang-muc?muc=two-factor&tiep=/tai-khoan')
  const [raised] = await t.sql<{ acr: string }[]>`select acr from identity.page_session`
  assert.equal(raised?.acr, 'two-factor')

  assert.equal((await browser.post('/dang-xuat', {})).url.pathname, '/dang-nhap')
  for (const name of ['tram_session', 'tram_sign_on', 'tram_provider']) assert.ok(!browser.cookies.has(name), name)
  await until(() => app.tokens.length > 0)
  const told = JSON.parse(Buffer.from(app.tokens[0]?.split('.')[1] ?? '', 'base64url').toString())
  assert.equal(told.sub, sub)
})
