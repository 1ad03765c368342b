import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { createContext, systemActor } from '#platform/context'
import { cloneTest } from '#test/harness'
import { createAccount, giveRole, setAccountDisabled } from '../actions/accounts.ts'
import { renewSecret, setClientDisabled } from './clients.ts'
import { rotateKeys } from './keys.ts'
import {
  actionsIn,
  administrator,
  asForm,
  discover,
  makeKeys,
  refused,
  register,
  unsignedAssertion,
} from './relying-party.ts'

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
  assert.ok(slowed > 2, String(slowed))
  const beside = await asForm(t, '/token', { client_id: 'truc-lgsp', client_secret: 'x' })
  assert.equal(beside.status, 401, 'another client of the same address is not shut out')

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
