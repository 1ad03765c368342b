import assert from 'node:assert/strict'
import { before } from 'node:test'
import { closeAlerts, raiseAlert } from '#alerts'
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

const correction = [
  { code: 'H32.22366-261102-1099', area: '22366', startedOn: '2026-11-02', dueOn: '2026-11-06', endedOn: '2026-11-09' },
]

const sectionsOf = async (t: DbTest, code: string) => {
  const [row] = await t.sql<{ sections: { title: string; words?: string }[] }[]>`
    select sections from centre.brief where code = ${code}`
  return {
    numbers: row?.sections.filter(({ title }) => title !== 'Điều hành'),
    // Of the room that which is told as of a moment.
    room: row?.sections
      .find(({ title }) => title === 'Điều hành')
      ?.words?.split('\n')
      .filter((line) => /^(Cảnh báo|Không có tình huống|Tình huống|Nhiệm vụ|Trách nhiệm)/.test(line)),
  }
}

dbTest(
  'a brief that was not made is asked for: it tells what was known at its hour, and says who asked and when',
  async (t) => {
    await takeIn(t.at(new Date('2026-11-19T03:00:00Z')).context(), sampleDossiers)
    const onTime = t.at(new Date('2026-11-19T23:30:00Z'))
    const about = {
      source: 'thu',
      fingerprint: 'a',
      headline: 'Ngập đường',
      organisation: 'H32.VP.IOC',
      at: onTime.now,
    }
    const alert = await raiseAlert(onTime.context(), { ...about, severity: 'critical' })
    await makeDueBriefs(onTime.context())
    const then = await sectionsOf(t, 'TTN-2026-11-20')
    assert.match(then.room?.join() ?? '', /Cảnh báo đang mở: 1, trong đó nghiêm trọng 1/)
    await closeAlerts(t.context(), [alert], { reason: 'Nước đã rút' })
    await t.sql`delete from centre.brief where code = 'TTN-2026-11-20'`
    await takeIn(t.at(new Date('2026-11-21T03:00:00Z')).context(), correction)
    const leader = t.as('lanhdao')
    const ask = (loai: string, [day, month, year]: readonly string[]) =>
      leader.submit('/tom-tat', { loai, 'ngay-day': day ?? '', 'ngay-month': month ?? '', 'ngay-year': year ?? '' })
    const made = await ask('day', ['20', '11', '2026'])
    assert.equal(made.headers.location, '/tom-tat/TTN-2026-11-20')
    const page = (await leader.get('/tom-tat/TTN-2026-11-20')).body
    assert.deepEqual(await sectionsOf(t, 'TTN-2026-11-20'), then)
    assert.match(page, /76,92/)
    assert.match(
      page,
      /lập lại lúc 10:00 23\/11\/2026 theo yêu cầu của [^,<]+, theo những gì đã biết lúc 06:30 20\/11\/2026/,
    )
    const docx = await leader.get('/tom-tat/TTN-2026-11-20/docx')
    assert.equal(docx.rawPayload.subarray(0, 2).toString(), 'PK')
    assert.match((await leader.get('/tom-tat')).body, /ngày 20\/11\/2026 [\s\S]*?lập lại/)
    assert.doesNotMatch((await leader.get('/tom-tat?tai=2026-11-22')).body, /TTN-2026-11-20|name="ngay-day"/)
    assert.equal((await ask('day', ['20', '11', '2026'])).headers.location, '/tom-tat/TTN-2026-11-20', 'it is there')
    for (const [kind, day, why] of [
      ['day', ['18', '11', '2026'], /hệ thống chưa nhận được số liệu nào/],
      ['day', ['24', '11', '2026'], /Bản này được lập lúc 06:30 ngày 24\/11\/2026/],
      ['month', ['2', '11', '2026'], /Bản này được lập lúc 06:30 ngày 01\/12\/2026/],
      ['day', ['31', '2', '2026'], /Ghi đủ ngày, tháng, năm/],
    ] as const) {
      const refused = await ask(kind, day)
      assert.equal(refused.statusCode, 422)
      assert.match(refused.body, why)
    }
    const commune = t.as('dulieu-nhatrang')
    assert.equal((await commune.submit('/tom-tat', { loai: 'day', 'ngay-day': '21' })).statusCode, 403)
    assert.doesNotMatch((await commune.get('/tom-tat')).body, /Lập lại bản còn thiếu/)
  },
)

dbTest('the brief of a month that comes late tells what was known at its own hour', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  await takeIn(t.at(new Date('2026-12-01T02:00:00Z')).context(), correction)
  const late = t.at(new Date('2026-12-01T03:00:00Z'))
  assert.deepEqual(await makeDueBriefs(late.context()), ['TTN-2026-12-01', 'TTT-2026-11'])
  const { body } = await late.as('lanhdao').get('/tom-tat/TTT-2026-11')
  assert.match(body, /76,92/)
  assert.match(body, /Bản này lập muộn lúc 10:00 01\/12\/2026, theo những gì đã biết lúc 06:30 01\/12\/2026/)
})

dbTest(
  'where nothing had come in by its hour, the brief of a month tells what is known now, and says so',
  async (t) => {
    await takeIn(t.at(new Date('2026-12-03T02:00:00Z')).context(), sampleDossiers)
    const late = t.at(new Date('2026-12-03T03:00:00Z'))
    await makeDueBriefs(late.context())
    const { body } = await late.as('lanhdao').get('/tom-tat/TTT-2026-11')
    assert.match(body, /76,92/)
    assert.match(body, /Bản này lập muộn, theo số liệu đã biết lúc lập/)
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
  assert.match(raw, /filename=TTN-2026-11-23\.docx/)
  assert.match(raw, /application\/pdf[\s\S]*JVBERi0/, 'the bytes of a PDF')
  assert.match(raw, /thong-bao\/mo\/\d+/, 'the link of its page')
})
