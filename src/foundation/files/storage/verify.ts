import type { Context } from '#platform/context'
import { listKept } from '../store.ts'
import { storeOf } from './choose.ts'
import { hashStream, nameOf } from './names.ts'

export interface FilesVerification {
  files: number
  bytes: number
  /** Have a row and no file. */
  missing: string[]
  /** Are not what their name says. */
  changed: string[]
}

/** Reads every kept file and compares it with its hash. */
export async function verifyFiles(ctx: Context): Promise<FilesVerification> {
  const found: FilesVerification = { files: 0, bytes: 0, missing: [], changed: [] }
  const store = storeOf(ctx.config)
  let after = ''
  for (;;) {
    const rows = await listKept(ctx.sql, after, 1000)
    for (const { sha256, sizeBytes } of rows) {
      found.files += 1
      found.bytes += sizeBytes
      const opened = await store.open(nameOf(sha256)).catch(() => undefined)
      const hash = opened && (await hashStream(opened.bytes).catch(() => undefined))
      if (hash === undefined) found.missing.push(sha256)
      else if (hash !== sha256) found.changed.push(sha256)
    }
    const last = rows.at(-1)
    if (!last) return found
    after = last.sha256
  }
}
