/**
 * Leaving both: ours ends at once, that of VNeID by a link on the page after it. A form that is sent may not lead on to another site
 * (content policy), so the address waits in a cookie, sealed: nobody else can put one there.
 */
import * as client from 'openid-client'
import type { Context } from '#platform/context'
import type { RequestFacts, SetCookie } from '#platform/http'
import { hashToken } from '../actions/secrets.ts'
import { signOnCookie } from '../assurance/sessions.ts'
import { openText, sealText } from '../person/seal.ts'
import { platformAddress } from './actions.ts'
import { openVneid } from './provider.ts'
import * as store from './store.ts'

const cookieName = 'tram_vneid_out'
const keepSeconds = 300
const owner = 'vneid sign-out'

/** Asked before the session ends. @returns nothing for who did not sign in at VNeID, or where VNeID offers no way out. */
export async function prepareSignOut(ctx: Context, request: RequestFacts): Promise<SetCookie | undefined> {
  const token = request.cookies[signOnCookie]
  const kept = token ? await store.findIdToken(ctx.sql, hashToken(token)) : undefined
  if (!kept) return undefined
  try {
    const { config } = await openVneid(ctx)
    if (!config.serverMetadata().end_session_endpoint) return undefined
    const address = client.buildEndSessionUrl(config, {
      id_token_hint: await openText(ctx, `id-token ${kept.account}`, kept.sealed),
      post_logout_redirect_uri: platformAddress(ctx, '/dang-nhap'),
    })
    const value = (await sealText(ctx, owner, address.href)).toString('base64url')
    return { name: cookieName, value, maxAgeSeconds: keepSeconds }
  } catch (error) {
    // Who wants to leave leaves: that VNeID does not answer is no reason to stay.
    ctx.log.warn({ err: error }, 'the session at VNeID could not be ended')
    return undefined
  }
}

export async function openSignOut(ctx: Context, { cookies }: RequestFacts): Promise<string | undefined> {
  const sealed = cookies[cookieName]
  if (!sealed) return undefined
  try {
    return await openText(ctx, owner, Buffer.from(sealed, 'base64url'))
  } catch {
    // Not ours, or of an earlier key: there is no address then.
    return undefined
  }
}
