// The OpenID provider of the simulated VNeID: code + PKCE, levels as `acr`, its own keys. Sessions live in memory and end with the process.
import { randomBytes } from 'node:crypto'
import { type Configuration, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { claimsOf, findBySub } from './accounts.ts'
import { type Behaviour, pause } from './behaviour.ts'
import { type SigningKey, spoil } from './keys.ts'
import { faultScreen, signedOutScreen, signOutScreen } from './screens.ts'

export const levels = { 1: 'vneid:1', 2: 'vneid:2' } as const

export interface ClientSettings {
  id: string
  secret: string
}

// The library asks for URL.parse, which Node has from 22 on.
if (!('parse' in URL))
  Object.defineProperty(URL, 'parse', {
    value: (url: string, base?: string) => (URL.canParse(url, base) ? new URL(url, base) : null),
  })

const cookieKeys = [randomBytes(32).toString('hex')]

/** Whoever relies on a simulator sits at the same machine. */
const isOwnMachine = (address: string) =>
  URL.canParse(address) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname)

function policy() {
  const prompts = interactionPolicy.base()
  prompts
    .get('login')
    ?.checks.add(
      new interactionPolicy.Check('vneid_level', 'a higher level is asked for', 'login_required', ({ oidc }) =>
        wantsLevelTwo(oidc.params?.acr_values) &&
        oidc.session?.accountId &&
        !stays(oidc.result) &&
        oidc.session.acr !== levels[2]
          ? interactionPolicy.Check.REQUEST_PROMPT
          : interactionPolicy.Check.NO_NEED_TO_PROMPT,
      ),
    )
  return prompts
}

/** The person has been asked and goes on with what he has. */
const stays = (result: unknown) => typeof result === 'object' && result !== null && 'staysBelow' in result

export const wantsLevelTwo = (asked: unknown) =>
  String(asked ?? '')
    .split(' ')
    .includes(levels[2])

function configure(client: ClientSettings, keys: readonly SigningKey[]): Configuration {
  return {
    jwks: { keys: keys.map(({ jwk }) => jwk) } as Configuration['jwks'],
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        client_name: 'Nền tảng số của tỉnh (minh họa)',
        redirect_uris: ['http://127.0.0.1:8080/dang-nhap/vneid/ve'],
        post_logout_redirect_uris: ['http://127.0.0.1:8080/dang-nhap'],
        id_token_signed_response_alg: 'ES256',
        token_endpoint_auth_method: 'client_secret_post',
        default_acr_values: [levels[1]],
      },
    ],
    acrValues: Object.values(levels),
    scopes: ['openid', 'profile'],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      profile: [
        'name',
        'birthdate',
        'gender',
        'personal_identification_number',
        'account_type',
        'organisation_identifier',
        'organisation_name',
      ],
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    cookies: {
      keys: cookieKeys,
      names: { session: 'vneid_sim', interaction: 'vneid_sim_ask', resume: 'vneid_sim_resume' },
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(koa, form) {
          koa.body = signOutScreen(form)
        },
        postLogoutSuccessSource(koa) {
          koa.body = signedOutScreen()
        },
      },
    },
    interactions: { policy: policy(), url: (_koa, { uid }) => `/interaction/${uid}` },
    async findAccount(_koa, sub) {
      const account = findBySub(sub)
      return account && { accountId: sub, claims: async () => claimsOf(account) }
    },
    renderError(koa, { error, error_description: words }) {
      koa.type = 'html'
      koa.body = faultScreen(`${error}: ${words ?? ''}`)
    },
  }
}

/** @param keys the one that signs first */
export function makeProvider(
  issuer: string,
  { client, keys, behaviour }: { client: ClientSettings; keys: readonly SigningKey[]; behaviour: Behaviour },
): Provider {
  const provider = new Provider(issuer, configure(client, keys))
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed: isOwnMachine,
    postLogoutRedirectUriAllowed: isOwnMachine,
  })
  provider.use(async (koa: KoaContextWithOIDC, next: () => Promise<void>) => {
    await pause(behaviour.latencyMs)
    if (koa.path === '/token') {
      await pause(behaviour.tokenLatencyMs)
      if (behaviour.tokenFault) {
        koa.status = 503
        koa.body = { error: 'temporarily_unavailable' }
        return
      }
    }
    await next()
    await spoilAnswer(koa, behaviour, keys)
  })
  return provider
}

async function spoilAnswer(koa: KoaContextWithOIDC, behaviour: Behaviour, keys: readonly SigningKey[]): Promise<void> {
  const [key] = keys
  const body: unknown = koa.body
  const { tamper, foreignIssuer } = behaviour
  if (tamper !== 'none' && key && typeof body === 'object' && body !== null && 'id_token' in body)
    koa.body = { ...body, id_token: await spoil(String(body.id_token), tamper, key) }
  const to = koa.response.get('location') || ''
  if (foreignIssuer && to.includes('iss=')) {
    const address = new URL(to)
    address.searchParams.set('iss', 'https://vneid.ke-gia-mao.invalid')
    koa.set('location', address.href)
  }
}
