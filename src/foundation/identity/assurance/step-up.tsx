/**
 * Where one proves more than one's session has, and goes on: the pages ask the provider for a level, or for a proof that is not old. A
 * page that was asked for is asked for again; a form that was sent is kept, and is sent by the person himself once he has proved it.
 */
import { z } from 'zod'
import { type AssuranceWish, assurances, isAssured } from '#platform/assurance'
import type { Context } from '#platform/context'
import { forbidden } from '#platform/errors'
import { pageOfForm, type Reply, type RequestFacts, redirect, route, safeReturnPath } from '#platform/http'
import { ownAccount } from '../actions/accounts.ts'
import { startSignOn } from '../sign-on/client.ts'

const stepUpPath = '/dang-nhap/nang-muc'

/** Leads who has proved too little for what he asked to the page where he proves more. */
export async function askStepUp(
  ctx: Context,
  request: RequestFacts,
  { form, level, withinMinutes }: AssuranceWish & { form?: string },
): Promise<Reply> {
  if (request.method === 'GET') {
    const query = new URLSearchParams({
      muc: level,
      ...(withinMinutes === undefined ? {} : { phut: String(withinMinutes) }),
      tiep: request.url,
    })
    return redirect(`${stepUpPath}?${query}`)
  }
  requireOwnSession(ctx)
  const wish = { level, withinMinutes, returnTo: pageOfForm(request), form: { to: request.url, text: form } }
  // Nothing was done: who sent a form is not told that all is well.
  return startSignOn(ctx, request, wish, { status: 401 })
}

/** A token proves what it is by itself: there is nothing to step up. */
function requireOwnSession(ctx: Context): void {
  ownAccount(ctx)
  if (ctx.actor.scopes) throw forbidden('account:own')
}

const minutes = z.coerce.number().int().min(0).max(100_000).optional().catch(undefined)

export const stepUpRoutes = [
  route({
    method: 'GET',
    path: stepUpPath,
    access: 'signed-in',
    citizens: true,
    ratePerMinute: 600,
    query: z.object({ muc: z.enum(assurances), phut: minutes, tiep: z.string().max(2000).optional() }),
    handle(ctx, { query: { muc: level, phut: withinMinutes, tiep }, request }): Reply | Promise<Reply> {
      requireOwnSession(ctx)
      const wish = { level, withinMinutes, returnTo: safeReturnPath(tiep) }
      return isAssured(ctx.actor, wish, ctx.now) ? redirect(wish.returnTo) : startSignOn(ctx, request, wish)
    },
  }),
]
