/** The ways of signing that are taken, as they are written in CMS (RFC 5652, 4056, 5754) and as OpenSSL does them. Never SHA-1. */
import { constants, type KeyObject, verify } from 'node:crypto'
import { type DerValue, encode, integer, nothing, octets, oid, sequence } from './der.ts'

export type SigningAlgorithm = 'rsa-pkcs1-sha256' | 'rsa-pss-sha256' | 'ecdsa-p256-sha256'

export const oids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  timeStampToken: '1.2.840.113549.1.9.16.2.14',
  timeStampInfo: '1.2.840.113549.1.9.16.1.4',
} as const

const sha256 = '2.16.840.1.101.3.4.2.1'
/** Digests by their identifier. */
const digests = new Map([
  [sha256, 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])
const digestOids = new Map([...digests].map(([dotted, name]) => [name, dotted]))

const named = (dotted: string, ...parameters: Buffer[]) => sequence(oid(dotted), ...parameters)

export const sha256Identifier = named(sha256)

const pssParameters = (digest: string, saltLength: number, withNull: boolean): Buffer => {
  const hash = withNull ? named(digest, nothing) : named(digest)
  return sequence(
    encode(0xa0, hash),
    encode(0xa1, named('1.2.840.113549.1.1.8', hash)),
    encode(0xa2, integer(saltLength)),
  )
}

/** How a signature of this kind names itself. */
export const signatureIdentifiers: Record<SigningAlgorithm, Buffer> = {
  'rsa-pkcs1-sha256': named('1.2.840.113549.1.1.1', nothing),
  'rsa-pss-sha256': named('1.2.840.113549.1.1.10', pssParameters(sha256, 32, true)),
  'ecdsa-p256-sha256': named('1.2.840.10045.4.3.2'),
}

/** The digest of an AlgorithmIdentifier, in each of its exact spellings. */
const digestSpellings = new Map(
  [...digests].flatMap(([dotted, name]) => [
    [named(dotted).toString('hex'), name],
    [named(dotted, nothing).toString('hex'), name],
  ]),
)

export const digestNameOf = (identifier: DerValue): string | undefined =>
  digestSpellings.get(identifier.raw.toString('hex'))

type Way = { kind: 'rsa' | 'ecdsa' } | { kind: 'pss'; saltLength: number }

/** Way of signing, and the digest where the identifier itself fixes it. */
const spellings = new Map<string, { way: Way; digest?: string }>([
  [named('1.2.840.113549.1.1.1', nothing).toString('hex'), { way: { kind: 'rsa' } }],
  ...[...digests].flatMap(([dotted, digest], place): [string, { way: Way; digest: string }][] => [
    [named(`1.2.840.113549.1.1.${11 + place}`, nothing).toString('hex'), { way: { kind: 'rsa' }, digest }],
    [named(`1.2.840.10045.4.3.${2 + place}`).toString('hex'), { way: { kind: 'ecdsa' }, digest }],
    ...[true, false].map((withNull): [string, { way: Way; digest: string }] => {
      const saltLength = [32, 48, 64][place] ?? 32
      const parameters = pssParameters(dotted, saltLength, withNull)
      return [named('1.2.840.113549.1.1.10', parameters).toString('hex'), { way: { kind: 'pss', saltLength }, digest }]
    }),
  ]),
])

export const isKnownSignature = (identifier: DerValue): boolean => spellings.has(identifier.raw.toString('hex'))

export interface Signed {
  /** The AlgorithmIdentifier of the signature. */
  identifier: DerValue
  /** Digest named beside it; absent in certificates, whose identifier says it. */
  digest?: string
  bytes: Buffer
  signature: Buffer
  key: KeyObject
}

/** False also for ways of signing that are not taken. */
export function isSignedBy({ identifier, digest, bytes, signature, key }: Signed): boolean {
  const known = spellings.get(identifier.raw.toString('hex'))
  const hash = known?.digest ?? digest
  if (!known || !hash || !digestOids.has(hash) || (known.digest && digest && known.digest !== digest)) return false
  const wanted = known.way.kind === 'ecdsa' ? ['ec'] : known.way.kind === 'pss' ? ['rsa', 'rsa-pss'] : ['rsa']
  if (!wanted.includes(key.asymmetricKeyType ?? '')) return false
  try {
    if (known.way.kind !== 'pss') return verify(hash, bytes, key, signature)
    const { saltLength } = known.way
    return verify(hash, bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature)
  } catch {
    return false
  }
}

/** ECDSA signatures come as two numbers side by side from tokens, and as a SEQUENCE of both in CMS. */
export function ecdsaSignature(signature: Buffer): Buffer {
  if (signature.length !== 64) return signature
  return sequence(integer(signature.subarray(0, 32)), integer(signature.subarray(32)))
}

export const messageImprint = (digestSha256: Uint8Array) => sequence(named(sha256, nothing), octets(digestSha256))
