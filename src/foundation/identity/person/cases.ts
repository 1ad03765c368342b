/** A clerk's decision whether two records are of one person: with its ground, in the ledger, and undone as easily as it was made. */
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound } from '#platform/errors'
import { matterClosed } from '../events.ts'
import { deleteSessions } from '../session-store.ts'
import { decidePermission } from './model.ts'
import { record } from './resolve.ts'
import { readPersonSettings } from './settings.ts'
import * as store from './store.ts'

export interface Decision {
  state: 'linked' | 'apart'
  /** What the decision rests on: papers seen, who was asked. */
  ground: string
}

/** @throws Problem unless the actor decides such cases. */
export async function requireDeciding(ctx: Context): Promise<void> {
  const settings = await readPersonSettings(ctx.config.packDir)
  if (!settings) throw forbidden(decidePermission)
  ctx.require(decidePermission, settings.casesAt)
}

export async function getCase(ctx: Context, id: string): Promise<store.PersonCase> {
  await requireDeciding(ctx)
  const found = await store.findCase(ctx.sql, id)
  if (!found) throw notFound('person-case', id)
  return found
}

/** @throws Problem 409 when somebody has decided meanwhile, or the records have become two numbers. */
export async function decideCase(ctx: Context, id: string, { state, ground }: Decision): Promise<void> {
  await requireDeciding(ctx)
  await ctx.transaction(async (ctx) => {
    const found = await lockOpen(ctx, id)
    await store.setDecision(ctx.sql, id, { state, ground, by: actorOf(ctx), now: ctx.now })
    if (state === 'linked') await link(ctx, found)
    const action = state === 'linked' ? 'person.same-decided' : 'person.apart-decided'
    for (const person of [found.person, found.other])
      await record(ctx, person, action, { case: id, person: found.person, other: found.other, ground })
    await ctx.publish(matterClosed, { kind: 'same-person', code: id })
  })
}

const actorOf = (ctx: Context): string => ctx.actor.account ?? 'system'

async function lockOpen(ctx: Context, id: string): Promise<store.PersonCase> {
  const found = await store.lockCase(ctx.sql, id)
  if (!found) throw notFound('person-case', id)
  if (found.state !== 'open') throw conflict('person-case.decided', 'Việc này đã có người quyết định.')
  return found
}

async function link(ctx: Context, found: store.PersonCase): Promise<void> {
  const [person, other] = [await store.findPerson(ctx.sql, found.person), await store.findPerson(ctx.sql, found.other)]
  if (!person || !other) throw notFound('person', found.person)
  if (person.numberHash)
    throw conflict(
      'person-case.two-numbers',
      'Hồ sơ này đã có số định danh riêng; hai số định danh là hai người, không liên kết được.',
    )
  const root = other.sameAs ?? other.id
  if (person.sameAs || root === person.id || (await store.isSameOfSomeone(ctx.sql, person.id)))
    throw conflict('person-case.chain', 'Hồ sơ này đã được liên kết với hồ sơ khác. Xin gỡ liên kết cũ trước.')
  await store.setSameAs(ctx.sql, person.id, root)
  // Who is signed in as the one signs in again, and is then the other.
  await deleteSessions(ctx.sql, person.account, undefined)
}

/** Takes a decision back: both records stand again as they were, the case as undone. */
export async function undoCase(ctx: Context, id: string, ground: string): Promise<void> {
  await requireDeciding(ctx)
  await ctx.transaction(async (ctx) => {
    const found = await store.lockCase(ctx.sql, id)
    if (!found) throw notFound('person-case', id)
    if (found.state !== 'linked' && found.state !== 'apart') throw invalid('Chỉ gỡ được việc đã quyết định và chưa gỡ.')
    await store.setUndone(ctx.sql, id, { by: actorOf(ctx), ground, now: ctx.now })
    if (found.state === 'linked') {
      const root = await store.findPerson(ctx.sql, found.other)
      await store.setSameAs(ctx.sql, found.person, null)
      if (root) await deleteSessions(ctx.sql, root.account, undefined)
    }
    for (const person of [found.person, found.other])
      await record(ctx, person, 'person.decision-undone', { case: id, ground })
  })
}
