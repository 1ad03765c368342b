/**
 * The wall of the operations room, with the demonstration year behind it. First a shift of eight hours, the page's own clock sped up in
 * steps of ten seconds while alerts come and go: how much its heap has grown since the end of the first hour, garbage collected. Then 200 screens on the live line and two browsers with the wall open: from the request that raises a grave alert to its
 * words painted. Floor of the same run: until a plain client of the live line hears of it.
 *
 *   node --import tsx bench/wall.ts [hours] [alerts]
 */
import { readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { launchBrowser } from '../test/chromium.ts'
import { type Running, runCommand } from '../test/crash/program.ts'
import { pageCookieOf, signInOver } from '../test/sign-in.ts'
import { clearPlace, makePlace, startProgram } from './program.ts'
import { quantile, sayFigure } from './report.ts'

const hours = Math.min(Number(process.argv[2] ?? 8), 24)
const alerts = Math.min(Number(process.argv[3] ?? 40), 200)
const stepMs = 10_000
const screens = 200
/** An hour: by then everything has happened once, and the engine has compiled what it compiles. */
const warmSteps = 360

interface Room {
  url: string
  /** Raises one alert. @returns its code */
  raise(name: string, severity: 'critical' | 'high'): Promise<string>
  close(code: string): Promise<void>
}

async function post(url: string, token: string, body: unknown): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${(await answer.text()).slice(0, 300)}`)
  return answer
}

async function openRoom(place: Awaited<ReturnType<typeof makePlace>>): Promise<Room> {
  const issue = async (account: string, scope: string) =>
    (await runCommand<{ token: string }>(place, ['token', '--account', account, '--scope', scope])).token
  const [writer, handler] = [await issue('quantri', 'alerts:write'), await issue('trucban', 'alert:handle,alert:read')]
  const url = `http://127.0.0.1:${place.port}`
  return {
    url,
    async raise(name, severity) {
      const alert = { fingerprint: name, headline: name, severity, organisation: 'H32.22366', area: '22366' }
      const answer = await post(`${url}/api/v1/alerts`, writer, { alerts: [alert] })
      const [code = ''] = ((await answer.json()) as { alerts: string[] }).alerts // our own API's answer
      return code
    },
    async close(code) {
      await post(`${url}/api/v1/alerts/${code}/transitions`, handler, { to: 'closed', reason: 'Đo thử đã xong.' })
    },
  }
}

async function findCookie(url: string): Promise<string> {
  const { cookie } = await signInOver(url, { account: 'trucban', password: 'tram-huong-2026' })
  return pageCookieOf(cookie) ?? ''
}

async function openWall(browser: Browser, url: string, cookie: string, prepare?: (page: Page) => Promise<void>) {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } })
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, url }])
  const page = await context.newPage()
  await prepare?.(page)
  await page.goto(`${url}/man-hinh`)
  await page.locator('#wall-alerts').waitFor()
  return page
}

async function measureHeap(session: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round += 1) await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize / 1e6
}

/** A shift: an alert every five minutes that is closed ten minutes later, a grave one every hour; scenes turn in between. */
async function runShift(browser: Browser, room: Room, cookie: string): Promise<void> {
  const page = await openWall(browser, room.url, cookie, (page) => page.clock.install())
  const session = await page.context().newCDPSession(page)
  const still = await openStill(browser, room.url)
  const open: { code: string; until: number }[] = []
  const steps = Math.round((hours * 3600_000) / stepMs)
  let [fetched, first, stillFirst] = [0, 0, 0]
  page.on('request', () => {
    fetched += 1
  })
  for (let step = 1; step <= steps; step += 1) {
    await page.clock.runFor(stepMs)
    await still.page.clock.runFor(stepMs)
    if (step % 30 === 0) {
      const severity = step % 360 === 0 ? 'critical' : 'high'
      open.push({ code: await room.raise(`Ca đo số ${step}`, severity), until: step + 60 })
    }
    const over = open.filter(({ until }) => until <= step)
    for (const one of over) {
      await room.close(one.code)
      open.splice(open.indexOf(one), 1)
    }
    // What the live line says takes as long as it takes: only the clock of the page is faster.
    if (over.length > 0 || step % 30 === 0) await sleep(400)
    if (step === warmSteps) {
      first = await measureHeap(session)
      stillFirst = await measureHeap(still.session)
    }
    if (step % 360 === 0) process.stdout.write(`hour ${step / 360}: ${(await measureHeap(session)).toFixed(2)} MB\n`)
  }
  const tool = (await measureHeap(still.session)) - stillFirst
  const last = await measureHeap(session)
  const { nodes } = await session.send('Memory.getDOMCounters')
  sayFigure({
    label: `heap after ${hours} simulated hours`,
    value: last,
    unit: 'MB',
    floor: { label: 'after the first hour', value: first },
  })
  sayFigure({ label: 'growth', value: Math.max(0, (last / first - 1) * 100), unit: '%', goal: 10 })
  process.stdout.write(`of it the sped-up clock itself, on a page that does nothing: ${tool.toFixed(2)} MB\n`)
  process.stdout.write(`${fetched} requests of the page, ${nodes} nodes at the end\n`)
  await page.context().close()
  await still.page.context().close()
}

