import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { closeOne } from '../actions.ts'
import { causeIsOver, endCalls } from '../calls.ts'
import { acceptBatch } from '../intake/accept.ts'
import { followEnds } from '../intake/fold-store.ts'
import { followInhibitions, readHolder } from '../intake/holding.ts'
import type { Item } from '../intake/item.ts'
import type { Inlet } from '../model.ts'
import { getSettings } from '../settings.ts'
import { lockAlerts } from '../store.ts'
import { addEvents } from '../timeline-store.ts'

const minuteMs = 60_000
const atOnce = 500
const overReason = 'Điều kiện báo đã hết và không còn tái diễn.'

/** Alerts whose senders fell silent are over; they end at the instant until which the last word held. */
export function endTimedOut(ctx: Context): Promise<number> {
  return ctx.transaction(async (inner) => {
    const { sql, now } = inner
    const rows = await sql<{ groupKey: string }[]>`
      select a.group_key from alerts.alert a
      where a.closed_at is null and a.ended_at is null and not exists (
        select from alerts.signal s where s.group_key = a.group_key and s.ends_at > ${now} and s.held is null)
      order by a.group_key`
    if (rows.length === 0) return 0
    const ended = await followEnds(
      sql,
      rows.map(({ groupKey }) => groupKey),
      now,
    )
    await addEvents(
      inner,
      ended.map((id) => ({ id, deed: 'ended' as const })),
    )
    await endCalls(inner, ended, causeIsOver)
    if (ended.length > 0) await announce(sql, ['alerts'])
    return ended.length
  })
}

/** What is over for long enough, and that nobody has taken, is closed by the program and says so. */
export async function closeEnded(ctx: Context): Promise<number> {
  const { closeEndedMinutes, flapping } = await getSettings(ctx.sql)
  const before = new Date(ctx.now.getTime() - closeEndedMinutes * minuteMs)
  const steadySince = new Date(ctx.now.getTime() - flapping.withinMinutes * minuteMs)
  let count = 0
  for (let more = true; more; ) {
    const done = await ctx.transaction(async (inner) => {
      const rows = await inner.sql<{ code: string }[]>`
        select code from alerts.alert
        where closed_at is null and state = 'new' and ended_at <= ${before} and (toggled_at is null or toggled_at <= ${steadySince})
        order by id limit ${atOnce} for update skip locked`
      const alerts = await lockAlerts(
        inner,
        rows.map(({ code }) => code),
      )
      for (const alert of alerts) await closeOne(inner, alert, { reason: overReason })
      if (alerts.length > 0) await announce(inner.sql, ['alerts'])
      return rows.length
    })
    count += done
    more = done === atOnce
  }
  return count
}

/** What came and went many times and has stood still since is no longer flapping. */
export function steady(ctx: Context): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { flapping } = await getSettings(inner.sql)
    const before = new Date(inner.now.getTime() - flapping.withinMinutes * minuteMs)
    const rows = await inner.sql<{ id: number }[]>`
      update alerts.alert set flapping_since = null, toggles = 0, since = ${inner.now}
      where closed_at is null and flapping_since is not null and toggled_at <= ${before} returning id`
    await addEvents(
      inner,
      rows.map(({ id }) => ({ id, deed: 'steadied' as const })),
    )
  })
}

interface Held {
  inlet: Inlet
  fingerprint: string
  startsAt: Date
  labels: Record<string, string>
  body: Item
}

/**
 * What was held and still goes on after its silence has run out, or after what inhibited it is over, comes in anew: it is received once more,
 * and shown. What came since this look began may be held by a silence that began since, too: it is the next one's matter.
 */
export async function releaseHeld(ctx: Context): Promise<number> {
  await ctx.transaction(async (inner) => followInhibitions(inner, await getSettings(inner.sql)))
  return ctx.transaction(async (inner) => {
    const { sql, now } = inner
    const held = await sql<Held[]>`
      select inlet, fingerprint, starts_at, labels, body from alerts.signal
      where held is not null and received_at <= ${now} and ends_at > ${now} order by inlet, fingerprint, starts_at limit 5000 for update skip locked`
    if (held.length === 0) return 0
    const holderOf = await readHolder(inner, await getSettings(sql), [])
    const free = held.filter(({ labels }) => holderOf(labels) === undefined)
    if (free.length === 0) return 0
    await sql`
      delete from alerts.signal s using unnest(${free.map(({ inlet }) => inlet)}::text[], ${free.map((one) => one.fingerprint)}::text[],
        ${free.map(({ startsAt }) => startsAt.toISOString())}::text[]::timestamptz[]) as f (inlet, fingerprint, starts_at)
      where s.inlet = f.inlet and s.fingerprint = f.fingerprint and s.starts_at = f.starts_at`
    for (const inlet of new Set(free.map((one) => one.inlet))) {
      const items = free.filter((one) => one.inlet === inlet).map((one, index) => ({ index, item: revive(one) }))
      await acceptBatch(inner, { inlet, items, refused: [] })
    }
    return free.length
  })
}

/** As it came, from the row in which its instants are texts. */
function revive({ body, startsAt }: Held): Item {
  const instant = (value: unknown) => (typeof value === 'string' ? new Date(value) : undefined)
  return { ...body, startsAt, endsAt: instant(body.endsAt), expiresAt: instant(body.expiresAt) }
}
