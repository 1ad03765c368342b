// The live module against a real stream: what changed is fetched and swapped, a lost line is told, tabs share one stream.
import assert from 'node:assert/strict'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { browser } from '#test/browser'
import { type Assets, buildAssets } from '../assets.ts'
import { Layout } from '../layout.tsx'
import { renderPage } from '../render.tsx'
import { readBlock } from './paste.ts'

let assets: Assets
let server: Server
let origin: string
let context: BrowserContext | undefined
const streams = new Set<ServerResponse>()
let opened = 0
let fetched = 0
let figure = 1
let beating = true

const send = (event: string, data: unknown) => {
  for (const stream of streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

function pageHtml(): string {
  return renderPage(
    <Layout
      shell={{
        product: 'Thử',
        place: 'Tỉnh Mẫu',
        nav: [],
        appearance: { theme: 'light', text: 'normal' },
        assets,
        now: new Date(),
        address: '/',
        liveHref: '/live',
      }}
      title="Trang sống"
    >
      <section id="so" data-live="indicator:a" data-live-label="Hồ sơ">
        <p>Giá trị {figure}</p>
        <details>
          <summary>Thêm</summary>
          <p>Chi tiết</p>
        </details>
        <a href="/x">Xem</a>
      </section>
      <section id="khac" data-live="source:*">
        <p>Nguồn {figure}</p>
        <input aria-label="Ô nhập" />
      </section>
    </Layout>,
  )
}

before(async () => {
  assets = await buildAssets()
  server = createServer((request, response) => {
    if (request.url === '/live') {
      opened++
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('event: hello\ndata: 0\n\n')
      streams.add(response)
      response.on('close', () => streams.delete(response))
      return
    }
    const asset = assets.find(request.url ?? '')
    if (asset) return response.setHeader('content-type', asset.type).end(asset.body)
    fetched++
    return response.setHeader('content-type', 'text/html; charset=utf-8').end(pageHtml())
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server's address is never a path
})

const heart = setInterval(() => beating && send('beat', Date.now()), 1000)

afterEach(async () => {
  await context?.close()
  context = undefined
  beating = true
})

after(() => {
  clearInterval(heart)
  server.closeAllConnections()
  server.close()
})

async function open(): Promise<Page> {
  context ??= await (await browser()).newContext()
  const page = await context.newPage()
  await page.goto(origin)
  await page.waitForFunction(() => performance.now() > 200)
  return page
}

async function waitFor(holds: () => boolean | Promise<boolean>, ms = 4000): Promise<void> {
  for (const until = Date.now() + ms; Date.now() < until; await new Promise((done) => setTimeout(done, 25))) {
    if (await holds()) return
  }
  assert.fail('did not come to pass in time')
}

test('a change of a topic swaps the elements that watch it, and only those', async () => {
  const page = await open()
  await waitFor(() => streams.size === 1)
  await page.locator('summary').click()
  await page.getByRole('link', { name: 'Xem' }).focus()
  figure = 2
  send('change', { topics: ['indicator:b'] })
  send('change', { topics: ['indicator:a'] })
  await page.getByText('Giá trị 2').waitFor()
  assert.equal(await page.getByText('Nguồn 1').isVisible(), true)
  assert.equal(await page.getByText('Chi tiết').isVisible(), true, 'what was folded open stays open')
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Xem', 'the focus stays where it was')
  assert.equal(await page.locator('#announcer').textContent(), 'Đã cập nhật Hồ sơ')
})

test('many changes at once are fetched together, and a watched beginning matches', async () => {
  figure = 3
  const page = await open()
  await waitFor(() => streams.size === 1)
  const before = fetched
  figure = 4
  for (let each = 0; each < 40; each++) send('change', { topics: ['indicator:a', `source:${each}`] })
  await page.getByText('Nguồn 4').waitFor()
  await page.getByText('Giá trị 4').waitFor()
  assert.ok(fetched - before <= 2, `${fetched - before} fetches for 40 changes`)
})

test('what somebody is typing is not swept away; it is refreshed when he leaves the field', async () => {
  figure = 5
  const page = await open()
  await waitFor(() => streams.size === 1)
  await page.getByLabel('Ô nhập').fill('đang gõ')
  figure = 6
  send('change', { topics: ['source:x', 'indicator:a'] })
  await page.getByText('Giá trị 6').waitFor()
  assert.equal(await page.getByLabel('Ô nhập').inputValue(), 'đang gõ')
  assert.equal(await page.getByText('Nguồn 5').isVisible(), true)
  await page.getByLabel('Ô nhập').blur()
  await page.getByText('Nguồn 6').waitFor()
})

test('all pages of a browser share one stream', async () => {
  const before = opened
  await open()
  await open()
  await open()
  await waitFor(() => streams.size === 1)
  assert.equal(opened - before, 1)
})

test('silence of the server is told within fifteen seconds, and its return brings what was missed', async () => {
  figure = 7
  const page = await open()
  await waitFor(() => streams.size === 1)
  assert.equal(await page.locator('#offline').isVisible(), false)
  beating = false
  const silentAt = Date.now()
  await page.locator('#offline').waitFor({ timeout: 15_000 })
  assert.ok(Date.now() - silentAt <= 15_000)
  figure = 8
  beating = true
  await page.getByText('Giá trị 8').waitFor()
  assert.equal(await page.locator('#offline').isVisible(), false)
})

test('a stream that the server ended is opened again', async () => {
  const page = await open()
  await waitFor(() => streams.size === 1)
  for (const stream of streams) stream.end()
  await waitFor(() => streams.size === 0)
  await waitFor(() => streams.size === 1, 8000)
  figure = 9
  send('change', { topics: ['indicator:a'] })
  await page.getByText('Giá trị 9').waitFor()
})

test('a block of a spreadsheet is read cell by cell', () => {
  assert.deepEqual(readBlock('1\t2\r\n3\t4\r\n'), [
    ['1', '2'],
    ['3', '4'],
  ])
  assert.deepEqual(readBlock('"a\tb ""c"""\td'), [['a\tb "c"', 'd']])
  assert.deepEqual(readBlock('\t1\n\n2'), [['', '1'], [''], ['2']])
  assert.deepEqual(readBlock('một'), [['một']])
  assert.deepEqual(readBlock('1\n2\t'), [['1'], ['2', '']])
})
