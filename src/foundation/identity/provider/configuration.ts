/**
 * How the library is set. What is not named here is off: no implicit flow, no dynamic registration, no secrets as keys (HS256), no `none`,
 * no `plain` of PKCE, no refresh token that outlives the sign-in at the platform.
 */
import type { AccountClaims, Configuration, errors, interactionPolicy, KoaContextWithOIDC } from 'oidc-provider'
import { assurances } from '#platform/assurance'
import { dayOf } from '#platform/local-day'
import { listRoles } from '../store.ts'
import { createAdapters } from './adapter.ts'
import { getCall } from './call.ts'
import { ownProperties } from './client-metadata.ts'
import type { KeyRing } from './keys.ts'
import { isContent, lifeSeconds, personScopes, signingAlgs } from './model.ts'
import { refusalPage, signedOutPage, signOutPage } from './provider-pages.tsx'
import { findSubject } from './store.ts'

export interface Library {
  errors: typeof errors
  interactionPolicy: typeof interactionPolicy
}

export const interactionPath = '/oidc/tiep-tuc'

export const cookieNames = {
  session: 'tram_provider',
  interaction: 'tram_oidc_interaction',
  resume: 'tram_oidc_resume',
}

/** Names the platform's own API as what a machine's token is for. */
export const apiOf = (issuer: string): string => new URL('/api/v1', issuer).href

const strongAlgs = ['ES256', 'PS256', 'RS256', 'Ed25519', 'EdDSA']

export function configure(issuer: string, { keys }: KeyRing, library: Library): Configuration {
  return {
    adapter: createAdapters(issuer, library.errors),
    jwks: { keys } as Configuration['jwks'],
    acrValues: [...assurances],
    scopes: [...personScopes],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      profile: ['name', 'account', 'preferred_username'],
      organisation: ['organisation', 'roles'],
      iss: null,
      sid: null,
    },
    // Plain applications read the identity token only.
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: {
      clientAuthSigningAlgValues: strongAlgs as never,
      idTokenSigningAlgValues: [...signingAlgs],
      userinfoSigningAlgValues: [...signingAlgs],
      introspectionSigningAlgValues: [...signingAlgs],
      authorizationSigningAlgValues: [...signingAlgs],
    },
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: true,
    issueRefreshToken: async (_koa, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => true,
    cookies: cookies(issuer),
    routes,
    ttl: lives,
    extraClientMetadata: { properties: ownProperties },
    features: features(issuer, library),
    interactions: { policy: policy(library), url: (_koa, interaction) => `${interactionPath}/${interaction.uid}` },
    // Programs in browsers hold no secret: they are answered at the addresses that people are led back to.
    clientBasedCORS: (_koa, origin, client) =>
      client.clientAuthMethod === 'none' &&
      (client.redirectUris ?? []).some((address) => new URL(address).origin === origin),
    fetch: (url, options) => fetch(url, outward(options, new URL(String(url)))),
    findAccount,
    loadExistingGrant,
    renderError(koa, out) {
      getCall().page = refusalPage({ status: koa.status, ...out })
    },
  }
}

/**
 * The library keeps away from inner networks. Where the settings name a host as one that may be reached, an application of the province
 * may stand there.
 */
function outward(options: RequestInit | undefined, { host, hostname }: URL): RequestInit | undefined {
  const { pullHosts } = getCall().ctx.config
  return pullHosts.includes(host) || pullHosts.includes(hostname)
    ? ({ ...options, dispatcher: undefined } as RequestInit)
    : options
}

const routes = {
  authorization: '/auth',
  token: '/token',
  userinfo: '/me',
  jwks: '/jwks',
  introspection: '/token/introspection',
  revocation: '/token/revocation',
  end_session: '/session/end',
}

function cookies(issuer: string): Configuration['cookies'] {
  const secure = issuer.startsWith('https:')
  return {
    names: cookieNames,
    // The platform's own pages show what the provider asks, at their own addresses.
    long: { path: '/', httpOnly: true, sameSite: 'lax', signed: false, secure },
    short: { httpOnly: true, sameSite: 'lax', signed: false, secure },
  }
}

