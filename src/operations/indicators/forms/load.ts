import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { listDefinitions } from '../store.ts'
import { FormDefinition } from './definition.ts'
import { saveForm } from './form-store.ts'

/** Brings the forms of a pack in. @throws ConfigFault that names the file */
export async function loadForms(ctx: Context, packDir: string): Promise<void> {
  const folder = join(packDir, 'forms')
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const name of names.filter((one) => one.endsWith('.yaml')).sort()) {
    const parsed = FormDefinition.safeParse(parse(await readFile(join(folder, name), 'utf8')))
    if (!parsed.success) throw new ConfigFault(`${join(folder, name)}: ${z.prettifyError(parsed.error)}`)
    const form = parsed.data
    const rows = form.groups.flatMap((group) => group.rows)
    const typed = (await listDefinitions(ctx.sql, rows)).filter(({ body }) => body.formula.type === 'typed')
    const unknown = rows.filter((code) => !typed.some((definition) => definition.code === code))
    if (unknown.length > 0) throw new ConfigFault(`${join(folder, name)}: no typed indicators: ${unknown.join(', ')}`)
    if (new Set(rows).size !== rows.length)
      throw new ConfigFault(`${join(folder, name)}: an indicator stands there twice`)
    await saveForm(ctx.sql, basename(packDir), form)
  }
}
