// Keeps a page's figures fresh. An element with an id and `data-live="topic topic:*"` is fetched again (from `data-live-url`,
// else from the page's own address) when one of its topics changes, and swapped by its id. Changes are gathered, a hidden page
// waits until it is seen (but for elements with `data-live-unseen`: what sounds must fall silent), and an element in which somebody is
// typing is left alone until he leaves it. When nothing has been heard for twelve seconds (the server beats every five) the bar
// `#offline` is shown; when the line is back everything is fetched again, for nobody knows what passed meanwhile.
import { openStream, type StreamMessage } from './stream/open-stream.ts'

const silenceMs = 12_000
/** A wall is one screen that must be quick; of desks and phones there are many. */
const isWall = document.documentElement.dataset.face === 'wall'
const gatherMs = isWall ? 40 : 120
const apartMs = isWall ? 250 : 1000
const announceApartMs = 10_000
/** After an answer that did not come. */
const againMs = 4000
/** Nobody touches a wall: what it says of times, and its session, are kept fresh also while nothing changes. */
const wallMs = 5 * 60_000

const script = document.currentScript
const stream = script?.dataset.stream
const worker = script?.dataset.worker

let heardAt = Date.now()
let lost = false
let announcedAt = 0
const stale = new Set<string>()
const fetchedAt = new Map<string, number>()
let timer: ReturnType<typeof setTimeout> | undefined

function hear(message: StreamMessage): void {
  heardAt = Date.now()
  if (lost) setLost(false)
  else if (message.kind === 'again') markAllStale()
  if (message.kind === 'change') markStale(message.topics)
}

function markAllStale(): void {
  for (const { id } of liveElements()) stale.add(id)
  plan(gatherMs)
}

function liveElements(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-live][id]')]
}

function markStale(topics: readonly string[]): void {
  for (const element of liveElements()) {
    const watched = (element.dataset.live ?? '').split(/\s+/).filter(Boolean)
    const touched = watched.some((topic) =>
      topic.endsWith('*') ? topics.some((each) => each.startsWith(topic.slice(0, -1))) : topics.includes(topic),
    )
    if (touched) stale.add(element.id)
  }
  plan(gatherMs)
}

function plan(ms: number): void {
  if (timer === undefined && [...stale].some(isWanted)) timer = setTimeout(refresh, ms)
}

const isWanted = (id: string): boolean =>
  !document.hidden || document.getElementById(id)?.dataset.liveUnseen !== undefined

async function refresh(): Promise<void> {
  timer = undefined
  const byUrl = new Map<string, string[]>()
  for (const id of stale) {
    const element = document.getElementById(id)
    if (!element) stale.delete(id)
    else if (isWanted(id) && !isBeingEdited(element)) {
      const url = element.dataset.liveUrl ?? location.href
      byUrl.set(url, [...(byUrl.get(url) ?? []), id])
    }
  }
  const now = Date.now()
  let wait = apartMs
  let hasFailed = false
  for (const [url, ids] of byUrl) {
    const since = now - (fetchedAt.get(url) ?? 0)
    if (since < apartMs) {
      wait = Math.min(wait, apartMs - since)
      continue
    }
    fetchedAt.set(url, now)
    for (const id of ids) stale.delete(id)
    if (!(await swapFrom(url, ids))) hasFailed = true
  }
  plan(hasFailed ? againMs : wait)
}

function isBeingEdited(element: Element): boolean {
  const active = document.activeElement
  return active !== null && element.contains(active) && active.matches('input, select, textarea')
}

/** @returns whether there was an answer; without one the same is asked again later. */
async function swapFrom(url: string, ids: readonly string[]): Promise<boolean> {
  try {
    const answer = await fetch(url, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(10_000) })
    if (answer.status >= 500) throw new Error(String(answer.status))
    if (answer.redirected && new URL(answer.url).pathname !== new URL(url, location.href).pathname) setSignedOut()
    if (!answer.ok || answer.redirected) return true
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (isNewBuild(fresh)) location.reload()
    else announce(ids.flatMap((id) => swap(id, fresh.getElementById(id))))
    return true
  } catch {
    for (const id of ids) stale.add(id)
    return false
  }
}

