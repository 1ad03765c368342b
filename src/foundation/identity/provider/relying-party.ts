/** What the tests of the provider ask with: a browser that keeps cookies, and the certified client library openid-client, over HTTP. */
import { randomUUID, webcrypto } from 'node:crypto'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as client from 'openid-client'
import { type CloneTest, makeActor } from '#test/harness'
import { registerClient } from './clients.ts'
import { NewClient } from './model.ts'

export const administrator = makeActor('quantri', { 'account:manage': 'all' }, 'H32')
export const password = 'tram-huong-2026'
export const back = 'http://127.0.0.1:9911/ve'

export async function register(t: CloneTest, wanted: Record<string, unknown>): Promise<string> {
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
export function openBrowser(t: CloneTest, cookies = new Map<string, string>()) {
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
    follow: (path: string, init?: RequestInit) => follow(new URL(path, t.url).href, init),
    post: (path: string, fields: Record<string, string>) =>
      follow(new URL(path, t.url).href, { method: 'POST', body: new URLSearchParams(fields) }),
  }
}
type Browser = ReturnType<typeof openBrowser>

/** From wherever the browser is led to the sign-in page. */
export async function signInAs(browser: Browser, account: string, from: string) {
  const { body, url } = await browser.follow(from)
  const action = /action="([^"]+\/dang-nhap)"/.exec(body)?.[1]
  if (!action) throw new Error(`no sign-in page at ${url.href}: ${body.slice(0, 200)}`)
  return browser.post(action, { account, password })
}

interface Asked {
  url: URL
  verifier: string
  state: string
  nonce: string
}

export async function askFor(config: client.Configuration, more: Record<string, string> = {}): Promise<Asked> {
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

export const discover = (t: CloneTest, id: string, proof: client.ClientAuth, alg = 'ES256') =>
  client.discovery(new URL(`${t.url}/oidc`), id, { id_token_signed_response_alg: alg }, proof, {
    execute: [client.allowInsecureRequests],
  })

export const exchange = (config: client.Configuration, at: URL, { verifier, state, nonce }: Asked) =>
  client.authorizationCodeGrant(config, at, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce })

/** What the token endpoint refuses, by its code. */
export async function refused(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    return (error as { error?: string; cause?: { error?: string } }).error ?? String(error)
  }
  return 'not refused'
}

export const actionsIn = async (t: CloneTest, subject: string) =>
  (await t.sql<{ action: string }[]>`select action from ledger.entry where subject = ${subject} order by at`).map(
    ({ action }) => action,
  )

export const userInfo = (config: client.Configuration, token: string, sub: string) =>
  client.fetchUserInfo(config, token, sub)

export const asForm = (
  t: CloneTest,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) => fetch(`${t.url}${path}`, { method: 'POST', body: new URLSearchParams(fields), headers })

/** A request that says it was sent to another host. */
export function askAsHost(url: string, host: string): Promise<string> {
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
export async function listenForLogout(): Promise<{ server: Server; url: string; tokens: string[] }> {
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

export const unsignedAssertion = (id: string, aud: string) =>
  `${encode({ alg: 'none' })}.${encode(bodyOfAssertion(id, aud))}.`

/** A machine's own pair of keys. */
export async function makeKeys() {
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

export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('waited in vain')
}
