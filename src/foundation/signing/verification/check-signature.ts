/** One signature of a document: is it right, who signed, when, by what right, and was anything changed since. */
import { createHash } from 'node:crypto'
import { type Certificate, findChain, isValidAt, readCertificate, readName } from '../cms/certificate.ts'
import { DerFault, readAt } from '../cms/der.ts'
import { type ReadSignature, readSignature } from '../cms/read-signature.ts'
import { type Evidence, standingOf } from '../cms/revocation.ts'
import { readStamp, type Stamp, StampFault } from '../cms/timestamp.ts'
import type { Material } from '../pades/validation-material.ts'
import type { PdfDocument } from '../pdf/document.ts'
import { isString, PdfFault, wordsOf } from '../pdf/values.ts'
import { checkAppended } from './appended.ts'
import { type Changes, compareRevisions } from './changes.ts'
import { type Finding, fault, note, type Party, type SignatureReport, verdictOf, warning } from './report.ts'
import type { FoundSignature, PlacedSignature } from './structure.ts'

export interface Grounds {
  document: PdfDocument
  roots: readonly Certificate[]
  material: Material | undefined
  now: Date
  /** What authorities say now, where somebody asks them. */
  ask?: (chain: readonly Certificate[]) => Promise<Evidence>
}

const day = (at: Date) =>
  at.toLocaleString('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'short' })

export async function checkSignature(found: FoundSignature, grounds: Grounds): Promise<SignatureReport> {
  const findings: Finding[] = [...found.findings]
  const report: SignatureReport = {
    field: found.field,
    kind: found.kind,
    verdict: 'invalid',
    isIntact: false,
    coversWholeFile: false,
    findings,
  }
  const reason = found.dictionary.entries.get('Reason')
  if (isString(reason)) report.reason = wordsOf(reason)
  const { placed } = found
  if (!placed) return report
  report.coversWholeFile = placed.end === grounds.document.bytes.length
  const isUnchanged = checkChanges(placed, grounds, findings)
  if (found.kind === 'time-stamp') await checkDocumentStamp({ found, placed, report }, grounds)
  else await checkContents({ found, placed, report }, grounds)
  report.isIntact = isUnchanged && !findings.some(({ code }) => code.startsWith('signature.'))
  report.verdict = verdictOf(findings)
  return report
}

/** Judges what lies behind the signature; false when something there is forbidden. */
function checkChanges(placed: PlacedSignature, { document }: Grounds, findings: Finding[]): boolean {
  if (placed.end === document.bytes.length) return true
  let changes: Changes
  try {
    checkAppended(document, placed.end)
    changes = compareRevisions(placed.revision, document)
  } catch (error) {
    if (!(error instanceof PdfFault)) throw error
    findings.push(fault('changes.unreadable', error.message))
    return false
  }
  if (changes.forbidden.length > 0)
    findings.push(fault('changes.forbidden', `Văn bản bị sửa sau khi ký: ${changes.forbidden.slice(0, 5).join('; ')}.`))
  else if (changes.additions.length > 0)
    findings.push(note('changes.additions', `Thêm sau khi ký (được phép): ${changes.additions.join('; ')}.`))
  else findings.push(note('changes.none', 'Tệp được lưu thêm sau khi ký, nội dung không đổi.'))
  return changes.forbidden.length === 0
}

interface Checking {
  found: FoundSignature
  placed: PlacedSignature
  report: SignatureReport
}

/** The CMS, with nothing but zeros behind it. @throws DerFault */
function cmsOf({ contents }: PlacedSignature): Buffer {
  const { raw } = readAt(contents, 0)
  if (contents.subarray(raw.length).some((byte) => byte !== 0))
    throw new DerFault('something stands behind the signature')
  return raw
}

const unreadable = fault('signature.unreadable', 'Không đọc được chữ ký: dữ liệu chữ ký bị hỏng hoặc bị sửa.')

async function checkContents({ found, placed, report }: Checking, grounds: Grounds): Promise<void> {
  const { findings } = report
  if (!['ETSI.CAdES.detached', 'adbe.pkcs7.detached'].includes(found.subFilter)) {
    findings.push(fault('signature.kind', `Loại chữ ký “${found.subFilter}” không được chấp nhận.`))
    return
  }
  let signed: ReadSignature
  try {
    signed = readSignature(cmsOf(placed))
  } catch {
    findings.push(unreadable)
    return
  }
  const digest = createHash(signed.digest).update(placed.pieces[0]).update(placed.pieces[1]).digest()
  if (signed.content.bytes || !signed.messageDigest.equals(digest))
    findings.push(fault('signature.changed', 'Nội dung đã ký bị sửa: văn bản không còn khớp với chữ ký.'))
  if (!signed.isRight) findings.push(fault('signature.wrong', 'Chữ ký không do khóa của chứng thư tạo ra.'))
  const { signer } = signed
  Object.assign(report, partiesOf(signer))
  const claimed = claimedTime(found)
  const stamp = await checkStamp(signed, { report, claimed }, grounds)
  for (const addition of signed.additions)
    findings.push(warning('signature.additions', `Chữ ký mang theo ${addition}.`))
  const isPades = found.subFilter === 'ETSI.CAdES.detached' && signed.bindsCertificate
  if (!isPades) findings.push(note('level.not-pades', 'Chữ ký không theo chuẩn PAdES: không gắn chặt với chứng thư.'))
  const isKnown = await checkStanding(
    { certificates: signed.certificates, leaf: signer, at: stamp?.at, report },
    grounds,
  )
  if (isPades) report.level = stamp ? (isKnown ? 'B-LT' : 'B-T') : 'B-B'
}

function partiesOf(signer: Certificate): { signer: Party; issuer: Party } {
  const party = (raw: Buffer): Party => {
    const { CN = '', O } = readName(raw)
    return { name: CN || O || 'Không rõ', ...(O ? { organisation: O } : {}) }
  }
  return { signer: party(signer.subject), issuer: party(signer.issuer) }
}

function claimedTime({ dictionary }: FoundSignature): Date | undefined {
  const value = dictionary.entries.get('M')
  const words = isString(value) ? wordsOf(value) : ''
  const [, year, month, day = '', hour, minute, second, zone = 'Z', zoneHour = '00', zoneMinute = '00'] =
    /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:([+-])(\d\d)'?(\d\d)?|Z)?/.exec(words) ?? []
  if (!year) return undefined
  const at = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${zone === 'Z' ? 'Z' : `${zone}${zoneHour}:${zoneMinute}`}`,
  )
  return Number.isNaN(at.getTime()) ? undefined : at
}

/** The time stamp on the signature, when there is one that proves something. */
async function checkStamp(
  signed: ReadSignature,
  { report, claimed }: { report: SignatureReport; claimed: Date | undefined },
  grounds: Grounds,
): Promise<Stamp | undefined> {
  const { findings } = report
  if (claimed) Object.assign(report, { at: claimed, timeFrom: 'claimed' })
  if (!signed.timeStamp) return undefined
  const stamp = readStampOf(signed.timeStamp, [signed.signature], findings)
  if (!stamp) return undefined
  Object.assign(report, { at: stamp.at, timeFrom: 'stamp' })
  const chain = findChain(stamp.signed.signer, [...stamp.signed.certificates, ...materialOf(grounds)], grounds.roots)
  checkCarried(stamp.signed.certificates, chain, grounds, findings)
  if (chain) return stamp
  findings.push(warning('time.untrusted', 'Dấu thời gian do nơi chưa được tin cậy cấp.'))
  return undefined
}

function readStampOf(token: Buffer, stamped: Buffer[], findings: Finding[]): Stamp | undefined {
  try {
    return readStamp(token, stamped)
  } catch (error) {
    const words = error instanceof StampFault ? error.message : 'Dấu thời gian bị hỏng hoặc bị sửa.'
    findings.push(fault('signature.stamp', words))
    return undefined
  }
}

const readable = (der: Buffer): Certificate[] => {
  try {
    return [readCertificate(der)]
  } catch {
    return []
  }
}

const materialOf = ({ material }: Grounds): Certificate[] => (material?.certificates ?? []).flatMap(readable)

/** A certificate that is carried along and that nothing vouches for may have been changed, or put there. */
function checkCarried(
  carried: readonly Certificate[],
  chain: readonly Certificate[] | undefined,
  { roots }: Grounds,
  findings: Finding[],
): void {
  if (!chain) return
  const isVouched = (one: Certificate) =>
    [...chain, ...roots].some(({ der }) => der.equals(one.der)) || findChain(one, [...carried, ...chain], roots)
  if (!carried.every(isVouched))
    findings.push(warning('signature.carried', 'Chữ ký mang theo chứng thư không kiểm tra được.'))
}

interface StandingCheck {
  certificates: readonly Certificate[]
  leaf: Certificate
  /** Proved time of signing. */
  at: Date | undefined
  report: SignatureReport
}

/** Chain, validity at the time, revocation. True when the document itself brings proof that nothing was revoked. */
async function checkStanding({ certificates, leaf, at, report }: StandingCheck, grounds: Grounds): Promise<boolean> {
  const { findings } = report
  const chain = findChain(leaf, [...certificates, ...materialOf(grounds)], grounds.roots)
  checkCarried(certificates, chain, grounds, findings)
  if (!chain) {
    findings.push(warning('trust.unknown', 'Chứng thư không dẫn tới tổ chức chứng thực mà hệ thống tin cậy.'))
    return false
  }
  if (!leaf.maySign) findings.push(warning('trust.usage', 'Chứng thư không dùng để ký văn bản.'))
  const proved = at ?? grounds.now
  for (const one of chain) {
    if (isValidAt(one, proved)) continue
    const { CN = '' } = readName(one.subject)
    const words = `Chứng thư “${CN}” chỉ có hiệu lực từ ${day(one.validFrom)} đến ${day(one.validTo)}`
    findings.push(
      at
        ? fault('trust.expired', `${words}, không gồm lúc ký ${day(at)}.`)
        : warning('trust.expired', `${words}; không có dấu thời gian chứng minh đã ký trong thời gian đó.`),
    )
  }
  return checkRevocation({ chain, proved, at, findings }, grounds)
}

interface RevocationCheck {
  chain: readonly Certificate[]
  proved: Date
  at: Date | undefined
  findings: Finding[]
}

async function checkRevocation({ chain, proved, at, findings }: RevocationCheck, grounds: Grounds): Promise<boolean> {
  const kept: Evidence = grounds.material ?? { ocsps: [], crls: [] }
  const asked = grounds.ask ? await grounds.ask(chain) : { ocsps: [], crls: [] }
  let isKept = true
  for (const [place, certificate] of chain.entries()) {
    const issuer = chain[place + 1]
    if (!issuer || certificate.noCheck) continue
    const about = { certificate, issuer, at: proved }
    const inside = standingOf(about, kept)
    if (inside.state !== 'good') isKept = false
    const standing = [standingOf(about, asked), inside].find(({ state }) => state === 'revoked') ?? inside
    const said = standing.state === 'unknown' ? standingOf(about, asked) : standing
    const { CN = '' } = readName(certificate.subject)
    if (said.state === 'revoked' && at && said.at > at)
      findings.push(note('trust.revoked-later', `Chứng thư “${CN}” bị thu hồi ${day(said.at)}, sau khi đã ký.`))
    else if (said.state === 'revoked')
      findings.push(
        fault(
          'trust.revoked',
          `Chứng thư “${CN}” bị thu hồi ${day(said.at)}${at ? ', trước khi ký' : '; không có dấu thời gian chứng minh đã ký trước đó'}.`,
        ),
      )
    else if (said.state === 'unknown')
      findings.push(note('trust.revocation-unknown', `Chưa biết chứng thư “${CN}” có bị thu hồi hay không.`))
  }
  return isKept
}

async function checkDocumentStamp({ found, placed, report }: Checking, grounds: Grounds): Promise<void> {
  const { findings } = report
  if (found.subFilter !== 'ETSI.RFC3161') {
    findings.push(fault('signature.kind', 'Dấu thời gian của văn bản sai loại.'))
    return
  }
  let token: Buffer
  try {
    token = cmsOf(placed)
  } catch {
    findings.push(unreadable)
    return
  }
  const stamp = readStampOf(token, placed.pieces, findings)
  if (!stamp) return
  Object.assign(report, { at: stamp.at, timeFrom: 'stamp', ...partiesOf(stamp.signed.signer) })
  const { certificates, signer } = stamp.signed
  await checkStanding({ certificates, leaf: signer, at: stamp.at, report }, grounds)
}
