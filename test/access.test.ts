/**
 * Access for everyone, in a real browser: pages are worked by keyboard alone, with a focus that is seen and never covered, and the main
 * journeys go through with JavaScript switched off.
 */
import assert from 'node:assert/strict'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { browser, type CloneTest, cloneTest, dbTest, signIn } from '#test/harness'
import { communeA, dossierColumns, dossierLine, fillSamples } from './samples.ts'

async function withPage(settings: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
  const context = await (await browser()).newContext(settings)
  try {
    await work(await context.newPage())
  } finally {
    await context.close()
  }
}

async function openAs(page: Page, t: CloneTest, account: string): Promise<void> {
  const [name = '', value = ''] = (await t.signIn(account)).split('=')
  await page.context().clearCookies()
  await page.context().addCookies([{ name, value, url: t.url }])
}

const stopsAtMost = 90

/** Goes through a page by Tab; what is focused must carry a ring and lie open to the eye, not under a bar that sticks. */
async function tabThrough(page: Page): Promise<{ stops: number; faults: string[] }> {
  const faults: string[] = []
  let stops = 0
  for (; stops < stopsAtMost; stops += 1) {
    await page.keyboard.press('Tab')
    const fault = await page.evaluate(() => {
      const focused = document.activeElement
      if (!focused || focused === document.body) return 'end'
      const { left, top, right, bottom } = focused.getBoundingClientRect()
      const points = [
        [(left + right) / 2, (top + bottom) / 2],
        [left + 3, top + 3],
        [right - 3, bottom - 3],
      ]
      const isOpen = points.some(([x = 0, y = 0]) => {
        const above = document.elementFromPoint(x, y)
        return above !== null && (focused.contains(above) || above.contains(focused))
      })
      const { outlineStyle, outlineWidth } = getComputedStyle(focused)
      const words = focused.outerHTML.slice(0, 120)
      if (!isOpen) return `covered: ${words}`
      return outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 2 ? `no ring: ${words}` : undefined
    })
    if (fault === 'end') break
    if (fault) faults.push(fault)
  }
  return { stops, faults }
}

cloneTest('pages are worked by keyboard: the skip link first, a focus that is seen and never covered', async (t) => {
  await fillSamples(t.context())
  for (const viewport of [
    { width: 1280, height: 720 },
    { width: 390, height: 844 },
  ])
    await withPage({ viewport }, async (page) => {
      for (const [account, path] of [
        ['lanhdao', '/'],
        ['quantri', '/cach-ly'],
        ['dulieu-khcn', '/nhap-lieu'],
      ] as const) {
        await openAs(page, t, account)
        await page.goto(`${t.url}${path}`)
        const { stops, faults } = await tabThrough(page)
        assert.deepEqual(faults, [], `${path} at ${viewport.width}`)
        assert.ok(stops > 20, `${path}: ${stops} stops`)
      }
      await page.goto(`${t.url}/nhap-lieu`)
      await page.keyboard.press('Tab')
      assert.equal(await page.locator(':focus').textContent(), 'Đến nội dung chính')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      assert.ok(await page.locator('main :focus').count(), 'the next stop is in the page itself')
    })
})

const withoutScript = { javaScriptEnabled: false, viewport: { width: 1280, height: 800 } }

cloneTest('with JavaScript off a number is opened down to its records and the line of their file', async (t) => {
  await fillSamples(t.context())
  await withPage(withoutScript, async (page) => {
    await signIn(page, t.url, 'lanhdao')
    await page.goto(`${t.url}/chi-tieu?q=ho+so+tiep+nhan`)
    await page.getByRole('link', { name: 'Hồ sơ tiếp nhận', exact: true }).click()
    await page.getByRole('link', { name: 'Mở số liệu và các bản ghi tạo nên nó' }).click()
    await page.locator('#ban-ghi a[href^="/ban-ghi/"]').first().click()
    assert.match(await page.locator('main').innerText(), /dòng \d+/, 'the record says the line of its file')
    await page.getByRole('button', { name: 'Tối' }).click()
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
  })
})

cloneTest('with JavaScript off a file is sent, looked at and taken in, and figures are kept as a draft', async (t) => {
  await fillSamples(t.context())
  await withPage(withoutScript, async (page) => {
    await openAs(page, t, 'quantri')
    await page.goto(`${t.url}/nguon/one-stop-dossiers/tai-len`)
    const buffer = Buffer.from([dossierColumns, dossierLine(31, communeA), dossierLine(32, communeA)].join('\n'))
    await page.getByLabel('Tệp', { exact: true }).setInputFiles({ name: 'ho-so.csv', mimeType: 'text/csv', buffer })
    await page.getByRole('button', { name: 'Xem trước' }).click()
    await page.getByRole('heading', { name: 'Thử cả 2 dòng' }).waitFor()
    await page.getByRole('button', { name: 'Nhập tệp' }).click()
    assert.ok(await page.getByRole('heading', { level: 1, name: 'ho-so.csv' }).isVisible(), 'the landing of the file')
    await openAs(page, t, 'dulieu-khcn')
    await page.goto(`${t.url}/nhap-lieu`)
    await page.locator('input[name="o-0"]').fill('12')
    await page.getByRole('button', { name: 'Lưu nháp' }).click()
    assert.match(await page.getByRole('status').first().innerText(), /Đã lưu nháp 1 số liệu/)
    assert.match(await page.locator('input[name="o-0"]').inputValue(), /^12(,0+)?$/)
  })
})

dbTest('a refusal says why, what can be done about it, and leads on', async (t) => {
  const leader = t.as('lanhdao')
  for (const [path, status, words] of [
    ['/khong-co-trang-nay', 404, /Địa chỉ có thể gõ chưa đúng/],
    ['/quan-tri/tai-khoan', 403, /cần quyền “Quản lý tài khoản và vai trò”.*người giao được quyền này là: /],
    ['/chi-tieu/dossier.on-time?ky=bay', 422, /<li>Dùng mã kỳ như 2026/],
  ] as const) {
    const { statusCode, body } = await leader.get(path)
    assert.equal(statusCode, status, path)
    assert.match(body, words)
    assert.match(body, /<a [^>]*href="\/"[^>]*>(<span>)?Về trang đầu/)
  }
  assert.match((await t.visitor().get('/khong-co-trang-nay')).body, /href="\/dang-nhap"/)
})
