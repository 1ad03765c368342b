/** Asks an authority over HTTP within bounds: only hosts the administrator named, no redirects, little time, few bytes. */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Context } from '#platform/context'
import { resolveHost } from '#platform/host-guard'

/** What asking takes of a context. */
export type Asking = Pick<Context, 'config' | 'log' | 'now'>

export interface Question {
  url: string
  /** With what it is asked (POST); absent: GET. */
  body?: Buffer
  type?: string
  timeoutMs: number
  mostBytes: number
}

/** @throws Problem for a host that is not named, Error when there is no whole answer. */
export async function ask({ config }: Pick<Context, 'config'>, question: Question): Promise<Buffer> {
  const url = new URL(question.url)
  const isSecure = url.protocol === 'https:'
  if (!isSecure && url.protocol !== 'http:') throw new Error(`${url.protocol} is not asked`)
  const addresses = await resolveHost(config.pullHosts, url.hostname, Number(url.port || (isSecure ? 443 : 80)))
  const [first = ''] = addresses
  // The addresses that were judged are those that are connected to.
  const found: LookupFunction = (_, options, done) => {
    if (options.all)
      done(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      )
    else done(null, first, isIP(first))
  }
  return new Promise((resolve, reject) => {
    const sent = (isSecure ? httpsRequest : httpRequest)(
      url,
      {
        method: question.body ? 'POST' : 'GET',
        lookup: found,
        signal: AbortSignal.timeout(question.timeoutMs),
        headers: question.body
          ? { 'content-type': question.type ?? 'application/octet-stream', 'content-length': question.body.length }
          : {},
      },
      (answer) => readAnswer(answer, question.mostBytes).then(resolve, reject),
    )
    sent.once('error', reject)
    sent.end(question.body)
  })
}

async function readAnswer(answer: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  if (answer.statusCode !== 200) {
    answer.destroy()
    throw new Error(`the authority answered ${answer.statusCode}`)
  }
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) {
      answer.destroy()
      throw new Error('the answer is too large')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
