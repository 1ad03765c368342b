import assert from 'node:assert/strict'
import { dbTest, makeActor } from '#test/harness'
import { watch } from '../jobs.ts'
import { open, plain } from '../testing.ts'
import { listMatters } from './matters.ts'
import { currentShift } from './on-duty.ts'
import { listShifts, mondayOf, shiftAt } from './shifts.ts'

const password = 'tram-huong-2026'
const at = (text: string) => new Date(`${text}+07:00`)
const rules = [
  { code: 'sang', name: 'Ca sáng', from: '07:00', to: '15:00' },
  { code: 'toi', name: 'Ca tối', from: '15:00', to: '23:00' },
  { code: 'dem', name: 'Ca đêm', from: '23:00', to: '07:00' },
]
const zone = 'Asia/Ho_Chi_Minh'

dbTest('a shift begins at its first minute, the night shift ends on the next day, weeks begin on Monday', async () => {
  for (const [moment, day, code] of [
    ['2026-11-29T06:59:59', '2026-11-28', 'dem'],
    ['2026-11-29T07:00:00', '2026-11-29', 'sang'],
    ['2026-11-29T14:59:59', '2026-11-29', 'sang'],
    ['2026-11-29T15:00:00', '2026-11-29', 'toi'],
    ['2026-11-29T23:30:00', '2026-11-29', 'dem'],
    ['2026-12-01T00:30:00', '2026-11-30', 'dem'],
  ] as const) {
    const shift = shiftAt(rules, at(moment), zone)
    assert.deepEqual([shift?.day, shift?.code], [day, code], moment)
  }
  const all = listShifts(rules, '2026-11-23', 7, zone)
  for (const [index, shift] of all.entries())
    assert.deepEqual(all[index + 1]?.startsAt ?? shift.endsAt, shift.endsAt, 'no minute without a shift')
  assert.deepEqual(['2026-11-23', '2026-11-29', '2026-11-30'].map(mondayOf), ['2026-11-23', '2026-11-23', '2026-11-30'])
})

const assign = (
  asker: ReturnType<import('#test/harness').DbTest['as']>,
  ngay: string,
  ca: string,
  viec: string,
  nguoi: string,
) => asker.submit('/ca-truc/phan-cong', { ngay, ca, viec, nguoi, tuan: ngay })

dbTest(
  'the roster is filled on its page: one lead a shift, nobody twice, nobody who is away, nothing in the past',
  async (t) => {
    const lead = t.as('trucban')
    assert.equal((await assign(lead, '2026-11-23', 'toi', 'lead', 'truongca-hai')).statusCode, 303)
    assert.match(
      plain((await assign(lead, '2026-11-23', 'toi', 'lead', 'truongca-ba')).body),
      /đã có trưởng ca Tô Thị Làm Thử/,
    )
    assert.match(
      plain((await assign(lead, '2026-11-23', 'toi', 'operator', 'truongca-hai')).body),
      /đã có trong ca này/,
    )
    assert.match(
      plain((await assign(lead, '2026-11-22', 'toi', 'lead', 'truongca-ba')).body),
      /đã qua nên không sửa được/,
    )
    const away = { 'tu-day': '24', 'tu-month': '11', 'tu-year': '2026', 'ly-do': 'nghỉ phép' }
    assert.equal((await t.as('truc-mot').submit('/ca-truc/vang', away)).statusCode, 303)
    assert.match(plain((await assign(lead, '2026-11-24', 'sang', 'operator', 'truc-mot')).body), /vắng ngày này/)
    const now = await currentShift(t.at(at('2026-11-23T16:00:00')).context())
    assert.deepEqual([now?.name, now?.leader, now?.members], ['Ca tối', 'Tô Thị Làm Thử', ['Tô Thị Làm Thử']])
    const page = plain((await lead.get('/ca-truc')).body)
    assert.match(page, /Ca tối 24\/11 chưa có người/)
    assert.match(page, /Ca tối 23\/11 chưa có người trực điều hành/)
    assert.equal((await t.as('phantich').submit('/ca-truc/phan-cong', {})).statusCode, 403)
  },
)

