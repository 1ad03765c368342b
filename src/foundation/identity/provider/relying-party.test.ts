/**
 * The provider as a program sees it that nobody here wrote: the certified client library openid-client, over HTTP, from discovery to
 * sign-out; and what an attacker would try in between.
 */
import assert from 'node:assert/strict'
import { randomUUID, webcrypto } from 'node:crypto'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as client from 'openid-client'
import { createContext, systemActor } from '#platform/context'
import { type CloneTest, cloneTest, makeActor } from '#test/harness'
import { createAccount, giveRole, revokeSessions, setAccountDisabled } from '../actions/accounts.ts'
import { registerClient, renewSecret, setClientDisabled } from './clients.ts'
import { rotateKeys } from './keys.ts'
import { endGoneSignOns } from './logout.ts'
import { NewClient } from './model.ts'

const administrator = makeActor('quantri', { 'account:manage': 'all' }, 'H32')
const password = 'tram-huong-2026'
const back = 'http://127.0.0.1:9911/ve'

async function register(t: CloneTest, wanted: Record<string, unknown>): Promise<string> {
  const base = {
    name: `Ứng dụng ${wanted.id}`,
    organisation: 'H32',
    redirectUris: back,
    personScopes: ['profile', 'organisation'],
  }
  const { secret } = await registerClient(t.context(administrator), NewClient.parse({ ...base, ...wanted }))
  return secret ?? ''
}

/** A browser that keeps cookies and goes where it is led, as far as this site. */
function openBrowser(t: CloneTest, cookies = new Map<string, string>()) {
  const ask = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { pathname } = new URL(url)
    const sent = [...cookies].filter(([, value]) => pathname.startsWith(value.split('\n')[1] ?? '/'))
    const cookie = sent.map(([name, value]) => `${name}=${value.split('\n')[0]}`).join('; ')
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...init.headers, cookie },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? '/'
      if (value === '' || /expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, `${value}\n${path}`)
    }
    return answer
  }
  const follow = async (url: string, init?: RequestInit): Promise<{ url: URL; answer?: Response; body: string }> => {
    let at = new URL(url)
    let answer = await ask(at.href, init)
    for (let hop = 0; hop < 12; hop += 1) {
      const to = answer.headers.get('location')
      if (!to) return { url: at, answer, body: await answer.text() }
      at = new URL(to, at)
      if (at.origin !== t.url) return { url: at, body: '' }
      answer = await ask(at.href)
    }
    throw new Error(`led in circles: ${at.href}`)
  }
  return {
    cookies,
    ask,
    follow,
    post: (path: string, fields: Record<string, string>) =>
      follow(new URL(path, t.url).href, { method: 'POST', body: new URLSearchParams(fields) }),
  }
}
type Browser = ReturnType<typeof openBrowser>

const signInAs = (browser: Browser, account: string, returnTo: string) =>
  browser.post('/dang-nhap', { account, password, tiep: returnTo })

interface Asked {
  url: URL
  verifier: string
  state: string
  nonce: string
}

async function askFor(config: client.Configuration, more: Record<string, string> = {}): Promise<Asked> {
  const verifier = client.randomPKCECodeVerifier()
  const [state, nonce] = [client.randomState(), client.randomNonce()]
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: back,
    scope: 'openid profile organisation',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  })
  return { url, verifier, state, nonce }
}

const discover = (t: CloneTest, id: string, proof: client.ClientAuth, alg = 'ES256') =>
  client.discovery(new URL(`${t.url}/oidc`), id, { id_token_signed_response_alg: alg }, proof, {
    execute: [client.allowInsecureRequests],
  })

const exchange = (config: client.Configuration, at: URL, { verifier, state, nonce }: Asked) =>
  client.authorizationCodeGrant(config, at, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce })

/** What the token endpoint refuses, by its code. */
async function refused(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    return (error as { error?: string; cause?: { error?: string } }).error ?? String(error)
  }
  return 'not refused'
}

