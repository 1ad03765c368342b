import type { Context } from '#platform/context'
import type { Inlet } from '../model.ts'
import type { Outcome } from './item.ts'

export const slotMs = 600_000
const shards = 16

export const slotOf = (at: Date): Date => new Date(Math.floor(at.getTime() / slotMs) * slotMs)

/** Counts a batch with the transaction that took it in; last of its statements, for the row is held until it ends. */
export async function addToBalance(
  ctx: Context,
  inlet: Inlet,
  { received, shown, grouped, silenced, dropped, reasons }: Omit<Outcome, 'refused' | 'alerts' | 'opened'>,
): Promise<void> {
  if (received === 0) return
  await ctx.sql`
    insert into alerts.balance as b (slot, inlet, shard, received, shown, grouped, silenced, dropped, dropped_repeat, dropped_invalid,
      dropped_future, dropped_late)
    values (${slotOf(ctx.now)}, ${inlet}, pg_backend_pid() % ${shards}, ${received}, ${shown}, ${grouped}, ${silenced}, ${dropped},
      ${reasons.repeat}, ${reasons.invalid}, ${reasons.future}, ${reasons.late})
    on conflict (slot, inlet, shard) do update set received = b.received + excluded.received, shown = b.shown + excluded.shown,
      grouped = b.grouped + excluded.grouped, silenced = b.silenced + excluded.silenced, dropped = b.dropped + excluded.dropped,
      dropped_repeat = b.dropped_repeat + excluded.dropped_repeat, dropped_invalid = b.dropped_invalid + excluded.dropped_invalid,
      dropped_future = b.dropped_future + excluded.dropped_future, dropped_late = b.dropped_late + excluded.dropped_late`
}

export interface Balance {
  received: number
  shown: number
  grouped: number
  silenced: number
  dropped: number
  droppedRepeat: number
  droppedInvalid: number
  droppedFuture: number
  droppedLate: number
}

/** Where the stretches end that were over at a moment, the last millisecond of a day being its end; counts are kept by whole ones. */
export const countedUntil = (asOf: Date, now: Date): Date => (asOf < now ? slotOf(new Date(asOf.getTime() + 1)) : now)

/** What came since an instant, or ever, until another, and what became of it; by inlet. */
export function sumBalance(
  { sql }: Pick<Context, 'sql'>,
  { from, until }: { from?: Date; until?: Date } = {},
): Promise<(Balance & { inlet: Inlet })[]> {
  return sql<(Balance & { inlet: Inlet })[]>`
    select inlet, sum(received)::bigint as received, sum(shown)::bigint as shown, sum(grouped)::bigint as grouped,
      sum(silenced)::bigint as silenced, sum(dropped)::bigint as dropped, sum(dropped_repeat)::bigint as dropped_repeat,
      sum(dropped_invalid)::bigint as dropped_invalid, sum(dropped_future)::bigint as dropped_future,
      sum(dropped_late)::bigint as dropped_late
    from alerts.balance
    where ${from ? sql`slot >= ${from}` : sql`true`} and ${until ? sql`slot < ${until}` : sql`true`}
    group by inlet order by inlet`
}

/** Alerts shown in each stretch of ten minutes since an instant until another, those without any left out. */
export function listLoad(
  ctx: Context,
  from: Date,
  until?: Date,
): Promise<{ slot: Date; received: number; shown: number }[]> {
  return ctx.sql<{ slot: Date; received: number; shown: number }[]>`
    select slot, sum(received)::bigint as received, sum(shown)::bigint as shown from alerts.balance
    where slot >= ${from} ${until ? ctx.sql`and slot < ${until}` : ctx.sql``} group by slot order by slot`
}
