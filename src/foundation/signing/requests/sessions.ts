/**
 * A consent and what follows from it: the documents it names are prepared, their digests signed wherever the key lies, and each is
 * completed in a transaction of its own. Of a program that dies between the steps nothing is left but a prepared copy that nobody sees:
 * a document is signed or it is not.
 */
import { randomUUID } from 'node:crypto'
import { keepBytes } from '#files'
import { appendEntry } from '#ledger'
import { findOrganisation, today } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound, Problem } from '#platform/errors'
import { announce } from '#platform/live'
import { readCertificate } from '../certificates/model.ts'
import { findByFingerprint } from '../certificates/store.ts'
import { refuseUnusable } from '../certificates/usable.ts'
import { completeSignature, prepareSignature } from '../pades/sign.ts'
import { addValidationData } from '../trust/long-term.ts'
import { stampTimeOf } from '../trust/stamp.ts'
import { closeTurn, passOn, requestTopic } from './actions.ts'
import { appearanceOf } from './appearance.ts'
import { kindOf, ownBlocks } from './block.ts'
import { readKept } from './document.ts'
import { type MeansOfSigning, mostDocuments } from './model.ts'
import { getRequests, maySign, ownAccount, sealPermission, signPermission } from './rights.ts'
import * as sessions from './session-store.ts'
import * as store from './store.ts'

export const sessionTopic = (id: string): string => `signing-session:${id}`

/** The signer's own machine: since it was last heard; its helper forgets the PIN sooner. */
export const lifeMs: Record<MeansOfSigning, number> = { helper: 12 * 60_000, remote: 15 * 60_000, seal: 60 * 60_000 }

const overdueWords: Record<MeansOfSigning, string> = {
  helper: 'Đã lâu không nhận được gì từ máy của người ký: trang ký hoặc phần mềm ký đã đóng giữa chừng.',
  remote: 'Quá thời gian xác nhận.',
  seal: 'Quá thời gian của phiên ký.',
}

export interface SessionWish {
  means: MeansOfSigning
  /** Codes of the requests, in the order of signing. */
  codes: readonly string[]
  /** Of the remote service. */
  credential?: string
}

/** One consent to sign these documents now. @throws Problem when one of them is not the actor's to sign. */
export async function openSession(ctx: Context, wish: SessionWish): Promise<string> {
  const codes = [...new Set(wish.codes)]
  if (codes.length === 0) throw invalid('Chọn ít nhất một văn bản để ký.')
  if (codes.length > mostDocuments) throw invalid(`Mỗi lần ký nhiều nhất ${mostDocuments} văn bản.`)
  const items: Pick<sessions.ItemRow, 'request' | 'position' | 'title' | 'documentSha256'>[] = []
  const seals = new Set<string>()
  const blocks: store.StepRow[] = []
  const blockFor = ownBlocks(ctx)
  for (const { request, steps } of await getRequests(ctx, codes)) {
    const { code } = request
    const step = steps.find(({ state }) => state === 'current')
    if (!step || request.state !== 'pending')
      throw conflict('signing-request.not-waiting', `Văn bản ${code} không còn chờ ký; xin tải lại danh sách.`)
    const isSeal = step.kind === 'seal'
    if (!maySign(ctx, step)) throw forbidden(isSeal ? sealPermission : signPermission, step.organisation)
    if (isSeal !== (wish.means === 'seal'))
      throw invalid('Chữ ký của cá nhân và dấu của cơ quan được ký riêng; xin chọn lại.')
    if (isSeal) seals.add(step.organisation)
    else if (step.block.length === 0) {
      const block = await blockFor(request.kind ?? kindOf(request.title), [request.organisation, step.organisation])
      if (block.length > 0) blocks.push({ ...step, block })
    }
    items.push({ request: code, position: step.position, title: request.title, documentSha256: request.currentSha256 })
  }
  // What is signed is told apart by its content: under one consent each content is signed once.
  const firstOf = new Map(items.toReversed().map(({ documentSha256, request }) => [documentSha256, request]))
  const twice = items.find(({ documentSha256, request }) => firstOf.get(documentSha256) !== request)
  if (twice) throw invalid(`Văn bản ${twice.request} có nội dung trùng một văn bản khác được chọn; xin ký riêng.`)
  if (seals.size > 1) throw invalid('Mỗi lần chỉ dùng dấu của một cơ quan; xin chọn lại.')
  const id = randomUUID()
  await ctx.transaction(async (ctx) => {
    const session = {
      id,
      account: ownAccount(ctx),
      actorName: ctx.actor.name,
      organisation: ctx.actor.organisation ?? null,
      means: wish.means,
      seal: [...seals][0] ?? null,
      credential: wish.credential ?? null,
      createdAt: ctx.now,
      expiresAt: new Date(ctx.now.getTime() + lifeMs[wish.means]),
    }
    await sessions.insertSession(ctx.sql, session, items)
    await store.setBlocks(ctx.sql, blocks)
    await appendEntry(ctx, {
      action: 'signing-consent.given',
      subject: `signing-consent:${id}`,
      body: { means: wish.means, documents: items.map(({ request, documentSha256 }) => ({ request, documentSha256 })) },
    })
  })
  return id
}

