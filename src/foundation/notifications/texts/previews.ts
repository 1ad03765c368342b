// What each channel makes of a template's words: the same functions write the messages that are sent.
import type { Context } from '#platform/context'
import type { Language, PersonalChannel } from '../model.ts'
import type { Words } from '../rules/templates.ts'
import { mailText, pushText, smsText, speechOf, zaloText } from '../sending/writing.ts'

export interface ChannelPreview {
  channel: PersonalChannel
  text: string
  /** Of an SMS: with letters of Vietnamese it is charged by 70 signs, and by 67 where it needs several. */
  pieces?: number
}

/** Of words with example values in them. */
export function previewChannels(ctx: Context, words: Words, language: Language): ChannelPreview[] {
  const link = new URL('/thong-bao/mo/12345', ctx.config.publicUrl ?? 'https://tram-huong.invalid').href
  const written = { ...words, link, language }
  const sms = smsText(written)
  return [
    { channel: 'email', text: `${words.subject}\n\n${mailText(written).trimEnd()}` },
    { channel: 'sms', text: sms, pieces: countSmsPieces(sms) },
    { channel: 'zalo', text: zaloText(written) },
    { channel: 'push', text: `${words.subject}\n${pushText(written)}` },
    { channel: 'call', text: speechOf(written) },
  ]
}

// GSM 03.38: what is written in its letters alone takes seven bits a letter.
const gsm = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/
export function countSmsPieces(text: string): number {
  const [one, each] = gsm.test(text) ? [160, 153] : [70, 67]
  return text.length <= one ? 1 : Math.ceil(text.length / each)
}
