import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { PersonalNumber } from './model.ts'
import { resolvePerson } from './resolve.ts'
import { hashNumber } from './seal.ts'
import { findByNumber } from './store.ts'

const DemoCitizens = z.strictObject({
  source: z.string().min(1),
  citizens: z.array(
    z.strictObject({
      number: PersonalNumber,
      name: z.string().min(1),
      birthDate: z.iso.date(),
      sex: z.enum(['male', 'female']),
    }),
  ),
})

/** Makes the records of the pack's demonstration citizens that are not there yet. */
export async function loadDemoCitizens(ctx: Context, packDir: string): Promise<void> {
  const path = join(packDir, 'demo', 'citizens.yaml')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (text === undefined) return
  const parsed = DemoCitizens.safeParse(parse(text))
  if (!parsed.success) throw new ConfigFault(`${path}:\n${z.prettifyError(parsed.error)}`)
  for (const citizen of parsed.data.citizens) {
    if (await findByNumber(ctx.sql, await hashNumber(ctx, citizen.number))) continue
    await resolvePerson(ctx, { ...citizen, issuer: 'urn:tram-huong:demo', subject: citizen.number })
  }
}
