// Giving and taking back the right to sign for the head of an organisation. Each rests on a document and is never erased.
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound, Problem } from '#platform/errors'
import { citeDecision, type Decision } from '../model.ts'
import { fullTitle, organisationOf } from '../offices/model.ts'
import { listOffices, seatsOn } from '../offices/read.ts'
import { listPositions, type Seat } from '../offices/store.ts'
import { listDescendantCodes, organisationTree, today } from '../tree/read.ts'
import { type DocumentKind, everyKind, sayKinds } from './document-kinds.ts'
import {
  faultOfAuthority,
  type NewAuthority,
  type Post,
  type SignatureBlock,
  type SigningAnswer,
  type SigningQuestion,
  signatureBlock,
} from './model.ts'
import * as store from './store.ts'
import { formWords } from './words.ts'

/** Writing down who signs for whom, over the organisation of the head. */
export const manageAuthorities = 'signing-authority:manage'

/** Positions of organisations as they stand on a day, with the names of their organisations. */
export async function listPosts(ctx: Context, organisations: readonly string[], asOf: string): Promise<Post[]> {
  const tree = await organisationTree(ctx.sql, { asOf })
  return (await listPositions(ctx.sql, organisations, { asOf })).map(
    ({ code, organisation, title, rank, collective }) => ({
      code,
      organisation,
      organisationName: tree.find(organisation)?.row.name ?? organisation,
      title,
      rank,
      collective,
    }),
  )
}

/** Gives the right to sign. @throws Problem 422 with the field that is at fault. */
export async function giveAuthority(ctx: Context, wanted: NewAuthority): Promise<number> {
  const organisation = organisationOf(wanted.principal)
  ctx.require(manageAuthorities, organisation)
  refuseStandIn(ctx)
  const asOf = wanted.validFrom
  const posts = await listPosts(ctx, [organisation, organisationOf(wanted.signatory)], asOf)
  const find = (code: string, field: string): Post => {
    const post = posts.find((one) => one.code === code)
    if (post) return post
    const message = 'Chức danh này không có vào ngày bắt đầu; chọn trong danh sách.'
    throw invalid(message, [{ path: field, message }])
  }
  const principal = find(wanted.principal, 'nguoi-giao')
  const signatory = find(wanted.signatory, 'nguoi-ky')
  const below = new Set(await listDescendantCodes(ctx.sql, organisation, { asOf }, { self: false }))
  const fault = faultOfAuthority(wanted, { principal, signatory, below })
  if (fault) throw invalid(fault.message, [{ path: fault.field, message: fault.message }])
  if (wanted.account) {
    const seats = await seatsOn(ctx.sql, [wanted.account], asOf)
    const message = 'Người này không giữ chức danh được giao ký vào ngày bắt đầu.'
    if (!seats.some(({ position }) => position === wanted.signatory))
      throw invalid(message, [{ path: 'rieng', message }])
  }
  return ctx.transaction(async (ctx) => {
    const givenBy = ctx.actor.account ?? 'system'
    const id = await store.insertAuthority(ctx.sql, { ...wanted, givenBy, now: ctx.now })
    const { form, signatory: to, account, kinds, scope, document, validFrom, validTo } = wanted
    await appendEntry(ctx, {
      action: 'signing-authority.given',
      subject: `signing-authority:${id}`,
      organisation,
      body: {
        form,
        principal: wanted.principal,
        signatory: to,
        account: account ?? null,
        kinds,
        scope: scope ?? null,
        document,
        validFrom,
        validTo: validTo ?? null,
      },
    })
    return id
  })
}

/** Takes the right back from a day on, by a document: from that day it signs nothing. */
export function revokeAuthority(
  ctx: Context,
  id: number,
  { decision, effectiveOn }: { decision: Decision; effectiveOn: string },
): Promise<void> {
  refuseStandIn(ctx)
  return ctx.transaction(async (ctx) => {
    const given = await store.lockAuthority(ctx.sql, id)
    if (!given) throw notFound('signing-authority', String(id))
    const organisation = organisationOf(given.principal)
    ctx.require(manageAuthorities, organisation)
    if (given.revokedFrom !== null) throw conflict('signing-authority.revoked', 'Thẩm quyền này đã được thu hồi.')
    // Taken back for a day gone by, documents signed meanwhile would have been signed by nobody.
    const message = 'Ngày thu hồi phải từ hôm nay trở đi.'
    if (effectiveOn < (await today(ctx))) throw invalid(message, [{ path: 'hieu-luc', message }])
    const document = citeDecision(decision)
    await store.setRevoked(ctx.sql, id, { from: effectiveOn, by: ctx.actor.account ?? 'system', at: ctx.now, document })
    await appendEntry(ctx, {
      action: 'signing-authority.revoked',
      subject: `signing-authority:${id}`,
      organisation,
      body: { from: effectiveOn, document, signatory: given.signatory },
    })
  })
}

function refuseStandIn(ctx: Context): void {
  if (ctx.actor.onBehalfOf)
    throw new Problem('stand-in.not-allowed', 403, 'Khi đang xử lý thay không giao hoặc thu hồi thẩm quyền ký.')
}

export interface OwnSigning {
  /** "Ký thay (KT.) Chủ tịch Ủy ban nhân dân tỉnh Khánh Hòa" */
  words: string
  kinds: string
  document: string | null
  validTo: string | null
}

