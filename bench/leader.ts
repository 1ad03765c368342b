/**
 * A leader with a phone: from the card of a number on the overview to the drafted directive, over slow 3G (round trips of 300 ms, 700 kbps)
 * and a processor four times slower. Every touch is counted where it is made; the time runs from the overview he looks at to the page that
 * says that the opinion is recorded. Signed in beforehand; the deadline is the one that is filled in. Floor of the same run: the overview
 * itself under the same conditions.
 *
 *   node --import tsx bench/leader.ts
 */
import assert from 'node:assert/strict'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { readDemoPeople } from '#identity'
import { launchBrowser } from '../test/chromium.ts'
import type { Running } from '../test/crash/program.ts'
import { clearPlace, makePlace, startProgram } from './program.ts'
import { median, sayFigure } from './report.ts'

const runs = 5
const mostTouches = 4
const mostSeconds = 60
const account = 'phochutich'

async function slowPhone(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 300,
    downloadThroughput: 700_000 / 8,
    uploadThroughput: 700_000 / 8,
  })
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  return page
}

interface Draft {
  overviewSeconds: number
  seconds: number
  touches: number
  code: string
}

async function draft(context: BrowserContext, url: string): Promise<Draft> {
  const page = await slowPhone(context)
  let touches = 0
  const touch = async (where: Locator) => {
    touches += 1
    await where.click()
  }
  const opened = performance.now()
  await page.goto(url, { waitUntil: 'load', timeout: 60_000 })
  const looks = performance.now()
  await touch(page.getByRole('link', { name: /^Giao nhiệm vụ về / }).first())
  await page.getByLabel('Cơ quan chủ trì', { exact: true }).waitFor()
  assert.equal(await page.getByRole('radio', { checked: true }).count(), 1, 'a deadline is filled in')
  await touch(page.getByRole('button', { name: 'Ghi ý kiến chỉ đạo' }))
  await page.getByText('Đã ghi ý kiến chỉ đạo').waitFor()
  const seconds = (performance.now() - looks) / 1000
  const code = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await page.close()
  return { overviewSeconds: (looks - opened) / 1000, seconds, touches, code }
}

const place = await makePlace('leader')
let running: Running | undefined
const browser = await launchBrowser()
try {
  running = (await startProgram(place)).running
  const url = `http://127.0.0.1:${place.port}`
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
  const person = (await readDemoPeople(place.packDir)).find((one) => one.account === account)
  const page = await context.newPage()
  await page.goto(`${url}/dang-nhap`)
  await page.getByLabel('Tên đăng nhập').fill(account)
  await page.getByLabel('Mật khẩu').fill(person?.demoPassword ?? '')
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await page.waitForURL((address) => address.pathname !== '/dang-nhap')
  await page.close()
  const drafts: Draft[] = []
  for (let run = 0; run < runs; run += 1) drafts.push(await draft(context, url))
  assert.equal(new Set(drafts.map(({ code }) => code)).size, runs, 'each run has drafted one of its own')
  const floor = median(drafts.map(({ overviewSeconds }) => overviewSeconds))
  sayFigure({
    label: 'number → drafted directive, median',
    value: median(drafts.map(({ seconds }) => seconds)),
    unit: 's',
    goal: mostSeconds,
    floor: { label: 'opening the overview', value: floor },
  })
  sayFigure({
    label: 'number → drafted directive, worst',
    value: Math.max(...drafts.map(({ seconds }) => seconds)),
    unit: 's',
    goal: mostSeconds,
  })
  sayFigure({
    label: 'touches',
    value: Math.max(...drafts.map(({ touches }) => touches)),
    unit: 'touches',
    goal: mostTouches,
  })
} finally {
  await browser.close()
  await clearPlace(place, running)
}
