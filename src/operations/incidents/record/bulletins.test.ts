import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Asker, type DbTest, dbTest, makeActor } from '#test/harness'
import { open, plain } from '../testing.ts'

const words = {
  ten: 'Sơ tán khu vực ven sông',
  'noi-dung': 'Người dân đến điểm sơ tán.',
  'khu-vuc': 'Phường Mẫu',
  cap: '2',
  kenh: 'zalo',
  nhan: 'H32',
  'vai-tro': 'leader',
}

async function draft(asker: Asker, code: string, fields: Record<string, string> = {}): Promise<string> {
  const answer = await asker.submit(`/tinh-huong/${code}/ban-tin`, { ...words, khoa: randomUUID(), ...fields })
  assert.equal(answer.statusCode, 303, plain(answer.body).slice(0, 2000))
  return String(answer.headers.location)
}

const stateOf = async (t: DbTest, path: string) => {
  const [, , code = '', , number = ''] = path.split('/')
  const [row] = await t.sql<{ state: string }[]>`
    select state from incidents.bulletin where incident = ${code} and number = ${Number(number)}`
  return row?.state
}

dbTest('a bulletin is written by one, approved and sent by another; what is changed is approved anew', async (t) => {
  const [author, second] = [t.as('trucban'), t.as('truongca-hai')]
  const code = await open(author)
  const path = await draft(author, code)
  assert.equal((await second.submit(`${path}/phat`, {})).statusCode, 422, 'not approved')
  for (const deed of ['duyet', 'duyet-phat']) {
    const own = await author.submit(`${path}/${deed}`, {})
    assert.equal(own.statusCode, 422)
    assert.match(plain(own.body), /Người soạn không tự duyệt/)
  }
  assert.equal((await second.submit(`${path}/duyet`, {})).statusCode, 303)
  assert.match(plain((await author.submit(`${path}/phat`, {})).body), /Người soạn không tự phát/)
  // The second person mends the text: he is an author now, so a third approves.
  assert.equal((await second.submit(`${path}/sua`, { ...words, 'noi-dung': 'Đến nhà văn hóa.' })).statusCode, 303)
  assert.equal(await stateOf(t, path), 'draft')
  assert.equal((await second.submit(`${path}/duyet`, {})).statusCode, 422)
  assert.equal((await t.as('lanhdao').submit(`${path}/duyet-phat`, {})).statusCode, 303)
  assert.equal(await stateOf(t, path), 'sent')
  assert.equal((await second.submit(`${path}/sua`, words)).statusCode, 422, 'what was sent stays')
  assert.equal((await second.submit(`${path}/bo`, {})).statusCode, 422)
  const log = plain((await author.get(`/tinh-huong/${code}`)).body)
  assert.match(log, /Phát bản tin mới số 1: Sơ tán khu vực ven sông \(Zalo\), nhắn 2 người/)
})

dbTest(
  'an update or a cancel names the one it follows; that one no longer looks in force, and is followed once',
  async (t) => {
    const [author, second] = [t.as('trucban'), t.as('truongca-hai')]
    const code = await open(author)
    const first = await draft(author, code)
    const early = await author.submit(`/tinh-huong/${code}/ban-tin`, {
      ...words,
      loai: 'cancel',
      thay: '1',
      khoa: randomUUID(),
    })
    assert.equal(early.statusCode, 422, 'only what was sent is called off')
    await second.submit(`${first}/duyet-phat`, {})
    const form = await author.get(`/tinh-huong/${code}/ban-tin/soan?loai=cancel&thay=1`)
    assert.match(plain(form.body), /Hủy bản tin số 1\. Lý do/)
    const cancel = await draft(author, code, { loai: 'cancel', thay: '1' })
    const update = await draft(author, code, { loai: 'update', thay: '1' })
    await second.submit(`${cancel}/duyet-phat`, {})
    assert.equal((await second.submit(`${update}/duyet-phat`, {})).statusCode, 422, 'called off already')
    const list = plain((await author.get(`/tinh-huong/${code}/ban-tin`)).body)
    assert.match(list, /Đã hủy bởi số 2/)
    assert.match(plain((await author.get(cancel)).body), /Bản tin hủy số 1/)
  },
)

dbTest('a bulletin says the risk level of disasters only, with the words "Cấp N"', async (t) => {
  const author = t.as('trucban')
  const cyber = await open(author, { loai: 'cyber', cap: 'high', 'kich-ban': 'su-co-attt' })
  const wrong = await author.submit(`/tinh-huong/${cyber}/ban-tin`, { ...words, khoa: randomUUID() })
  assert.equal(wrong.statusCode, 422)
  assert.match(plain(wrong.body), /Cấp độ rủi ro chỉ dùng cho thiên tai/)
  const flood = await open(author)
  assert.match(plain((await author.get(await draft(author, flood))).body), /Cấp độ rủi ro thiên tai: Cấp 2/)
})

