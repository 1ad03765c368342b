/**
 * Bytes as they came. An arrival is cut into pieces of at most a mebibyte, each compressed by itself and written at once, so that
 * a file of any size passes through little memory and any byte of it can be found again. Nothing is answered as accepted before
 * the last piece, the hash of the whole and its entry in the ledger are committed together.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, createGunzip, gunzip, gzip } from 'node:zlib'
import { appendEntry } from '#ledger'
import { ChangedContent } from '#platform/capability'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { processJob } from './events.ts'
import type { Channel } from './model.ts'
import {
  deleteChunks,
  findChunk,
  findChunkAsWritten,
  findChunkSeq,
  findLanding,
  findLandingByKey,
  insertChunk,
  insertLanding,
  type Landing,
  markLanded,
  markRefused,
} from './store.ts'

const chunkBytes = 1024 * 1024
const commandGraceMs = 60_000
const compress = promisify(gzip)
const decompress = promisify(gunzip)

export interface Arrival {
  source: string
  contractVersion: number
  channel: Channel
  fileName?: string
  bytes: AsyncIterable<Uint8Array>
  /** Size, when the sender tells it: too large a file is then refused before a byte of it is read. */
  size?: number
  /** The same key again is the same arrival: nothing is stored a second time. */
  idempotencyKey?: string
  /** How the bytes are written where it is not as the contract says. */
  format?: Landing['format']
}

const tooLarge = (limit: number) =>
  new Problem(
    'file.too-large',
    413,
    `Tệp lớn hơn mức cho phép (${Math.round(limit / 1024 ** 2)} MB). Hãy chia tệp theo kỳ hoặc theo đơn vị rồi gửi từng phần.`,
    { limitBytes: limit },
  )

/**
 * Stores one arrival and answers once it is safe.
 * @throws Problem file.too-large
 */
export async function landBytes(ctx: Context, arrival: Arrival): Promise<Landing> {
  const limit = ctx.config.maxFileBytes
  if (arrival.size !== undefined && arrival.size > limit) throw tooLarge(limit)
  const known =
    arrival.idempotencyKey !== undefined
      ? await findLandingByKey(ctx.sql, arrival.source, arrival.idempotencyKey)
      : undefined
  if (known && known.state !== 'refused') return known
  const id = await insertLanding(ctx.sql, {
    source: arrival.source,
    contractVersion: arrival.contractVersion,
    channel: arrival.channel,
    fileName: arrival.fileName ?? null,
    receivedBy: ctx.actor.account ?? ctx.actor.name,
    receivedAt: ctx.now,
    format: arrival.format,
  })
  try {
    const { byteCount, sha256 } = await storeChunks(ctx.sql, id, arrival.bytes, limit)
    await ctx.transaction(async (inner) => {
      await markLanded(inner.sql, id, { byteCount, sha256, idempotencyKey: arrival.idempotencyKey ?? null })
      await enqueueProcessing(inner, arrival)
      await appendEntry(inner, {
        action: 'landing.landed',
        subject: `landing:${id}`,
        body: {
          source: arrival.source,
          channel: arrival.channel,
          fileName: arrival.fileName ?? null,
          byteCount,
          sha256: sha256.toString('hex'),
        },
      })
    })
  } catch (error) {
    await abandonLanding(ctx, id, error)
    // Sent twice at the same time under one key: the first to be whole is the arrival.
    const first = isTaken(error) && (await findLandingByKey(ctx.sql, arrival.source, arrival.idempotencyKey ?? ''))
    if (first) return first
    throw error
  }
  const landing = await findLanding(ctx.sql, id)
  if (!landing) throw new Error(`landing ${id} has gone`)
  return landing
}

const isTaken = (error: unknown): boolean =>
  (error as { constraint_name?: string }).constraint_name === 'landing_idempotency'

/** One waiting job a source, and never two at work: what comes while one works is taken by it or by the next. */
export const wakeProcessing = (ctx: Context, source: string): Promise<void> =>
  ctx.enqueue(processJob, { source }, { key: `warehouse.process:${source}`, queue: `warehouse:${source}` })

/** A command works its file through by itself; the job comes later and only finds something to do when the command has died. */
async function enqueueProcessing(ctx: Context, { source, channel }: Arrival): Promise<void> {
  const payload = { source }
  if (channel !== 'command') return wakeProcessing(ctx, source)
  const runAt = new Date(ctx.now.getTime() + commandGraceMs)
  return ctx.enqueue(processJob, payload, { key: `warehouse.process-later:${source}`, runAt })
}

async function abandonLanding(ctx: Context, id: number, error: unknown): Promise<void> {
  await deleteChunks(ctx.sql, id)
  const fault =
    error instanceof Problem
      ? { code: error.code, message: error.message, facts: error.facts }
      : { code: 'landing.broken', message: 'Việc nhận tệp bị ngắt giữa chừng. Hãy gửi lại tệp.', facts: {} }
  await markRefused(ctx.sql, id, fault, ctx.now)
}

