import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before } from 'node:test'
import { notifications } from '#notifications'
import { type DbTest, dbTest } from '#test/harness'
import { type MessageSimulators, startSimulators } from '#test/simulators'
import { open, plain } from '../testing.ts'

let outside: MessageSimulators
before(async () => {
  outside = await startSimulators()
})

const words = {
  ten: 'Sơ tán khu vực ven sông',
  'noi-dung': 'Người dân đến điểm sơ tán.\nMang theo giấy tờ.',
  'khu-vuc': 'Phường Mẫu',
  cap: '2',
}

/** Sends what is due on a channel to the simulated gateways. */
async function send(t: DbTest, channel: string): Promise<void> {
  const job = notifications.jobs?.find(({ name }) => name === 'notifications.deliver')
  const ctx = t.context()
  await job?.run({ ...ctx, config: { ...ctx.config, messages: outside.settings } }, { channel })
}

/** The plain part of a mail as its reader sees it. */
function mailWords(raw: string): string {
  const [, part = ''] = /Content-Type: text\/plain[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/i.exec(raw) ?? []
  const bytes = part
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

async function submit(t: DbTest, code: string, fields: [string, string][]) {
  const body = new URLSearchParams([...Object.entries({ ...words, khoa: randomUUID() }), ...fields])
  return t.as('trucban').inject({
    method: 'POST',
    url: `/tinh-huong/${code}/ban-tin`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: body.toString(),
  })
}

async function sent(t: DbTest, code: string, fields: [string, string][]): Promise<string> {
  const answer = await submit(t, code, fields)
  assert.equal(answer.statusCode, 303, plain(answer.body).slice(0, 1500))
  const path = String(answer.headers.location)
  assert.equal((await t.as('truongca-hai').submit(`${path}/duyet-phat`, {})).statusCode, 303)
  return path
}

dbTest('a bulletin goes to the people of the chosen places by its channels, and its page counts them', async (t) => {
  await outside.reset()
  await outside.behave('sms', { refused: ['0000000002'] })
  const code = await open(t.as('trucban'))
  const path = await sent(t, code, [
    ['kenh', 'sms'],
    ['kenh', 'internal'],
    ['kenh', 'radio'],
    ['nhan', 'H32'],
    ['nhan', 'H32.22366'],
    ['vai-tro', 'leader'],
  ])
  for (const channel of ['sms', 'email']) await send(t, channel)
  const texts = await outside.arrived('sms')
  assert.deepEqual(texts.map(({ to }) => to).sort(), ['0000000001', '0000000012'])
  assert.match(texts[0]?.text ?? '', /^Sơ tán khu vực ven sông \(Phường Mẫu\)\. http/)
  const mails = (await outside.arrived('email')).filter(({ subject }) => /Sơ tán/.test(subject ?? ''))
  assert.equal(mails.length, 3)
  assert.match(
    mailWords(mails[0]?.text ?? ''),
    /Cấp độ rủi ro thiên tai: Cấp 2[\s\S]*điểm sơ tán\.\s*Mang theo giấy tờ/,
  )
  const page = plain((await t.as('trucban').get(path)).body)
  assert.match(page, /Người nhận 3 Đã tới 3 Đang chờ 0/)
  assert.match(page, /Tin nhắn SMS 2 0 1/)
  assert.match(page, /Đài truyền thanh cơ sở: phát ngoài hệ thống/)
})

dbTest('who is reached by nothing is named with the reason', async (t) => {
  await outside.reset()
  await outside.behave('sms', { refused: ['0000000002'] })
  const code = await open(t.as('trucban'))
  const path = await sent(t, code, [
    ['kenh', 'sms'],
    ['nhan', 'H32'],
    ['vai-tro', 'leader'],
  ])
  const before = plain((await t.as('trucban').get(path)).body)
  assert.match(before, /Người nhận 2 Đã tới 0 Đang chờ 2 Không tới được 0/)
  await send(t, 'sms')
  const page = plain((await t.as('trucban').get(path)).body)
  assert.match(page, /Trần Thị Ví Dụ[^<]*/)
  await t.sql`delete from notifications.delivery where state = 'waiting'`
  assert.match(plain((await t.as('trucban').get(path)).body), /Không tới được 1[\s\S]*Ví Dụ[\s\S]*Nơi nhận từ chối/)
})

dbTest('a bulletin of an exercise goes to who takes part only, and every message begins with the word', async (t) => {
  await outside.reset()
  const code = await open(t.as('trucban'), {}, true)
  const far = await submit(t, code, [
    ['kenh', 'sms'],
    ['nhan', 'H32.22736'],
    ['vai-tro', 'custodian'],
  ])
  assert.equal(far.statusCode, 422)
  assert.match(plain(far.body), /chỉ gửi cho đơn vị tham gia diễn tập/)
  const form = await t.as('trucban').get(`/tinh-huong/${code}/ban-tin/soan`)
  assert.doesNotMatch(form.body, /value="H32\.22736"/)
  // An administrator's own words of the template do not come before the word.
  await t.sql`
    insert into notifications.wording (code, language, version, subject, body, changed_by, changed_at)
    values ('incident.bulletin', 'vi', 1, 'Khẩn: {title}', 'Kính gửi ông/bà. {text}', 'quantri', ${t.now})`
  await sent(t, code, [
    ['kenh', 'sms'],
    ['kenh', 'zalo'],
    ['kenh', 'internal'],
    ['nhan', 'H32'],
    ['vai-tro', 'leader'],
  ])
  for (const channel of ['sms', 'zalo', 'email']) await send(t, channel)
  const arrived = (await outside.arrived()).map((one) =>
    one.channel === 'email' ? { ...one, text: mailWords(one.text) } : one,
  )
  const messages = arrived.filter(({ text, subject }) => /Sơ tán/.test(`${subject} ${text}`))
  assert.equal(messages.length, 6)
  for (const { text, subject, channel } of messages) {
    assert.match(text, /^DIỄN TẬP/, channel)
    if (subject !== undefined) assert.match(subject, /^DIỄN TẬP/, channel)
  }
})

dbTest('channels of messages want somebody to go to', async (t) => {
  const code = await open(t.as('trucban'))
  const nobody = await submit(t, code, [['kenh', 'sms']])
  assert.equal(nobody.statusCode, 422)
  assert.match(plain(nobody.body), /Kênh nhắn tin cần nơi nhận/)
  const noRole = await submit(t, code, [
    ['kenh', 'radio'],
    ['nhan', 'H32'],
  ])
  assert.match(plain(noRole.body), /Chọn ít nhất một vai trò nhận/)
  assert.equal((await submit(t, code, [['kenh', 'radio']])).statusCode, 303, 'the public ones do not')
  const answer = await submit(t, code, [
    ['kenh', 'sms'],
    ['nhan', 'H32.22736'],
    ['vai-tro', 'operator'],
  ])
  const late = await t.as('truongca-hai').submit(`${String(answer.headers.location)}/duyet-phat`, {})
  assert.equal(late.statusCode, 422)
  assert.match(plain(late.body), /không có ai giữ vai trò được chọn/)
})
