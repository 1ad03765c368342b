import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { FileUse } from '../model.ts'
import { upsertRule } from './store.ts'

const Rule = z.strictObject({ title: z.string().min(1).max(200), years: z.number().int().min(1).max(100).nullable() })
const Rules = z.strictObject({
  source: z.string().min(1).max(1000),
  verified: z.boolean(),
  retention: z.record(FileUse, Rule),
})

/** The pack's rules; a rule an office has changed stays. @throws ConfigFault */
export async function loadRetention(ctx: Context, packDir: string): Promise<void> {
  const path = join(packDir, 'files.yaml')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (text === undefined) return
  const read = Rules.safeParse(parse(text))
  if (!read.success) throw new ConfigFault(`${path}:\n${z.prettifyError(read.error)}`)
  const { source, verified, retention } = read.data
  for (const [use, { title, years }] of Object.entries(retention))
    await upsertRule(ctx.sql, { use, title, years, citation: source, verified })
}
