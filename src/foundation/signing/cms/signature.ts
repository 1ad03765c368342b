/**
 * The CMS of a PAdES signature (RFC 5652; ETSI EN 319 142-1, 6.3): detached, signed attributes content-type, message-digest and
 * signing-certificate-v2, no signing-time (a PDF says it in /M). It is put together in two steps, because what signs may be far away.
 */
import { createHash } from 'node:crypto'
import { oids, type SigningAlgorithm, sha256Identifier, signatureIdentifiers } from './algorithms.ts'
import { childrenOf, encode, integer, membersOf, octets, oid, read, sequence, setOf, tags } from './der.ts'

const attribute = (name: string, value: Buffer) => sequence(oid(name), encode(tags.set, value))

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

/** The signed attributes as the SET that is hashed and signed. */
export function signedAttributes(contentDigest: Uint8Array, leaf: Buffer): Buffer {
  // ESSCertIDv2 whose hash is SHA-256, the default, which DER leaves out (RFC 5035).
  const certificate = sequence(sequence(sequence(octets(sha256(leaf)))))
  return setOf(
    attribute(oids.contentType, oid(oids.data)),
    attribute(oids.messageDigest, octets(contentDigest)),
    attribute(oids.signingCertificateV2, certificate),
  )
}

export interface SignedParts {
  chain: readonly Buffer[]
  algorithm: SigningAlgorithm
  attributes: Buffer
  signature: Buffer
  /** Token of RFC 3161 over the signature. */
  timeStamp?: Buffer
}

/** Issuer and serial number of a certificate, as a signature names its signer. */
export function issuerAndSerial(certificate: Buffer): Buffer {
  const [body] = childrenOf(read(certificate, tags.sequence))
  if (!body) throw new Error('a certificate without a body')
  const members = membersOf(body)
  members.optional(0xa0)
  const serial = members.next(tags.integer)
  members.next(tags.sequence)
  return sequence(members.next(tags.sequence).raw, serial.raw)
}

export function signedData({ chain, algorithm, attributes, signature, timeStamp }: SignedParts): Buffer {
  const [leaf] = chain
  if (!leaf) throw new Error('a signature without a certificate')
  const signer = sequence(
    integer(1),
    issuerAndSerial(leaf),
    sha256Identifier,
    // The same attributes under the tag that they bear inside.
    Buffer.concat([Buffer.from([0xa0]), attributes.subarray(1)]),
    signatureIdentifiers[algorithm],
    octets(signature),
    ...(timeStamp ? [encode(0xa1, attribute(oids.timeStampToken, timeStamp))] : []),
  )
  const body = sequence(
    integer(1),
    encode(tags.set, sha256Identifier),
    sequence(oid(oids.data)),
    encode(0xa0, ...chain),
    encode(tags.set, signer),
  )
  return sequence(oid(oids.signedData), encode(0xa0, body))
}
