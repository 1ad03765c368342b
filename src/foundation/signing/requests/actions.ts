import { localDate } from '#calendar'
import { keepBytes, type StoredFile } from '#files'
import { listPeople } from '#identity'
import { appendEntry } from '#ledger'
import { notify, type Recipient } from '#notifications'
import { type DocumentKind, getHomePack, getOrganisation, today } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound } from '#platform/errors'
import { announce } from '#platform/live'
import { closeItem, openItem } from '#worklist'
import { claimPublicCode, publishDocument } from '../actions.ts'
import { signatureEnded } from '../events.ts'
import { countPages } from './document.ts'
import { faultInOrder, type RequestState, Signer } from './model.ts'
import { addPublicPage } from './public-page.ts'
import { maySign, ownAccount, sealPermission, signPermission } from './rights.ts'
import * as store from './store.ts'

export const requestPath = (code: string): string => `/ky-so/${code}`
export const requestTopic = (code: string): string => `signing-request:${code}`

export interface SignatureWish {
  title: string
  /** A PDF that #files keeps, or its bytes. */
  pdf: { bytes: Buffer; name: string }
  /** Whose document it is. */
  organisation: string
  /** In the order of signing. */
  signers: readonly Signer[]
  /** Decides what its signers sign under; unsaid, it is read from the title. */
  kind?: DocumentKind
  /** It is an attachment in a file of its own, of the document with this number: the agency alone signs it. */
  attachmentOf?: string
  dueAt?: Date
  /** Where another room asks: asked for twice, there is one request. `url` is its page. */
  origin?: { capability: string; code: string; url: string }
  /** It is given out when all have signed it; it bears where it is found from before the first signature. `site` is the address of this one. */
  publish?: { site: string }
}

/** Asks people and agencies to sign a PDF, in order; the code of the request. @throws Problem 422 */
export function requestSignature(ctx: Context, wish: SignatureWish): Promise<string> {
  if (ctx.actor.account !== 'system') ctx.require(signPermission)
  const signers = wish.signers.map((signer) => Signer.parse(signer))
  const fault = faultInOrder(signers, { isAttachment: wish.attachmentOf !== undefined })
  if (fault) throw invalid(fault, [{ path: 'nguoi-ky', message: fault }])
  return ctx.transaction(async (ctx) => {
    const { origin } = wish
    const known = origin && (await store.findByOrigin(ctx.sql, origin.capability, origin.code))
    if (known) return known.code
    await checkSigners(ctx, signers)
    countPages(wish.pdf.bytes)
    const publicCode = wish.publish && claimPublicCode()
    const bytes = publicCode
      ? await addPublicPage(wish.pdf.bytes, { code: publicCode, title: wish.title, site: wish.publish?.site ?? '' })
      : wish.pdf.bytes
    const file = await keepBytes(ctx, bytes, wish.pdf.name, 'attachment')
    const code = await insert(ctx, wish, { file, publicCode })
    for (const [index, signer] of signers.entries()) {
      const step = { request: code, position: index + 1, state: 'waiting' as const, organisation: signer.organisation }
      if (signer.kind === 'seal') await store.insertStep(ctx.sql, { ...step, kind: 'seal', account: null, block: [] })
      else await store.insertStep(ctx.sql, { ...step, kind: 'person', account: signer.account, block: signer.block })
    }
    await appendEntry(ctx, {
      action: 'signing-request.created',
      subject: `signing-request:${code}`,
      organisation: wish.organisation,
      body: { title: wish.title, documentSha256: file.sha256, signers: signers.map(nameSigner) },
    })
    await passOn(ctx, code)
    return code
  })
}

const nameSigner = (signer: Signer) => (signer.kind === 'seal' ? `seal:${signer.organisation}` : signer.account)

async function insert(
  ctx: Context,
  { title, organisation, dueAt, origin, kind, attachmentOf }: SignatureWish,
  { file, publicCode }: { file: StoredFile; publicCode: string | undefined },
): Promise<string> {
  const { card } = await getHomePack(ctx.sql)
  const number = await store.nextNumber(ctx.sql)
  const code = `KS-${localDate(ctx.now, card.timeZone).replaceAll('-', '').slice(2)}-${String(number).padStart(5, '0')}`
  await store.insertRequest(ctx.sql, {
    code,
    title,
    organisation,
    documentSha256: file.sha256,
    fileName: file.name,
    dueAt: dueAt ?? null,
    originCapability: origin?.capability ?? null,
    originCode: origin?.code ?? null,
    originUrl: origin?.url ?? null,
    kind: kind ?? null,
    attachmentOf: attachmentOf ?? null,
    publicCode: publicCode ?? null,
    createdBy: ctx.actor.account ?? 'system',
    createdAt: ctx.now,
  })
  return code
}

