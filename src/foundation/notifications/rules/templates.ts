import type { NoticeTemplate } from '#platform/notices'
import { cut, languages, longestSubject, longestText, tidyLines, tidyValue } from '../model.ts'

export interface Words {
  subject: string
  text: string
}

const place = /\{([^{}]*)\}/g

/** What is wrong with the words of a template, in Vietnamese; nothing when they will do. */
export function faultsOfWords(
  words: Words,
  values: Readonly<Record<string, string>>,
): { path: string; message: string }[] {
  const faults: { path: string; message: string }[] = []
  const known = Object.keys(values)
  const list = known.map((name) => `{${name}}`).join(', ') || 'không có'
  for (const path of ['subject', 'text'] as const) {
    for (const [whole, name = ''] of words[path].matchAll(place)) {
      if (!known.includes(name))
        faults.push({ path, message: `Mẫu không có giá trị ${whole}; các giá trị dùng được: ${list}.` })
    }
    if (/[{}]/.test(words[path].replace(place, ''))) faults.push({ path, message: 'Dấu { hoặc } chưa thành cặp.' })
  }
  if (!words.subject.trim()) faults.push({ path: 'subject', message: 'Tiêu đề không được để trống.' })
  if (!words.text.trim()) faults.push({ path: 'text', message: 'Nội dung không được để trống.' })
  if (/\p{Cc}/u.test(words.subject)) faults.push({ path: 'subject', message: 'Tiêu đề chỉ gồm một dòng.' })
  if (/[^\P{Cc}\n\r\t]/u.test(words.text)) faults.push({ path: 'text', message: 'Nội dung chứa ký tự điều khiển.' })
  if (words.subject.length > longestSubject)
    faults.push({ path: 'subject', message: `Tiêu đề dài nhất ${longestSubject} ký tự.` })
  if (words.text.length > longestText) faults.push({ path: 'text', message: `Nội dung dài nhất ${longestText} ký tự.` })
  return faults
}

/** The templates of all cards by code. @throws when one of them is wrong: the program does not start with it. */
export function collectNotices(templates: readonly NoticeTemplate[]): ReadonlyMap<string, NoticeTemplate> {
  const byCode = new Map<string, NoticeTemplate>()
  for (const template of templates) {
    const { code } = template
    if (!/^[a-z][a-z-]*\.[a-z][a-z-]*$/.test(code)) throw new Error(`Notice "${code}": the code is no noun.deed`)
    if (byCode.has(code)) throw new Error(`Notice ${code} is there twice`)
    for (const language of languages) {
      const [fault] = faultsOfWords(template[language], template.values)
      if (fault) throw new Error(`Notice ${code} (${language}, ${fault.path}): ${fault.message}`)
    }
    byCode.set(code, template)
  }
  return byCode
}

/** The words with the values in them. A value is never read as a place for another one. */
export function fillWords(
  words: Words,
  values: Readonly<Record<string, string>>,
  longValues: readonly string[] = [],
): Words {
  const tidy = (name: string) => (longValues.includes(name) ? tidyLines : tidyValue)(values[name] ?? '')
  const fill = (text: string) => text.replace(place, (_whole, name: string) => tidy(name))
  return { subject: cut(fill(words.subject), longestSubject), text: cut(fill(words.text), longestText) }
}
