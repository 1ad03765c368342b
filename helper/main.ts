/**
 * The signer's helper: it runs on the signer's own machine, beside the browser, and lets the platform's pages ask for signatures of a token
 * that is plugged in there. Needs Node only, and OpenSC's `pkcs11-tool` for tokens. Says on standard output, in one line of JSON, where it
 * listens; with `--until-input-ends` it ends with its standard input.
 */
import { spawn } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { openConsents } from './consents.ts'
import { openKeys } from './keys.ts'
import { makeHelperServer } from './server.ts'
import { openTrust } from './trust.ts'

const usage = `Usage: node tram-huong-helper.mjs --platform https://tram.example.vn [--platform …]
  --module PATH   PKCS#11 library of a token; may be given several times
  --pem PATH      for trying: a file with a certificate and its RSA key
  --tool PATH     pkcs11-tool of OpenSC, where the path does not find it
  --port NUMBER   17390 where nothing is said
  --no-window     do not open the browser by itself when a consent is asked for
`

const { values } = parseArgs({
  options: {
    platform: { type: 'string', multiple: true, default: [] },
    module: { type: 'string', multiple: true, default: [] },
    pem: { type: 'string' },
    tool: { type: 'string', default: 'pkcs11-tool' },
    port: { type: 'string', default: '17390' },
    'no-window': { type: 'boolean', default: false },
    'until-input-ends': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const isLoopback = (host: string) => host === 'localhost' || host === '127.0.0.1'
const origins = values.platform.map((text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // Over a plain line anybody between could say what is to be signed.
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url.origin
  return stop(`--platform takes an address such as https://tram.example.vn; this is ${text}.`)
})
if (values.help || origins.length === 0) stop(usage)

function stop(words: string): never {
  process.stderr.write(`${words}\n`)
  process.exit(2)
}

function show(url: string): void {
  if (values['no-window']) return
  const [command = '', ...args] =
    process.platform === 'win32'
      ? ['rundll32', 'url.dll,FileProtocolHandler']
      : [process.platform === 'darwin' ? 'open' : 'xdg-open']
  // Where none opens, the platform's page has the link.
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

const keys = openKeys({ tool: values.tool, modules: values.module, pem: values.pem })
const server = makeHelperServer({ origins, keys, trust: openTrust(origins), consents: openConsents(keys), show })
server.on('error', (error) => stop(`The helper could not start: ${error.message}`))
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, platforms: origins })}\n`)
})

if (values['until-input-ends']) process.stdin.resume().on('end', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
