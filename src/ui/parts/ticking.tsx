import { formatDuration } from '../format.ts'
import { classes, useSurroundings } from '../render.tsx'

/**
 * Times that go on: true when the page is made, and kept so by the island `ticking`. The server's moment is written beside each, for
 * the clock of the machine that shows it may be wrong.
 */
export function Elapsed({ since, words }: { since: Date; words?: string }) {
  const { now } = useSurroundings()
  return (
    <time
      class="number"
      dateTime={since.toISOString()}
      data-tick="since"
      data-now={now.toISOString()}
      data-words={words}
    >
      {[words, formatDuration(now.getTime() - since.getTime())].filter(Boolean).join(' ')}
    </time>
  )
}

/** What is left until something must have been done, or by how much it is late. */
export function Countdown({ until, class: name }: { until: Date; class?: string }) {
  const { now } = useSurroundings()
  const left = until.getTime() - now.getTime()
  return (
    <time
      class={classes('countdown', left < 0 && 'countdown-late', name)}
      dateTime={until.toISOString()}
      data-tick="until"
      data-now={now.toISOString()}
    >
      {left < 0 ? `quá giờ ${formatDuration(left)}` : `còn ${formatDuration(left)}`}
    </time>
  )
}
