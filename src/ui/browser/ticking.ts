// Lets elapsed and remaining times go on while nobody reloads the page: whatever carries `data-tick`, also what has been swapped since.
// Below an hour the seconds are told too.
import { formatDuration } from '../format.ts'

const hourMs = 3_600_000
const minuteMs = 60_000

/** By how much the server was ahead of this machine when it made the element. */
const ahead = new WeakMap<Element, number>()

const say = (ms: number): string => {
  const whole = Math.abs(ms)
  if (whole >= hourMs) return formatDuration(ms)
  if (whole < minuteMs) return `${Math.floor(whole / 1000)} giây`
  return `${Math.floor(whole / minuteMs)} phút ${String(Math.floor((whole % minuteMs) / 1000)).padStart(2, '0')} giây`
}

function tick(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>('time[data-tick]')) {
    const { tick, now = '', words } = element.dataset
    const offset = ahead.get(element) ?? (Date.parse(now) || Date.now()) - Date.now()
    ahead.set(element, offset)
    const left = Date.parse(element.dateTime) - (Date.now() + offset)
    if (!Number.isFinite(left)) continue
    if (tick === 'until') element.classList.toggle('countdown-late', left < 0)
    const before = tick === 'until' ? (left < 0 ? 'quá giờ' : 'còn') : (words ?? '')
    const text = `${before} ${say(left)}`.trim()
    if (element.textContent !== text) element.textContent = text
  }
}

setInterval(tick, 1000)
