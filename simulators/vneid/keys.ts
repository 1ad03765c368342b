// What the simulator signs with, and how its tokens are spoilt on request.
import { decodeJwt, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import type { Tampering } from './behaviour.ts'

export interface SigningKey {
  kid: string
  privateKey: CryptoKey
  jwk: JWK
}

export async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = `sim-${crypto.randomUUID().slice(0, 8)}`
  return { kid, privateKey, jwk: { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' } }
}

const sign = (claims: JWTPayload, { kid, privateKey }: Pick<SigningKey, 'kid' | 'privateKey'>) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey)

/** The same token with one thing wrong, signed as the wrong demands. */
export async function spoil(token: string, how: Tampering, key: SigningKey): Promise<string> {
  const claims = decodeJwt(token)
  const now = Math.floor(Date.now() / 1000)
  switch (how) {
    case 'issuer':
      return sign({ ...claims, iss: 'https://vneid.ke-gia-mao.invalid' }, key)
    case 'nonce':
      return sign({ ...claims, nonce: 'of-another-sign-in' }, key)
    case 'expired':
      return sign({ ...claims, iat: now - 7200, exp: now - 3600 }, key)
    case 'audience':
      return sign({ ...claims, aud: 'another-application' }, key)
    case 'forged':
      return sign(claims, { ...(await makeKey()), kid: key.kid })
    case 'unsigned':
      return new UnsecuredJWT(claims).encode()
  }
}
