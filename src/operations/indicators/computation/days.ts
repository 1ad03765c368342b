import { type PeriodKind as CalendarPeriodKind, periodOf, periodRange } from '#calendar'
import type { Sql } from '#platform/sql'
import { type PeriodKind, periodKinds } from '../model.ts'

// Codes of periods are read for these years only; a record dated outside them is kept, and stands in no period.
const firstDay = '1900-01-01'
const lastDay = '2199-12-31'

/** Writes down the periods of days that were never asked before, and of the days by which sums of (half) months are carried. */
export async function ensureDays(sql: Sql, days: readonly string[]): Promise<void> {
  const dated = days.filter((day) => day >= firstDay && day <= lastDay)
  const known = [...new Set(dated.flatMap((day) => [day, `${day.slice(0, 8)}01`, `${day.slice(0, 8)}15`]))]
  const fresh = await sql<{ day: string }[]>`
    select d.day from unnest(${known}::date[]) as d (day)
    where not exists (select from indicators.day_period p where p.day = d.day)`
  if (fresh.length === 0) return
  const rows = fresh.flatMap(({ day }) => periodKinds.map((kind) => periodRow(day, kind)))
  await sql`
    insert into indicators.day_period (day, kind, period, from_on, to_on)
    select * from unnest(${rows.map((row) => row.day)}::date[], ${rows.map((row) => row.kind)}::text[],
      ${rows.map((row) => row.period)}::text[], ${rows.map((row) => row.from)}::date[], ${rows.map((row) => row.to)}::date[])
    on conflict do nothing`
}

function periodRow(day: string, kind: PeriodKind) {
  const period = periodOf(kind satisfies CalendarPeriodKind, day)
  const { from, to } = periodRange(period)
  return { day, kind, period, from, to }
}

const formats = new Map<string, { format: Intl.DateTimeFormat; at: number; day: string }>()

/** The local date of an instant. A page asks for the same one with every indicator. */
export function localDay(instant: Date, timeZone: string): string {
  const at = instant.getTime()
  const known = formats.get(timeZone)
  if (known?.at === at) return known.day
  // The Swedish form of a date is ISO 8601's.
  const format = known?.format ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  const day = format.format(instant)
  formats.set(timeZone, { format, at, day })
  return day
}
