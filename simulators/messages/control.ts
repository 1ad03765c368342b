// `POST /browsers` a browser that takes pushes · `GET /arrived?channel=` what came · `POST /behaviour` `{ channel, latencyMs, faults, cuts, refused, tokenUses, receipt }` · `POST /reset`.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Book, channels } from './book.ts'
import { answer, readJson } from './gateways.ts'
import { subscribeBrowser } from './push.ts'

const count = z.number().int().min(0).max(1_000_000)
const Change = z.strictObject({
  channel: z.enum(channels),
  latencyMs: count.max(60_000).optional(),
  faults: count.optional(),
  cuts: count.optional(),
  refused: z.array(z.string()).max(1000).optional(),
  tokenUses: count.optional(),
  receipt: z.enum(['none', 'received', 'acknowledged', 'failed']).optional(),
})

/** @param gatewaysUrl where the gateways listen, once they do */
export const makeControl = (book: Book, gatewaysUrl: () => string): Server =>
  createServer((request, response) => {
    serve(request, response, { book, gatewaysUrl }).catch((error: Error) =>
      answer(response, 400, { message: error.message }),
    )
  })

interface Desk {
  book: Book
  gatewaysUrl(): string
}

async function serve(request: IncomingMessage, response: ServerResponse, { book, gatewaysUrl }: Desk): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://control')
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /arrived':
      return answer(response, 200, book.list(url.searchParams.get('channel') ?? undefined))
    case 'POST /behaviour': {
      const { channel, ...change } = Change.parse((await readJson(request)).value)
      Object.assign(book.behaviourOf(channel), change)
      return answer(response, 200, book.behaviourOf(channel))
    }
    case 'POST /browsers':
      return answer(response, 201, subscribeBrowser(gatewaysUrl()))
    case 'POST /reset':
      book.reset()
      return answer(response, 200, {})
    default:
      answer(response, 404, { message: 'GET /arrived, POST /behaviour, POST /browsers, POST /reset' })
  }
}
