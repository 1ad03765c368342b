/** The simulated remote signing service: says on standard output, in one line of JSON, where it listens. With `--until-input-ends` it ends with its standard input. */
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { makeService } from './service.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8240' },
    token: { type: 'string', default: 'simulated-token' },
    'until-input-ends': { type: 'boolean', default: false },
  },
})
const host = '127.0.0.1'
const first = Number(values.port)
const { service, control } = makeService(values.token)
const listen = (server: typeof service, port: number) =>
  new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(`http://${host}:${(server.address() as AddressInfo).port}`))
  })
const url = `${await listen(service, first)}/csc/v1`
const controlUrl = await listen(control, first === 0 ? 0 : first + 1)
process.stdout.write(`${JSON.stringify({ url, control: controlUrl, token: values.token })}\n`)
process.stderr.write(
  `The simulated remote signing service is running:\n  REMOTE_SIGNING_URL=${url}\n  REMOTE_SIGNING_TOKEN=${values.token}\n`,
)
if (values['until-input-ends']) process.stdin.resume().on('end', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
