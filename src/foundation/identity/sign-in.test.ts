import assert from 'node:assert/strict'
import { type CloneTest, cloneTest, type DbTest, dbTest } from '#test/harness'
import { type Credentials, signInOver } from '#test/sign-in'
import { sessionIdleMs, sessionLifeMs } from './model.ts'

const right = { account: 'dulieu-khcn', password: 'tram-huong-2026' }
const minutes = (count: number) => count * 60_000

async function whoIs(t: DbTest, cookie: string): Promise<string | undefined> {
  const answer = await t.visitor().inject({ method: 'GET', url: '/api/v1/account', headers: { cookie } })
  return answer.statusCode === 200 ? answer.json().account : undefined
}

/** Sends the form from some address of the network, as a proxy on this machine would hand it on. */
const from = (t: DbTest, address: string, fields: Credentials) =>
  t.visitor().signIn(fields, { 'x-forwarded-for': address })

dbTest('the right password opens a session under a new token and leads back to the page asked for', async (t) => {
  const before = 'tram_session=chosen-by-somebody-else'
  const answer = await t.visitor().signIn({ ...right, tiep: '/tai-khoan?a=1' }, { cookie: before })
  assert.equal(answer.statusCode, 303)
  assert.equal(answer.headers.location, '/tai-khoan?a=1')
  assert.match(String(answer.headers['set-cookie']), /^(?:.*,)?tram_session=[\w-]{43};.*HttpOnly; SameSite=Lax/)
  assert.equal(await whoIs(t, answer.cookie), right.account)
  assert.equal(await whoIs(t, before), undefined, 'a token that somebody else has chosen stays nobody')
})

dbTest('signing in again, in a tab left open, makes a new session and ends the one this browser had', async (t) => {
  const tab = await t.visitor().get('/dang-nhap')
  const [action = ''] = /\/oidc\/tiep-tuc\/[\w-]+\/dang-nhap/.exec(tab.body) ?? []
  const step = [tab.headers['set-cookie'] ?? []].flat().map((line) => line.split(';')[0])
  const { cookie: first } = await t.visitor().signIn(right)
  assert.equal(await whoIs(t, first), right.account)
  const again = await t.visitor().submit(action, right, { cookie: [...step, first].join('; ') })
  assert.equal(again.statusCode, 303)
  assert.match(String(again.headers['set-cookie']), /tram_sign_on=[\w-]{43};/)
  assert.equal(await whoIs(t, first), undefined)
})

dbTest('the database holds no token, only its hash', async (t) => {
  const { cookie } = await t.visitor().signIn(right)
  const tokens = cookie.split('; ').map((one) => one.split('=')[1] ?? '')
  const [{ text = '' } = {}] = await t.sql<{ text: string }[]>`
    select concat((select string_agg(s::text, ' ') from identity.session s),
      (select string_agg(p::text, ' ') from identity.page_session p),
      (select string_agg(a::text, ' ') from identity.provider_artifact a)) as text`
  assert.ok(text.includes(right.account))
  for (const token of tokens) assert.ok(token.length > 20 && !text.includes(token))
})

dbTest('signing in never leads to another site', async (t) => {
  for (const tiep of ['https://example.org/', '//example.org/', '/\\example.org', '/\n/example.org']) {
    const answer = await t.visitor().signIn({ ...right, tiep })
    assert.equal(answer.headers.location, '/', tiep)
  }
})

dbTest(
  'a wrong password is refused in the same words as an unknown account, and the password is not sent back',
  async (t) => {
    const wrong = await t.visitor().signIn({ ...right, password: 'khong-phai-mat-khau' })
    const unknown = await t.visitor().signIn({ account: 'khong-co-ai', password: 'khong-phai-mat-khau' })
    for (const answer of [wrong, unknown]) {
      assert.equal(answer.statusCode, 401)
      assert.match(answer.body, /Tên đăng nhập hoặc mật khẩu không đúng/)
      assert.ok(!answer.body.includes('khong-phai-mat-khau'))
      assert.doesNotMatch(answer.cookie, /tram_session|tram_sign_on/)
    }
    assert.match(wrong.body, /value="dulieu-khcn"/)
  },
)

dbTest('signing out ends the session', async (t) => {
  const cookie = (await t.visitor().signIn(right)).cookie
  const answer = await t.visitor().submit('/dang-xuat', {}, { cookie })
  assert.equal(answer.headers.location, '/dang-nhap')
  assert.match(String(answer.headers['set-cookie']), /tram_session=; Max-Age=0/)
  assert.equal(await whoIs(t, cookie), undefined)
})

dbTest('a session ends without use, and in any case after its longest life', async (t) => {
  const cookie = (await t.visitor().signIn(right)).cookie
  const at = (ms: number) => t.at(new Date(t.now.getTime() + ms))
  assert.equal(await whoIs(at(sessionIdleMs - minutes(1)), cookie), right.account, 'used shortly before')
  assert.equal(await whoIs(at(2 * sessionIdleMs), cookie), undefined, 'unused too long')
  const second = (await t.visitor().signIn(right)).cookie
  for (let used = 0; used < sessionLifeMs; used += sessionIdleMs / 2) {
    assert.equal(await whoIs(at(used), second), right.account)
  }
  assert.equal(await whoIs(at(sessionLifeMs), second), undefined, 'too old')
})

