/** What a certificate says (RFC 5280), as far as signatures lean on it, and the way from it to a root that is trusted. */
import { type KeyObject, X509Certificate } from 'node:crypto'
import { isKnownSignature, isSignedBy } from './algorithms.ts'
import { bitsOf, childrenOf, DerFault, type DerValue, membersOf, oidOf, read, readAt, tags, timeOf } from './der.ts'

export interface Certificate {
  der: Buffer
  /** Names as they stand, to compare. */
  subject: Buffer
  issuer: Buffer
  serial: Buffer
  validFrom: Date
  validTo: Date
  key: KeyObject
  /** The key's bits, as revocation names the issuer. */
  keyBits: Buffer
  isAuthority: boolean
  /** How many authorities may stand under it. */
  pathLength: number | undefined
  mayCertify: boolean
  maySign: boolean
  extendedUsages: readonly string[]
  /** Nobody is asked about its revocation: it answers about others' for a short time. */
  noCheck: boolean
  ocspUrl: string | undefined
  crlUrl: string | undefined
  signed: { bytes: Buffer; identifier: DerValue; signature: Buffer }
}

export const usages = { timeStamping: '1.3.6.1.5.5.7.3.8', ocspSigning: '1.3.6.1.5.5.7.3.9' } as const

const mostBytes = 32 * 1024

/** @throws DerFault, or an error of OpenSSL for a key it does not know. */
export function readCertificate(der: Buffer): Certificate {
  if (der.length > mostBytes) throw new DerFault('a certificate too large')
  const outer = membersOf(read(der, tags.sequence))
  const [body, identifier, signature] = [outer.next(tags.sequence), outer.next(tags.sequence), outer.next(tags.bits)]
  outer.end()
  const members = membersOf(body)
  members.optional(0xa0)
  const serial = members.next(tags.integer).content
  const inner = members.next(tags.sequence)
  // What is signed names the way of signing too; the two must say the same.
  if (!inner.raw.equals(identifier.raw)) throw new DerFault('two ways of signing in one certificate')
  const issuer = members.next(tags.sequence).raw
  const [validFrom, validTo] = childrenOf(members.next(tags.sequence)).map(timeOf)
  const subject = members.next(tags.sequence).raw
  const [, keyBits] = childrenOf(members.next(tags.sequence))
  members.optional(0xa1)
  members.optional(0xa2)
  const extensions = readExtensions(members.optional(0xa3))
  if (!validFrom || !validTo || !keyBits) throw new DerFault('a certificate without its parts')
  const constraints = extensions.get('2.5.29.19')
  const keyUsage = extensions.get('2.5.29.15')
  const bits = keyUsage ? (read(keyUsage, tags.bits).content[1] ?? 0) : 0xff
  const [authority, pathLength] = constraints ? childrenOf(read(constraints, tags.sequence)) : []
  const extended = extensions.get('2.5.29.37')
  return {
    der,
    subject,
    issuer,
    serial,
    validFrom,
    validTo,
    key: new X509Certificate(der).publicKey,
    keyBits: bitsOf(keyBits),
    isAuthority: authority?.tag === tags.boolean && authority.content[0] === 0xff,
    pathLength:
      pathLength?.tag === tags.integer
        ? pathLength.content.readUIntBE(0, Math.min(4, pathLength.content.length))
        : undefined,
    mayCertify: (bits & 0x04) !== 0,
    maySign: (bits & 0xc0) !== 0,
    extendedUsages: extended ? childrenOf(read(extended, tags.sequence)).map(oidOf) : [],
    noCheck: extensions.has('1.3.6.1.5.5.7.48.1.5'),
    ocspUrl: findUrl(extensions.get('1.3.6.1.5.5.7.1.1'), '1.3.6.1.5.5.7.48.1'),
    crlUrl: firstUrl(extensions.get('2.5.29.31')),
    signed: { bytes: body.raw, identifier, signature: bitsOf(signature) },
  }
}

function readExtensions(given: DerValue | undefined): Map<string, Buffer> {
  const extensions = new Map<string, Buffer>()
  for (const extension of given ? childrenOf(read(given.content, tags.sequence)) : []) {
    const members = membersOf(extension)
    const name = oidOf(members.next(tags.oid))
    members.optional(tags.boolean)
    if (extensions.has(name)) throw new DerFault('an extension that stands twice')
    extensions.set(name, members.next(tags.octets).content)
  }
  return extensions
}

function findUrl(access: Buffer | undefined, method: string): string | undefined {
  for (const description of access ? childrenOf(read(access, tags.sequence)) : []) {
    const [name, place] = childrenOf(description)
    if (name && place?.tag === 0x86 && oidOf(name) === method) return place.content.toString('latin1')
  }
  return undefined
}

/** The first address of the places where lists of revocation lie. */
function firstUrl(points: Buffer | undefined): string | undefined {
  const walk = (value: DerValue): string | undefined => {
    if (value.tag === 0x86) return value.content.toString('latin1')
    if ((value.tag & 0x20) === 0) return undefined
    return childrenOf(value).map(walk).find(Boolean)
  }
  return points && walk(readAt(points, 0))
}

const nameOids: Record<string, string> = { '2.5.4.3': 'CN', '2.5.4.10': 'O', '2.5.4.11': 'OU' }

/** Parts of a name in words: `CN`, `O`, `OU`. */
export function readName(raw: Buffer): Partial<Record<string, string>> {
  const parts: Record<string, string> = {}
  for (const set of childrenOf(read(raw, tags.sequence)))
    for (const pair of childrenOf(set)) {
      const [type, value] = childrenOf(pair)
      const key = type && nameOids[oidOf(type)]
      if (key && value)
        parts[key] ??=
          value.tag === 0x1e ? Buffer.from(value.content).swap16().toString('utf16le') : value.content.toString('utf8')
    }
  return parts
}

export const isIssuedBy = (certificate: Certificate, issuer: Certificate): boolean =>
  certificate.issuer.equals(issuer.subject) && isSignedBy({ ...certificate.signed, key: issuer.key })

/** The certificates from `leaf` to a trusted root, both included; nothing when there is no such way. */
export function findChain(
  leaf: Certificate,
  others: readonly Certificate[],
  roots: readonly Certificate[],
): Certificate[] | undefined {
  const walk = (chain: Certificate[]): Certificate[] | undefined => {
    const last = chain.at(-1)
    if (!last || chain.length > 8) return undefined
    if (roots.some((root) => root.der.equals(last.der))) return chain
    // Authorities that may stand between this one and the leaf.
    const depth = chain.length - 1
    const may = (issuer: Certificate) =>
      issuer.isAuthority && issuer.mayCertify && (issuer.pathLength ?? depth) >= depth && isIssuedBy(last, issuer)
    for (const issuer of [...roots, ...others]) {
      if (chain.some((one) => one.der.equals(issuer.der)) || !may(issuer)) continue
      const found = walk([...chain, issuer])
      if (found) return found
    }
    return undefined
  }
  return isKnownSignature(leaf.signed.identifier) ? walk([leaf]) : undefined
}

export const isValidAt = ({ validFrom, validTo }: Certificate, at: Date): boolean => at >= validFrom && at <= validTo

/** Certificates of PEM files. */
export const readPem = (words: string): Certificate[] =>
  [...words.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)].map(
    ([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')),
  )