/** The actor's own session. @throws Problem 404 */
export async function getSession(ctx: Context, id: string): Promise<sessions.SessionRow> {
  const session = await sessions.findSession(ctx.sql, id)
  if (!session || (ctx.actor.account !== 'system' && session.account !== ctx.actor.account))
    throw notFound('signing-consent', id)
  return session
}

export function requireRunning(session: sessions.SessionRow, now: Date): void {
  if (session.state !== 'running' || session.expiresAt < now)
    throw conflict('signing-consent.ended', 'Phiên ký đã kết thúc; xin bắt đầu lại từ trang ký số.')
}

/** No further document is signed; what is signed stays signed. */
export async function stopSession(ctx: Context, id: string): Promise<void> {
  await getSession(ctx, id)
  await end(ctx, id, { state: 'stopped' })
}

/** Ends it, if it has not ended. */
export async function end(
  ctx: Context,
  id: string,
  ended: { state: 'stopped' | 'done' | 'failed'; fault?: string },
): Promise<void> {
  await sessions.endSession(ctx.sql, id, { ...ended, at: ctx.now })
  await announce(ctx.sql, [sessionTopic(id)])
}

/** Sessions whose time is over let go of what they hold. */
export async function expireSessions(ctx: Context): Promise<void> {
  for (const { id, means } of await sessions.listOverdueSessions(ctx.sql, ctx.now))
    await end(ctx, id, { state: 'failed', fault: overdueWords[means] })
}

type Signing = sessions.SessionRow & { chain: string[]; algorithm: NonNullable<sessions.SessionRow['algorithm']> }

export const isReady = (session: sessions.SessionRow): session is Signing =>
  session.chain !== null && session.algorithm !== null

/** Leaves room for the signature in the next documents that wait. What cannot be prepared has failed, in words. */
export async function prepareNext(ctx: Context, session: Signing, limit: number): Promise<void> {
  for (const item of await sessions.listWaiting(ctx.sql, session.id, limit)) {
    try {
      await prepareItem(ctx, session, item)
    } catch (error) {
      await failItem(ctx, item, error)
    }
  }
}

const moved = () => conflict('signing-request.moved', 'Văn bản đã được ký, từ chối hoặc rút lại trong khi chờ.')

async function prepareItem(ctx: Context, session: Signing, item: sessions.ItemRow): Promise<void> {
  const steps = await store.listSteps(ctx.sql, [item.request])
  const request = await store.findRequest(ctx.sql, item.request)
  const step = steps.find(({ position }) => position === item.position)
  if (!request || step?.state !== 'current' || request.currentSha256 !== item.documentSha256) throw moved()
  const pdf = await readKept(ctx, item.documentSha256)
  const { holder } = readCertificate(Buffer.from(session.chain[0] ?? '', 'base64'))
  const agency = await findOrganisation(ctx.sql, step.organisation, { asOf: await today(ctx) })
  const signerName = step.kind === 'seal' ? (agency?.name ?? holder) : holder
  const prepared = await prepareSignature({
    pdf,
    chain: session.chain.map((one) => Buffer.from(one, 'base64')),
    algorithm: session.algorithm,
    at: ctx.now,
    signerName,
    ...(step.kind === 'seal' ? { reason: 'Dấu của cơ quan' } : {}),
    appearance: await appearanceOf(ctx, { request, steps, step, signerName, pdf }),
  })
  await sessions.setPrepared(ctx.sql, item, {
    pdf: prepared.pdf,
    completion: prepared.state,
    digest: prepared.digest.toString('hex'),
  })
}

