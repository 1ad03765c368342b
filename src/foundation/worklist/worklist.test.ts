import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileCalendar } from '#calendar'
import { cloneTest, type DbTest, dbTest, makeActor, testNow } from '#test/harness'
import { claimItems } from './actions.ts'
import { closeItem, openItem, type WorkItem } from './index.ts'
import { wake } from './jobs.ts'
import { bandOf, bands, boundsOf, plainCalendar, remainingOf, spanOfBand, spanOfState, states } from './model.ts'
import { sayDeadline, sayRemaining } from './pages/words.ts'

const commune = 'H32.22366'
const head = 'chutich-nhatrang'
/** Both may handle work of the commune. */
const reach = [commune, `${commune}.VP`, `${commune}.PVHCC`]
const officer = (account: string) => makeActor(account, { 'worklist:read': reach, 'entry:write': reach }, commune)
const an = officer('dulieu-nhatrang')
const binh = officer('dulieu-binh')

const at = (text: string) => new Date(`${text}+07:00`)

const itemOf = (code: string, change: Partial<WorkItem> = {}): WorkItem => ({
  capability: 'duties',
  kind: 'duty',
  code,
  title: `Cập nhật số liệu ${code}`,
  organisation: commune,
  url: `/viec/${code}`,
  permission: 'entry:write',
  ...change,
})

const open = (t: DbTest, code: string, change: Partial<WorkItem> = {}) => openItem(t.context(), itemOf(code, change))

async function idOf(t: DbTest, code: string): Promise<string> {
  const [row] = await t.sql<{ id: number }[]>`select id from worklist.item where code = ${code}`
  return String(row?.id)
}

const holderOfItem = async (t: DbTest, code: string) =>
  (await t.sql<{ holder: string | null }[]>`select holder from worklist.item where code = ${code}`)[0]?.holder

const press = async (t: DbTest, who: typeof an | string, viec: string, ...codes: string[]) => {
  const body = new URLSearchParams([['viec', viec]])
  for (const code of codes) body.append('chon', await idOf(t, code))
  return t.as(who).inject({
    method: 'POST',
    url: '/viec-cua-toi/xu-ly',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: body.toString(),
  })
}

dbTest('an item opens for whom it names, is brought up to date, closes once and opens again', async (t) => {
  await open(t, 'a', { assignee: an.account, dueAt: at('2026-11-26T17:00:00') })
  const inbox = async () => (await t.as(an).get('/viec-cua-toi')).body
  assert.match(await inbox(), /<a href="\/viec\/a">Cập nhật số liệu a/)
  assert.match(await inbox(), /còn 3 ngày làm việc/)
  assert.match(await inbox(), /hạn <time[^>]*>17:00 26\/11\/2026/)
  await open(t, 'a', { assignee: an.account, title: 'Tên mới', dueAt: at('2026-11-20T17:00:00') })
  assert.match(await inbox(), /quá hạn 1 ngày làm việc/)
  assert.match(await inbox(), /Tên mới/)
  await closeItem(t.context(), itemOf('a'))
  await closeItem(t.context(), itemOf('a'))
  await closeItem(t.context(), itemOf('never-there'))
  assert.match(await inbox(), /Không có việc nào đang chờ/)
  assert.doesNotMatch(await inbox(), /việc của đơn vị chưa ai nhận/)
  await open(t, 'a')
  assert.match(await inbox(), /href="\/viec-cua-toi\?xem=don-vi"[^>]*><span>Xem 1 việc của đơn vị chưa ai nhận/)
  assert.equal(await holderOfItem(t, 'a'), null, 'opened again for nobody in particular')
  assert.equal((await t.sql`select from worklist.item where capability = 'duties'`).length, 1)
})

