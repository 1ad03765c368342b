import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { forbidden, invalid, notFound } from '#platform/errors'
import type { NoticeTemplate } from '#platform/notices'
import type { Language } from '../model.ts'
import { managePermission } from '../permissions.ts'
import { faultsOfWords, type Words } from '../rules/templates.ts'
import { insertWording } from './store.ts'

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

/** Sets the words of a template for everybody; none: its own stand again. Earlier versions are kept. */
export async function changeWording(
  ctx: Context,
  { code, language, words }: { code: string; language: Language; words: Words | undefined },
): Promise<void> {
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
      body: { language, version, subject: tidy?.subject ?? null, text: tidy?.text ?? null },
    })
  })
}
