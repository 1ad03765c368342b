import assert from 'node:assert/strict'
import { notify } from '#notifications'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { tellDigests } from '../sending/digest.ts'

const trial = (more: Partial<Parameters<typeof notify>[1]> = {}): Parameters<typeof notify>[1] => ({
  notice: 'notification.tried',
  to: [{ account: 'dulieu-khcn' }],
  values: { sender: 'Hoàng Văn Thí Dụ', place: 'Phòng thử' },
  url: '/tai-khoan',
  ...more,
})

const atLocal = (t: DbTest, text: string): DbTest => t.at(new Date(`${text}+07:00`))
const later = (t: DbTest, minutes: number): DbTest => t.at(new Date(t.now.getTime() + minutes * 60_000))

interface Row {
  channel: string
  subject: string
  body: string
  dueAt: Date
}
const deliveries = (t: DbTest) =>
  t.sql<Row[]>`select channel, subject, body, due_at from notifications.delivery order by id`

const form = { language: 'vi', digest: 'none', quietFrom: '21:00', quietTo: '6h30', quietDaysOff: 'yes' }
const tried = (...channels: string[]) => channels.map((channel) => `channels%5B%5D=notification.tried%3A${channel}`)

async function choose(t: DbTest, fields: Record<string, string>, channels: string[] = ['email'], who = 'dulieu-khcn') {
  const body = [new URLSearchParams(fields).toString(), ...tried(...channels)].join('&')
  return t.as(who).inject({
    method: 'POST',
    url: '/thong-bao/tuy-chon',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: body,
  })
}

dbTest('quiet hours and days off hold mail back, not the inbox, and not what is grave', async (t) => {
  assert.equal((await choose(t, form)).statusCode, 303)
  const friday = atLocal(t, '2026-11-27T22:00:00')
  await notify(friday.context(), trial())
  await notify(friday.context(), trial({ urgency: 'urgent' }))
  await notify(friday.context(), trial({ urgency: 'grave' }))
  const rows = await deliveries(t)
  const monday = new Date('2026-11-30T06:30:00+07:00')
  assert.deepEqual(
    rows.slice(0, 2).map(({ dueAt }) => dueAt),
    [monday, monday],
  )
  assert.ok(rows.slice(2).some(({ channel, dueAt }) => channel === 'sms' && dueAt.getTime() === friday.now.getTime()))
  assert.match((await friday.as('dulieu-khcn').get('/thong-bao')).body, /3 thông báo chưa đọc/)
})

dbTest('wrong quiet hours come back beside their fields with what was typed', async (t) => {
  const answer = await choose(t, { ...form, quietFrom: '25:00' })
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /value="25:00"/)
  assert.match(answer.body, /ví dụ 21:00/)
  assert.equal((await choose(t, { ...form, quietFrom: '', quietTo: '06:30' })).statusCode, 422)
  assert.equal((await choose(t, { ...form, quietFrom: '', quietTo: '' })).statusCode, 303)
})

dbTest('each gets a message in his own language and by the channels he has chosen', async (t) => {
  await choose(t, { ...form, language: 'en' }, ['sms', 'zalo'])
  await notify(t.context(), trial({ to: [{ account: 'dulieu-khcn' }, { account: 'dulieu-nnmt' }] }))
  assert.match((await t.as('dulieu-khcn').get('/thong-bao')).body, /Test message from Phòng thử/)
  assert.match((await t.as('dulieu-nnmt').get('/thong-bao')).body, /Thông báo thử từ Phòng thử/)
  const told = (await deliveries(t)).map(({ channel, subject }) => `${channel} ${subject.split(' ')[0]}`)
  assert.deepEqual(told.toSorted(), ['email Thông', 'sms Test', 'zalo Test'])
  await choose(t, form, [])
  await notify(t.context(), trial())
  assert.equal((await deliveries(t)).length, 3, 'no channel: the inbox alone')
})

