// The map in a real browser: by keyboard alone, without a script, under the page's own policy, and measured.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { browser, cloneTest, findAxeFaults, signIn } from '#test/harness'
import { takeReports } from '../testing.ts'

const address = '/ban-do?chi-tieu=feedback.received&khung=109.05,12.15,109.35,12.4'

const chosenRow = (page: Page) => page.locator('a.map-row[aria-current]').first().getAttribute('data-key')
const chosenInAddress = (page: Page) => new URL(page.url()).searchParams.get('chon')
const panelTitle = (page: Page) => page.locator('#map-panel h2').textContent()

async function openMap(page: Page, url: string): Promise<string[]> {
  const broken: string[] = []
  page.on('console', (message) => message.type() === 'error' && broken.push(message.text()))
  page.on('pageerror', (error) => broken.push(error.message))
  await signIn(page, url, 'trucban')
  await page.goto(url + address)
  await page.waitForSelector('.map-live canvas')
  return broken
}

cloneTest('map, list, panel and address are one selection, by keyboard alone and by pointing', async (t) => {
  await takeReports(t.context())
  const context = await (await browser()).newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  try {
    const broken = await openMap(page, t.url)
    const box = new URL(page.url()).searchParams.get('khung')

    // Down the list with J, back with K: each step chooses.
    await page.keyboard.press('j')
    const first = await chosenRow(page)
    assert.match(first ?? '', /^reports:\d+$/)
    assert.equal(chosenInAddress(page), first)
    await page.keyboard.press('j')
    const second = await chosenRow(page)
    assert.notEqual(second, first)
    await page.keyboard.press('ArrowUp')
    assert.equal(await chosenRow(page), first)
    await page.waitForFunction(() => document.querySelector('#map-panel h2')?.textContent === 'Rác thải')
    assert.equal(new URL(page.url()).searchParams.get('khung'), box, 'choosing never zooms')

    // An area in the list: Enter on its row.
    await page.locator('a[data-key="area:22366"]').focus()
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('#map-panel h2')?.textContent === 'Phường Nha Trang')
    assert.equal(chosenInAddress(page), 'area:22366')

    // A press on the map chooses in the list: some of these places lie in an area other than the chosen one.
    const canvas = await page.locator('.map-canvas').boundingBox()
    assert.ok(canvas)
    for (const [x, y] of [
      [0.3, 0.5],
      [0.4, 0.4],
      [0.5, 0.5],
      [0.4, 0.6],
      [0.2, 0.5],
      [0.5, 0.3],
    ] as const) {
      await page.mouse.click(canvas.x + canvas.width * x, canvas.y + canvas.height * y)
      await page.waitForTimeout(300)
      const chosen = await chosenRow(page)
      if (chosen?.startsWith('area:') && chosen !== 'area:22366') break
    }
    const pointed = await chosenRow(page)
    assert.match(pointed ?? '', /^area:\d+$/)
    assert.equal(chosenInAddress(page), pointed)
    await page.waitForFunction((key) => document.getElementById('map-panel')?.dataset.chosen === key, pointed)
    assert.equal(await panelTitle(page), await page.locator(`a[data-key="${pointed}"] .map-row-words`).textContent())

    // The map itself by keyboard: closer, and the list follows what is in view.
    await page.locator('.map-canvas').focus()
    await page.keyboard.press('+')
    await page.waitForFunction((before) => new URL(location.href).searchParams.get('khung') !== before, box)
    await page.getByRole('link', { name: 'Trường Sa', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.waitForFunction(() =>
      /Trong khung nhìn: 1 địa bàn/.test(document.getElementById('map-measure')?.textContent ?? ''),
    )

    // The address brings all of it back.
    await page.reload()
    await page.waitForSelector('.map-live canvas')
    assert.equal(await chosenRow(page), pointed)
    assert.match((await page.locator('#map-measure').textContent()) ?? '', /1 địa bàn/)
    assert.deepEqual(broken, [], 'nothing was refused by the policy of the page')
  } finally {
    await context.close()
  }
})

cloneTest(
  'without a script every task of the map is done by links; axe finds nothing, wide and narrow, light and dark',
  async (t) => {
    await takeReports(t.context())
    const plain = await (await browser()).newContext({
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    })
    const page = await plain.newPage()
    await signIn(page, t.url, 'trucban')
    await page.goto(t.url + address)
    await page.locator('a[data-key="area:22366"]').click()
    assert.equal(await panelTitle(page), 'Phường Nha Trang')
    await page.getByRole('link', { name: 'Phóng to' }).click()
    assert.match(page.url(), /chon=area%3A22366/)
    await page.getByRole('checkbox', { name: 'Nguồn dữ liệu' }).uncheck()
    await page.getByRole('button', { name: 'Xem' }).click()
    assert.match(page.url(), /lop=reports/)
    assert.doesNotMatch(page.url(), /lop=sources/)
    await page.getByRole('link', { name: 'Bỏ chọn' }).click()
    assert.equal(await page.locator('a.map-row[aria-current]').count(), 0)
    await plain.close()

    for (const [width, theme] of [
      [1440, 'dark'],
      [390, 'light'],
    ] as const) {
      const context = await (await browser()).newContext({ viewport: { width, height: 900 } })
      const shown = await context.newPage()
      await context.addCookies([{ name: 'theme', value: theme, url: t.url }])
      await openMap(shown, t.url)
      await shown.locator('a[data-key="area:22366"]').click()
      await shown.waitForFunction(() => document.querySelector('#map-panel h2')?.textContent === 'Phường Nha Trang')
      assert.deepEqual(await findAxeFaults(shown), [], `${width} ${theme}`)
      const overflow = await shown.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert.ok(overflow <= 0, `${overflow} pixels too wide at ${width}`)
      await context.close()
    }
  },
)

cloneTest('the module is loaded on need, at most 115 kB, and the page at most 150 kB', async (t) => {
  const cookie = await t.signIn('trucban')
  const get = async (path: string) => (await fetch(t.url + path, { headers: { cookie, accept: 'text/html' } })).text()
  const body = await get('/ban-do')
  const [, path = ''] = /src="(\/assets\/map\.[^"]+\.js)"/.exec(body) ?? []
  const script = await get(path)
  const size = gzipSync(script, { level: 9 }).length
  assert.ok(size <= 115_000, `${size} bytes`)
  assert.ok(Buffer.byteLength(body) <= 150_000, `${Buffer.byteLength(body)} bytes`)
  assert.doesNotMatch(await get('/chi-tieu'), /\/assets\/map\./)
})

cloneTest(
  'a base map of one configured host is drawn under the areas, and the policy lets nothing else through',
  async (t) => {
    const asked: string[] = []
    const pixel = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    const tiles = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(200, { 'content-type': 'image/png' }).end(pixel)
    })
    await new Promise<void>((resolve) => tiles.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(tiles.address() as AddressInfo).port}`
    t.app.config.mapBase = { url: `${origin}/{z}/{x}/{y}.png`, origin, kind: 'raster', attribution: 'Nền thử' }
    const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 } })
    try {
      const page = await context.newPage()
      const broken = await openMap(page, t.url)
      await page.waitForTimeout(500)
      assert.ok(asked.length > 0, 'tiles were asked for')
      assert.match(asked[0] ?? '', /^\/\d+\/\d+\/\d+\.png$/)
      assert.deepEqual(broken, [])
      const refused = await page.evaluate(() =>
        fetch('http://127.0.0.2:9/').then(
          () => 'let through',
          () => 'refused',
        ),
      )
      assert.equal(refused, 'refused')
      assert.match(broken.join(' '), /Content Security Policy/)
      await page.getByText('Bản đồ nền: Nền thử').waitFor()
    } finally {
      await context.close()
      tiles.close()
    }
  },
)
