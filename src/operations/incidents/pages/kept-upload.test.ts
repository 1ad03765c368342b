import assert from 'node:assert/strict'
import { browser, cloneTest, makeActor, signIn } from '#test/harness'
import { openPlaced } from '../testing.ts'

cloneTest(
  'a form that comes back with something to mend still has the file that was uploaded for it',
  async (t) => {
    const actor = makeActor('trucban', { 'incident:read': 'all', 'incident:command': 'all' }, 'H32')
    const code = await openPlaced(t.context(actor))
    const page = await (await browser()).newPage()
    await signIn(page, t.url, 'trucban')
    await page.goto(`${t.url}/tinh-huong/${code}`)
    const field = page.locator('input[type=file][name=tep]')
    await field.setInputFiles({ name: 'ghi-chep.txt', mimeType: 'text/plain', buffer: Buffer.from('Ghi chép thử\n') })
    await page.getByText(/Đã tải lên xong: ghi-chep\.txt/).waitFor()
    const send = page.getByRole('button', { name: 'Ghi vào diễn biến' })
    await page.locator('textarea[name=noi-dung]').fill('')
    const refused = page.waitForResponse((answer) => answer.request().method() === 'POST')
    await send.click()
    assert.equal((await refused).status(), 422)
    await page.getByText(/Tệp đã tải lên vẫn được giữ: ghi-chep\.txt/).waitFor()
    assert.equal(await field.isDisabled(), true)
    await page.locator('textarea[name=noi-dung]').fill('Có ghi chép kèm theo')
    await send.click()
    await page.waitForURL(`${t.url}/tinh-huong/${code}`)
    await page
      .getByRole('link', { name: /ghi-chep\.txt/ })
      .first()
      .waitFor()
    // Taken with its line, it is not offered again.
    await page.waitForFunction(() => Object.keys(sessionStorage).every((key) => !key.startsWith('tram-upload')))
    assert.equal(await page.locator('.upload').isVisible(), false)
    await page.close()
  },
  { timeoutMs: 240_000 },
)
