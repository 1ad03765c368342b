// The whole gallery in a real browser: every part, in every state, in both themes and at the widths people have.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { browser, findAxeFaults, screenshot } from '#test/browser'
import { readAppearance } from './appearance.ts'
import { type Assets, buildAssets, encodeAsset } from './assets.ts'
import { Gallery } from './gallery.tsx'
import { galleryShell } from './gallery-shell.ts'
import { renderPage } from './render.tsx'

let assets: Assets
let server: Server
let origin: string

// As strict as the program's own policy.
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"

before(async () => {
  assets = await buildAssets()
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://gallery')
    const asset = assets.find(url.pathname)
    if (asset) {
      const { body, encoding } = encodeAsset(asset, request.headers['accept-encoding'])
      response.setHeader('content-type', asset.type)
      if (encoding) response.setHeader('content-encoding', encoding)
      return response.end(body)
    }
    if (url.pathname === '/gallery/series.json') {
      const at = Array.from({ length: 5000 }, (_, index) => 1_700_000_000 + index * 3600)
      response.setHeader('content-type', 'application/json')
      return response.end(
        JSON.stringify({
          at,
          series: [{ name: 'PM2,5', values: at.map((_, index) => (index % 97 === 0 ? null : index % 60)) }],
        }),
      )
    }
    if (url.pathname !== '/gallery') return response.writeHead(404).end()
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', policy)
    const appearance = readAppearance(Object.fromEntries(url.searchParams))
    response.end(renderPage(<Gallery shell={{ ...galleryShell, assets, appearance }} />))
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server's address is never a path
})

after(() => server.close())

interface Screen {
  width: number
  height: number
  theme: 'light' | 'dark' | 'auto'
  text?: 'normal' | 'largest'
  javaScript?: boolean
  colorScheme?: 'dark'
}

async function withGallery(screen: Screen, use: (page: Page, refused: string[]) => Promise<void>): Promise<void> {
  const { width, height, theme, text = 'normal', javaScript = true, colorScheme } = screen
  const context = await (await browser()).newContext({
    viewport: { width, height },
    reducedMotion: 'reduce',
    javaScriptEnabled: javaScript,
    colorScheme: colorScheme ?? 'light',
  })
  try {
    const page = await context.newPage()
    const refused: string[] = []
    page.on('console', (message) => message.type() === 'error' && refused.push(message.text()))
    await page.goto(`${origin}/gallery?theme=${theme}&text=${text}`)
    await use(page, refused)
  } finally {
    await context.close()
  }
}

const screens: Screen[] = [
  { width: 1440, height: 900, theme: 'light' },
  { width: 390, height: 844, theme: 'light' },
  { width: 1920, height: 1080, theme: 'dark' },
  { width: 390, height: 844, theme: 'dark' },
  { width: 320, height: 800, theme: 'light', text: 'largest' },
  { width: 768, height: 1024, theme: 'auto', colorScheme: 'dark' },
]

for (const screen of screens) {
  const name = `${screen.width}x${screen.height} ${screen.theme}${screen.text ? ` ${screen.text}` : ''}`
  test(`at ${name} axe finds nothing, nothing is cut off, nothing breaks the policy`, async () => {
    await withGallery(screen, async (page, refused) => {
      await page.waitForSelector('.uplot')
      assert.deepEqual(await findAxeFaults(page), [])
      assert.equal(
        await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
        0,
        'no sideways scrolling',
      )
      assert.deepEqual(refused, [])
      await screenshot(page, `gallery-${name.replaceAll(' ', '-')}`)
    })
  })
}

test('Vietnamese text pulls the latin and Vietnamese files only', async () => {
  await withGallery({ width: 1440, height: 900, theme: 'light' }, async (page) => {
    await page.evaluate(() => document.fonts.ready.then(() => undefined))
    const fonts = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.woff2')),
    )
    assert.equal(fonts.length, 4)
    assert.ok(fonts.every((name) => !name.includes('latin-ext')))
  })
})

test('on a phone without JavaScript the menu opens and closes by its own buttons', async () => {
  await withGallery({ width: 390, height: 844, theme: 'light', javaScript: false }, async (page) => {
    const link = page.getByRole('link', { name: 'Bảng xếp hạng' })
    assert.equal(await link.isVisible(), false)
    await page.getByRole('button', { name: 'Danh mục' }).click()
    assert.equal(await link.isVisible(), true)
    await page.getByRole('button', { name: 'Đóng' }).click()
    assert.equal(await link.isVisible(), false)
  })
})

test('the keyboard reaches the content first, and what has the focus shows it', async () => {
  await withGallery({ width: 1440, height: 900, theme: 'light' }, async (page) => {
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Đến nội dung chính')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.querySelector('main')?.contains(document.activeElement)), true)
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineWidth)
    assert.equal(ring, '3px')
  })
})

test('J and K move over the rows of a list and never take letters from a field', async () => {
  await withGallery({ width: 1440, height: 900, theme: 'light' }, async (page) => {
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await page.keyboard.press('j')
    assert.equal(await focused(), 'Sở Nông nghiệp và Môi trường')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    assert.equal(await focused(), 'Trung tâm Phục vụ hành chính công phường Bắc Cam Ranh')
    await page.getByLabel('Từ khóa').fill('')
    await page.getByLabel('Từ khóa').pressSequentially('jk')
    assert.equal(await page.getByLabel('Từ khóa').inputValue(), 'jk')
  })
})

test('a block copied from a spreadsheet fills the sheet from the cell where it is pasted', async () => {
  await withGallery({ width: 1440, height: 900, theme: 'light' }, async (page) => {
    await page.locator('#nhap-2').focus()
    await page.evaluate(() => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', '9.300\r\n31.500\r\n77\r\n88\r\n')
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    })
    const values = () =>
      page.locator('.entry-table input').evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value))
    // The last row is read-only and is passed over, so two of the four figures have no place.
    assert.deepEqual(await values(), ['12.904', '9.300', '31.500', '12.650'])
    assert.equal(await page.locator('[data-paste-said]').textContent(), 'Đã dán 2 ô; 2 ô nằm ngoài bảng nên không dán.')
    await page.locator('#nhap-1').press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'nhap-2')
  })
})

test('on paper the figures of each chart are laid open and the controls are gone', async () => {
  await withGallery({ width: 1000, height: 1400, theme: 'dark' }, async (page) => {
    await page.emulateMedia({ media: 'print' })
    assert.equal(await page.locator('#bd-don-vi table').isVisible(), true)
    assert.equal(await page.locator('.head').isVisible(), false)
    assert.equal(await page.getByText('ỦY BAN NHÂN DÂN TỈNH MẪU').isVisible(), true)
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(20, 33, 43)')
  })
})

test('the browser modules stay small', () => {
  const packed = (name: string) => assets.find(assets.url(name))?.gzip?.length ?? Number.POSITIVE_INFINITY
  assert.ok(['live.js', 'live-worker.js', 'table.js', 'paste.js'].reduce((sum, name) => sum + packed(name), 0) < 8_000)
  assert.ok(packed('chart.js') < 35_000)
})
