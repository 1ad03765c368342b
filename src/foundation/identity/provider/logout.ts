/** Back-channel logout: every application that a sign-in led into is told when the sign-in ends, by jobs that try again. */
import type { Context } from '#platform/context'
import { sessionIdleMs } from '../model.ts'
import { calls } from './call.ts'
import { tellOfLogout } from './logout-jobs.ts'
import { findProvider, sendLogout } from './provider.ts'
import * as store from './store.ts'

/**
 * A sign-in at the platform ends in many ways: signing out, a new password, an administrator, time. Whatever the way, what was given by
 * it is found here by what is no longer there. Until then it is dead already: each use asks for the sign-in.
 */
export async function endGoneSignOns(ctx: Context): Promise<void> {
  const alive = { now: ctx.now, seenSince: new Date(ctx.now.getTime() - sessionIdleMs) }
  for (let ended = 500; ended === 500; ) {
    ended = await ctx.transaction(async (ctx) => {
      const sessions = await store.takeEndedSessions(ctx.sql, alive)
      for (const { payload } of sessions) {
        const given = Object.entries(payload.authorizations ?? {})
        await store.deleteGranted(
          ctx.sql,
          given.flatMap(([, { grantId }]) => (grantId ? [grantId] : [])),
        )
        for (const [client, { sid }] of given)
          if (sid && payload.accountId) await tellClientOf(ctx, { client, sid, sub: payload.accountId })
      }
      return sessions.length
    })
  }
}

async function tellClientOf(ctx: Context, ended: { client: string; sub: string; sid: string }): Promise<void> {
  const client = await store.findClient(ctx.sql, ended.client)
  if (client?.backchannelUri && !client.disabledAt) await ctx.enqueue(tellOfLogout, ended)
}

/** Sends the signed word of it. @throws when the application does not take it: the job is tried again. */
export async function deliverLogout(ctx: Context, ended: { client: string; sub: string; sid: string }): Promise<void> {
  await calls.run({ ctx, browser: undefined, deeds: [], address: 'none', delivers: true }, async () => {
    const provider = await findProvider(ctx)
    const client = await provider.Client.find(ended.client)
    if (client?.backchannelLogoutUri) await sendLogout(client, ended)
  })
}
