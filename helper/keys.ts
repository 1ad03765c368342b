// What the signer holds: tokens behind PKCS#11 modules and, for trying, a PEM file with an RSA key and its certificate.
import { constants, createHash, createPrivateKey, privateEncrypt, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  openTokens,
  type TokenAlgorithm,
  TokenFault,
  type Tokens,
} from '../src/foundation/signing/means/pkcs11-tool.ts'

export interface HeldCertificate {
  /** SHA-256 of the certificate in hex: names it to the page. */
  fingerprint: string
  subject: string
  issuer: string
  serial: string
  validFrom: string
  validTo: string
  /** DER in base64: the signer's own first, then those of authorities that lie beside it. */
  chain: string[]
  algorithm: TokenAlgorithm
  /** Where it lies, in words. */
  place: string
}

export type SignDigest = (digest: Buffer) => Promise<Buffer>

export interface Keys {
  list(): Promise<HeldCertificate[]>
  /** @throws TokenFault when the PIN is wrong, or the token is gone. */
  unlock(fingerprint: string, pin: string): Promise<SignDigest>
}

export interface KeySettings {
  tool: string
  modules: readonly string[]
  pem: string | undefined
}

export function openKeys(settings: KeySettings): Keys {
  const tokens = openTokens({ tool: settings.tool, environment: process.env })
  const read = async () => [
    ...(await listTokens(tokens, settings.modules)),
    ...(settings.pem ? await listPem(settings.pem) : []),
  ]
  return {
    list: async () => (await read()).map(({ held }) => held),
    async unlock(fingerprint, pin) {
      const found = (await read()).find(({ held }) => held.fingerprint === fingerprint)
      if (!found) throw new TokenFault('no-token', 'the certificate is no longer here')
      return found.unlock(pin)
    },
  }
}

interface Found {
  held: HeldCertificate
  unlock(pin: string): Promise<SignDigest>
}

async function listTokens(tokens: Tokens, modules: readonly string[]): Promise<Found[]> {
  const found: Found[] = []
  for (const module of modules)
    for (const { token, model } of await tokens.listSlots(module)) {
      const certificates = await tokens.listCertificates(module, token)
      const authorities = certificates.filter(({ der }) => new X509Certificate(der).ca).map(({ der }) => der)
      for (const { id, der } of certificates) {
        const held = describe([der, ...authorities], `${token} (${model})`)
        if (!held || new X509Certificate(der).ca) continue
        const unlock = async (pin: string): Promise<SignDigest> => {
          const ids = await tokens.listKeys({ module, token, pin })
          if (!ids.includes(id)) throw new TokenFault('failed', 'the token has no key of this certificate')
          return (digest) => tokens.sign({ module, token, id, pin }, digest, held.algorithm)
        }
        found.push({ held, unlock })
      }
    }
  return found
}

async function listPem(path: string): Promise<Found[]> {
  const text = await readFile(path, 'utf8')
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const chain = certificates.map((one) => new X509Certificate(one).raw)
  const held = chain.length > 0 ? describe(chain, `tệp ${path}`) : undefined
  if (held?.algorithm !== 'rsa-pkcs1-sha256') return []
  const unlock = async (pin: string): Promise<SignDigest> => {
    const key = openPem(text, pin)
    const prefix = Buffer.from('3031300d060960864801650304020105000420', 'hex')
    return async (digest) =>
      privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([prefix, digest]))
  }
  return [{ held, unlock }]
}

function openPem(text: string, pin: string) {
  try {
    return createPrivateKey({ key: text, passphrase: pin })
  } catch (error) {
    throw new TokenFault('pin-wrong', (error as Error).message)
  }
}

/** Nothing for keys that are not signed with here. */
function describe(chain: readonly Buffer[], place: string): HeldCertificate | undefined {
  const [own] = chain
  if (!own) return undefined
  const certificate = new X509Certificate(own)
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey
  const isP256 = type === 'ec' && details?.namedCurve === 'prime256v1'
  if (type !== 'rsa' && !isP256) return undefined
  return {
    fingerprint: createHash('sha256').update(own).digest('hex'),
    subject: certificate.subject,
    issuer: certificate.issuer,
    serial: certificate.serialNumber,
    validFrom: new Date(certificate.validFrom).toISOString(),
    validTo: new Date(certificate.validTo).toISOString(),
    chain: chain.map((one) => one.toString('base64')),
    algorithm: isP256 ? 'ecdsa-p256-sha256' : 'rsa-pkcs1-sha256',
    place,
  }
}
