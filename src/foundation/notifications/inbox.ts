import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { forbidden, notFound, unauthenticated } from '#platform/errors'
import { announce } from '#platform/live'
import { inboxTopic } from './actions.ts'
import * as store from './store.ts'

/** Whose inbox is asked for: one's own, never another's. A token acts for its account in what it was given for; letters are not among it. */
export function ownAccount(ctx: Context): string {
  if (!ctx.actor.account) throw unauthenticated()
  if (ctx.actor.scopes) throw forbidden('account:own')
  return ctx.actor.account
}

/** Opens a message of the own inbox: it is read with that, and leads on. @returns the page it leads to. */
export async function openNotice(ctx: Context, id: number): Promise<string> {
  const account = ownAccount(ctx)
  const notice = await store.findNotice(ctx.sql, account, id)
  if (!notice) throw notFound('notice', String(id))
  if (!notice.readAt) await markRead(ctx, { id })
  return notice.url
}

/** Marks one line of the own inbox read, or all up to the newest one seen: what came since stays unread. */
export async function markRead(ctx: Context, which: { id: number } | { upTo: number }): Promise<void> {
  const account = ownAccount(ctx)
  await ctx.transaction(async (ctx) => {
    const read = await store.markRead(ctx.sql, account, which, ctx.now)
    if (read.length === 0) return
    await store.dropUnneeded(
      ctx.sql,
      read.map(({ id }) => id),
      ctx.now,
    )
    // Who has read a grave message, and when, is asked for afterwards.
    for (const { id, code, urgency } of read) {
      if (urgency !== 'grave') continue
      await appendEntry(ctx, { action: 'notice.acknowledged', subject: `notice:${id}`, body: { code } })
    }
    await announce(ctx.sql, [inboxTopic(account)])
  })
}

export async function markUnread(ctx: Context, id: number): Promise<void> {
  const account = ownAccount(ctx)
  await ctx.transaction(async (ctx) => {
    if (await store.markUnread(ctx.sql, account, id)) await announce(ctx.sql, [inboxTopic(account)])
  })
}
