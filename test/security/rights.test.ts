/** Rights are explained by the grounds that the guard goes by: what the pages say is what the guard answers, pair by pair. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAuthenticator, sessionCookie } from '#identity'
import { seatsOn } from '#organisations'
import type { Ground } from '#platform/access'
import type { Actor, Context } from '#platform/context'
import { type DbTest, dbTest, makeActor, testNow } from '#test/harness'
import { collectGrants } from '../../src/app.ts'
import { auditAccess, findGrounds, findWho } from '../../src/foundation/identity/access/audit.ts'
import { sayPermission } from '../../src/foundation/identity/access/permission-words.ts'
import { hashToken } from '../../src/foundation/identity/actions/secrets.ts'
import { insertSession, putPageSession } from '../../src/foundation/identity/session-store.ts'

test('every permission has words that people know it by', () => {
  const without = [...collectGrants().keys()].filter((permission) => sayPermission(permission) === permission)
  assert.deepEqual(without, [], 'name them in identity/access/permission-words.ts')
})

const today = '2026-11-23'
const organisations = ['*', 'H32', 'H32.22366', 'H32.22736', 'H32.1', 'H32.6']
const roles = ['leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor', 'clerk'] as const
const day = fc.constantFrom('2026-10-01', '2026-11-22', today, '2026-11-24', '2026-12-31')
const role = fc.record({
  role: fc.constantFrom(...roles),
  organisation: fc.constantFrom(...organisations),
  from: day,
  until: fc.option(day),
  seat: fc.constantFrom('none', 'none', 'own', 'other'),
})
const wish = fc.record({
  account: fc.nat(11),
  roles: fc.array(role, { maxLength: 3 }),
  standsInFor: fc.option(fc.record({ absent: fc.nat(11), from: day, until: day, revoked: fc.boolean() })),
  inspects: fc.option(
    fc.record({ organisation: fc.constantFrom(...organisations.slice(1)), from: day, until: day, ended: fc.boolean() }),
  ),
  emergency: fc.option(
    fc.record({
      role: fc.constantFrom(...roles.slice(0, 7)),
      organisation: fc.constantFrom(...organisations),
      over: fc.boolean(),
    }),
  ),
  disabled: fc.nat(9).map((one) => one === 0),
})
type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never

/** Demonstration people, for they hold positions, and some who hold none; each gets what the wish says. */
async function arrange({ sql }: DbTest, wishes: readonly Wish[]): Promise<string[]> {
  const known = await sql<{ name: string }[]>`
    select name from identity.account where not machine and not citizen and organisation is not null order by name limit 9`
  const made = ['khong-chuc-danh-1', 'khong-chuc-danh-2', 'khong-chuc-danh-3']
  for (const name of made)
    await sql`insert into identity.account (name, person_name, organisation, search_key, created_at)
      values (${name}, ${`Người thử ${name}`}, 'H32.22366', ${name}, ${testNow})`
  const names = [...known.map(({ name }) => name), ...made]
  const seats = await seatsOn(sql, names, today)
  const nameAt = (index: number) => names[index % names.length] ?? ''
  for (const one of wishes) {
    const account = nameAt(one.account)
    const own = seats.find((seat) => seat.account === account)?.position ?? null
    const other = seats.find((seat) => seat.account !== account)?.position ?? null
    for (const { role, organisation, from, until, seat } of one.roles)
      await sql`insert into identity.role_assignment (account, role, organisation, position, valid_from, valid_to, given_by, given_at)
        values (${account}, ${role}, ${organisation}, ${seat === 'own' ? own : seat === 'other' ? other : null}, ${from},
          ${until === null || until < from ? null : until}, 'system', ${testNow})`
    const { standsInFor: grant, inspects, emergency } = one
    if (grant && nameAt(grant.absent) !== account && grant.until >= grant.from)
      await sql`insert into identity.stand_in (absent, substitute, valid_from, valid_to, reason, given_by, given_at, revoked_by, revoked_at)
        values (${nameAt(grant.absent)}, ${account}, ${grant.from}, ${grant.until}, 'Đi công tác', 'system', ${testNow},
          ${grant.revoked ? 'system' : null}, ${grant.revoked ? testNow : null})`
    const [inspecting] = await sql`select from identity.inspection where account = ${account}`
    if (inspects && !inspecting && inspects.until >= inspects.from)
      await sql`insert into identity.inspection (account, decision_number, decided_on, issued_by, about, period_from, period_to,
          valid_from, valid_to, organisations, asked_by, asked_at, decided_by, decided_at, outcome, ended_by, ended_at, end_reason)
        values (${account}, '12/QĐ-TTr', '2026-09-01', 'Cơ quan thử', 'Nội dung thử', '2026-01-01', '2026-06-30', ${inspects.from},
          ${inspects.until}, ${[inspects.organisation]}, 'system', ${testNow}, 'nguoi-duyet', ${testNow}, 'approved',
          ${inspects.ended ? 'system' : null}, ${inspects.ended ? testNow : null}, ${inspects.ended ? 'xong' : null})`
    const [urgent] = await sql`select from identity.emergency where account = ${account}`
    if (emergency && !urgent)
      await sql`insert into identity.emergency (account, role, organisation, minutes, reason, asked_at, decided_by, decided_at, approved, ends_at)
        values (${account}, ${emergency.role}, ${emergency.organisation}, 60, 'Sự cố thử', ${testNow}, ${nameAt(one.account + 1)}, ${testNow},
          true, ${new Date(testNow.getTime() + (emergency.over ? -1 : 1) * 60_000)})`
    if (one.disabled) await sql`update identity.account set disabled_at = ${testNow} where name = ${account}`
    await sql`update identity.account set access_stamp = gen_random_uuid() where name = ${account}`
  }
  return names
}

