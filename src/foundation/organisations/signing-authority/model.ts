/**
 * Who may sign a document of an organisation today, and how the block over his name reads. The forms are those of Decree 30/2020/NĐ-CP,
 * article 13 and Annex I (unverified against the text):
 *
 *   the head himself                 GIÁM ĐỐC                         13.1
 *   the head of a collective body    TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH   13.2
 *   entrusted as head                Q. GIÁM ĐỐC                      Annex I
 *   a deputy for the head            KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC      13.1, 13.2
 *   the head of a unit, by order     TL. CHỦ TỊCH / CHÁNH VĂN PHÒNG   13.4; his deputy for him: TL. … / KT. … / …
 *   by written authorisation         TUQ. CHỦ TỊCH / GIÁM ĐỐC SỞ …    13.3; for a time, never passed on
 *
 * Nothing here has to do with a colleague standing in (xử lý thay): who stands in signs by no right of his colleague's.
 */
import { z } from 'zod'
import { Day } from '../model.ts'
import { PositionCode, type Rank, titleWithUnit } from '../offices/model.ts'
import { type DocumentKind, everyKind, KindOrEvery } from './document-kinds.ts'

export const authorityForms = ['KT', 'TL', 'TUQ'] as const
export type AuthorityForm = (typeof authorityForms)[number]

export const NewAuthority = z.strictObject({
  form: z.enum(authorityForms),
  principal: PositionCode,
  signatory: PositionCode,
  /** One person only, though others hold the same position. */
  account: z.string().max(63).optional(),
  kinds: z.array(KindOrEvery).min(1),
  scope: z.string().trim().max(500).optional(),
  printedTitle: z.string().trim().max(200).optional(),
  document: z.string().trim().min(1).max(700),
  documentOn: Day.optional(),
  validFrom: Day,
  validTo: Day.optional(),
})
export type NewAuthority = z.infer<typeof NewAuthority>

export interface Authority {
  id: number
  form: AuthorityForm
  principal: string
  signatory: string
  account: string | null
  kinds: readonly string[]
  scope: string | null
  printedTitle: string | null
  document: string
  validFrom: string
  validTo: string | null
  /** The first day on which it no longer holds. */
  revokedFrom: string | null
}

export const authorityHolds = (
  { validFrom, validTo, revokedFrom }: Pick<Authority, 'validFrom' | 'validTo' | 'revokedFrom'>,
  day: string,
): boolean => validFrom <= day && day <= (validTo ?? '9999-12-31') && (revokedFrom === null || day < revokedFrom)

/** A position as it stands on the day. */
export interface Post {
  code: string
  organisation: string
  organisationName: string
  title: string
  rank: Rank
  collective: string | null
}

export interface SigningFacts {
  account: string
  name: string
  /** The position the signer acts under. */
  seat: (Post & { acting: boolean }) | undefined
  /** The position that heads the organisation whose document it is, and the one that heads the signer's own unit. */
  head: Post | undefined
  unitHead: Post | undefined
  authorities: readonly Authority[]
}

export interface SigningQuestion {
  organisation: string
  kind: DocumentKind
  /** The day of signing. */
  on: string
  /** Where the head of a collective body signs in his own right (a decision of the chair), not in the body's name. */
  inNameOf?: 'head' | 'collective'
}

export interface SignatureBlock {
  allowed: true
  /** `own`: the head himself. */
  form: 'own' | AuthorityForm
  /** Lines over the position, as they are printed: "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH". */
  authority: string[]
  /** "PHÓ CHỦ TỊCH", "Q. GIÁM ĐỐC" */
  position: string
  name: string
  /** Code of the position the signer acts under. */
  seat: string
  /** What it rests on: article, and the document where another's right is used. */
  citation: string
  /** A sentence for people. */
  reason: string
  /** The authorities used, for the ledger. */
  authorities: number[]
}

export interface SigningRefusal {
  allowed: false
  reason: string
}

export type SigningAnswer = SignatureBlock | SigningRefusal

