/** What is a citizen's own: his record, with those that a clerk has decided to be his, and who looked at them. */
import { randomUUID } from 'node:crypto'
import { organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, forbidden, notFound } from '#platform/errors'
import { matterClosed, matterOpened } from '../events.ts'
import * as looks from './look-store.ts'
import { answerPermission, ownPermission } from './model.ts'
import { objectionsPath } from './paths.ts'
import { record } from './resolve.ts'
import { openText } from './seal.ts'
import * as store from './store.ts'

/** @throws Problem unless a citizen acts. */
export async function getOwnPerson(ctx: Context): Promise<store.Person> {
  ctx.require(ownPermission)
  const person = ctx.actor.citizen && (await store.findPerson(ctx.sql, ctx.actor.citizen.person))
  if (!person) throw forbidden(ownPermission)
  return person
}

export const openNumber = async (ctx: Context, { id, numberSealed }: store.Person): Promise<string | undefined> =>
  numberSealed ? openText(ctx, id, numberSealed) : undefined

export async function subjectOf(ctx: Context, person: store.Person): Promise<looks.Subject> {
  const records = await store.listSame(ctx.sql, person.id)
  return {
    persons: records.map(({ id }) => id),
    numbers: records.flatMap(({ numberHash }) => (numberHash ? [numberHash] : [])),
  }
}

/** Who looked at the actor's own data, the newest first. */
export async function listOwnLooks(ctx: Context, filter: looks.LookFilter): Promise<looks.SeenLook[]> {
  return looks.listLooks(ctx.sql, await subjectOf(ctx, await getOwnPerson(ctx)), filter)
}

export async function getOwnLook(ctx: Context, id: string): Promise<looks.SeenLook> {
  const look = await looks.findLook(ctx.sql, await subjectOf(ctx, await getOwnPerson(ctx)), id)
  if (!look) throw notFound('person-look', id)
  return look
}

/** The names of agencies as they are called today, by their codes. */
export async function agencyNames(ctx: Context): Promise<(code: string) => string> {
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  return (code) => tree.find(code)?.row.name ?? code
}

/** Tells the agency that looked what the person says against it; it answers in words, within two working days (Law 91/2025/QH15). */
export async function object(ctx: Context, lookId: string, text: string): Promise<void> {
  const person = await getOwnPerson(ctx)
  const look = await getOwnLook(ctx, lookId)
  await ctx.transaction(async (ctx) => {
    const id = randomUUID()
    const objection = { id, look: look.id, person: person.id, organisation: look.organisation, text, raisedAt: ctx.now }
    if (!(await looks.insertObjection(ctx.sql, objection)))
      throw conflict('person-objection.raised', 'Ông/bà đã nêu ý kiến về lần tra cứu này.')
    await record(ctx, person.id, 'person.objected', { look: look.id, objection: id, organisation: look.organisation })
    await ctx.publish(matterOpened, {
      kind: 'objection',
      code: id,
      title: `Trả lời người dân về một lần tra cứu dữ liệu cá nhân (${look.purposeName})`,
      organisation: look.organisation,
      url: `${objectionsPath}/${id}`,
      permission: answerPermission,
      workingDays: 2,
    })
  })
}

/** @throws Problem 403 for who looked himself: nobody answers an objection against himself. */
export async function answerObjection(ctx: Context, id: string, text: string): Promise<void> {
  const found = await getObjection(ctx, id)
  ctx.require(answerPermission, found.organisation)
  if ([ctx.actor.account, ctx.actor.onBehalfOf?.account].includes(found.actor))
    throw conflict('person-objection.own', 'Ông/bà là người đã tra cứu, nên người khác của cơ quan phải trả lời.')
  await ctx.transaction(async (ctx) => {
    const answer = { text, by: ctx.actor.account ?? 'system', name: ctx.actor.name, now: ctx.now }
    if (!(await looks.setAnswer(ctx.sql, id, answer)))
      throw conflict('person-objection.answered', 'Ý kiến này đã được trả lời.')
    await record(ctx, found.person, 'person.objection-answered', { objection: id, organisation: found.organisation })
    await ctx.publish(matterClosed, { kind: 'objection', code: id })
  })
}

export async function getObjection(ctx: Context, id: string): Promise<looks.FullObjection> {
  ctx.require(answerPermission)
  const found = await looks.findObjection(ctx.sql, ctx.reach(answerPermission), id)
  if (!found) throw notFound('person-objection', id)
  return found
}