async function checkSigners(ctx: Context, signers: readonly Signer[]): Promise<void> {
  for (const signer of signers) {
    await getOrganisation(ctx.sql, signer.organisation, { asOf: await today(ctx) })
    if (signer.kind === 'seal') continue
    const [person] = await listPeople(ctx, [signer.account])
    if (person) continue
    const message = `Không có tài khoản ${signer.account} đang dùng; xin chọn người khác.`
    throw invalid(message, [{ path: 'nguoi-ky', message }])
  }
}

/** The next signature becomes current; after the last one the request is signed. Within the caller's transaction, which holds it. */
export async function passOn(ctx: Context, code: string): Promise<void> {
  const request = await store.findRequest(ctx.sql, code)
  if (!request) throw notFound('signing-request', code)
  const steps = await store.listSteps(ctx.sql, [code])
  const next = steps.find(({ state }) => state === 'waiting')
  if (next) {
    await store.setStepState(ctx.sql, code, next.position, 'current')
    await tellTurn(ctx, request, next)
  } else await end(ctx, request, { state: 'signed', reason: null })
  await announce(ctx.sql, [requestTopic(code)])
}

async function tellTurn(ctx: Context, request: store.RequestRow, step: store.StepRow): Promise<void> {
  const isSeal = step.kind === 'seal'
  const permission = isSeal ? sealPermission : signPermission
  await openItem(ctx, {
    capability: 'signing',
    kind: isSeal ? 'seal' : 'sign',
    code: itemCode(step),
    title: `${isSeal ? 'Đóng dấu' : 'Ký số'}: ${request.title}`.slice(0, 500),
    organisation: step.organisation,
    ...(step.account ? { assignee: step.account } : {}),
    ...(request.dueAt ? { dueAt: request.dueAt } : {}),
    url: requestPath(request.code),
    permission,
  })
  const [from] = await listPeople(ctx, [request.createdBy])
  await notify(ctx, {
    notice: 'signature.asked',
    to: [recipientOf(step)],
    values: { title: request.title, code: request.code, from: from?.name ?? 'Hệ thống' },
    url: requestPath(request.code),
    dedupeKey: `signature.asked ${itemCode(step)}`,
  })
}

const recipientOf = ({ account, organisation }: store.StepRow): Recipient =>
  account ? { account } : { permission: sealPermission, organisation }

const itemCode = ({ request, position }: Pick<store.StepRow, 'request' | 'position'>) => `${request}/${position}`

/** The work item of a step is done or no longer needed. */
export const closeTurn = (ctx: Context, step: store.StepRow): Promise<void> =>
  closeItem(ctx, { capability: 'signing', kind: step.kind === 'seal' ? 'seal' : 'sign', code: itemCode(step) })

const endWords: Record<Exclude<RequestState, 'pending'>, string> = {
  signed: 'đã ký xong',
  refused: 'bị từ chối ký',
  expired: 'quá hạn ký',
  withdrawn: 'đã được rút lại',
}