dbTest('an owner who names the same person again does not undo a hand-over; another name does', async (t) => {
  await open(t, 'a', { assignee: 'dulieu-nhatrang' })
  await t.sql`update worklist.item set holder = 'dulieu-binh'`
  await open(t, 'a', { assignee: 'dulieu-nhatrang', title: 'Cùng người' })
  assert.equal(await holderOfItem(t, 'a'), 'dulieu-binh')
  await open(t, 'a', { assignee: 'dulieu-khcn' })
  assert.equal(await holderOfItem(t, 'a'), 'dulieu-khcn')
  await open(t, 'b')
  await press(t, an, 'nhan', 'b')
  await open(t, 'b', { grave: true })
  assert.equal(await holderOfItem(t, 'b'), an.account, 'who claimed it keeps it')
})

dbTest('the unit’s unclaimed work is claimed by one, released, and claimed by another', async (t) => {
  await open(t, 'a')
  await open(t, 'b')
  const pile = async (who: typeof an) => (await t.as(who).get('/viec-cua-toi?xem=don-vi')).body
  assert.match(await pile(an), /Cập nhật số liệu a/)
  const claimed = await press(t, an, 'nhan', 'a', 'b')
  const told = (await t.as(an).get(String(claimed.headers.location))).body
  assert.match(told, /Đã nhận 2 việc/)
  assert.match(told, /Cập nhật số liệu a; Cập nhật số liệu b/)
  assert.doesNotMatch(await pile(binh), /Cập nhật số liệu a/)
  const late = await press(t, binh, 'nhan', 'a')
  assert.match(
    (await t.as(binh).get(String(late.headers.location))).body,
    /“Cập nhật số liệu a” đã được Mai Văn Tên Thử nhận trước/,
  )
  await press(t, binh, 'tra', 'a')
  assert.equal(await holderOfItem(t, 'a'), an.account, 'nobody puts back what another holds')
  await press(t, an, 'tra', 'a')
  await press(t, binh, 'nhan', 'a')
  assert.equal(await holderOfItem(t, 'a'), binh.account)
  const deeds = await t.sql<{ action: string; actor: string }[]>`
    select action, actor from ledger.entry where subject = 'item:duties/duty/a' order by id`
  assert.deepEqual(
    deeds.map(({ action, actor }) => `${actor} ${action}`),
    [`${an.account} item.claimed`, `${an.account} item.released`, `${binh.account} item.claimed`],
  )
})

dbTest('nobody sees or claims what lies beyond his permission or his organisations', async (t) => {
  await open(t, 'a', { organisation: 'H32.22736' })
  await open(t, 'b', { permission: 'indicator:define' })
  await open(t, 'c', { assignee: an.account, organisation: 'H32.22736' })
  for (const view of ['', '?xem=don-vi', '?xem=don-vi&don-vi=H32.22736', '?tai=csv'])
    assert.doesNotMatch((await t.as(an).get(`/viec-cua-toi${view}`)).body, /Cập nhật số liệu [abc]/, view)
  await press(t, an, 'nhan', 'a', 'b')
  assert.equal(await holderOfItem(t, 'a'), null)
  assert.equal(await holderOfItem(t, 'b'), null)
  assert.match((await press(t, an, 'nhan', 'a')).headers.location as string, /mat=1/)
  assert.equal((await press(t, an, 'nhan')).statusCode, 422)
})

