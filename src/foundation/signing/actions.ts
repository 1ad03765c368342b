import { randomInt } from 'node:crypto'
import type { StoredFile } from '#files'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict } from '#platform/errors'
import type { PublishedDocument } from './model.ts'
import { insertPublished, setWithdrawn } from './store.ts'

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const makeCode = () =>
  [1, 2, 3].map(() => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')).join('-')

/** Address that the QR code on a document names, without the site. */
export const publicPath = (code: string): string => `/vb/${code}`

/** A code for a document that will be published, to be printed on it before it is signed: 60 random bits, not guessed. */
export const claimPublicCode = makeCode

/**
 * Lets anyone who holds the code open a signed document and check it. The caller has asked whether it may be published.
 * @throws Problem 409 when the code is taken.
 */
export function publishDocument(
  ctx: Context,
  file: Pick<StoredFile, 'sha256' | 'name'>,
  { title, organisation, code = makeCode() }: { title: string; organisation: string; code?: string },
): Promise<string> {
  return ctx.transaction(async (inner) => {
    const document: PublishedDocument = {
      code,
      sha256: file.sha256,
      fileName: file.name,
      title,
      organisation,
      publishedAt: inner.now,
      withdrawnAt: null,
      withdrawnReason: null,
    }
    if (!(await insertPublished(inner.sql, document, inner.actor.account ?? 'system')))
      throw conflict('signing.code-taken', 'Mã tra cứu này đã dùng cho văn bản khác.')
    await appendEntry(inner, {
      action: 'signed-document.published',
      subject: `signed-document:${code}`,
      organisation,
      body: { sha256: file.sha256, title },
    })
    return code
  })
}

/** The document is no longer given out; who opens its code reads why. The caller has asked whether it may be withdrawn. */
export function withdrawDocument(
  ctx: Context,
  code: string,
  { reason, organisation }: { reason: string; organisation: string },
): Promise<void> {
  return ctx.transaction(async (inner) => {
    if (!(await setWithdrawn(inner.sql, code, { reason, at: inner.now })))
      throw conflict('signing.not-published', 'Văn bản này không còn công bố.')
    await appendEntry(inner, {
      action: 'signed-document.withdrawn',
      subject: `signed-document:${code}`,
      organisation,
      body: { reason },
    })
  })
}
