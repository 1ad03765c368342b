import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { sequenceLedger } from '#ledger'
import type { Sql } from '#platform/sql'
import { cloneTest, type DbTest, dbTest, makeActor, testNow } from '#test/harness'
import { signInOver } from '#test/sign-in'
import { mostKinds, tellFolded } from '../../src/foundation/identity/access/refusals.ts'
import { readSecurityEvents } from '../../src/foundation/identity/access/stream-api.ts'
import { createAccount } from '../../src/foundation/identity/actions/accounts.ts'
import { issueToken } from '../../src/foundation/identity/actions/tokens.ts'
import { allRoutes } from '../../src/serving.ts'

interface Told {
  actor: string
  action: string
  organisation: string
  body: Record<string, unknown>
}

async function listTold(sql: Sql, actor: string): Promise<Told[]> {
  const rows = await sql<(Omit<Told, 'body'> & { body: string })[]>`
    select actor, action, organisation, body from ledger.entry
    where actor = ${actor} and action like 'access.%' order by id`
  return rows.map((row) => ({ ...row, body: JSON.parse(row.body) }))
}

const later = (minutes: number) => new Date(testNow.getTime() + minutes * 60_000)

dbTest(
  'a refusal is in the ledger at once, without what was asked for; the same again is counted, not written',
  async (t) => {
    const officer = makeActor('chuyen-vien', { 'indicator:read': ['H32.22366'] }, 'H32.22366')
    for (let round = 0; round < 4; round += 1) {
      const answer = await t.as(officer).get('/nhat-ky/0190a0a0-0000-7000-8000-00000000000a?q=Nguyen+Van+Mau')
      assert.equal(answer.statusCode, 403)
    }
    const first = await listTold(t.sql, 'chuyen-vien')
    assert.deepEqual(first, [
      {
        actor: 'chuyen-vien',
        action: 'access.refused',
        organisation: 'H32.22366',
        body: { route: 'GET /nhat-ky/:id', code: 'access.forbidden', permission: 'ledger:read', address: '127.0.0.1' },
      },
    ])
    await tellFolded(t.at(later(5)).context())
    assert.equal((await listTold(t.sql, 'chuyen-vien')).length, 1, 'still being counted')
    await tellFolded(t.at(later(11)).context())
    const [, folded, ...more] = await listTold(t.sql, 'chuyen-vien')
    assert.deepEqual(more, [])
    assert.equal(folded?.action, 'access.refused-again')
    assert.equal(folded?.body.times, 3)
    await tellFolded(t.at(later(30)).context())
    assert.equal((await listTold(t.sql, 'chuyen-vien')).length, 2, 'told once')
  },
)

dbTest('an action that refuses leaves nothing but its refusal, with the organisation it was refused for', async (t) => {
  const head = makeActor('quan-tri-xa', { 'account:manage': ['H32.22366'] }, 'H32.22366')
  const answer = await t.as(head).submit('/quan-tri/tai-khoan/dulieu-khcn/vai-tro', {
    role: 'officer',
    organisation: 'H32.22736',
  })
  assert.equal(answer.statusCode, 403)
  const [told] = await listTold(t.sql, 'quan-tri-xa')
  assert.equal(told?.action, 'access.refused')
  assert.equal(told?.body.permission, 'account:manage')
})

dbTest('who is asked for a surer proof is written down, and what a page of another site sends too', async (t) => {
  const asker = { ...makeActor('nguoi-ky', { 'emergency:ask': 'all' }), assurance: 'password' as const }
  await t.as(asker).submit('/quan-tri/khan-cap', {
    role: 'operator',
    organisation: 'H32',
    minutes: '60',
    reason: 'Người trực đêm không đến được, cần thay.',
  })
  const told = await listTold(t.sql, 'nguoi-ky')
  assert.deepEqual(
    told.map(({ action }) => action),
    ['access.step-up-asked'],
  )
  await t.visitor().submit('/dang-xuat', {}, { 'sec-fetch-site': 'cross-site' })
  assert.equal((await listTold(t.sql, 'anonymous'))[0]?.body.code, 'access.foreign-origin')
})

