import { createHash } from 'node:crypto'
import { confirmPassword, partiesOf } from '#identity'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'

export const digestOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

export const passwordField = 'mat-khau'

/**
 * The person who is signed in enters his password again. Asked before the transaction of the deed begins: failures are counted even
 * where the deed is undone.
 * @throws Problem 422 at the field of the password.
 */
export async function confirmHand(ctx: Context, password: string): Promise<void> {
  if (await confirmPassword(ctx, password)) return
  throw invalid('Chưa ký được: mật khẩu không đúng.', [
    { path: passwordField, message: 'Mật khẩu không đúng. Hãy nhập lại mật khẩu đăng nhập của chính mình.' },
  ])
}

export interface Signed {
  action: string
  subject: string
  organisation: string
  text: string
  body?: Record<string, string | number | boolean>
}

/** Writes into the ledger that the exact text was signed, by its digest. @returns the digest. */
export async function writeSignature(ctx: Context, { text, body, ...entry }: Signed): Promise<string> {
  const digest = digestOf(text)
  const onBehalfOf = partiesOf(ctx.actor).filter((account) => account !== ctx.actor.account)
  await appendEntry(ctx, {
    ...entry,
    body: {
      ...body,
      digest,
      signed: 'password',
      ...(onBehalfOf.length > 0 ? { onBehalfOf: onBehalfOf.join(' ') } : {}),
    },
  })
  return digest
}

/** Whether the one who acts now is, or stands in for, one of these. */
export const isSameParty = (ctx: Context, parties: readonly string[]): boolean =>
  partiesOf(ctx.actor).some((account) => parties.includes(account))
