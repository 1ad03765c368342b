// What of citizens' data is the province's to say: for which purposes an officer may look somebody up, and who decides doubtful records.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ConfigFault } from '#platform/config'
import { personFields } from './model.ts'

const Purpose = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
  name: z.string().min(1).max(200),
  /** The provision that allows it, shown to the person. */
  legalBasis: z.string().min(1).max(500),
  /** What the look-up must name: the dossier, or the document that asks for it. */
  reference: z.enum(['dossier', 'document']),
  /** What is shown in full; the rest is masked. */
  fields: z.array(z.enum(personFields)),
})
export type Purpose = z.infer<typeof Purpose>

const Settings = z.strictObject({
  source: z.string().min(1),
  /** Code of the organisation whose clerks decide whether two records are of one person. */
  casesAt: z.string().min(1),
  purposes: z.array(Purpose).min(1),
})
export type PersonSettings = z.infer<typeof Settings>

const kept = new Map<string, Promise<PersonSettings | undefined>>()

/** `citizens.yaml` of the pack; nothing where it has none: nobody can then be looked up. */
export function readPersonSettings(packDir: string): Promise<PersonSettings | undefined> {
  const known = kept.get(packDir) ?? readSettings(join(packDir, 'citizens.yaml'))
  kept.set(packDir, known)
  return known
}

async function readSettings(path: string): Promise<PersonSettings | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (text === undefined) return undefined
  const parsed = Settings.safeParse(parse(text))
  if (!parsed.success) throw new ConfigFault(`${path}:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}
