import { formatNumber } from '../format.ts'

export interface NavCountProps {
  id: string
  count: number
  /** The largest number that is counted. */
  most?: number
  /** What of it presses: "3 quá hạn". */
  note?: string
  /** What is counted, for who hears it: "chưa đọc". */
  unit?: string
  /** Topics at which it is fetched again, and from where. */
  live?: { topics: string; href: string; label: string }
}

/** How much waits behind an entry of the menu; nothing is shown where nothing waits. */
export function NavCount({ id, count, most, note, unit, live }: NavCountProps) {
  const number = most !== undefined && count >= most ? `${formatNumber(most - 1)}+` : formatNumber(count)
  return (
    <span class="nav-count" id={id} data-live={live?.topics} data-live-url={live?.href} data-live-label={live?.label}>
      {count > 0 && (note ? `${number} · ${note}` : number)}
      {count > 0 && unit && <span class="hidden-visually"> {unit}</span>}
    </span>
  )
}
