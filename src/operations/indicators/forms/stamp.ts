/** The hidden stamp of a workbook: for whom, which period and version it was made, and what its locked cells hold, signed. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Config } from '#platform/config'

export const Stamp = z.strictObject({
  form: z.string(),
  version: z.int(),
  organisation: z.string(),
  period: z.string(),
  issuedAt: z.string(),
  /** Address → text of every cell that must come back as it went. */
  locked: z.record(z.string(), z.string()),
})
export type Stamp = z.infer<typeof Stamp>

/** The key of this installation; made once, also when two programs want it at the same time. */
async function readKey(config: Config): Promise<Buffer> {
  const path = join(config.varDir, 'secrets', 'form-key')
  const known = await readFile(path).catch(() => undefined)
  if (known) return known
  await mkdir(join(config.varDir, 'secrets'), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, randomBytes(32), { mode: 0o600 })
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft, { force: true })
  return readFile(path)
}

const sign = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

export async function sealStamp(config: Config, stamp: Stamp): Promise<{ text: string; signature: string }> {
  const text = JSON.stringify(stamp)
  return { text, signature: sign(await readKey(config), text).toString('base64url') }
}

/** The stamp, when it is ours and unchanged. */
export async function openStamp(config: Config, text: string, signature: string): Promise<Stamp | undefined> {
  const expected = sign(await readKey(config), text)
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  return Stamp.parse(JSON.parse(text))
}
