// Keeps a page's figures fresh. An element with an id and `data-live="topic topic:*"` is fetched again (from `data-live-url`,
// else from the page's own address) when one of its topics changes, and swapped by its id. Changes are gathered, a hidden page
// waits until it is seen, and an element in which somebody is typing is left alone until he leaves it. When nothing has been
// heard for twelve seconds (the server beats every five) the bar `#offline` is shown.
import { openStream, type StreamMessage } from './stream/open-stream.ts'

const silenceMs = 12_000
const gatherMs = 120
const apartMs = 1000
const announceApartMs = 10_000

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
  if (message.kind === 'change') markStale(message.topics)
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
  if (timer === undefined && stale.size > 0 && !document.hidden) timer = setTimeout(refresh, ms)
}

async function refresh(): Promise<void> {
  timer = undefined
  const byUrl = new Map<string, string[]>()
  for (const id of stale) {
    const element = document.getElementById(id)
    if (!element) stale.delete(id)
    else if (!isBeingEdited(element)) {
      const url = element.dataset.liveUrl ?? location.href
      byUrl.set(url, [...(byUrl.get(url) ?? []), id])
    }
  }
  const now = Date.now()
  for (const [url, ids] of byUrl) {
    if (now - (fetchedAt.get(url) ?? 0) < apartMs) continue
    fetchedAt.set(url, now)
    for (const id of ids) stale.delete(id)
    await swapFrom(url, ids)
  }
  plan(apartMs)
}

function isBeingEdited(element: Element): boolean {
  const active = document.activeElement
  return active !== null && element.contains(active) && active.matches('input, select, textarea')
}

async function swapFrom(url: string, ids: readonly string[]): Promise<void> {
  try {
    const answer = await fetch(url, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(10_000) })
    if (!answer.ok || answer.redirected) return
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (isNewBuild(fresh)) return location.reload()
    const swapped = ids.flatMap((id) => swap(id, fresh.getElementById(id)))
    announce(swapped)
  } catch {
    // The line is gone; what was missed is fetched when it is back.
    for (const id of ids) stale.add(id)
  }
}

// A wall runs for weeks without anyone to reload it.
function isNewBuild(fresh: Document): boolean {
  if (document.documentElement.dataset.face !== 'wall') return false
  const sheet = fresh.querySelector('link[rel=stylesheet]')?.getAttribute('href')
  return (
    sheet !== undefined &&
    sheet !== null &&
    sheet !== document.querySelector('link[rel=stylesheet]')?.getAttribute('href')
  )
}

function swap(id: string, next: HTMLElement | null): string[] {
  const old = document.getElementById(id)
  if (!old || !next || old.outerHTML === next.outerHTML) return []
  const changed = old.textContent !== next.textContent
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
  // Changes may have passed while nothing was heard.
  for (const { id } of liveElements()) stale.add(id)
  plan(gatherMs)
}

function listen(url: string): () => void {
  if (!worker || !('SharedWorker' in window)) return openStream(url, hear)
  const shared = new SharedWorker(worker, 'live')
  shared.port.onmessage = ({ data }: MessageEvent<StreamMessage>) => hear(data)
  shared.port.postMessage({ open: url })
  return () => shared.port.postMessage({ bye: true })
}

if (stream) {
  let stop = listen(stream)
  setInterval(() => {
    if (!lost && Date.now() - heardAt > silenceMs) setLost(true)
  }, 1000)
  addEventListener('offline', () => setLost(true))
  document.addEventListener('visibilitychange', () => plan(0))
  document.addEventListener('focusout', () => plan(gatherMs))
  addEventListener('pagehide', () => stop())
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) stop = listen(stream)
  })
}
