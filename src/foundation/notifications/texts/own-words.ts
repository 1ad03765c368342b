import type { Context } from '#platform/context'
import type { NoticeTemplate } from '#platform/notices'
import type { Language } from '../model.ts'
import type { Words } from '../rules/templates.ts'
import { listLastWordings } from './store.ts'

/** The words of a template in each language: the administrator's, else its own. */
export async function findOwnWords(ctx: Context, template: NoticeTemplate): Promise<Record<Language, Words>> {
  const wordings = await listLastWordings(ctx.sql, template.code)
  const wordsIn = (language: Language): Words => {
    const own = wordings.find((one) => one.language === language)
    return own?.subject && own.body ? { subject: own.subject, text: own.body } : template[language]
  }
  return { vi: wordsIn('vi'), en: wordsIn('en') }
}
