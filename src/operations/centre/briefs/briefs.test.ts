import assert from 'node:assert/strict'
import { before } from 'node:test'
import { notifications } from '#notifications'
import { type DbTest, dbTest } from '#test/harness'
import { type MessageSimulators, startSimulators } from '#test/simulators'
import { sampleDossiers, takeIn } from '../pages/testing.ts'
import { makeDueBriefs } from './actions.ts'

const early = new Date('2026-11-22T23:00:00Z')
const morning = new Date('2026-11-23T00:00:00Z')

const notices = async (t: DbTest) =>
  (await t.as('lanhdao').get('/thong-bao')).body.match(/Tóm tắt điều hành (ngày|tháng) [\d/]+/g) ?? []

dbTest(
  'the brief of the day is made once, from half past six, and that of the month that has ended with it',
  async (t) => {
    await takeIn(t.context(), sampleDossiers)
    assert.deepEqual(await makeDueBriefs(t.at(early).context()), [])
    const { context } = t.at(morning)
    assert.deepEqual(await makeDueBriefs(context()), ['TTN-2026-11-23', 'TTT-2026-10'])
    assert.deepEqual(await makeDueBriefs(context()), [], 'not twice')
    const list = await t.as('lanhdao').get('/tom-tat')
    assert.match(list.body, /Tóm tắt điều hành ngày 23\/11\/2026/)
    assert.match(list.body, /Tóm tắt điều hành tháng 10\/2026/)
    assert.ok((await notices(t)).length > 0, 'leaders are told')
  },
)

dbTest(
  'a brief says what changed, why and what is asked, and keeps its words when numbers are corrected',
  async (t) => {
    await takeIn(t.context(), sampleDossiers)
    await makeDueBriefs(t.at(morning).context())
    const read = async () => (await t.as('lanhdao').get('/tom-tat/TTN-2026-11-23')).body
    const before = await read()
    assert.match(before, /Tỷ lệ hồ sơ giải quyết đúng hạn[\s\S]*76,92/)
    assert.match(before, /Kém nhất: UBND phường Nha Trang[\s\S]*quyền sử dụng đất/)
    assert.match(before, /Giao [^<]* báo cáo nguyên nhân và giải pháp/)
    await takeIn(t.context(), [
      {
        code: 'H32.22366-261102-1099',
        area: '22366',
        startedOn: '2026-11-02',
        dueOn: '2026-11-06',
        endedOn: '2026-11-09',
      },
    ])
    assert.match(await read(), /76,92/)
    const workbook = await t.as('lanhdao').get('/tom-tat/TTN-2026-11-23/xlsx')
    assert.equal(workbook.statusCode, 200)
    assert.equal(workbook.rawPayload.subarray(0, 2).toString(), 'PK')
    assert.equal((await t.as('lanhdao').get('/tom-tat/TTN-1999-01-01')).statusCode, 404)
    assert.equal((await t.as('dulieu-nhatrang').get('/tom-tat/TTN-2026-11-23')).statusCode, 404, 'out of reach')
  },
)

let outside: MessageSimulators
before(async () => {
  outside = await startSimulators()
})

dbTest('a brief goes out by mail with its PDF and workbook, to who wishes it by mail', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  await t.sql`
    insert into notifications.preference (account, language, quiet_days_off, digest, channels, changed_at)
    values ('phochutich', 'vi', false, 'none', ${t.sql.json({ 'brief.made': [] })}, ${t.now})`
  const ctx = t.at(morning).context()
  await makeDueBriefs(ctx)
  const job = notifications.jobs?.find(({ name }) => name === 'notifications.deliver')
  await job?.run({ ...ctx, config: { ...ctx.config, messages: outside.settings } }, { channel: 'email' })
  const mails = (await outside.arrived('email')).filter(({ subject }) => /ngày 23\/11\/2026/.test(subject ?? ''))
  const readers = mails.map(({ to }) => to)
  assert.ok(readers.includes('lanhdao@vidu.invalid'), readers.join(' '))
  assert.ok(!readers.includes('phochutich@vidu.invalid'), 'he wishes no mail of it')
  const raw = mails[0]?.text ?? ''
  assert.match(raw, /filename=TTN-2026-11-23\.pdf/)
  assert.match(raw, /filename=TTN-2026-11-23\.xlsx/)
  assert.match(raw, /application\/pdf[\s\S]*JVBERi0/, 'the bytes of a PDF')
  assert.match(raw, /thong-bao\/mo\/\d+/, 'the link of its page')
})
