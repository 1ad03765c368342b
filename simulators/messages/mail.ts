// A mail server that keeps what it is given, with faults.
import { SMTPServer } from 'smtp-server'
import { type Book, pause } from './book.ts'

const longestMail = 1024 * 1024

const refuse = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })

export function makeMailServer(book: Book): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    size: longestMail,
    onMailFrom(_address, _session, done) {
      const { latencyMs } = book.behaviourOf('email')
      pause(latencyMs).then(() =>
        done(book.spend('email', 'faults') ? refuse(451, '4.3.2 try again later') : undefined),
      )
    },
    onRcptTo({ address }, _session, done) {
      const isRefused = book.behaviourOf('email').refused.includes(address)
      done(isRefused ? refuse(550, `5.1.1 <${address}> unknown`) : undefined)
    },
    onData(stream, session, done) {
      let raw = ''
      stream.setEncoding('utf8')
      stream.on('data', (piece: string) => {
        raw += piece
      })
      stream.on('end', () => {
        const headers = readHeaders(raw)
        const to = session.envelope.rcptTo.map(({ address }) => address).join(', ')
        const id = headers['message-id'] ?? ''
        book.take({ channel: 'email', id, to, subject: decodeWords(headers.subject ?? ''), text: raw, headers })
        // Taken, but the sender never hears of it.
        if (book.spend('email', 'cuts')) return done(refuse(421, '4.4.2 connection lost'))
        done()
      })
    },
  })
}

function readHeaders(raw: string): Record<string, string> {
  const head = raw.split(/\r?\n\r?\n/, 1)[0] ?? ''
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
    }),
  )
}

/** RFC 2047, the two forms that mail programs write. */
function decodeWords(text: string): string {
  const pattern = /=\?utf-8\?([bq])\?([^?]*)\?=(\s+(?==\?))?/gi
  const bytes = (kind: string, body: string) =>
    kind.toLowerCase() === 'b'
      ? Buffer.from(body, 'base64')
      : Buffer.from(
          body
            .replaceAll('_', ' ')
            .replace(/=([0-9A-F]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          'latin1',
        )
  return text.replace(pattern, (_whole, kind: string, body: string) => bytes(kind, body).toString('utf8'))
}
