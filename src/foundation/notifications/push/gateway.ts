// Hands a message to the push service of each browser that its reader turned on: encrypted for that browser alone (RFC 8291).
import type { Config } from '#platform/config'
import type { Context } from '#platform/context'
import type { Gateway, Letter, Outcome } from '../sending/gateway.ts'
import { pushText } from '../sending/writing.ts'
import { isPushService } from './hosts.ts'
import { readPushKeys } from './keys.ts'
import { deleteBrowser, listBrowsers, markPushed, type PushBrowser } from './store.ts'

const answerMs = 10_000
/** A message that a browser has not fetched by then is no news any more. */
const keptSeconds = 24 * 3600

type Keys = Awaited<ReturnType<typeof readPushKeys>>

export function openPush(ctx: Context): Gateway {
  return {
    async send(letter) {
      const browsers = await listBrowsers(ctx.sql, letter.to)
      if (browsers.length === 0) return { kind: 'refused', fault: 'no-address' }
      const keys = await readPushKeys(ctx.config)
      const outcomes = await Promise.all(browsers.map((browser) => sendTo(ctx, browser, { letter, keys })))
      // One that got it is enough: the others show the same.
      return (
        outcomes.find(({ kind }) => kind === 'sent') ??
        outcomes.find(({ kind }) => kind === 'fault') ??
        outcomes[0] ?? { kind: 'refused', fault: 'no-address' }
      )
    },
    close() {},
  }
}

async function sendTo(
  ctx: Context,
  browser: PushBrowser,
  { letter, keys }: { letter: Letter; keys: Keys },
): Promise<Outcome> {
  if (!isPushService(browser.endpoint, ctx.config.pushHosts)) return { kind: 'refused', fault: 'refused' }
  const { default: webPush } = await import('web-push')
  const request = webPush.generateRequestDetails(
    { endpoint: browser.endpoint, keys: { p256dh: browser.p256dh, auth: browser.auth } },
    JSON.stringify(payloadOf(letter)),
    {
      vapidDetails: { subject: contactOf(ctx.config), ...keys },
      TTL: keptSeconds,
      urgency: letter.urgency === 'routine' ? 'normal' : 'high',
      // The service keeps only the latest of one topic: a repetition takes the place of what it repeats.
      topic: letter.key.replaceAll('-', ''),
      contentEncoding: 'aes128gcm',
    },
  )
  try {
    const answer = await fetch(request.endpoint, {
      method: 'POST',
      headers: request.headers as Record<string, string>,
      // The library gives a Buffer whenever there is a message.
      body: new Uint8Array(request.body as Buffer),
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    })
    await answer.body?.cancel()
    return await outcomeOf(ctx, browser, answer)
  } catch (error) {
    const { name, message, cause } = error as Error
    const words = cause instanceof Error ? cause.message : message
    return { kind: 'fault', fault: name === 'TimeoutError' ? 'timeout' : 'unreachable', words }
  }
}

async function outcomeOf(ctx: Context, { id, account }: PushBrowser, { status, headers }: Response): Promise<Outcome> {
  if (status >= 200 && status < 300) {
    await markPushed(ctx.sql, id, ctx.now)
    return { kind: 'sent', providerCode: headers.get('location')?.split('/').at(-1)?.slice(0, 200) }
  }
  const words = `HTTP ${status}`
  if (status === 404 || status === 410) {
    // The person took the permission back, or the browser is gone.
    await deleteBrowser(ctx.sql, account, id)
    return { kind: 'refused', fault: 'no-address', words }
  }
  const seconds = Number(headers.get('retry-after'))
  const retryAfterMs = seconds > 0 && seconds <= 86_400 ? seconds * 1000 : undefined
  if (status === 401 || status === 403) return { kind: 'fault', fault: 'token', words }
  if (status === 408 || status === 429) return { kind: 'fault', fault: 'busy', words, retryAfterMs }
  if (status >= 400 && status < 500) return { kind: 'refused', fault: 'refused', words }
  return { kind: 'fault', fault: 'server', words, retryAfterMs }
}

const payloadOf = ({ key, subject, text, link, urgency, language }: Letter) => ({
  title: subject,
  body: pushText({ text }),
  url: new URL(link).pathname,
  tag: key,
  language,
  grave: urgency === 'grave',
})

/** Whom a push service may ask about what it is sent. */
const contactOf = ({ publicUrl }: Config): string =>
  publicUrl?.startsWith('https:') ? publicUrl : 'mailto:quan-tri@tram-huong.invalid'
