import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { Channel, DeliveryState, Urgency } from '../model.ts'

/** What became of a message: its words stay with its reader. */
export interface DeliveryRow {
  id: number
  channel: Channel
  account: string | null
  organisation: string | null
  code: string
  urgency: Urgency
  state: DeliveryState
  dueAt: Date
  attempts: number
  fault: string | null
  faultWords: string | null
  providerCode: string | null
  createdAt: Date
  sentAt: Date | null
  receivedAt: Date | null
}

const columns = (sql: Sql) => sql`
  id, channel, account, organisation, code, urgency, state, due_at, attempts, fault, fault_words, provider_code, created_at, sent_at,
  received_at`

const within = (sql: Sql, reach: Reach) => (reach === 'all' ? sql`true` : sql`organisation = any(${[...reach]})`)

export interface DeliveryFilter {
  /** `unconfigured`: waits for a channel that is not set up. */
  state?: DeliveryState | 'unconfigured'
  channel?: Channel
  account?: string
  code?: string
  oldestFirst?: boolean
  after?: number
  limit: number
}

export async function listDeliveries(
  sql: Sql,
  reach: Reach,
  { filter, configured }: { filter: DeliveryFilter; configured: readonly Channel[] },
): Promise<DeliveryRow[]> {
  const { state, channel, account, code, after, oldestFirst } = filter
  const way = oldestFirst ? sql`>` : sql`<`
  return sql<DeliveryRow[]>`
    select ${columns(sql)} from notifications.delivery
    where ${within(sql, reach)}
      and ${stateIs(sql, state, configured)}
      and ${channel ? sql`channel = ${channel}` : sql`true`}
      and ${account ? sql`account = ${account}` : sql`true`}
      and ${code ? sql`code = ${code}` : sql`true`}
      and ${after === undefined ? sql`true` : sql`id ${way} ${after}`}
    order by id ${oldestFirst ? sql`asc` : sql`desc`}
    limit ${filter.limit}`
}

function stateIs(sql: Sql, state: DeliveryFilter['state'], configured: readonly Channel[]) {
  if (state === undefined) return sql`true`
  if (state === 'unconfigured') return sql`state = 'waiting' and channel <> all(${[...configured]})`
  if (state === 'waiting') return sql`state = 'waiting' and channel = any(${[...configured]})`
  return sql`state = ${state}`
}

export async function findDelivery(sql: Sql, reach: Reach, id: number): Promise<DeliveryRow | undefined> {
  const [row] = await sql<DeliveryRow[]>`
    select ${columns(sql)} from notifications.delivery where id = ${id} and ${within(sql, reach)}`
  return row
}

export interface AttemptRow {
  number: number
  startedAt: Date
  endedAt: Date | null
  outcome: 'sent' | 'fault' | 'refused' | null
  fault: string | null
  faultWords: string | null
}

export async function listAttempts(sql: Sql, delivery: number): Promise<AttemptRow[]> {
  return sql<AttemptRow[]>`
    select number, started_at, ended_at, outcome, fault, fault_words from notifications.attempt
    where delivery = ${delivery} order by number desc limit 100`
}

/** How deliveries made since then stand; `again`: tried in vain, and waiting for the next try. */
export async function countStates(
  sql: Sql,
  reach: Reach,
  since: Date,
): Promise<{ channel: Channel; state: DeliveryState | 'again'; count: number }[]> {
  return sql<{ channel: Channel; state: DeliveryState | 'again'; count: number }[]>`
    select channel, case when state = 'waiting' and fault is not null then 'again' else state end as state, count(*)::int as count
    from notifications.delivery
    where created_at > ${since} and ${within(sql, reach)}
    group by 1, 2`
}

/** Puts it back into the queue, due now and with all its tries, unless it is on its way or there. */
export async function putBack(sql: Sql, id: number, now: Date): Promise<boolean> {
  const changed = await sql`
    update notifications.delivery set state = 'waiting', due_at = ${now}, tries = 0, unless_read = 'never', changed_at = ${now}
    where id = ${id} and state in ('failed', 'waiting', 'unneeded')`
  return changed.count === 1
}

/** Puts back, a bounded number at a time, those that have failed on a channel. @returns how many. */
export async function putBackFailed(sql: Sql, reach: Reach, channel: Channel, now: Date): Promise<number> {
  const changed = await sql`
    update notifications.delivery set state = 'waiting', due_at = ${now}, tries = 0, changed_at = ${now}
    where id in (
      select id from notifications.delivery
      where state = 'failed' and channel = ${channel} and ${within(sql, reach)}
      order by id desc limit 1000
      for update skip locked)`
  return changed.count
}
