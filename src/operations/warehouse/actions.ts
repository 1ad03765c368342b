import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { announce } from '#platform/live'
import { findSource, setPaused } from './store.ts'

/** Nothing is taken in under a paused source, and it is not counted as late. */
export const pauseSource = (ctx: Context, code: string): Promise<void> => setPause(ctx, code, ctx.now)

export const resumeSource = (ctx: Context, code: string): Promise<void> => setPause(ctx, code, null)

async function setPause(ctx: Context, code: string, at: Date | null): Promise<void> {
  ctx.require('source:manage')
  await ctx.transaction(async (inner) => {
    const source = await findSource(inner.sql, code)
    if (!source) throw notFound('source', code)
    inner.require('source:manage', source.organisation)
    if ((source.pausedAt === null) === (at === null)) return
    await setPaused(inner.sql, code, at)
    await appendEntry(inner, {
      action: at ? 'source.paused' : 'source.resumed',
      subject: `source:${code}`,
      organisation: source.organisation,
      body: { source: code },
    })
    await announce(inner.sql, [`source:${code}`])
  })
}