/** Puts a signature into its document. @returns false when it did not succeed; the reason stands with the item. */
export async function finishItem(
  ctx: Context,
  session: sessions.SessionRow,
  { place, signature }: { place: number; signature: Uint8Array },
): Promise<boolean> {
  const item = await sessions.findPrepared(ctx.sql, session.id, place)
  if (!item) return false
  try {
    const stampTime = stampTimeOf(ctx)
    const signed = await completeSignature({
      pdf: item.prepared,
      state: item.completion,
      signature,
      ...(stampTime ? { stampTime } : {}),
    })
    const proved = stampTime ? await withEvidence(ctx, item, signed) : signed
    await ctx.transaction((ctx) => keepSigned(ctx, session, item, proved))
    return true
  } catch (error) {
    await failItem(ctx, item, error)
    return false
  } finally {
    await announce(ctx.sql, [sessionTopic(session.id)])
  }
}

/** After the last signature what proves all of them later is put behind them (B-LT), where the authorities answer; else it stays B-T. */
async function withEvidence(ctx: Context, { request, position }: sessions.ItemRow, signed: Buffer): Promise<Buffer> {
  const steps = await store.listSteps(ctx.sql, [request])
  if (steps.some((step) => step.position > position)) return signed
  try {
    return await addValidationData(ctx, signed)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    ctx.log.warn({ request, code: error.code }, 'a signed document got no evidence about revocation')
    return signed
  }
}

async function keepSigned(
  ctx: Context,
  session: sessions.SessionRow,
  item: sessions.Prepared,
  signed: Buffer,
): Promise<void> {
  const request = await store.lockRequest(ctx.sql, item.request)
  const step = (await store.listSteps(ctx.sql, [item.request])).find(({ position }) => position === item.position)
  if (request?.state !== 'pending' || step?.state !== 'current' || request.currentSha256 !== item.documentSha256)
    throw moved()
  const [leaf = ''] = item.completion.chain
  const { fingerprint, serial } = readCertificate(Buffer.from(leaf, 'base64'))
  // It may have been revoked since the consent was given.
  const certificate = await findByFingerprint(ctx.sql, fingerprint)
  if (certificate) refuseUnusable(certificate, ctx.now)
  const file = await keepBytes(ctx, signed, request.fileName, 'attachment')
  const by = session.actorName || session.account
  await store.setStepSigned(ctx.sql, step, {
    at: ctx.now,
    by,
    means: session.means,
    certificate: fingerprint,
    resultSha256: file.sha256,
  })
  await sessions.setItemEnded(ctx.sql, item, { state: 'signed' })
  await closeTurn(ctx, step)
  await appendEntry(ctx, {
    action: 'signing-request.signed',
    subject: `signing-request:${request.code}`,
    organisation: step.organisation,
    body: {
      position: step.position,
      by: session.account,
      means: session.means,
      certificateSerial: serial,
      documentSha256: item.documentSha256,
      resultSha256: file.sha256,
    },
  })
  await passOn(ctx, request.code)
  await announce(ctx.sql, [requestTopic(request.code)])
}

export async function failItem(ctx: Context, item: sessions.ItemRow, error: unknown): Promise<void> {
  const isExpected = error instanceof Problem && error.status < 500
  if (!isExpected) ctx.log.error({ err: error, request: item.request }, 'a document could not be signed')
  const fault = isExpected ? error.message : 'Hệ thống gặp lỗi khi ký văn bản này; xin thử lại.'
  await sessions.setItemEnded(ctx.sql, item, { state: 'failed', fault })
}
