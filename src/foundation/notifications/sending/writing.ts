// The same message as each channel takes it.
import { cut, type Language } from '../model.ts'
import type { Letter } from './gateway.ts'

/** What is written anew for each channel. */
export type Written = Pick<Letter, 'subject' | 'text' | 'link' | 'language'>

const longestSms = 300
const longestZalo = 2000
const longestSpeech = 600
const longestPush = 500

const endings: Record<Language, { open: string; automatic: string }> = {
  vi: {
    open: 'Mở',
    automatic: 'Thư tự động, xin không trả lời thư này. Chọn cách nhận thông báo tại trang Thông báo, Tùy chọn.',
  },
  en: {
    open: 'Open',
    automatic: 'Sent automatically, please do not reply. Choose how you are told under Thông báo, Tùy chọn.',
  },
}

export function mailText({ text, link, language }: Written): string {
  const { open, automatic } = endings[language]
  return `${text}\n\n${open}: ${link}\n\n--\n${automatic}\n`
}

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign)

/** Plain paragraphs: nothing is fetched from anywhere when the mail is opened. */
export function htmlOf({ subject, text, link, language }: Letter): string {
  const { open, automatic } = endings[language]
  const paragraphs = text
    .split(/\n{2,}/)
    .map((each) => `<p>${escapeHtml(each).replaceAll('\n', '<br>')}</p>`)
    .join('')
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body>${paragraphs}<p><a href="${escapeHtml(link)}">${open}</a></p><hr><p><small>${automatic}</small></p></body></html>`
}

export const smsText = ({ subject, link }: Written): string => `${cut(subject, longestSms - link.length - 2)}. ${link}`

export const zaloText = ({ subject, text, link }: Written): string =>
  `${cut(`${subject}\n${text}`, longestZalo - link.length - 1)}\n${link}`

const presses: Record<Language, string> = {
  vi: 'Bấm phím 1 để xác nhận đã nghe.',
  en: 'Press 1 to confirm that you have heard this.',
}

export const speechOf = ({ subject, text, language }: Written): string =>
  `${cut(`${subject}. ${text}`, longestSpeech)} ${presses[language]}`

/** What a browser shows: its own title, and below it the first lines. */
export const pushText = ({ text }: Pick<Letter, 'text'>): string => cut(text, longestPush)