/** Everybody that an account can be in a session: under each of its positions, and for each colleague it may stand in for. */
async function actorsOf(t: DbTest, account: string): Promise<Actor[]> {
  const authenticator = createAuthenticator(collectGrants())
  const seats = await seatsOn(t.sql, [account], today)
  const grants = await t.sql<{ id: number }[]>`select id from identity.stand_in where substitute = ${account}`
  const ways = [
    { position: null, standIn: null },
    ...seats.map(({ position }) => ({ position, standIn: null })),
    ...grants.map(({ id }) => ({ position: null, standIn: id })),
  ]
  const actors: Actor[] = []
  for (const [index, { position, standIn }] of ways.entries()) {
    const token = `${account}-${index}-${standIn}`
    await insertSession(t.sql, {
      tokenHash: hashToken(token),
      account,
      now: testNow,
      expiresAt: new Date(testNow.getTime() + 3_600_000),
      address: '127.0.0.1',
      userAgent: 'thử',
      assurance: 'two-factor',
      amr: ['pwd', 'mfa'],
    })
    const [{ id: session = '' } = {}] = await t.sql<{ id: string }[]>`
      update identity.session set position = ${position}, stand_in = ${standIn}
      where token_hash = ${hashToken(token)} returning id`
    const proof = { assurance: 'two-factor', authenticatedAt: testNow } as const
    await putPageSession(t.sql, { session, tokenHash: hashToken(token), ...proof, now: testNow })
    const request = {
      url: '/',
      path: '/',
      method: 'GET',
      address: '127.0.0.1',
      headers: {},
      cookies: { [sessionCookie]: token },
    }
    actors.push(await authenticator.authenticate(t.context(), request))
  }
  return actors
}

const permissions = [
  'indicator:read',
  'account:manage',
  'stand-in:give',
  'entry:approve',
  'person:look-up',
  'ledger:read',
  'inspection:read',
  'alert:handle',
]
const places = ['H32', 'H32.22366', 'H32.22736', 'H32.6']

dbTest(
  'what the pages say of who may do what is what the guard answers, pair by pair, with the same grounds',
  async (t) => {
    const wishes = fc.sample(wish, { numRuns: 45, seed: 20261123 })
    const names = await arrange(t, wishes)
    const auditor = t.context(makeActor('kiem-tra', { [auditAccess]: 'all' }))
    const contexts = new Map<string, Context[]>()
    const own = new Map<string, readonly Ground[]>()
    for (const name of names) {
      const actors = await actorsOf(t, name)
      contexts.set(
        name,
        actors.map((actor) => t.context(actor)),
      )
      own.set(name, (await findGrounds(auditor, name, today)).grounds)
    }
    let allowed = 0
    for (const permission of permissions)
      for (const organisation of places) {
        const found = await findWho(auditor, { permission, organisation, on: today, limit: 1000 })
        const said = new Map(found.map(({ account, grounds }) => [account, grounds]))
        for (const name of names) {
          for (const ctx of contexts.get(name) ?? []) checkUses(ctx, { permission, organisation })
          const decisions = (contexts.get(name) ?? []).map((ctx) => ctx.decide({ permission, organisation }))
          const passing = decisions.flatMap((decision) => (decision.allowed ? [decision.grounds] : []))
          assert.equal(said.has(name), passing.length > 0, `${name} ${permission} ${organisation}`)
          assert.ok(
            passing.every((grounds) => grounds.length > 0),
            'nobody is let in without a ground',
          )
          const wanted = new Set(passing.flat().map(sign))
          assert.deepEqual(new Set((said.get(name) ?? []).map(sign)), wanted, `${name} ${permission} ${organisation}`)
          const of = (own.get(name) ?? []).filter(
            (one) => one.permissions.has(permission) && (one.reach === 'all' || one.reach.has(organisation)),
          )
          assert.deepEqual(
            new Set(of.map(sign)),
            wanted,
            `the person's own page: ${name} ${permission} ${organisation}`,
          )
          allowed += passing.length
        }
      }
    assert.ok(allowed > 100, `${allowed} that may`)
    const kinds = new Set(
      [...contexts.values()]
        .flat()
        .flatMap(({ actor }) => actor.grounds ?? [])
        .map(
          ({ kind, onBehalfOf, position }) => `${kind}${onBehalfOf ? ' for another' : ''}${position ? ' bound' : ''}`,
        ),
    )
    for (const kind of ['role', 'role bound', 'role for another', 'emergency', 'inspection'])
      assert.ok(kinds.has(kind), kind)
  },
)

