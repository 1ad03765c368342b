/**
 * The outside world as programs: `npm run simulators`. Says on standard output, in one line of JSON, where everything listens; on standard
 * error, in words, the settings with which the program sends to them. With `--until-input-ends` it ends with its standard input.
 */
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { Book } from './messages/book.ts'
import { makeControl } from './messages/control.ts'
import { makeGateways } from './messages/gateways.ts'
import { makeMailServer } from './messages/mail.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8200' },
    token: { type: 'string', default: 'simulated-token' },
    'receipt-url': { type: 'string' },
    'receipt-token': { type: 'string' },
    'until-input-ends': { type: 'boolean', default: false },
  },
})

const host = '127.0.0.1'
const first = Number(values.port)
const portAt = (place: number) => (first === 0 ? 0 : first + place)
const { 'receipt-url': url, 'receipt-token': receiptToken } = values
const receipts = url && receiptToken ? { url, token: receiptToken } : undefined

const book = new Book()
const gateways = makeGateways({ book, token: values.token, receipts })
const portOf = (address: unknown) => (address as AddressInfo).port
const gatewaysUrl = () => `http://${host}:${portOf(gateways.address())}`
const control = makeControl(book, gatewaysUrl)
const mail = makeMailServer(book)

interface Listening {
  listen(port: number, host: string, done: () => void): unknown
  once(event: 'error', listener: (error: Error) => void): unknown
}

const listen = (server: Listening, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })

try {
  await listen(gateways, portAt(0))
  await listen(control, portAt(1))
  // The same two calls, under types of its own.
  await listen(mail as unknown as Listening, portAt(2))
} catch (error) {
  process.stderr.write(`The simulators could not start: ${(error as Error).message}. Another --port may be free.\n`)
  process.exit(1)
}

const http = gatewaysUrl()
const smtp = `smtp://${host}:${portOf(mail.server.address())}`
const controlUrl = `http://${host}:${portOf(control.address())}`
process.stdout.write(`${JSON.stringify({ http, smtp, control: controlUrl, token: values.token })}\n`)
process.stderr.write(
  [
    'Simulators of messages are running. Settings that send to them:',
    `  SMTP_URL=${smtp}`,
    '  MAIL_FROM=Trung tâm điều hành (minh họa) <ioc@vidu.invalid>',
    ...['SMS', 'ZALO', 'CALL'].flatMap((name) => [
      `  ${name}_URL=${http}/${name.toLowerCase()}`,
      `  ${name}_TOKEN=${values.token}`,
    ]),
    `  WEBHOOK_URL=${http}/webhook`,
    '  WEBHOOK_SECRET=simulated-secret',
    `  TRAM_PUSH_HOSTS=${new URL(http).host}`,
    `What arrived: ${controlUrl}/arrived`,
    '',
  ].join('\n'),
)

if (values['until-input-ends']) process.stdin.resume().on('end', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
