/**
 * Records pushed over HTTP. A batch is kept as it came and answered once it is safe on disk; what becomes of each record is read at the
 * place the answer names. Small batches that come at the same time are written in one transaction (`push-group.ts`), large ones are
 * streamed to the landing like any file.
 */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Context } from '#platform/context'
import { forbidden, invalid, notFound, Problem, tooLarge } from '#platform/errors'
import { landBytes } from '../landing.ts'
import type { FileFormat } from '../model.ts'
import type { Landing } from '../store.ts'
import { landInGroup, reusedKey } from './push-group.ts'
import { findPushSource, type PushSource } from './push-store.ts'

export const pushPermission = 'record:push'
/** Larger batches are files: they are split, uploaded, or pulled. */
export const pushLimitBytes = 32 * 1024 * 1024
const groupedBytes = 256 * 1024

export interface PushHeaders {
  contentType: string | undefined
  contentLength: string | undefined
  idempotencyKey: string | undefined
}

/** The source, when the caller may push to it: by his roles over its organisation, and by his token's scopes. */
export async function getPushSource(ctx: Context, code: string): Promise<PushSource> {
  const source = await findPushSource(ctx.sql, code)
  if (!source) throw notFound('source', code)
  if (!ctx.can(pushPermission, source.organisation) || !scopeAllows(ctx, code))
    throw forbidden(pushPermission, source.organisation)
  return source
}

const scopeAllows = ({ actor: { scopes } }: Context, code: string): boolean =>
  !scopes || scopes.includes(pushPermission) || scopes.includes(`source:${code}`)

/** Keeps a pushed batch. @throws Problem */
export async function pushRecords(
  ctx: Context,
  code: string,
  { bytes, headers }: { bytes: Readable; headers: PushHeaders },
): Promise<number> {
  const source = await getPushSource(ctx, code)
  if (source.pausedAt) {
    throw new Problem(
      'source.paused',
      409,
      'Nguồn dữ liệu này đang tạm dừng tiếp nhận. Xin liên hệ đơn vị quản lý nguồn.',
    )
  }
  const idempotencyKey = readKey(headers.idempotencyKey)
  if (Number(headers.contentLength ?? 0) > pushLimitBytes) throw tooLarge(pushLimitBytes)
  const parts: Buffer[] = []
  let size = 0
  const stream = bytes[Symbol.asyncIterator]()
  while (size <= groupedBytes) {
    const next = await stream.next()
    if (next.done) break
    parts.push(next.value)
    size += next.value.length
  }
  const head = Buffer.concat(parts)
  if (head.length === 0) throw invalid('Nội dung gửi lên trống. Hãy gửi ít nhất một bản ghi.')
  const format = chooseFormat(source, headers.contentType, head)
  if (size <= groupedBytes) {
    const sha256 = createHash('sha256').update(head).digest()
    return landInGroup(ctx, {
      source: code,
      contractVersion: source.version,
      format,
      idempotencyKey,
      bytes: head,
      sha256,
    })
  }
  return landLarge(ctx, { code, source, format, idempotencyKey }, { head, rest: stream })
}

interface LargePush {
  code: string
  source: PushSource
  format: Landing['format']
  idempotencyKey: string | null
}

async function landLarge(
  ctx: Context,
  { code, source, format, idempotencyKey }: LargePush,
  { head, rest }: { head: Buffer; rest: AsyncIterator<Buffer> },
): Promise<number> {
  const hash = createHash('sha256')
  let isRead = false
  const body = async function* () {
    isRead = true
    let size = head.length
    hash.update(head)
    yield head
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      size += next.value.length
      if (size > pushLimitBytes) throw tooLarge(pushLimitBytes)
      hash.update(next.value)
      yield next.value
    }
  }
  const landing = await landBytes(ctx, {
    source: code,
    contractVersion: source.version,
    channel: 'push',
    format,
    bytes: body(),
    idempotencyKey: idempotencyKey ?? undefined,
  })
  // Under a key that was known before the body has not been read yet; it must be the same.
  if (!isRead) for await (const _ of body());
  if (landing.sha256 && !landing.sha256.equals(hash.digest())) throw reusedKey()
  return landing.id
}

/** The key as it stands or as a quoted string of the structured header. */
function readKey(header: string | undefined): string | null {
  if (header === undefined) return null
  const key = /^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim()
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw invalid('Idempotency-Key phải có từ 1 đến 255 ký tự ASCII, không có khoảng trắng.', [
      { path: 'Idempotency-Key', message: 'Khóa không hợp lệ.' },
    ])
  return key
}

const typesOf: Record<FileFormat['type'], RegExp> = {
  csv: /^(text\/csv|text\/plain|text\/tab-separated-values)\b/,
  xlsx: /^application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\b/,
  json: /^application\/([\w.+-]+\+)?json\b/,
  jsonl: /^application\/(x-ndjson|ndjson|jsonl|json-lines|x-jsonlines)\b/,
  xes: /^(application|text)\/xml\b/,
}

/** JSON and JSON Lines are taken under every contract whose columns are plain; else the contract's own format. */
function chooseFormat(source: PushSource, contentType: string | undefined, head: Buffer): Landing['format'] {
  const own = source.format
  const type = (contentType ?? 'application/octet-stream').toLowerCase()
  if (type.startsWith('application/octet-stream')) return null
  if (typesOf.jsonl.test(type)) return own === 'jsonl' ? null : 'jsonl'
  if (typesOf.json.test(type)) return jsonFormat(own, head)
  if (typesOf[own].test(type) || type.startsWith('application/gzip')) return null
  throw new Problem(
    'request.wrong-type',
    415,
    `Nguồn này nhận application/json, application/x-ndjson hoặc định dạng ${own}.`,
    {
      type,
      accepts: ['application/json', 'application/x-ndjson', own],
    },
  )
}

function jsonFormat(own: FileFormat['type'], head: Buffer): Landing['format'] {
  const first = head
    .toString('utf8', 0, 64)
    .replace(/^\ufeff/, '')
    .trimStart()[0]
  if (first === '[') return 'json'
  if (first === '{') return own === 'json' ? null : 'jsonl'
  throw new Problem('push.not-json', 422, 'Nội dung JSON phải là một mảng bản ghi “[…]” hoặc một bản ghi “{…}”.')
}