/** With a purpose and a level beside them: as without, and both right. The actors have proved two factors. */
function checkUses(ctx: Context, asked: { permission: string; organisation: string }): void {
  const holds = ctx.can(asked.permission, asked.organisation)
  for (const purpose of [undefined, '', 'tiep-nhan', 'xac-minh', 'to-mo'])
    for (const level of ['password', 'two-factor', 'vneid:1'] as const) {
      const { allowed } = ctx.decide({ ...asked, purpose, assurance: { level } })
      const serves =
        asked.permission !== 'person:look-up' ||
        purpose === undefined ||
        purpose === 'tiep-nhan' ||
        purpose === 'xac-minh'
      assert.equal(allowed, holds && serves && level !== 'vneid:1', `${asked.permission} ${purpose} ${level}`)
    }
}

/** What makes a ground the same. */
const sign = ({
  kind,
  role,
  organisations,
  position,
  onBehalfOf,
  from,
  decision,
}: NonNullable<Actor['grounds']>[number]) =>
  [kind, role, organisations.join('+'), position, onBehalfOf?.account, from, decision].join(' ')

dbTest('one reads one’s own rights, why a page is seen, and what is missing where it is not', async (t) => {
  const own = await t.as('lanhdao').get('/tai-khoan/quyen?quyen=indicator:read')
  assert.equal(own.statusCode, 200)
  assert.match(own.body, /Ông\/bà được xem vì có vai trò Lãnh đạo, do hệ thống giao ngày/)
  assert.match(own.body, /Giao nhiệm vụ chỉ đạo/)
  const page = await t.as('lanhdao').get('/chi-tieu')
  assert.match(page.body, /href="\/tai-khoan\/quyen\?quyen=indicator:read"/)
  const refused = await t.as('lanhdao').get('/nhat-ky')
  assert.equal(refused.statusCode, 403)
  assert.match(refused.body, /Việc này cần quyền “Đọc nhật ký”, mà tài khoản của ông\/bà chưa được giao/)
  assert.match(refused.body, /người giao được quyền này là: /)
})

dbTest('an auditor asks who may and what somebody may, on a day, in files too; nobody else does', async (t) => {
  const asked = '/kiem-tra-quyen?quyen=entry:approve&don-vi=H32'
  const who = await t.as('kiemtra').get(asked)
  assert.equal(who.statusCode, 200)
  assert.match(who.body, /có vai trò Lãnh đạo/)
  const file = await t.as('kiemtra').get(`${asked}&tai=csv`)
  assert.match(file.body, /lanhdao/)
  const before = await t.as('kiemtra').get(`${asked}&ngay-day=1&ngay-month=1&ngay-year=2020`)
  assert.match(before.body, /Không có ai/)
  const person = await t.as('kiemtra').get('/kiem-tra-quyen/nguoi?tai-khoan=lanhdao')
  assert.match(person.body, /Duyệt số liệu báo cáo/)
  const nobody = await t.as('kiemtra').get('/kiem-tra-quyen/nguoi?tai-khoan=khong-co')
  assert.equal(nobody.statusCode, 404)
  assert.match(nobody.body, /Không có tài khoản cán bộ nào tên “khong-co”/, 'told in the form')
  for (const way of ['', '/nguoi', '/noi-dung']) {
    const search = new URL(asked, 'http://x').searchParams
    search.set('muc', 'NV-1')
    search.set('ngay-day', '31')
    search.set('ngay-month', '2')
    search.set('ngay-year', '2026')
    search.set('tai-khoan', 'kiemtra')
    const { statusCode, body } = await t.as('kiemtra').get(`/kiem-tra-quyen${way}?${search}`)
    assert.equal(statusCode, 422)
    assert.match(body, /Chưa hỏi được[\s\S]*name="ngay-day" value="31"/, 'what was typed stays')
  }
  assert.equal((await t.as('lanhdao').get(asked)).statusCode, 403)
  const near = makeActor('giam-sat-xa', { [auditAccess]: ['H32.22366'] }, 'H32.22366')
  assert.equal((await t.as(near).get(asked)).statusCode, 403, 'no further than his own reach')
  assert.equal((await t.as(near).get('/kiem-tra-quyen/nguoi?tai-khoan=lanhdao')).statusCode, 403)
})

dbTest('the list of who may is paged in the order of names, nobody twice and nobody left out', async (t) => {
  const auditor = t.context(makeActor('kiem-tra', { [auditAccess]: 'all' }))
  const asked = { permission: 'indicator:read', organisation: 'H32', on: today }
  const whole = await findWho(auditor, { ...asked, limit: 1000 })
  const pieces: string[] = []
  for (let after: { name: string; account: string } | undefined; ; ) {
    const piece = await findWho(auditor, { ...asked, after, limit: 2 })
    pieces.push(...piece.map(({ account }) => account))
    after = piece.at(-1)
    if (piece.length < 2) break
  }
  assert.ok(whole.length > 3)
  assert.deepEqual(
    pieces,
    whole.map(({ account }) => account),
  )
})