dbTest('guessing at one account from one address is slowed, and waiting longer each time', async (t) => {
  const address = '203.0.113.7'
  const wrong = { ...right, password: 'doan-mo-mat-khau' }
  for (let guess = 0; guess < 4; guess += 1) assert.equal((await from(t, address, wrong)).statusCode, 401)
  assert.equal((await from(t, address, wrong)).statusCode, 401, 'the fifth turns the brake on')
  const braked = await from(t, address, right)
  assert.equal(braked.statusCode, 429, 'now even the right password waits')
  assert.match(braked.body, /chờ 2 giây/)
  const later = t.at(new Date(t.now.getTime() + 2001))
  assert.equal((await from(later, address, wrong)).statusCode, 401)
  assert.match((await from(later, address, wrong)).body, /chờ 4 giây/)
  assert.equal((await from(t.at(new Date(t.now.getTime() + 10_000)), address, right)).statusCode, 303)
})

dbTest('a stranger cannot lock the owner out of an account', async (t) => {
  for (let guess = 0; guess < 40; guess += 1) await from(t, '203.0.113.8', { ...right, password: 'doan-mo-mat-khau' })
  assert.equal((await from(t, '203.0.113.8', right)).statusCode, 429)
  assert.equal((await from(t, '203.0.113.9', right)).statusCode, 303, 'from his own address the owner signs in')
})

dbTest('an address that tries many accounts is slowed as a whole, and forgotten after an hour of quiet', async (t) => {
  const address = '203.0.113.10'
  for (let guess = 0; guess < 31; guess += 1) {
    assert.equal((await from(t, address, { account: `tai-khoan-${guess}`, password: 'x' })).statusCode, 401)
  }
  assert.equal((await from(t, address, right)).statusCode, 429)
  const quiet = t.at(new Date(t.now.getTime() + minutes(61)))
  assert.equal((await from(quiet, address, right)).statusCode, 303)
})

cloneTest('many guesses at the same moment do not pass the brake together', async (t) => {
  const guess = () => signInOver(t.url, { account: 'dulieu-khcn', password: 'doan-mo-mat-khau' })
  const answers = await Promise.all(Array.from({ length: 25 }, guess))
  const looked = answers.filter(({ status }) => status === 401).length
  assert.ok(looked <= 5, `${looked} passwords were looked at`)
  assert.equal(answers.filter(({ status }) => status === 429).length, 25 - looked)
})

dbTest('every sign-in, refusal and sign-out is in the ledger, and what was typed as a name is not', async (t) => {
  const cookie = (await t.visitor().signIn(right)).cookie
  await t.visitor().submit('/dang-xuat', {}, { cookie })
  await t.visitor().signIn({ ...right, password: 'sai-mat-khau-nay' })
  await t.visitor().signIn({ account: 'matkhau-go-nham-o', password: 'x' })
  const entries = await t.sql<{ action: string; subject: string; actor: string; text: string }[]>`
    select action, subject, actor, entry::text as text from ledger.entry as entry
    where action like 'session.%' order by id`
  assert.deepEqual(entries.map(({ action, subject, actor }) => `${actor} ${action} ${subject}`).sort(), [
    'anonymous session.refused account:dulieu-khcn',
    'anonymous session.refused account:unknown',
    'dulieu-khcn session.closed account:dulieu-khcn',
    'dulieu-khcn session.opened account:dulieu-khcn',
  ])
  assert.ok(entries.every(({ text }) => !text.includes('matkhau-go-nham-o') && !text.includes('sai-mat-khau')))
})

dbTest('a form sent from another site is refused, whatever cookie it carries', async (t) => {
  const cookie = (await t.visitor().signIn(right)).cookie
  for (const [name, value] of [
    ['sec-fetch-site', 'cross-site'],
    ['origin', 'https://example.org'],
  ] as const) {
    const answer = await t.visitor().submit('/dang-xuat', {}, { cookie, host: 'localhost', [name]: value })
    assert.equal(answer.statusCode, 403)
  }
  assert.equal(await whoIs(t, cookie), right.account)
})

dbTest('the sign-in page names the demonstration accounts', async (t) => {
  const answer = await t.visitor().get('/dang-nhap?tiep=%2Ftai-khoan')
  assert.equal(answer.statusCode, 200)
  assert.match(answer.body, /lanhdao/)
  assert.match(answer.body, /tram-huong-2026/)
  assert.match(answer.body, /name="tiep" value="\/tai-khoan"/)
})

async function ask(t: CloneTest, path: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${t.url}${path}`, { headers, redirect: 'manual' })
}

cloneTest(
  'over the network a signed-in person gets pages, a stranger the sign-in page, a strange client 401',
  async (t) => {
    const cookie = await t.signIn('quantri')
    assert.equal((await ask(t, '/tai-khoan', { cookie })).status, 200)
    const stranger = await ask(t, '/tai-khoan?a=1', { accept: 'text/html' })
    assert.equal(stranger.status, 303)
    assert.equal(stranger.headers.get('location'), '/dang-nhap?tiep=%2Ftai-khoan%3Fa%3D1')
    const client = await ask(t, '/api/v1/account', {})
    assert.equal(client.status, 401)
    assert.equal(client.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  },
)
