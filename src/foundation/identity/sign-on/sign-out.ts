import type { Context } from '#platform/context'
import type { RequestFacts } from '#platform/http'
import { signOut } from '../actions/sign-in.ts'
import { addressAt, ownClientId, signInPath } from '../provider/own-client.ts'
import { askLibrary, issuerOf, withProvider } from '../provider/provider.ts'

/**
 * RP-initiated logout by the platform's own pages: who pressed their button has confirmed it, so that the provider's question is answered
 * in his name. A browser that the provider knows no more is signed out all the same. @returns where the provider leads to, with its
 * cookies.
 */
export function endSignOn(ctx: Context, request: RequestFacts): Promise<{ to: string; setCookies: string[] }> {
  const { cookies, address } = request
  const asked = { ...request, method: 'GET', headers: { cookie: request.headers.cookie } }
  const query = new URLSearchParams({
    client_id: ownClientId,
    post_logout_redirect_uri: addressAt(issuerOf(ctx), signInPath),
  })
  return withProvider(ctx, asked, async (provider, call) => {
    await askLibrary({ provider, call, request: asked }, { url: `/session/end?${query}` })
    const { signOutSecret: xsrf } = call
    const headers = { ...asked.headers, 'content-type': 'application/x-www-form-urlencoded' }
    const confirmed = xsrf
      ? await askLibrary(
          { provider, call, request: { ...asked, method: 'POST', headers, address } },
          { url: '/session/end/confirm', body: Buffer.from(new URLSearchParams({ xsrf, logout: 'yes' }).toString()) },
        )
      : undefined
    await signOut(call.ctx, cookies)
    return {
      to: typeof confirmed?.location === 'string' ? confirmed.location : signInPath,
      setCookies: [confirmed?.['set-cookie'] ?? []].flat(),
    }
  })
}