dbTest('lists are filtered, searched, sorted, paged by key without gap or repetition, and downloaded', async (t) => {
  for (let n = 0; n < 45; n += 1)
    await open(t, `viec-${String(n).padStart(2, '0')}`, {
      assignee: an.account,
      capability: n % 3 === 0 ? 'directives' : 'duties',
      kind: n % 3 === 0 ? 'verify' : 'duty',
      // Equal due times and none at all are places where pages break.
      dueAt:
        n % 5 === 0 ? undefined : new Date(testNow.getTime() + Math.floor(n / 4) * 9 * 3600_000 - 4 * 24 * 3600_000),
    })
  const codes = (html: string) => [...html.matchAll(/href="\/viec\/(viec-\d\d)"/g)].map((match) => match[1] ?? '')
  for (const sort of ['due', '-due', 'title', '-title', 'opened', '-opened']) {
    const seen: string[] = []
    for (let url: string | undefined = `/viec-cua-toi?limit=10&sort=${sort}`; url; ) {
      const { body } = await t.as(an).get(url)
      seen.push(...codes(body))
      url = /href="([^"]*after=[^"]*)"[^>]*>(?:<[^>]*>)*\s*(?:<span>)?Trang sau/
        .exec(body)?.[1]
        ?.replaceAll('&amp;', '&')
    }
    assert.equal(seen.length, 45, sort)
    assert.equal(new Set(seen).size, 45, sort)
    if (sort === 'title') assert.deepEqual(seen, seen.toSorted())
  }
  const get = async (query: string) => codes((await t.as(an).get(`/viec-cua-toi?limit=100&${query}`)).body)
  assert.equal((await get('loai=directives')).length, 15)
  assert.equal((await get('loai=directives/verify')).length, 15)
  assert.equal((await get('loai=duties/verify')).length, 0)
  assert.deepEqual(await get('q=SO%20LIEU%20VIEC-07'), ['viec-07'])
  assert.equal((await get('q=100%25')).length, 0)
  const sums = await Promise.all(bands.map(async (band) => (await get(`nhom=${band}`)).length))
  assert.equal(
    sums.reduce((a, b) => a + b, 0),
    45,
    'every item stands in one group',
  )
  const dated = await Promise.all(states.map(async (state) => (await get(`trang-thai=${state}`)).length))
  assert.equal(
    dated.reduce((a, b) => a + b, 0),
    36,
  )
  const { body } = await t.as(an).get('/viec-cua-toi')
  for (const [index, count] of sums.entries())
    assert.match(body, new RegExp(`nhom=${bands[index]}"[^>]*>[^<]*<span class="tabs-count"> ${count}<`))
  assert.equal((await t.as(an).get('/viec-cua-toi?tai=csv&loai=directives')).body.trim().split('\r\n').length, 16)
  assert.equal((await t.as(an).get('/viec-cua-toi?tai=xlsx')).statusCode, 200)
  for (const after of ['1~x', '99~infinity', 'x', '1~2026-13-45T00:00:00Z'])
    assert.ok((await t.as(an).get(`/viec-cua-toi?after=${encodeURIComponent(after)}`)).statusCode < 500, after)
})

dbTest('work is handed over to who may do it, with a note, and never to who may not', async (t) => {
  for (const code of ['a', 'b', 'c']) await open(t, code, { assignee: 'dulieu-nhatrang' })
  const leader = t.as(head)
  const chosen = await press(t, 'dulieu-nhatrang', 'ban-giao', 'a', 'b')
  const page = (await t.as('dulieu-nhatrang').get(String(chosen.headers.location))).body
  assert.ok(page.includes('2 việc được bàn giao'), page.slice(page.indexOf('<main'), page.indexOf('<main') + 1500))
  assert.match(page, /Cập nhật số liệu a/)
  assert.match(page, /Không ai khác có quyền/, 'the commune has one custodian')
  await t.sql`
    insert into identity.role_assignment (account, role, organisation, valid_from, given_by, given_at)
    values ('canbo-nhatrang', 'custodian', ${commune}, '2026-01-01', 'system', now())`
  const ids = `${await idOf(t, 'a')},${await idOf(t, 'b')}`
  const give = (to: string) =>
    t.as('dulieu-nhatrang').submit('/viec-cua-toi/ban-giao', { chon: ids, to, note: 'nghỉ phép' })
  assert.equal((await give('')).statusCode, 422)
  const wrong = await give('dulieu-tc')
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Ngô Thị Làm Mẫu không có quyền làm việc/)
  assert.match(wrong.body, /value="nghỉ phép"/)
  const done = await give('canbo-nhatrang')
  assert.equal(done.statusCode, 303)
  assert.match(
    (await t.as('dulieu-nhatrang').get(String(done.headers.location))).body,
    /Đã bàn giao 2 việc cho Hồ Thị Không Thật/,
  )
  assert.equal(await holderOfItem(t, 'a'), 'canbo-nhatrang')
  assert.equal((await give('canbo-nhatrang')).statusCode, 404, 'they are no longer his to give')
  const back = { chon: await idOf(t, 'a'), to: 'dulieu-nhatrang', note: '' }
  assert.equal((await leader.submit('/viec-cua-toi/ban-giao', back)).statusCode, 303, 'the head may')
  assert.equal(await holderOfItem(t, 'a'), 'dulieu-nhatrang')
  assert.equal((await t.as('chutich-khac', 'worklist:read').submit('/viec-cua-toi/ban-giao', back)).statusCode, 404)
})

