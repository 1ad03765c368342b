import assert from 'node:assert/strict'
import ExcelJS from 'exceljs'
import { dbTest } from '#test/harness'
import { multipart } from '../testing.ts'

type Stranger = ReturnType<Parameters<Parameters<typeof dbTest>[1]>[0]['as']>

async function begin(stranger: Stranger, name: string, text: string | Buffer): Promise<string> {
  const begun = await stranger.inject({ method: 'POST', url: '/nguon/tao-moi', ...multipart(name, text) })
  assert.equal(begun.statusCode, 303, begun.body)
  const path = String(begun.headers.location)
  const about = {
    'co-quan': 'H32.KHCN',
    'dau-moi': 'Trưởng phòng thử',
    'loai-can-cu': 'internal',
    'can-cu': 'Quy chế thử',
  }
  const said = { ten: name.replace('.csv', ''), ma: '', ...about, 'dinh-ky': 'month', han: '5', 'cach-gui': 'delta' }
  assert.equal((await stranger.submit(`${path}/thong-tin`, said)).headers.location, `${path}/cot`)
  return path
}

/** Sends the form of a page as it stands: what was proposed is taken as it is. */
async function confirm(stranger: Stranger, path: string, changes: Record<string, string> = {}) {
  const { body } = await stranger.get(path)
  const fields: Record<string, string> = {}
  for (const [, tag = ''] of body.matchAll(/<input([^>]*)>/g)) {
    const of = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
    const isChoice = /type="(radio|checkbox)"/.test(tag)
    const name = of('name')
    if (name && name !== 'q' && (!isChoice || /\bchecked\b/.test(tag))) fields[name] = of('value') ?? ''
  }
  for (const [, name = '', options = ''] of body.matchAll(/<select[^>]*name="([^"]+)"[^>]*>(.*?)<\/select>/gs))
    fields[name] =
      /<option[^>]*selected[^>]*value="([^"]*)"|<option[^>]*value="([^"]*)"[^>]*selected/
        .exec(options)
        ?.slice(1)
        .find(Boolean) ?? ''
  return stranger.submit(path, { ...fields, ...changes })
}

dbTest('money with its unit, percent, telephone numbers: proposals alone lead to the number', async (t) => {
  const stranger = t.as('quantri')
  const row = (nth: number) =>
    `${nth};PH-${1000 + nth};Người Mẫu ${nth};090512345${nth};0${nth}/10/2026;${nth}.234.567 đ;${nth},5%;Đã trả`
  const text = `Số thứ tự;Mã phiếu;Họ và tên;Số điện thoại;Ngày nộp;Số tiền;Tỷ lệ;Trạng thái\n${[1, 2, 3, 4].map(row).join('\n')}\n`
  const path = await begin(stranger, 'phiếu thu.csv', text)
  assert.equal((await confirm(stranger, `${path}/cot`)).headers.location, `${path}/anh-xa`)
  assert.equal((await confirm(stranger, `${path}/anh-xa`)).headers.location, `${path}/thu`)
  const trial = (await stranger.get(`${path}/thu`)).body
  assert.match(trial, /Mọi dòng đều đạt/)
  assert.match(trial, /số viết cùng “đ”/)
  const done = await stranger.submit(`${path}/thu`, {})
  assert.equal(done.headers.location, '/nguon/phieu-thu/chi-tieu/tao-moi')
  const first = {
    ten: 'Tổng thu',
    ma: 'thu.tong',
    phep: 'sum',
    cua: 'attributes.Số tiền',
    ngay: 'startedOn',
    'don-vi-tinh': 'đồng',
    'co-quan': 'H32.KHCN',
    'chuc-danh': 'Trưởng phòng thử',
  }
  assert.equal((await stranger.submit('/nguon/phieu-thu/chi-tieu/tao-moi', first)).statusCode, 303)
  assert.match((await stranger.get('/nguon/phieu-thu/chi-tieu')).body, /10\.938\.268 đồng/)
  const { facts } = (await stranger.get('/api/v1/indicators/thu.tong/facts?organisation=H32.KHCN')).json()
  assert.ok(facts.length > 0)
  for (const fact of facts)
    assert.equal(fact.receivedAt, t.now.toISOString(), 'what is summed anew knows when it was received')
  const [record] = await t.sql<{ attributes: Record<string, unknown> }[]>`
    select attributes from warehouse.process_case where source = 'phieu-thu' and case_id = 'PH-1001'`
  assert.equal(record?.attributes['Tỷ lệ'], 1.5)
  assert.equal(record?.attributes['Số điện thoại'], '0905123451')
  const list = await stranger.get('/ban-ghi?loai=case&nguon=phieu-thu')
  assert.doesNotMatch(list.body, /0905123451|Người Mẫu 1/, 'personal columns are masked')
})

dbTest('a file without names of columns loses no row, and a person may say otherwise', async (t) => {
  const stranger = t.as('quantri')
  const text = ['HS1,2026-01-10,3,Nha Trang', 'HS2,2026-02-11,6,Nha Trang', 'HS3,2026-03-12,9,Cam Lâm'].join('\n')
  const path = await begin(stranger, 'khong-ten.csv', `${text}\n`)
  assert.match((await stranger.get(`${path}/cot`)).body, /value="du-lieu"[^>]*checked/)
  const turned = await confirm(stranger, `${path}/cot`, { 'dong-dau': 'ten' })
  assert.equal(turned.headers.location, `${path}/cot`)
  assert.match((await stranger.get(`${path}/cot`)).body, /<legend[^>]*>2026-01-10</)
  await confirm(stranger, `${path}/cot`, { 'dong-dau': 'du-lieu' })
  await confirm(stranger, `${path}/cot`)
  await confirm(stranger, `${path}/anh-xa`)
  assert.match((await stranger.get(`${path}/thu`)).body, /Thử cả 3 dòng/)
  assert.equal((await stranger.submit(`${path}/thu`, {})).statusCode, 303)
  const [kept] = await t.sql`
    select count(*) as count, sum(value)::int as sum from warehouse.observation where source = 'khong-ten'`
  assert.deepEqual({ ...kept }, { count: 3, sum: 18 })
})

dbTest('how many lines stand above the table is proposed, and a person may say otherwise', async (t) => {
  const stranger = t.as('quantri')
  const rows = [1, 2, 3, 4].map((nth) => `T${nth};0${nth}/10/2026;${nth},5`).join('\n')
  const path = await begin(stranger, 'tram-do.csv', `Số liệu đo\n\nTrạm;Ngày;Mực nước\n${rows}\n`)
  assert.match((await stranger.get(`${path}/cot`)).body, /name="bo-dong"[^>]*value="2"/)
  const wrong = await confirm(stranger, `${path}/cot`, { 'bo-dong': 'hai' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /phải là số từ 0 đến 1000/)
  const beyond = await confirm(stranger, `${path}/cot`, { 'bo-dong': '40' })
  assert.equal(beyond.statusCode, 422)
  assert.match(beyond.body, /Không thấy hàng tên cột/)
  assert.equal((await confirm(stranger, `${path}/cot`, { 'bo-dong': '3' })).headers.location, `${path}/cot`)
  assert.match((await stranger.get(`${path}/cot`)).body, /<legend[^>]*>T1</)
  await confirm(stranger, `${path}/cot`, { 'bo-dong': '2' })
  await confirm(stranger, `${path}/cot`)
  await confirm(stranger, `${path}/anh-xa`)
  assert.match((await stranger.get(`${path}/thu`)).body, /Thử cả 4 dòng/)
})

dbTest('a case without a column that names it is asked for in words', async (t) => {
  const stranger = t.as('quantri')
  const path = await begin(stranger, 'khong-ma.csv', 'Ngày nộp;Trạng thái\n01/10/2026;Chờ\n01/10/2026;Chờ\n')
  await confirm(stranger, `${path}/cot`)
  assert.equal((await confirm(stranger, `${path}/anh-xa`, { loai: 'case' })).statusCode, 303)
  const asked = await confirm(stranger, `${path}/anh-xa`)
  assert.equal(asked.statusCode, 422)
  assert.match(asked.body, /Mỗi hồ sơ cần một mã riêng/)
  assert.doesNotMatch((await stranger.get(`${path}/thu`)).body, /must be|cannot|there is no/)
})

dbTest('the sheet of a workbook is chosen on the page, and the contract reads that one', async (t) => {
  const stranger = t.as('quantri')
  const book = new ExcelJS.Workbook()
  book.addWorksheet('Bìa')
  for (const [name, count] of [
    ['Quý 3', 2],
    ['Quý 4', 3],
  ] as const)
    book
      .addWorksheet(name)
      .addRows([
        ['Ngày', 'Trạm', name],
        ...Array.from({ length: count }, (_, nth) => [`0${nth + 1}/10/2026`, 'Trạm thử', nth]),
      ])
  const path = await begin(stranger, 'quy.xlsx', Buffer.from(await book.xlsx.writeBuffer()))
  const shown = (await stranger.get(`${path}/cot`)).body
  assert.match(shown, /<option[^>]*selected[^>]*>Quý 3</)
  assert.match(shown, /<legend class="field-label">Quý 3</)
  const turned = await confirm(stranger, `${path}/cot`, { 'trang-tinh': 'Quý 4' })
  assert.equal(turned.headers.location, `${path}/cot`)
  assert.match((await stranger.get(`${path}/cot`)).body, /<legend class="field-label">Quý 4</)
  assert.equal((await confirm(stranger, `${path}/cot`)).headers.location, `${path}/anh-xa`)
  assert.equal((await confirm(stranger, `${path}/anh-xa`)).headers.location, `${path}/thu`)
  assert.match((await stranger.get(`${path}/thu`)).body, /Thử cả 3 dòng/)
  await stranger.submit(`${path}/thu`, {})
  const [made] =
    await t.sql`select body -> 'format' ->> 'sheet' as sheet from warehouse.contract where source = 'quy-xlsx'`
  assert.equal(made?.sheet, 'Quý 4')
})
