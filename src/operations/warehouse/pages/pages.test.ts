import assert from 'node:assert/strict'
import { dbTest, makeActor } from '#test/harness'
import { importBytes } from '../import.ts'
import { findRecordByKey } from '../reading/quarantine.ts'
import { findCurrentContract } from '../store.ts'
import { loadSamples, makeSource, multipart, sendFile } from '../testing.ts'

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

const report = (ma: string, changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    ma,
    linh_vuc: 'Môi trường',
    kenh: 'Ứng dụng',
    don_vi: 'H32.22366',
    dia_ban: '22366',
    tiep_nhan: '2026-11-20T08:00:00+07:00',
    trang_thai: 'moi',
    noi_dung: 'Ông Nguyễn Văn Mẫu báo rác',
    cap_nhat: '2026-11-20T08:00:00+07:00',
    ...changes,
  })

type Test = Parameters<Parameters<typeof dbTest>[1]>[0]

async function importReports(t: Test, lines: string[]) {
  const contract = await findCurrentContract(t.sql, 'citizen-reports')
  return importBytes(t.context(), {
    source: 'citizen-reports',
    contractVersion: contract?.version ?? 1,
    channel: 'upload',
    fileName: 'phan-anh.jsonl',
    bytes: bytesOf(`${lines.join('\n')}\n`),
  })
}

dbTest('a source shows its counts, its landing and the line of each record', async (t) => {
  const { landing } = await importReports(t, [report('PA-1'), report('PA-2', { trang_thai: 'la' })])
  const officer = t.as('quantri')
  const list = await officer.get('/nguon?q=phan+anh')
  assert.match(list.body, /Phản ánh, kiến nghị của người dân/)
  const all = (await officer.get('/nguon')).body
  assert.match(all, /nguồn chưa gửi lần nào/)
  assert.doesNotMatch(all, /Cả \d\d nguồn đúng hạn/, 'what never came is not in time')
  assert.match((await officer.get('/nguon/citizen-reports')).body, /phan-anh\.jsonl/)
  const shown = await officer.get(`/nguon/citizen-reports/dot/${landing}`)
  assert.match(shown.body, /Dòng bị cách ly/)
  const id = await findRecordByKey(t.sql, 'citizen-reports', 'PA-1')
  const record = await officer.get(`/ban-ghi/${id}`)
  assert.match(record.body, /Dòng 1 của/)
  assert.doesNotMatch(record.body, /Nguyễn Văn Mẫu/, 'personal columns are masked')
  assert.match((await officer.get(`/ban-ghi/${id}/chi-tieu`)).body, /chỉ tiêu, .* con số/)
})

dbTest('a record of another time zone shows the time of its source, and says so', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx, {
    code: 'test-steps',
    timeZone: 'Europe/Amsterdam',
    kind: 'case-event',
    columns: [{ name: 'id' }, { name: 'case' }, { name: 'step' }, { name: 'at', type: 'instant' }],
    key: ['id'],
    map: { caseId: { column: 'case' }, activity: { column: 'step' }, occurredAt: { column: 'at' } },
  })
  await sendFile(ctx, 'test-steps', { name: 'a.csv', bytes: 'id,case,step,at\n1,a,x,2026-05-31 20:09:21\n' })
  const id = await findRecordByKey(t.sql, 'test-steps', '1')
  const { body } = await t.as('quantri').get(`/ban-ghi/${id}`)
  assert.match(body, /Giờ theo múi giờ của nguồn: Europe\/Amsterdam/)
  assert.match(body, /20:09 31\/05\/2026 theo giờ của nguồn/)
})

dbTest('personal columns are shown only for a purpose, which goes into the ledger', async (t) => {
  await importReports(t, [report('PA-1')])
  const id = await findRecordByKey(t.sql, 'citizen-reports', 'PA-1')
  const officer = t.as('quantri')
  const refused = await officer.submit(`/ban-ghi/${id}`, { 'muc-dich': '', 'ly-do': '' })
  assert.equal(refused.statusCode, 422)
  assert.doesNotMatch(refused.body, /Nguyễn Văn Mẫu/)
  const shown = await officer.submit(`/ban-ghi/${id}`, {
    'muc-dich': 'giai-quyet',
    'ly-do': 'Hồ sơ thử số 1',
  })
  assert.match(shown.body, /Nguyễn Văn Mẫu/)
  const other = await officer.submit(`/ban-ghi/${id}`, { 'muc-dich': 'to-mo', 'ly-do': 'Hồ sơ thử số 1' })
  assert.equal(other.statusCode, 403)
  assert.match(other.body, /quyền này chỉ được dùng để: “Giải quyết hồ sơ cụ thể”/)
  const reader = makeActor('chi-doc', { 'source:read': 'all' }, 'H32')
  const look = { 'muc-dich': 'giai-quyet', 'ly-do': 'Hồ sơ thử số 1' }
  assert.equal((await t.as(reader).submit(`/ban-ghi/${id}`, look)).statusCode, 403)
})

dbTest('an officer sees the records of his own commune and no others', async (t) => {
  await importReports(t, [report('PA-1'), report('PA-3', { don_vi: 'H32.KHCN' })])
  const nhatrang = t.as('dulieu-nhatrang')
  const [own, other] = await Promise.all(['PA-1', 'PA-3'].map((key) => findRecordByKey(t.sql, 'citizen-reports', key)))
  assert.equal((await nhatrang.get(`/ban-ghi/${own}`)).statusCode, 200)
  assert.equal((await nhatrang.get(`/ban-ghi/${other}`)).statusCode, 404)
  assert.equal((await nhatrang.get('/nguon/citizen-reports')).statusCode, 404)
  const found = await nhatrang.get('/ban-ghi?q=PA-')
  assert.match(found.body, /PA-1/)
  assert.doesNotMatch(found.body, /PA-3/)
})

