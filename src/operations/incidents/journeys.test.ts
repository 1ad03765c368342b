/** In a real browser: a flood runs its playbook as an exercise and for real and both look different; a hand-over is signed by two leads. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { browser, type CloneTest, cloneTest, screenshot, signIn } from '#test/harness'
import { readSettings } from './roster/settings.ts'
import { shiftAfter, shiftAt } from './roster/shifts.ts'

async function withPage(javaScriptEnabled: boolean, work: (page: Page) => Promise<void>): Promise<void> {
  const context = await (await browser()).newContext({ viewport: { width: 1440, height: 900 }, javaScriptEnabled })
  try {
    await work(await context.newPage())
  } finally {
    await context.close()
  }
}

async function openAndRun(page: Page, t: CloneTest, exercise: boolean): Promise<{ frame: string; title: string }> {
  await page.goto(
    `${t.url}/tinh-huong/${exercise ? 'mo-dien-tap' : 'mo?canh-bao=CB-1&ten=L%C5%A9+v%C6%B0%E1%BB%A3t+b%C3%A1o+%C4%91%E1%BB%99ng+2&kich-ban=lu-bd2'}`,
  )
  await page.getByLabel('Kịch bản').selectOption('lu-bd2')
  await page.getByLabel('Tên tình huống').fill('Lũ vượt báo động 2')
  await page.getByLabel('Loại', { exact: true }).selectOption('flood')
  await page.getByLabel('Cấp, mức độ').selectOption('2')
  await page.getByLabel('Nơi xảy ra').fill('Ven sông Mẫu')
  const sure = page.getByLabel('Đây là tình huống thật')
  if ((await sure.count()) > 0) await sure.check()
  await page.getByRole('button', { name: exercise ? 'Mở cuộc diễn tập' : 'Mở tình huống' }).click()
  await page
    .getByRole('link', { name: /^Nhiệm vụ \d|^Nhiệm vụ$/ })
    .first()
    .click()
  await page.getByRole('link', { name: /1\. Xác minh mực nước/ }).click()
  await page.getByLabel('Kết quả hoặc lý do').fill('9,42 m lúc 14:05, trạm Mẫu')
  await page.getByRole('button', { name: 'Ghi kết thúc' }).click()
  assert.match(await page.locator('main').innerText(), /2\. Họp chỉ huy, chốt vùng sơ tán/)
  const style = await page.evaluate(() => getComputedStyle(document.body).borderImageSource)
  await screenshot(page, exercise ? 'incident-exercise' : 'incident-real')
  return { frame: style, title: await page.title() }
}

cloneTest('a flood alert runs its playbook as an exercise and for real, and both look different', async (t) => {
  await withPage(true, async (page) => {
    await signIn(page, t.url, 'trucban')
    const drill = await openAndRun(page, t, true)
    const real = await openAndRun(page, t, false)
    assert.match(drill.frame, /repeating-linear-gradient/, 'the striped frame is drawn')
    assert.equal(real.frame, 'none')
    assert.match(drill.title, /^DIỄN TẬP/)
    assert.doesNotMatch(real.title, /DIỄN TẬP/)
    // The bar stays in sight however far one reads.
    await page.goto(`${t.url}/tinh-huong?che-do=dien-tap`)
    await page
      .getByRole('link', { name: /DIỄN TẬP · Lũ/ })
      .first()
      .click()
    await page.mouse.wheel(0, 4000)
    await page.getByRole('complementary', { name: 'Diễn tập' }).waitFor()
  })
})

cloneTest('a shift is handed over without JavaScript: the leaving lead signs, then the next', async (t) => {
  const settings = await readSettings(t.context())
  const now = new Date()
  const running = shiftAt(settings.shifts, now, settings.timeZone)
  assert.ok(running)
  // The shift before the one that runs: it has ended, whatever hour the test is run at.
  const left = shiftAt(settings.shifts, new Date(running.startsAt.getTime() - 60_000), settings.timeZone)
  const next = left && shiftAfter(settings.shifts, left, settings.timeZone)
  assert.ok(left && next)
  for (const [shift, account, name] of [
    [left, 'trucban', 'Lê Văn Minh Họa'],
    [next, 'truongca-hai', 'Tô Thị Làm Thử'],
  ] as const)
    await t.sql`
      insert into incidents.assignment (day, shift, duty, account, name, given_by, given_at)
      values (${shift.day}, ${shift.code}, 'lead', ${account}, ${name}, 'test', now())`
  const path = `${t.url}/ca-truc/ban-giao/${left.day}/${left.code}`
  await withPage(false, async (page) => {
    await signIn(page, t.url, 'trucban')
    await page.goto(`${t.url}/ca-truc`)
    await page.getByRole('link', { name: new RegExp(`${left.name} .*: chưa lập`) }).click()
    await page.getByLabel('Tình hình trong ca').fill('Mưa to, đã báo các phường ven sông.')
    await page.getByLabel('Mật khẩu của người ký').fill('tram-huong-2026')
    await page.getByRole('button', { name: 'Ký giao ca' }).click()
    assert.match(await page.locator('main').innerText(), /Chờ ca sau ký nhận/)
    assert.equal(await page.getByRole('button', { name: 'Ký nhận ca' }).count(), 0, 'not by himself')
  })
  await withPage(false, async (page) => {
    await signIn(page, t.url, 'truongca-hai')
    await page.goto(path)
    assert.match(await page.locator('main').innerText(), /Mưa to, đã báo các phường ven sông\./)
    await page.getByLabel('Mật khẩu của người ký').fill('tram-huong-2026')
    await page.getByRole('button', { name: 'Ký nhận ca' }).click()
    assert.match(await page.locator('main').innerText(), /Đã ký nhận/)
    await screenshot(page, 'hand-over-signed')
  })
})
