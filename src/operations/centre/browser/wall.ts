// The wall's own: the clock runs, and while nothing grave is open the map turns to its next scene. Everything else is made by the
// server and kept fresh by its topics. Nobody reloads a wall: a scene is fetched and put in place, and the address says which.
import { formatDate, formatWeekday } from '#ui/format.ts'

const turnMs = 30_000

const zone = document.getElementById('wall-clock')?.dataset.zone
const clock = new Intl.DateTimeFormat('vi-VN', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZone: zone,
})

// The server's time counts: the machine behind the wall may be wrong. Each renewal of the head tells it anew.
let head: HTMLElement | null = null
let ahead = 0

function readAhead(): void {
  const shown = document.getElementById('wall-head')
  if (!shown || shown === head) return
  head = shown
  ahead = (Date.parse(shown.dataset.now ?? '') || Date.now()) - Date.now()
}

function write(id: string, text: string): void {
  const place = document.getElementById(id)
  if (place && place.textContent !== text) place.textContent = text
}

function tick(): void {
  readAhead()
  const now = new Date(Date.now() + ahead)
  write('wall-clock', clock.format(now))
  write('wall-day', `${formatWeekday(now, zone)} ${formatDate(now, zone)}`)
}

async function turn(): Promise<void> {
  const next = document.getElementById('wall-map')?.dataset.next
  if (!next || document.hidden || document.querySelector('.wall-alert-critical')) return
  try {
    const answer = await fetch(next, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(15_000) })
    if (!answer.ok || answer.redirected) return
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const scene = fresh.getElementById('wall-map')
    if (!scene) return
    document.getElementById('wall-map')?.replaceWith(scene)
    history.replaceState(null, '', next)
  } catch {
    // The line is gone: the bar says so, and the next turn tries again.
  }
}

setInterval(tick, 1000)
setInterval(() => void turn(), turnMs)
