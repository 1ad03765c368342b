import { appendEntry, type EntryInput } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, notFound } from '#platform/errors'
import { announce } from '#platform/live'
import type { LogKind } from '../model.ts'
import * as store from './store.ts'

export const readPermission = 'incident:read'
export const commandPermission = 'incident:command'

/** Topics of live screens: the list, and one incident. */
export const listTopic = 'incidents'
export const topicOf = (code: string): string => `incident:${code}`

/** An incident that the actor may see. @throws Problem 404 */
export async function getIncident(ctx: Context, code: string): Promise<store.Incident> {
  const found = await store.findIncident(ctx.sql, code, ctx.reach(readPermission))
  if (!found) throw notFound('incident', code)
  return found
}

export const mayCommand = (ctx: Context, incident: Pick<store.Incident, 'organisation'>): boolean =>
  ctx.can(commandPermission, incident.organisation)

interface Change {
  /** Also what is closed may be changed: reopening, signing its report. */
  closedToo?: boolean
  /** Whoever may see it; the deed itself asks for more. */
  anybody?: boolean
}

/** Runs a change of one incident, one after the other. @throws Problem 404, 403, or 409 where it is closed. */
export function changeIncident<T>(
  ctx: Context,
  code: string,
  work: (inner: Context, incident: store.Incident) => Promise<T>,
  { closedToo, anybody }: Change = {},
): Promise<T> {
  return ctx.transaction(async (inner) => {
    await getIncident(inner, code)
    const incident = await store.lockIncident(inner.sql, code)
    if (!incident) throw notFound('incident', code)
    if (!anybody) inner.require(commandPermission, incident.organisation)
    if (incident.state === 'closed' && !closedToo)
      throw conflict('incident.closed', 'Tình huống đã đóng. Hãy mở lại trước khi thay đổi.', { code })
    const result = await work(inner, incident)
    await announce(inner.sql, [listTopic, topicOf(code)])
    return result
  })
}

export const account = (ctx: Context): string => ctx.actor.account ?? 'system'

interface Said {
  text: string
  kind?: LogKind
  task?: number
  bulletin?: number
}

/** Writes down in the incident's own log what was done. */
export async function writeDeed(
  ctx: Context,
  incident: Pick<store.Incident, 'code' | 'exercise'>,
  { text, kind = 'deed', task, bulletin }: Said,
): Promise<void> {
  await store.insertLog(ctx.sql, {
    incident: incident.code,
    exercise: incident.exercise,
    at: ctx.now,
    happenedAt: ctx.now,
    kind,
    text,
    author: account(ctx),
    authorName: ctx.actor.name,
    task,
    bulletin,
  })
}

/** Writes the deed into the ledger under the incident's organisation; whether it was an exercise is always said. */
export async function recordDeed(
  ctx: Context,
  incident: Pick<store.Incident, 'code' | 'exercise' | 'organisation'>,
  action: string,
  body: Record<string, string | number | boolean | null> = {},
): Promise<void> {
  const entry: EntryInput = {
    action,
    subject: `incident:${incident.code}`,
    organisation: incident.organisation,
    body: { ...body, exercise: incident.exercise },
  }
  await appendEntry(ctx, entry)
}