async function end(
  ctx: Context,
  request: store.RequestRow,
  { state, reason }: { state: Exclude<RequestState, 'pending'>; reason: string | null },
): Promise<void> {
  const by = ctx.actor.name || (ctx.actor.account ?? 'system')
  for (const step of await store.listSteps(ctx.sql, [request.code]))
    if (step.state === 'current') await closeTurn(ctx, step)
  await store.setEnded(ctx.sql, request.code, { state, at: ctx.now, by, reason })
  const deed = state === 'signed' ? 'completed' : state
  await appendEntry(ctx, {
    action: `signing-request.${deed}`,
    subject: `signing-request:${request.code}`,
    organisation: request.organisation,
    body: { documentSha256: request.currentSha256, ...(reason ? { reason } : {}) },
  })
  if (state === 'signed' && request.publicCode)
    await publishDocument(
      ctx,
      { sha256: request.currentSha256, name: request.fileName },
      { title: request.title, organisation: request.organisation, code: request.publicCode },
    )
  const isOwnDeed = state === 'withdrawn' && request.createdBy === ctx.actor.account
  if (request.createdBy !== 'system' && !isOwnDeed)
    await notify(ctx, {
      notice: 'signature.ended',
      to: [{ account: request.createdBy }],
      values: { title: request.title, code: request.code, outcome: endWords[state], reason: reason ?? 'không có' },
      url: requestPath(request.code),
      dedupeKey: `signature.ended ${request.code}`,
    })
  await ctx.publish(signatureEnded, {
    code: request.code,
    state,
    ...(state === 'signed' ? { sha256: request.currentSha256 } : {}),
    ...(request.originCapability && request.originCode
      ? { origin: { capability: request.originCapability, code: request.originCode } }
      : {}),
  })
  await announce(ctx.sql, [requestTopic(request.code)])
}

const leastWords = 10

function needReason(reason: string): string {
  const said = reason.trim()
  const message = `Nêu lý do (ít nhất ${leastWords} ký tự).`
  if (said.length < leastWords) throw invalid(message, [{ path: 'ly-do', message }])
  return said
}

async function holdPending(ctx: Context, code: string): Promise<store.RequestRow> {
  const request = await store.lockRequest(ctx.sql, code)
  if (!request) throw notFound('signing-request', code)
  if (request.state !== 'pending')
    throw conflict('signing-request.ended', 'Yêu cầu ký đã kết thúc; xin tải lại trang.', { state: request.state })
  return request
}

/** Whose turn it is does not sign, and says why. */
export function refuseRequest(ctx: Context, code: string, reason: string): Promise<void> {
  return ctx.transaction(async (ctx) => {
    const request = await holdPending(ctx, code)
    const step = (await store.listSteps(ctx.sql, [code])).find(({ state }) => state === 'current')
    if (!step || !maySign(ctx, step)) throw forbidden(signPermission)
    const said = needReason(reason)
    await closeTurn(ctx, step)
    await store.setStepState(ctx.sql, code, step.position, 'refused')
    await end(ctx, request, { state: 'refused', reason: said })
  })
}

/** Who asked takes it back; what is signed already stays as it is. */
export function withdrawRequest(ctx: Context, code: string, reason: string): Promise<void> {
  return ctx.transaction(async (ctx) => {
    const request = await holdPending(ctx, code)
    if (request.createdBy !== ownAccount(ctx)) throw forbidden(signPermission)
    await takeBack(ctx, request, needReason(reason))
  })
}

/** The document is withdrawn: from now on nobody signs it. Where all have signed, that stays. The caller has asked whether it may be. */
export function withdrawSignature(ctx: Context, code: string, reason: string): Promise<void> {
  return ctx.transaction(async (ctx) => {
    const request = await store.lockRequest(ctx.sql, code)
    if (request?.state === 'pending') await takeBack(ctx, request, reason)
  })
}

/** Those who have signed, and whose turn it is, are told. */
async function takeBack(ctx: Context, request: store.RequestRow, reason: string): Promise<void> {
  const concerned = (await store.listSteps(ctx.sql, [request.code])).filter(({ state }) =>
    ['signed', 'current'].includes(state),
  )
  await end(ctx, request, { state: 'withdrawn', reason })
  await notify(ctx, {
    notice: 'signature.withdrawn',
    to: concerned.map(recipientOf),
    values: { title: request.title, code: request.code, reason },
    url: requestPath(request.code),
    dedupeKey: `signature.withdrawn ${request.code}`,
  })
}

const mostAtOnce = 200

/** Requests whose time has run out; safe to call as often as one likes. */
export async function expireRequests(ctx: Context): Promise<void> {
  for (const { code } of await store.listOverdue(ctx.sql, ctx.now, mostAtOnce))
    await ctx.transaction(async (ctx) => {
      const request = await store.lockRequest(ctx.sql, code)
      if (request?.state !== 'pending' || !request.dueAt || request.dueAt >= ctx.now) return
      await end(ctx, request, { state: 'expired', reason: 'Hết thời hạn ký' })
    })
}
