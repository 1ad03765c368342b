/** Time stamps of RFC 3161: the question, the answer, and what a token proves. */
import { createHash, randomBytes } from 'node:crypto'
import { digestNameOf, messageImprint, oids } from './algorithms.ts'
import { childrenOf, DerFault, encode, integer, membersOf, read, sequence, tags, timeOf } from './der.ts'
import { type ReadSignature, readSignature } from './read-signature.ts'

export interface StampQuery {
  digest: Uint8Array
  nonce: Buffer
  der: Buffer
}

export function makeStampQuery(digestSha256: Uint8Array): StampQuery {
  const nonce = randomBytes(8)
  // Not negative, and no zeros before it.
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40
  const askForCertificates = encode(tags.boolean, Buffer.from([0xff]))
  return {
    digest: digestSha256,
    nonce,
    der: sequence(integer(1), messageImprint(digestSha256), integer(nonce), askForCertificates),
  }
}

/** Why an answer is none; `code` says which. */
export class StampFault extends Error {
  override readonly name = 'StampFault'
  readonly code: 'refused' | 'malformed' | 'wrong-hash' | 'wrong-nonce' | 'wrong-signature' | 'expired' | 'no-authority'
  constructor(code: StampFault['code'], words: string) {
    super(words)
    this.code = code
  }
}

/** The token of an answer to this query. @throws StampFault */
export function readStampReply(reply: Buffer, query: StampQuery): Buffer {
  try {
    const members = membersOf(read(reply, tags.sequence))
    const [status] = childrenOf(members.next(tags.sequence))
    const granted = status?.tag === tags.integer && status.content.length === 1 && (status.content[0] ?? 9) <= 1
    if (!granted) throw new StampFault('refused', 'Máy chủ dấu thời gian từ chối cấp dấu.')
    const token = members.next(tags.sequence).raw
    members.end()
    const stamp = readStamp(token, query.digest)
    if (!stamp.nonce?.equals(query.nonce))
      throw new StampFault('wrong-nonce', 'Dấu thời gian trả lời cho một yêu cầu khác.')
    return token
  } catch (error) {
    if (error instanceof DerFault) throw new StampFault('malformed', 'Máy chủ dấu thời gian trả lời sai định dạng.')
    throw error
  }
}

export interface Stamp {
  at: Date
  nonce: Buffer | undefined
  signed: ReadSignature
}

/** @throws StampFault unless it stamps exactly this, and its authority's certificate (for this use, and of that time) signed it. */
export function readStamp(token: Buffer, stamped: Uint8Array | Buffer[]): Stamp {
  const signed = readSignature(token)
  if (signed.content.type !== oids.timeStampInfo || !signed.content.bytes)
    throw new StampFault('malformed', 'Dấu thời gian sai định dạng.')
  const info = membersOf(read(signed.content.bytes, tags.sequence))
  info.next(tags.integer)
  info.next(tags.oid)
  const [algorithm, imprint] = childrenOf(info.next(tags.sequence))
  info.next(tags.integer)
  const at = timeOf(info.next(tags.time))
  info.optional(tags.sequence)
  info.optional(tags.boolean)
  const nonce = info.optional(tags.integer)?.content
  const digest = algorithm && digestNameOf(algorithm)
  const expected = Array.isArray(stamped) ? digest && hashOf(digest, stamped) : stamped
  if (!digest || !imprint || !expected || !imprint.content.equals(expected))
    throw new StampFault('wrong-hash', 'Dấu thời gian được cấp cho nội dung khác.')
  const inner = createHash(signed.digest).update(signed.content.bytes).digest()
  if (!signed.isRight || !signed.bindsCertificate || !inner.equals(signed.messageDigest))
    throw new StampFault('wrong-signature', 'Chữ ký của máy chủ dấu thời gian không đúng.')
  const { signer } = signed
  if (signer.extendedUsages.length !== 1 || signer.extendedUsages[0] !== '1.3.6.1.5.5.7.3.8')
    throw new StampFault('no-authority', 'Chứng thư ký dấu thời gian không dành cho việc này.')
  if (at < signer.validFrom || at > signer.validTo)
    throw new StampFault('expired', 'Chứng thư của máy chủ dấu thời gian hết hạn vào lúc cấp dấu.')
  return { at, nonce, signed }
}

function hashOf(digest: string, pieces: readonly Buffer[]): Buffer {
  const hash = createHash(digest)
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}
