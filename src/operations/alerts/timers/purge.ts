import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import type { Settings } from '../model.ts'
import { getSettings } from '../settings.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const piece = 5000

/** What is told again of a time before this is dropped as too late, so that a cleared occurrence does not come in anew. */
export const keptSince = ({ keepSignalDays, lateHours }: Settings, now: Date): Date =>
  new Date(now.getTime() - Math.max(keepSignalDays * dayMs, lateHours * hourMs))

/**
 * Clears single occurrences that have been over for as long as the pack says. Alerts keep their counts, and the balance is of its own; of a
 * cause that is still open the last one stays, for it says when that was over.
 */
export async function purgeSignals(ctx: Context): Promise<number> {
  const before = keptSince(await getSettings(ctx.sql), ctx.now)
  let count = 0
  for (let more = true; more; ) {
    const done = await ctx.transaction(({ sql }) => deletePiece(sql, before))
    count += done
    more = done === piece
  }
  if (count > 0)
    await appendEntry(ctx, {
      action: 'alert.cleared',
      subject: 'alerts',
      body: { signals: count, before: before.toISOString() },
    })
  return count
}

async function deletePiece(sql: Context['sql'], before: Date): Promise<number> {
  const rows = await sql`
    delete from alerts.signal where (inlet, fingerprint, starts_at) in (
      select s.inlet, s.fingerprint, s.starts_at from alerts.signal s
      where s.received_at < ${before} and s.ends_at < ${before} and (
        not exists (select from alerts.alert a where a.group_key = s.group_key and a.closed_at is null)
        or exists (select from alerts.signal l where l.group_key = s.group_key and l.held is null and l.ends_at > s.ends_at))
      limit ${piece} for update skip locked)`
  return rows.count
}
