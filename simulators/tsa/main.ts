/**
 * Trust services of nobody as a program: a time-stamp authority (RFC 3161), and of a certificate authority its OCSP, its lists of what was
 * revoked and its certificates. Says in one line of JSON where it listens and where keys and certificates lie; needs openssl. With
 * `--until-input-ends` it ends with its standard input. Control port: `GET /` how it behaves · `POST /behaviour` `{ latencyMs, stampFault, standing }` · `POST /revoke` `{ name }`.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { makeAuthority, revoke } from '../ca/authority.ts'
import { answerStamp, answerStanding, stampFaults } from './answers.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8210' }, 'until-input-ends': { type: 'boolean', default: false } },
})
const first = Number(values.port)
const folder = mkdtempSync(join(tmpdir(), 'tram-trust-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const Behaviour = z.strictObject({
  latencyMs: z.number().int().min(0).max(60_000).default(0),
  stampFault: z.enum(stampFaults).default('none'),
  /** `down`: nobody answers about revocation; `lists`: OCSP does not, lists are given out. */
  standing: z.enum(['up', 'lists', 'down']).default('up'),
})
let behaviour = Behaviour.parse({})
const counts = { stamps: 0, standings: 0 }

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > 1_000_000) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const send = (response: ServerResponse, status: number, type: string, body: Buffer | string) =>
  response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body)

const serve = (handle: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>): Server =>
  createServer((request, response) => {
    handle(request, response).catch((error: Error) => send(response, 500, 'text/plain', error.message))
  })

const listen = (server: Server, port: number) =>
  new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })

const services = serve(async (request, response) => {
  const body = await readBody(request)
  if (behaviour.latencyMs > 0) await wait(behaviour.latencyMs)
  const { pathname } = new URL(request.url ?? '/', 'http://trust')
  if (request.method === 'POST' && pathname === '/tsa') {
    if (request.headers['content-type'] !== 'application/timestamp-query')
      return send(response, 415, 'text/plain', 'timestamp-query')
    counts.stamps += 1
    return send(response, 200, 'application/timestamp-reply', await answerStamp(authority, body, behaviour.stampFault))
  }
  if (behaviour.standing === 'down') return send(response, 503, 'text/plain', 'down')
  if (request.method === 'POST' && pathname === '/ocsp') {
    if (behaviour.standing === 'lists') return send(response, 503, 'text/plain', 'down')
    counts.standings += 1
    return send(response, 200, 'application/ocsp-response', await answerStanding(authority, body))
  }
  const crl = /^\/crl\/(root|issuing)\.crl$/.exec(pathname)?.[1]
  if (crl) return send(response, 200, 'application/pkix-crl', readFileSync(authority.path(`${crl}.crl`)))
  return send(response, 404, 'text/plain', 'POST /tsa, POST /ocsp, GET /crl/issuing.crl, GET /crl/root.crl')
})

const control = serve(async (request, response) => {
  const body = (await readBody(request)).toString('utf8')
  switch (`${request.method} ${request.url}`) {
    case 'GET /':
      return send(response, 200, 'application/json', JSON.stringify({ behaviour, counts }))
    case 'POST /behaviour':
      behaviour = Behaviour.parse(JSON.parse(body))
      return send(response, 200, 'application/json', JSON.stringify(behaviour))
    case 'POST /revoke':
      await revoke(authority, z.strictObject({ name: z.string().regex(/^[a-z-]+$/) }).parse(JSON.parse(body)).name)
      return send(response, 200, 'application/json', '{}')
    default:
      return send(response, 404, 'text/plain', 'GET /, POST /behaviour, POST /revoke')
  }
})

const url = await listen(services, first)
const controlUrl = await listen(control, first === 0 ? 0 : first + 1)
const authority = await makeAuthority(folder, url)
mkdirSync(authority.path('roots'))
copyFileSync(authority.path('root.pem'), authority.path('roots/root.pem'))
process.stdout.write(`${JSON.stringify({ url, control: controlUrl, folder })}\n`)
process.stderr.write(
  `TRAM_TSA_URL=${url}/tsa\nTRAM_PULL_HOSTS=127.0.0.1\nTRAM_TRUST_ROOTS=${authority.path('roots')}\n`,
)
if (values['until-input-ends']) process.stdin.resume().once('end', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
