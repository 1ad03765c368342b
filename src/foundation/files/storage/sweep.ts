import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '#platform/context'
import { isKept, tryLockContent } from '../store.ts'
import { asideOf, folderOf } from './place.ts'

/** What is younger may belong to a transaction that is still open. */
const youngMs = 24 * 3_600_000

/**
 * Removes what transactions that failed have left behind: files without a row, and drafts. Nothing that has a row, nothing young; a file
 * that is being kept at this moment is locked by who keeps it. Returns how many went.
 */
export async function sweepFiles(ctx: Context): Promise<number> {
  const { varDir } = ctx.config
  let removed = 0
  for (const name of await list(asideOf(varDir))) removed += await removeOld(ctx, join(asideOf(varDir), name))
  for (const first of await list(folderOf(varDir), /^[0-9a-f]{2}$/)) {
    for (const second of await list(join(folderOf(varDir), first), /^[0-9a-f]{2}$/)) {
      const folder = join(folderOf(varDir), first, second)
      for (const sha256 of await list(folder, /^[0-9a-f]{64}$/)) {
        if (await isKept(ctx.sql, sha256)) continue
        removed += await ctx.transaction(async (inner) => {
          if (!(await tryLockContent(inner.sql, sha256)) || (await isKept(inner.sql, sha256))) return 0
          return removeOld(inner, join(folder, sha256))
        })
      }
    }
  }
  return removed
}

async function list(folder: string, pattern = /./): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => pattern.test(name))
}

async function removeOld(ctx: Context, path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile() || ctx.now.getTime() - found.mtimeMs < youngMs) return 0
  await rm(path, { force: true })
  return 1
}
