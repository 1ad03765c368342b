import { createTransport } from 'nodemailer'
import type { MessageSettings } from '#platform/config'
import type { Gateway, Letter, Outcome } from './gateway.ts'
import { htmlOf, mailText } from './writing.ts'

const connectMs = 10_000
const answerMs = 20_000

/** Mail by SMTP. The server's 250 after the text is what counts as sent. */
export function openSmtp({ url, from }: NonNullable<MessageSettings['smtp']>): Gateway {
  const sender = readSender(from)
  const domain = sender.address.split('@')[1] ?? 'localhost'
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: 3,
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      socketTimeout: answerMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from: sender },
  )
  return {
    async send(letter) {
      try {
        await transport.sendMail(mailOf(letter, domain))
        return { kind: 'sent' }
      } catch (error) {
        return outcomeOf(error as SmtpError)
      }
    },
    close: () => transport.close(),
  }
}

/** `Trung tâm <ioc@example.vn>`, or an address alone. */
function readSender(from: string): { name: string; address: string } {
  const [, name = '', address = from] = /^(.*)<([^<>]+)>$/.exec(from) ?? []
  return { name: name.trim(), address: address.trim() }
}

function mailOf(letter: Letter, domain: string) {
  return {
    // As an object the address is one address, whatever signs are in it.
    to: { name: '', address: letter.to },
    subject: letter.subject,
    text: mailText(letter),
    html: htmlOf(letter),
    attachments: letter.attachments?.map(({ name, type, bytes }) => ({
      filename: name,
      contentType: type,
      content: bytes,
    })),
    messageId: `<${letter.key}@${domain}>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': letter.language,
    },
  }
}

interface SmtpError extends Error {
  code?: string
  responseCode?: number
  response?: string
}

function outcomeOf({ code, responseCode, response, message }: SmtpError): Outcome {
  const words = response ?? message
  // A sign-in that fails is a wrong setting: the mail itself is not at fault and waits for its mending.
  if (code === 'EAUTH') return { kind: 'fault', fault: 'token', words }
  if (responseCode && responseCode >= 500) return { kind: 'refused', fault: 'refused', words }
  if (responseCode && responseCode >= 400) return { kind: 'fault', fault: 'busy', words }
  if (code === 'EENVELOPE') return { kind: 'refused', fault: 'no-address', words }
  return { kind: 'fault', fault: code === 'ETIMEDOUT' ? 'timeout' : 'unreachable', words }
}
