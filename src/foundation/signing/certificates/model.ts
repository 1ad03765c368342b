import { createHash, X509Certificate } from 'node:crypto'
import { searchKey } from '#organisations'

export const certificateMeans = ['token', 'remote', 'seal', 'unknown'] as const
export type CertificateMeans = (typeof certificateMeans)[number]

export interface CertificateFacts {
  /** SHA-256 of the DER, in hex. */
  fingerprint: string
  serial: string
  issuer: string
  /** Common name of the subject. */
  holder: string
  validFrom: Date
  validTo: Date
  der: Buffer
  algorithm: 'rsa-pkcs1-sha256' | 'ecdsa-p256-sha256' | undefined
}

const commonName = (distinguished: string): string =>
  (/^CN=(.*)$/m.exec(distinguished)?.[1] ?? distinguished.replaceAll('\n', ', ')).normalize('NFC')

/** A serial number as it is kept: hex in lower case without leading zeros and colons. */
export const tidySerial = (text: string): string =>
  text
    .replace(/[\s:]/g, '')
    .toLowerCase()
    .replace(/^0+(?=.)/, '')

/** @throws Error for what is no certificate. */
export function readCertificate(bytes: Buffer): CertificateFacts {
  const certificate = new X509Certificate(bytes)
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey
  const isP256 = type === 'ec' && details?.namedCurve === 'prime256v1'
  return {
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    serial: tidySerial(certificate.serialNumber),
    issuer: commonName(certificate.issuer),
    holder: commonName(certificate.subject),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    der: certificate.raw,
    algorithm: type === 'rsa' ? 'rsa-pkcs1-sha256' : isP256 ? 'ecdsa-p256-sha256' : undefined,
  }
}

export const certificateStates = ['valid', 'ending', 'ended', 'revoked', 'coming'] as const
export type CertificateState = (typeof certificateStates)[number]

/** Days before the end at which its holder is told, the earliest first. */
export const toldBefore = [60, 30, 7] as const

const dayMs = 24 * 3_600_000

export function stateOf(
  { validFrom, validTo, revokedAt }: { validFrom: Date; validTo: Date; revokedAt: Date | null },
  now: Date,
): CertificateState {
  if (revokedAt && revokedAt <= now) return 'revoked'
  if (validTo <= now) return 'ended'
  if (validFrom > now) return 'coming'
  return validTo.getTime() - now.getTime() <= toldBefore[0] * dayMs ? 'ending' : 'valid'
}

/** The threshold that a certificate has passed and of which nobody was told yet. */
export function dueNotice(validTo: Date, told: number | null, now: Date): number | undefined {
  const days = (validTo.getTime() - now.getTime()) / dayMs
  if (days <= 0) return undefined
  const passed = toldBefore.filter((threshold) => days <= threshold).at(-1)
  return passed !== undefined && (told === null || passed < told) ? passed : undefined
}

/** Same person by name: titles, diacritics and spaces do not count. */
export const isSameName = (a: string, b: string): boolean => searchKey(a) === searchKey(b)
