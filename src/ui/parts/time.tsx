import { formatDate, formatDateTime, formatRelative } from '../format.ts'
import { useSurroundings } from '../render.tsx'

/** An instant: under a day as "12 phút trước" with the full time in its title, else `10:05 22/11/2026`. */
export function Time({ at, exact }: { at: Date; exact?: boolean }) {
  const { now, timeZone } = useSurroundings()
  const full = formatDateTime(at, timeZone)
  const words = exact ? full : formatRelative(at, now, timeZone)
  return (
    <time datetime={at.toISOString()} title={words === full ? undefined : full}>
      {words}
    </time>
  )
}

/** A date; a plain `2026-11-22` has no time zone. */
export function DateText({ on }: { on: Date | string }) {
  const { timeZone } = useSurroundings()
  return <time datetime={typeof on === 'string' ? on : on.toISOString()}>{formatDate(on, timeZone)}</time>
}
