import assert from 'node:assert/strict'
import { browser, type CloneTest, cloneTest, dbTest, findAxeFaults, screenshot, signIn } from '#test/harness'

const widths = [390, 1280]

async function openPage(t: CloneTest, settings: { width: number; javaScriptEnabled?: boolean; theme?: string }) {
  const chromium = await browser()
  const context = await chromium.newContext({
    viewport: { width: settings.width, height: 800 },
    locale: 'vi-VN',
    javaScriptEnabled: settings.javaScriptEnabled ?? true,
  })
  if (settings.theme) await context.addCookies([{ name: 'theme', value: settings.theme, url: t.url }])
  return { context, page: await context.newPage() }
}

cloneTest(
  'a person signs in by keyboard alone and without JavaScript, changes the password and signs out',
  async (t) => {
    const { context, page } = await openPage(t, { width: 1280, javaScriptEnabled: false })
    await page.goto(`${t.url}/tai-khoan`)
    assert.equal(new URL(page.url()).pathname, '/dang-nhap')
    await page.getByLabel('Tên đăng nhập').focus()
    await page.keyboard.type('dulieu-tc')
    await page.keyboard.press('Tab')
    await page.keyboard.type('sai-mat-khau')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Tên đăng nhập hoặc mật khẩu không đúng.').waitFor()
    assert.equal(await page.getByLabel('Tên đăng nhập').inputValue(), 'dulieu-tc')
    await page.getByLabel('Mật khẩu').focus()
    await page.keyboard.type('tram-huong-2026')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Tài khoản của tôi' }).waitFor()
    await page.getByLabel('Mật khẩu hiện tại').fill('tram-huong-2026')
    await page.getByLabel('Mật khẩu mới', { exact: true }).fill('bien-xanh-cat-trang')
    await page.getByLabel('Nhập lại mật khẩu mới').fill('bien-xanh-cat-trang')
    await page.getByRole('button', { name: 'Đổi mật khẩu' }).click()
    await page.getByRole('status').getByText('Đã đổi mật khẩu.').waitFor()
    await page
      .locator('summary', { hasText: /Mẫu|Dụ|Họa|Nghiệm|Định|Thí|Thử|Ví/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Đăng xuất' }).click()
    await page.waitForURL('**/dang-nhap')
    await context.close()
  },
)

cloneTest('axe finds nothing on the pages of identity, on a phone and on a desk, in light and in dark', async (t) => {
  const paths = [
    '/tai-khoan',
    '/quan-tri/tai-khoan',
    '/quan-tri/tai-khoan/tao',
    '/quan-tri/tai-khoan/dulieu-tc',
    '/khong-co-trang-nay',
  ]
  for (const [index, width] of widths.entries()) {
    const theme = index === 0 ? 'light' : 'dark'
    const { context, page } = await openPage(t, { width, theme })
    await page.goto(`${t.url}/dang-nhap`)
    assert.deepEqual(await findAxeFaults(page), [], `/dang-nhap, ${width}, ${theme}`)
    await screenshot(page, `dang-nhap-${width}`)
    await signIn(page, t.url, 'quantri')
    for (const path of paths) {
      await page.goto(`${t.url}${path}`)
      assert.deepEqual(await findAxeFaults(page), [], `${path}, ${width}, ${theme}`)
      await screenshot(page, `${path.slice(1).replaceAll('/', '-')}-${width}`)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      assert.ok(overflow <= 0, `${path} is ${overflow} px wider than ${width}`)
    }
    await context.close()
  }
})

dbTest('accounts are filtered, sorted, paged by key and downloaded', async (t) => {
  const keeper = t.as('quantri')
  const list = '/quan-tri/tai-khoan'
  const names = (html: string) =>
    [...html.matchAll(/href="\/quan-tri\/tai-khoan\/([a-z-]+)"/g)].map((match) => match[1])
  const shown = (await keeper.get(`${list}?sort=-name&limit=10`)).body
  const first = names(shown).filter((name) => name !== 'tao')
  assert.equal(first.length, 10)
  assert.deepEqual(first, first.toSorted().toReversed())
  const next = /href="([^"]*after=[^"]*)"/.exec(shown)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const second = names((await keeper.get(next)).body).filter((name) => name !== 'tao')
  assert.ok(second.length > 0 && second.every((name) => !first.includes(name) && String(name) < String(first.at(-1))))
  const file = (await keeper.get(`${list}?sort=person&tai=csv`)).body.trim().split('\r\n')
  assert.ok(file.length > 15)
  assert.match(file[0] ?? '', /Tên đăng nhập/)
  assert.deepEqual(names((await keeper.get(`${list}?trang-thai=disabled`)).body), ['tao'])
})