/** Nothing on the page is renewed any more, and it must not look as if it were. */
function setSignedOut(): void {
  const bar = document.getElementById('offline')
  if (!bar) return
  bar.textContent =
    'Phiên đăng nhập đã hết nên số liệu không còn được cập nhật. Tải lại trang và đăng nhập để xem tiếp.'
  bar.hidden = false
}

// A wall runs for weeks without anyone to reload it: other styles or scripts are another build.
function isNewBuild(fresh: Document): boolean {
  if (!isWall) return false
  const next = buildOf(fresh)
  return next !== '' && next !== buildOf(document)
}

const buildOf = (page: Document): string =>
  [...page.head.querySelectorAll('link[rel=stylesheet], script[src]')]
    .map((one) => one.getAttribute('href') ?? one.getAttribute('src'))
    .join(' ')

function swap(id: string, next: HTMLElement | null): string[] {
  const old = document.getElementById(id)
  if (!old || !next || old.outerHTML === next.outerHTML) return []
  const changed = wordsOf(old) !== wordsOf(next)
  const focus = old.contains(document.activeElement) ? focusPlace(old) : undefined
  const folds = [...old.querySelectorAll('details')].map(({ open }) => open)
  for (const [index, fold] of [...next.querySelectorAll('details')].entries()) fold.open = folds[index] ?? fold.open
  keepTicks(old, next)
  old.replaceWith(next)
  if (focus !== undefined) focusable(next)[focus]?.focus({ preventScroll: true })
  if (!changed) return []
  next.classList.add('just-changed')
  next.addEventListener('animationend', () => next.classList.remove('just-changed'), { once: true })
  return [next.dataset.liveLabel ?? '']
}

// Times go on by themselves: they are no news.
function wordsOf(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement // the copy of an element is one
  for (const time of copy.querySelectorAll('time, [data-tick]')) time.remove()
  return copy.textContent ?? ''
}

/** What is ticked for a deed on many rows stays ticked as long as the row is there. */
function keepTicks(old: HTMLElement, next: HTMLElement): void {
  const boxes = [...next.querySelectorAll<HTMLInputElement>('input[type=checkbox]')]
  for (const { name, value, checked, defaultChecked } of old.querySelectorAll<HTMLInputElement>(
    'input[type=checkbox]',
  )) {
    const same = checked === defaultChecked ? undefined : boxes.find((box) => box.name === name && box.value === value)
    if (same) same.checked = checked
  }
}

function focusable(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('a[href], button, summary, [tabindex]')]
}

function focusPlace(root: HTMLElement): number {
  const active = document.activeElement
  return active instanceof HTMLElement ? focusable(root).indexOf(active) : -1
}

function say(words: string): void {
  const place = document.getElementById('announcer')
  if (place) place.textContent = words
}

// Politely, and not at every tick.
function announce(labels: readonly string[]): void {
  if (labels.length === 0 || Date.now() - announcedAt < announceApartMs) return
  announcedAt = Date.now()
  const named = labels.filter(Boolean).slice(0, 3)
  say(named.length > 0 ? `Đã cập nhật ${named.join(', ')}` : 'Số liệu trên trang đã được cập nhật')
}

function setLost(now: boolean): void {
  lost = now
  const bar = document.getElementById('offline')
  if (bar) bar.hidden = !now
  if (now) return
  say('Đã kết nối lại')
  markAllStale()
}

function listen(url: string): () => void {
  if (!worker || !('SharedWorker' in window)) return openStream(url, hear)
  // By address, so by who asks: a line opened for one account is not handed on to the next that signs in.
  const shared = new SharedWorker(worker, url)
  shared.port.onmessage = ({ data }: MessageEvent<StreamMessage>) => hear(data)
  shared.port.postMessage({ open: url })
  return () => shared.port.postMessage({ bye: true })
}

if (stream) {
  let stop = listen(stream)
  setInterval(() => {
    if (!lost && Date.now() - heardAt > silenceMs) setLost(true)
  }, 1000)
  if (document.documentElement.dataset.face === 'wall') setInterval(markAllStale, wallMs)
  addEventListener('offline', () => setLost(true))
  document.addEventListener('visibilitychange', () => plan(0))
  document.addEventListener('focusout', () => plan(gatherMs))
  addEventListener('pagehide', () => stop())
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) stop = listen(stream)
  })
}
