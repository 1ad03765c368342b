import assert from 'node:assert/strict'
import { setTarget } from '#indicators'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { sampleDossiers, takeIn } from './testing.ts'

const idOf = async (t: DbTest, indicator: string, organisation: string, period: string) => {
  const [row] = await t.sql<{ id: number }[]>`
    select id from indicators.fact where indicator = ${indicator} and organisation = ${organisation} and area = ''
      and period = ${period} and superseded_at is null`
  assert.ok(row, `${indicator} ${organisation} ${period}`)
  return row.id
}

dbTest('the overview of a unit without records says what would be here', async (t) => {
  const page = await t.as('lanhdao').get('/?don-vi=H32.22333')
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /Chưa có số liệu nào của đơn vị này/)
})

dbTest('the overview shows the share on time, its shortfall, and the commune and procedure behind it', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const { body, statusCode } = await t.as('lanhdao').get('/')
  assert.equal(statusCode, 200)
  assert.match(body, /Nội dung cần chỉ đạo/)
  assert.match(body, /76,92/, '10 of 13 ended dossiers')
  assert.match(body, /data-live="indicator:dossier\.on-time"/)
  assert.match(body, /Đơn vị cần chú ý[\s\S]*UBND phường Nha Trang/)
  assert.match(body, /quyền sử dụng đất: 3 trên 3/)
  assert.match(body, /1\/\d+<\/strong> nguồn đúng hạn, \d+ nguồn chưa gửi lần nào/)
})

dbTest('a commune’s leader sees his commune first and no other', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const [leader] = await t.sql<{ account: string; organisation: string }[]>`
    select a.name as account, a.organisation from identity.account a where a.organisation like 'H32.2%' order by a.name limit 1`
  assert.ok(leader)
  const asker = t.as(leader.account)
  const own = await asker.get('/')
  assert.equal(own.statusCode, 200)
  assert.equal((await asker.get('/?don-vi=H32')).statusCode, 403)
  assert.equal((await asker.get('/chi-tieu/dossier.on-time?don-vi=H32')).statusCode, 403)
})

dbTest('a number opens to exactly the records behind it', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const id = await idOf(t, 'dossier.on-time', 'H32.22366', '2026-11')
  const { body } = await t.as('lanhdao').get(`/so-lieu/${id}`)
  assert.match(body, /75,00/)
  assert.match(body, /Mẫu số[\s\S]*12/)
  assert.equal(body.match(/<a href="\/ban-ghi\/\d+"/g)?.length, 12)
  const numerator = await t.as('lanhdao').get(`/so-lieu/${id}?phan=0`)
  assert.equal(numerator.body.match(/<a href="\/ban-ghi\/\d+"/g)?.length, 9)
  const narrowed = await t
    .as('lanhdao')
    .get(`/so-lieu/${id}?phan=1&truong=caseType&la=${encodeURIComponent('Cấp giấy chứng nhận quyền sử dụng đất')}`)
  assert.equal(narrowed.body.match(/<a href="\/ban-ghi\/\d+"/g)?.length, 3)
  const csv = await t.as('lanhdao').get(`/so-lieu/${id}/ban-ghi.csv?phan=1`)
  assert.equal(csv.body.trim().split('\r\n').length, 13, 'a head and twelve lines')
})

dbTest(
  'an address that nobody wrote is answered with words or with the beginning of the list, never with a failure',
  async (t) => {
    await takeIn(t.context(), sampleDossiers)
    const id = await idOf(t, 'dossier.on-time', 'H32.22366', '2026-11')
    const leader = t.as('lanhdao')
    for (const field of ['nosuch', 'startedAt', 'endedOn'])
      assert.equal((await leader.get(`/so-lieu/${id}?truong=${field}&la=x`)).statusCode, 422, field)
    assert.equal((await leader.get('/chi-tieu/dossier.on-time?tai=0001-01-01T00:00')).statusCode, 422)
    for (const after of ['2026-11-25~99999999999999999999~0', '9999-99-99~1~0', 'x'])
      for (const path of ['/ban-ghi', `/so-lieu/${id}`])
        assert.equal((await leader.get(`${path}?after=${after}`)).statusCode, 200, `${path} ${after}`)
    const next = await leader.get(`/api/v1/facts/${id}/records?after=0~9999-99-99~1~1`)
    assert.equal(next.statusCode, 422)
  },
)

dbTest('the page of an indicator says how it is counted, on which basis, and by unit', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const { body } = await t.as('lanhdao').get('/chi-tieu/dossier.on-time')
  assert.match(
    body,
    /Tỷ lệ phần trăm của số hồ sơ, vụ việc mà có “hẹn trả lúc” và “kết thúc lúc” không muộn hơn “hẹn trả lúc”/,
  )
  assert.match(body, /chưa đối chiếu văn bản/)
  assert.match(body, /Theo đơn vị[\s\S]*phường Nha Trang/)
  assert.match(body, /Kế hoạch giao 98,00%/)
})

