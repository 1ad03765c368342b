import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import type { Injected } from '#test/sign-in'
import { levelAsked } from '../provider/model.ts'

const password = 'tram-huong-2026'
const signedIn = async (t: DbTest, account: string) => (await t.visitor().signIn({ account, password })).cookie

const look = (t: DbTest, url: string, cookie: string) =>
  t.visitor().inject({ method: 'GET', url, headers: { cookie, accept: 'text/html' } })

/** As if the account had an authenticator; what it does is tested where it stands. */
const giveFactor = (t: DbTest, account: string) => t.sql`
  insert into identity.one_time_code (account, sealed, created_at, confirmed_at)
  values (${account}, '\\x00', ${t.now}, ${t.now})`

const raise = (t: DbTest, account: string, at = t.now) => t.sql`
  update identity.page_session set acr = 'two-factor', authenticated_at = ${at}
  where session in (select id from identity.session where account = ${account})`

const giveRole = (t: DbTest, cookie: string, headers: Record<string, string> = {}) =>
  t
    .visitor()
    .submit(
      '/quan-tri/tai-khoan/vanphong/vai-tro',
      { role: 'analyst', organisation: 'H32', validTo: '' },
      { cookie, accept: 'text/html', host: 'tram.vidu.invalid', ...headers },
    )

dbTest('who has no second factor is let through where it is asked of those who have one', async (t) => {
  const answer = await giveRole(t, await signedIn(t, 'quantri'))
  assert.equal(answer.headers.location, '/quan-tri/tai-khoan/vanphong')
})

dbTest('who has a second factor gives no role by his password alone, nor by one he proved long ago', async (t) => {
  await giveFactor(t, 'quantri')
  const cookie = await signedIn(t, 'quantri')
  const refused = await giveRole(t, cookie)
  assert.equal(refused.statusCode, 401)
  assert.match(refused.body, /Xác nhận thêm một bước/)
  await raise(t, 'quantri', new Date(t.now.getTime() - 31 * 60_000))
  assert.equal((await giveRole(t, cookie)).statusCode, 401, 'too long ago')
  await raise(t, 'quantri')
  assert.equal((await giveRole(t, cookie)).statusCode, 303)
})

dbTest('a program hears in the words of RFC 9470 what is missing', async (t) => {
  await giveFactor(t, 'quantri')
  const answer = await giveRole(t, await signedIn(t, 'quantri'), { accept: 'application/json' })
  assert.equal(answer.statusCode, 401)
  assert.equal(
    answer.headers['www-authenticate'],
    'Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="two-factor", max_age="1800"',
  )
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
  assert.equal(answer.json().code, 'access.insufficient-assurance')
  assert.deepEqual(answer.json().facts, { acrValues: 'two-factor', maxAgeSeconds: 1800 })
})

const stepUpPath = '/dang-nhap/nang-muc?muc=password&phut=0&tiep='

/** Proves by the password again, from a page or from a form that asks for it. */
const prove = (
  t: DbTest,
  cookie: string,
  from: { from: string; sent?: Record<string, string> },
  typed = password,
): Promise<Injected> =>
  t.visitor().pass({ ...from, form: 'xac-nhan', fields: { cach: 'mat-khau', password: typed } }, { cookie })

dbTest('proving the password again leads back under new tokens, and the old ones are nobody', async (t) => {
  const cookie = await signedIn(t, 'vanphong')
  const url = `${stepUpPath}%2Ftai-khoan`
  const later = t.at(new Date(t.now.getTime() + 60_000))
  const shown = await look(later, url, cookie)
  assert.match(shown.body, /Xác nhận bằng mật khẩu/)
  const wrong = await prove(later, cookie, { from: url }, 'khong-phai-mat-khau')
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Mật khẩu không đúng/)
  assert.ok(!wrong.body.includes('khong-phai-mat-khau'))
  const proved = await prove(later, cookie, { from: url })
  assert.equal(proved.headers.location, '/tai-khoan')
  const raised = new Set(proved.cookie.split('; '))
  for (const name of ['tram_session', 'tram_sign_on', 'tram_provider']) {
    const known = cookie.split('; ').find((one) => one.startsWith(name)) ?? ''
    assert.match(known, /=[\w-]{20,}$/)
    assert.ok(proved.cookie.includes(`${name}=`) && !raised.has(known), name)
  }
  assert.equal((await look(later, '/tai-khoan', cookie)).statusCode, 303, 'the old token leads to the sign-in')
  assert.match((await look(later, url, cookie)).headers.location ?? '', /^\/dang-nhap\?/)
  assert.equal((await look(later, '/tai-khoan', proved.cookie)).statusCode, 200)
  assert.equal((await look(later, url.replace('phut=0', 'phut=1'), proved.cookie)).headers.location, '/tai-khoan')
})

dbTest('a form that was kept is sent on by its sender, without its passwords', async (t) => {
  const cookie = await signedIn(t, 'quantri')
  const path = '/tai-khoan/khoa-truy-cap/go?c=d'
  const later = t.at(new Date(t.now.getTime() + 16 * 60_000))
  const sent = { id: 'AA', 'a[]': 'một “hai” <b>', password: 'x', 'mat-khau-moi': 'y' }
  const answer = await prove(later, cookie, { from: path, sent })
  assert.equal(answer.statusCode, 200)
  assert.match(answer.body, /<form action="\/tai-khoan\/khoa-truy-cap\/go\?c=d" method="post"/)
  assert.match(answer.body, /name="a\[\]" value="một “hai” (&lt;|<)b>"/)
  assert.doesNotMatch(answer.body, /name="password"|mat-khau-moi/)
  const [{ text = '' } = {}] = await t.sql<{ text: string }[]>`
    select coalesce(string_agg(f::text, ' '), '') as text from identity.page_flow f`
  assert.ok(!text.includes('hai'), 'the server cannot read it')
})

dbTest('stepping up leads to no other site, needs a session of one’s own and a request of this site', async (t) => {
  const cookie = await signedIn(t, 'vanphong')
  const later = t.at(new Date(t.now.getTime() + 60_000))
  const away = await prove(later, cookie, { from: `${stepUpPath}//example.org` })
  assert.equal(away.headers.location, '/')
  const nobody = await look(t, `${stepUpPath}/tai-khoan`, '')
  assert.match(String(nobody.headers.location), /^\/dang-nhap\?/)
  const foreign = await t.visitor().submit('/oidc/tiep-tuc/x/xac-nhan', {}, { cookie, 'sec-fetch-site': 'cross-site' })
  assert.equal(foreign.statusCode, 403)
})

dbTest('who cannot reach a level is told what to do', async (t) => {
  const cookie = await signedIn(t, 'vanphong')
  const officer = await look(t, '/dang-nhap/nang-muc?muc=two-factor', cookie)
  assert.match(officer.body, /href="\/tai-khoan#bao-mat"/)
  assert.match((await look(t, '/dang-nhap/nang-muc?muc=vneid:2', cookie)).body, /VNeID\) mức 2/)
})

dbTest('an application asks for the levels by their names, and for what is unknown in vain', async () => {
  assert.equal(levelAsked('urn:other two-factor password'), 'two-factor')
  assert.equal(levelAsked('urn:other'), undefined)
  assert.equal(levelAsked(undefined), undefined)
})
