import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Config } from '#platform/config'
import { readSecretKey } from '#platform/secret-key'

const nonceBytes = 12
const tagBytes = 16
const keyName = 'seal-pins'

/** AES-256-GCM under a key file of the installation, bound to the agency: sealed PINs cannot be exchanged. */
export async function sealPin(config: Config, organisation: string, pin: string): Promise<Buffer> {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', await readSecretKey(config, keyName), nonce)
  cipher.setAAD(Buffer.from(organisation))
  return Buffer.concat([nonce, cipher.update(pin, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** @throws Error when it was sealed under another key file, or for another agency. */
export async function openPin(config: Config, organisation: string, sealed: Buffer): Promise<string> {
  const key = await readSecretKey(config, keyName)
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(organisation)).setAuthTag(sealed.subarray(-tagBytes))
  return Buffer.concat([cipher.update(sealed.subarray(nonceBytes, -tagBytes)), cipher.final()]).toString('utf8')
}
