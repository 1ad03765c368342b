import assert from 'node:assert/strict'
import { sendForm } from '#test/forms'
import { browser, cloneTest, dbTest, findAxeFaults } from '#test/harness'

const figures = 10

cloneTest(
  'ten figures are typed, sent and approved in two minutes, none of them twice',
  async (t) => {
    const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 } })
    const signIn = async (account: string) => {
      const [name = '', value = ''] = (await t.signIn(account)).split('=', 2)
      await context.clearCookies()
      await context.addCookies([{ name, value, url: t.url }])
    }
    try {
      const startedAt = Date.now()
      await signIn('dulieu-khcn')
      const page = await context.newPage()
      await page.goto(`${t.url}/nhap-lieu`)
      const cells = page.locator('[data-paste] input:not([readonly])')
      assert.ok((await cells.count()) >= figures, 'there are ten figures to type')
      const names: string[] = []
      for (let nth = 0; nth < figures; nth += 1) {
        const cell = nth === 0 ? cells.first() : page.locator('input:focus')
        if (nth === 0) await cell.focus()
        names.push((await cell.getAttribute('name')) ?? '')
        await page.keyboard.type(String(10 + nth))
        if (nth < figures - 1) await page.keyboard.press('Enter')
      }
      assert.equal(new Set(names).size, figures, 'each cell is visited once')
      await page.getByRole('button', { name: 'Lưu nháp' }).click()
      assert.match((await page.getByRole('status').first().textContent()) ?? '', /Đã lưu nháp 10 số liệu/)
      assert.match(
        await page.locator(`[name="${names[9]}"]`).inputValue(),
        /^19(,0+)?$/,
        'what was typed is still there',
      )
      await page.getByRole('button', { name: 'Gửi lãnh đạo duyệt' }).click()
      // What is unlike earlier periods asks its reason beside the cell, and nothing typed is lost.
      for (const box of await page.locator('[name^="ly-do-"]').all()) await box.fill('Số liệu thử của kỳ này')
      if ((await page.locator('[name^="ly-do-"]').count()) > 0)
        await page.getByRole('button', { name: 'Gửi lãnh đạo duyệt' }).click()
      assert.match((await page.getByRole('status').first().textContent()) ?? '', /Đã gửi 10 số liệu/)
      assert.deepEqual(await findAxeFaults(page), [])
      await signIn('giamdoc-khcn')
      await page.goto(`${t.url}/duyet`)
      await page.getByRole('button', { name: 'Duyệt cả 10 số' }).click()
      assert.match((await page.getByRole('status').first().textContent()) ?? '', /Đã duyệt 10 số liệu/)
      assert.ok(Date.now() - startedAt < 120_000, `${Date.now() - startedAt} ms`)
      const [row] = await t.sql<{ count: number }[]>`
        select count(*) from indicators.entry where state = 'published' and typed_by = 'dulieu-khcn'`
      assert.equal(row?.count, figures)
    } finally {
      await context.close()
    }
  },
  { timeoutMs: 240_000 },
)

dbTest('what is no figure comes back beside its cell with what was typed', async (t) => {
  const answer = await t.as('dulieu-khcn').submit('/nhap-lieu', { 'o-0': 'mười', viec: 'gui' })
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /“mười” không phải là số/)
  assert.match(answer.body, /value="mười"/)
})

dbTest('what an article told once is nobody’s debt, and is typed where its period is asked for', async (t) => {
  const custodian = t.as('dulieu-khcn')
  assert.doesNotMatch((await custodian.get('/nhap-lieu')).body, /tỉnh bạn|thành phố bạn/)
  assert.match((await custodian.get('/nhap-lieu?ky=2025')).body, /Kinh phí đề án chuyển đổi số \(tỉnh bạn\)/)
})

dbTest('only those who type, approve and define reach these pages', async (t) => {
  assert.equal((await t.as('canbo-nhatrang').get('/nhap-lieu')).statusCode, 403)
  assert.equal((await t.as('lanhdao').get('/quan-tri/chi-tieu')).statusCode, 403)
  const none = await t.as('canbo-nhatrang').get('/duyet')
  assert.match(none.body, /Không có số liệu nào chờ/)
})

dbTest('a definition is changed only with a reason, and the change is a version of its own', async (t) => {
  const path = '/quan-tri/chi-tieu/dossier.on-time'
  const administrator = t.as('quantri')
  const refused = await sendForm(administrator, { page: path }, { ten: 'Tên mới', 'ly-do': '', viec: 'luu' })
  assert.equal(refused.statusCode, 422)
  assert.match(refused.body, /Nêu lý do/)
  const changes = { ten: 'Tên mới của chỉ tiêu', 'ly-do': 'Thử đổi tên', viec: 'luu' }
  const answer = await sendForm(administrator, { page: path }, changes)
  assert.equal(answer.statusCode, 303)
  const shown = await administrator.get(path)
  assert.match(shown.body, /Tên mới của chỉ tiêu/)
  assert.match(shown.body, /Bản 2 \(đang dùng\)/)
})
