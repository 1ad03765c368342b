import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { PackCard } from '#organisations'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { BoundaryFile } from './model.ts'
import { replaceBoundaries } from './store.ts'

/** Brings the outlines of a pack in; a pack without `maps/` has none. @throws ConfigFault that names the file at fault. */
export async function loadBoundaries(ctx: Context, packDir: string): Promise<void> {
  const folder = join(packDir, 'maps')
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort()
  const card = PackCard.parse(parse(await readFile(join(packDir, 'pack.yaml'), 'utf8')))
  const rows = await Promise.all(
    names.map(async (name) => {
      const body = await readFile(join(folder, name), 'utf8')
      const file = readBoundaries(body, join(folder, name))
      const { code, level, within, title, validFrom = null, validTo = null } = file
      const sha256 = createHash('sha256').update(body).digest('hex')
      return { pack: card.code, code, level, within, title, validFrom, validTo, sha256, body }
    }),
  )
  await ctx.transaction((ctx) => replaceBoundaries(ctx.sql, card.code, rows))
}

function readBoundaries(body: string, path: string): BoundaryFile {
  try {
    return BoundaryFile.parse(JSON.parse(body))
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw new ConfigFault(`${path}: ${words}`)
  }
}
