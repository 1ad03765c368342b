/**
 * Resumable uploads by the tus protocol 1.0 (creation, creation with upload, termination, expiration, checksum). The protocol is `@tus/server`'s;
 * here is where the bytes go: each request's stream is cut into pieces, a piece lies whole in the store and has a row before it counts.
 * A line that is cut, a page that is closed or a process that is killed loses what came after the last piece, which the client sends
 * again. Of a request that names its checksum nothing counts before all of it has come and is right.
 */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { DataStore, Server, Upload } from '@tus/server'
import type { Context } from '#platform/context'
import { invalid, notFound, Problem } from '#platform/errors'
import type { RequestFacts } from '#platform/http'
import { bareName } from '../content/names.ts'
import { refuse } from '../content/refuse.ts'
import { type Checksum, readChecksum } from './checksum.ts'
import { makeLocker } from './locker.ts'
import { mostBytesOf, mostUnderWay, UploadUse, uploadLastsMs, uploadsPath } from './model.ts'
import { countPieces, dropUpload, forgetPieces, putPiece } from './pieces.ts'
import { findUpload, insertUpload, lockLoad, type Piece, type UploadRow } from './store.ts'

/** Small enough that little is lost and little is held in memory, large enough that the disk is not asked too often. */
const pieceBytes = 4 * 1024 ** 2
const mostNameLength = 300
/** What a request that has been asked to make way may still bring to an end. */
const drainMs = 300

const locker = makeLocker()

const accountOf = (ctx: Context) => ctx.actor.account ?? ''

/** One's own upload. @throws Problem 404. */
export async function getUpload(ctx: Context, id: string): Promise<UploadRow> {
  const row = await findUpload(ctx.sql, id, { account: accountOf(ctx), now: ctx.now })
  if (!row) throw notFound('upload', id)
  return row
}

class PieceStore extends DataStore {
  readonly #ctx: Context
  readonly #checksum: Checksum | undefined

  constructor(ctx: Context, checksum: Checksum | undefined) {
    super()
    this.#ctx = ctx
    this.#checksum = checksum
    this.extensions = ['creation', 'creation-with-upload', 'termination', 'expiration', 'checksum']
  }

  override async create(upload: Upload): Promise<Upload> {
    const ctx = this.#ctx
    const { use, name } = readMetadata(ctx, upload.metadata)
    const sizeBytes = upload.size ?? 0
    const most = mostBytesOf(ctx.config, use)
    if (sizeBytes === 0) throw refuse('file.empty', 'Tệp không có nội dung. Hãy chọn tệp khác.')
    if (sizeBytes > most)
      throw new Problem(
        'file.too-large',
        413,
        `Tệp vượt quá ${Math.floor(most / 1024 ** 2)} MB. Hãy tách tệp rồi gửi lại.`,
      )
    const row = { id: upload.id, account: accountOf(ctx), use, name, sizeBytes, createdAt: ctx.now }
    await ctx.transaction(async (inner) => {
      const load = await lockLoad(inner.sql, row.account, ctx.now)
      if (load.uploads >= mostUnderWay || (load.bytes > 0 && load.bytes + sizeBytes > 2 * ctx.config.maxFileBytes))
        throw new Problem(
          'upload.too-many',
          429,
          'Ông/bà đang có nhiều tệp tải lên chưa gửi. Hãy gửi hoặc bỏ các tệp đó rồi thử lại.',
        )
      await insertUpload(inner.sql, { ...row, expiresAt: new Date(ctx.now.getTime() + uploadLastsMs) })
    })
    return upload
  }

