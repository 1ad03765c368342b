/**
 * The leader's overview on a phone over slow 3G: round trips of 300 ms, 700 kbps, a processor four times slower, nothing cached. Largest
 * contentful paint as the browser tells it, and the bytes of JavaScript as they came over the wire. Floor of the same run: the sign-in
 * page under the same conditions.
 *
 *   node --import tsx bench/phone.ts
 */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchBrowser } from '../test/chromium.ts'
import type { Running } from '../test/crash/program.ts'
import { pageCookieOf, signInOver } from '../test/sign-in.ts'
import { clearPlace, makePlace, startProgram } from './program.ts'
import { median, sayFigure } from './report.ts'

const runs = 5
const network = { offline: false, latency: 300, downloadThroughput: 700_000 / 8, uploadThroughput: 700_000 / 8 }

interface Loaded {
  paintSeconds: number
  scriptKb: number
  allKb: number
}

/** One load with an empty cache. */
async function load(context: BrowserContext, url: string): Promise<Loaded> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  await session.send('Network.emulateNetworkConditions', network)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  const kinds = new Map<string, string>()
  const bytes = { script: 0, all: 0 }
  session.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes.all += encodedDataLength
    if (kinds.get(requestId) === 'Script') bytes.script += encodedDataLength
  })
  await page.goto(url, { waitUntil: 'load', timeout: 60_000 })
  await page.waitForTimeout(1000)
  const paintSeconds = (await readPaint(page)) / 1000
  await page.close()
  return { paintSeconds, scriptKb: bytes.script / 1000, allKb: bytes.all / 1000 }
}

const readPaint = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN)).observe({
          type: 'largest-contentful-paint',
          buffered: true,
        })
      }),
  )

async function loadOften(context: BrowserContext, url: string): Promise<Loaded> {
  const loads: Loaded[] = []
  for (let run = 0; run < runs; run += 1) loads.push(await load(context, url))
  const middle = (of: keyof Loaded) => median(loads.map((one) => one[of]))
  return { paintSeconds: middle('paintSeconds'), scriptKb: middle('scriptKb'), allKb: middle('allKb') }
}

async function measure(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 3,
    isMobile: true,
  })
  const floor = await loadOften(context, `${url}/dang-nhap`)
  const form = { account: 'lanhdao', password: 'tram-huong-2026' }
  const { cookie } = await signInOver(url, form)
  const [name = '', value = ''] = (pageCookieOf(cookie) ?? '').split('=')
  await context.addCookies([{ name, value, url }])
  const overview = await loadOften(context, `${url}/`)
  await context.close()
  const label = 'the sign-in page'
  sayFigure({
    label: `LCP of the overview, median of ${runs}`,
    value: overview.paintSeconds,
    unit: 's',
    goal: 3,
    floor: { label, value: floor.paintSeconds },
  })
  sayFigure({ label: 'JavaScript on the wire', value: overview.scriptKb, unit: 'kB', goal: 40 })
  sayFigure({
    label: 'everything on the wire',
    value: overview.allKb,
    unit: 'kB',
    floor: { label, value: floor.allKb },
  })
}

const place = await makePlace('phone')
let running: Running | undefined
const browser = await launchBrowser()
try {
  running = (await startProgram(place)).running
  await measure(browser, `http://127.0.0.1:${place.port}`)
} finally {
  await browser.close()
  await clearPlace(place, running)
}
