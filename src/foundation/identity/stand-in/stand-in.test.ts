import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { permissionsBy } from '#platform/access'
import type { Role } from '#platform/capability'
import type { Reach } from '#platform/context'
import { type Asker, type DbTest, dbTest, makeActor, testNow } from '#test/harness'
import { groundsOfStandIn, permissionsOfRole } from '../access/grounds.ts'
import { giveRole, setAccountDisabled, takeRole } from '../actions/accounts.ts'
import { issueToken } from '../actions/tokens.ts'
import { type Grants, roles } from '../model.ts'
import { partiesOf } from './actions.ts'

const absent = 'chutich-nhatrang'
const substitute = 'canbo-nhatrang'
const day = (name: 'tu' | 'den', iso: string) => {
  const [year = '', month = '', day = ''] = iso.split('-')
  return { [`${name}-day`]: day, [`${name}-month`]: month, [`${name}-year`]: year }
}
const wish = (change: Record<string, string> = {}) => ({
  absent,
  substitute,
  reason: 'nghỉ phép',
  ...day('tu', '2026-11-23'),
  ...day('den', '2026-11-27'),
  ...change,
})

const give = (t: DbTest, who: string | ReturnType<typeof makeActor>, change: Record<string, string> = {}) =>
  t.as(who).submit('/xu-ly-thay/giao', wish(change))

async function lastGrant(t: DbTest): Promise<string> {
  const [row] = await t.sql<{ id: number }[]>`select id from identity.stand_in order by id desc limit 1`
  return String(row?.id)
}

interface Signed extends Asker {
  /** The same browser at another time. */
  at(now: Date): Signed
}

async function signIn(t: DbTest, account: string): Promise<Signed> {
  const answer = await t.visitor().signIn({ account, password: 'tram-huong-2026' })
  const cookie = answer.cookie
  return browserOf(t, cookie)
}

function browserOf(t: DbTest, cookie: string): Signed {
  const asker = t.visitor()
  return {
    inject: (request) => asker.inject({ ...request, headers: { ...request.headers, cookie } }),
    get: (url) => asker.inject({ method: 'GET', url, headers: { cookie } }),
    submit: (url, fields, headers = {}) => asker.submit(url, fields, { ...headers, cookie }),
    at: (now) => browserOf(t.at(now), cookie),
  }
}

type Permissions = { permission: string; organisations: 'all' | string[] }[]

async function permissions(asker: Asker): Promise<Map<string, 'all' | string[]>> {
  const answer = await asker.get('/api/v1/account')
  const { permissions } = answer.json<{ permissions: Permissions }>()
  return new Map(permissions.map(({ permission, organisations }) => [permission, organisations]))
}

/** Signed in, given, and standing in. */
async function standingIn(t: DbTest): Promise<{ asker: Signed; id: string }> {
  assert.equal((await give(t, absent)).statusCode, 303)
  const id = await lastGrant(t)
  const asker = await signIn(t, substitute)
  assert.equal((await asker.submit('/xu-ly-thay/bat-dau', { id })).statusCode, 303)
  return { asker, id }
}

const isStandingIn = async (asker: Asker) => (await asker.get('/xu-ly-thay')).body.includes('Đang xử lý thay <strong>')

dbTest('who stands in acts with the permissions of the absent colleague, and every page says so', async (t) => {
  const { asker } = await standingIn(t)
  const got = await permissions(asker)
  const colleagues = await permissions(t.as(absent))
  assert.ok(colleagues.has('entry:approve') && got.has('entry:approve'))
  for (const [permission, organisations] of got) assert.deepEqual(organisations, colleagues.get(permission), permission)
  assert.ok(!got.has('stand-in:give') && colleagues.has('stand-in:give'))
  for (const path of ['/', '/chi-tieu', '/xu-ly-thay', '/tai-khoan', '/khong-co-trang-nay']) {
    const { body } = await asker.get(path)
    assert.match(body, /Đang xử lý thay <strong>Lý Thị Giả Tưởng/, path)
    assert.match(body, /action="\/xu-ly-thay\/thoi"/, path)
  }
  await asker.submit('/xu-ly-thay/thoi', {})
  assert.equal(await isStandingIn(asker), false)
  assert.ok(!(await permissions(asker)).has('entry:approve'))
})

