import { createECDH } from 'node:crypto'
import type { Config } from '#platform/config'
import { readSecretKey } from '#platform/secret-key'

/** The pair by which push services know this installation (VAPID, RFC 8292); browsers are bound to the public one, so it stays. */
export async function readPushKeys(config: Config): Promise<{ publicKey: string; privateKey: string }> {
  const secret = await readSecretKey(config, 'push-key')
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(secret)
  return { publicKey: pair.getPublicKey('base64url'), privateKey: secret.toString('base64url') }
}
