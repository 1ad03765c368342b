/**
 * The provider as a program sees it that nobody here wrote: the certified client library openid-client, over HTTP, from discovery to
 * sign-out; and what an attacker would try in between.
 */
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { cloneTest } from '#test/harness'
import { revokeSessions } from '../actions/accounts.ts'
import { endGoneSignOns } from './logout.ts'
import {
  actionsIn,
  administrator,
  asForm,
  askAsHost,
  askFor,
  back,
  discover,
  exchange,
  listenForLogout,
  openBrowser,
  password,
  refused,
  register,
  signInAs,
  until,
  userInfo,
} from './relying-party.ts'

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
  assert.match(first.body, /Tên đăng nhập/, 'the platform’s own sign-in page')
  assert.match(
    String(first.answer?.headers.get('content-security-policy')),
    new RegExp(`form-action 'self' ${app.url};`),
  )
  const consent = await signInAs(browser, 'lanhdao', first.url.href)
  assert.match(consent.body, /Ứng dụng sẽ biết/)
  assert.match(String(consent.answer?.headers.get('content-security-policy')), /frame-ancestors 'none'/)
  const led = await browser.post(`${consent.url.pathname}/dong-y`, {})
  assert.equal(led.url.origin + led.url.pathname, appBack)
  const tokens = await exchange(config, led.url, asked)
  const claims = tokens.claims()
  assert.ok(claims)
  assert.match(claims.sub, /^[0-9a-f-]{36}$/, 'a name of its own, not that of the account')
  assert.equal(claims.acr, 'password')
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
  await signInAs(browser, 'lanhdao', '/dang-nhap')
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
  // An application learns no more than it is registered for.
  await register(t, { kind: 'public', id: 'chi-dinh-danh', trusted: true, personScopes: [] })
  const narrow = await discover(t, 'chi-dinh-danh', client.None())
  const curious = await browser.follow((await askFor(narrow)).url.href)
  assert.equal(curious.url.searchParams.get('error'), 'invalid_scope')
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
  for (const token of [next.access_token, next.refresh_token, browser.cookies.get('tram_provider')?.split('\n')[0]])
    assert.ok(token && !text.includes(token))

  // Who it is comes from the settings, not from the request.
  const discovered = await askAsHost(`${t.url}/oidc/.well-known/openid-configuration`, 'xau.vidu.invalid')
  assert.ok(!discovered.includes('xau.vidu.invalid') && discovered.includes(`"issuer":"${t.url}/oidc"`))

  // A pending sign-in belongs to the browser that began it, and its posts to this site.
  const login = await askFor(config, { prompt: 'login' })
  const proof = await browser.follow(login.url.href)
  assert.match(proof.body, /Xác nhận thêm một bước/)
  const stranger = openBrowser(t)
  await signInAs(stranger, 'phantich', '/dang-nhap')
  assert.equal((await stranger.follow(proof.url.href)).answer?.status, 404)
  const foreign = {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams({ password }),
  }
  assert.equal((await browser.ask(`${proof.url.href}/xac-nhan`, foreign)).status, 403)
  assert.equal(
    (await browser.post(`${proof.url.pathname}/xac-nhan`, { cach: 'mat-khau', password: 'sai' })).answer?.status,
    422,
  )
  const proved = await browser.post(`${proof.url.pathname}/xac-nhan`, { cach: 'mat-khau', password })
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
  await revokeSessions(t.context(administrator), 'phantich')
  await endGoneSignOns(t.context())
  const [left] = await t.sql<{ count: number }[]>`
    select count(*)::int as count from identity.provider_artifact where model in ('RefreshToken', 'AccessToken', 'Grant')`
  assert.equal(left?.count, 0)

  const deeds = await actionsIn(t, 'client:trang-cong-khai')
  for (const deed of ['sign-on.refused', 'sign-on.revoked', 'sign-on.opened']) assert.ok(deeds.includes(deed), deed)
})
