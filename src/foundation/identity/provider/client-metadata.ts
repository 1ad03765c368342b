import type { ClientMetadata } from 'oidc-provider'
import type { Client } from './store.ts'

/** A client as the library knows it. The secret itself is kept nowhere: its hash stands in its place, and is what is compared. */
export function metadataOf(client: Client): ClientMetadata {
  const { id, name, kind, jwks, secretHash } = client
  const proof = secretHash ? 'client_secret_basic' : jwks ? 'private_key_jwt' : 'none'
  const common: ClientMetadata = {
    client_id: id,
    client_name: name,
    application_type: 'web',
    token_endpoint_auth_method: proof,
    ...(secretHash ? { client_secret: secretHash.toString('hex') } : {}),
    ...(jwks ? { jwks: jwks as ClientMetadata['jwks'] } : {}),
    id_token_signed_response_alg: client.signingAlg,
  }
  if (kind === 'machine')
    return {
      ...common,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      account: client.account,
      organisation: client.organisation,
      api_scope: client.scopes.join(' '),
    }
  return {
    ...common,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    response_modes: ['query'],
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutUris,
    scope: client.scopes.join(' '),
    ...(client.backchannelUri
      ? { backchannel_logout_uri: client.backchannelUri, backchannel_logout_session_required: true }
      : {}),
    organisation: client.organisation,
    trusted: client.trusted,
  }
}

/** What of it is ours and not the library's. */
export const ownProperties = ['account', 'organisation', 'api_scope', 'trusted']
