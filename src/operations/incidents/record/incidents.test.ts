import assert from 'node:assert/strict'
import type { Sql, Transaction } from '#platform/sql'
import { dbTest } from '#test/harness'
import { endAll, endTaskBy, open, plain, sendParts } from '../testing.ts'
import { openIncidentPath } from './face.ts'

const minutes = (now: Date, count: number) => new Date(now.getTime() + count * 60_000)

dbTest(
  'a flood opened with its playbook gives each unit its task, those that wait begin when the step before ends',
  async (t) => {
    const operator = t.as('trucban')
    const code = await open(operator)
    assert.match(code, /^TH-2026-\d{4}$/)
    const before = plain((await operator.get(`/tinh-huong/${code}/nhiem-vu`)).body)
    assert.match(before, /1\. Xác minh mực nước và dự báo/)
    assert.match(before, /Chờ bước trước/)
    const first = await t.sql<{ dueAt: Date }[]>`
    select due_at from incidents.task where incident = ${code} and number = 1`
    assert.deepEqual(first[0]?.dueAt, minutes(t.now, 10))

    const later = t.at(minutes(t.now, 4))
    assert.equal((await endTaskBy(later.as('trucban'), code, 1)).statusCode, 303)
    const [second] = await t.sql<{ state: string; dueAt: Date }[]>`
    select state, due_at from incidents.task where incident = ${code} and step = 'hop-chi-huy'`
    assert.equal(second?.state, 'open')
    assert.deepEqual(second?.dueAt, minutes(t.now, 49), 'forty-five minutes after the first step has ended')
    const log = plain((await later.as('trucban').get(`/tinh-huong/${code}`)).body)
    assert.match(log, /Xong nhiệm vụ 1: Xác minh mực nước và dự báo\. Đã làm, có ảnh\./)
  },
)

dbTest('a task that needs evidence ends only with a result or a file, and is skipped only with a reason', async (t) => {
  const operator = t.as('trucban')
  const code = await open(operator)
  const bare = await endTaskBy(operator, code, 1, { 'ket-qua': '' })
  assert.equal(bare.statusCode, 422)
  assert.match(plain(bare.body), /cần minh chứng: mực nước, giờ đo, tên trạm/)
  assert.equal((await endTaskBy(operator, code, 1, { cach: 'skipped', 'ket-qua': ' ' })).statusCode, 422)
  const withFile = await sendParts(
    operator,
    `/tinh-huong/${code}/nhiem-vu/1/ket-thuc`,
    { cach: 'done', 'ket-qua': '' },
    { name: 'so-do.txt', text: 'Mực nước 9,42 m' },
  )
  assert.equal(withFile.statusCode, 303)
  const page = await operator.get(`/tinh-huong/${code}/nhiem-vu/1`)
  const href = /href="(\/tinh-huong\/[^"]+\/tep\/[0-9a-f]{64})"/.exec(page.body)?.[1] ?? ''
  assert.match((await operator.get(href)).body, /Mực nước 9,42 m/)
  assert.equal((await operator.get(href.replace(/[0-9a-f]{64}/, '0'.repeat(64)))).statusCode, 404)
  assert.equal((await endTaskBy(operator, code, 1)).statusCode, 422, 'what has ended does not end again')
})

dbTest(
  'an incident is not closed with open tasks by any way; closing needs a conclusion; reopening keeps its history',
  async (t) => {
    const operator = t.as('trucban')
    const code = await open(operator)
    const refused = await operator.submit(`/tinh-huong/${code}/dong`, { 'ket-luan': 'Đã xong.' })
    assert.equal(refused.statusCode, 422)
    assert.match(plain(refused.body), /Còn 9 nhiệm vụ chưa kết thúc/)
    await assert.rejects(
      inSavepoint(
        t.sql,
        (sql) => sql`
        update incidents.incident set state = 'closed', closed_at = now(), conclusion = 'x' where code = ${code}`,
      ),
      /open tasks/,
    )
    await endAll(operator, code, 9)
    assert.equal((await operator.submit(`/tinh-huong/${code}/dong`, { 'ket-luan': '  ' })).statusCode, 422)
    assert.equal((await operator.submit(`/tinh-huong/${code}/dong`, { 'ket-luan': 'Nước đã rút.' })).statusCode, 303)
    const late = await operator.submit(`/tinh-huong/${code}/nhiem-vu`, { title: 'Thêm', 'don-vi': 'H32', han: '23:00' })
    assert.equal(late.statusCode, 422)
    assert.equal((await operator.submit(`/tinh-huong/${code}/mo-lai`, { 'ly-do': '' })).statusCode, 422)
    assert.equal((await operator.submit(`/tinh-huong/${code}/mo-lai`, { 'ly-do': 'Nước lên lại.' })).statusCode, 303)
    const page = plain((await operator.get(`/tinh-huong/${code}`)).body)
    assert.match(page, /Đang xử lý, lần 2/)
    assert.match(page, /Đóng\. Kết luận: Nước đã rút\./)
  },
)

/** A statement that may fail without ending the test's transaction. */
async function inSavepoint(sql: unknown, work: (sql: Sql) => PromiseLike<unknown>): Promise<void> {
  // The test's connection is a transaction.
  await (sql as Transaction).savepoint(async (inner) => {
    await work(inner)
  })
}

