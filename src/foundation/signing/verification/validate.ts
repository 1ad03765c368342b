/** Checks every signature of a document, for anyone; what is sent is read, judged, and not kept. */
import { createHash } from 'node:crypto'
import type { Certificate } from '../cms/certificate.ts'
import { readMaterial } from '../pades/validation-material.ts'
import { type PdfDocument, readDocument } from '../pdf/document.ts'
import { PdfFault } from '../pdf/values.ts'
import type { Asking } from '../trust/ask.ts'
import { fetchEvidence } from '../trust/evidence.ts'
import { readRoots } from '../trust/roots.ts'
import { checkSignature, type Grounds } from './check-signature.ts'
import { type DocumentReport, type Finding, fault, type SignatureReport, verdictOf, warning } from './report.ts'
import { type FoundSignature, findSignatures } from './structure.ts'

/** A stranger's file must not hold the program up. */
const mostMilliseconds = 10_000

/** Checks with the trusted roots of the settings; authorities are asked where their hosts are named there. */
export async function validateDocument(ctx: Asking, bytes: Buffer): Promise<DocumentReport> {
  const asked = new Map<string, ReturnType<typeof fetchEvidence>>()
  const ask = (chain: readonly Certificate[]) => {
    const key = chain.map(({ serial }) => serial.toString('hex')).join()
    const known = asked.get(key) ?? fetchEvidence(ctx, chain)
    asked.set(key, known)
    return known
  }
  return validateBytes(bytes, {
    roots: await readRoots(ctx),
    now: ctx.now,
    ...(ctx.config.pullHosts.length > 0 ? { ask } : {}),
  })
}

/** The same on given grounds. */
export async function validateBytes(
  bytes: Buffer,
  grounds: Pick<Grounds, 'roots' | 'now' | 'ask'>,
): Promise<DocumentReport> {
  const report: DocumentReport = {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    verdict: 'invalid',
    isWhole: false,
    signatures: [],
    findings: [],
  }
  let document: PdfDocument
  let found: FoundSignature[]
  let material: Grounds['material']
  try {
    document = readDocument(bytes)
    found = findSignatures(document)
    material = readMaterial(document)
  } catch (error) {
    if (!(error instanceof PdfFault)) throw error
    return { ...report, findings: [fault(error.code, error.message)] }
  }
  const until = performance.now() + mostMilliseconds
  for (const one of found) {
    if (performance.now() > until) {
      report.findings.push(fault('pdf.too-complex', 'Văn bản quá phức tạp để kiểm tra trực tuyến.'))
      break
    }
    report.signatures.push(await checkSignature(one, { ...grounds, document, material }))
  }
  report.signatures.sort((a, b) => placeOf(found, a) - placeOf(found, b))
  sealArchive(report.signatures)
  report.findings.push(...countLost(bytes, found.length))
  const all = [...report.findings, ...report.signatures.flatMap(({ findings }) => findings)]
  report.verdict = found.length === 0 && report.findings.length === 0 ? 'unsigned' : verdictOf(all)
  report.isWhole =
    report.signatures.length > 0 &&
    report.signatures.every(({ isIntact }) => isIntact) &&
    report.signatures.some(({ coversWholeFile }) => coversWholeFile)
  return report
}

const placeOf = (found: readonly FoundSignature[], report: SignatureReport): number =>
  found.find(({ field }) => field === report.field)?.placed?.end ?? Number.MAX_SAFE_INTEGER

/** A time stamp over a signature with its material seals both for long: B-LTA. */
function sealArchive(signatures: SignatureReport[]): void {
  const last = signatures.at(-1)
  if (last?.kind !== 'time-stamp' || last.verdict === 'invalid') return
  for (const one of signatures) if (one.level === 'B-LT') one.level = 'B-LTA'
}

/** Signatures that no field leads to any more were removed from view. */
function countLost(bytes: Buffer, known: number): Finding[] {
  let count = 0
  for (let at = bytes.indexOf('/ByteRange'); at >= 0; at = bytes.indexOf('/ByteRange', at + 1)) count += 1
  return count > known
    ? [warning('structure.lost', 'Trong tệp có dấu vết chữ ký không còn được dẫn tới: có thể chữ ký đã bị gỡ.')]
    : []
}