dbTest('another session of the same person acts for himself', async (t) => {
  const { asker } = await standingIn(t)
  const other = await signIn(t, substitute)
  assert.equal(await isStandingIn(other), false)
  assert.equal(await isStandingIn(asker), true)
})

dbTest('standing in ends with its last day, by revocation, and with the colleague’s account', async (t) => {
  const { asker, id } = await standingIn(t)
  // Sessions end without use before the grant does: look at the day itself.
  await t.sql`update identity.session set seen_at = '2026-11-27T16:00:00Z'`
  assert.equal(await isStandingIn(asker.at(new Date('2026-11-27T16:59:00Z'))), true)
  assert.equal(await isStandingIn(asker.at(new Date('2026-11-27T17:00:00Z'))), false)
  await t.sql`update identity.session set seen_at = ${testNow}`
  assert.equal(await isStandingIn(asker), true)
  await setAccountDisabled(t.context(), absent, true)
  assert.equal(await isStandingIn(asker), false)
  assert.equal((await asker.submit('/xu-ly-thay/bat-dau', { id })).statusCode, 409)
  await setAccountDisabled(t.context(), absent, false)
  assert.equal(await isStandingIn(asker), true)
  assert.equal((await t.as(absent).submit('/xu-ly-thay/thu-hoi', { id })).statusCode, 303)
  assert.equal(await isStandingIn(asker), false)
  assert.equal((await asker.submit('/xu-ly-thay/bat-dau', { id })).statusCode, 409)
  assert.equal((await t.as(absent).submit('/xu-ly-thay/thu-hoi', { id })).statusCode, 409, 'there is nothing left')
})

dbTest('a permission that the colleague lost meanwhile is lost at once', async (t) => {
  const { asker } = await standingIn(t)
  assert.ok((await permissions(asker)).has('entry:approve'))
  const [role] = await t.sql<{ id: number }[]>`select id from identity.role_assignment where account = ${absent}`
  await takeRole(t.context(), absent, role?.id ?? 0)
  assert.deepEqual(await permissions(asker), new Map())
})

dbTest('standing in is not passed on: no chain, no circle, no colleague chosen by himself', async (t) => {
  const { asker } = await standingIn(t)
  const refused = await asker.submit('/xu-ly-thay/giao', wish({ absent: substitute, substitute: 'dulieu-nhatrang' }))
  assert.equal(refused.statusCode, 403)
  assert.match(refused.body, /đang xử lý thay/)
  assert.equal((await asker.get('/xu-ly-thay/giao')).statusCode, 403)
  // The substitute is away too: who stands in for him gets what he has himself, not what he was lent.
  await asker.submit('/xu-ly-thay/thoi', {})
  const onward = await asker.submit('/xu-ly-thay/giao', wish({ absent: substitute, substitute: 'dulieu-nhatrang' }))
  assert.equal(onward.statusCode, 303)
  const id = await lastGrant(t)
  const third = await signIn(t, 'dulieu-nhatrang')
  await third.submit('/xu-ly-thay/bat-dau', { id })
  assert.deepEqual(await permissions(third), await permissions(t.as(substitute)))
  assert.ok(!(await permissions(third)).has('entry:approve'))
  const circle = await give(t, substitute, { absent: substitute, substitute: absent })
  assert.equal(circle.statusCode, 409)
  assert.match(circle.body, /không thể xử lý thay lẫn nhau/)
  assert.equal((await give(t, absent, { substitute: absent })).statusCode, 422)
})