dbTest('who scans all doors fills one line more than the bound, however many doors there are', async (t) => {
  const stranger = makeActor('nguoi-do-tim', {})
  const guarded = allRoutes().filter(({ access, method }) => access.includes(':') && method === 'GET')
  assert.ok(guarded.length > mostKinds + 10)
  for (const { path } of guarded.slice(0, mostKinds + 10))
    await t.as(stranger).inject({
      method: 'GET',
      url: path.replace(/:[A-Za-z]+\??/g, 'x').replace('*', 'x'),
      headers: { accept: 'application/json' },
    })
  const told = await listTold(t.sql, 'nguoi-do-tim')
  assert.equal(told.length, mostKinds + 1)
  assert.equal(told.at(-1)?.body.route, '*')
})

dbTest('a token that is none, or none any more, is a security event; the token itself is nowhere', async (t) => {
  const ctx = t.context()
  await createAccount(ctx, { name: 'may-thu', personName: 'Máy thử', organisation: 'H32.22366', machine: true })
  const { token } = await issueToken(ctx, { account: 'may-thu', scopes: ['indicator:read'], label: 'thử', days: 1 })
  const show = (minutes: number, shown: string, path = '/api/v1/security-events') =>
    t
      .at(later(minutes))
      .visitor()
      .inject({ method: 'GET', url: path, headers: { authorization: `Bearer ${shown}` } })
  const unknown = await show(0, 'tram_khong-phai-ma-nao')
  assert.equal(unknown.statusCode, 401)
  assert.equal(unknown.headers['www-authenticate'], 'Bearer error="invalid_token"')
  for (let round = 0; round < 3; round += 1) await show(1, 'tram_lai-mot-ma-khac')
  await show(25 * 60, token)
  await t.sql`update identity.account set disabled_at = ${testNow} where name = 'may-thu'`
  await show(1, token)
  assert.equal((await show(2, token, '/health/live')).statusCode, 200, 'what is open to anybody stays so')
  await tellFolded(t.at(later(15)).context())
  const told = await t.sql<{ actor: string; action: string; subject: string; organisation: string; body: string }[]>`
    select actor, action, subject, organisation, body from ledger.entry
    where action = 'token.refused' or action = 'access.refused-again' order by id`
  const facts = (body: string) => JSON.parse(body)
  assert.deepEqual(
    told.map(({ body, ...rest }) => [...Object.values(rest), facts(body).code, facts(body).times]).toSorted(),
    [
      ['anonymous', 'access.refused-again', 'account:anonymous', 'none', 'token.unknown', 3],
      ['anonymous', 'token.refused', 'account:anonymous', 'none', 'token.unknown', undefined],
      ['anonymous', 'token.refused', 'account:may-thu', 'H32.22366', 'token.account-closed', undefined],
      ['anonymous', 'token.refused', 'account:may-thu', 'H32.22366', 'token.expired', undefined],
    ],
  )
  assert.ok(!JSON.stringify(told).includes('khong-phai') && !JSON.stringify(told).includes(token))
  await sequenceLedger(t.sql)
  const { events } = await readAll(t)
  const [event] = events.filter(({ message }) => message === 'token.refused')
  assert.deepEqual([event?.type_uid], [600302])
})

async function readAll(t: DbTest, after?: number) {
  const query = after === undefined ? '' : `?after=${after}`
  const answer = await t.as('kiem-tra', readSecurityEvents).get(`/api/v1/security-events${query}`)
  assert.equal(answer.statusCode, 200)
  return answer.json() as {
    events: { message: string; type_uid: number; metadata: { sequence: number } }[]
    next: number
  }
}

