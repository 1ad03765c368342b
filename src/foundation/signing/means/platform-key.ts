/**
 * What the platform says to the helper on the signer's machine goes through a page, which anything that got into the page could change. So
 * it is signed (JWS, Ed25519) with a key of this installation that the helper fetches from the platform's own address.
 */
import { createPrivateKey, createPublicKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { Config } from '#platform/config'
import { readSecretKey } from '#platform/secret-key'

/** DER around the 32 bytes of an Ed25519 private key (RFC 8410). */
const seedPrefix = Buffer.from('302e020100300506032b657004220420', 'hex')

const openKey = async (config: Config): Promise<KeyObject> =>
  createPrivateKey({
    key: Buffer.concat([seedPrefix, await readSecretKey(config, 'signing-helper')]),
    format: 'der',
    type: 'pkcs8',
  })

/** The public half as a JWK. */
export async function platformKey(config: Config): Promise<Record<string, unknown>> {
  return { ...createPublicKey(await openKey(config)).export({ format: 'jwk' }) }
}

export type HelperWish =
  | { kind: 'consent'; account: string; certificate: string; documents: readonly { title: string; sha256: string }[] }
  | { kind: 'signatures'; consent: string; items: readonly { sha256: string; digest: string }[] }

const lifeSeconds = 600

/** A wish to the helper; it counts once. `jti` names the consent that it asks for. */
export async function sealWish(
  config: Config,
  wish: HelperWish,
  { origin, now, jti = randomUUID() }: { origin: string; now: Date; jti?: string },
): Promise<string> {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(now.getTime() / 1000) + lifeSeconds
  const body = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part({ ...wish, iss: origin, jti, exp })}`
  return `${body}.${sign(null, Buffer.from(body), await openKey(config)).toString('base64url')}`
}
