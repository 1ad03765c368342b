/** The addresses of the provider. Discovery names them all; each says here who may call it and from where. */
import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { type Input, type Route, route } from '#platform/http'
import { readBytes } from '#platform/input'
import { askProvider } from './provider.ts'

const mostBytes = 56 * 1024
const AnyQuery = z.record(z.string(), z.unknown())
const Uid = z.object({ uid: z.string().max(100) })

const forward = async (ctx: Context, { request, bytes }: Input<unknown, unknown, unknown>) => {
  const body = request.method === 'POST' ? await readBytes(bytes, mostBytes) : undefined
  return askProvider(ctx, request, { url: request.url.slice('/oidc'.length), body })
}

const read = (path: string, ratePerMinute: number): Route =>
  route({ method: 'GET', path, access: 'public', ratePerMinute, query: AnyQuery, handle: forward })

/** What programs post: the call brings its own proof, and no cookie counts. */
const post = (path: string, foreignOrigins: boolean, ratePerMinute: number): Route =>
  route({
    method: 'POST',
    path,
    access: 'public',
    takes: 'stream',
    maxBytes: mostBytes,
    ratePerMinute,
    foreignOrigins,
    handle: forward,
  })

/** A gateway may ask for many machines from one address. */
const gatewayRate = 60_000
const browserRate = 600

export const providerRoutes: Route[] = [
  read('/oidc/.well-known/openid-configuration', gatewayRate),
  read('/oidc/.well-known/oauth-authorization-server', gatewayRate),
  read('/oidc/jwks', gatewayRate),
  read('/oidc/auth', browserRate),
  route({
    method: 'GET',
    path: '/oidc/auth/:uid',
    access: 'public',
    ratePerMinute: browserRate,
    params: Uid,
    handle: forward,
  }),
  post('/oidc/token', true, gatewayRate),
  post('/oidc/token/revocation', true, gatewayRate),
  post('/oidc/token/introspection', false, gatewayRate),
  read('/oidc/me', gatewayRate),
  post('/oidc/me', true, gatewayRate),
  read('/oidc/session/end', browserRate),
  read('/oidc/session/end/success', browserRate),
  post('/oidc/session/end/confirm', false, browserRate),
  route({
    method: 'POST',
    path: '/token',
    access: 'public',
    takes: 'stream',
    maxBytes: mostBytes,
    ratePerMinute: gatewayRate,
    handle: gatewayToken,
  }),
]

const GatewayFields = z.record(z.string().max(100), z.string().max(20_000))

/**
 * The shape in which gateways of provinces ask: `POST /token` with client_id and client_secret (or an assertion), as a form or as JSON, and
 * nothing else. It is the client credentials grant of RFC 6749 with its grant_type left out.
 */
async function gatewayToken(ctx: Context, { request, bytes }: Input<unknown, unknown, unknown>) {
  const text = (await readBytes(bytes, mostBytes)).toString('utf8')
  const fields = new URLSearchParams(
    /json/.test(request.headers['content-type'] ?? '') ? readFields(text) : new URLSearchParams(text),
  )
  if (!fields.has('grant_type')) fields.set('grant_type', 'client_credentials')
  const headers = { ...request.headers, 'content-type': 'application/x-www-form-urlencoded', cookie: undefined }
  return askProvider(ctx, { ...request, headers }, { url: '/token', body: Buffer.from(fields.toString()) })
}

function readFields(text: string): Record<string, string> {
  try {
    return GatewayFields.parse(JSON.parse(text))
  } catch (cause) {
    const words = 'Nội dung JSON phải là các cặp tên và chữ: client_id, client_secret.'
    throw Object.assign(new Problem('token.invalid', 422, words), { cause })
  }
}