async function storeChunks(sql: Sql, landingId: number, bytes: AsyncIterable<Uint8Array>, limit: number) {
  const hash = createHash('sha256')
  let seq = 0
  let byteCount = 0
  let level: number | undefined
  // One piece is compressed and written while the next one is read.
  let writing: Promise<void> = Promise.resolve()
  const write = async (piece: Buffer) => {
    // What is compressed already is stored, not compressed again.
    level ??= piece[0] === 0x1f && piece[1] === 0x8b ? constants.Z_NO_COMPRESSION : constants.Z_BEST_SPEED
    const chunk = { seq, rawOffset: byteCount, rawLength: piece.length }
    seq += 1
    byteCount += piece.length
    if (byteCount > limit) throw tooLarge(limit)
    hash.update(piece)
    const packed = compress(piece, { level })
    await writing
    writing = packed.then((packedBytes) => insertChunk(sql, landingId, { ...chunk, bytes: packedBytes }))
    // A failure shows at the next piece; until then it must not count as unhandled.
    writing.catch(() => {})
  }
  for await (const piece of inPieces(bytes)) await write(piece)
  await writing
  return { byteCount, sha256: hash.digest() }
}

async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const part of bytes) {
    let from = 0
    while (length + part.length - from >= chunkBytes) {
      const take = chunkBytes - length
      yield Buffer.concat([...waiting, part.subarray(from, from + take)])
      from += take
      waiting = []
      length = 0
    }
    if (from < part.length) {
      waiting.push(part.subarray(from))
      length += part.length - from
    }
  }
  if (length > 0) yield Buffer.concat(waiting)
}

/** The bytes of a landing as they came, from `offset`. */
export async function* openLanding(sql: Sql, id: number, offset = 0): AsyncGenerator<Buffer> {
  const first = await findChunkSeq(sql, id, offset)
  if (first === undefined) return
  let next = findChunk(sql, id, first)
  for (let seq = first; ; seq += 1) {
    const chunk = await next
    if (!chunk) return
    next = findChunk(sql, id, seq + 1)
    next.catch(() => {})
    const raw = await decompress(chunk.bytes)
    yield chunk.rawOffset < offset ? raw.subarray(offset - chunk.rawOffset) : raw
  }
}

/** The whole of a landing for who checks it: every piece in its place and as it was written. @throws ChangedContent */
export async function* readAsWritten(sql: Sql, id: number): AsyncGenerator<Buffer> {
  for (let [seq, offset] = [0, 0]; ; seq += 1) {
    const chunk = await findChunkAsWritten(sql, id, seq)
    if (!chunk) return
    const raw = await decompress(chunk.bytes).catch((cause: Error) => {
      throw new ChangedContent(`piece ${seq} of landing ${id} does not unpack`, { cause })
    })
    if (!chunk.isAsWritten || chunk.rawOffset !== offset || chunk.rawLength !== raw.length)
      throw new ChangedContent(`piece ${seq} of landing ${id} is not as it was written`)
    offset += raw.length
    yield raw
  }
}

/** Exactly these bytes of a landing's content, counted after decompression where the file itself is compressed. */
export async function readLandedBytes(sql: Sql, id: number, offset: number, length: number): Promise<Buffer> {
  const head = await findChunk(sql, id, 0)
  const start = head && (await decompress(head.bytes))
  const compressed = start?.[0] === 0x1f && start[1] === 0x8b
  const bytes = compressed ? decompressStream(openLanding(sql, id)) : openLanding(sql, id, offset)
  let toSkip = compressed ? offset : 0
  const parts: Buffer[] = []
  let have = 0
  for await (const part of bytes) {
    const usable = toSkip > 0 ? part.subarray(Math.min(toSkip, part.length)) : part
    toSkip = Math.max(0, toSkip - part.length)
    if (usable.length === 0) continue
    parts.push(usable)
    have += usable.length
    if (have >= length) break
  }
  return Buffer.concat(parts).subarray(0, length)
}

async function* decompressStream(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzipper = createGunzip()
  const feeding = (async () => {
    for await (const part of bytes) {
      if (gunzipper.destroyed) return
      if (!gunzipper.write(part)) {
        await new Promise<void>((resolve) => {
          gunzipper.once('drain', resolve)
          gunzipper.once('close', resolve)
        })
      }
    }
    gunzipper.end()
  })()
  feeding.catch((error: unknown) => gunzipper.destroy(error instanceof Error ? error : new Error(String(error))))
  try {
    for await (const part of gunzipper) yield part as Buffer
  } finally {
    gunzipper.destroy()
    await feeding
  }
}
