/** Whether a certificate was revoked: answers of OCSP (RFC 6960) and lists (RFC 5280, 5), each checked before it is believed. */
import { createHash } from 'node:crypto'
import { isSignedBy } from './algorithms.ts'
import { type Certificate, isIssuedBy, readCertificate, usages } from './certificate.ts'
import {
  bitsOf,
  childrenOf,
  type DerValue,
  encode,
  membersOf,
  nothing,
  octets,
  oid,
  oidOf,
  read,
  sequence,
  tags,
  timeOf,
} from './der.ts'

export type Standing =
  | { state: 'good'; at: Date; by: 'ocsp' | 'crl' }
  | { state: 'revoked'; at: Date; by: 'ocsp' | 'crl' }
  | { state: 'unknown' }

/** Raw answers and lists, from the document or fetched. */
export interface Evidence {
  ocsps: readonly Buffer[]
  crls: readonly Buffer[]
}

const sha1Identifier = sequence(oid('1.3.14.3.2.26'), nothing)
const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest()

/** A certificate as OCSP names it; SHA-1 names it only, and secures nothing. */
const certificateId = (certificate: Certificate, issuer: Certificate): Buffer =>
  sequence(
    sha1Identifier,
    octets(sha1(issuer.subject)),
    octets(sha1(issuer.keyBits)),
    encode(tags.integer, certificate.serial),
  )

export const makeOcspQuery = (certificate: Certificate, issuer: Certificate): Buffer =>
  sequence(sequence(sequence(sequence(certificateId(certificate, issuer)))))

/** What the evidence says of it at that time: revoked if any says so, good if what is fresh enough says so. */
export function standingOf(
  { certificate, issuer, at }: { certificate: Certificate; issuer: Certificate; at: Date },
  { ocsps, crls }: Evidence,
): Standing {
  const found = [
    ...ocsps.map((one) => trying(() => readOcsp(one, certificate, issuer, at))),
    ...crls.map((one) => trying(() => readCrl(one, certificate, issuer, at))),
  ]
  return (
    found.find((one) => one?.state === 'revoked') ?? found.find((one) => one?.state === 'good') ?? { state: 'unknown' }
  )
}

/** Evidence that cannot be read proves nothing. */
function trying<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** It covers the time, or was said after it. */
const isFresh = (from: Date, to: Date | undefined, at: Date) => from >= at || (to !== undefined && at <= to)

function readOcsp(der: Buffer, certificate: Certificate, issuer: Certificate, at: Date): Standing | undefined {
  const outer = membersOf(read(der, tags.sequence))
  if (outer.next(tags.enumerated).content[0] !== 0) return undefined
  const [type, inner] = childrenOf(read(outer.next(0xa0).content, tags.sequence))
  if (!type || !inner || oidOf(type) !== '1.3.6.1.5.5.7.48.1.1') return undefined
  const basic = membersOf(read(inner.content, tags.sequence))
  const [answered, identifier, signature] = [
    basic.next(tags.sequence),
    basic.next(tags.sequence),
    basic.next(tags.bits),
  ]
  const carried = basic.optional(0xa0)
  const candidates = carried
    ? childrenOf(read(carried.content, tags.sequence)).map(({ raw }) => readCertificate(raw))
    : []
  const mayAnswer = (one: Certificate) => isIssuedBy(one, issuer) && one.extendedUsages.includes(usages.ocspSigning)
  const signers = [issuer, ...candidates.filter(mayAnswer)]
  const bytes = answered.raw
  const isRight = signers.some(({ key }) => isSignedBy({ identifier, bytes, signature: bitsOf(signature), key }))
  if (!isRight) return undefined
  const members = membersOf(answered)
  members.optional(0xa0)
  members.next()
  members.next(tags.time)
  const wanted = certificateId(certificate, issuer)
  for (const single of childrenOf(members.next(tags.sequence))) {
    const parts = membersOf(single)
    if (!parts.next(tags.sequence).raw.equals(wanted)) continue
    const status = parts.next()
    const from = timeOf(parts.next(tags.time))
    const next = parts.optional(0xa0)
    const to = next && timeOf(read(next.content))
    if (status.tag === 0xa1) {
      const [revokedAt] = childrenOf(status)
      return revokedAt && { state: 'revoked', at: timeOf(revokedAt), by: 'ocsp' }
    }
    if (status.tag === 0x80 && isFresh(from, to, at)) return { state: 'good', at: from, by: 'ocsp' }
  }
  return undefined
}

function readCrl(der: Buffer, certificate: Certificate, issuer: Certificate, at: Date): Standing | undefined {
  const outer = membersOf(read(der, tags.sequence))
  const [list, identifier, signature] = [outer.next(tags.sequence), outer.next(tags.sequence), outer.next(tags.bits)]
  const members = membersOf(list)
  members.optional(tags.integer)
  members.next(tags.sequence)
  if (!members.next(tags.sequence).raw.equals(issuer.subject)) return undefined
  if (!isSignedBy({ identifier, bytes: list.raw, signature: bitsOf(signature), key: issuer.key })) return undefined
  const from = timeOf(members.next())
  const to = takeTime(members.optional(tags.utcTime) ?? members.optional(tags.time))
  for (const entry of childrenOf(members.optional(tags.sequence) ?? read(sequence()))) {
    const [serial, revokedAt] = childrenOf(entry)
    if (serial && revokedAt && serial.content.equals(certificate.serial))
      return { state: 'revoked', at: timeOf(revokedAt), by: 'crl' }
  }
  return isFresh(from, to, at) ? { state: 'good', at: from, by: 'crl' } : undefined
}

const takeTime = (value: DerValue | undefined): Date | undefined => value && timeOf(value)
