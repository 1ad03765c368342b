import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { Settings, usualSettings } from './model.ts'
import { findSettings, keepSettings } from './store.ts'

/** Takes in `notifications.yaml`; a pack without it gets what is usual. */
export async function loadSettings(ctx: Context, packDir: string): Promise<void> {
  const path = join(packDir, 'notifications.yaml')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  const packSha256 = createHash('sha256')
    .update(text ?? '')
    .digest('hex')
  const known = await findSettings(ctx.sql)
  if (known?.packSha256 === packSha256) return
  const read = Settings.safeParse(text === undefined ? usualSettings : parse(text))
  if (!read.success) throw new ConfigFault(`${path}:\n${z.prettifyError(read.error)}`)
  await keepSettings(ctx.sql, packSha256, read.data)
}

/** What holds in this installation. */
export async function getSettings({ sql }: Pick<Context, 'sql'>): Promise<Settings> {
  const known = await findSettings(sql)
  return known ? { ...usualSettings, ...known.body } : usualSettings
}
