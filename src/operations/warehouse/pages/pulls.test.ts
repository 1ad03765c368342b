import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendForm } from '#test/forms'
import { dbTest } from '#test/harness'
import { processSource } from '../import.ts'
import { runPull } from '../inlets/pull.ts'

const list = '/nguon/air-stations/lay-du-lieu'
const fromWeb = `${list}/them?loai=http`
const fromDatabase = `${list}/them?loai=database`

const csv = 'tram,dia_ban,thoi_diem,pm25,pm10\nT1,22366,2026-11-20 08:00,12.5,30\nT1,22366,2026-11-20 09:00,sai,31\n'

async function withServer(answer: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/khong-khi.csv`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const idOf = (html: string): number => Number(new RegExp(`${list}/(\\d+)"`).exec(html)?.[1])

dbTest(
  'a file is fetched by a schedule made on a page: its state, counts, last fault and next run are shown there',
  async (t) => {
    const keeper = t.as('dulieu-nnmt')
    assert.match((await keeper.get('/nguon/air-stations')).body, new RegExp(`href="${list}"`), 'a link leads there')
    let isThere = false
    const answer: RequestListener = (_request, response) => {
      if (isThere) response.writeHead(200, { etag: '"v1"' }).end(csv)
      else response.writeHead(404).end()
    }
    await withServer(answer, async (url) => {
      const made = await sendForm(
        keeper,
        { page: fromWeb },
        { 'dia-chi': url, lich: 'khac', 'lich-rieng': '*/10 * * * *' },
      )
      assert.equal(made.statusCode, 303, made.body)
      const fresh = (await keeper.get(list)).body
      assert.match(fresh, /Chờ lần đầu/)
      assert.match(fresh, /Lịch riêng: \*\/10/)
      const id = idOf(fresh)
      const asked = await keeper.submit(`${list}/${id}/chay`, {})
      assert.match((await keeper.get(String(asked.headers.location))).body, /Đã yêu cầu lấy ngay/)
      const [job] =
        await t.sql`select count(*)::int as count from graphile_worker.jobs where task_identifier = 'warehouse.pull'`
      assert.equal(job?.count, 1, 'a worker is asked')
      await runPull(t.context(), id)
      const failed = (await keeper.get(list)).body
      assert.match(failed, /Lỗi 1 lần liền/)
      assert.match(failed, /404/, 'the fault is told in words')
      isThere = true
      await runPull(t.context(), id)
      await processSource(t.context(), 'air-stations')
      const landed = (await keeper.get(list)).body
      assert.match(landed, /Đang lấy theo lịch/)
      assert.match(landed, /đã nhận 2, ghi mới 1, thay bản cũ 0, trùng 0, cách ly 1/)
      assert.match(landed, /10:10/, 'the next run, by the schedule')
      await runPull(t.context(), id)
      assert.match((await keeper.get(list)).body, /không thay đổi so với lần trước/)
      assert.match((await keeper.get(`${list}/${id}`)).body, /&quot;v1&quot;/)
    })
  },
)

dbTest('a schedule is edited, paused, taken up again and deleted on its page', async (t) => {
  const keeper = t.as('quantri')
  await sendForm(keeper, { page: fromWeb }, { 'dia-chi': 'http://127.0.0.1:9/a.csv' })
  const id = idOf((await keeper.get(list)).body)
  const page = `${list}/${id}`
  const wrong = await sendForm(keeper, { page }, { lich: 'khac', 'lich-rieng': 'mỗi sáng', 'lan-thu': '99' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /id="lich-rieng-error"/)
  assert.match(wrong.body, /id="lan-thu-error"/)
  assert.match(wrong.body, /value="mỗi sáng"/, 'what was typed is kept')
  const saved = await sendForm(keeper, { page }, { 'xac-thuc': 'khoa-thu', lich: '5 * * * *' })
  assert.equal(saved.statusCode, 303)
  const shown = (await keeper.get(page)).body
  assert.match(shown, /secrets\/pull\/khoa-thu/, 'a secret that is not there is told')
  assert.match(shown, /Hằng giờ/)
  await keeper.submit(`${page}/tam-dung`, {})
  assert.match((await keeper.get(list)).body, /Tạm dừng<\/span>/)
  await keeper.submit(`${page}/lay-lai`, {})
  assert.match((await keeper.get(list)).body, /Chờ lần đầu/)
  assert.equal((await keeper.submit(`${page}/xoa`, {})).statusCode, 303)
  assert.equal((await keeper.get(page)).statusCode, 404)
  assert.match((await keeper.get(list)).body, /Chưa lấy gì theo lịch/)
})

dbTest('rows of a database are asked for with watermark and key; drivers never tried are marked so', async (t) => {
  const keeper = t.as('quantri')
  const empty = await sendForm(keeper, { page: fromDatabase }, { cot: '', khoa: '', moc: '' })
  for (const field of ['may-chu', 'co-so', 'tai-khoan', 'mat-khau', 'bang', 'cot', 'moc', 'khoa'])
    assert.match(empty.body, new RegExp(`id="${field}-error"`), field)
  const form = {
    he: 'oracle',
    'may-chu': 'csdl.la.invalid',
    'co-so': 'MOITRUONG',
    'tai-khoan': 'doc',
    'mat-khau': 'csdl-moi-truong',
    bang: 'SO_DO',
    moc: 'CAP_NHAT',
    khoa: 'ID',
  }
  const refused = await sendForm(keeper, { page: fromDatabase }, form)
  assert.equal(refused.statusCode, 422)
  assert.match(refused.body, /id="may-chu-error"/)
  assert.match(refused.body, /TRAM_PULL_HOSTS/)
  assert.match(refused.body, /Oracle \(chưa được thử\)/)
  const made = await sendForm(keeper, { page: fromDatabase }, { ...form, 'may-chu': '127.0.0.1' })
  assert.equal(made.statusCode, 303, made.body)
  const id = idOf((await keeper.get(list)).body)
  const shown = (await keeper.get(`${list}/${id}`)).body
  assert.match(shown, /Oracle: chưa được thử/)
  assert.match(shown, /1521/, 'the port of its kind')
  const [row] = await t.sql`select settings from warehouse.pull where id = ${id}`
  assert.ok(row?.settings.columns.includes('pm25'), 'the columns of the contract are proposed')
})

dbTest('only who manages the source meets its schedules', async (t) => {
  await sendForm(t.as('quantri'), { page: fromWeb }, { 'dia-chi': 'http://127.0.0.1:9/a.csv' })
  assert.equal((await t.as('lanhdao').get(list)).statusCode, 403)
  assert.ok([403, 404].includes((await t.as('dulieu-nhatrang').get(list)).statusCode))
  const id = idOf((await t.as('quantri').get(list)).body)
  for (const deed of ['chay', 'tam-dung', 'xoa'])
    assert.ok([403, 404].includes((await t.as('dulieu-nhatrang').submit(`${list}/${id}/${deed}`, {})).statusCode), deed)
  assert.equal((await t.as('quantri').submit(`/nguon/citizen-reports/lay-du-lieu/${id}/xoa`, {})).statusCode, 404)
})

dbTest('the page of a source says every way of sending, to those who may send', async (t) => {
  const shown = (await t.as('dulieu-nnmt').get('/nguon/air-stations')).body
  assert.match(shown, /Cách gửi dữ liệu vào nguồn này/)
  assert.match(shown, /POST http:\/\/[^<]*\/api\/v1\/sources\/air-stations\/records/)
  assert.match(shown, /--scope source:air-stations/)
  assert.match(shown, /inbox\/air-stations/)
  assert.doesNotMatch((await t.as('lanhdao').get('/nguon/air-stations')).body, /Cách gửi dữ liệu/)
})
