import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { conflict } from '#platform/errors'
import { defineJob } from '#platform/jobs'
import { storeOf } from '../storage/choose.ts'
import { pieceFolder } from '../storage/names.ts'
import { deleteUpload, insertPiece, isUnderWay, listPieces, type Piece } from './store.ts'

const folderOf = (id: string) => `${pieceFolder}${id}/`

/** Bytes first, row second: what the row says is there is there, and a process that dies between leaves only an orphan to the sweep. */
export async function putPiece(ctx: Context, id: string, atByte: number, bytes: Buffer): Promise<Piece> {
  const name = `${folderOf(id)}${atByte}-${randomUUID()}`
  await storeOf(ctx.config).put(name, bytes)
  return { atByte, sizeBytes: bytes.length, name }
}

/** From now on they count, all of them or none. @throws Problem 409 where another connection was before. */
export async function countPieces(ctx: Context, id: string, pieces: readonly Piece[]): Promise<void> {
  const late = () => conflict('upload.offset', 'Phần này của tệp đã được nhận từ một kết nối khác.')
  try {
    await ctx.transaction(async (inner) => {
      for (const piece of pieces) if (!(await insertPiece(inner.sql, id, piece))) throw late()
    })
  } catch (error) {
    await forgetPieces(ctx, pieces)
    throw error
  }
}

export async function forgetPieces(ctx: Context, pieces: readonly Piece[]): Promise<void> {
  for (const { name } of pieces) await storeOf(ctx.config).remove(name)
}

/** The pieces one after the other. */
export function readPieces(ctx: Context, id: string): Readable {
  return Readable.from(joinPieces(ctx, id), { objectMode: false })
}

async function* joinPieces(ctx: Context, id: string): AsyncGenerator<Buffer> {
  const store = storeOf(ctx.config)
  for (const { name, sizeBytes } of await listPieces(ctx.sql, id)) {
    const opened = await store.open(name)
    if (opened?.sizeBytes !== sizeBytes) throw new Error(`a piece of the upload ${id} is not where it belongs`)
    yield* opened.bytes
  }
}

export const dropPieces = defineJob('files.drop-pieces', z.object({ upload: z.string() }))

/** The row goes in the caller's transaction, the bytes when that is through. */
export async function dropUpload(ctx: Context, id: string): Promise<void> {
  if (await deleteUpload(ctx.sql, id)) await ctx.enqueue(dropPieces, { upload: id })
}

/** Bears being run again. */
export async function removePieces(ctx: Context, id: string): Promise<void> {
  if (await isUnderWay(ctx.sql, id)) return
  const store = storeOf(ctx.config)
  for await (const { name } of store.list(folderOf(id))) await store.remove(name)
}
