import { toDate } from '../rules/dates.ts'
import { instantOf } from '../rules/local-time.ts'
import type { CompiledCalendar } from '../rules/working-time.ts'

/** Midnight of the first day on which two calendars are worked differently; nothing when they are worked alike. */
export function firstDifference(before: CompiledCalendar, after: CompiledCalendar): Date | undefined {
  if (before.calendar.timeZone !== after.calendar.timeZone) return new Date(0)
  const index = before.spansOf.findIndex((spans, day) => !alike(spans, after.spansOf[day] ?? []))
  return index < 0 ? undefined : instantOf(toDate(before.firstDay + index), '00:00', after.calendar.timeZone)
}

type Spans = CompiledCalendar['spansOf'][number]

const alike = (a: Spans, b: Spans): boolean =>
  a === b || (a.length === b.length && a.every(({ fromMs, toMs }, i) => fromMs === b[i]?.fromMs && toMs === b[i].toMs))
