import { createGunzip } from 'node:zlib'
import { FileFault } from './faults.ts'
import type { Limits } from './format.ts'

// The way from what arrived to plain bytes within bounds: gzip is opened by its mark, whatever the file's name says,
// and every size and ratio is judged while the bytes flow, so that a bomb is met after a few megabytes.

export type Bytes = AsyncIterable<Uint8Array>

const ratioJudgedFrom = 8 * 1024 ** 2
const gunzipChunk = 256 * 1024

/** Reads at least `size` bytes ahead; `rest` gives everything, the head included. */
export async function peekBytes(bytes: Bytes, size: number): Promise<{ head: Buffer; rest: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]()
  const parts: Uint8Array[] = []
  let length = 0
  let ended = false
  while (length < size) {
    const next = await iterator.next()
    if (next.done) {
      ended = true
      break
    }
    parts.push(next.value)
    length += next.value.length
  }
  const head = Buffer.concat(parts)
  let headGiven = head.length === 0
  // Written out, because a generator that was never begun would not close the file it stands for.
  const rest: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => rest,
    async next() {
      if (!headGiven) {
        headGiven = true
        return { done: false, value: head }
      }
      return ended ? { done: true, value: undefined } : iterator.next()
    },
    async return() {
      ended = true
      headGiven = true
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
  return { head, rest }
}

/** Does something with bytes that were opened; closes them if it fails. */
export async function orClose<Result>(bytes: Bytes, use: () => Result): Promise<Result> {
  try {
    return use()
  } catch (error) {
    await bytes[Symbol.asyncIterator]().return?.()
    throw error
  }
}

async function* limitBytes(bytes: Bytes, limit: number): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > limit) throw new FileFault('file.too-large', { limit })
    yield chunk
  }
}

function compressionFault(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'Z_BUF_ERROR') return new FileFault('file.cut', {}, { cause: error })
  if (code === 'Z_DATA_ERROR') return new FileFault('file.broken-compression', {}, { cause: error })
  return error
}

async function* gunzip(bytes: Bytes, limits: Limits): AsyncGenerator<Uint8Array> {
  const gunzipper = createGunzip({ chunkSize: gunzipChunk })
  let taken = 0
  let given = 0
  const feed = async () => {
    try {
      for await (const chunk of bytes) {
        taken += chunk.length
        if (gunzipper.destroyed) return
        if (!gunzipper.write(chunk)) await onceDrained(gunzipper)
      }
      gunzipper.end()
    } catch (error) {
      gunzipper.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }
  // Not awaited: it stops by itself, with the source, once the other side is destroyed.
  void feed()
  try {
    for await (const chunk of gunzipper as AsyncIterable<Buffer>) {
      given += chunk.length
      if (given > ratioJudgedFrom && given > taken * limits.ratio) {
        throw new FileFault('file.expands-too-much', { ratio: limits.ratio })
      }
      yield chunk
    }
  } catch (error) {
    throw compressionFault(error)
  } finally {
    gunzipper.destroy()
  }
}

function onceDrained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}

/** The plain bytes of a file that may be gzipped, bounded; an empty file is a fault. */
export async function* openBytes(input: Bytes, limits: Limits): AsyncGenerator<Uint8Array> {
  const { head, rest } = await peekBytes(limitBytes(input, limits.compressedBytes), 2)
  if (head.length === 0) throw new FileFault('file.empty', {})
  const gzipped = head[0] === 0x1f && head[1] === 0x8b
  if (!gzipped) {
    yield* limitBytes(rest, limits.bytes)
    return
  }
  let empty = true
  for await (const chunk of limitBytes(gunzip(rest, limits), limits.bytes)) {
    if (chunk.length > 0) empty = false
    yield chunk
  }
  if (empty) throw new FileFault('file.empty', {})
}
