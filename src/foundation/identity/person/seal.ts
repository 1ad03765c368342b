/**
 * How numbers of people lie in the database: a keyed hash finds them, AES-256-GCM keeps them. Both keys come from one key file of the
 * installation, so that a copy of the database alone tells no number, and trying all numbers against the hashes tells none either.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Config } from '#platform/config'
import type { Context } from '#platform/context'
import { readSecretKey } from '#platform/secret-key'

interface Keys {
  find: Buffer
  seal: Buffer
}

const kept = new WeakMap<Config, Promise<Keys>>()

function keysOf({ config }: Pick<Context, 'config'>): Promise<Keys> {
  const known = kept.get(config)
  if (known) return known
  const made = readSecretKey(config, 'person-key').then((key) => {
    const part = (use: string) => Buffer.from(hkdfSync('sha256', key, '', `tram-huong person ${use}`, 32))
    return { find: part('find'), seal: part('seal') }
  })
  kept.set(config, made)
  return made
}

/** Always the same for one number in one installation. */
export async function hashNumber(ctx: Pick<Context, 'config'>, number: string): Promise<Buffer> {
  const { find } = await keysOf(ctx)
  return createHmac('sha256', find).update(number).digest()
}

const nonceBytes = 12
const tagBytes = 16

/** @param owner what the text belongs to; it opens for nothing else. */
export async function sealText(ctx: Pick<Context, 'config'>, owner: string, text: string): Promise<Buffer> {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', (await keysOf(ctx)).seal, nonce).setAAD(Buffer.from(owner))
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** @throws when it was sealed for another owner or under another key. */
export async function openText(ctx: Pick<Context, 'config'>, owner: string, sealed: Buffer): Promise<string> {
  const { seal } = await keysOf(ctx)
  const cipher = createDecipheriv('aes-256-gcm', seal, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(owner)).setAuthTag(sealed.subarray(-tagBytes))
  return Buffer.concat([cipher.update(sealed.subarray(nonceBytes, -tagBytes)), cipher.final()]).toString('utf8')
}