dbTest('before going away everything is handed over, and what the colleague may not do goes to the pile', async (t) => {
  for (let n = 0; n < 12; n += 1) await open(t, `viec-${n}`, { assignee: 'lanhdao', permission: 'entry:approve' })
  await open(t, 'cao', { assignee: 'lanhdao', permission: 'entry:approve', organisation: 'H32' })
  const page = (await t.as('lanhdao').get('/viec-cua-toi/ban-giao')).body
  assert.match(page, /13 việc được bàn giao/)
  assert.match(page, /Lý Thị Giả Tưởng[^<]*\(làm được 12 việc\)/)
  const done = await t.as('lanhdao').submit('/viec-cua-toi/ban-giao', { chon: '', to: head, note: 'đi công tác' })
  const told = (await t.as('lanhdao').get(String(done.headers.location))).body
  assert.match(told, /Đã bàn giao 12 việc cho Lý Thị Giả Tưởng/)
  assert.match(told, /1 việc người nhận không có quyền làm đã về phần chưa ai nhận/)
  assert.equal(await holderOfItem(t, 'cao'), null)
  assert.equal(await holderOfItem(t, 'viec-3'), head)
  assert.equal((await t.sql`select from worklist.item where holder = 'lanhdao' and closed_at is null`).length, 0)
})

dbTest('who stands in sees the colleague’s work, claims for him, and his own waits', async (t) => {
  await open(t, 'a', { assignee: 'dulieu-nhatrang' })
  await open(t, 'b')
  await open(t, 'own', { assignee: 'canbo-nhatrang', permission: 'worklist:read', organisation: `${commune}.PVHCC` })
  const standIn = {
    ...an,
    account: 'canbo-nhatrang',
    name: 'Hồ Thị Không Thật',
    onBehalfOf: { account: 'dulieu-nhatrang', name: 'Mai Văn Tên Thử' },
  }
  const inbox = (await t.as(standIn).get('/viec-cua-toi')).body
  assert.match(inbox, /Cập nhật số liệu a/)
  assert.doesNotMatch(inbox, /Cập nhật số liệu own/)
  assert.match((await t.as(standIn).get('/viec-cua-toi?xem=toi')).body, /1 việc của chính mình/)
  await press(t, standIn, 'nhan', 'b')
  assert.equal(await holderOfItem(t, 'b'), 'dulieu-nhatrang')
  const [deed] = await t.sql<{ actor: string; onBehalfOf: string }[]>`
    select actor, on_behalf_of from ledger.entry where action = 'item.claimed'`
  assert.deepEqual({ ...deed }, { actor: 'canbo-nhatrang', onBehalfOf: 'dulieu-nhatrang' })
  await t.as('dulieu-nhatrang').submit('/xu-ly-thay/giao', {
    absent: 'dulieu-nhatrang',
    substitute: 'canbo-nhatrang',
    reason: 'nghỉ phép',
    'tu-day': '23',
    'tu-month': '11',
    'tu-year': '2026',
    'den-day': '24',
    'den-month': '11',
    'den-year': '2026',
  })
  const offered = (await t.as('canbo-nhatrang').get('/viec-cua-toi?xem=thay')).body
  assert.match(offered, /2 việc đang chờ/)
  assert.match(offered, /Xử lý thay cho Mai Văn Tên Thử/)
})

