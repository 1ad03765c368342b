import assert from 'node:assert/strict'
import { createHash, randomUUID, verify, X509Certificate } from 'node:crypto'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { testConfig } from '#test/settings'
import { makeAuthority, makeFolder, makeToken, noTokens, startHelper } from '#test/tokens'
import { type HelperWish, platformKey, sealWish } from '../src/foundation/signing/means/platform-key.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const json = { 'content-type': 'application/json' }

interface Asked {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** As a browser would, with headers that `fetch` does not let one set. */
function ask(url: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  return new Promise<Asked>((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options
    const asked = request(url, { method, headers }, (answer) => {
      let text = ''
      answer.on('data', (piece) => {
        text += piece
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const config = testConfig({ varDir: await makeFolder() })

/** The platform as the helper knows it: an address that gives its key. */
async function startPlatform() {
  const key = await platformKey(config)
  const server = createServer((_, response) => response.end(JSON.stringify({ key })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

test('the helper signs on a token what the platform asked for and the signer consented to, each document once', {
  skip: noTokens,
  timeout: 120_000,
}, async () => {
  const folder = await makeFolder()
  const authority = await makeAuthority(folder)
  const person = await authority.issue('person', '/C=VN/CN=Nguyễn Văn Mẫu')
  const ec = await authority.issue('ec', '/C=VN/CN=Trần Thị Mẫu', { kind: 'ec' })
  const token = await makeToken(folder, 'USB thử', [
    { id: 'a1', ...person },
    { id: 'b2', ...ec },
  ])
  const platform = await startPlatform()
  const helper = await startHelper(
    ['--platform', platform.origin, '--module', token.module, '--tool', token.tool],
    token.environment,
  )
  const { host } = new URL(helper)
  const from = { origin: platform.origin }
  const post = (path: string, value: unknown) =>
    ask(`${helper}${path}`, { method: 'POST', headers: { ...json, ...from }, body: JSON.stringify(value) })
  const now = new Date()
  const seal = (wish: HelperWish, more: { origin?: string; now?: Date; jti?: string } = {}) =>
    sealWish(config, wish, { origin: platform.origin, now, ...more })

  // Only the platform's own pages, under the helper's own name.
  const stranger = await ask(`${helper}/certificates`, { headers: { origin: 'https://xa.invalid' } })
  assert.equal(stranger.status, 403)
  assert.equal(stranger.headers['access-control-allow-origin'], undefined)
  assert.equal((await ask(`${helper}/certificates`)).status, 403, 'no origin at all')
  const rebound = await ask(`${helper}/certificates`, { headers: { ...from, host: 'xa.invalid' } })
  assert.equal(rebound.status, 421, 'another name that leads to this machine')
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-private-network': 'true' }
  const asked = await ask(`${helper}/consents`, { method: 'OPTIONS', headers: { ...from, ...preflight } })
  assert.equal(asked.headers['access-control-allow-private-network'], 'true')
  const foreign = { origin: 'https://xa.invalid', ...preflight }
  const refused = await ask(`${helper}/consents`, { method: 'OPTIONS', headers: foreign })
  assert.equal(refused.headers['access-control-allow-private-network'], undefined)

  const list = await ask(`${helper}/certificates`, { headers: from })
  const { certificates } = JSON.parse(list.body)
  assert.deepEqual(
    certificates.map(({ algorithm }: { algorithm: string }) => algorithm).toSorted(),
    ['ecdsa-p256-sha256', 'rsa-pkcs1-sha256'],
    list.body,
  )
  const documents = [
    { title: 'Tờ trình <số 1>', sha256: sha256('1') },
    { title: 'Công văn số 2', sha256: sha256('2') },
  ]
  for (const { fingerprint, chain } of certificates) {
    const consent = randomUUID()
    const wish = { kind: 'consent', account: 'lanhdao', certificate: fingerprint, documents } as const
    const wishToken = await seal(wish, { jti: consent })
    const [head, body, signature] = wishToken.split('.')
    const forged = `${head}.${Buffer.from(JSON.stringify({ ...wish, documents: [] })).toString('base64url')}.${signature}`
    assert.equal((await post('/consents', { token: forged })).status, 403, body)
    assert.equal((await post('/consents', { token: await seal(wish, { origin: 'https://xa.invalid' }) })).status, 403)
    const old = new Date(now.getTime() - 3_600_000)
    assert.equal((await post('/consents', { token: await seal(wish, { now: old }) })).status, 403)
    const opened = await post('/consents', { token: wishToken })
    assert.equal(opened.status, 200, opened.body)
    assert.equal((await post('/consents', { token: wishToken })).status, 409, 'a wish counts once')
    const { url } = JSON.parse(opened.body)
    const items = documents.map(({ sha256: document }) => ({ sha256: document, digest: sha256(`signed ${document}`) }))
    const early = await post('/signatures', { token: await seal({ kind: 'signatures', consent, items }) })
    assert.equal(early.status, 403, 'nothing is signed before the signer has consented')

    const window = await ask(url)
    assert.match(window.body, /Tờ trình &#60;số 1&#62;/)
    assert.match(window.body, new RegExp(sha256('2')))
    assert.match(String(window.headers['content-security-policy']), /frame-ancestors 'none'/)
    assert.equal(window.headers['access-control-allow-origin'], undefined)
    assert.equal((await ask(url.replace(/key=.*/, 'key=0'))).status, 404)
    const form = /name="form" value="(\w+)"/.exec(window.body)?.[1] ?? ''
    const send = (fields: Record<string, string>, origin: string) =>
      ask(url, { method: 'POST', headers: { origin }, body: new URLSearchParams(fields).toString() })
    const own = `http://${host}`
    const good = { form, pin: token.pin, answer: 'sign' }
    assert.equal((await send(good, platform.origin)).status, 403, 'a page cannot consent in the place of the signer')
    assert.equal((await send({ ...good, form: 'x' }, own)).status, 403)
    assert.match((await send({ ...good, pin: '111111' }, own)).body, /Mã PIN không đúng/)
    assert.match((await send(good, own)).body, /Đã xác nhận/)

    const foreignDocument = [{ sha256: sha256('3'), digest: sha256('x') }]
    const other = await post('/signatures', {
      token: await seal({ kind: 'signatures', consent, items: foreignDocument }),
    })
    assert.equal(other.status, 403, 'what the signer has not seen is not signed')
    const [first, second] = items
    assert.ok(first && second)
    const signed = await post('/signatures', { token: await seal({ kind: 'signatures', consent, items: [first] }) })
    assert.equal(signed.status, 200, signed.body)
    const again = await post('/signatures', { token: await seal({ kind: 'signatures', consent, items: [first] }) })
    assert.equal(again.status, 403, 'and each document once')
    const { signatures } = JSON.parse(signed.body)
    const certificate = new X509Certificate(Buffer.from(chain[0], 'base64'))
    const isRight = verify(
      'sha256',
      Buffer.from(`signed ${first.sha256}`),
      certificate.publicKey,
      Buffer.from(signatures[0].signature, 'base64'),
    )
    assert.ok(isRight, 'OpenSSL verifies the signature with the key of the certificate')
    await post('/signatures', { token: await seal({ kind: 'signatures', consent, items: [second] }) })
    const ended = await ask(`${helper}/consents/${consent}`, { headers: from })
    assert.deepEqual(JSON.parse(ended.body), { state: 'done', left: 0 })
  }

  const consent = randomUUID()
  const wish = { kind: 'consent', account: 'lanhdao', certificate: certificates[0].fingerprint, documents } as const
  const { url } = JSON.parse((await post('/consents', { token: await seal(wish, { jti: consent }) })).body)
  const form = /name="form" value="(\w+)"/.exec((await ask(url)).body)?.[1] ?? ''
  const no = new URLSearchParams({ form, answer: 'refuse' }).toString()
  await ask(url, { method: 'POST', headers: { origin: `http://${host}` }, body: no })
  const items = documents.map(({ sha256: document }) => ({ sha256: document, digest: sha256('x') }))
  assert.equal((await post('/signatures', { token: await seal({ kind: 'signatures', consent, items }) })).status, 403)
  platform.close()
})