const upper = (text: string) => text.toLocaleUpperCase('vi')
const article = (clause: number) => `Nghị định 30/2020/NĐ-CP, Điều 13 khoản ${clause}`
const refuse = (reason: string): SigningRefusal => ({ allowed: false, reason })

/** Whether this person may sign this kind of document of this organisation on the day, and how the block reads. */
export function signatureBlock(facts: SigningFacts, question: SigningQuestion): SigningAnswer {
  const { seat, head } = facts
  if (!seat) return refuse('Ông/bà chưa giữ chức danh nào hôm nay nên không ký văn bản của đơn vị.')
  if (!head) return refuse('Đơn vị ban hành chưa khai báo chức danh đứng đầu vào ngày ký.')
  if (seat.code === head.code) return ownBlock(facts, seat, question)
  return (
    deputyBlock(facts, { seat, head }, question) ??
    unitBlock(facts, { seat, head }, question) ??
    refuse(
      `${seat.title} không được giao ký loại văn bản này thay ${head.title.toLocaleLowerCase('vi')} của đơn vị ban hành vào ngày ${question.on.split('-').reverse().join('/')}.`,
    )
  )
}

type Seat = Post & { acting: boolean }
interface Pair {
  seat: Seat
  head: Post
}

const collectiveLine = ({ collective }: Post, { inNameOf }: SigningQuestion): string[] =>
  collective && inNameOf !== 'head' ? [`TM. ${upper(collective)}`] : []

const printed = ({ acting }: Pick<Seat, 'acting'>, title: string) => `${acting ? 'Q. ' : ''}${upper(title)}`

function ownBlock({ name }: SigningFacts, seat: Seat, question: SigningQuestion): SignatureBlock {
  const authority = collectiveLine(seat, question)
  return {
    allowed: true,
    form: 'own',
    authority,
    position: printed(seat, seat.title),
    name,
    seat: seat.code,
    citation: article(authority.length > 0 ? 2 : 1),
    reason: `${seat.acting ? 'Được giao quyền' : 'Là'} người đứng đầu đơn vị ban hành${authority.length > 0 ? ', ký thay mặt tập thể lãnh đạo' : ''}.`,
    authorities: [],
  }
}

interface Wanted {
  form: AuthorityForm
  principal: string
  signatory: string
}

/** The authority that holds on the day for this kind and, where it names a person, for him. */
function findAuthority(
  { authorities, account }: SigningFacts,
  wanted: Wanted,
  { on, kind }: SigningQuestion,
  whoever = false,
): Authority | undefined {
  return authorities.find(
    (one) =>
      one.form === wanted.form &&
      one.principal === wanted.principal &&
      one.signatory === wanted.signatory &&
      authorityHolds(one, on) &&
      (one.kinds.includes(everyKind) || one.kinds.includes(kind)) &&
      (whoever ? one.account === null : one.account === null || one.account === account),
  )
}

const scopeOf = ({ scope }: Authority) => (scope ? ` Phạm vi: ${scope}.` : '')

function deputyBlock(facts: SigningFacts, { seat, head }: Pair, question: SigningQuestion): SignatureBlock | undefined {
  if (seat.rank !== 'deputy' || seat.organisation !== head.organisation) return undefined
  const wanted = { form: 'KT', principal: head.code, signatory: seat.code } as const
  const found = findAuthority(facts, wanted, question)
  if (!found) return undefined
  return {
    allowed: true,
    form: 'KT',
    authority: [...collectiveLine(head, question), `KT. ${upper(head.title)}`],
    position: upper(found.printedTitle ?? seat.title),
    name: facts.name,
    seat: seat.code,
    citation: `${article(head.collective ? 2 : 1)}; ${found.document}`,
    reason: `Cấp phó ký thay người đứng đầu theo ${found.document}.${scopeOf(found)}`,
    authorities: [found.id],
  }
}

