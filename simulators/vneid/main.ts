/**
 * A VNeID that is not one: an OpenID provider with people who do not exist, as a process of its own. Says on standard output, in one line
 * of JSON, where it listens; on standard error, in words, the settings by which the program relies on it. `POST /behaviour` of the control
 * port changes how it behaves (`behaviour.ts`), `POST /rotate-keys` what it signs with, `POST /reset` makes all usual again.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { Change, usual } from './behaviour.ts'
import { serveInteraction } from './interactions.ts'
import { makeKey } from './keys.ts'
import { makeProvider } from './provider.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8210' },
    'client-id': { type: 'string', default: 'tram-huong' },
    'client-secret': { type: 'string', default: 'simulated-vneid-secret' },
    'until-input-ends': { type: 'boolean', default: false },
  },
})

const host = '127.0.0.1'
const client = { id: values['client-id'], secret: values['client-secret'] }
const behaviour = { ...usual }
let keys = [await makeKey()]

type Serve = (request: IncomingMessage, response: ServerResponse) => unknown

function listen(port: number, serve: Serve): Promise<number> {
  const server = createServer((request, response) => void serve(request, response))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

const answer = (response: ServerResponse, status: number, value: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))

async function read(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += piece
  return text ? JSON.parse(text) : {}
}

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (`${request.method} ${request.url}`) {
    case 'POST /behaviour':
      Object.assign(behaviour, Change.parse(await read(request)))
      return void answer(response, 200, behaviour)
    case 'POST /rotate-keys':
      keys = [await makeKey(), ...keys.slice(0, 1)]
      provider = makeProvider(issuer, { client, keys, behaviour })
      return void answer(response, 200, { signsWith: keys[0]?.kid })
    case 'POST /reset':
      Object.assign(behaviour, usual)
      return void answer(response, 200, behaviour)
    default:
      answer(response, 404, { message: 'POST /behaviour, POST /rotate-keys, POST /reset' })
  }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (request.url?.startsWith('/interaction/')) await serveInteraction({ provider, behaviour, request, response })
    else await provider.callback()(request, response)
  } catch (error) {
    // A screen that was left open too long: its sign-in is forgotten.
    if (!response.headersSent) answer(response, 400, { message: (error as Error).message })
  }
}

const first = Number(values.port)
let port: number
let controlPort: number
try {
  port = await listen(first, serve)
  controlPort = await listen(first === 0 ? 0 : first + 1, (request, response) =>
    control(request, response).catch((error: Error) => answer(response, 400, { message: error.message })),
  )
} catch (error) {
  process.stderr.write(
    `The simulated VNeID could not start: ${(error as Error).message}. Another --port may be free.\n`,
  )
  process.exit(1)
}
const issuer = `http://${host}:${port}`
let provider = makeProvider(issuer, { client, keys, behaviour })

process.stdout.write(
  `${JSON.stringify({ issuer, control: `http://${host}:${controlPort}`, clientId: client.id, clientSecret: client.secret })}\n`,
)
process.stderr.write(
  [
    'A simulated VNeID is running. Settings by which the program relies on it (in demo mode it finds it by itself):',
    `  VNEID_ISSUER=${issuer}`,
    `  VNEID_CLIENT_ID=${client.id}`,
    `  VNEID_CLIENT_SECRET=${client.secret}`,
    '',
  ].join('\n'),
)

if (values['until-input-ends']) process.stdin.resume().on('end', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
