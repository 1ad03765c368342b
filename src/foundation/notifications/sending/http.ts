// Gateways that take messages over HTTP. `POST {url}/messages` with `{ id, to, text, language }`, the token as bearer; `id` is ours and the
// same at each attempt, so that a repetition is not delivered twice. 2xx answers `{ id }`, the gateway's own number; its receipts come to
// `POST /api/v1/notifications/receipts`. Where tokens expire, `POST {url}/tokens` with the secret gives one.
import { createHmac } from 'node:crypto'
import type { GatewaySettings } from '#platform/config'
import type { Gateway, Letter, Outcome } from './gateway.ts'

const answerMs = 10_000
const longestAnswer = 64 * 1024

interface Answer {
  status: number
  body: Record<string, unknown>
  retryAfterMs: number | undefined
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<Answer | Outcome> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', accept: 'application/json', ...headers },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    })
    const seconds = Number(answer.headers.get('retry-after'))
    return {
      status: answer.status,
      body: parseAnswer(await readBounded(answer)),
      retryAfterMs: seconds > 0 && seconds <= 86_400 ? seconds * 1000 : undefined,
    }
  } catch (error) {
    const { name, message, cause } = error as Error
    const words = cause instanceof Error ? cause.message : message
    return { kind: 'fault', fault: name === 'TimeoutError' ? 'timeout' : 'unreachable', words }
  }
}

async function readBounded(answer: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  // The stream of a body is iterable in Node; the DOM's type does not say so.
  for await (const piece of (answer.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true })
    if (text.length > longestAnswer) break
  }
  return text
}

function parseAnswer(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    // Not every gateway answers in JSON; its status says enough.
    return {}
  }
}

const isOutcome = (value: Answer | Outcome): value is Outcome => 'kind' in value

function outcomeOf(answer: Answer | Outcome): Outcome {
  if (isOutcome(answer)) return answer
  const { status, body, retryAfterMs } = answer
  const words = typeof body.message === 'string' ? body.message : `HTTP ${status}`
  if (status >= 200 && status < 300)
    return { kind: 'sent', providerCode: typeof body.id === 'string' ? body.id.slice(0, 200) : undefined }
  if (status === 401 || status === 403) return { kind: 'fault', fault: 'token', words }
  if (status === 408 || status === 429) return { kind: 'fault', fault: 'busy', words, retryAfterMs }
  if (status >= 400 && status < 500) return { kind: 'refused', fault: 'refused', words }
  return { kind: 'fault', fault: 'server', words, retryAfterMs }
}

/** SMS, Zalo and voice calls; `expiring`: the setting is a secret that tokens are got with. */
export function openHttp(
  { url, token: secret }: GatewaySettings,
  write: (letter: Letter) => string,
  expiring: boolean,
): Gateway {
  const base = url.replace(/\/$/, '')
  let token: Promise<string | Outcome> | undefined = expiring ? undefined : Promise.resolve(secret)
  const getToken = () => {
    token ??= fetchToken(base, secret)
    return token
  }
  const sendOnce = async (letter: Letter) => {
    const bearer = await getToken()
    if (typeof bearer !== 'string') return bearer
    const { key, to, language } = letter
    const body = JSON.stringify({ id: key, to, text: write(letter), language })
    return outcomeOf(
      await post(`${base}/messages`, body, { authorization: `Bearer ${bearer}`, 'idempotency-key': key }),
    )
  }
  return {
    async send(letter) {
      const outcome = await sendOnce(letter)
      if (!expiring || outcome.kind !== 'fault' || outcome.fault !== 'token') return outcome
      // It has expired: a fresh one, once.
      token = undefined
      return sendOnce(letter)
    },
    close() {},
  }
}

/** A token, or why there is none: the secret may be wrong, the gateway out of reach. */
async function fetchToken(base: string, secret: string): Promise<string | Outcome> {
  const answer = await post(`${base}/tokens`, '{}', { authorization: `Bearer ${secret}` })
  if (!isOutcome(answer) && typeof answer.body.token === 'string') return answer.body.token
  const outcome = outcomeOf(answer)
  // Nothing was wrong with the message itself: it waits until there is a token.
  return outcome.kind === 'fault' ? outcome : { kind: 'fault', fault: 'token', words: 'no token given' }
}

/** The installation's own webhook: what happened, signed over its time and text; nothing of who was told. */
export function openWebhook({ url, token }: GatewaySettings): Gateway {
  return {
    async send({ key, code, subject, text, link, urgency, at }) {
      const body = JSON.stringify({ id: key, notice: code, subject, text, url: link, urgency, at: at.toISOString() })
      const seconds = Math.floor(at.getTime() / 1000)
      const signature = createHmac('sha256', token).update(`${seconds}.${body}`).digest('hex')
      return outcomeOf(
        await post(url, body, { 'x-tram-delivery': key, 'x-tram-signature': `t=${seconds},v1=${signature}` }),
      )
    },
    close() {},
  }
}
