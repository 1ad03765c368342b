import assert from 'node:assert/strict'
import { browser, cloneTest, dbTest, findAxeFaults, makeActor, signIn } from '#test/harness'
import { changeCalendarDays } from '../actions.ts'
import { insertMoved, listRecounts } from '../recount/store.ts'

const administrator = makeActor('quan-tri-thu', { 'calendar:edit': 'all', 'indicator:read': 'all' })
const closure = {
  'ngay-day': '25',
  'ngay-month': '11',
  'ngay-year': '2026',
  loai: 'closure',
  ten: 'Nghỉ phòng, chống bão',
  'can-cu': 'Công điện thử số 1',
}
const change = '/quan-tri/lich/khanh-hoa/2026/ngay'

const give = `
  insert into directives.directive (code, title, words, source_kind, giver, giver_name, recorded_by, recorded_by_name, authority, office,
    state, document_number, issued_at, recorded_at, search_key)
  values ('NV-THU', 'Nhiệm vụ thử', 'Nội dung', 'hand', 'phochutich', 'A', 'phochutich', 'A', 'H32', 'H32.VP', 'issued', '1/T', now(), now(), '');
  insert into directives.part (code, directive, number, organisation, state, budget_amount, budget_unit, started_at, due_at, moved_at)
  values ('NV-THU', 'NV-THU', 1, 'H32.KHCN', 'accepted', 3, 'working-day', '2026-11-23T03:00:00Z', '2026-11-26T10:00:00Z', now())`

dbTest('before a day is changed the page says how many clocks move, by how much, and hands out the list', async (t) => {
  await t.sql.unsafe(give)
  const asker = t.as(administrator)
  const seen = await asker.submit(change, { ...closure, viec: 'xem' })
  assert.equal(seen.statusCode, 200)
  assert.match(seen.body, /Sẽ đổi 1 thời hạn đang chạy/)
  assert.match(seen.body, /lùi 1 ngày/)
  assert.match(seen.body, /NV-THU/)
  const file = await asker.submit(change, { ...closure, viec: 'csv' })
  assert.match(String(file.headers['content-disposition']), /thoi-han-se-doi-khanh-hoa\.csv/)
  assert.match(file.body, /NV-THU,H32\.KHCN,[^,]+,2026-11-26T10:00:00\.000Z,2026-11-27T10:00:00\.000Z,lùi 1 ngày/)
  assert.equal((await listRecounts(t.sql, 'khanh-hoa', 5)).length, 0, 'nothing has been changed')
  assert.equal((await asker.submit(change, { ...closure, viec: 'luu' })).statusCode, 303)
  const [recount] = await listRecounts(t.sql, 'khanh-hoa', 5)
  const list = await asker.get('/quan-tri/lich/khanh-hoa/tinh-lai')
  assert.match(list.body, /Đang tính lại/)
  const page = await asker.get(`/quan-tri/lich/khanh-hoa/tinh-lai/${recount?.id}`)
  assert.match(page.body, /Công điện thử số 1/)
})

dbTest('a recount is shown to who administers its calendar, and its list is a file', async (t) => {
  await changeCalendarDays(t.context(administrator), 'khanh-hoa', {
    set: [{ date: '2026-11-25', kind: 'closure', name: 'Bão', citation: 'Công điện thử' }],
    remove: [],
    citation: 'Công điện thử',
  })
  const [recount] = await listRecounts(t.sql, 'khanh-hoa', 5)
  assert.ok(recount)
  const [before, after] = [new Date('2026-11-26T10:00:00Z'), new Date('2026-11-27T10:00:00Z')]
  const move = { key: '1', code: '=1+1', url: '/nhiem-vu/NV', organisation: 'H32.KHCN', before, after }
  await insertMoved(t.sql, recount.id, 'directives.part', [move])
  const address = `/quan-tri/lich/khanh-hoa/tinh-lai/${recount.id}`
  const page = await t.as(administrator).get(address)
  assert.match(page.body, /=1\+1/)
  assert.match((await t.as(administrator).get(`${address}?tep=csv`)).body, /'=1\+1/)
  assert.equal((await t.as(administrator).get(`${address}?tep=xlsx`)).statusCode, 200)
  const elsewhere = makeActor('noi-khac', { 'calendar:edit': ['H43'] })
  assert.equal((await t.as(elsewhere).get(address)).statusCode, 403)
  assert.equal((await t.as('dulieu-khcn').get(address)).statusCode, 403)
  for (const wrong of ['/quan-tri/lich/khanh-hoa/tinh-lai/999999', '/quan-tri/lich/khong-co/tinh-lai'])
    assert.equal((await t.as(administrator).get(wrong)).statusCode, 404, wrong)
})

cloneTest('the pages of a recount and the folded menu have no fault of access, wide and on a phone', async (t) => {
  await changeCalendarDays(t.context(), 'khanh-hoa', {
    set: [{ date: '2026-11-25', kind: 'closure', name: 'Bão', citation: 'Công điện thử' }],
    remove: [],
    citation: 'Công điện thử',
  })
  const [recount] = await listRecounts(t.sql, 'khanh-hoa', 1)
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  try {
    await signIn(page, t.url, 'quantri')
    for (const path of ['tinh-lai', `tinh-lai/${recount?.id}`]) {
      await page.goto(`${t.url}/quan-tri/lich/khanh-hoa/${path}`)
      assert.deepEqual(await findAxeFaults(page), [], path)
    }
    const menu = page.getByRole('navigation', { name: 'Danh mục chính' })
    assert.equal(await menu.getByRole('link', { name: 'Lịch làm việc' }).getAttribute('aria-current'), 'page')
    assert.equal(await menu.getByRole('link', { name: 'Chỉ tiêu', exact: true }).isVisible(), false)
    await menu.getByText('Số liệu', { exact: true }).focus()
    await page.keyboard.press('Enter')
    assert.equal(await menu.getByRole('link', { name: 'Chỉ tiêu', exact: true }).isVisible(), true)
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('button', { name: 'Danh mục' }).click()
    assert.deepEqual(await findAxeFaults(page), [], 'the open menu on a phone')
  } finally {
    await context.close()
  }
})
