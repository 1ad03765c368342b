/**
 * The door of the helper. It listens on the loopback address only, and of what comes in every request shows three things: the Host that
 * was meant (another name means that somebody's DNS points here), the Origin of a platform that the signer has configured, and, where
 * something is to be signed, a token that this platform has signed. The window of consent is the helper's own and answers to no other page.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TokenFault } from '../src/foundation/signing/means/pkcs11-tool.ts'
import type { Consent, Consents } from './consents.ts'
import type { Keys } from './keys.ts'
import { Refusal, type Trust } from './trust.ts'
import { askPage, outcomePage, windowHeaders } from './window.ts'

export interface Door {
  origins: readonly string[]
  keys: Keys
  trust: Trust
  consents: Consents
  /** Brings the window before the signer's eyes. */
  show(url: string): void
}

const mostBody = 2 * 1024 * 1024
const version = 1

export function makeHelperServer(door: Door): Server {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo
    serve(door, request, response, port).catch((error: unknown) => answerFault(response, error))
  })
  server.requestTimeout = 30_000
  return server
}

async function serve(door: Door, request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const { host = '', origin } = request.headers
  if (!hosts.includes(host)) throw new Refusal(421, 'host', 'this name is not the one that is listened to')
  const url = new URL(request.url ?? '/', `http://${host}`)
  const window = /^\/consents\/([\w-]{1,80})\/window$/.exec(url.pathname)
  if (window) return serveWindow(door, { request, response, id: window[1] ?? '', url, own: `http://${host}` })
  if (!origin || !door.origins.includes(origin))
    throw new Refusal(403, 'origin', 'this origin is not among the platforms')
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('vary', 'origin')
  if (request.method === 'OPTIONS') return answerPreflight(request, response)
  answer(response, 200, await call(door, { request, origin, path: url.pathname, base: `http://${hosts[0]}` }))
}

/** Private Network Access: a page of a public address asks before it calls a private one. */
function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', 'GET, POST, DELETE')
  response.setHeader('access-control-allow-headers', 'content-type')
  if (request.headers['access-control-request-private-network'] === 'true')
    response.setHeader('access-control-allow-private-network', 'true')
  response.writeHead(204).end()
}

interface Call {
  request: IncomingMessage
  origin: string
  path: string
  base: string
}

async function call(door: Door, { request, origin, path, base }: Call): Promise<unknown> {
  const { method } = request
  if (method === 'GET' && path === '/') return { name: 'tram-huong-helper', version }
  if (method === 'GET' && path === '/certificates') return { certificates: await door.keys.list() }
  if (method === 'POST' && path === '/consents') {
    const wish = await door.trust.read(origin, await readToken(request))
    if (wish.kind !== 'consent') throw new Refusal(400, 'token', 'this is no wish for a consent')
    const consent = door.consents.ask(origin, wish)
    const url = `${base}/consents/${consent.id}/window?key=${consent.key}`
    door.show(url)
    return { id: consent.id, url }
  }
  if (method === 'POST' && path === '/signatures') {
    const wish = await door.trust.read(origin, await readToken(request))
    if (wish.kind !== 'signatures') throw new Refusal(400, 'token', 'this is no wish for signatures')
    return { signatures: await door.consents.sign(origin, wish) }
  }
  const consent = /^\/consents\/([\w-]{1,80})$/.exec(path)?.[1]
  if (consent && (method === 'GET' || method === 'DELETE')) {
    const found = door.consents.find(consent)
    if (found.origin !== origin) throw new Refusal(404, 'consent', 'there is no such consent')
    if (method === 'DELETE') door.consents.refuse(found)
    return { state: found.state, left: found.left.size }
  }
  throw new Refusal(404, 'path', 'there is nothing here')
}

interface WindowCall {
  request: IncomingMessage
  response: ServerResponse
  id: string
  url: URL
  own: string
}

async function serveWindow(door: Door, { request, response, id, url, own }: WindowCall): Promise<void> {
  const consent = door.consents.find(id)
  if (url.searchParams.get('key') !== consent.key) throw new Refusal(404, 'consent', 'there is no such consent')
  let fault: string | undefined
  if (request.method === 'POST') {
    const site = request.headers['sec-fetch-site']
    if (request.headers.origin !== own || (site !== undefined && site !== 'same-origin'))
      throw new Refusal(403, 'origin', 'this form was sent from another page')
    const form = new URLSearchParams(await readText(request))
    if (form.get('form') !== consent.formKey) throw new Refusal(403, 'form', 'this form was not made here')
    fault = await decide(door, consent, form)
  } else if (request.method !== 'GET') throw new Refusal(405, 'method', 'the window is read, or answered')
  const held = (await door.keys.list()).find(({ fingerprint }) => fingerprint === consent.wish.certificate)
  const html = consent.state === 'waiting' ? askPage(consent, held, fault) : outcomePage(consent.state)
  response.writeHead(200, { ...windowHeaders, 'cache-control': 'no-store' }).end(html)
}

const words: Record<string, string> = {
  'pin-wrong': 'Mã PIN không đúng. Sau nhiều lần sai, thiết bị sẽ tự khóa.',
  'pin-locked': 'Thiết bị đã khóa vì nhập sai mã PIN nhiều lần. Hãy liên hệ nơi cấp chứng thư số để mở khóa.',
  'no-token': 'Không thấy thiết bị. Hãy cắm thiết bị rồi thử lại.',
  'no-tool': 'Máy này chưa cài pkcs11-tool (OpenSC).',
}

async function decide(door: Door, consent: Consent, form: URLSearchParams): Promise<string | undefined> {
  if (form.get('answer') !== 'sign') {
    door.consents.refuse(consent)
    return undefined
  }
  try {
    await door.consents.give(consent, form.get('pin') ?? '')
    return undefined
  } catch (error) {
    if (error instanceof TokenFault) return words[error.code] ?? 'Thiết bị không ký được. Hãy thử lại.'
    throw error
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > mostBody) throw new Refusal(413, 'size', 'this is too much')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

async function readToken(request: IncomingMessage): Promise<string> {
  // Only a page that was let through by a preflight can send this type from elsewhere.
  if (request.headers['content-type'] !== 'application/json')
    throw new Refusal(415, 'type', 'application/json is taken')
  const text = await readText(request)
  try {
    return String((JSON.parse(text) as { token?: unknown }).token ?? '')
  } catch {
    throw new Refusal(400, 'body', 'this is no JSON')
  }
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(value))
}

function answerFault(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  if (error instanceof Refusal || error instanceof TokenFault) {
    const status = error instanceof Refusal ? error.status : 502
    answer(response, status, { code: error.code, message: error.message })
    return
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  answer(response, 500, { code: 'failed', message: 'the helper failed' })
}