dbTest(
  'sign-ins, failures, the brake, refusals and sign-outs come out as a stream in the fields of OCSF',
  async (t) => {
    await sequenceLedger(t.sql)
    const { next } = await readAll(t, Number.MAX_SAFE_INTEGER - 1)
    const start = next === Number.MAX_SAFE_INTEGER - 1 ? await newest(t) : next
    const right = { account: 'dulieu-khcn', password: 'tram-huong-2026' }
    for (let round = 0; round < 5; round += 1) await t.visitor().signIn({ ...right, password: 'sai-mat-khau' })
    const signedIn = await t.at(later(1)).visitor().signIn(right)
    const cookie = signedIn.cookie
    await t
      .at(later(1))
      .visitor()
      .inject({ method: 'GET', url: '/quan-tri/tai-khoan', headers: { cookie, accept: 'text/html' } })
    await t.at(later(1)).visitor().submit('/dang-xuat', {}, { cookie })
    await sequenceLedger(t.sql)
    const { events } = await readAll(t, start)
    assert.deepEqual(
      events.map(({ message, type_uid }) => `${message} ${type_uid}`),
      [
        ...Array.from({ length: 5 }, () => 'session.refused 300201'),
        'session.locked-out 300109',
        'session.opened 300201',
        'access.refused 600302',
        'session.closed 300202',
      ],
    )
    assert.ok(!JSON.stringify(events).includes('sai-mat-khau'))
    assert.deepEqual((await readAll(t, events.at(3)?.metadata.sequence)).events, events.slice(4), 'from anywhere on')
  },
)

async function newest(t: DbTest): Promise<number> {
  const [row] = await t.sql<{ newest: number }[]>`select coalesce(max(leaf_index), -1)::int as newest from ledger.leaf`
  return row?.newest ?? -1
}

cloneTest('two readers of the stream miss nothing and see the same order while many write at once', async (t) => {
  const ctx = t.context()
  await createAccount(ctx, { name: 'giam-sat', personName: 'Máy giám sát', organisation: 'H32', machine: true })
  await ctx.sql`insert into identity.role_assignment (account, role, organisation, valid_from, given_by, given_at)
    values ('giam-sat', 'auditor', '*', '2026-01-01', 'system', now())`
  const { token } = await issueToken(ctx, { account: 'giam-sat', label: 'Giám sát', scopes: [readSecurityEvents] })
  const writers = 4
  const each = 6
  const write = async (writer: number) => {
    for (let round = 0; round < each; round += 1)
      await signInOver(
        t.url,
        { account: `khong-co-${writer}-${round}`, password: 'sai-mat-khau' },
        { 'x-forwarded-for': `10.0.${writer}.${round}` },
      )
  }
  const read = async (limit: number) => {
    const seen: number[] = []
    let after = -1
    for (const until = Date.now() + 100_000; Date.now() < until; ) {
      const answer = await fetch(`${t.url}/api/v1/security-events?after=${after}&limit=${limit}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      const { events, next, more } = (await answer.json()) as Awaited<ReturnType<typeof readAll>> & { more: boolean }
      seen.push(
        ...events.filter(({ message }) => message === 'session.refused').map(({ metadata }) => metadata.sequence),
      )
      after = next
      if (seen.length >= writers * each) break
      if (!more) await sleep(50)
    }
    return seen
  }
  const [one, other] = await Promise.all([read(3), read(100), ...[0, 1, 2, 3].map(write)])
  const written = await t.sql<{ leafIndex: number }[]>`
    select l.leaf_index from ledger.leaf l join ledger.entry e on e.id = l.entry_id
    where e.action = 'session.refused' order by l.leaf_index`
  assert.equal(written.length, writers * each)
  assert.deepEqual(
    one,
    written.map(({ leafIndex }) => leafIndex),
  )
  assert.deepEqual(other, one)
  const refused = await fetch(`${t.url}/api/v1/ledger/entries`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(refused.status, 403, 'its key opens nothing else')
})