dbTest('a digest gathers what is routine into one mail, without what was read meanwhile', async (t) => {
  await choose(t, { ...form, digest: 'hourly' })
  const morning = atLocal(t, '2026-11-23T09:10:00')
  for (const place of ['Một', 'Hai', 'Ba'])
    await notify(morning.context(), trial({ values: { sender: 'A', place: `Phòng ${place}` } }))
  await notify(morning.context(), trial({ urgency: 'urgent', values: { sender: 'A', place: 'Phòng Gấp' } }))
  assert.deepEqual(
    (await deliveries(t)).map(({ subject }) => subject),
    ['Thông báo thử từ Phòng Gấp'],
  )
  const inbox = (await morning.as('dulieu-khcn').get('/thong-bao?sort=at')).body
  const [first = ''] = [...inbox.matchAll(/\/thong-bao\/mo\/\d+/g)].map(([href]) => href)
  await morning.as('dulieu-khcn').get(first)
  await tellDigests(later(morning, 49).context())
  assert.equal((await deliveries(t)).length, 1, 'not before the hour is full')
  await tellDigests(later(morning, 50).context())
  await tellDigests(later(morning, 50).context())
  const [, digest, ...more] = await deliveries(t)
  assert.equal(more.length, 0)
  assert.equal(digest?.subject, '2 thông báo mới')
  assert.match(digest?.body ?? '', /Phòng Hai[\s\S]*Phòng Ba/)
  assert.doesNotMatch(digest?.body ?? '', /Phòng Một/)
})

dbTest('a daily digest waits for the morning of the next working day', async (t) => {
  await choose(t, { ...form, digest: 'daily' })
  await notify(atLocal(t, '2026-11-27T10:00:00').context(), trial())
  await notify(atLocal(t, '2026-11-27T11:00:00').context(), trial())
  await tellDigests(atLocal(t, '2026-11-28T12:00:00').context())
  assert.equal((await deliveries(t)).length, 0)
  await tellDigests(atLocal(t, '2026-11-30T07:30:00').context())
  assert.equal((await deliveries(t)).length, 1)
})

dbTest('who gets too much at once is told the rest together', async (t) => {
  for (let number = 0; number < 65; number++)
    await notify(t.context(), trial({ values: { sender: 'A', place: `Phòng ${number}` } }))
  assert.equal((await deliveries(t)).length, 60)
  await tellDigests(later(t, 60).context())
  const last = (await deliveries(t)).at(-1)
  assert.equal(last?.subject, '5 thông báo mới')
})

