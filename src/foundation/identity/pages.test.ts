import assert from 'node:assert/strict'
import { browser, cloneTest, dbTest } from '#test/harness'

cloneTest(
  'a person signs in by keyboard alone and without JavaScript, changes the password and signs out',
  async (t) => {
    const viewport = { width: 1280, height: 800 }
    const context = await (await browser()).newContext({ viewport, locale: 'vi-VN', javaScriptEnabled: false })
    const page = await context.newPage()
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
