/** What the page carries between the server and the helper on the signer's machine. */
import { listPeople } from '#identity'
import type { Context } from '#platform/context'
import { conflict, invalid } from '#platform/errors'
import { parseCertificate, requireUsable } from '../certificates/usable.ts'
import { sealWish } from '../means/platform-key.ts'
import * as sessions from './session-store.ts'
import { end, finishItem, getSession, isReady, lifeMs, prepareNext, requireRunning } from './sessions.ts'

/** Digests that go to the signer's machine at once. */
const portion = 10
/** A portion of which nothing came back for so long was lost on its way, and is sent once more. */
const lostMs = 45_000

async function getHelperSession(ctx: Context, id: string): Promise<sessions.SessionRow> {
  const session = await getSession(ctx, id)
  if (session.means !== 'helper') throw conflict('signing-consent.other-means', 'Phiên ký này dùng phương tiện khác.')
  requireRunning(session, ctx.now)
  return session
}

/** The signer has chosen a certificate: what the helper shall ask him, once. `chain` is DER in base64, leaf first. */
export async function beginConsent(
  ctx: Context,
  { id, chain, origin }: { id: string; chain: readonly string[]; origin: string },
): Promise<string> {
  const session = await getHelperSession(ctx, id)
  const [leaf] = chain
  if (!leaf) throw invalid('Chưa chọn chứng thư số.')
  const { algorithm, fingerprint } = parseCertificate(Buffer.from(leaf, 'base64'))
  if (!algorithm) throw invalid('Chứng thư số này không thuộc loại được dùng (RSA hoặc ECDSA P-256).')
  return ctx.transaction(async (ctx) => {
    const [person] = await listPeople(ctx, [session.account])
    await requireUsable(
      ctx,
      chain.map((one) => Buffer.from(one, 'base64')),
      {
        kind: 'person',
        account: session.account,
        name: person?.name ?? session.actorName,
        organisation: person?.organisation ?? session.organisation ?? '',
        means: 'token',
      },
    )
    if (!(await sessions.setChain(ctx.sql, id, { chain, algorithm })))
      throw conflict('signing-consent.begun', 'Phiên ký này đã bắt đầu ở một cửa sổ khác.')
    const items = await sessions.listItems(ctx.sql, id)
    const documents = items.map(({ title, documentSha256 }) => ({ title: title.slice(0, 300), sha256: documentSha256 }))
    const wish = { kind: 'consent', account: session.account, certificate: fingerprint, documents } as const
    return sealWish(ctx.config, wish, { origin, now: ctx.now, jti: id })
  })
}

export interface NextDigests {
  /** Sealed for the helper. */
  token: string | null
  /** Others are under way: ask again in a while. */
  wait: boolean
}

/** The next digests to be signed; neither of both when all are done, and the session is over then. */
export async function nextDigests(ctx: Context, { id, origin }: { id: string; origin: string }): Promise<NextDigests> {
  const over = { token: null, wait: false }
  if ((await getSession(ctx, id)).state === 'done') return over
  const session = await getHelperSession(ctx, id)
  if (!isReady(session)) throw conflict('signing-consent.no-certificate', 'Chưa chọn chứng thư số.')
  await sessions.prolongSession(ctx.sql, id, new Date(ctx.now.getTime() + lifeMs.helper))
  await prepareNext(ctx, session, portion)
  const lostBefore = new Date(ctx.now.getTime() - lostMs)
  const items = await sessions.takePrepared(ctx.sql, id, { now: ctx.now, lostBefore, limit: portion })
  if (items.length > 0) {
    const list = items
      .toSorted((a, b) => a.place - b.place)
      .map(({ documentSha256, digest }) => ({ sha256: documentSha256, digest: digest ?? '' }))
    const wish = { kind: 'signatures', consent: id, items: list } as const
    return { token: await sealWish(ctx.config, wish, { origin, now: ctx.now }), wait: false }
  }
  // Others that failed to be prepared may stand before some that wait.
  const { waiting, prepared } = await sessions.countItems(ctx.sql, id)
  if (waiting > 0) return nextDigests(ctx, { id, origin })
  if (prepared > 0) return { token: null, wait: true }
  await end(ctx, id, { state: 'done' })
  return over
}

/** Why a session at the signer's machine cannot go on. */
export const breakWords = {
  refused: 'Người ký đã chọn không ký trong cửa sổ xác nhận.',
  expired: 'Quá thời gian xác nhận trên máy của người ký.',
  gone: 'Phần mềm ký đã quên lần xác nhận này (phần mềm đã khởi động lại, hoặc trang ký đóng giữa chừng).',
  silent: 'Không liên lạc được với phần mềm ký trên máy của người ký.',
  failed: 'Phần mềm ký hoặc thiết bị không ký tiếp được.',
} as const

/** The page cannot go on: what is not signed is free at once, and everybody reads why. */
export async function breakSession(ctx: Context, id: string, why: keyof typeof breakWords): Promise<void> {
  const session = await getSession(ctx, id)
  if (session.means === 'helper') await end(ctx, id, { state: 'stopped', fault: breakWords[why] })
}

export interface HelperSignature {
  /** Of the document. */
  sha256: string
  /** Base64. */
  signature: string
}

/** Signatures that the helper has made: each is checked against the certificate before its document is signed. */
export async function takeSignatures(ctx: Context, id: string, signatures: readonly HelperSignature[]): Promise<void> {
  const session = await getHelperSession(ctx, id)
  const items = await sessions.listPrepared(ctx.sql, id)
  for (const { sha256, signature } of signatures) {
    // A digest that was not sent has no signature: what comes for it, comes from elsewhere.
    const item = items.find(({ documentSha256, sentAt }) => documentSha256 === sha256 && sentAt !== null)
    if (item) await finishItem(ctx, session, { place: item.place, signature: Buffer.from(signature, 'base64') })
  }
  const { waiting, prepared } = await sessions.countItems(ctx.sql, id)
  if (waiting + prepared === 0) await end(ctx, id, { state: 'done' })
}
