import assert from 'node:assert/strict'
import { browser, cloneTest, findAxeFaults, signIn } from '#test/harness'
import { sampleDossiers, takeIn } from './testing.ts'

const more = {
  code: 'H32.22366-261102-1099',
  area: '22366',
  startedOn: '2026-11-02',
  dueOn: '2026-11-06',
  endedOn: '2026-11-09',
}

cloneTest('a record that arrives changes the card of an open overview, and that card alone is fetched', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const context = await (await browser()).newContext({ viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  try {
    await signIn(page, t.url, 'lanhdao')
    await page.goto(`${t.url}/?ky=2026-11`)
    const card = page.locator('#the-dossier-on-time')
    assert.match((await card.textContent()) ?? '', /76,92/)
    assert.deepEqual(await findAxeFaults(page), [])
    const fetched: string[] = []
    page.on('request', (request) => fetched.push(new URL(request.url()).pathname))
    await takeIn(t.context(), [more])
    await page.waitForFunction(
      () => document.querySelector('#the-dossier-on-time')?.textContent?.includes('71,43'),
      undefined,
      {
        timeout: 30_000,
      },
    )
    assert.ok(fetched.includes('/tong-quan/the'), fetched.join(' '))
    assert.ok(!fetched.includes('/'), 'the page itself stays')
  } finally {
    await context.close()
  }
})

cloneTest('a board is arranged and presented without JavaScript', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const context = await (await browser()).newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  try {
    await signIn(page, t.url, 'lanhdao')
    await page.goto(`${t.url}/bang`)
    await page.getByLabel('Tên bảng').fill('Giao ban tháng 11')
    await page.getByRole('button', { name: 'Lập bảng' }).click()
    for (const label of [
      'Hồ sơ tiếp nhận (Thủ tục hành chính)',
      'Tỷ lệ hồ sơ giải quyết đúng hạn (Thủ tục hành chính)',
    ]) {
      await page.getByLabel('Chỉ tiêu', { exact: true }).selectOption({ label })
      await page.getByRole('button', { name: 'Thêm vào bảng' }).click()
    }
    await page.getByRole('button', { name: 'Lên: Tỷ lệ hồ sơ giải quyết đúng hạn' }).click()
    const first = page.getByRole('region', { name: 'Thứ tự các mục' }).getByRole('listitem').first()
    assert.match((await first.textContent()) ?? '', /Tỷ lệ hồ sơ giải quyết đúng hạn/)
    await page.getByRole('link', { name: 'Trình chiếu' }).click()
    assert.equal(await page.locator('html').getAttribute('data-face'), 'wall')
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Giao ban tháng 11')
  } finally {
    await context.close()
  }
})