dbTest('a head sees who has how much, down to the items, and no titles beyond his permissions', async (t) => {
  await open(t, 'a', { assignee: 'dulieu-nhatrang', permission: 'entry:approve', dueAt: at('2026-11-20T17:00:00') })
  await open(t, 'b', { assignee: 'dulieu-nhatrang', permission: 'entry:approve', dueAt: at('2026-11-24T17:00:00') })
  await open(t, 'c', { permission: 'entry:approve', organisation: `${commune}.VP` })
  await open(t, 'kin', { assignee: 'canbo-nhatrang', permission: 'indicator:define', dueAt: at('2026-11-23T09:59:00') })
  await open(t, 'ngoai', { permission: 'entry:approve', organisation: 'H32.22736' })
  const csv = (await t.as(head).get('/viec-cua-toi/don-vi?tai=csv&sort=name')).body.trim().split('\r\n')
  assert.deepEqual(csv.slice(1), [
    'Chưa ai nhận,,,1,0,0',
    'Hồ Thị Không Thật,canbo-nhatrang,Chuyên viên Trung tâm Phục vụ hành chính công phường Nha Trang,1,1,0',
    'Mai Văn Tên Thử,dulieu-nhatrang,Đầu mối dữ liệu Văn phòng Hội đồng nhân dân và Ủy ban nhân dân phường Nha Trang,2,1,1',
  ])
  const page = (await t.as(head).get('/viec-cua-toi/don-vi')).body
  const items = /href="(\/viec-cua-toi\/don-vi\/viec\?[^"]*nguoi=canbo-nhatrang[^"]*)"/.exec(page)?.[1] ?? ''
  const veiled = (await t.as(head).get(items.replaceAll('&amp;', '&'))).body
  assert.match(veiled, /Nội dung ngoài quyền xem/)
  assert.doesNotMatch(veiled, /Cập nhật số liệu kin|\/viec\/kin/)
  for (const query of ['', '?nguoi=chua-nhan', '?q=kin', '?sort=-title&limit=10', '?tai=csv'])
    assert.doesNotMatch((await t.as(head).get(`/viec-cua-toi/don-vi/viec${query}`)).body, /liệu kin|liệu ngoai/, query)
  assert.match((await t.as(head).get('/viec-cua-toi/don-vi/viec?q=lieu%20a')).body, /Cập nhật số liệu a/)
  const secret = await idOf(t, 'kin')
  const refused = await t.as(head).submit('/viec-cua-toi/ban-giao', { chon: secret, to: 'dulieu-nhatrang', note: '' })
  assert.equal(refused.statusCode, 422)
  for (const html of [
    refused.body,
    (await t.as(head).get(`/viec-cua-toi?xong=nhan&so=1&viec=${secret}&khac=${secret}`)).body,
  ])
    assert.doesNotMatch(html, /liệu kin/)
  assert.equal((await t.as(head).get('/viec-cua-toi/don-vi?don-vi=H32')).statusCode, 403)
  assert.equal((await t.as('canbo-nhatrang').get('/viec-cua-toi/don-vi')).statusCode, 403)
})

dbTest('the menu says how much waits and how much of it is late', async (t) => {
  await open(t, 'a', { assignee: 'dulieu-nhatrang', dueAt: at('2026-11-20T17:00:00') })
  await open(t, 'b', { assignee: 'dulieu-nhatrang' })
  const page = (await t.as('dulieu-nhatrang').get('/chi-tieu')).body
  assert.match(page, /data-live="@dulieu-nhatrang\/worklist"[^>]*>2 · 1 quá hạn</)
  assert.match(
    (await t.as('dulieu-nhatrang').get('/viec-cua-toi/dem')).body,
    /^<span class="nav-count"[^>]*>2 · 1 quá hạn</,
  )
  assert.match((await t.as('dulieu-khcn').get('/chi-tieu')).body, /id="so-viec-o-danh-muc"[^>]*><\/span>/)
})

