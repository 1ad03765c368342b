/**
 * Reads a CMS signature of one signer strictly: every byte of it is either signed, checked against what it must be, or told as something
 * that was added. So no byte can change without being found out.
 */
import { createHash } from 'node:crypto'
import { digestNameOf, isSignedBy, oids } from './algorithms.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { childrenOf, DerFault, type DerValue, membersOf, oidOf, read, tags } from './der.ts'
import { issuerAndSerial } from './signature.ts'

export interface ReadSignature {
  certificates: Certificate[]
  /** The one that signed. */
  signer: Certificate
  digest: string
  /** Type and bytes of what is signed, where they are carried inside: a time stamp's. */
  content: { type: string; bytes: Buffer | undefined }
  /** Digest of the content as it was signed. */
  messageDigest: Buffer
  /** The signature over the attributes is right. */
  isRight: boolean
  /** It names the certificate inside what is signed, so that no other can be put in its place (RFC 5035, 2634). */
  bindsCertificate: boolean
  signature: Buffer
  timeStamp: Buffer | undefined
  /** What was added and is not covered by anything. */
  additions: string[]
}

/** @throws DerFault when it is no such signature. */
export function readSignature(der: Buffer): ReadSignature {
  const outer = membersOf(read(der, tags.sequence))
  if (oidOf(outer.next(tags.oid)) !== oids.signedData) throw new DerFault('no signed data')
  const body = membersOf(read(outer.next(0xa0).content, tags.sequence))
  outer.end()
  const version = body.next(tags.integer).content
  const digestAlgorithms = body.next(tags.set)
  const content = readContent(body.next(tags.sequence))
  const given = body.optional(0xa0)
  const additions = body.optional(0xa1) ? ['danh sách thu hồi không được ký'] : []
  const signers = childrenOf(body.next(tags.set))
  body.end()
  const [only] = signers
  if (!only || signers.length !== 1) throw new DerFault('not exactly one signer')
  if (version.length !== 1 || version[0] !== (content.type === oids.data ? 1 : 3)) throw new DerFault('another version')
  const certificates = (given ? childrenOf(given) : []).map(({ raw }) => readCertificate(raw))
  const info = readSigner(only, certificates)
  const [named] = childrenOf(digestAlgorithms)
  if (childrenOf(digestAlgorithms).length !== 1 || !named || digestNameOf(named) !== info.digest)
    throw new DerFault('two digests in one signature')
  if (info.contentType !== content.type) throw new DerFault('another type of content')
  const { contentType: _, ...rest } = info
  return { ...rest, certificates, content, additions: [...additions, ...info.additions] }
}

function readContent(value: DerValue): ReadSignature['content'] {
  const members = membersOf(value)
  const type = oidOf(members.next(tags.oid))
  const wrapped = members.optional(0xa0)
  members.end()
  return { type, bytes: wrapped && read(wrapped.content, tags.octets).content }
}

type Attributes = ReadonlyMap<string, DerValue>

function readAttributes(value: DerValue): Attributes {
  const attributes = new Map<string, DerValue>()
  for (const attribute of childrenOf(value)) {
    const members = membersOf(attribute)
    const name = oidOf(members.next(tags.oid))
    const values = childrenOf(members.next(tags.set))
    members.end()
    if (attributes.has(name) || values.length !== 1 || !values[0]) throw new DerFault('an attribute not exactly once')
    attributes.set(name, values[0])
  }
  return attributes
}

function readSigner(value: DerValue, certificates: readonly Certificate[]) {
  const members = membersOf(value)
  const version = members.next(tags.integer).content
  const named = members.next(tags.sequence)
  const digest = digestNameOf(members.next(tags.sequence))
  const given = members.next(0xa0)
  const identifier = members.next(tags.sequence)
  const signature = members.next(tags.octets).content
  const unsigned = members.optional(0xa1)
  members.end()
  if (version.length !== 1 || version[0] !== 1 || !digest) throw new DerFault('another kind of signer')
  const signer = certificates.find((one) => issuerAndSerial(one.der).equals(named.raw))
  if (!signer) throw new DerFault('the certificate of the signer is missing')
  const attributes = readAttributes(given)
  const [type, messageDigest] = [attributes.get(oids.contentType), attributes.get(oids.messageDigest)]
  if (!type || messageDigest?.tag !== tags.octets) throw new DerFault('attributes are missing')
  const bytes = Buffer.concat([Buffer.from([tags.set]), given.raw.subarray(1)])
  const free = unsigned ? readAttributes(unsigned) : new Map<string, DerValue>()
  return {
    signer,
    digest,
    contentType: oidOf(type),
    messageDigest: messageDigest.content,
    isRight: isSignedBy({ identifier, digest, bytes, signature, key: signer.key }),
    bindsCertificate: bindsCertificate(attributes, signer),
    signature,
    timeStamp: free.get(oids.timeStampToken)?.raw,
    additions: [...free.keys()]
      .filter((name) => name !== oids.timeStampToken)
      .map((name) => `thuộc tính không được ký ${name}`),
  }
}

/** The first certificate that the attribute names is the signer's. */
function bindsCertificate(attributes: Attributes, signer: Certificate): boolean {
  const [second, first] = [attributes.get(oids.signingCertificateV2), attributes.get(oids.signingCertificate)]
  const list = second ?? first
  const [identifiers] = list ? childrenOf(list) : []
  const [identifier] = identifiers ? childrenOf(identifiers) : []
  if (!identifier) return false
  const parts = childrenOf(identifier)
  const algorithm = second && parts[0]?.tag === tags.sequence ? digestNameOf(parts[0]) : second ? 'sha256' : 'sha1'
  const hash = parts.find(({ tag }) => tag === tags.octets)?.content
  return Boolean(algorithm && hash?.equals(createHash(algorithm).update(signer.der).digest()))
}
