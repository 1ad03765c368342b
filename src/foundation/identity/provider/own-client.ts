/**
 * The client that the platform's own pages are. The program registers it by itself, in no table: nobody can change it or take it away, and
 * its id is one that nobody else can choose. Its secret is made by each process for itself and never leaves it, for the pages exchange
 * their codes within the process.
 */
import type { ClientMetadata } from 'oidc-provider'
import { hashToken, newToken } from '../actions/secrets.ts'

export const ownClientId = 'tram.trang'
export const ownCallbackPath = '/dang-nhap/ve'
export const signInPath = '/dang-nhap'

export const hrefOfSignIn = (returnTo: string): string => `${signInPath}?${new URLSearchParams({ tiep: returnTo })}`

export const { token: ownSecret } = newToken()

/** This platform as a browser knows it, by the issuer's name. */
export const addressAt = (issuer: string, path: string): string => new URL(path, issuer).href

export function ownMetadata(issuer: string): ClientMetadata {
  return {
    client_id: ownClientId,
    client_name: 'Trầm Hương',
    application_type: 'web',
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: hashToken(ownSecret).toString('hex'),
    grant_types: ['authorization_code'],
    response_types: ['code'],
    response_modes: ['query'],
    redirect_uris: [addressAt(issuer, ownCallbackPath)],
    post_logout_redirect_uris: [addressAt(issuer, signInPath)],
    scope: 'openid',
    trusted: true,
  }
}