dbTest('a head gives for his people, and for nobody who may do more than he oversees', async (t) => {
  const head = makeActor('truong-don-vi', { 'stand-in:give': ['H32.VP.IOC', 'H32.KHCN.CDS', 'H32.22366.PVHCC'] })
  const ask = (absent: string, change = {}) => give(t, head, { absent, substitute: 'dulieu-nhatrang', ...change })
  assert.equal((await ask(substitute)).statusCode, 303)
  assert.equal((await ask('dulieu-tc')).statusCode, 403, 'another organisation')
  assert.equal((await ask('quantri')).statusCode, 403, 'a role over all organisations')
  assert.equal((await ask('trucban')).statusCode, 403, 'a role over the province')
  const selfish = makeActor('dulieu-tc', { 'stand-in:give': 'all' })
  assert.equal((await give(t, selfish, { substitute: 'dulieu-tc' })).statusCode, 422, 'never to oneself')
  assert.equal((await give(t, 'dulieu-tc')).statusCode, 403, 'a stranger gives nothing')
  const id = await lastGrant(t)
  assert.equal((await t.as('dulieu-tc').submit('/xu-ly-thay/thu-hoi', { id })).statusCode, 404)
  assert.equal((await t.as(head).submit('/xu-ly-thay/thu-hoi', { id })).statusCode, 303)
})

dbTest('only the one who was named stands in, from the first day on, and never by a key of a machine', async (t) => {
  await give(t, absent, { ...day('tu', '2026-11-24') })
  const id = await lastGrant(t)
  const stranger = await signIn(t, 'dulieu-nhatrang')
  assert.equal((await stranger.submit('/xu-ly-thay/bat-dau', { id })).statusCode, 409)
  const early = await signIn(t, substitute)
  assert.equal((await early.submit('/xu-ly-thay/bat-dau', { id })).statusCode, 409)
  const { token } = await issueToken(t.context(), { account: substitute, scopes: ['entry:approve'], label: 'máy' })
  const machine = await t.visitor().submit('/xu-ly-thay/bat-dau', { id }, { authorization: `Bearer ${token}` })
  assert.equal(machine.statusCode, 403)
  // A session row that names somebody else's grant gives nothing.
  await t.sql`update identity.session set stand_in = ${id} where account = 'dulieu-nhatrang'`
  assert.equal(await isStandingIn(stranger.at(new Date('2026-11-24T02:00:00Z'))), false)
})

dbTest('who stands in changes no account, password or key, not even his own', async (t) => {
  await give(t, 'quantri', { absent: 'quantri', substitute: 'dulieu-khcn' })
  const id = await lastGrant(t)
  const asker = await signIn(t, 'dulieu-khcn')
  await asker.submit('/xu-ly-thay/bat-dau', { id })
  assert.ok((await permissions(asker)).has('indicator:define'))
  assert.ok(!(await permissions(asker)).has('account:manage'))
  assert.equal((await asker.get('/quan-tri/tai-khoan')).statusCode, 403)
  assert.equal((await asker.submit('/quan-tri/tai-khoan/dulieu-tc/mat-khau', {})).statusCode, 403)
  const password = { current: 'tram-huong-2026', wanted: 'mot-mat-khau-khac', again: 'mot-mat-khau-khac' }
  assert.equal((await asker.submit('/tai-khoan/mat-khau', password)).statusCode, 403)
  const uuid = '0190f3a4-0000-7000-8000-000000000000'
  assert.equal((await asker.submit('/tai-khoan/khoa/thu-hoi', { id: uuid })).statusCode, 403)
  const actor = { ...makeActor('dulieu-khcn', {}), onBehalfOf: { account: 'quantri', name: 'Quản trị' } }
  for (const account of ['dulieu-khcn', 'quantri'])
    await assert.rejects(issueToken(t.context(actor), { account, scopes: ['entry:write'], label: 'x' }), {
      code: 'stand-in.not-allowed',
    })
})

