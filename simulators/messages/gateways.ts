// The gateways of SMS, Zalo and voice calls, and the receiver of the outgoing webhook, and a push service, as one HTTP server: `/sms`, `/zalo`, `/call`, `/webhook`, `/push`.
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Book, type Channel, pause } from './book.ts'
import { takePush } from './push.ts'

export interface GatewayOptions {
  book: Book
  /** The secret that senders show, and with which Zalo's tokens are got. */
  token: string
  /** Where receipts go, and the token they carry. */
  receipts?: { url: string; token: string }
}

const longestBody = 256 * 1024

export async function readJson(request: IncomingMessage): Promise<{ text: string; value: Record<string, unknown> }> {
  let text = ''
  request.setEncoding('utf8')
  for await (const piece of request) {
    text += piece
    if (text.length > longestBody) throw new Error('too large')
  }
  const value: unknown = text ? JSON.parse(text) : {}
  if (typeof value !== 'object' || value === null) throw new Error('no object')
  return { text, value: { ...value } }
}

export function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}

export function makeGateways(options: GatewayOptions): Server {
  const tokens = new Set<string>()
  return createServer((request, response) => {
    serve(request, response, { ...options, tokens }).catch((error: Error) => {
      if (!response.headersSent) answer(response, 400, { message: error.message })
    })
  })
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: GatewayOptions & { tokens: Set<string> },
): Promise<void> {
  const [, first = '', second = ''] = (request.url ?? '').split('?')[0]?.split('/') ?? []
  const path = `${request.method} /${first}${second ? `/${second}` : ''}`
  if (path.startsWith('POST /push/')) return takePush(request, response, options.book)
  const { text, value } = await readJson(request)
  if (path === 'POST /zalo/tokens') return giveToken(request, response, options)
  if (path === 'POST /webhook') return takeMessage(request, response, { ...options, channel: 'webhook', value, text })
  if (/^POST \/(sms|zalo|call)\/messages$/.test(path)) {
    // The pattern has just said so.
    const channel = first as Channel
    return takeMessage(request, response, { ...options, channel, value, text: String(value.text ?? '') })
  }
  answer(response, 404, { message: 'no such gateway' })
}

const bearerOf = (request: IncomingMessage) => request.headers.authorization?.replace(/^Bearer /, '') ?? ''

function giveToken(
  request: IncomingMessage,
  response: ServerResponse,
  { book, token, tokens }: GatewayOptions & { tokens: Set<string> },
): void {
  if (bearerOf(request) !== token) {
    answer(response, 401, { message: 'wrong secret' })
    return
  }
  const fresh = randomBytes(16).toString('hex')
  tokens.clear()
  tokens.add(fresh)
  book.behaviourOf('zalo').tokenUses ||= 1000
  answer(response, 200, { token: fresh, expiresInSeconds: 3600 })
}

interface Taking extends GatewayOptions {
  tokens: Set<string>
  channel: Channel
  value: Record<string, unknown>
  text: string
}

async function takeMessage(request: IncomingMessage, response: ServerResponse, taking: Taking): Promise<void> {
  const { book, channel, value, text } = taking
  const { latencyMs, refused } = book.behaviourOf(channel)
  await pause(latencyMs)
  if (!isAllowed(request, taking)) return answer(response, 401, { message: 'token expired or wrong' })
  if (book.spend(channel, 'faults')) return answer(response, 503, { message: 'gateway under maintenance' })
  const to = String(value.to ?? '')
  if (refused.includes(to)) return answer(response, 422, { message: `number ${to} does not take messages` })
  const id = String(value.id ?? '')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, one]) => [name, String(one)]))
  delete headers.authorization
  const isNew = book.take({ channel, id, to, text, headers })
  if (book.spend(channel, 'cuts')) return void request.socket.destroy()
  answer(response, 202, { id: `${channel}-${id.slice(0, 8)}` })
  if (isNew) await sendReceipt(taking, id)
}

function isAllowed(request: IncomingMessage, { book, channel, token, tokens }: Taking): boolean {
  if (channel === 'webhook') return true
  if (channel !== 'zalo') return bearerOf(request) === token
  if (!tokens.has(bearerOf(request))) return false
  if (book.spend('zalo', 'tokenUses')) return true
  tokens.clear()
  return false
}

/** The way back: whether the telephone took it, whether the person answered. */
async function sendReceipt({ book, channel, receipts }: Taking, id: string): Promise<void> {
  const { receipt } = book.behaviourOf(channel)
  if (receipt === 'none' || !receipts) return
  const sent = await fetch(receipts.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${receipts.token}` },
    body: JSON.stringify({ channel, id, state: receipt, ...(receipt === 'failed' ? { reason: 'no answer' } : {}) }),
  }).catch((error: Error) => error.message)
  if (typeof sent === 'string' || !sent.ok)
    process.stderr.write(`a receipt was not taken: ${typeof sent === 'string' ? sent : sent.status}\n`)
}
