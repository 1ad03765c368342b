/** What the library tells of by its events, as deeds of the ledger: sign-ins given, refused, ended; tokens of machines. */

import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { appendEntry } from '#ledger'
import { type Call, getCall } from './call.ts'
import { ownClientId } from './own-client.ts'

interface Refusal extends Error {
  error?: string
  error_detail?: string
  error_description?: string
}

/** Answers that tell an application to show the sign-in page: nothing was refused. */
const ordinary = new Set(['login_required', 'interaction_required', 'consent_required', 'account_selection_required'])

export function listenTo(provider: Provider): void {
  provider.on('authorization.success', (koa: KoaContextWithOIDC) => {
    // At the sign-in to the platform's own pages the one deed of signing in says it.
    if (!isOwn(koa) || !koa.oidc.result?.login) note(koa, 'sign-on.opened', bodyOfGrant(koa))
  })
  provider.on('authorization.error', (koa: KoaContextWithOIDC, fault: Refusal) => {
    if (!ordinary.has(fault.error ?? '')) note(koa, 'sign-on.refused', bodyOf(fault))
  })
  provider.on('grant.success', (koa: KoaContextWithOIDC) => {
    const { client, params } = koa.oidc
    if (params?.grant_type !== 'client_credentials') return
    note(
      koa,
      'machine-token.issued',
      { scope: String(koa.oidc.entities.ClientCredentials?.scope ?? '') },
      client?.account,
    )
  })
  provider.on('grant.error', noteUnproved)
  provider.on('introspection.error', noteUnproved)
  provider.on('revocation.error', noteUnproved)
  provider.on('grant.revoked', (koa: KoaContextWithOIDC) => {
    // At sign-out the one deed of signing out says it.
    if (koa.oidc.route !== 'end_session_confirm') note(koa, 'sign-on.revoked', { route: String(koa.oidc.route) })
  })
  provider.on('end_session.success', (koa: KoaContextWithOIDC) => {
    if (!isOwn(koa)) note(koa, 'sign-on.closed', {})
  })
  provider.on('server_error', (_koa: KoaContextWithOIDC, fault: Error) => {
    getCall().fault = fault
  })
}

const isOwn = ({ oidc }: KoaContextWithOIDC): boolean => oidc.client?.clientId === ownClientId

function noteUnproved(koa: KoaContextWithOIDC, fault: Refusal): void {
  if (fault.error === 'invalid_client') getCall().failed = koa.oidc.client?.clientId
  const isMachine = typeof koa.oidc.client?.account === 'string'
  note(koa, isMachine ? 'machine-token.refused' : 'sign-on.refused', bodyOf(fault))
}

const bodyOf = ({ error, error_detail, error_description }: Refusal) => ({
  error: error ?? 'unknown',
  detail: String(error_detail ?? error_description ?? '')
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, 300),
})

const bodyOfGrant = ({ oidc }: KoaContextWithOIDC) => ({ scope: String(oidc.params?.scope ?? '') })

// A client that nobody knows is not written down: whoever likes could fill the ledger with names.
function note(koa: KoaContextWithOIDC, action: string, body: Record<string, string>, account?: unknown): void {
  const { client, account: person } = koa.oidc
  const call = getCall()
  const who = account ?? person?.account ?? call.browser?.account
  if (!client && !(action === 'sign-on.closed' && call.browser)) return
  call.deeds.push({
    action,
    subject: `client:${client?.clientId ?? 'none'}`,
    body: { ...body, address: call.address },
    actor: typeof who === 'string' ? who : 'anonymous',
    ...(typeof client?.organisation === 'string' ? { organisation: client.organisation } : {}),
  })
}

export async function writeDeeds({ ctx, deeds }: Call): Promise<void> {
  for (const deed of deeds) await appendEntry(ctx, deed)
}