dbTest(
  'a target given on the page counts on every card before that of the definition, until it is taken away',
  async (t) => {
    await takeIn(t.context(), sampleDossiers)
    const leader = t.as('lanhdao')
    const unit = '/chi-tieu/dossier.on-time?don-vi=H32.22366&ky=2026-11'
    assert.match((await leader.get(unit)).body, /Kế hoạch giao 98,00%/)
    const given = { indicator: 'dossier.on-time', organisation: 'H32.22366', period: '2026-11' }
    const chief = t.context(makeActor('lanhdao-mau', { 'target:write': 'all' }))
    await setTarget(chief, { ...given, value: 70, basis: 'Quyết định 12/QĐ-UBND (mẫu)' })
    const { body } = await leader.get(unit)
    assert.match(body, /Kế hoạch giao 70,00%/)
    assert.doesNotMatch(body, /card-breach/)
    assert.doesNotMatch(
      (await leader.get('/')).body,
      /Đơn vị cần chú ý[\s\S]*UBND phường Nha Trang[\s\S]*quyền sử dụng đất/,
    )
    assert.match((await leader.get('/chi-tieu/dossier.on-time')).body, /Kế hoạch giao 98,00%/, 'others keep theirs')
    await setTarget(chief, { ...given, value: null, basis: 'Quyết định 13/QĐ-UBND (mẫu)' })
    assert.match((await leader.get(unit)).body, /Kế hoạch giao 98,00%/)
  },
)

dbTest('the table of units can be taken along as a file with the same rows', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const leader = t.as('lanhdao')
  const { body } = await leader.get('/chi-tieu/dossier.on-time')
  const links = [...body.matchAll(/href="(\/chi-tieu\/dossier\.on-time\/don-vi\.(?:csv|xlsx)[^"]*)"/g)].map(
    ([, href]) => String(href).replaceAll('&amp;', '&'),
  )
  assert.equal(links.length, 2)
  const [csv = '', xlsx = ''] = links
  const file = await leader.get(csv)
  assert.equal(file.statusCode, 200)
  const [titles, first, ...rest] = file.body.trim().split('\r\n')
  assert.match(titles ?? '', /Mã đơn vị,Đơn vị,Giá trị \(%\),Kế hoạch giao,So với kế hoạch,Kỳ trước,Mẫu số/)
  assert.equal(first, 'H32.22366,UBND phường Nha Trang,75,98,chưa đạt,,12', 'the worst comes first, as on the page')
  assert.ok(rest.length > 60, 'units without a number have their line too')
  const book = await leader.get(xlsx)
  assert.equal(book.statusCode, 200)
  assert.equal(book.body.slice(0, 2), 'PK')
  assert.equal((await t.as('dulieu-khcn').get(`${csv.split('?')[0]}?don-vi=H32`)).statusCode, 403)
})

dbTest('the number of an earlier moment is shown as it was known then, with a clear bar', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const later = t.at(new Date(t.now.getTime() + 3 * 3_600_000))
  await takeIn(later.context(), [
    {
      code: 'H32.22366-261102-1099',
      area: '22366',
      startedOn: '2026-11-02',
      dueOn: '2026-11-06',
      endedOn: '2026-11-09',
    },
  ])
  const now = await later.as('lanhdao').get('/chi-tieu/dossier.on-time?don-vi=H32.22366')
  assert.match(now.body, /69,23/)
  const then = await later.as('lanhdao').get('/chi-tieu/dossier.on-time?don-vi=H32.22366&tai=2026-11-23T11:00')
  assert.match(then.body, /Đang xem lại số liệu như đã biết lúc 11:00 23\/11\/2026/)
  assert.match(then.body, /75,00/)
})

dbTest('who saw a number that was corrected later can be named', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const id = await idOf(t, 'dossier.on-time', 'H32', '2026-11')
  await t.as('lanhdao').get('/')
  const { body } = await t.as('quantri').get(`/so-lieu/${id}`)
  assert.match(body, /Ai đã xem bản số liệu này[\s\S]*lanhdao/)
})

dbTest('a custodian’s explanation shows on the card; others may not write for his unit', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const fields = { 'don-vi': 'H32.KHCN', ky: '2026-11', kind: 'explanation', text: 'Hệ thống mất điện hai ngày.' }
  const answer = await t.as('dulieu-khcn').submit('/chi-tieu/dossier.on-time/giai-trinh', fields)
  assert.equal(answer.statusCode, 303)
  const page = await t.as('lanhdao').get('/chi-tieu/dossier.on-time?don-vi=H32.KHCN&ky=2026-11')
  assert.match(page.body, /Hệ thống mất điện hai ngày/)
  const foreign = await t
    .as('dulieu-khcn')
    .submit('/chi-tieu/dossier.on-time/giai-trinh', { ...fields, 'don-vi': 'H32.TC' })
  assert.equal(foreign.statusCode, 403)
})

dbTest('the list finds indicators without diacritics and filters by state', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const found = await t.as('lanhdao').get('/chi-tieu?q=dung+han')
  assert.match(found.body, /Tỷ lệ hồ sơ giải quyết đúng hạn/)
  assert.doesNotMatch(found.body, /Nồng độ bụi/)
  const bad = await t.as('lanhdao').get('/chi-tieu?tinh-trang=breach')
  assert.match(bad.body, /Tỷ lệ hồ sơ giải quyết đúng hạn/)
  const csv = await t.as('lanhdao').get('/chi-tieu.csv?q=dung+han')
  assert.match(csv.body, /dossier\.on-time/)
})

dbTest('an address that is none of a period, a moment or a unit is refused in words', async (t) => {
  const leader = t.as('lanhdao')
  assert.equal((await leader.get('/?ky=2026-13')).statusCode, 422)
  assert.equal((await leader.get('/?tai=hom-qua')).statusCode, 422)
  assert.equal((await leader.get('/?tai=2030-01-01T00:00')).statusCode, 422)
  assert.equal((await leader.get('/?don-vi=KHONG-CO')).statusCode, 404)
  assert.equal((await leader.get('/so-lieu/999999999')).statusCode, 404)
})
