/**
 * Fetches one file over HTTP into a spool file. Broken off, it goes on where it stopped (Range with If-Range, so that a file that has
 * changed meanwhile starts anew); the spool outlives the process. Redirects are not followed: the place is the administrator's word.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Problem } from '#platform/errors'
import { resolveHost } from '#platform/host-guard'
import { networkWords } from './network-words.ts'

export interface Fetching {
  url: string
  allowed: readonly string[]
  headers: Record<string, string>
  etag?: string
  lastModified?: string
  timeoutMs: number
  maxBytes: number
  attempts: number
  /** First pause before another attempt; doubled each time. */
  pauseMs: number
  spool: string
}

export type Fetched = { state: 'unchanged' } | { state: 'whole'; bytes: number; etag?: string; lastModified?: string }

const idleMs = 30_000

/** What the spool file is a part of. */
const Part = z.object({ url: z.string(), etag: z.string().optional(), lastModified: z.string().optional() })
type Part = z.infer<typeof Part>

/** Tried again: the line broke or the other side is busy. */
class Passing extends Error {}

/** @throws Problem when it cannot be had; the spool keeps what came. */
export async function fetchFile(fetching: Fetching): Promise<Fetched> {
  await mkdir(dirname(fetching.spool), { recursive: true })
  const until = Date.now() + fetching.timeoutMs
  let last = 'không rõ nguyên nhân'
  for (let attempt = 1; attempt <= fetching.attempts; attempt += 1) {
    if (attempt > 1) await sleep(Math.min(fetching.pauseMs * 2 ** (attempt - 2), Math.max(until - Date.now(), 0)))
    if (Date.now() >= until) break
    try {
      return await attemptOnce(fetching, until)
    } catch (error) {
      if (error instanceof Problem) throw error
      last = networkWords(error) ?? (error instanceof Error ? error.message : String(error))
    }
  }
  throw new Problem('pull.unreachable', 502, `Không lấy được tệp: ${last}. Hệ thống sẽ thử lại theo lịch.`)
}

async function attemptOnce(fetching: Fetching, until: number): Promise<Fetched> {
  const part = await readPart(fetching)
  const have = part
    ? await stat(fetching.spool).then(
        ({ size }) => size,
        () => 0,
      )
    : 0
  const validator = part?.etag ?? part?.lastModified
  const resumes = have > 0 && validator !== undefined
  const headers: Record<string, string> = {
    ...fetching.headers,
    'accept-encoding': 'identity',
    'user-agent': 'tram-huong',
  }
  if (resumes) Object.assign(headers, { range: `bytes=${have}-`, 'if-range': validator })
  else {
    if (fetching.etag) headers['if-none-match'] = fetching.etag
    if (fetching.lastModified) headers['if-modified-since'] = fetching.lastModified
  }
  const answer = await ask(fetching, headers, until)
  try {
    return await take(fetching, answer, resumes ? have : 0)
  } finally {
    answer.destroy()
  }
}

async function take(fetching: Fetching, answer: IncomingMessage, have: number): Promise<Fetched> {
  const status = answer.statusCode ?? 0
  if (status === 304) return { state: 'unchanged' }
  if (status === 416 && have > 0) {
    await dropSpool(fetching.spool)
    throw new Passing('phần đã tải không còn khớp')
  }
  if ([408, 429].includes(status) || status >= 500) throw new Passing(`máy chủ trả lời ${status}`)
  if (status !== 200 && status !== 206)
    throw new Problem(
      'pull.refused',
      502,
      `Máy chủ trả lời ${status}${status >= 300 && status < 400 ? ' (chuyển hướng không được theo)' : ''}. Hãy kiểm tra địa chỉ và quyền truy cập.`,
      { status },
    )
  const from = status === 206 ? have : 0
  if (status === 206 && !(answer.headers['content-range'] ?? '').startsWith(`bytes ${from}-`))
    throw new Passing('máy chủ gửi sai đoạn')
  const { etag, 'last-modified': lastModified } = answer.headers
  const length = Number(answer.headers['content-length'] ?? Number.NaN)
  if (from + (length || 0) > fetching.maxBytes) throw tooLarge(fetching.maxBytes)
  // A weak tag says "as good as the same", which is not enough to join two parts of a file.
  const strong = etag?.startsWith('W/') ? undefined : etag
  await writeFile(
    partPath(fetching.spool),
    JSON.stringify({ url: fetching.url, etag: strong, lastModified } satisfies Part),
  )
  if (from === 0) await writeFile(fetching.spool, '')
  else await truncate(fetching.spool, from)
  let size = from
  await pipeline(
    answer,
    async function* (parts: AsyncIterable<Buffer>) {
      for await (const bytes of parts) {
        size += bytes.length
        if (size > fetching.maxBytes) throw tooLarge(fetching.maxBytes)
        yield bytes
      }
    },
    createWriteStream(fetching.spool, { flags: 'a' }),
  )
  if (!answer.complete || (Number.isFinite(length) && size !== from + length)) throw new Passing('đường truyền bị ngắt')
  await rm(partPath(fetching.spool), { force: true })
  await rename(fetching.spool, wholePath(fetching.spool))
  return { state: 'whole', bytes: size, etag, lastModified }
}

export const wholePath = (spool: string): string => `${spool}.whole`
const partPath = (spool: string): string => `${spool}.part`

export async function dropSpool(spool: string): Promise<void> {
  for (const path of [spool, partPath(spool), wholePath(spool)]) await rm(path, { force: true })
}

async function readPart({ spool, url }: Fetching): Promise<Part | undefined> {
  const text = await readFile(partPath(spool), 'utf8').catch(() => undefined)
  const parsed = Part.safeParse(text === undefined ? undefined : JSON.parse(text))
  return parsed.success && parsed.data.url === url ? parsed.data : undefined
}

const tooLarge = (limitBytes: number) =>
  new Problem('file.too-large', 413, `Tệp lớn hơn mức cho phép (${Math.round(limitBytes / 1024 ** 2)} MB).`, {
    limitBytes,
  })

/** Connects to an address that was checked, whatever the name means by then. */
async function ask(fetching: Fetching, headers: Record<string, string>, until: number): Promise<IncomingMessage> {
  const url = new URL(fetching.url)
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const [address = ''] = await resolveHost(fetching.allowed, url.hostname, port)
  const lookup: LookupFunction = (_name, options, done) =>
    options.all ? done(null, [{ address, family: isIP(address) }]) : done(null, address, isIP(address))
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(Math.max(until - Date.now(), 1))
    const sent = send(url, { headers, lookup, signal, agent: false }, resolve)
    sent.setTimeout(idleMs, () => sent.destroy(new Passing('máy chủ không gửi gì trong 30 giây')))
    sent.on('error', reject)
    sent.end()
  })
}
