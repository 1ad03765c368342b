// The list beside the map. What is on the map is read from it, so the two cannot differ.

export interface RowMark {
  key: string
  at: [number, number]
  count: number
  severity?: string
  title?: string
}

export const findList = () => document.getElementById('map-list')

export const findRows = (): HTMLAnchorElement[] => [
  ...(findList()?.querySelectorAll<HTMLAnchorElement>('a.map-row[data-key]') ?? []),
]

/** Class of each area that is listed: a number from 0, `none`, or `plain` where nothing is coloured. */
export function readAreaLooks(): Map<string, number | 'none' | 'plain'> {
  const looks = new Map<string, number | 'none' | 'plain'>()
  for (const { dataset } of findRows()) {
    const { key = '', class: look } = dataset
    if (key.startsWith('area:'))
      looks.set(key.slice(5), look === undefined ? 'plain' : look === '' ? 'none' : Number(look))
  }
  return looks
}

export function readMarks(): RowMark[] {
  return [...(findList()?.querySelectorAll<HTMLElement>('[data-marks]') ?? [])].flatMap(({ dataset }) =>
    // Written by the server beside the rows: key, longitude, latitude, count, severity, name.
    (JSON.parse(dataset.marks ?? '[]') as [string, number, number, number, string?, string?][]).map(
      ([key, lon, lat, count, severity, title]) => ({
        key,
        at: [lon, lat] as [number, number],
        count,
        severity,
        title,
      }),
    ),
  )
}

/** Marks the row of a key, and those that stand under a chosen mark; the first comes into view. */
export function showChosen(key: string | undefined): void {
  let first: HTMLElement | undefined
  for (const row of findRows()) {
    const isChosen = key !== undefined && (row.dataset.key === key || row.dataset.mark === key)
    if (isChosen) row.setAttribute('aria-current', 'true')
    else row.removeAttribute('aria-current')
    if (isChosen) first ??= row
  }
  const box = first?.closest('[data-rows]')
  if (first && box) {
    const [row, frame] = [first.getBoundingClientRect(), box.getBoundingClientRect()]
    if (row.top < frame.top) box.scrollTop += row.top - frame.top
    if (row.bottom > frame.bottom) box.scrollTop += row.bottom - frame.bottom
  }
}

/** The row after or before the one with the focus, else after the chosen one. */
export function stepRow(step: 1 | -1): HTMLAnchorElement | undefined {
  const rows = findRows()
  // Nothing with the focus is found nowhere.
  const focused = rows.indexOf(document.activeElement as HTMLAnchorElement)
  const at = focused >= 0 ? focused : rows.findIndex((row) => row.getAttribute('aria-current') === 'true')
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step
  return rows[next]
}

/** Fetches a part of the page as it stands in the address, and puts it in the place of the old one. */
export async function renew(id: string, part: 'danh-sach' | 'chi-tiet', signal: AbortSignal): Promise<boolean> {
  const url = new URL(location.href)
  url.searchParams.set('phan', part)
  const answer = await fetch(url, { headers: { accept: 'text/html' }, signal })
  if (!answer.ok || answer.redirected) return false
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(id)
  const old = document.getElementById(id)
  if (!fresh || !old) return false
  const focusedKey = old.contains(document.activeElement)
    ? (document.activeElement as HTMLElement | null)?.dataset.key // an element with the focus is an HTML one here
    : undefined
  const scrolled = [...old.querySelectorAll('[data-rows]')].map(({ scrollTop }) => scrollTop)
  old.replaceWith(fresh)
  for (const [index, list] of [...fresh.querySelectorAll('[data-rows]')].entries())
    list.scrollTop = scrolled[index] ?? 0
  if (focusedKey)
    findRows()
      .find(({ dataset }) => dataset.key === focusedKey)
      ?.focus({ preventScroll: true })
  return true
}
