import assert from 'node:assert/strict'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { createAccount } from './actions/accounts.ts'
import { createFirstAdministrator } from './actions/people.ts'
import { issueToken } from './actions/tokens.ts'

const administrator = 'quantri'
/** Manages accounts of one commune only. */
const local = makeActor('quantri-xa', { 'account:manage': ['H32.22366', 'H32.22366.VP'] }, 'H32.22366')

async function withAccount(t: DbTest, name: string, organisation = 'H32.22366') {
  return createAccount(t.context(), { name, personName: 'Đỗ Thị Thí Nghiệm', organisation, machine: false })
}

const bearer = (t: DbTest, url: string, token: string) =>
  t.visitor().inject({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } })

dbTest('an administrator makes an account, whose password is shown once and asks to be changed', async (t) => {
  const made = await t.as(administrator).submit('/quan-tri/tai-khoan', {
    name: 'do.thi.mau',
    personName: 'Đỗ Thị Mẫu',
    organisation: 'H32.22366',
    position: '',
  })
  assert.equal(made.statusCode, 200)
  const password = /class="code">([a-z0-9-]{19})</.exec(made.body)?.[1] ?? ''
  assert.ok(password)
  assert.ok(!(await t.as(administrator).get('/quan-tri/tai-khoan/do.thi.mau')).body.includes(password))
  const signedIn = await t.visitor().signIn({ account: 'do.thi.mau', password, tiep: '/quan-tri' })
  assert.equal(signedIn.headers.location, '/tai-khoan?doi=mat-khau')
})

dbTest('what is wrong in the form is said beside each field, with what was typed', async (t) => {
  const answer = await t
    .as(administrator)
    .submit('/quan-tri/tai-khoan', { name: 'Tên Sai', personName: '', organisation: 'H32' })
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /Tên đăng nhập gồm chữ thường/)
  assert.match(answer.body, /value="Tên Sai"/)
  const doubled = await t.as(administrator).submit('/quan-tri/tai-khoan', {
    name: 'lanhdao',
    personName: 'Người Khác',
    organisation: 'H32',
  })
  assert.equal(doubled.statusCode, 422)
  assert.match(doubled.body, /Đã có tài khoản “lanhdao”/)
  const reserved = await t
    .as(administrator)
    .submit('/quan-tri/tai-khoan', { name: 'system', personName: 'A', organisation: 'H32' })
  assert.match(reserved.body, /dành riêng cho hệ thống/)
})

dbTest('accounts are found without diacritics', async (t) => {
  await withAccount(t, 'do.thi.mau')
  for (const words of ['thi nghiem', 'Thí Nghiệm', 'do.thi', '22366']) {
    const answer = await t.as(administrator).get(`/quan-tri/tai-khoan?q=${encodeURIComponent(words)}`)
    assert.match(answer.body, /do\.thi\.mau/, words)
  }
  assert.doesNotMatch((await t.as(administrator).get('/quan-tri/tai-khoan?q=100%25')).body, /do\.thi\.mau/)
})

dbTest('a role gives its permissions over the organisation and all below it, from that moment', async (t) => {
  const { password } = await withAccount(t, 'do.thi.mau')
  const signedIn = await t.visitor().signIn({ account: 'do.thi.mau', password: password ?? '' })
  const cookie = signedIn.cookie
  const reach = async () => {
    const answer = await t.visitor().inject({ method: 'GET', url: '/api/v1/account', headers: { cookie } })
    const { permissions } = answer.json<{ permissions: { permission: string; organisations: string | string[] }[] }>()
    return permissions.find(({ permission }) => permission === 'account:manage')?.organisations
  }
  assert.equal(await reach(), undefined)
  const given = { role: 'administrator', organisation: 'H32.22366', validTo: '' }
  assert.equal((await t.as(administrator).submit('/quan-tri/tai-khoan/do.thi.mau/vai-tro', given)).statusCode, 303)
  const reached = await reach()
  assert.ok(reached?.includes('H32.22366') && reached.includes('H32.22366.PVHCC'), 'itself and what is below')
  assert.ok(reached && !reached.includes('H32') && !reached.includes('H32.22390'), 'neither above nor beside')
  const [role] = await t.sql<{ id: number }[]>`select id from identity.role_assignment where account = 'do.thi.mau'`
  await t.as(administrator).submit('/quan-tri/tai-khoan/do.thi.mau/vai-tro/ket-thuc', { id: String(role?.id) })
  assert.equal(await reach(), undefined)
})

dbTest('a role ends with its last day', async (t) => {
  await withAccount(t, 'do.thi.mau')
  const given = { role: 'administrator', organisation: 'H32.22366', validTo: '24/11/2026' }
  await t.as(administrator).submit('/quan-tri/tai-khoan/do.thi.mau/vai-tro', given)
  const statusOn = async (day: string) =>
    (
      await t
        .at(new Date(`${day}T12:00:00+07:00`))
        .as('do.thi.mau')
        .get('/quan-tri/tai-khoan')
    ).statusCode
  assert.equal(await statusOn('2026-11-24'), 200)
  assert.equal(await statusOn('2026-11-25'), 403)
})

