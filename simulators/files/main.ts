/**
 * What kept files lean on, as programs: a store that speaks S3 and a scanner that speaks clamd's protocol and knows the EICAR test text. Says
 * on standard output, in one line of JSON, where they listen. `POST /behaviour` on the control port: `{ latencyMs, faults, cuts, scannerDown,
 * pageSize }`.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { makeScanner } from './clamd.ts'
import { makeStore } from './s3.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8220' }, 'until-input-ends': { type: 'boolean', default: false } },
})

const count = z.number().int().min(0).max(100_000)
const Behaviour = z.strictObject({
  latencyMs: count.optional(),
  /** So many of the next requests to the store are answered 503, or cut off. */
  faults: count.optional(),
  cuts: count.optional(),
  scannerDown: z.boolean().optional(),
  pageSize: count.min(1).optional(),
})

const behaviour = { latencyMs: 0, faults: 0, cuts: 0, scannerDown: false, pageSize: 1000 }
const keys = { key: 'simulated-key', secret: 'simulated-secret', region: 'us-east-1', bucket: 'tep' }

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += piece
  return text
}

const control = createServer(async (request, response) => {
  try {
    if (request.url !== '/behaviour') throw new Error('POST /behaviour')
    Object.assign(behaviour, Behaviour.parse(JSON.parse(await readText(request))))
    response.end(JSON.stringify(behaviour))
  } catch (error) {
    response.writeHead(400).end((error as Error).message)
  }
})
const store = makeStore(behaviour, keys)
const scanner = makeScanner(behaviour)

const first = Number(values.port)
const servers = [store, control, scanner]
const addresses: string[] = []
for (const [place, server] of servers.entries()) {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(first === 0 ? 0 : first + place, '127.0.0.1', resolve)
  })
  addresses.push(`127.0.0.1:${(server.address() as AddressInfo).port}`)
}
const [s3, controlled, clamd] = addresses
process.stdout.write(
  `${JSON.stringify({ s3: `http://${s3}`, control: `http://${controlled}`, clamd: `tcp://${clamd}`, ...keys })}\n`,
)
process.stderr.write(
  [
    'A store and a scanner of files are running. Settings that use them:',
    `  FILES_S3_URL=http://${s3}`,
    `  FILES_S3_BUCKET=${keys.bucket}`,
    `  FILES_S3_KEY=${keys.key}`,
    `  FILES_S3_SECRET=${keys.secret}`,
    `  CLAMD_URL=tcp://${clamd}`,
    '',
  ].join('\n'),
)
if (values['until-input-ends']) process.stdin.resume().on('end', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