dbTest('a step of a playbook brings the words of its message', async (t) => {
  const author = t.as('trucban')
  const code = await open(author)
  const form = await author.get(`/tinh-huong/${code}/ban-tin/soan?nhiem-vu=3&mau=0`)
  assert.match(form.body, /value="Cảnh báo lũ, chuẩn bị sơ tán"/)
})

dbTest(
  'a quick report is filled from the log and the tasks, edited, signed once, and stays as it was signed',
  async (t) => {
    const author = t.as('trucban')
    const code = await open(author)
    const made = await author.submit(`/tinh-huong/${code}/bao-cao`, {})
    const path = String(made.headers.location)
    assert.match((await author.get(path)).body, /1\. Xác minh mực nước và dự báo: đang làm/)
    const save = (fields: Record<string, string>) => author.submit(path, { viec: 'luu', ...fields })
    assert.equal((await save({ 'thiet-hai': 'Ngập 12 nhà.' })).statusCode, 303)
    const wrong = await save({ viec: 'ky', 'mat-khau': 'khong-phai', 'thiet-hai': 'Ngập 21 nhà.' })
    assert.equal(wrong.statusCode, 422)
    assert.match(wrong.body, /Ngập 21 nhà\./, 'what was typed is not lost')
    assert.equal(
      (await save({ viec: 'ky', 'mat-khau': 'tram-huong-2026', 'thiet-hai': 'Ngập 21 nhà.' })).statusCode,
      303,
    )
    assert.equal((await save({ 'thiet-hai': 'Không có.' })).statusCode, 422)
    const second = String((await author.submit(`/tinh-huong/${code}/bao-cao`, {})).headers.location)
    assert.match(second, /bao-cao\/2$/, 'a new version beside it')
    assert.match(plain((await author.get(path)).body), /Ngập 21 nhà\./)
    const entries =
      await t.sql`select from ledger.entry where action = 'quick-report.signed' and subject = ${`incident:${code}`}`
    assert.equal(entries.length, 1)
    const { statusCode } = await author.get(`${path}/pdf`)
    assert.ok([200, 503].includes(statusCode), 'printed, or said in words that it cannot be')
  },
)

dbTest('command is taken, offered and accepted by signature; who is passed over is told why', async (t) => {
  const code = await open(t.as('trucban'))
  const post = (who: string, deed: string, fields: Record<string, string>) =>
    t.as(who).submit(`/tinh-huong/${code}/chi-huy/${deed}`, { 'mat-khau': 'tram-huong-2026', ...fields })
  const commander = async () =>
    (await t.sql<{ commander: string }[]>`select commander from incidents.incident where code = ${code}`)[0]?.commander
  assert.equal(
    (await post('truongca-hai', 'giao', { nguoi: 'truongca-ba', 'tinh-hinh': 'x' })).statusCode,
    403,
    'not his to give',
  )
  assert.equal(
    (await post('trucban', 'giao', { nguoi: 'phantich', 'tinh-hinh': 'x' })).statusCode,
    422,
    'may not command',
  )
  assert.equal(
    (await post('trucban', 'giao', { nguoi: 'truongca-hai', 'tinh-hinh': 'Đang sơ tán.', 'mat-khau': 'sai' }))
      .statusCode,
    422,
  )
  assert.equal((await post('trucban', 'giao', { nguoi: 'truongca-hai', 'tinh-hinh': 'Đang sơ tán.' })).statusCode, 303)
  assert.equal(await commander(), 'trucban', 'until the other has signed')
  assert.equal((await post('truongca-ba', 'tra-loi', { tra: 'nhan' })).statusCode, 403)
  assert.equal((await post('truongca-hai', 'tra-loi', { tra: 'nhan' })).statusCode, 303)
  assert.equal(await commander(), 'truongca-hai')
  assert.equal((await post('lanhdao', 'nhan', {})).statusCode, 422, 'over somebody else only with a reason')
  assert.equal((await post('lanhdao', 'nhan', { 'ly-do': 'Không liên lạc được.' })).statusCode, 303)
  assert.equal(await commander(), 'lanhdao')
  const log = plain((await t.as('trucban').get(`/tinh-huong/${code}`)).body)
  assert.match(log, /nhận chỉ huy thay Tô Thị Làm Thử\. Lý do: Không liên lạc được/)
})

dbTest('who stands in for the author is the author: neither approves what the other wrote', async (t) => {
  const everywhere = { 'incident:read': 'all', 'incident:command': 'all' } as const
  const standIn = {
    ...makeActor('truongca-ba', everywhere, 'H32'),
    onBehalfOf: { account: 'trucban', name: 'Lê Văn Minh Họa' },
  }
  const code = await open(t.as('trucban'))
  const own = await draft(t.as('trucban'), code)
  assert.equal((await t.as(standIn).submit(`${own}/duyet-phat`, {})).statusCode, 422, 'for the absent author')
  const his = await draft(t.as(standIn), code)
  for (const who of ['trucban', 'truongca-ba'])
    assert.equal((await t.as(who).submit(`${his}/duyet-phat`, {})).statusCode, 422, who)
  assert.equal((await t.as('truongca-hai').submit(`${his}/duyet-phat`, {})).statusCode, 303)
})
