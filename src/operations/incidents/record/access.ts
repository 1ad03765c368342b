import { appendEntry, type EntryInput } from '#ledger'
import type { AsOf } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, notFound, Problem } from '#platform/errors'
import { announce } from '#platform/live'
import type { Sql } from '#platform/sql'
import { formatDateTime } from '#ui'
import type { LogKind } from '../model.ts'
import { keep } from '../past-store.ts'
import * as store from './store.ts'

export const readPermission = 'incident:read'
export const commandPermission = 'incident:command'

/** Topics of live screens: the list, and one incident. */
export const listTopic = 'incidents'
export const topicOf = (code: string): string => `incident:${code}`

/** An incident that the actor may see. @param at as of an earlier moment @throws Problem 404 */
export async function getIncident(ctx: Context, code: string, at?: AsOf): Promise<store.Incident> {
  const reach = ctx.reach(readPermission)
  const found = await store.findIncident(ctx.sql, code, { reach, at: at?.knownAt })
  if (found) return found
  const later = at && (await store.findIncident(ctx.sql, code, { reach }))
  throw later ? notThen(later, at) : notFound('incident', code)
}

function notThen({ code, openedAt }: store.Incident, at: AsOf): Problem {
  const then = formatDateTime(at.knownAt, at.timeZone)
  const words =
    openedAt > at.knownAt
      ? `Lúc ${then} tình huống ${code} chưa được mở.`
      : `Trạng thái của tình huống ${code} lúc ${then} chưa được lưu nên không xem lại được.`
  return new Problem('incident.not-then', 404, `${words} Chọn thời điểm khác, hoặc về hiện nay.`, { code })
}

/** Keeps how an incident and what belongs to it stand after a change. */
export async function keepIncident(sql: Sql, code: string, at: Date): Promise<void> {
  for (const thing of ['incident', 'task', 'bulletin', 'quick_report'] as const) await keep(sql, thing, code, at)
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
    await keepIncident(inner.sql, code, inner.now)
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