dbTest('an administrator of one organisation neither sees nor touches accounts of others', async (t) => {
  await withAccount(t, 'trong-xa')
  await withAccount(t, 'ngoai-xa', 'H32.22390')
  const list = await t.as(local).get('/quan-tri/tai-khoan')
  assert.match(list.body, /trong-xa/)
  assert.doesNotMatch(list.body, /ngoai-xa|lanhdao/)
  assert.equal((await t.as(local).get('/quan-tri/tai-khoan/trong-xa')).statusCode, 200)
  assert.equal((await t.as(local).get('/quan-tri/tai-khoan/ngoai-xa')).statusCode, 404)
  for (const deed of ['mat-khau', 'ket-thuc-phien', 'khoa-lai', 'mo-khoa']) {
    assert.equal((await t.as(local).submit(`/quan-tri/tai-khoan/ngoai-xa/${deed}`, {})).statusCode, 404, deed)
  }
})

dbTest('nobody gives more than he has: no role over an organisation outside, nor over all', async (t) => {
  await withAccount(t, 'trong-xa')
  for (const organisation of ['H32', 'H32.22390', '*']) {
    const answer = await t.as(local).submit('/quan-tri/tai-khoan/trong-xa/vai-tro', { role: 'officer', organisation })
    assert.equal(answer.statusCode, 403, organisation)
  }
  const made = await t
    .as(local)
    .submit('/quan-tri/tai-khoan', { name: 'moi', personName: 'Người Mới', organisation: 'H32' })
  assert.equal(made.statusCode, 403)
})

dbTest('a role over all organisations cannot be taken by one who manages a part', async (t) => {
  await withAccount(t, 'trong-xa')
  await t
    .as('goc', 'account:manage')
    .submit('/quan-tri/tai-khoan/trong-xa/vai-tro', { role: 'auditor', organisation: '*' })
  const [role] = await t.sql<{ id: number }[]>`select id from identity.role_assignment where account = 'trong-xa'`
  const answer = await t.as(local).submit('/quan-tri/tai-khoan/trong-xa/vai-tro/ket-thuc', { id: String(role?.id) })
  assert.equal(answer.statusCode, 403)
  const [left] = await t.sql<{ count: number }[]>`
    select count(*)::int as count from identity.role_assignment where account = 'trong-xa' and valid_to is null`
  assert.equal(left?.count, 1)
})

dbTest('a closed account is out at once, with its sessions and tokens, and nobody closes his own', async (t) => {
  const { password } = await withAccount(t, 'do.thi.mau')
  const signedIn = await t.visitor().signIn({ account: 'do.thi.mau', password: password ?? '' })
  const cookie = signedIn.cookie
  const { token } = await issueToken(t.context(), { account: 'do.thi.mau', scopes: ['account:manage'], label: 'thử' })
  await t.as(administrator).submit('/quan-tri/tai-khoan/do.thi.mau/khoa-lai', {})
  assert.equal((await t.visitor().inject({ url: '/api/v1/account', headers: { cookie } })).statusCode, 401)
  assert.equal((await bearer(t, '/api/v1/account', token)).statusCode, 401)
  assert.equal((await t.visitor().signIn({ account: 'do.thi.mau', password: password ?? '' })).statusCode, 401)
  assert.equal((await t.as(administrator).submit(`/quan-tri/tai-khoan/${administrator}/khoa-lai`, {})).statusCode, 409)
})

dbTest('a token does what both its scopes and its account may do, and no more', async (t) => {
  const { token } = await issueToken(t.context(), {
    account: administrator,
    scopes: ['account:manage', 'nothing:known'],
    label: 'thử',
  })
  const { permissions } = (await bearer(t, '/api/v1/account', token)).json()
  assert.deepEqual(
    permissions.map(({ permission }: { permission: string }) => permission),
    ['account:manage'],
  )
  const narrow = await issueToken(t.context(), { account: administrator, scopes: ['calendar:edit'], label: 'thử' })
  assert.equal((await bearer(t, '/quan-tri/tai-khoan', narrow.token)).statusCode, 403)
  assert.equal((await bearer(t, '/quan-tri/tai-khoan', token)).statusCode, 200)
})

dbTest('a token that is wrong, over or revoked is refused, even where nobody needs to sign in', async (t) => {
  const { token, expiresAt } = await issueToken(t.context(), {
    account: administrator,
    scopes: ['account:manage'],
    label: 'thử',
    days: 1,
  })
  assert.equal((await bearer(t, '/api/v1/account', 'tram_unknown')).statusCode, 401)
  assert.equal((await bearer(t.at(expiresAt), '/api/v1/account', token)).statusCode, 401)
  const [row] = await t.sql<{ id: string }[]>`select id from identity.api_token where account = ${administrator}`
  await t.as(administrator).submit('/tai-khoan/khoa/thu-hoi', { id: row?.id ?? '' })
  assert.equal((await bearer(t, '/api/v1/account', token)).statusCode, 401)
})

