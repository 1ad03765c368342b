// The wall's own: the clock runs, and while nothing grave is open the map turns to its next scene. Everything else is made by the
// server and kept fresh by its topics. Nobody reloads a wall: a scene is fetched and put in place, and the address says which.

const turnMs = 30_000

const zone = document.getElementById('wall-clock')?.dataset.zone
const clock = new Intl.DateTimeFormat('vi-VN', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZone: zone,
})
// The server's time counts: the machine behind the wall may be wrong.
const told = document.getElementById('wall-clock')?.getAttribute('datetime')
const ahead = told ? Date.parse(told) - Date.now() : 0

function tick(): void {
  const place = document.getElementById('wall-clock')
  if (place) place.textContent = clock.format(Date.now() + ahead)
}

async function turn(): Promise<void> {
  const next = document.getElementById('wall')?.dataset.next
  if (!next || document.hidden || document.querySelector('.wall-alert-critical')) return
  try {
    const answer = await fetch(next, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(15_000) })
    if (!answer.ok || answer.redirected) return
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const [scene, wall] = [fresh.getElementById('wall-map'), fresh.getElementById('wall')]
    if (!scene || !wall) return
    document.getElementById('wall-map')?.replaceWith(scene)
    const own = document.getElementById('wall')
    if (own) own.dataset.next = wall.dataset.next ?? ''
    history.replaceState(null, '', next)
  } catch {
    // The line is gone: the bar says so, and the next turn tries again.
  }
}

setInterval(tick, 1000)
setInterval(() => void turn(), turnMs)
