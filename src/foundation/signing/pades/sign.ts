/**
 * Signing a PDF as PAdES (ETSI EN 319 142-1) in two steps: `prepareSignature` adds the signature's field with room for it and says the
 * digest to sign; `completeSignature` puts the signature in. Between them may lie minutes, another process, or the signer's own machine.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { Problem } from '#platform/errors'
import { ecdsaSignature, isSignedBy, signatureIdentifiers } from '../cms/algorithms.ts'
import { read } from '../cms/der.ts'
import { signedAttributes, signedData } from '../cms/signature.ts'
import { readDocument } from '../pdf/document.ts'
import { PdfFault } from '../pdf/values.ts'
import { addField } from './field.ts'
import type { PreparedSignature, PreparedState, SignatureRequest, SigningMeans } from './means.ts'

/** Room for what a time stamp and the CMS around the certificates take. */
const roomBytes = 12_288

const asProblem = (error: unknown): unknown =>
  error instanceof PdfFault ? new Problem(`signing.${error.code.replace('pdf.', 'pdf-')}`, 422, error.message) : error

/** @throws Problem 422 when the PDF cannot be signed: no PDF, a password, broken structure, no such page. */
export async function prepareSignature(request: SignatureRequest): Promise<PreparedSignature> {
  const chain = request.chain.map((one) => Buffer.from(one))
  const [leaf] = chain
  if (!leaf) throw new Problem('signing.no-certificate', 422, 'Chưa có chứng thư chữ ký số của người ký.')
  try {
    const document = readDocument(Buffer.from(request.pdf))
    const room = chain.reduce((sum, one) => sum + one.length, roomBytes)
    const added = await addField(document, {
      room,
      at: request.at,
      signerName: request.signerName ?? nameOf(leaf),
      ...(request.reason ? { reason: request.reason } : {}),
      ...(request.location ? { location: request.location } : {}),
      ...(request.appearance ? { appearance: request.appearance } : {}),
      subFilter: 'ETSI.CAdES.detached',
    })
    const attributes = signedAttributes(digestOver(added.pdf, added.byteRange), leaf)
    return {
      pdf: added.pdf,
      digest: createHash('sha256').update(attributes).digest(),
      state: {
        byteRange: added.byteRange,
        signedAttributes: attributes.toString('base64'),
        chain: chain.map((one) => one.toString('base64')),
        algorithm: request.algorithm,
        field: added.field,
      },
    }
  } catch (error) {
    throw asProblem(error)
  }
}

const nameOf = (certificate: Buffer): string =>
  /^CN=(.+)$/m.exec(new X509Certificate(certificate).subject)?.[1] ?? 'Người ký'

function digestOver(pdf: Buffer, [from, length, next, rest]: PreparedState['byteRange']): Buffer {
  const hash = createHash('sha256')
  hash.update(pdf.subarray(from, from + length))
  return hash.update(pdf.subarray(next, next + rest)).digest()
}

/** Gives the time of a digest (SHA-256, 32 bytes) as a token of RFC 3161. */
export type StampTime = (digestSha256: Uint8Array) => Promise<Buffer>

export interface Completion {
  /** The document of the first step. */
  pdf: Uint8Array
  state: PreparedState
  signature: Uint8Array
  /** Absent: the level is B-B; with it B-T. */
  stampTime?: StampTime
}

/** The signed PDF. @throws Problem 422 unless the key of the certificate made the signature over what was prepared. */
export async function completeSignature({ pdf, state, signature, stampTime }: Completion): Promise<Buffer> {
  const bytes = Buffer.from(pdf)
  const chain = state.chain.map((one) => Buffer.from(one, 'base64'))
  const attributes = Buffer.from(state.signedAttributes, 'base64')
  const [leaf] = chain
  const isEcdsa = state.algorithm === 'ecdsa-p256-sha256'
  const value = isEcdsa ? ecdsaSignature(Buffer.from(signature)) : Buffer.from(signature)
  const wanted = leaf && signedAttributes(digestOver(bytes, state.byteRange), leaf)
  if (!leaf || !wanted?.equals(attributes))
    throw new Problem('signing.changed', 409, 'Văn bản đã khác với lúc chuẩn bị ký: hãy trình ký lại.')
  const isRight = isSignedBy({
    identifier: read(signatureIdentifiers[state.algorithm]),
    digest: 'sha256',
    bytes: attributes,
    signature: value,
    key: new X509Certificate(leaf).publicKey,
  })
  if (!isRight)
    throw new Problem(
      'signing.wrong-signature',
      422,
      'Chữ ký nhận được không khớp với văn bản hoặc chứng thư: hãy ký lại bằng đúng thiết bị.',
    )
  const timeStamp = await stampTime?.(createHash('sha256').update(value).digest())
  const parts = { chain, algorithm: state.algorithm, attributes, signature: value, ...(timeStamp ? { timeStamp } : {}) }
  return putContents(bytes, state.byteRange, signedData(parts))
}

/** Writes the signature into the room that was left for it. */
export function putContents(pdf: Buffer, [, before, after]: PreparedState['byteRange'], contents: Buffer): Buffer {
  const room = after - before - 2
  if (contents.length * 2 > room)
    throw new Problem('signing.no-room', 500, 'Chữ ký dài hơn chỗ đã dành: hãy trình ký lại.', {
      neededBytes: contents.length,
      roomBytes: room / 2,
    })
  const signed = Buffer.from(pdf)
  signed.write(contents.toString('hex').padEnd(room, '0'), before + 1, 'latin1')
  return signed
}

export interface SigningOptions extends Omit<SignatureRequest, 'chain' | 'algorithm'> {
  means: SigningMeans
  stampTime?: StampTime
}

/** Both steps at once, for a key that answers at once. */
export async function signPdf({ means, stampTime, ...request }: SigningOptions): Promise<Buffer> {
  const { pdf, digest, state } = await prepareSignature({ ...request, chain: means.chain, algorithm: means.algorithm })
  const signature = await means.sign(digest)
  return completeSignature({ pdf, state, signature, ...(stampTime ? { stampTime } : {}) })
}