/** A page that does nothing under the same clock: what the tool keeps of its steps is no growth of the wall. */
async function openStill(browser: Browser, url: string): Promise<{ page: Page; session: CDPSession }> {
  const page = await (await browser.newContext()).newPage()
  await page.clock.install()
  await page.goto(`${url}/health/live`)
  return { page, session: await page.context().newCDPSession(page) }
}

/** Notes when each headline has been painted: the second frame after it came into the page. */
const watchPixels = `
  window.painted = {}
  const note = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    for (const { textContent } of document.querySelectorAll('#wall-alerts .wall-headline')) {
      const name = /Điểm đo \\d+/.exec(textContent)?.[0]
      if (name) window.painted[name] ??= Date.now()
    }
  }))
  new MutationObserver(note).observe(document.querySelector('.wall'), { childList: true, subtree: true })`

/** A screen that only listens, as one of many. */
function listen(url: string, cookie: string, hear: () => void): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${url}/live`, { headers: { cookie } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`/live: ${answer.statusCode}`))
      answer.setEncoding('utf8').on('data', (text: string) => text.includes('event: change') && hear())
      answer.on('error', () => {})
      resolve(answer)
    }).on('error', reject)
  })
}

/** CPU a process has used, in milliseconds, from the system. */
function cpuOf({ child }: Running): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) * 10
}

async function measurePush(browsers: readonly Browser[], room: Room, running: Running): Promise<void> {
  const cookie = await findCookie(room.url)
  let heardAt: number | undefined
  const lines = await Promise.all(
    Array.from({ length: screens }, (_, index) =>
      listen(room.url, cookie, () => {
        if (index === screens - 1) heardAt ??= Date.now()
      }),
    ),
  )
  const walls = await Promise.all(browsers.map((browser) => openWall(browser, room.url, cookie)))
  for (const wall of walls) await wall.evaluate(watchPixels)
  const took: number[] = []
  const heard: number[] = []
  const before = cpuOf(running)
  for (let number = 1; number <= alerts; number += 1) {
    const name = `Điểm đo ${number}`
    heardAt = undefined
    const begun = Date.now()
    const code = await room.raise(name, 'critical')
    const painted = await Promise.all(
      walls.map(async (wall) => {
        const found = await wall.waitForFunction((name) => (window as unknown as Painted).painted[name], name, {
          timeout: 20_000,
        })
        return ((await found.jsonValue()) ?? Number.NaN) - begun
      }),
    )
    took.push(...painted)
    heard.push((heardAt ?? Number.POSITIVE_INFINITY) - begun)
    await room.close(code)
    // The walls fetch once a second at most.
    await sleep(1300)
  }
  const cpu = (cpuOf(running) - before) / alerts
  const floor = { label: 'heard on the line', value: quantile(heard, 0.95) }
  sayFigure({ label: `push to pixels, ${screens} screens, p50`, value: quantile(took, 0.5), unit: 'ms' })
  sayFigure({ label: 'push to pixels, p95', value: quantile(took, 0.95), unit: 'ms', goal: 2000, floor })
  sayFigure({ label: 'CPU of the server an alert raised and closed', value: cpu, unit: 'ms' })
  for (const line of lines) line.destroy()
  for (const wall of walls) await wall.context().close()
}

interface Painted {
  painted: Record<string, number>
}

const place = await makePlace('wall')
let running: Running | undefined
const browsers = [await launchBrowser(), await launchBrowser()]
try {
  running = (await startProgram(place)).running
  const room = await openRoom(place)
  await measurePush(browsers, room, running)
  const [browser] = browsers
  if (browser) await runShift(browser, room, await findCookie(room.url))
} finally {
  for (const browser of browsers) await browser.close()
  await clearPlace(place, running)
}
