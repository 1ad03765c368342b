/** B-LT and B-LTA (ETSI EN 319 142-1, 6.3): what proves a signature later is put into the document, and then stamped. */
import { createHash } from 'node:crypto'
import { Problem } from '#platform/errors'
import { findChain, readCertificate } from '../cms/certificate.ts'
import { readAt } from '../cms/der.ts'
import { readSignature } from '../cms/read-signature.ts'
import { addField } from '../pades/field.ts'
import { putContents } from '../pades/sign.ts'
import { addMaterial, readMaterial } from '../pades/validation-material.ts'
import { readDocument } from '../pdf/document.ts'
import { findSignatures } from '../verification/structure.ts'
import type { Asking } from './ask.ts'
import { fetchEvidence } from './evidence.ts'
import { readRoots } from './roots.ts'
import { stampTimeOf } from './stamp.ts'

/**
 * The signed document with certificates and fresh answers about revocation of all its signatures and time stamps (B-LT).
 * @throws Problem 502 when an authority does not answer, 422 when a chain leads to no trusted root.
 */
export async function addValidationData(ctx: Asking, pdf: Uint8Array): Promise<Buffer> {
  const document = readDocument(Buffer.from(pdf))
  const roots = await readRoots(ctx)
  const kept = (readMaterial(document)?.certificates ?? []).map(readCertificate)
  const certificates: Buffer[] = []
  const ocsps: Buffer[] = []
  const crls: Buffer[] = []
  const take = async (cms: Buffer): Promise<void> => {
    const signed = readSignature(cms)
    const chain = findChain(signed.signer, [...signed.certificates, ...kept], roots)
    if (!chain)
      throw new Problem('signing.untrusted', 422, 'Chứng thư không dẫn tới tổ chức chứng thực mà hệ thống tin cậy.')
    const evidence = await fetchEvidence(ctx, chain)
    // One answer for each certificate but the root.
    if (evidence.ocsps.length + evidence.crls.length < chain.length - 1)
      throw new Problem(
        'signing.no-standing',
        502,
        'Tổ chức chứng thực chưa trả lời tình trạng thu hồi của chứng thư. Văn bản đã ký giữ nguyên; hãy bổ sung sau.',
      )
    certificates.push(...chain.map(({ der }) => der))
    ocsps.push(...evidence.ocsps)
    crls.push(...evidence.crls)
    if (signed.timeStamp) await take(signed.timeStamp)
  }
  for (const { placed } of findSignatures(document)) if (placed) await take(readAt(placed.contents, 0).raw)
  return addMaterial(pdf, { certificates, ocsps, crls })
}

/** The document with a time stamp over all of it (B-LTA after B-LT). @throws Problem when no authority is configured, or it does not answer. */
export async function addDocumentStamp(ctx: Asking, pdf: Uint8Array): Promise<Buffer> {
  const stampTime = stampTimeOf(ctx)
  if (!stampTime) throw new Problem('signing.no-stamp', 503, 'Chưa khai máy chủ dấu thời gian (TRAM_TSA_URL).')
  const document = readDocument(Buffer.from(pdf))
  const added = await addField(document, { room: 8192, at: ctx.now, subFilter: 'ETSI.RFC3161' })
  const [, before, after] = added.byteRange
  const hash = createHash('sha256').update(added.pdf.subarray(0, before)).update(added.pdf.subarray(after))
  return putContents(added.pdf, added.byteRange, await stampTime(hash.digest()))
}