dbTest(
  'the log is only added to: a correction stands beside what it corrects, and the table refuses changes',
  async (t) => {
    const operator = t.as('trucban')
    const code = await open(operator)
    const write = (fields: Record<string, string>, file?: { name: string; text: string }) =>
      sendParts(
        operator,
        `/tinh-huong/${code}/dien-bien`,
        { loai: 'damage', 'noi-dung': 'Ngập 12 nhà', ...fields },
        file,
      )
    assert.equal((await write({}, { name: 'anh.txt', text: 'ảnh' })).statusCode, 303)
    const [entry] = await t.sql<{ id: number }[]>`
    select id from incidents.log_entry where incident = ${code} and kind = 'damage'`
    assert.equal((await write({ 'dinh-chinh': String(entry?.id), 'noi-dung': 'Ngập 21 nhà' })).statusCode, 303)
    assert.equal((await write({ 'dinh-chinh': '999999' })).statusCode, 422)
    const body = (await operator.get(`/tinh-huong/${code}`)).body
    assert.match(body, /<s>Ngập 12 nhà<\/s>/)
    assert.match(body, /Ngập 21 nhà/)
    for (const change of ['update', 'delete'] as const)
      await assert.rejects(
        inSavepoint(t.sql, (sql) =>
          change === 'update'
            ? sql`update incidents.log_entry set text = 'khác' where id = ${entry?.id ?? 0}`
            : sql`delete from incidents.log_entry where id = ${entry?.id ?? 0}`,
        ),
        /only added to/,
      )
    const csv = (await operator.get(`/tinh-huong/${code}?tep=csv`)).body
    assert.match(csv, /Ngập 21 nhà/)
  },
)

dbTest('disasters have a risk level and the rest a severity: the two scales never mix', async (t) => {
  const operator = t.as('trucban')
  const wrong = await operator.submit('/tinh-huong/mo', {
    loai: 'flood',
    cap: 'critical',
    ten: 'Lũ',
    noi: 'Mẫu',
    'don-vi': 'H32',
  })
  assert.equal(wrong.statusCode, 422)
  assert.match(plain(wrong.body), /Thiên tai có cấp độ rủi ro từ Cấp 1 đến Cấp 5/)
  assert.equal(
    (await operator.submit('/tinh-huong/mo', { loai: 'cyber', cap: '3', ten: 'Mã độc', noi: 'Mẫu', 'don-vi': 'H32' }))
      .statusCode,
    422,
  )
  const storm = await open(operator, { loai: 'storm', cap: '3', 'kich-ban': 'bao' })
  const cyber = await open(operator, { loai: 'cyber', cap: 'critical', 'kich-ban': 'su-co-attt' })
  assert.match((await operator.get(`/tinh-huong/${storm}`)).body, /class="risk risk-3">Cấp 3/)
  assert.match((await operator.get(`/tinh-huong/${cyber}`)).body, /severity severity-critical/)
})

dbTest('one alert has one incident, and one form opens one, however often it is sent', async (t) => {
  const operator = t.as('trucban')
  const khoa = 'mot-lan-nhap'
  const code = await open(operator, { khoa, 'canh-bao': 'CB-0001' })
  assert.equal(await open(operator, { khoa, 'canh-bao': 'CB-0001' }), code)
  const other = await t.as('lanhdao').submit('/tinh-huong/mo', {
    loai: 'flood',
    cap: '2',
    ten: 'Lũ',
    noi: 'Mẫu',
    'don-vi': 'H32',
    'canh-bao': 'CB-0001',
    khoa: 'khac',
  })
  assert.equal(other.statusCode, 422)
  assert.match(plain(other.body), new RegExp(`Cảnh báo này đã có tình huống ${code}`))
})

dbTest('who has a task in it sees the incident; other units do not, and change nothing', async (t) => {
  const code = await open(t.as('trucban'))
  assert.equal((await t.as('chutich-nhatrang').get(`/tinh-huong/${code}`)).statusCode, 200)
  assert.equal((await t.as('giamdoc-khcn').get(`/tinh-huong/${code}`)).statusCode, 404)
  assert.doesNotMatch((await t.as('giamdoc-khcn').get('/tinh-huong')).body, new RegExp(code))
  const strange = await t.as('chutich-nhatrang').submit(`/tinh-huong/${code}/dong`, { 'ket-luan': 'Đóng.' })
  assert.equal(strange.statusCode, 403)
  // Steps 1 to 3 are of others, step 4 is the ward's own.
  assert.equal((await endTaskBy(t.as('chutich-nhatrang'), code, 1)).statusCode, 403)
  for (const number of [1, 2, 3]) assert.equal((await endTaskBy(t.as('trucban'), code, number)).statusCode, 303)
  assert.equal((await endTaskBy(t.as('chutich-nhatrang'), code, 4)).statusCode, 303)
})

dbTest(
  'an alert leads to the form with its playbook, by code or by the name alerts use, and its severity where that is the scale',
  async (t) => {
    const operator = t.as('trucban')
    const flood = await operator.get(
      openIncidentPath({
        code: 'CB-1',
        headline: 'Ngập sâu',
        playbook: 'ngap-lut',
        severity: 'critical',
        point: [109.2, 12.25],
      }),
    )
    assert.match(flood.body, /<option value="lu-bd2" selected/)
    assert.match(
      flood.body,
      /<option value="2" selected/,
      'the risk level of the playbook, not the severity of the alert',
    )
    assert.match(flood.body, /value="12.25 109.2"/)
    const cyber = await operator.get(
      openIncidentPath({ code: 'CB-2', headline: 'Mã độc', playbook: 'an-ninh-mang', severity: 'high' }),
    )
    assert.match(cyber.body, /<option value="high" selected/)
  },
)