dbTest('a set-aside record is mended at its cell and goes in', async (t) => {
  await importReports(t, [report('PA-2', { trang_thai: 'la' })])
  const keeper = t.as('quantri')
  const path = /\/cach-ly\/\d+/.exec((await keeper.get('/cach-ly?nguon=citizen-reports')).body)?.[0] ?? ''
  const contract = await findCurrentContract(t.sql, 'citizen-reports')
  const cell = `o-${contract?.body.columns.findIndex(({ name }) => name === 'trang_thai')}`
  const sheet = await keeper.get(path)
  assert.match(sheet.body, new RegExp(`id="${cell}-error"`))
  const still = await keeper.submit(path, { [cell]: 'chua-biet', viec: 'nhan' })
  assert.match(still.body, /value="chua-biet"/, 'what was typed is kept')
  const answer = await keeper.submit(path, { [cell]: 'moi', viec: 'nhan' })
  assert.equal(answer.statusCode, 303)
  assert.match(String(answer.headers.location), /^\/ban-ghi\/\d+$/)
  assert.match((await keeper.get('/cach-ly?nguon=citizen-reports')).body, /Không có bản ghi nào chờ xử lý/)
  assert.equal((await t.as('lanhdao').submit(path, { viec: 'nhan' })).statusCode, 403)
})

const visits = `Ngày;Điểm tham quan;Xã phường;Số lượt khách
01/10/2026;Tháp Bà;Phường Nha Trang;1.250
02/10/2026;Tháp Bà;Phường Nha Trang;1.480
03/10/2026;Bãi Dài;Xã Cam Lâm;2.310
`

dbTest('a stranger makes a contract for a CSV of his own and sees its number', async (t) => {
  const stranger = t.as('quantri')
  const begun = await stranger.inject({ method: 'POST', url: '/nguon/tao-moi', ...multipart('luot-khach.csv', visits) })
  assert.equal(begun.statusCode, 303)
  const path = String(begun.headers.location)
  assert.match((await stranger.get(`${path}/thu`)).body, /Chưa đủ để thử/)
  const about = await stranger.submit(`${path}/thong-tin`, {
    ten: 'Lượt khách tham quan',
    ma: '',
    'co-quan': 'H32.KHCN',
    'dau-moi': 'Trưởng phòng thử',
    'loai-can-cu': 'internal',
    'can-cu': 'Quy chế thử',
    'dinh-ky': 'month',
    han: '5',
    'cach-gui': 'delta',
  })
  assert.equal(about.headers.location, `${path}/cot`)
  const trial = await stranger.get(`${path}/thu`)
  assert.match(trial.body, /Mọi dòng đều đạt|dòng sẽ bị cách ly/)
  const kind = /name="loai"[^>]*value="([a-z-]+)"[^>]*checked/.exec((await stranger.get(`${path}/anh-xa`)).body)?.[1]
  assert.equal(kind, 'observation')
  const saved = await stranger.submit(`${path}/anh-xa`, {
    loai: 'observation',
    'cot-series': 'Điểm tham quan',
    'luon-property': 'Lượt khách',
    'cot-observedAt': 'Ngày',
    'cot-value': 'Số lượt khách',
    'cot-area': 'Xã phường',
  })
  assert.match(String(saved.headers.location), /danh-muc$/, 'names of areas are matched to codes first')
  const done = await stranger.submit(`${path}/thu`, {})
  assert.equal(done.headers.location, '/nguon/luot-khach-tham-quan/chi-tieu/tao-moi')
  const first = await stranger.submit('/nguon/luot-khach-tham-quan/chi-tieu/tao-moi', {
    ten: 'Tổng lượt khách',
    ma: 'du-lich.luot-khach',
    phep: 'sum',
    cua: 'value',
    ngay: 'observedOn',
    'don-vi-tinh': 'lượt',
    'co-quan': 'H32.KHCN',
    'chuc-danh': 'Trưởng phòng thử',
  })
  assert.equal(first.statusCode, 303)
  assert.match((await stranger.get('/nguon/luot-khach-tham-quan/chi-tieu')).body, /5\.040 lượt/)
})

dbTest('an upload says what it would do, and nothing has been done until it is told to', async (t) => {
  await importReports(t, [report('PA-1')])
  const custodian = t.as('quantri')
  const text = [report('PA-1'), report('PA-9'), report('PA-10', { don_vi: 'KHONG-CO' })].join('\n')
  const sent = await custodian.inject({
    method: 'POST',
    url: '/nguon/citizen-reports/tai-len',
    ...multipart('moi.jsonl', text),
  })
  const path = String(sent.headers.location)
  const preview = await custodian.get(path)
  assert.match(preview.body, /2 dòng đạt, 1 dòng sẽ bị cách ly/)
  assert.equal(await findRecordByKey(t.sql, 'citizen-reports', 'PA-9'), undefined)
  const wrong = await custodian.inject({
    method: 'POST',
    url: '/nguon/citizen-reports/tai-len',
    ...multipart('van-ban.jsonl', '%PDF-1.7\n%thử\n1 0 obj\n'),
  })
  assert.match((await custodian.get(String(wrong.headers.location))).body, /Tệp này không nhập được/)
  assert.equal((await custodian.submit(path, { viec: 'nhap' })).statusCode, 303)
  assert.ok(await findRecordByKey(t.sql, 'citizen-reports', 'PA-9'))
})
