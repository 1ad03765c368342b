/**
 * Every refusal is a security event in the ledger: the first of its kind at once, what follows within ten minutes (the same person, route,
 * organisation and reason) as one more with its count. Who goes through many doors at a time fills one line "everywhere", not the ledger.
 */
import { appendEntry } from '#ledger'
import { wishOf } from '#platform/assurance'
import type { Context } from '#platform/context'
import { type Problem, tokenRefusedCode } from '#platform/errors'
import type { RequestFacts } from '#platform/http'
import { bearerOf } from '../actions/authenticate.ts'
import { hashArtifact, hashToken } from '../actions/secrets.ts'
import { countKinds, countRefusal, findDeadToken, takeOld } from './refusal-store.ts'

const foldMs = 10 * 60_000
export const mostKinds = 50
const takenAtOnce = 500

const refused = 'access.refused'
const again = 'access.refused-again'
const stepUp = 'access.step-up-asked'
const tokenRefused = 'token.refused'
const nobody = 'anonymous'

/** Codes as they are kept: what was typed in their place is nobody's business. */
const plainCode = /^[A-Za-z0-9.-]{1,35}$/

export interface RefusedRequest {
  problem: Problem
  /** Pattern of the route, without what was asked for. */
  route: string
  request: Pick<RequestFacts, 'method' | 'address' | 'headers'>
}

/** Writes down a refusal, 403, 401 for want of a surer proof or for a token that is none; anything else is none. */
export async function noteRefusal(ctx: Context, { problem, route, request }: RefusedRequest): Promise<void> {
  const wantsProof = wishOf(problem) !== undefined
  const token = problem.code === tokenRefusedCode ? await whatOfToken(ctx, request) : undefined
  if (problem.status !== 403 && !wantsProof && !token) return
  const account = token?.account ?? ctx.actor.account ?? nobody
  const isMany = (await countKinds(ctx.sql, account)) >= mostKinds
  const { permission, organisation } = problem.facts
  const place = textOf(organisation, plainCode) ?? token?.organisation ?? ctx.actor.organisation ?? 'none'
  const counted = {
    account,
    route: isMany ? '*' : `${request.method} ${route}`,
    organisation: isMany ? 'none' : place,
    code: isMany ? 'access.many' : (token?.code ?? problem.code),
    permission: isMany ? null : (textOf(permission, /^[a-z-]+:[a-z-]+$/) ?? null),
    address: request.address,
  }
  await ctx.transaction(async (ctx) => {
    if (!(await countRefusal(ctx.sql, { ...counted, now: ctx.now }))) return
    const { code, permission, address, organisation } = counted
    await appendEntry(ctx, {
      action: isMany ? refused : wantsProof ? stepUp : token ? tokenRefused : refused,
      subject: `account:${account}`,
      organisation,
      body: { route: counted.route, code, ...(permission ? { permission } : {}), address },
    })
  })
}

/** Why a token does not open anything, and whose it was; of itself nothing is kept. The account has not done this: somebody who had its token. */
async function whatOfToken(ctx: Context, request: Pick<RequestFacts, 'headers'>) {
  const token = bearerOf(request)
  const dead =
    token && (await findDeadToken(ctx.sql, [hashToken(token), hashArtifact('ClientCredentials', token)], ctx.now))
  return dead || { code: 'token.unknown', account: undefined, organisation: undefined }
}

const textOf = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

/** Writes what was counted since the first of each kind, and begins anew. */
export async function tellFolded(ctx: Context): Promise<void> {
  const before = new Date(ctx.now.getTime() - foldMs)
  for (let taken = takenAtOnce; taken === takenAtOnce; )
    taken = await ctx.transaction(async (ctx) => {
      const rows = await takeOld(ctx.sql, before, takenAtOnce)
      for (const row of rows.filter(({ times }) => times > 1))
        await appendEntry(ctx, {
          action: again,
          subject: `account:${row.account}`,
          actor: row.code.startsWith('token.') ? nobody : row.account,
          organisation: row.organisation,
          body: {
            route: row.route,
            code: row.code,
            ...(row.permission ? { permission: row.permission } : {}),
            address: row.address,
            times: row.times - 1,
            firstAt: row.begunAt.toISOString(),
            lastAt: row.lastAt.toISOString(),
          },
        })
      return rows.length
    })
}
