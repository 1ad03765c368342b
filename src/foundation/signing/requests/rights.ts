import type { Context } from '#platform/context'
import { forbidden, notFound } from '#platform/errors'
import { listSeen, listSteps, type RequestRow, type Sight, type StepRow } from './store.ts'

/** To ask for signatures, and to sign what one is asked to. */
export const signPermission = 'signature:sign'
/** To see the requests of an organisation, also where one has no part in them. */
export const readPermission = 'signature:read'
/** To put an agency's seal. */
export const sealPermission = 'seal:use'

/** Nobody signs in the place of another: who stands in for a colleague has his own key only. */
export function ownAccount(ctx: Context): string {
  const { account } = ctx.actor
  if (!account) throw forbidden(signPermission)
  return account
}

export const sightOf = (ctx: Context): Sight => ({
  account: ownAccount(ctx),
  read: ctx.reach(readPermission),
  seals: ctx.reach(sealPermission),
})

interface SeenRequest {
  request: RequestRow
  steps: StepRow[]
}

/** A request that the actor may see; what he may not see is not there. @throws Problem 404 */
export async function getRequest(ctx: Context, code: string): Promise<SeenRequest> {
  const [one] = await getRequests(ctx, [code])
  if (!one) throw notFound('signing-request', code)
  return one
}

/** Requests that the actor may see, in the order asked for. @throws Problem 404 when he may not see one of them. */
export async function getRequests(ctx: Context, codes: readonly string[]): Promise<SeenRequest[]> {
  const seen = new Map((await listSeen(ctx.sql, codes, sightOf(ctx))).map((request) => [request.code, request]))
  const steps = new Map<string, StepRow[]>()
  for (const step of await listSteps(ctx.sql, [...seen.keys()]))
    steps.set(step.request, [...(steps.get(step.request) ?? []), step])
  return codes.map((code) => {
    const request = seen.get(code)
    if (!request) throw notFound('signing-request', code)
    return { request, steps: steps.get(code) ?? [] }
  })
}

/** Whether this signature is the actor's to give. */
export function maySign(ctx: Context, step: Pick<StepRow, 'kind' | 'account' | 'organisation'>): boolean {
  if (step.kind === 'seal') return ctx.can(sealPermission, step.organisation)
  return step.account === ctx.actor.account && ctx.can(signPermission)
}