dbTest('the ledger names both for every act, and an act counts for both', async (t) => {
  const { asker } = await standingIn(t)
  await asker.submit('/xu-ly-thay/thoi', {})
  const made = await t.sql<{ action: string; actor: string; onBehalfOf: string | null }[]>`
    select action, actor, on_behalf_of from ledger.entry where subject = ${`account:${absent}`} order by id`
  assert.deepEqual(
    made
      .map(({ action, actor, onBehalfOf }) => [action, actor, onBehalfOf])
      .filter(([name]) => /^stand/.test(name ?? '')),
    [
      ['stand-in.given', absent, null],
      ['stand-in.begun', substitute, null],
      ['stand-in.ended', substitute, absent],
    ],
  )
  const list = (await t.as('kiemtra').get('/nhat-ky?hanhDong=stand-in.ended')).body
  assert.match(list, /Hồ Thị Không Thật[^<]*, xử lý thay Lý Thị Giả Tưởng/)
  assert.deepEqual(partiesOf({ account: 'a', onBehalfOf: { account: 'b', name: 'B' } }), ['a', 'b'])
  assert.deepEqual(partiesOf({ account: 'a' }), ['a'])
})

dbTest('the page lists, filters, sorts, pages and downloads what one is a party to, and no more', async (t) => {
  await give(t, absent)
  await give(t, 'dulieu-tc', { absent: 'dulieu-tc', substitute: 'dulieu-khcn' })
  const own = (await t.as(substitute).get('/xu-ly-thay?sort=absent')).body
  assert.match(own, /Lý Thị Giả Tưởng/)
  assert.doesNotMatch(own, /Ngô Thị Làm Mẫu/)
  assert.match((await t.as('lanhdao').get('/xu-ly-thay?vai=unit')).body, /Ngô Thị Làm Mẫu/)
  assert.doesNotMatch((await t.as('lanhdao').get('/xu-ly-thay?trang-thai=revoked')).body, /Ngô Thị Làm Mẫu/)
  const file = (await t.as(substitute).get('/xu-ly-thay?tai=csv')).body
  assert.match(file, /Lý Thị Giả Tưởng,H32\.22366,Hồ Thị Không Thật,23\/11\/2026,27\/11\/2026,nghỉ phép/)
  const wrong = await give(t, absent, { ...day('den', '2026-11-20'), reason: '' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Xin nêu lý do/)
  assert.match((await give(t, absent, { ...day('tu', '2026-11-30') })).body, /Ngày kết thúc phải từ ngày bắt đầu/)
})

dbTest('a role given meanwhile is the colleague’s, and so the stand-in’s', async (t) => {
  const { asker } = await standingIn(t)
  await giveRole(t.context(), absent, { role: 'custodian', organisation: 'H32.22366' })
  assert.ok((await permissions(asker)).has('entry:write'))
})

test('who stands in never reaches more than his colleague, whatever roles there are', () => {
  const grants: Grants = new Map<string, ReadonlySet<Role>>([
    ['account:manage', new Set(['administrator'])],
    ['stand-in:give', new Set(['leader', 'administrator'])],
    ['entry:write', new Set(['custodian'])],
    ['entry:approve', new Set(['leader'])],
    ['indicator:read', new Set(roles)],
  ])
  const reach = fc.oneof(
    fc.constant<Reach>('all'),
    fc.uniqueArray(fc.constantFrom('A', 'A.1', 'A.2', 'B'), { minLength: 1 }).map((codes): Reach => new Set(codes)),
  )
  const held = fc.array(fc.record({ role: fc.constantFrom<Role>(...roles), reach }), { maxLength: 5 })
  fc.assert(
    fc.property(held, (roles) => {
      const grounds = roles.map(({ role, reach }) => ({
        kind: 'role' as const,
        role,
        organisations: [],
        reach,
        permissions: permissionsOfRole(role, grants),
      }))
      const colleague = permissionsBy(grounds)
      const standIn = permissionsBy(
        groundsOfStandIn(grounds, { account: 'vang', name: 'Người vắng', until: '2026-12-31' }),
      )
      for (const [permission, reached] of standIn) assert.deepEqual(reached, colleague.get(permission), permission)
      for (const withheld of ['account:manage', 'stand-in:give']) assert.ok(!standIn.has(withheld))
    }),
  )
})
