import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { browser, cloneTest, findAxeFaults, signIn } from '#test/harness'

cloneTest(
  'in a browser a large file goes in pieces, waits while the line is cut or it is told to, and the form names it',
  async (t) => {
    const rows = Array.from({ length: 200_000 }, (_, at) => `${at},Hồ sơ minh họa số ${at},2026-11-${10 + (at % 20)}`)
    const path = join(t.app.config.varDir, `mau-${process.pid}.csv`)
    await writeFile(path, `ma,ten,ngay\n${rows.join('\n')}\n`)
    const page = await (await browser()).newPage()
    await signIn(page, t.url, 'quantri')
    await page.goto(`${t.url}/nguon/tao-moi`)
    let patches = 0
    await page.route('**/api/v1/uploads/*', async (route) => {
      if (route.request().method() === 'PATCH') patches += 1
      // The first piece is lost with its line.
      if (patches === 1 && route.request().method() === 'PATCH') await route.abort('connectionreset')
      else await route.continue()
    })
    await page.locator('#tep').setInputFiles(path)
    await page.getByText(/Đã tải lên xong/).waitFor()
    assert.ok(patches >= 2, `${patches} requests`)
    assert.deepEqual(await findAxeFaults(page), [])
    assert.equal(await page.locator('#tep').isDisabled(), true)
    // Given up, and chosen again; told to wait at the very moment it begins, it waits.
    await page.getByRole('button', { name: 'Bỏ tệp này' }).click()
    await page.locator('.upload').waitFor({ state: 'hidden' })
    await page.unroute('**/api/v1/uploads/*')
    await page.evaluate(() => {
      const box = document.querySelector('.upload')
      const watch = new MutationObserver(() => {
        if (!box?.checkVisibility()) return
        watch.disconnect()
        box.querySelector('button')?.click()
      })
      if (box) watch.observe(box, { attributes: true })
    })
    await page.locator('#tep').setInputFiles(path)
    await page.getByText(/Đã tạm dừng/).waitFor()
    await page.waitForTimeout(500)
    assert.equal(await page.getByText(/Đã tạm dừng/).count(), 1, 'and goes on waiting')
    await page.getByRole('button', { name: 'Tiếp tục' }).click()
    await page.getByRole('button', { name: 'Đọc thử tệp' }).click()
    await page.waitForURL(/nguon\/tao-moi\/[0-9a-f-]{36}/)
    assert.equal((await t.sql`select from files.upload`).length, 0, 'the pieces are let go')
    await page.close()
  },
  { timeoutMs: 240_000 },
)
