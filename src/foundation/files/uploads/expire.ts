import type { Context } from '#platform/context'
import { removePieces } from './pieces.ts'
import { deleteExpired } from './store.ts'

const atOnce = 100

/** Uploads whose time is over go with their pieces; what a process that dies here leaves is swept. */
export async function expireUploads(ctx: Context): Promise<void> {
  for (;;) {
    const gone = await deleteExpired(ctx.sql, ctx.now, atOnce)
    for (const id of gone) await removePieces(ctx, id)
    if (gone.length < atOnce) return
  }
}
