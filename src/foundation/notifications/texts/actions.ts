import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { forbidden, invalid, notFound } from '#platform/errors'
import type { NoticeTemplate } from '#platform/notices'
import type { Language } from '../model.ts'
import { managePermission } from '../permissions.ts'
import { faultsOfWords, type Words } from '../rules/templates.ts'
import { findVersion, insertWording } from './store.ts'

export function getTemplate(ctx: Context, code: string): NoticeTemplate {
  const template = ctx.notices.get(code)
  if (!template) throw notFound('notice-template', code)
  return template
}

/** Lines as browsers send them, one way. */
export const tidyWords = ({ subject, text }: Words): Words => ({
  subject: subject.normalize('NFC').trim(),
  text: text.normalize('NFC').replace(/\r\n?/g, '\n').trim(),
})

interface Wish {
  code: string
  language: Language
  words: Words | undefined
  /** The version whose words they are. */
  restores?: number
}

/** Sets the words of a template for everybody; none: its own stand again. Earlier versions are kept. */
export async function changeWording(ctx: Context, { code, language, words, restores }: Wish): Promise<void> {
  ctx.require(managePermission)
  // The words are of the whole installation.
  if (ctx.reach(managePermission) !== 'all') throw forbidden(managePermission)
  const template = getTemplate(ctx, code)
  const tidy = words && tidyWords(words)
  const faults = tidy ? faultsOfWords(tidy, template.values) : []
  if (faults.length > 0) throw invalid('Mẫu chưa dùng được; xin sửa các chỗ được nêu.', faults)
  await ctx.transaction(async (ctx) => {
    const version = await insertWording(ctx.sql, {
      code,
      language,
      subject: tidy?.subject ?? null,
      body: tidy?.text ?? null,
      changedBy: ctx.actor.account ?? 'system',
      changedAt: ctx.now,
    })
    await appendEntry(ctx, {
      action: 'message-wording.changed',
      subject: `message-wording:${code}`,
      body: {
        language,
        version,
        subject: tidy?.subject ?? null,
        text: tidy?.text ?? null,
        ...(restores ? { restores } : {}),
      },
    })
  })
}

/**
 * The words of an earlier version hold again, as a new one. @throws Problem 404; 422 where the template has no such values any more.
 */
export async function restoreWording(ctx: Context, asked: { code: string; language: Language; version: number }) {
  const version = await findVersion(ctx.sql, asked)
  if (!version) throw notFound('message-wording', `${asked.code} ${asked.language} ${asked.version}`)
  const { code, language, subject, body } = version
  const words = subject && body ? { subject, text: body } : undefined
  await changeWording(ctx, { code, language, words, restores: asked.version })
}
