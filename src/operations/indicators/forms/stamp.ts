/** The hidden stamp of a workbook: for whom, which period and version it was made, and what its locked cells hold, signed. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Config } from '#platform/config'
import { readSecretKey } from '#platform/secret-key'

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

const readKey = (config: Config): Promise<Buffer> => readSecretKey(config, 'form-key')

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