const lives: Configuration['ttl'] = {
  AuthorizationCode: lifeSeconds.code,
  AccessToken: lifeSeconds.accessToken,
  ClientCredentials: lifeSeconds.machineToken,
  IdToken: lifeSeconds.idToken,
  // What takes the place of another lives no longer than the first would have.
  RefreshToken: (koa) => koa?.oidc?.entities.RotatedRefreshToken?.remainingTTL ?? lifeSeconds.refreshToken,
  Interaction: lifeSeconds.interaction,
  Session: lifeSeconds.session,
  Grant: lifeSeconds.session,
}

function features(issuer: string, library: Library): Configuration['features'] {
  const api = apiOf(issuer)
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: async (_koa, client, token) => token.clientId === client.clientId,
    },
    revocation: { enabled: true, allowedPolicy: async (_koa, client, token) => token.clientId === client.clientId },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (_koa, client) => (client.api_scope ? api : undefined) as string,
      useGrantedResource: async () => false,
      async getResourceServerInfo(koa, resource, client) {
        if (resource !== api || typeof client.api_scope !== 'string') throw new library.errors.InvalidTarget()
        const { params } = koa.oidc
        // Who names no scope is given all of the client's, and is told so.
        if (params && !params.scope) params.scope = client.api_scope
        refuseOtherScopes(library, String(params?.scope), client.api_scope)
        return { scope: client.api_scope, audience: api, accessTokenFormat: 'opaque' }
      },
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(koa) {
        getCall().page = signOutPage(koa)
      },
      postLogoutSuccessSource() {
        getCall().page = signedOutPage()
      },
    },
  }
}

function refuseOtherScopes(library: Library, asked: string, allowed: string): void {
  const known = new Set(allowed.split(' '))
  const other = asked.split(' ').find((scope) => !known.has(scope))
  if (other) throw new library.errors.InvalidScope('requested scope is not allowed', other)
}

/**
 * Besides the library's own checks: the browser is still signed in at the platform, as the same person, and has proved it at a level
 * that the application asks for.
 */
function policy({ interactionPolicy: { base, Check } }: Library) {
  const prompts = base()
  const login = prompts.get('login')
  login?.checks.add(
    new Check('assurance', 'none of the requested ACRs has been proved', 'login_required', ({ oidc }) =>
      isContent(
        oidc.params?.acr_values,
        assurances.find((level) => level === oidc.acr),
      )
        ? Check.NO_NEED_TO_PROMPT
        : Check.REQUEST_PROMPT,
    ),
  )
  login?.checks.add(
    new Check('proof_age', 'it was proved too long ago', 'login_required', ({ oidc }) =>
      oidc.params?.max_age === undefined || oidc.result?.login || isProvedSince(Number(oidc.params.max_age))
        ? Check.NO_NEED_TO_PROMPT
        : Check.REQUEST_PROMPT,
    ),
  )
  login?.checks.add(
    new Check('platform_session', 'the sign-in at the platform has ended', 'login_required', ({ oidc }) =>
      oidc.session?.accountId === undefined || oidc.session.accountId === getCall().browser?.subject
        ? Check.NO_NEED_TO_PROMPT
        : Check.REQUEST_PROMPT,
    ),
  )
  return prompts
}

/** By the clock of the house, where the library goes by the machine's. */
function isProvedSince(maxAgeSeconds: number): boolean {
  const { browser, ctx } = getCall()
  return browser !== undefined && ctx.now.getTime() - browser.authenticatedAt.getTime() <= maxAgeSeconds * 1000
}

async function findAccount(_koa: KoaContextWithOIDC, sub: string) {
  const { ctx } = getCall()
  const subject = await findSubject(ctx.sql, sub)
  if (!subject) return undefined
  return {
    accountId: sub,
    account: subject.account,
    async claims(): Promise<AccountClaims> {
      const today = dayOf(ctx.now)
      const roles = (await listRoles(ctx.sql, subject.account, today)).filter(({ validFrom }) => validFrom <= today)
      return {
        sub,
        name: subject.name,
        account: subject.account,
        preferred_username: subject.account,
        organisation: subject.organisation,
        roles: roles.map(({ role, organisation }) => ({ role, organisation })),
      }
    },
  }
}

/** The consent that this session has given; the province's own applications need none. */
async function loadExistingGrant(koa: KoaContextWithOIDC) {
  const { client, session, provider, result } = koa.oidc
  if (!client || !session?.accountId) return undefined
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
  const known = grantId ? await provider.Grant.find(grantId) : undefined
  if (known || client.trusted !== true) return known
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
  grant.addOIDCScope(String(client.scope))
  await grant.save()
  return grant
}