dbTest('an administrator rewrites a template in versions, sees it first, and goes back to its own words', async (t) => {
  const admin = t.as('quantri')
  const typed = { language: 'vi', subject: 'Kiểm tra kênh: {place}', text: 'Do {sender} gửi.' }
  const url = '/thong-bao/mau/notification.tried'
  const preview = await admin.submit(url, { ...typed, viec: 'xem' })
  assert.match(preview.body, /Kiểm tra kênh: Trung tâm giám sát/)
  for (const words of [/Tin nhắn SMS, \d+ ký tự, tính 2 tin/, /Bấm phím 1/, /Thư tự động/])
    assert.match(preview.body, words)
  await notify(t.context(), trial())
  assert.equal((await admin.submit(url, { ...typed, viec: 'luu' })).statusCode, 303)
  await notify(t.context(), trial())
  const [before, after] = await deliveries(t)
  assert.equal(before?.subject, 'Thông báo thử từ Phòng thử', 'a preview changes nothing')
  assert.equal(after?.subject, 'Kiểm tra kênh: Phòng thử')
  const wrong = await admin.submit(url, { ...typed, subject: 'Từ {nguoi}' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Mẫu không có giá trị \{nguoi\}/)
  assert.equal((await admin.submit(url, { ...typed, subject: 'Hai\r\ndòng' })).statusCode, 422)
  await admin.submit(url, { ...typed, viec: 'goc' })
  await notify(t.context(), trial())
  assert.equal((await deliveries(t)).at(-1)?.subject, 'Thông báo thử từ Phòng thử')
  assert.match((await admin.get(url)).body, /bản 2/)
  const restore = (version: number) => admin.submit(`${url}/ban-cu`, { language: 'vi', version: String(version) })
  assert.equal((await restore(1)).statusCode, 303)
  await notify(t.context(), trial())
  const all = await deliveries(t)
  assert.equal(all.at(-1)?.subject, 'Kiểm tra kênh: Phòng thử', 'the first version holds again')
  assert.equal(all[2]?.subject, 'Thông báo thử từ Phòng thử', 'what was written before keeps its words')
  const kept = await t.sql<{ subject: string }[]>`select subject from notifications.notice order by id`
  assert.equal(new Set(kept.map(({ subject }) => subject)).size, 2)
  assert.equal((await restore(9)).statusCode, 404)
  const inPart = makeActor('quantri-so', { 'notification:manage': ['H32.KHCN'] }, 'H32.KHCN')
  assert.equal((await t.as(inPart).submit(url, typed)).statusCode, 403, 'the words are of the whole installation')
})

dbTest('what became of messages is seen without their words, within reach, and sent again by a press', async (t) => {
  await notify(t.context(), trial({ to: [{ account: 'dulieu-khcn' }, { account: 'dulieu-nnmt' }] }))
  const admin = t.as('quantri')
  const list = (await admin.get('/thong-bao/gui-di')).body
  assert.match(list, /Chưa cấu hình/)
  assert.doesNotMatch(list, /Phòng thử/)
  assert.match((await admin.get('/thong-bao/gui-di?trangThai=unconfigured')).body, /Bùi Thị Mẫu Đơn Thử/)
  assert.doesNotMatch((await admin.get('/thong-bao/gui-di?trangThai=failed')).body, /Bùi Thị/)
  assert.match((await admin.get('/thong-bao/gui-di?tai=csv')).body, /dulieu-nnmt/)
  const inPart = makeActor('quantri-so', { 'notification:manage': ['H32.KHCN'] }, 'H32.KHCN')
  const part = (await t.as(inPart).get('/thong-bao/gui-di')).body
  assert.match(part, /Bùi Thị Mẫu Đơn Thử/)
  assert.doesNotMatch(part, /Đỗ Văn Giả Sử/)
  await t.sql`update notifications.delivery set state = 'failed', fault = 'refused', fault_words = '550 5.1.1'`
  const [row] = await t.sql<{ id: number }[]>`select id from notifications.delivery where account = 'dulieu-nnmt'`
  const path = `/thong-bao/gui-di/${row?.id}`
  assert.match((await admin.get(path)).body, /Nơi nhận từ chối: 550 5\.1\.1/)
  assert.equal((await t.as(inPart).get(path)).statusCode, 404)
  assert.equal((await t.as(inPart).submit(`${path}/gui-lai`, {})).statusCode, 404)
  assert.equal((await admin.submit(`${path}/gui-lai`, {})).statusCode, 303)
  const [again] = await t.sql`select state, tries from notifications.delivery where id = ${row?.id ?? 0}`
  assert.deepEqual({ ...again }, { state: 'waiting', tries: 0 })
  await t.sql`update notifications.delivery set state = 'sent'`
  assert.equal((await admin.submit(`${path}/gui-lai`, {})).statusCode, 409)
})

dbTest('an administrator tries a channel on himself', async (t) => {
  const answer = await t.as('quantri').submit('/thong-bao/gui-di/thu', { kenh: 'sms' })
  assert.equal(answer.statusCode, 303)
  assert.match((await t.as('quantri').get('/thong-bao')).body, /Thông báo thử từ/)
  assert.deepEqual(
    (await deliveries(t)).map(({ channel }) => channel),
    ['email', 'sms'],
  )
})

dbTest('a person sets where messages reach him, and the ledger does not hold the addresses', async (t) => {
  const me = t.as('dulieu-khcn')
  const wrong = await me.submit('/tai-khoan/lien-he', { email: 'không phải thư', phone: '12' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Địa chỉ thư chưa đúng/)
  assert.match(wrong.body, /value="không phải thư"/)
  const hostile = ['a@b,c@d.vn', 'a@vidu.invalid\r\nBcc: x@vidu.invalid', '"a b"@vidu.invalid', '<a@vidu.invalid>']
  for (const email of hostile)
    assert.equal((await me.submit('/tai-khoan/lien-he', { email, phone: '' })).statusCode, 422, email)
  const answer = await me.submit('/tai-khoan/lien-he', { email: 'moi@vidu.invalid', phone: '0000 123 456' })
  assert.equal(answer.headers.location, '/tai-khoan?xong=lien-he')
  const [row] = await t.sql`select email, phone from identity.account where name = 'dulieu-khcn'`
  assert.deepEqual({ ...row }, { email: 'moi@vidu.invalid', phone: '0000123456' })
  const [entry] = await t.sql<
    { body: string }[]
  >`select body from ledger.entry where action = 'account.contact-changed'`
  assert.ok(entry)
  assert.doesNotMatch(entry.body, /vidu|123456/)
})
