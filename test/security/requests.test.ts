/** What no browser of ours would send. */
import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { cloneTest, dbTest, makeActor } from '#test/harness'
import { signInOver } from '#test/sign-in'
import { allRoutes } from '../../src/serving.ts'
import { findRoute } from '../crawl.ts'
import { everybody, fillSamples } from '../samples.ts'

const jsonHeaders = { 'content-type': 'application/json' }
const pushUrl = '/api/v1/sources/citizen-reports/records'

/** Words that only the inside of the program knows. */
const inside = /node_modules|at async|\.tsx?:\d|PostgresError|warehouse\.|\/work\//i

dbTest('malformed, deep and poisoned JSON is refused in words, and touches nothing', async (t) => {
  const bodies = {
    broken: '{"a":',
    nothing: '',
    scalar: '42',
    deep: `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
    deepObject: `[${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}]`,
    nul: '[{"ma":"a\\u0000b"}]',
    loneSurrogate: '[{"ma":"\\ud800"}]',
    hugeNumber: '[{"ma":1e999}]',
  }
  for (const [name, payload] of Object.entries(bodies)) {
    const answer = await t.as(everybody).inject({ method: 'POST', url: pushUrl, headers: jsonHeaders, payload })
    assert.ok(answer.statusCode < 500, `${name}: ${answer.statusCode} ${answer.body.slice(0, 300)}`)
    assert.ok(!inside.test(answer.body), `${name}: ${answer.body.slice(0, 300)}`)
  }
})

dbTest('keys that name the prototype are values like any other', async (t) => {
  const poisoned = '{"__proto__":{"isPoisoned":true},"constructor":{"prototype":{"isPoisoned":true}},"ma":"x"}'
  await t.as(everybody).inject({ method: 'POST', url: pushUrl, headers: jsonHeaders, payload: `[${poisoned}]` })
  for (const route of allRoutes().filter(({ method, body }) => method === 'POST' && body)) {
    const url = route.path.replace(/:[A-Za-z]+/g, 'khong-co')
    const isJson = (route.takes ?? (url.startsWith('/api/') ? 'json' : 'form')) === 'json'
    const answer = await t.as(everybody).inject({
      method: 'POST',
      url: `${url}?__proto__[isPoisoned]=1&constructor.prototype.isPoisoned=1`,
      headers: { 'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' },
      payload: isJson ? poisoned : '__proto__=1&__proto__[isPoisoned]=1&constructor=1&toString=1&hasOwnProperty=1',
    })
    assert.ok(answer.statusCode < 500, `${url}: ${answer.statusCode}`)
  }
  assert.equal(({} as { isPoisoned?: unknown }).isPoisoned, undefined)
})

dbTest('a body over the limit of its route is refused', async (t) => {
  const long = 'a'.repeat(1024 * 1024 + 1000)
  const form = await t.visitor().signIn({ account: 'x', password: long })
  assert.equal(form.statusCode, 413)
  const limited = allRoutes().filter(({ method, takes, body }) => method === 'POST' && body && takes !== 'upload')
  assert.ok(limited.length > 10)
})

dbTest('methods that a route does not have are answered as a page that does not exist', async (t) => {
  const known = new Set(allRoutes().map(({ method, path }) => `${method} ${path}`))
  let asked = 0
  for (const { path } of allRoutes().filter(({ method }) => method === 'GET')) {
    for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
      if (known.has(`${method} ${path}`)) continue
      const answer = await t.as(everybody).inject({ method, url: path.replace(/:[A-Za-z]+/g, 'khong-co') })
      assert.ok([404, 405].includes(answer.statusCode), `${method} ${path}: ${answer.statusCode}`)
      asked += 1
    }
  }
  assert.ok(asked > 50)
})

dbTest('strange codes, numbers and cursors in addresses are never a fault of the server', async (t) => {
  await fillSamples(t.context())
  const strange = [
    '%00',
    '%',
    '%ff%fe',
    "'--",
    '../../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '9'.repeat(40),
    '-1',
    '1e9',
    'NaN',
    '%F0%9F%92%A9',
    'a'.repeat(490),
  ]
  const names = ['after', 'q', 'ky']
  let asked = 0
  for (const [place, { path }] of allRoutes()
    .filter(({ method }) => method === 'GET')
    .entries()) {
    // Neighbouring pages get a value under another name each.
    const urls = strange.map((value, index) =>
      path.includes(':')
        ? path.replace(/:[A-Za-z]+/g, value)
        : `${path}?${names[(place + index) % names.length]}=${value}`,
    )
    for (const url of urls) {
      const answer = await t.as(everybody).inject({ method: 'GET', url, headers: { accept: 'text/html' } })
      asked += 1
      assert.ok(answer.statusCode < 500, `${url}: ${answer.statusCode}`)
      assert.ok(!inside.test(answer.body) && !answer.body.includes('root:x:'), `${url} tells of the inside`)
      assert.match(String(answer.headers['content-security-policy']), /script-src 'self'/, url)
    }
  }
  assert.ok(asked > 300, `${asked} addresses`)
})

dbTest('an address that cannot be read is answered by a page in words, or by problem details', async (t) => {
  const page = await t.as(everybody).inject({ method: 'GET', url: '/chi-tieu/%', headers: { accept: 'text/html' } })
  assert.equal(page.statusCode, 400)
  assert.match(page.body, /<h1>Địa chỉ này không đọc được\.<\/h1>.*Hãy kiểm tra lại đường dẫn/s)
  const api = await t.as(everybody).get('/api/v1/indicators/%ff')
  assert.deepEqual([api.statusCode, api.json().code], [400, 'request.broken-address'])
})

dbTest('no path leads out of the assets', async (t) => {
  for (const path of [
    '/assets/../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/assets/....//package.json',
    '/..\\package.json',
  ]) {
    const answer = await t.visitor().get(path)
    assert.ok([303, 400, 404].includes(answer.statusCode), `${path}: ${answer.statusCode}`)
    assert.ok(!answer.body.includes('"tram-huong"') && !answer.body.includes('root:x:'), path)
  }
})

dbTest('no redirect leads to another site, and nothing typed becomes a header', async (t) => {
  const targets = [
    'https://example.org/',
    '//example.org',
    '/\\example.org',
    '/%0d%0aSet-Cookie:%20x=1',
    '/\r\nSet-Cookie: x=1',
    'javascript:alert(1)',
    '/\t/example.org',
  ]
  for (const target of targets) {
    const back = await t.visitor().submit('/hien-thi', { theme: 'dark', back: target })
    const signedIn = await t.visitor().signIn({ account: 'lanhdao', password: 'tram-huong-2026', tiep: target })
    const kept = await t.as(everybody).get(`/dang-nhap?tiep=${encodeURIComponent(target)}`)
    for (const answer of [back, signedIn, kept]) {
      const location = String(answer.headers.location)
      assert.ok(answer.statusCode === 303 && /^\/(?![/\\])[\x21-\x7e]*$/.test(location), `${target} → ${location}`)
      assert.ok(!JSON.stringify(answer.headers).includes('"x=1'), target)
    }
  }
})

dbTest('a page that does not exist tells nothing of the program, and keeps the headers', async (t) => {
  for (const accept of ['text/html', 'application/json']) {
    const answer = await t.as(everybody).inject({ method: 'GET', url: '/khong-co-trang-nay', headers: { accept } })
    assert.equal(answer.statusCode, 404)
    assert.ok(!inside.test(answer.body))
    assert.match(String(answer.headers['content-security-policy']), /script-src 'self'/)
    assert.equal(answer.headers['x-powered-by'], undefined)
    assert.equal(answer.headers.server, undefined)
  }
})

dbTest('a token opens what its scope names, and nothing else of what its account may', async (t) => {
  const { issueToken } = await import('#identity')
  const { token } = await issueToken(t.context(), { account: 'quantri', scopes: ['ledger:read'], label: 'thử' })
  const ask = (url: string) =>
    t
      .visitor()
      .inject({ method: 'GET', url, headers: { authorization: `Bearer ${token}`, accept: 'application/json' } })
  assert.ok([200, 403].includes((await ask('/api/v1/ledger/entries')).statusCode))
  let refused = 0
  for (const { path, access } of allRoutes().filter(({ method }) => method === 'GET')) {
    if (access === 'public' || access === 'signed-in' || access === 'ledger:read') continue
    const { statusCode } = await ask(path.replace(/:[A-Za-z]+/g, 'khong-co'))
    assert.equal(statusCode, 403, path)
    refused += 1
  }
  assert.ok(refused > 10)
})

cloneTest('cookies are out of reach of scripts and other sites, and Secure behind TLS', async (t) => {
  const signIn = async (headers: Record<string, string> = {}) => {
    const { cookies } = await signInOver(t.url, { account: 'lanhdao', password: 'tram-huong-2026' }, headers)
    return cookies.find((one) => one.startsWith('tram_session=')) ?? ''
  }
  assert.match(await signIn(), /^tram_session=[\w-]+; .*Path=\/; .*HttpOnly; SameSite=Lax$/)
  assert.match(await signIn({ 'x-forwarded-proto': 'https' }), /; Secure/)
  t.app.config.publicUrl = 'https://tram.example.vn'
  assert.match(await signIn(), /; Secure/, 'whether the proxy says so or not')
})

cloneTest('broken and hurried HTTP is refused, and the server goes on', async (t) => {
  const { hostname, port } = new URL(t.url)
  const long = { 'x-long': 'a'.repeat(64 * 1024) }
  const status = await new Promise<number>((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path: '/health/live', headers: long }, (answer) =>
      resolve(answer.statusCode ?? 0),
    )
    sent.on('error', reject)
    sent.end()
  })
  assert.equal(status, 431)
  assert.equal((await fetch(`${t.url}/health/live`)).status, 200)
})

dbTest('every form that changes something is refused from another site, by either header', async (t) => {
  // Those that answer other sites are named one by one in test/routes.test.ts.
  const changing = allRoutes().filter(({ method, foreignOrigins }) => method !== 'GET' && !foreignOrigins)
  for (const route of changing) {
    const url = route.path.replace(/:[A-Za-z]+/g, 'khong-co')
    const who = makeActor('ai-do', { [route.access]: 'all' }, 'H32')
    for (const headers of [{ origin: 'https://example.org' }, { origin: 'null' }, { 'sec-fetch-site': 'same-site' }]) {
      const answer = await t.as(who).inject({ method: route.method, url, headers })
      assert.equal(answer.statusCode, 403, `${route.method} ${url} with ${JSON.stringify(headers)}`)
    }
  }
  assert.equal(findRoute('/dang-nhap')?.access, 'public')
})
