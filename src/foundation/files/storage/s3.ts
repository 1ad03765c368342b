/**
 * A store that speaks the protocol of S3 (signature version 4), addressed by path. An object is there whole or not at all; each is sent with
 * its hash, which the store checks.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { AwsClient } from 'aws4fetch'
import type { S3Settings } from '#platform/config'
import type { FileStore, ListedBytes } from './file-store.ts'

const answerMs = 60_000
/** Faults of the store and of the line; pauses double from 50 ms. */
const retries = 4

interface Asked {
  method: 'GET' | 'PUT' | 'HEAD' | 'DELETE'
  name?: string
  query?: Record<string, string>
  bytes?: Buffer
}

type Ask = (asked: Asked) => Promise<Response>

export function s3Store(settings: S3Settings): FileStore {
  const ask = makeAsk(settings)
  return {
    async put(name, bytes) {
      await ask({ method: 'PUT', name, bytes }).then(finish)
    },
    async open(name) {
      const answer = await ask({ method: 'GET', name })
      if (answer.status === 404) return finish(answer)
      if (!answer.body) throw new Error('the store answered without a body')
      // The same stream under two types.
      const bytes = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0])
      return { sizeBytes: Number(answer.headers.get('content-length')), bytes }
    },
    async findSize(name) {
      const answer = await ask({ method: 'HEAD', name })
      await finish(answer)
      return answer.status === 404 ? undefined : Number(answer.headers.get('content-length'))
    },
    async remove(name) {
      await ask({ method: 'DELETE', name }).then(finish)
    },
    list: (folder) => listObjects(ask, folder),
  }
}

/** An answer that is not read keeps its connection. */
async function finish(answer: Response): Promise<undefined> {
  await answer.arrayBuffer()
}

function makeAsk(settings: S3Settings): Ask {
  const client = new AwsClient({
    accessKeyId: settings.key,
    secretAccessKey: settings.secret,
    service: 's3',
    region: settings.region,
    retries,
  })
  const base = `${settings.url.replace(/\/+$/, '')}/${settings.bucket}`
  return async ({ method, name, query, bytes }) => {
    const path = name ? `/${name.split('/').map(encodeURIComponent).join('/')}` : ''
    const url = `${base}${path}${query ? `?${new URLSearchParams(query)}` : ''}`
    const hash = createHash('sha256')
      .update(bytes ?? '')
      .digest('hex')
    const answer = await sendAgain(() =>
      client.fetch(url, {
        method,
        body: bytes && new Uint8Array(bytes),
        headers: { 'x-amz-content-sha256': hash },
        signal: AbortSignal.timeout(answerMs),
      }),
    )
    if (answer.ok || (answer.status === 404 && method !== 'PUT')) return answer
    const words = await answer.text()
    throw new Error(`the store of files answered ${answer.status} ${/<Code>(\w+)/.exec(words)?.[1] ?? ''}`.trim())
  }
}

/** A line that was cut: every request here may be sent twice. */
async function sendAgain(send: () => Promise<Response>): Promise<Response> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await send()
    } catch (error) {
      if (tried >= retries) throw error
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** tried))
    }
  }
}

async function* listObjects(ask: Ask, folder: string): AsyncGenerator<ListedBytes> {
  let after: string | undefined
  do {
    const answer = await ask({
      method: 'GET',
      query: { 'list-type': '2', prefix: folder, ...(after ? { 'continuation-token': after } : {}) },
    })
    const text = await answer.text()
    for (const [, entry = ''] of text.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
      const modified = textOf(entry, 'LastModified')
      yield { name: textOf(entry, 'Key') ?? '', modifiedAt: new Date(modified ?? 0) }
    }
    after = textOf(text, 'NextContinuationToken')
  } while (after)
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const textOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]?.replace(/&(\w+);/g, (all, one) => entities[one] ?? all)
