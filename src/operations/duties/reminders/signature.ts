/** The digital signature on an issued letter: its signer signs, then his office puts its seal where it has one; the signed file is sent. */
import { letterHtml, printPdf } from '#files'
import type { Context } from '#platform/context'
import { conflict, notFound } from '#platform/errors'
import type { Subscription } from '#platform/events'
import { subscribe } from '#platform/events'
import { hasSeal, requestSignature, signatureEnded } from '#signing'
import { recordStep } from './actions.ts'
import { findLetter, type LetterRow, listSteps, lockLetter, setSigned, setSigning, signingWords } from './store.ts'

const capability = 'duties'

function refuseUnlessSignable(row: LetterRow): void {
  if (row.state !== 'issued') throw conflict('reminder.not-issued', 'Chỉ văn bản đã có số, ngày mới trình ký số được.')
  if (row.signingCode) throw conflict('reminder.signing', 'Văn bản này đã trình ký số; xin tải lại trang.')
}

/** Sends an issued letter to be signed by who has issued it. @throws Problem 409 unless it is issued and not sent yet. */
export async function sendToSign(ctx: Context, code: string, url: string): Promise<void> {
  const row = await findLetter(ctx.sql, code)
  if (!row) throw notFound('reminder', code)
  ctx.require('duty:issue', row.issuer)
  refuseUnlessSignable(row)
  if (!row.letter) throw notFound('reminder', code)
  const title = `${row.kind === 'reminder' ? 'Nhắc nhở' : 'Đề nghị'} ${row.numberText}: ${row.letter.title.replaceAll('\n', ' ')}`
  // What is issued does not change any more: it is printed before anything is held.
  const bytes = await printPdf(ctx, letterHtml(row.letter), { title })
  await ctx.transaction(async (ctx) => {
    const held = await lockLetter(ctx.sql, code)
    if (!held) throw notFound('reminder', code)
    refuseUnlessSignable(held)
    const issued = (await listSteps(ctx.sql, held.id)).findLast(
      ({ fromState, toState }) => fromState !== 'issued' && toState === 'issued',
    )
    const organisation = held.issuer
    const count = held.signingCount + 1
    const signing = await requestSignature(ctx, {
      title: title.slice(0, 300),
      pdf: { bytes, name: `${code}.pdf` },
      organisation,
      kind: 'cong-van',
      signers: [
        { kind: 'person', account: issued?.by ?? '', organisation },
        ...((await hasSeal(ctx.sql, organisation)) ? [{ kind: 'seal' as const, organisation }] : []),
      ],
      origin: { capability, code: count === 1 ? code : `${code}/${count}`, url },
    })
    await setSigning(ctx.sql, held.id, { code: signing, count })
    await recordStep(ctx, held, {
      from: 'issued',
      to: 'issued',
      note: `${signingWords.sent} ${signing}`,
      deed: 'sent-to-sign',
    })
  })
}

const endWords = { refused: 'bị từ chối', expired: 'quá hạn', withdrawn: 'được rút lại' } as const

/** Signed, the file is what is sent; else the letter can be sent to be signed once more. */
export const followSignature: Subscription = subscribe(
  signatureEnded,
  'duties.signature-ended',
  (ctx, { code, state, origin, sha256 }) => {
    if (origin?.capability !== capability) return Promise.resolve()
    return ctx.transaction(async (ctx) => {
      const row = await lockLetter(ctx.sql, origin.code.split('/')[0] ?? '')
      if (row?.signingCode !== code || row.signedSha256) return
      const step = { from: row.state, to: row.state }
      if (state === 'signed' && sha256) {
        await setSigned(ctx.sql, row.id, sha256)
        return recordStep(ctx, row, {
          ...step,
          note: `${signingWords.signed} ${code}`,
          deed: 'signed',
          facts: { sha256 },
        })
      }
      if (state === 'signed') return
      await setSigning(ctx.sql, row.id, { code: null, count: row.signingCount })
      await recordStep(ctx, row, { ...step, note: `Ký số ${code} ${endWords[state]}`, deed: 'not-signed' })
    })
  },
)