dbTest('a shift passes to a colleague only when he agrees', async (t) => {
  await assign(t.as('trucban'), '2026-11-23', 'toi', 'operator', 'truc-mot')
  const [row] = await t.sql<{ id: number }[]>`select id from incidents.assignment where account = 'truc-mot'`
  const path = `/ca-truc/doi-ca/${row?.id}`
  assert.equal((await t.as('truc-hai').get(path)).statusCode, 403, 'not his')
  assert.equal((await t.as('truc-mot').submit(path, { nguoi: 'truc-mot', 'ly-do': 'x' })).statusCode, 422)
  assert.equal((await t.as('truc-mot').submit(path, { nguoi: 'truc-hai', 'ly-do': 'Việc gia đình' })).statusCode, 303)
  const [swap] = await t.sql<{ id: number }[]>`select id from incidents.swap`
  const answer = (who: string, tra: string) => t.as(who).submit('/ca-truc/tra-loi-doi', { so: String(swap?.id), tra })
  assert.equal((await answer('truc-ba', 'nhan')).statusCode, 403)
  assert.equal((await t.sql`select from incidents.assignment where account = 'truc-mot'`).length, 1)
  assert.equal((await answer('truc-hai', 'nhan')).statusCode, 303)
  assert.equal((await t.sql`select from incidents.assignment where account = 'truc-hai'`).length, 1)
  assert.equal((await answer('truc-hai', 'nhan')).statusCode, 422, 'once')
})

dbTest('a week is copied once, and the roster is read by calendar programs', async (t) => {
  const lead = t.as('trucban')
  await assign(lead, '2026-11-23', 'toi', 'lead', 'trucban')
  await assign(lead, '2026-11-25', 'dem', 'operator', 'truc-mot')
  for (const count of [2, 0]) {
    const { headers } = await lead.submit('/ca-truc/chep-tuan', { tuan: '2026-11-23', sang: '2026-11-30' })
    assert.match(String(headers.location), new RegExp(`chep=${count}`))
  }
  const feed = (await t.as('truc-mot').get('/ca-truc/lich.ics?toi=1')).body
  assert.match(feed, /BEGIN:VCALENDAR/)
  assert.equal(feed.match(/BEGIN:VEVENT/g)?.length, 2)
  assert.match(feed, /DTSTART(;[^:]*)?:2026112(5T16|5T23)0000/)
})

const leave = (asker: ReturnType<import('#test/harness').DbTest['as']>, fields: Record<string, string> = {}) =>
  asker.submit('/ca-truc/ban-giao/2026-11-23/sang/giao', {
    viec: 'ky',
    'tinh-hinh': 'Không có gì đặc biệt.',
    'mat-khau': password,
    ...fields,
  })
const take = (asker: ReturnType<import('#test/harness').DbTest['as']>, fields: Record<string, string> = {}) =>
  asker.submit('/ca-truc/ban-giao/2026-11-23/sang/nhan', { 'mat-khau': password, 'nhan-xet': 'Đã nắm.', ...fields })

dbTest(
  'a hand-over is written by the leaving lead, signed by him and then by the next, never by one person',
  async (t) => {
    await assign(t.as('trucban'), '2026-11-23', 'sang', 'lead', 'trucban')
    await assign(t.as('trucban'), '2026-11-23', 'toi', 'lead', 'truongca-hai')
    const code = await open(t.as('trucban'))
    assert.match(plain((await leave(t.as('trucban'))).body), /Chỉ ký giao từ 60 phút trước khi hết ca/)
    const end = t.at(at('2026-11-23T14:50:00'))
    const form = plain((await end.as('trucban').get('/ca-truc/ban-giao/2026-11-23/sang')).body)
    assert.match(form, new RegExp(`${code}: Lũ trên sông Mẫu`), 'open incidents are filled in')
    assert.match(form, /Nhiệm vụ chưa xong/)
    assert.equal((await leave(end.as('truongca-ba'))).statusCode, 403, 'not of this shift')
    assert.match(plain((await leave(end.as('trucban'), { 'mat-khau': 'sai-mat-khau' })).body), /Mật khẩu không đúng/)
    assert.equal((await take(end.as('truongca-hai'))).statusCode, 422, 'not yet left')
    assert.equal((await leave(end.as('trucban'))).statusCode, 303)
    assert.equal((await leave(end.as('trucban'), { 'tinh-hinh': 'Sửa' })).statusCode, 422, 'what is signed stays')
    assert.equal((await take(end.as('trucban'))).statusCode, 403, 'the leaving lead does not take over from himself')
    assert.equal((await take(end.as('truongca-hai'))).statusCode, 303)
    const [row] = await t.sql<{ state: string; digest: string; text: string }[]>`
    select state, digest, text from incidents.hand_over where day = '2026-11-23' and shift = 'sang'`
    assert.equal(row?.state, 'taken')
    assert.match(row?.text ?? '', new RegExp(code))
    const entries = await t.sql<{ action: string; body: string }[]>`
    select action, body from ledger.entry where subject = 'shift:2026-11-23/sang' and action in ('shift.left', 'shift.taken')`
    assert.equal(entries.length, 2)
    for (const { body } of entries)
      assert.ok(String(body).includes(row?.digest ?? 'nothing'), 'the exact text is in the ledger')
  },
)