  override async getUpload(id: string): Promise<Upload> {
    const row = await getUpload(this.#ctx, id)
    return new Upload({ id, size: row.sizeBytes, offset: row.receivedBytes })
  }

  /** What came before the line was cut counts, unless it must be checked as a whole. */
  override async write(bytes: Readable, id: string, offset: number): Promise<number> {
    const [ctx, checksum] = [this.#ctx, this.#checksum]
    const unchecked: Piece[] = []
    let at = offset
    let gathered: Buffer[] = []
    let size = 0
    const keep = async () => {
      if (size === 0) return
      const piece = await putPiece(ctx, id, at, Buffer.concat(gathered))
      gathered = []
      size = 0
      if (checksum) unchecked.push(piece)
      else await countPieces(ctx, id, [piece])
      at += piece.sizeBytes
    }
    try {
      for await (const chunk of bytes) {
        checksum?.take(chunk)
        gathered.push(chunk)
        size += chunk.length
        if (size >= pieceBytes) await keep()
      }
      if (checksum) await keep()
      checksum?.check()
    } catch (error) {
      await forgetPieces(ctx, unchecked)
      if (!checksum) await keep()
      throw error
    }
    await keep()
    await countPieces(ctx, id, unchecked)
    return at
  }

  override async remove(id: string): Promise<void> {
    await getUpload(this.#ctx, id)
    await this.#ctx.transaction((inner) => dropUpload(inner, id))
  }
}

function readMetadata(ctx: Context, metadata: Upload['metadata']): { use: UploadUse; name: string } {
  const use = UploadUse.safeParse(metadata?.use)
  const { filename } = metadata ?? {}
  if (!use.success || !filename) throw invalid('Upload-Metadata phải có filename và use.')
  // Tables may be very large: they are for people who work in an agency.
  if (use.data === 'table' && !ctx.actor.organisation)
    throw new Problem('access.forbidden', 403, 'Tài khoản không có quyền thực hiện việc này.')
  return { use: use.data, name: bareName(filename).slice(0, mostNameLength) || 'tep' }
}

const passedOn = /^(tus-resumable|upload-.+|content-type|content-length)$/

/** Asks the protocol. `finished` may throw: the upload is then refused with its words. */
export async function answerTus(
  ctx: Context,
  asked: { request: RequestFacts; bytes: Readable },
  finished: (id: string) => Promise<void>,
): Promise<Response> {
  const { method, path, headers } = asked.request
  const checksum = readChecksum(headers['upload-checksum'])
  let fault: unknown
  const server = new Server({
    path: uploadsPath,
    relativeLocation: true,
    datastore: new PieceStore(ctx, checksum),
    // Told by OPTIONS; what an upload may be is asked by its use.
    ...(method === 'OPTIONS' ? { maxSize: ctx.config.maxFileBytes } : {}),
    locker,
    lockDrainTimeout: drainMs,
    namingFunction: () => randomUUID(),
    onUploadFinish: async (_request, { id }) => {
      await finished(id)
      return {}
    },
    onResponseError: (_request, error) => {
      fault = error
      return undefined
    },
  })
  const hasBody = method === 'POST' || method === 'PATCH'
  const request = new Request(`http://tram.invalid${path}`, {
    method,
    headers: Object.entries(headers).filter((entry): entry is [string, string] => passedOn.test(entry[0])),
    body: hasBody ? (Readable.toWeb(asked.bytes) as ReadableStream) : undefined,
    duplex: 'half',
  } as RequestInit)
  const response = await server.handleWeb(request as Parameters<typeof server.handleWeb>[0])
  if (fault instanceof Problem || fault instanceof Error) throw fault
  if (response.status >= 400) throw tusProblem(response.status)
  return response
}

const words: Record<number, [string, string]> = {
  404: ['upload.not-found', 'Lượt tải lên này không còn. Hãy chọn lại tệp.'],
  409: ['upload.offset', 'Phần gửi tiếp không khớp với phần đã nhận. Hãy hỏi lại đã nhận đến đâu rồi gửi tiếp.'],
  410: ['upload.gone', 'Lượt tải lên này đã hết thời gian giữ. Hãy chọn lại tệp.'],
  412: ['upload.version', 'Yêu cầu phải mang tiêu đề Tus-Resumable: 1.0.0.'],
  413: ['upload.too-large', 'Phần gửi lên dài hơn kích thước đã khai của tệp.'],
}

/** What the protocol itself finds wrong, in the house's words. */
function tusProblem(status: number): Problem {
  const [code, message] = words[status] ?? ['upload.refused', 'Yêu cầu không theo đúng giao thức tải lên (tus 1.0.0).']
  return new Problem(code, status, message)
}
