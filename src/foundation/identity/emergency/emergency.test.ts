import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { endOverdue } from './actions.ts'

const html = { accept: 'text/html' }
const path = '/quan-tri/khan-cap'
const reason = 'Người trực không liên lạc được, bão sắp đổ bộ'
const wanted = { role: 'operator', organisation: 'H32', minutes: '60', reason }
const later = (t: DbTest, minutes: number) => t.at(new Date(t.now.getTime() + minutes * 60_000))

/** Signed in and proved with two factors; how is tested where the factors stand. */
async function session(t: DbTest, account: string, acr = 'two-factor') {
  const answer = await t.visitor().signIn({ account, password: 'tram-huong-2026' })
  const cookie = answer.cookie
  await t.sql`update identity.page_session set acr = ${acr} where session in (select id from identity.session where account = ${account})`
  return {
    post: (url: string, fields: Record<string, string> = {}, at = t, headers: Record<string, string> = {}) =>
      at.visitor().submit(url, fields, { cookie, ...html, ...headers }),
    get: (url: string, at = t) => at.visitor().inject({ method: 'GET', url, headers: { cookie, ...html } }),
  }
}

const idOf = async (t: DbTest) =>
  (await t.sql<{ id: string }[]>`select id from identity.emergency order by asked_at desc limit 1`)[0]?.id ?? ''

dbTest(
  'powers need a second person and two factors, are marked everywhere, end by themselves and are reviewed',
  async (t) => {
    const asker = await session(t, 'quantri')
    const leader = await session(t, 'lanhdao')
    assert.equal((await asker.get('/truc-ban')).statusCode === 200 ? 'open' : 'shut', 'shut')
    assert.equal((await asker.post(path, wanted)).headers.location, path)
    const id = await idOf(t)
    assert.equal((await asker.post(`${path}/${id}/duyet`)).statusCode, 409, 'not by himself')
    assert.equal((await asker.post(path, wanted)).statusCode, 409, 'one at a time')
    assert.ok(!(await asker.get('/tai-khoan')).body.includes('Đang dùng quyền khẩn cấp'), 'nothing yet')
    assert.equal((await leader.post(`${path}/${id}/duyet`)).headers.location, path)
    const shown = await asker.get('/tai-khoan')
    assert.match(shown.body, /Đang dùng quyền khẩn cấp: <strong>Trực điều hành, H32<\/strong>/)
    const api = await asker.get('/api/v1/account')
    assert.ok(
      api.json().permissions.some(({ permission }: { permission: string }) => permission === 'alert:handle') ||
        api.body.includes('operator'),
    )

    await asker.post('/tai-khoan/lien-he', { email: '', phone: '' })
    const [deed] = await t.sql<{ body: string }[]>`
    select body from ledger.entry where action = 'account.contact-changed' order by at desc limit 1`
    assert.ok(deed?.body.includes(`"emergency":"${id}"`), deed?.body)

    const after = later(t, 61)
    assert.ok(!(await asker.get('/tai-khoan', after)).body.includes('Đang dùng quyền khẩn cấp'), 'over, job or no job')
    await endOverdue(after.context())
    const tasks = await t.sql<{ task: string }[]>`select task_identifier as task from graphile_worker.jobs`
    assert.ok(tasks.some(({ task }) => task === 'on:worklist.emergency-over'))
    const conclusion = 'Đã kiểm tra nhật ký: chỉ phát bản tin bão, đúng lý do.'
    assert.equal((await leader.post(`${path}/${id}/ket-luan`, { conclusion }, after)).statusCode, 409, 'he approved it')
    const auditor = await session(t, 'kiemtra')
    assert.equal((await auditor.post(`${path}/${id}/ket-luan`, { conclusion: 'ngắn' }, after)).statusCode, 422)
    assert.equal((await auditor.post(`${path}/${id}/ket-luan`, { conclusion }, after)).headers.location, path)
    assert.match((await auditor.get(path, after)).body, /Đã rà soát/)
  },
)

dbTest('without a second factor nobody asks, approves or uses them', async (t) => {
  const weak = await session(t, 'quantri', 'password')
  assert.equal((await weak.post(path, wanted)).statusCode, 401)
  const asker = await session(t, 'quantri')
  await asker.post(path, wanted)
  const id = await idOf(t)
  const weakLeader = await session(t, 'lanhdao', 'password')
  assert.equal((await weakLeader.post(`${path}/${id}/duyet`)).statusCode, 401)
  const leader = await session(t, 'lanhdao')
  assert.equal((await leader.post(`${path}/${id}/duyet`, {}, t, { 'sec-fetch-site': 'cross-site' })).statusCode, 403)
  assert.equal((await leader.post(`${path}/${id}/duyet`, {}, later(t, 31))).statusCode, 401, 'proved too long ago')
  await leader.post(`${path}/${id}/duyet`)
  await t.sql`update identity.page_session set acr = 'password' where session in (select id from identity.session where account = 'quantri')`
  assert.ok(!(await asker.get('/tai-khoan')).body.includes('Đang dùng quyền khẩn cấp'))
})

dbTest(
  'an unanswered request is void after a day, a refused one gives nothing, an ended one is over at once',
  async (t) => {
    const asker = await session(t, 'quantri')
    const leader = await session(t, 'lanhdao')
    await asker.post(path, wanted)
    await t.sql`update identity.session set seen_at = ${later(t, 1500).now}`
    await t.sql`update identity.page_session set authenticated_at = ${later(t, 1500).now}`
    const late = later(t, 1501)
    assert.equal((await leader.post(`${path}/${await idOf(t)}/duyet`, {}, late)).statusCode, 409)
    await asker.post(path, wanted, late)
    await leader.post(`${path}/${await idOf(t)}/khong-duyet`, {}, late)
    await asker.post(path, wanted, later(t, 1502))
    const id = await idOf(t)
    await leader.post(`${path}/${id}/duyet`, {}, later(t, 1502))
    assert.ok((await asker.get('/tai-khoan', later(t, 1503))).body.includes('Đang dùng quyền khẩn cấp'))
    assert.equal((await asker.post(`${path}/${id}/ket-thuc`, {}, later(t, 1503))).headers.location, path)
    assert.ok(!(await asker.get('/tai-khoan', later(t, 1503))).body.includes('Đang dùng quyền khẩn cấp'))
  },
)

dbTest('who holds no such permission neither sees nor asks, and four hours are the most', async (t) => {
  assert.equal((await t.as('vanphong').get(path)).statusCode, 403)
  assert.equal((await t.as('lanhdao').submit(path, wanted)).statusCode, 403)
  assert.equal((await t.as('vanphong').submit(`${path}/${crypto.randomUUID()}/duyet`, {})).statusCode, 403)
  assert.equal((await t.as('quantri').submit(`${path}/${crypto.randomUUID()}/ket-luan`, {})).statusCode, 403)
  const asker = await session(t, 'quantri')
  const answer = await asker.post(path, { ...wanted, minutes: '241', reason: 'ngắn' })
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /dài nhất 4 giờ/)
  assert.match(answer.body, /Xin nêu rõ lý do/)
})
