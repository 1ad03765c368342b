/**
 * A push service and the browsers that it serves (RFC 8030): `POST /push/{browser}` takes an encrypted message, checks who sends by its
 * VAPID token (RFC 8292) and opens it as the browser would (RFC 8291). Browsers are made at the control port.
 */
import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { importJWK, jwtVerify } from 'jose'
import { type Book, pause } from './book.ts'

interface Browser {
  keys: ECDH
  auth: Buffer
}

const longestMessage = 4096
const browsers = new Map<string, Browser>()

/** A browser that asks for pushes: what `PushManager.subscribe` gives. */
export function subscribeBrowser(base: string): { endpoint: string; keys: { p256dh: string; auth: string } } {
  const keys = createECDH('prime256v1')
  const p256dh = keys.generateKeys('base64url')
  const auth = randomBytes(16)
  const id = randomBytes(8).toString('hex')
  browsers.set(id, { keys, auth })
  return { endpoint: `${base}/push/${id}`, keys: { p256dh, auth: auth.toString('base64url') } }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

export async function takePush(request: IncomingMessage, response: ServerResponse, book: Book): Promise<void> {
  const say = (status: number, words = '') =>
    void response.writeHead(status, { location: request.url ?? '' }).end(words)
  const id = (request.url ?? '').split('/').at(-1) ?? ''
  const { latencyMs, refused } = book.behaviourOf('push')
  await pause(latencyMs)
  const body = await readBody(request)
  if (book.spend('push', 'faults')) return say(503, 'try later')
  const browser = browsers.get(id)
  if (!browser || refused.includes(id)) return say(410, 'no such browser any more')
  if (body.length > longestMessage) return say(413)
  if (!(await isSigned(request))) return say(403, 'the token is none')
  if (request.headers['content-encoding'] !== 'aes128gcm' || !request.headers.ttl) return say(400, 'no TTL or encoding')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, one]) => [name, String(one)]))
  delete headers.authorization
  book.take({ channel: 'push', id: String(headers.topic ?? ''), to: id, text: openMessage(browser, body), headers })
  if (book.spend('push', 'cuts')) return void request.socket.destroy()
  say(201)
}

/** `vapid t=…, k=…`: signed by the key that it names, for this very service, and not for longer than a day. */
async function isSigned(request: IncomingMessage): Promise<boolean> {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(request.headers.authorization ?? '') ?? []
  const point = Buffer.from(key, 'base64url')
  if (point.length !== 65) return false
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  try {
    const publicKey = await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256')
    const { payload } = await jwtVerify(token, publicKey, { audience: `http://${request.headers.host}` })
    return (payload.exp ?? 0) - Date.now() / 1000 <= 86_400 && /^(mailto:|https:)/.test(payload.sub ?? '')
  } catch {
    // Whatever is wrong with it, it shows nobody.
    return false
  }
}

const derive = (secret: Buffer, salt: Buffer, info: Buffer, length: number) =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, length))

/** RFC 8188 with one record, keys by RFC 8291. */
function openMessage({ keys, auth }: Browser, message: Buffer): string {
  const salt = message.subarray(0, 16)
  const senderLength = message.readUInt8(20)
  const sender = message.subarray(21, 21 + senderLength)
  const sealed = message.subarray(21 + senderLength)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), sender])
  const material = derive(keys.computeSecret(sender), auth, info, 32)
  const key = derive(material, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = derive(material, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const cipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16))
  const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
  // After the text stands one byte that ends it, and nothing but zeros.
  return plain.subarray(0, plain.lastIndexOf(2)).toString()
}