/** What the position that the actor acts under lets him sign today, his own organisation's documents first. */
export async function listOwnSigning(ctx: Context): Promise<OwnSigning[]> {
  const { account, position, onBehalfOf } = ctx.actor
  if (!account || !position || onBehalfOf) return []
  const on = await today(ctx)
  const seat = (await seatsOn(ctx.sql, [account], on)).find((one) => one.position === position.code)
  if (!seat) return []
  const found = await store.listAuthorities(ctx.sql, {
    signatories: [seat.position],
    state: 'now',
    today: on,
    limit: 100,
  })
  const mine = found.filter((one) => one.account === null || one.account === account)
  const posts = await listPosts(ctx, [...new Set(mine.map(({ principal }) => organisationOf(principal)))], on)
  const given = mine.map((one): OwnSigning => {
    const head = posts.find(({ code }) => code === one.principal)
    return {
      words: `${formWords[one.form]} ${head ? fullTitle(head.title, head.organisationName) : one.principal}`,
      kinds: sayKinds(one.kinds),
      document: one.document,
      validTo: one.validTo,
    }
  })
  if (seat.rank !== 'head') return given
  const own = {
    words: `Ký văn bản của ${seat.organisationName}`,
    kinds: sayKinds([everyKind]),
    document: null,
    validTo: null,
  }
  return [own, ...given]
}

export interface SignatureWish {
  /** Code of the organisation whose document it is. */
  organisation: string
  kind: DocumentKind
  inNameOf?: SigningQuestion['inNameOf']
}

/**
 * Whether the actor may sign this kind of document for this organisation today, under the position he acts under, and how the block reads.
 * Who stands in for a colleague signs nothing by the colleague's right.
 */
export async function signatureBlockFor(ctx: Context, wish: SignatureWish): Promise<SigningAnswer> {
  const { account, name, onBehalfOf, scopes, position } = ctx.actor
  if (!account || scopes) return { allowed: false, reason: 'Chỉ người đang đăng nhập ký được văn bản.' }
  if (onBehalfOf)
    return {
      allowed: false,
      reason: `Đang xử lý thay ${onBehalfOf.name}: xử lý thay không thay cho ký thay, ký thừa lệnh hay thừa ủy quyền. Thôi xử lý thay để ký bằng thẩm quyền của mình.`,
    }
  const on = await today(ctx)
  const seats = await seatsOn(ctx.sql, [account], on)
  const answerAs = (seat: Seat | undefined) => answerFor(ctx, { account, name, seat }, { ...wish, on })
  const answer = await answerAs(seats.find((one) => one.position === position?.code))
  if (answer.allowed) return answer
  for (const other of seats.filter((one) => one.position !== position?.code)) {
    if ((await answerAs(other)).allowed)
      return {
        allowed: false,
        reason: `${answer.reason} Ông/bà ký được với chức danh ${other.title} (${other.position}): đổi chức danh đang dùng rồi ký.`,
      }
  }
  return answer
}

interface Signer {
  account: string
  name: string
  seat: Seat | undefined
}

async function answerFor(ctx: Context, { account, name, seat }: Signer, question: SigningQuestion) {
  const places = [question.organisation, ...(seat ? [seat.organisation] : [])]
  const heads = (await listPosts(ctx, places, question.on)).filter(({ rank }) => rank === 'head')
  const head = heads.find(({ organisation }) => organisation === question.organisation)
  const unitHead = heads.find(({ organisation }) => organisation === seat?.organisation)
  const codes = (...posts: (string | undefined)[]) => posts.filter((code) => code !== undefined)
  const authorities = await store.listBetween(ctx.sql, {
    principals: codes(head?.code, unitHead?.code),
    signatories: codes(seat?.position, unitHead?.code),
  })
  return signatureBlock(
    { account, name, seat: seat && { ...seat, code: seat.position }, head, unitHead, authorities },
    question,
  )
}

/** How the block of an organisation reads when its head signs himself; nothing where nobody holds that position today. */
export async function headBlockFor(ctx: Context, organisation: string): Promise<SignatureBlock | undefined> {
  const on = await today(ctx)
  const offices = await listOffices(ctx.sql, organisation, { asOf: on })
  const holder = offices.find(({ position }) => position.rank === 'head')?.holders[0]
  if (!holder) return undefined
  const { account, personName: name } = holder
  const seat = (await seatsOn(ctx.sql, [account], on)).find(({ position }) => position === holder.position)
  const answer = await answerFor(ctx, { account, name, seat }, { organisation, kind: 'cong-van', on })
  return answer.allowed ? answer : undefined
}

/** The block under which the actor signs. @throws Problem 403 with the reason when he may not. */
export async function requireSignatureBlock(ctx: Context, wish: SignatureWish): Promise<SignatureBlock> {
  const answer = await signatureBlockFor(ctx, wish)
  if (answer.allowed) return answer
  throw new Problem('signing.no-authority', 403, answer.reason, { organisation: wish.organisation, kind: wish.kind })
}

/** The facts of a signature for the ledger: form, position and what it rests on. */
export const signatureFacts = ({ form, authority, position, seat, citation, authorities }: SignatureBlock) => ({
  form,
  block: [...authority, position].join(' / '),
  seat,
  citation,
  authorities,
})
