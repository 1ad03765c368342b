import assert from 'node:assert/strict'
import { generateSync } from 'otplib'
import { type DbTest, dbTest } from '#test/harness'

const password = 'tram-huong-2026'
const account = 'quantri'
const html = { accept: 'text/html' }
const later = (t: DbTest, seconds: number) => t.at(new Date(t.now.getTime() + seconds * 1000))
const codeAt = (t: DbTest, secret: string, seconds = 0) =>
  generateSync({ secret, epoch: Math.floor(t.now.getTime() / 1000) + seconds })

async function setUp(t: DbTest) {
  const cookie = (await t.visitor().signIn({ account, password })).cookie
  const headers = { cookie, ...html }
  await t.visitor().submit('/tai-khoan/ma-dung-mot-lan/bat-dau', {}, headers)
  const shown = await t.visitor().inject({ method: 'GET', url: '/tai-khoan/ma-dung-mot-lan', headers })
  assert.match(shown.body, /src="data:image\/svg\+xml;base64,/)
  const secret = (/<span class="code">([A-Z2-7 ]+)<\/span>/.exec(shown.body)?.[1] ?? '').replaceAll(' ', '')
  const wrong = await t.visitor().submit('/tai-khoan/ma-dung-mot-lan', { code: '000000' }, headers)
  assert.equal(wrong.statusCode, 422)
  const done = await t.visitor().submit('/tai-khoan/ma-dung-mot-lan', { code: codeAt(t, secret) }, headers)
  const recovery = [...done.body.matchAll(/<span class="code">([a-z0-9-]{19})<\/span>/g)].map(([, code = '']) => code)
  assert.equal(recovery.length, 10)
  return { cookie, secret, recovery }
}

const stepUp = (t: DbTest, cookie: string, fields: Record<string, string>, address = '10.1.1.1') =>
  t
    .visitor()
    .pass(
      { from: '/dang-nhap/nang-muc?muc=two-factor&phut=0&tiep=/tai-khoan', form: 'xac-nhan', fields },
      { cookie, ...html, 'x-forwarded-for': address },
    )
const byCode = (code: string) => ({ cach: 'ma', code })

dbTest('a code steps up once, within half a minute either way, and no older or newer one does', async (t) => {
  const { cookie, secret } = await setUp(t)
  const at = later(t, 300)
  assert.equal((await stepUp(at, cookie, byCode(codeAt(t, secret)))).statusCode, 422, 'long ago')
  for (const seconds of [-60, 60])
    assert.equal((await stepUp(at, cookie, byCode(codeAt(at, secret, seconds)))).statusCode, 422, String(seconds))
  const code = codeAt(at, secret, -30)
  const raised = await stepUp(at, cookie, byCode(code))
  assert.equal(raised.headers.location, '/tai-khoan')
  const soon = later(at, 1)
  assert.equal((await stepUp(soon, raised.cookie, byCode(code))).statusCode, 422, 'replayed')
  assert.equal((await stepUp(soon, raised.cookie, byCode(codeAt(at, secret, 30)))).statusCode, 303)
})

dbTest('the secret lies sealed in the database, and the recovery codes as hashes', async (t) => {
  const { secret, recovery } = await setUp(t)
  const [row] = await t.sql<{ text: string }[]>`
    select encode(sealed, 'escape') || (select string_agg(encode(code_hash, 'escape'), '') from identity.recovery_code) as text
    from identity.one_time_code`
  assert.ok(row && !row.text.includes(secret) && !row.text.includes(recovery[0] ?? ' '))
})

dbTest('a recovery code steps up once', async (t) => {
  const { cookie, recovery } = await setUp(t)
  const [first = ''] = recovery
  const raised = await stepUp(t, cookie, { cach: 'khoi-phuc', recovery: first.toUpperCase().replaceAll('-', ' ') })
  assert.equal(raised.headers.location, '/tai-khoan')
  assert.equal((await stepUp(later(t, 1), raised.cookie, { cach: 'khoi-phuc', recovery: first })).statusCode, 422)
})

dbTest('who guesses codes waits, and the owner elsewhere does not', async (t) => {
  const { cookie, secret } = await setUp(t)
  const at = later(t, 60)
  const stranger = (await at.visitor().signIn({ account, password })).cookie
  const statuses: number[] = []
  for (let turn = 0; turn < 8; turn += 1)
    statuses.push((await stepUp(at, stranger, byCode('123456'), '203.0.113.9')).statusCode)
  assert.equal(statuses.at(-1), 429)
  assert.equal((await stepUp(at, cookie, byCode(codeAt(at, secret)))).statusCode, 303)
})

dbTest('a dangerous form is kept over the step up and goes through after it', async (t) => {
  const { cookie, secret } = await setUp(t)
  const at = later(t, 60)
  const form = { role: 'analyst', organisation: 'H32', validTo: '' }
  const path = '/quan-tri/tai-khoan/vanphong/vai-tro'
  const kept = await at.visitor().submit(path, form, { cookie, ...html })
  assert.equal(kept.statusCode, 401)
  assert.match(kept.body, /Nội dung vừa gửi được giữ lại/)
  const fields = byCode(codeAt(at, secret))
  const proved = await at.visitor().pass({ from: path, sent: form, form: 'xac-nhan', fields }, { cookie, ...html })
  assert.match(proved.body, /Gửi tiếp/)
  for (const value of ['analyst', 'H32']) assert.ok(proved.body.includes(`value="${value}"`))
  const sent = await at.visitor().submit(path, form, { cookie: proved.cookie, ...html })
  assert.equal(sent.headers.location, '/quan-tri/tai-khoan/vanphong')
})

dbTest('codes are taken away only with a second factor, and not by another site', async (t) => {
  const { cookie, secret } = await setUp(t)
  const path = '/tai-khoan/ma-dung-mot-lan/go'
  assert.equal(
    (await t.visitor().submit(path, {}, { cookie, ...html, 'sec-fetch-site': 'cross-site' })).statusCode,
    403,
  )
  assert.equal((await t.visitor().submit(path, {}, { cookie, ...html })).statusCode, 401)
  const at = later(t, 60)
  const { cookie: raised } = await stepUp(at, cookie, byCode(codeAt(at, secret)))
  const renewed = await at.visitor().submit('/tai-khoan/ma-khoi-phuc', {}, { cookie: raised, ...html })
  assert.match(renewed.body, /Mã khôi phục/)
  assert.equal((await at.visitor().submit(path, {}, { cookie: raised, ...html })).statusCode, 303)
  const left = await t.sql`select from identity.recovery_code where account = ${account}`
  assert.equal(left.length, 0)
})