const actionsIn = async (t: CloneTest, subject: string) =>
  (await t.sql<{ action: string }[]>`select action from ledger.entry where subject = ${subject} order by at`).map(
    ({ action }) => action,
  )

const userInfo = (config: client.Configuration, token: string, sub: string) => client.fetchUserInfo(config, token, sub)

const asForm = (t: CloneTest, path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${t.url}${path}`, { method: 'POST', body: new URLSearchParams(fields), headers })

/** A request that says it was sent to another host. */
function askAsHost(url: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      host,
      'x-forwarded-host': host,
      'x-forwarded-proto': 'https',
      forwarded: `host=${host};proto=https`,
    }
    const asking = request(url, { headers, agent: false }, async (answer) => {
      let text = ''
      for await (const piece of answer) text += piece
      resolve(text)
    })
    asking.on('error', reject).end()
  })
}

/** An application's server that is told of sign-outs. */
async function listenForLogout(): Promise<{ server: Server; url: string; tokens: string[] }> {
  const tokens: string[] = []
  const server = createServer(async (asked, response) => {
    let text = ''
    for await (const piece of asked) text += piece
    tokens.push(new URLSearchParams(text).get('logout_token') ?? '')
    response.writeHead(200).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, tokens, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

const bodyOfAssertion = (id: string, aud: string) => {
  const now = Math.floor(Date.now() / 1000)
  return { iss: id, sub: id, aud, jti: randomUUID(), iat: now, exp: now + 60 }
}

const unsignedAssertion = (id: string, aud: string) => `${encode({ alg: 'none' })}.${encode(bodyOfAssertion(id, aud))}.`

/** A machine's own pair of keys. */
async function makeKeys() {
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  return {
    privateKey,
    jwks: { keys: [await webcrypto.subtle.exportKey('jwk', publicKey)] },
    async assertion(id: string, aud: string) {
      const text = `${encode({ alg: 'ES256' })}.${encode(bodyOfAssertion(id, aud))}`
      const signature = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, Buffer.from(text))
      return `${text}.${Buffer.from(signature).toString('base64url')}`
    },
  }
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('waited in vain')
}

cloneTest('an application that nobody here wrote signs people in, refreshes, and signs them out', async (t) => {
  t.app.config.publicUrl = t.url
  const app = await listenForLogout()
  app.server.unref()
  const appBack = `${app.url}/ve`
  const secret = await register(t, {
    kind: 'confidential',
    id: 'kho-ho-so',
    redirectUris: appBack,
    postLogoutUris: `${app.url}/tam-biet`,
    backchannelUri: `${app.url}/bao`,
  })
  const config = await discover(t, 'kho-ho-so', client.ClientSecretBasic(secret))
  const metadata = config.serverMetadata()
  assert.deepEqual(metadata.code_challenge_methods_supported, ['S256'])
  assert.deepEqual(metadata.response_types_supported, ['code'])
  assert.ok(metadata.id_token_signing_alg_values_supported?.includes('RS256'))
  assert.ok(!JSON.stringify(metadata).includes('HS256') && !JSON.stringify(metadata).includes('"none","'))

  const browser = openBrowser(t)
  const asked = await askFor(config, { redirect_uri: appBack })
  const first = await browser.follow(asked.url.href)
  assert.equal(first.url.pathname, '/dang-nhap', 'the platform’s own sign-in page')
  assert.match(
    String(first.answer?.headers.get('content-security-policy')),
    new RegExp(`form-action 'self' ${app.url};`),
  )
  const consent = await signInAs(browser, 'lanhdao', first.url.searchParams.get('tiep') ?? '')
  assert.match(consent.body, /Ứng dụng sẽ biết/)
  assert.match(String(consent.answer?.headers.get('content-security-policy')), /frame-ancestors 'none'/)
  const led = await browser.post(`${consent.url.pathname}/dong-y`, {})
  assert.equal(led.url.origin + led.url.pathname, appBack)
  const tokens = await exchange(config, led.url, asked)
  const claims = tokens.claims()
  assert.ok(claims)
  assert.match(claims.sub, /^[0-9a-f-]{36}$/, 'a name of its own, not that of the account')
  assert.equal(claims.acr, 'urn:tram-huong:acr:password')
  assert.deepEqual(claims.amr, ['pwd'])
  const person = await userInfo(config, tokens.access_token, claims.sub)
  assert.equal(person.account, 'lanhdao')
  assert.equal(typeof person.organisation, 'string')
  assert.ok(Array.isArray(person.roles) && person.roles.length > 0)
  assert.equal(
    (await fetch(`${t.url}/api/v1/account`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status,
    401,
    'a token about a person opens no API',
  )

  // Who is signed in, and has agreed, is not asked again.
  const again = await askFor(config, { redirect_uri: appBack })
  const silent = await browser.follow(again.url.href)
  assert.equal(silent.url.origin + silent.url.pathname, appBack)
  assert.equal((await exchange(config, silent.url, again)).claims()?.sub, claims.sub)

  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  assert.notEqual(fresh.refresh_token, tokens.refresh_token)
  assert.equal((await client.tokenIntrospection(config, fresh.access_token)).active, true)

  const leave = client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: `${app.url}/tam-biet`,
    id_token_hint: fresh.id_token ?? '',
    state: 'ra-ve',
  })
  const question = await browser.follow(leave.href)
  assert.match(question.body, /Đăng xuất khỏi mọi ứng dụng/)
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(question.body)?.[1] ?? ''
  assert.notEqual(
    (await browser.post('/oidc/session/end/confirm', { xsrf: 'doan', logout: 'yes' })).url.origin,
    app.url,
  )
  const left = await browser.post('/oidc/session/end/confirm', { xsrf, logout: 'yes' })
  assert.equal(left.url.href, `${app.url}/tam-biet?state=ra-ve`)
  assert.equal(
    (await browser.ask(`${t.url}/api/v1/account`, { headers: { accept: 'application/json' } })).status,
    401,
    'out at the platform too',
  )
  assert.equal(await refused(client.refreshTokenGrant(config, fresh.refresh_token ?? '')), 'invalid_grant')
  await until(() => app.tokens.length > 0)
  const told = JSON.parse(Buffer.from(app.tokens[0]?.split('.')[1] ?? '', 'base64url').toString())
  assert.equal(told.sub, claims.sub)
  assert.equal(told.aud, 'kho-ho-so')
  assert.ok('http://schemas.openid.net/event/backchannel-logout' in told.events && !('nonce' in told))
  const deeds = await actionsIn(t, 'client:kho-ho-so')
  for (const deed of ['client.created', 'sign-on.agreed', 'sign-on.opened', 'sign-on.closed'])
    assert.ok(deeds.includes(deed), deed)
})

cloneTest('what an attacker tries at the provider is refused, ends what was stolen, and is written down', async (t) => {
  t.app.config.publicUrl = t.url
  await register(t, { kind: 'public', id: 'trang-cong-khai', trusted: true, signingAlg: 'RS256' })
  const config = await discover(t, 'trang-cong-khai', client.None(), 'RS256')
  const browser = openBrowser(t)
  await signInAs(browser, 'lanhdao', '/')
  const codeFor = async (more: Record<string, string> = {}) => {
    const asked = await askFor(config, more)
    return { asked, at: (await browser.follow(asked.url.href)).url }
  }

  // A return address is compared letter by letter, and a wrong one gets nothing, not even the error.
  for (const wrong of [
    `${back}/`,
    `${back}?a=1`,
    'http://127.0.0.1:9912/ve',
    'https://xau.vidu.invalid/ve',
    back.toUpperCase(),
  ]) {
    const asked = await askFor(config, { redirect_uri: wrong })
    const { url, answer, body } = await browser.follow(asked.url.href)
    assert.equal(url.origin, t.url, wrong)
    assert.equal(answer?.status, 400)
    assert.match(body, /invalid_redirect_uri/)
  }

  // PKCE: neither left out, nor plain, nor with another's verifier, nor without one.
  for (const wrong of [
    { code_challenge: '' },
    { code_challenge_method: 'plain' },
    { code_challenge_method: '' },
  ] as Record<string, string>[]) {
    const { url } = await askFor(config, wrong)
    for (const [name, value] of Object.entries(wrong)) if (value === '') url.searchParams.delete(name)
    if (wrong.code_challenge === '') url.searchParams.delete('code_challenge_method')
    const led = await browser.follow(url.href)
    assert.equal(led.url.searchParams.get('error'), 'invalid_request', JSON.stringify(wrong))
    assert.equal(led.url.searchParams.get('code'), null)
  }
  for (const response_type of ['token', 'id_token', 'code id_token'])
    assert.equal(
      (await browser.follow((await askFor(config, { response_type })).url.href)).url.searchParams.get('code'),
      null,
    )
  const mixed = await codeFor()
  assert.equal(
    await refused(exchange(config, mixed.at, { ...mixed.asked, verifier: client.randomPKCECodeVerifier() })),
    'invalid_grant',
  )
  const bare = { grant_type: 'authorization_code', client_id: 'trang-cong-khai', redirect_uri: back }
  const downgraded = await codeFor()
  const withoutVerifier = await asForm(t, '/oidc/token', {
    ...bare,
    code: downgraded.at.searchParams.get('code') ?? '',
  })
  assert.equal(((await withoutVerifier.json()) as { error: string }).error, 'invalid_grant')

  // A code works once; the second time ends what the first one gave. Of two at once one gets nothing.
  const once = await codeFor()
  const tokens = await exchange(config, once.at, once.asked)
  const sub = tokens.claims()?.sub ?? ''
  assert.equal((await userInfo(config, tokens.access_token, sub)).sub, sub)
  assert.equal(await refused(exchange(config, once.at, once.asked)), 'invalid_grant')
  assert.notEqual(await refused(userInfo(config, tokens.access_token, sub)), 'not refused')
  assert.equal(await refused(client.refreshTokenGrant(config, tokens.refresh_token ?? '')), 'invalid_grant')
  const raced = await codeFor()
  const both = await Promise.all([1, 2].map(() => refused(exchange(config, raced.at, raced.asked))))
  assert.ok(both.includes('invalid_grant'), both.join())

  // A refresh token that was exchanged already betrays a thief: the whole family ends.
  const family = await codeFor()
  const stolen = await exchange(config, family.at, family.asked)
  const next = await client.refreshTokenGrant(config, stolen.refresh_token ?? '')
  assert.equal(await refused(client.refreshTokenGrant(config, stolen.refresh_token ?? '')), 'invalid_grant')
  assert.equal(await refused(client.refreshTokenGrant(config, next.refresh_token ?? '')), 'invalid_grant')

  // What the database holds is no token.
  const [{ text = '' } = {}] = await t.sql<{ text: string }[]>`
    select string_agg(a::text, ' ') as text from identity.provider_artifact a`
  for (const token of [next.access_token, next.refresh_token, browser.cookies.get('tram_oidc')?.split('\n')[0]])
    assert.ok(token && !text.includes(token))

  // Who it is comes from the settings, not from the request.
  const discovered = await askAsHost(`${t.url}/oidc/.well-known/openid-configuration`, 'xau.vidu.invalid')
  assert.ok(!discovered.includes('xau.vidu.invalid') && discovered.includes(`"issuer":"${t.url}/oidc"`))

  // A pending sign-in belongs to the browser that began it, and its posts to this site.
  const login = await askFor(config, { prompt: 'login' })
  const proof = await browser.follow(login.url.href)
  assert.match(proof.body, /Xác nhận mật khẩu/)
  const stranger = openBrowser(t)
  await signInAs(stranger, 'phantich', '/')
  assert.equal((await stranger.follow(proof.url.href)).answer?.status, 404)
  const foreign = {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams({ password }),
  }
  assert.equal((await browser.ask(`${proof.url.href}/mat-khau`, foreign)).status, 403)
  assert.equal((await browser.post(`${proof.url.pathname}/mat-khau`, { password: 'sai' })).answer?.status, 422)
  const proved = await browser.post(`${proof.url.pathname}/mat-khau`, { password })
  assert.ok(((await exchange(config, proved.url, login)).claims()?.auth_time ?? 0) > Date.now() / 1000 - 60)

  // Signing out at the platform, by whatever way, ends what applications hold.
  const held = await codeFor()
  const live = await exchange(config, held.at, held.asked)
  await revokeSessions(t.context(administrator), 'lanhdao')
  assert.notEqual(await refused(userInfo(config, live.access_token, sub)), 'not refused')
  assert.equal(await refused(client.refreshTokenGrant(config, live.refresh_token ?? '')), 'invalid_grant')
  assert.equal(
    (await browser.follow((await askFor(config, { prompt: 'none' })).url.href)).url.searchParams.get('error'),
    'login_required',
  )
  await endGoneSignOns(t.context())
  const [left] = await t.sql<{ count: number }[]>`
    select count(*)::int as count from identity.provider_artifact where model in ('RefreshToken', 'AccessToken', 'Grant')`
  assert.equal(left?.count, 0)

  const deeds = await actionsIn(t, 'client:trang-cong-khai')
  for (const deed of ['sign-on.refused', 'sign-on.revoked', 'sign-on.opened']) assert.ok(deeds.includes(deed), deed)
})

cloneTest('machines get short-lived tokens that do what both their scopes and their account may do', async (t) => {
  t.app.config.publicUrl = t.url
  const ctx = t.context(administrator)
  await createAccount(ctx, { name: 'may-lgsp', personName: 'Trục LGSP', organisation: 'H32', machine: true })
  await giveRole(ctx, 'may-lgsp', { role: 'administrator', organisation: 'H32' })
  const keys = await makeKeys()
  await register(t, {
    kind: 'machine',
    id: 'truc-lgsp',
    account: 'may-lgsp',
    scopes: 'account:manage calendar:edit',
    jwks: JSON.stringify(keys.jwks),
  })
  const config = await discover(t, 'truc-lgsp', client.PrivateKeyJwt(keys.privateKey))
  const whoAmI = async (token: string) => {
    const answer = await fetch(`${t.url}/api/v1/account`, { headers: { authorization: `Bearer ${token}` } })
    return answer.status === 200
      ? ((await answer.json()) as { account: string; permissions: { permission: string }[] })
      : answer.status
  }
  const all = await client.clientCredentialsGrant(config)
  assert.equal(all.scope, 'account:manage calendar:edit')
  assert.equal(all.expires_in, 600)
  const narrow = await client.clientCredentialsGrant(config, { scope: 'account:manage' })
  const seen = await whoAmI(narrow.access_token)
  assert.ok(typeof seen === 'object')
  assert.equal(seen.account, 'may-lgsp')
  assert.deepEqual(
    seen.permissions.map(({ permission }) => permission),
    ['account:manage'],
  )
  assert.equal(await refused(client.clientCredentialsGrant(config, { scope: 'ledger:read' })), 'invalid_scope')
  assert.equal(
    await refused(client.clientCredentialsGrant(config, { resource: 'https://xau.vidu.invalid/' })),
    'invalid_target',
  )

  // Assertions: another's key, a public key taken for a secret (HS256), no signature, and the same one twice.
  const other = await makeKeys()
  const strangers = await discover(t, 'truc-lgsp', client.PrivateKeyJwt(other.privateKey))
  assert.equal(await refused(client.clientCredentialsGrant(strangers)), 'invalid_client')
  const confused = await discover(t, 'truc-lgsp', client.ClientSecretJwt(JSON.stringify(keys.jwks.keys[0])))
  assert.equal(await refused(client.clientCredentialsGrant(confused)), 'invalid_client')
  const assertion = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const unsigned = unsignedAssertion('truc-lgsp', `${t.url}/oidc`)
  const grant = { grant_type: 'client_credentials', client_assertion_type: assertion }
  assert.equal((await asForm(t, '/oidc/token', { ...grant, client_assertion: unsigned })).status, 401)
  const signed = await keys.assertion('truc-lgsp', `${t.url}/oidc`)
  const twice = await Promise.all(
    [1, 2].map(() => asForm(t, '/token', { client_assertion_type: assertion, client_assertion: signed })),
  )
  assert.deepEqual(twice.map(({ status }) => status).sort(), [200, 401])

  // The shape that gateways of provinces expect.
  const secret = await register(t, {
    kind: 'machine',
    id: 'cong-dvc',
    account: 'may-lgsp',
    scopes: 'account:manage',
    redirectUris: undefined,
  })
  const plain = { client_id: 'cong-dvc', client_secret: secret }
  const answer = await asForm(t, '/token', plain)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const given = (await answer.json()) as { access_token: string; token_type: string; expires_in: number }
  assert.deepEqual([given.token_type, given.expires_in], ['Bearer', 600])
  assert.equal(typeof (await whoAmI(given.access_token)), 'object')
  const asJson = await fetch(`${t.url}/token`, {
    method: 'POST',
    body: JSON.stringify(plain),
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(asJson.status, 200)
  assert.equal(
    (await fetch(`${t.url}/token`, { method: 'POST', body: '[1]', headers: { 'content-type': 'application/json' } }))
      .status,
    422,
  )
  assert.equal((await asForm(t, '/token', { ...plain, client_secret: 'sai' })).status, 401)

  // A new secret, a shut client and a shut account end what was handed out.
  await renewSecret(ctx, 'cong-dvc')
  assert.equal(await whoAmI(given.access_token), 401)
  assert.equal((await asForm(t, '/token', plain)).status, 401)
  await setClientDisabled(ctx, 'truc-lgsp', true)
  assert.equal(await whoAmI(narrow.access_token), 401)
  assert.equal(await refused(client.clientCredentialsGrant(config)), 'invalid_client')
  await setClientDisabled(ctx, 'truc-lgsp', false)
  const last = await client.clientCredentialsGrant(config)
  assert.equal(typeof (await whoAmI(last.access_token)), 'object')
  await client.tokenRevocation(config, last.access_token)
  assert.equal(await whoAmI(last.access_token), 401)
  const held = await client.clientCredentialsGrant(config)
  await setAccountDisabled(ctx, 'may-lgsp', true)
  assert.equal(await whoAmI(held.access_token), 401)

  // Guessing is slowed down, for the one who guesses.
  let slowed = 0
  for (let guess = 0; guess < 40 && !slowed; guess += 1)
    if ((await asForm(t, '/token', { ...plain, client_secret: `doan-${guess}` })).status === 429) slowed = guess
  assert.ok(slowed > 10, String(slowed))

  // Keys turn without anybody noticing: what the old one signed is still believed.
  const jwks = async () =>
    ((await (await fetch(`${t.url}/oidc/jwks`)).json()) as { keys: Record<string, string>[] }).keys
  const before = await jwks()
  assert.ok(before.every((key) => !('d' in key) && !('p' in key)) && before.length === 2)
  const later = (days: number) =>
    createContext(t.app.workshop, { actor: systemActor, now: new Date(Date.now() + days * 24 * 3600_000) })
  await t.sql`update identity.signing_key set signs_from = signs_from - interval '88 days'`
  await rotateKeys(t.context())
  const during = await jwks()
  assert.equal(during.length, 4)
  assert.ok(before.every(({ kid }) => during.some((key) => key.kid === kid)))
  assert.deepEqual([during[0]?.kid, during[2]?.kid], [before[0]?.kid, before[1]?.kid], 'the old ones still sign')
  await rotateKeys(later(2 + 9))
  const gone = await jwks()
  assert.ok(gone.every(({ kid }) => !before.some((key) => key.kid === kid)))
  const deeds = [...(await actionsIn(t, 'client:truc-lgsp')), ...(await actionsIn(t, 'client:cong-dvc'))]
  for (const deed of [
    'machine-token.issued',
    'machine-token.refused',
    'client.secret-renewed',
    'client.disabled',
    'client.enabled',
  ])
    assert.ok(deeds.includes(deed), deed)
})
