/** The history itself was found other than it was signed, or as it was signed again: kept, written down, and told to who raises alerts. */
import type { Context } from '#platform/context'
import { appendEntry } from '../actions.ts'
import { faultMoved } from '../events.ts'
import type { Verification } from '../verify.ts'
import { type ChainFault, keepChainFault, removeChainFault } from './store.ts'

/** `fault`: absent when nothing is wrong. */
export function noteChain(
  ctx: Context,
  kind: ChainFault['kind'],
  fault: Pick<ChainFault, 'findings' | 'message'> | undefined,
): Promise<void> {
  return ctx.transaction(async (ctx) => {
    const isNews = fault
      ? await keepChainFault(ctx.sql, { kind, foundAt: ctx.now, ...fault })
      : await removeChainFault(ctx.sql, kind)
    if (!isNews) return
    const action = fault ? 'ledger.found-faulty' : 'ledger.found-whole'
    await appendEntry(ctx, { action, subject: `ledger:${kind}`, body: { ...fault } })
    await ctx.publish(faultMoved, { what: kind, key: kind, name: fault?.message ?? '', isOver: !fault })
  })
}

export const noteVerification = (ctx: Context, { ok, findingCount, findings }: Verification): Promise<void> =>
  noteChain(ctx, 'verification', ok ? undefined : { findings: findingCount, message: findings[0]?.message ?? '' })