test('remaining time is said in whole working days by date, and within a day in hours', () => {
  const calendar = plainCalendar('Asia/Ho_Chi_Minh')
  const say = (due: string, now: string) => {
    const remaining = remainingOf(calendar, at(due), at(now))
    return `${remaining.state}: ${sayRemaining(remaining)}`
  }
  // A Monday.
  for (const [due, now, words] of [
    ['2026-11-26T17:00:00', '2026-11-24T10:00:00', 'on-time: còn 2 ngày làm việc'],
    ['2026-11-25T17:00:00', '2026-11-24T10:00:00', 'soon: còn 1 ngày làm việc'],
    ['2026-11-24T17:00:00', '2026-11-24T10:00:00', 'soon: còn 6 giờ làm việc'],
    ['2026-11-24T17:00:00', '2026-11-24T16:30:00', 'soon: còn dưới 1 giờ làm việc'],
    ['2026-11-24T17:00:00', '2026-11-24T17:00:00', 'soon: còn dưới 1 giờ làm việc'],
    ['2026-11-24T10:00:00', '2026-11-24T14:30:00', 'late: quá hạn 3 giờ làm việc'],
    ['2026-11-24T17:00:00', '2026-11-24T20:00:00', 'late: quá hạn dưới 1 giờ làm việc'],
    ['2026-11-20T17:00:00', '2026-11-25T08:00:00', 'late: quá hạn 3 ngày làm việc'],
    ['2026-11-30T17:00:00', '2026-11-27T10:00:00', 'soon: còn 1 ngày làm việc'],
    ['2026-11-30T17:00:00', '2026-11-28T10:00:00', 'soon: còn 1 ngày làm việc'],
  ] as const)
    assert.equal(say(due, now), words, `${due} at ${now}`)
  const due = at('2026-11-26T17:00:00')
  const remaining = remainingOf(calendar, due, at('2026-11-24T10:00:00'))
  assert.equal(sayDeadline(remaining, due, 'Asia/Ho_Chi_Minh'), 'còn 2 ngày làm việc · hạn 17:00 26/11/2026')
  assert.equal(sayDeadline(remainingOf(calendar, null, due), null, 'Asia/Ho_Chi_Minh'), 'không có hạn')
})

test('every due time stands in exactly one group and one state, and the state is that of its remaining time', () => {
  const calendar = plainCalendar('Asia/Ho_Chi_Minh')
  const minute = fc
    .integer({ min: 0, max: 60 * 24 * 40 })
    .map((minutes) => new Date(testNow.getTime() + minutes * 60_000))
  const isIn = (due: Date, { from, to, never }: { from?: Date; to?: Date; never?: boolean }) =>
    !never && (!from || due >= from) && (!to || due < to)
  fc.assert(
    fc.property(minute, minute, (now, due) => {
      const bounds = boundsOf(calendar, now)
      const groups = bands.filter((band) => isIn(due, spanOfBand(band, bounds)))
      assert.deepEqual(groups, [bandOf(due, bounds)])
      const found = states.filter((state) => isIn(due, spanOfState(state, bounds)))
      assert.deepEqual(found, [remainingOf(calendar, due, now).state])
    }),
  )
  assert.ok(compileCalendar(calendar.calendar))
})

cloneTest(
  'of two who claim at once one wins and the other is told by whom; opening at once makes one item',
  async (t) => {
    const many = Array.from({ length: 12 }, (_, n) => n)
    await Promise.all(many.map((n) => openItem(t.context(), itemOf('cung-luc', { title: `Lần ${n % 3}` }))))
    const rows = await t.sql<{ id: number }[]>`select id from worklist.item`
    assert.equal(rows.length, 1)
    const id = rows[0]?.id ?? 0
    const people = [an, binh, officer('dulieu-cuong')]
    const results = await Promise.all(people.map((who) => claimItems(t.context(who), [id])))
    const winners = results.filter(({ done }) => done.length === 1)
    assert.equal(winners.length, 1)
    const [{ holder } = { holder: '' }] = await t.sql<{ holder: string }[]>`select holder from worklist.item`
    for (const { held, done } of results) if (done.length === 0) assert.ok(held[0]?.by && holder, held[0]?.by)
    await Promise.all(many.map(() => closeItem(t.context(), itemOf('cung-luc'))))
    await Promise.all(many.map((n) => (n % 2 ? openItem : closeItem)(t.context(), itemOf('cung-luc'))))
    await wake(t.context())
    const [counted] = await t.sql<{ items: number; open: number }[]>`
    select (select coalesce(sum(items), 0)::int from worklist.tally) as items,
      (select count(*)::int from worklist.item where closed_at is null) as open`
    assert.equal(counted?.items, counted?.open)
  },
)
