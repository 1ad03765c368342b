/**
 * VNeID as the platform knows it: found by its discovery document, asked with the certified library openid-client. Every call is bounded
 * in time; plain HTTP is spoken only with a simulator on the same machine.
 */
import * as client from 'openid-client'
import type { VneidSettings } from '#platform/config'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'

/** A discovery document is read again after so long, or when a sign-in has failed. */
const keepMs = 10 * 60_000
/** Whether a simulator listens is asked by the sign-in page itself: it must not wait for it. */
const askMs = 400
const askAgainMs = 15_000

type Metadata = client.ServerMetadata

const kept = new Map<string, { metadata: Metadata; until: number }>()
const seen = new Map<string, { listens: boolean; until: number }>()

/** The settings by which citizens sign in now; nothing where there is no VNeID. */
export async function findVneid({ config }: Pick<Context, 'config'>): Promise<VneidSettings | undefined> {
  if (config.vneid) return config.vneid
  const { vneidSimulator } = config
  return config.demo && vneidSimulator && (await listens(vneidSimulator.issuer)) ? vneidSimulator : undefined
}

async function listens(issuer: string): Promise<boolean> {
  const now = Date.now()
  const known = seen.get(issuer)
  if (known && known.until > now) return known.listens
  const asked = await fetch(`${issuer}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(askMs),
    redirect: 'error',
  }).catch(() => undefined)
  const answer = asked?.ok === true
  seen.set(issuer, { listens: answer, until: now + askAgainMs })
  return answer
}

/** @throws Problem 503 when VNeID does not answer. */
export async function openVneid(ctx: Context): Promise<{ settings: VneidSettings; config: client.Configuration }> {
  const settings = await findVneid(ctx)
  if (!settings) throw new Problem('vneid.absent', 404, 'Nền tảng này chưa được nối với VNeID.')
  const known = kept.get(settings.issuer)
  const metadata = known && known.until > Date.now() ? known.metadata : await discover(settings)
  const config = new client.Configuration(
    metadata,
    settings.clientId,
    undefined,
    client.ClientSecretPost(settings.clientSecret),
  )
  prepare(config, settings)
  // Of its own for each sign-in: keys are fetched anew, so that one that VNeID has changed is known at once.
  return { settings, config }
}

function prepare(config: client.Configuration, { issuer, timeoutSeconds }: VneidSettings): void {
  config.timeout = timeoutSeconds
  if (isOwnMachine(issuer)) client.allowInsecureRequests(config)
  // The signature of the identity token is checked too, though it comes over TLS from the provider itself.
  client.enableNonRepudiationChecks(config)
}

const isOwnMachine = (issuer: string) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(issuer).hostname)

async function discover(settings: VneidSettings): Promise<Metadata> {
  try {
    const found = await client.discovery(
      new URL(settings.issuer),
      settings.clientId,
      undefined,
      client.ClientSecretPost(settings.clientSecret),
      // Asked for by name: the library looks for this very function.
      {
        timeout: settings.timeoutSeconds,
        execute: isOwnMachine(settings.issuer) ? [client.allowInsecureRequests] : [],
      },
    )
    const { supportsPKCE: _, ...metadata } = found.serverMetadata()
    kept.set(settings.issuer, { metadata, until: Date.now() + keepMs })
    return metadata
  } catch (cause) {
    throw Object.assign(
      new Problem('vneid.unreachable', 503, 'VNeID hiện không trả lời. Ông/bà thử lại sau ít phút.'),
      { cause },
    )
  }
}

/** After a failure nothing that was kept is trusted: the provider may have moved. */
export const forgetVneid = ({ issuer }: Pick<VneidSettings, 'issuer'>): void => void kept.delete(issuer)
