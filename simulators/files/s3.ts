// A store of objects that speaks S3 by path: PUT, GET, HEAD, DELETE, ListObjectsV2. Signatures of version 4 are reckoned anew from the request
// (AWS Signature Version 4, "Signature calculations for the Authorization header") and must be right; so must the hash of what is sent.
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

interface Behaviour {
  latencyMs: number
  faults: number
  cuts: number
  pageSize: number
}

interface Keys {
  key: string
  secret: string
  region: string
  bucket: string
}

interface StoredObject {
  bytes: Buffer
  modifiedAt: Date
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex')
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest()
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

/** The code of the fault, or nothing where the request is signed as it should be. */
function findFault(request: IncomingMessage, body: Buffer, keys: Keys): string | undefined {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    )
  if (!found) return 'AccessDenied'
  const [, key, day = '', region = '', signed = '', signature] = found
  if (key !== keys.key) return 'InvalidAccessKeyId'
  const stamp = String(request.headers['x-amz-date'])
  const hash = String(request.headers['x-amz-content-sha256'])
  if (hash !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const names = signed.split(';')
  if (!names.includes('host') || !stamp.startsWith(day) || region !== keys.region) return 'AuthorizationHeaderMalformed'
  const url = new URL(request.url ?? '/', 'http://store')
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const headers = names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}\n`)
  const path = url.pathname
    .split('/')
    .map((part) => encode(decodeURIComponent(part)))
    .join('/')
  const canonical = [request.method, path, query.join('&'), headers.join(''), signed, hash].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const secret = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${keys.secret}`)
  const right = hmac(secret, ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n')).toString('hex')
  return right === signature ? undefined : 'SignatureDoesNotMatch'
}

const escapeXml = (text: string) =>
  text.replace(/[&<>]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[one] ?? one)

function say(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${xml}`)
}

export function makeStore(behaviour: Behaviour, keys: Keys): Server {
  const objects = new Map<string, StoredObject>()
  return createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    await pause(behaviour.latencyMs)
    if (behaviour.cuts > 0) {
      behaviour.cuts -= 1
      return response.destroy()
    }
    if (behaviour.faults > 0) {
      behaviour.faults -= 1
      return say(response, 503, '<Error><Code>SlowDown</Code></Error>')
    }
    const body = Buffer.concat(chunks)
    const fault = findFault(request, body, keys)
    if (fault) return say(response, 403, `<Error><Code>${fault}</Code></Error>`)
    const url = new URL(request.url ?? '/', 'http://store')
    const [, bucket, ...parts] = url.pathname.split('/').map(decodeURIComponent)
    if (bucket !== keys.bucket) return say(response, 404, '<Error><Code>NoSuchBucket</Code></Error>')
    const name = parts.join('/')
    if (!name) return list(response, objects, url.searchParams, behaviour.pageSize)
    serve(request, response, { objects, name, body })
  })
}

function serve(
  { method }: IncomingMessage,
  response: ServerResponse,
  { objects, name, body }: { objects: Map<string, StoredObject>; name: string; body: Buffer },
): void {
  const found = objects.get(name)
  if (method === 'PUT') {
    objects.set(name, { bytes: body, modifiedAt: new Date() })
    response.writeHead(200).end()
  } else if (method === 'DELETE') {
    objects.delete(name)
    response.writeHead(204).end()
  } else if (!found) {
    if (method === 'HEAD') response.writeHead(404).end()
    else say(response, 404, '<Error><Code>NoSuchKey</Code></Error>')
  } else {
    response.writeHead(200, {
      'content-length': found.bytes.length,
      'last-modified': found.modifiedAt.toUTCString(),
    })
    response.end(method === 'HEAD' ? undefined : found.bytes)
  }
}

function list(
  response: ServerResponse,
  objects: Map<string, StoredObject>,
  asked: URLSearchParams,
  pageSize: number,
): void {
  const prefix = asked.get('prefix') ?? ''
  const after = asked.get('continuation-token') ?? ''
  const names = [...objects.keys()].filter((name) => name.startsWith(prefix) && name > after).sort()
  const shown = names.slice(0, pageSize)
  const more = names.length > shown.length
  const entries = shown.map(
    (name) =>
      `<Contents><Key>${escapeXml(name)}</Key><LastModified>${objects.get(name)?.modifiedAt.toISOString()}</LastModified></Contents>`,
  )
  const next = more ? `<NextContinuationToken>${escapeXml(shown.at(-1) ?? '')}</NextContinuationToken>` : ''
  say(
    response,
    200,
    `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${entries.join('')}</ListBucketResult>`,
  )
}
