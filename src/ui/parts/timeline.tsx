import type { ComponentChildren } from 'preact'
import { Time } from './time.tsx'

export interface TimelineEntry {
  at: Date
  who?: string
  what: ComponentChildren
  comment?: ComponentChildren
  tone?: 'done' | 'warning' | 'danger'
}

/** Who did what, when, with what comment; in the order given (newest first for officers, oldest first for citizens). */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  return (
    <ol class="timeline">
      {entries.map(({ at, who, what, comment, tone }) => (
        <li key={`${at.getTime()}-${who}`} class={tone && `timeline-${tone}`}>
          <span class="timeline-mark" aria-hidden="true" />
          <div>{what}</div>
          <p class="timeline-line">
            <Time at={at} />
            {who && ` · ${who}`}
          </p>
          {comment && <div class="timeline-note">{comment}</div>}
        </li>
      ))}
    </ol>
  )
}
