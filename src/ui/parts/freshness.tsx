import { formatDateTime, formatTime, partsOf } from '../format.ts'
import { useSurroundings } from '../render.tsx'
import { Icon } from './icon.tsx'

export interface FreshnessProps {
  /** The moment the figures speak of. Absent: nothing has come yet. */
  asOf?: Date
  source: string
  sourceHref?: string
  /** In words, when late: "chậm 3 giờ". */
  late?: string
}

/** "Số liệu đến 09:55 · HTTT giải quyết TTHC"; late figures are marked, never hidden. */
export function FreshnessLine({ asOf, source, sourceHref, late }: FreshnessProps) {
  const { now, timeZone } = useSurroundings()
  const sameDay = asOf && dayOf(asOf, timeZone) === dayOf(now, timeZone)
  return (
    <p class={late ? 'freshness freshness-late' : 'freshness'}>
      {late && <Icon name="clock" size={14} />}
      {asOf ? (
        <>
          Số liệu đến{' '}
          <time datetime={asOf.toISOString()} title={formatDateTime(asOf, timeZone)}>
            {sameDay ? formatTime(asOf, timeZone) : formatDateTime(asOf, timeZone)}
          </time>
        </>
      ) : (
        'Chưa nhận số liệu'
      )}
      {late && <strong> · {late}</strong>}
      <span class="freshness-source">
        {' · '}
        {sourceHref ? <a href={sourceHref}>{source}</a> : source}
      </span>
    </p>
  )
}

function dayOf(at: Date, timeZone: string): string {
  const { year, month, day } = partsOf(at, timeZone)
  return `${year}-${month}-${day}`
}