dbTest('where the shift and the next have one lead, he does not sign twice', async (t) => {
  await assign(t.as('trucban'), '2026-11-23', 'sang', 'lead', 'trucban')
  await assign(t.as('trucban'), '2026-11-23', 'toi', 'lead', 'trucban')
  const end = t.at(at('2026-11-23T14:50:00'))
  assert.equal((await leave(end.as('trucban'))).statusCode, 303)
  const answer = await take(end.as('trucban'))
  assert.equal(answer.statusCode, 422)
  assert.match(plain(answer.body), /Người giao không tự ký nhận/)
})

dbTest('an unsigned hand-over is shown and called to mind step by step, each once', async (t) => {
  await assign(t.as('trucban'), '2026-11-23', 'sang', 'lead', 'trucban')
  const count = async () => (await t.sql`select from incidents.reminder where key like 'leave 2026-11-23/sang%'`).length
  await watch(t.at(at('2026-11-23T14:30:00')).context())
  assert.equal(await count(), 0, 'not before the shift has ended')
  for (const minutes of [0, 5, 10, 15, 16, 45])
    await watch(t.at(new Date(at('2026-11-23T15:00:00').getTime() + minutes * 60_000)).context())
  assert.equal(await count(), 3, 'at once, after a quarter of an hour, and once for all that was slept through')
  const page = plain((await t.at(at('2026-11-23T16:00:00')).as('trucban').get('/ca-truc')).body)
  assert.match(page, /1 ca chưa bàn giao xong/)
  assert.match(page, /Chưa có trưởng ca/)
})

dbTest('what other rooms say to the next shift stands in the hand-over, for who may see it', async (t) => {
  const alerts = {
    title: 'Cảnh báo đang mở',
    permission: 'incident:read',
    list: async () => [{ title: 'CB-1: Trạm Mẫu mất tín hiệu', url: '/canh-bao/CB-1', note: 'Cao, Đã nhận' }],
  }
  const [matter] = await listMatters(t.context(), [alerts])
  assert.deepEqual(matter, {
    group: 'Cảnh báo đang mở',
    title: 'CB-1: Trạm Mẫu mất tín hiệu',
    url: '/canh-bao/CB-1',
    note: 'Cao, Đã nhận',
  })
  assert.deepEqual(await listMatters(t.context(makeActor('ai-do', {}, 'H32')), [alerts]), [])
})

dbTest('who signs for an absent lead does not take the shift over from himself', async (t) => {
  const permissions = { 'incident:read': 'all', 'shift:lead': 'all' } as const
  await assign(t.as('trucban'), '2026-11-23', 'sang', 'lead', 'trucban')
  await assign(t.as('trucban'), '2026-11-23', 'toi', 'lead', 'truongca-hai')
  const end = t.at(at('2026-11-23T14:50:00'))
  const standIn = {
    ...makeActor('truongca-hai', permissions, 'H32.VP.IOC'),
    onBehalfOf: { account: 'trucban', name: 'Lê Văn Minh Họa' },
  }
  assert.equal((await leave(end.as(standIn))).statusCode, 303, 'for the lead who is away')
  assert.match(plain((await take(end.as('truongca-hai'))).body), /Người giao không tự ký nhận/)
  assert.match(plain((await take(end.as(standIn))).body), /Người giao không tự ký nhận/)
})