/** TL. and TUQ.: the head of a unit below; by order his deputy too, by authorisation nobody else (13.3, 13.4). */
function unitBlock(facts: SigningFacts, { seat, head }: Pair, question: SigningQuestion): SignatureBlock | undefined {
  const { unitHead } = facts
  if (seat.organisation === head.organisation || !unitHead) return undefined
  const base = { allowed: true, name: facts.name, seat: seat.code } as const
  if (seat.code === unitHead.code) {
    for (const form of ['TL', 'TUQ'] as const) {
      const found = findAuthority(facts, { form, principal: head.code, signatory: seat.code }, question)
      if (!found) continue
      return {
        ...base,
        form,
        authority: [`${form}. ${upper(head.title)}`],
        position: printed(seat, found.printedTitle ?? titleWithUnit(seat.title, seat.organisationName)),
        citation: `${article(form === 'TL' ? 4 : 3)}; ${found.document}`,
        reason: `${form === 'TL' ? 'Được giao ký thừa lệnh' : 'Được ký thừa ủy quyền'} theo ${found.document}.${scopeOf(found)}`,
        authorities: [found.id],
      }
    }
    return undefined
  }
  if (seat.rank !== 'deputy') return undefined
  const order = findAuthority(facts, { form: 'TL', principal: head.code, signatory: unitHead.code }, question, true)
  const deputy = findAuthority(facts, { form: 'KT', principal: unitHead.code, signatory: seat.code }, question)
  if (!order || !deputy) return undefined
  return {
    ...base,
    form: 'TL',
    authority: [
      `TL. ${upper(head.title)}`,
      `KT. ${upper(order.printedTitle ?? titleWithUnit(unitHead.title, unitHead.organisationName))}`,
    ],
    position: upper(deputy.printedTitle ?? titleWithUnit(seat.title, seat.organisationName)),
    citation: `${article(4)}; ${order.document}; ${deputy.document}`,
    reason: `Cấp phó ký thay người được giao ký thừa lệnh theo ${order.document} và ${deputy.document}.${scopeOf(order)}`,
    authorities: [order.id, deputy.id],
  }
}

/** Why an authority cannot be given; nothing when it can. `below`: the organisations under the principal's own. */
export function faultOfAuthority(
  wanted: Pick<NewAuthority, 'form' | 'validFrom' | 'validTo' | 'documentOn' | 'scope'>,
  { principal, signatory, below }: { principal: Post; signatory: Post; below: ReadonlySet<string> },
): { field: string; message: string } | undefined {
  if (principal.rank !== 'head')
    return {
      field: 'nguoi-giao',
      message: 'Chỉ người đứng đầu đơn vị giao cho người khác ký; chọn chức danh đứng đầu.',
    }
  if (wanted.form === 'KT' && (signatory.rank !== 'deputy' || signatory.organisation !== principal.organisation))
    return { field: 'nguoi-ky', message: 'Ký thay (KT.) chỉ giao cho cấp phó của chính đơn vị.' }
  if (wanted.form !== 'KT' && (signatory.rank !== 'head' || !below.has(signatory.organisation)))
    return {
      field: 'nguoi-ky',
      message: 'Ký thừa lệnh (TL.), thừa ủy quyền (TUQ.) chỉ giao cho người đứng đầu đơn vị trực thuộc.',
    }
  if (wanted.validTo !== undefined && wanted.validTo < wanted.validFrom)
    return { field: 'den', message: 'Ngày cuối phải từ ngày bắt đầu trở đi.' }
  if (wanted.form !== 'TUQ') return undefined
  if (wanted.validTo === undefined)
    return { field: 'den', message: 'Ký thừa ủy quyền phải có thời hạn; nhập ngày cuối theo văn bản ủy quyền.' }
  if (!wanted.scope)
    return { field: 'pham-vi', message: 'Ký thừa ủy quyền phải giới hạn nội dung; nhập phạm vi theo văn bản ủy quyền.' }
  if (wanted.documentOn === undefined || wanted.documentOn > wanted.validFrom)
    return { field: 'ngay', message: 'Văn bản ủy quyền phải có ngày, không sau ngày bắt đầu ký.' }
}
