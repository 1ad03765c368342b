// The moment at which a page is asked (`tai=` in its address): what was known then, of the units that stood on that day.

import { z } from 'zod'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { dayIn } from './model.ts'
import type { At, Recorded } from './store.ts'
import { getHomePack } from './tree/read.ts'

export interface AsOf extends At {
  knownAt: Date
  /** As it stands in the address. */
  text: string
  timeZone: string
}

/** Nothing was known to any such system before. */
const earliest = '1950'
const form = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}))?/

/** A day means its end. @throws Problem 422 for what is no moment of the past */
export async function readAsOf(ctx: Pick<Context, 'sql' | 'now'>, text: string | undefined): Promise<AsOf | undefined> {
  if (!text) return undefined
  const { timeZone } = (await getHomePack(ctx.sql)).card
  const [, day, time] = form.exec(text) ?? []
  if (!day || day < earliest || !isMoment(day, time))
    throw invalid('Thời điểm xem lại chưa đúng.', [
      { path: 'tai', message: 'Ghi ngày, có thể kèm giờ, ví dụ 2025-06-30 hoặc 2026-11-01T10:00.' },
    ])
  const wall = time ? `${day} ${time}` : `${day} 23:59:59.999`
  const [row] = await ctx.sql<{ at: Date }[]>`select (${wall}::text::timestamp at time zone ${timeZone}) as at`
  if (!row || (time ? row.at > ctx.now : day > dayIn(ctx.now, timeZone)))
    throw invalid('Thời điểm xem lại còn ở phía trước.', [{ path: 'tai', message: 'Chọn một thời điểm đã qua.' }])
  const knownAt = row.at < ctx.now ? row.at : ctx.now
  return { asOf: day, knownAt, text, timeZone }
}

/** `asOf` of an API: an instant, or a day, which means its end where the pack is. */
export const Moment = z.union(
  [z.iso.datetime({ offset: true }).transform((text) => new Date(text)), z.iso.date()],
  'Dùng ngày, ví dụ 2025-06-30, hoặc thời điểm ISO 8601 có múi giờ, ví dụ 2026-11-22T10:00:00+07:00.',
)

/** @throws Problem 422 for what is still ahead */
export async function readMoment(
  ctx: Pick<Context, 'sql' | 'now'>,
  moment: z.infer<typeof Moment> | undefined,
): Promise<AsOf | undefined> {
  if (!(moment instanceof Date)) return readAsOf(ctx, moment)
  if (moment > ctx.now)
    throw invalid('Thời điểm xem lại còn ở phía trước.', [{ path: 'asOf', message: 'Chọn một thời điểm đã qua.' }])
  const { timeZone } = (await getHomePack(ctx.sql)).card
  return { asOf: dayIn(moment, timeZone), knownAt: moment, text: moment.toISOString(), timeZone }
}

function isMoment(day: string, time = '00:00'): boolean {
  const at = new Date(`${day}T${time}:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}

/** The day looked at, or the last one on which a unit stood that had ended by then. */
export const lastOf = ({ validTo }: { validTo: string | null }, at: At): At =>
  validTo && validTo < at.asOf ? { ...at, asOf: validTo } : at

/** Without what was recorded only later; what has been replaced since was in force then. */
export function knownThen<T extends Recorded>(versions: readonly T[], past: Pick<At, 'knownAt'> | undefined): T[] {
  const knownAt = past?.knownAt
  if (!knownAt) return [...versions]
  const isBy = (at: Date | null) => at === null || at <= knownAt
  return versions
    .filter(({ recordedFrom }) => isBy(recordedFrom))
    .map((row) => (isBy(row.recordedTo) ? row : { ...row, recordedTo: null }))
}
