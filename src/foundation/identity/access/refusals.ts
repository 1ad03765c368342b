/**
 * Every refusal is a security event in the ledger: the first of its kind at once, what follows within ten minutes (the same person, route,
 * organisation and reason) as one more with its count. Who goes through many doors at a time fills one line "everywhere", not the ledger.
 */
import { appendEntry } from '#ledger'
import { wishOf } from '#platform/assurance'
import type { Context } from '#platform/context'
import type { Problem } from '#platform/errors'
import type { RequestFacts } from '#platform/http'
import { countKinds, countRefusal, takeOld } from './refusal-store.ts'

const foldMs = 10 * 60_000
export const mostKinds = 50
const takenAtOnce = 500

const refused = 'access.refused'
const again = 'access.refused-again'
const stepUp = 'access.step-up-asked'

/** Codes as they are kept: what was typed in their place is nobody's business. */
const plainCode = /^[A-Za-z0-9.-]{1,35}$/

export interface RefusedRequest {
  problem: Problem
  /** Pattern of the route, without what was asked for. */
  route: string
  request: Pick<RequestFacts, 'method' | 'address'>
}

/** Writes down a refusal, 403 or 401 for want of a surer proof; anything else is none. */
export async function noteRefusal(ctx: Context, { problem, route, request }: RefusedRequest): Promise<void> {
  const wantsProof = wishOf(problem) !== undefined
  if (problem.status !== 403 && !wantsProof) return
  const account = ctx.actor.account ?? 'anonymous'
  const isMany = (await countKinds(ctx.sql, account)) >= mostKinds
  const { permission, organisation } = problem.facts
  const place = textOf(organisation, plainCode) ?? ctx.actor.organisation ?? 'none'
  const counted = {
    account,
    route: isMany ? '*' : `${request.method} ${route}`,
    organisation: isMany ? 'none' : place,
    code: isMany ? 'access.many' : problem.code,
    permission: isMany ? null : (textOf(permission, /^[a-z-]+:[a-z-]+$/) ?? null),
    address: request.address,
  }
  await ctx.transaction(async (ctx) => {
    if (!(await countRefusal(ctx.sql, { ...counted, now: ctx.now }))) return
    const { code, permission, address, organisation } = counted
    await appendEntry(ctx, {
      action: wantsProof && !isMany ? stepUp : refused,
      subject: `account:${account}`,
      organisation,
      body: { route: counted.route, code, ...(permission ? { permission } : {}), address },
    })
  })
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
          actor: row.account,
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