dbTest('changing the password asks for the present one, refuses weak ones and ends the other sessions', async (t) => {
  const signedIn = await t.visitor().signIn({ account: 'dulieu-tc', password: 'tram-huong-2026' })
  const cookie = signedIn.cookie
  const other = await t.visitor().signIn({ account: 'dulieu-tc', password: 'tram-huong-2026' })
  const otherCookie = other.cookie
  const change = (current: string, wanted: string, again = wanted) =>
    t.visitor().submit('/tai-khoan/mat-khau', { current, wanted, again }, { cookie })
  for (const [wanted, words] of [
    ['ngan', /ít nhất 10 ký tự/],
    ['xx-dulieu-tc-xx', /không được chứa tên đăng nhập/],
    ['matkhau123', /quá dễ đoán/],
  ] as const) {
    const answer = await change('tram-huong-2026', wanted)
    assert.equal(answer.statusCode, 422)
    assert.match(answer.body, words)
  }
  assert.match((await change('khong-dung', 'mot-mat-khau-dai')).body, /Mật khẩu hiện tại không đúng/)
  assert.match((await change('tram-huong-2026', 'mot-mat-khau-dai', 'khac')).body, /không giống nhau/)
  assert.equal((await change('tram-huong-2026', 'mot-mat-khau-dai')).statusCode, 303)
  assert.equal((await t.visitor().inject({ url: '/api/v1/account', headers: { cookie } })).statusCode, 200)
  assert.equal((await t.visitor().inject({ url: '/api/v1/account', headers: { cookie: otherCookie } })).statusCode, 401)
})

dbTest('a person ends one of his sessions, and none of somebody else', async (t) => {
  await t.visitor().signIn({ account: 'dulieu-tc', password: 'tram-huong-2026' })
  const [session] = await t.sql<{ id: string }[]>`select id from identity.session where account = 'dulieu-tc'`
  const end = (who: string) => t.as(who).submit('/tai-khoan/phien/ket-thuc', { id: session?.id ?? '' })
  assert.equal((await end('dulieu-khcn')).statusCode, 404)
  assert.equal((await end('dulieu-tc')).statusCode, 303)
  assert.equal((await t.sql`select from identity.session where account = 'dulieu-tc'`).length, 0)
})

dbTest('every change of an account is in the ledger with who did it', async (t) => {
  await t
    .as(administrator)
    .submit('/quan-tri/tai-khoan', { name: 'moi', personName: 'Người Mới', organisation: 'H32.22366' })
  await t.as(administrator).submit('/quan-tri/tai-khoan/moi/vai-tro', { role: 'officer', organisation: 'H32.22366' })
  for (const deed of ['mat-khau', 'khoa-lai', 'mo-khoa'])
    await t.as(administrator).submit(`/quan-tri/tai-khoan/moi/${deed}`, {})
  const entries = await t.sql<{ action: string }[]>`
    select action from ledger.entry where subject = 'account:moi' and actor = ${administrator}`
  assert.deepEqual(entries.map(({ action }) => action).sort(), [
    'account.created',
    'account.disabled',
    'account.enabled',
    'account.password-reset',
    'account.role-given',
  ])
})

dbTest('a clean installation gets one administrator over all organisations, once', async (t) => {
  assert.equal(await createFirstAdministrator(t.context()), undefined, 'there are accounts already')
  for (const table of ['person_look', 'person_case', 'vneid_account', 'person', 'role_assignment', 'account'])
    await t.sql`delete from ${t.sql(`identity.${table}`)}`
  const password = await createFirstAdministrator(t.context())
  assert.match(password ?? '', /^[a-z0-9-]{19}$/)
  assert.equal((await t.visitor().signIn({ account: 'admin', password: password ?? '' })).statusCode, 303)
  assert.equal((await t.as('admin').get('/quan-tri/tai-khoan')).statusCode, 200)
})

dbTest('a token does not change the sessions, keys and password of the person it acts for', async (t) => {
  const { token } = await issueToken(t.context(), { account: administrator, scopes: ['account:manage'], label: 'máy' })
  const headers = { authorization: `Bearer ${token}` }
  const id = '0190f3a4-0000-7000-8000-000000000000'
  const password = { current: 'tram-huong-2026', wanted: 'mot-mat-khau-khac', again: 'mot-mat-khau-khac' }
  for (const [url, fields] of [
    ['/tai-khoan/phien/ket-thuc', { id }],
    ['/tai-khoan/khoa/thu-hoi', { id }],
    ['/tai-khoan/mat-khau', password],
  ] as const) {
    assert.equal((await t.visitor().submit(url, fields, headers)).statusCode, 403, url)
  }
  assert.equal((await bearer(t, '/api/v1/account', token)).statusCode, 200)
})
