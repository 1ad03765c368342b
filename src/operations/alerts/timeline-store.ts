import type { Context } from '#platform/context'

export const deeds = [
  'raised',
  'acknowledged',
  'lapsed',
  'taken',
  'working',
  'waiting',
  'assigned',
  'noted',
  'escalated',
  'silenced',
  'ended',
  'flapping',
  'steadied',
  'judged',
  'closed',
] as const
export type Deed = (typeof deeds)[number]

export interface NewEvent {
  id: number
  deed: Deed
  note?: string
  detail?: Record<string, unknown>
}

export interface AlertEvent {
  at: Date
  actor: string
  actorName: string
  deed: Deed
  note: string | null
  detail: Record<string, unknown> | null
}

/** Writes what happened to alerts, by whoever acts. */
export async function addEvents(ctx: Context, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const { account = 'system', name } = ctx.actor
  await ctx.sql`
    insert into alerts.alert_event (alert_id, at, actor, actor_name, deed, note, detail)
    select e.id, ${ctx.now}, ${account}, ${name}, e.deed, e.note, e.detail
    from jsonb_to_recordset(${ctx.sql.json(events as never)}) as e (id bigint, deed text, note text, detail jsonb)
    order by e.id`
}

/** The newest first, those until then. */
export const listEvents = ({ sql }: Context, id: number, asOf?: Date): Promise<AlertEvent[]> =>
  sql<AlertEvent[]>`
    select at, actor, actor_name, deed, note, detail from alerts.alert_event
    where alert_id = ${id} ${asOf ? sql`and at <= ${asOf}` : sql``} order by id desc limit 200`
