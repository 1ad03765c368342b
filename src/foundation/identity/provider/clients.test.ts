import assert from 'node:assert/strict'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { createAccount } from '../actions/accounts.ts'

const path = '/quan-tri/ung-dung'
const administrator = 'quantri'
/** Manages one commune only. */
const local = makeActor('quantri-xa', { 'account:manage': ['H32.22366', 'H32.22366.VP'] }, 'H32.22366')

const fields = {
  name: 'Cổng thử',
  id: 'cong-thu',
  organisation: 'H32.22366',
  redirectUris: 'https://cong.vidu.invalid/ve',
  personScopes: 'profile',
}

const register = (
  t: DbTest,
  kind: string,
  more: Record<string, string> = {},
  who: Parameters<DbTest['as']>[0] = administrator,
) => t.as(who).submit(`${path}/tao?loai=${kind}`, { ...fields, ...more })

const secretIn = (body: string) => /class="code">(tramkey_[\w-]{43})</.exec(body)?.[1]

dbTest('an administrator registers an application; its secret is shown once and kept nowhere', async (t) => {
  const made = await register(t, 'confidential')
  assert.equal(made.statusCode, 200)
  const secret = secretIn(made.body)
  assert.ok(secret)
  assert.ok(!(await t.as(administrator).get(`${path}/cong-thu`)).body.includes(secret))
  const [row] = await t.sql<{ text: string }[]>`select client::text as text from identity.relying_client client`
  assert.ok(row && !row.text.includes(secret))
  const list = await t.as(administrator).get(`${path}?q=c%E1%BB%95ng`)
  assert.match(list.body, /cong-thu/)
  const file = await t.as(administrator).get(`${path}?tai=csv`)
  assert.match(file.body, /cong-thu,Cổng thử/)
  const renewed = secretIn((await t.as(administrator).submit(`${path}/cong-thu/ma-bi-mat`, {})).body)
  assert.ok(renewed && renewed !== secret)
  await t.as(administrator).submit(`${path}/cong-thu/khoa-lai`, {})
  assert.match((await t.as(administrator).get(`${path}/cong-thu`)).body, /Mở lại ứng dụng/)
  const deeds = await t.sql<{ action: string }[]>`
    select action from ledger.entry where subject = 'client:cong-thu' and actor = ${administrator}`
  assert.deepEqual(deeds.map(({ action }) => action).sort(), [
    'client.created',
    'client.disabled',
    'client.secret-renewed',
  ])
})

dbTest('what is wrong is said beside its field, with what was typed', async (t) => {
  const wrong = { redirectUris: 'https://cong.vidu.invalid/ve\nhttp://cong.vidu.invalid/', id: 'Cổng' }
  const answer = await register(t, 'confidential', wrong)
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /id="redirectUris-error"[\s\S]*https:\/\/ đầy đủ/)
  assert.match(answer.body, /id="id-error"/)
  assert.match(answer.body, /http:\/\/cong\.vidu\.invalid\//)
  assert.equal((await register(t, 'public', { redirectUris: '' })).statusCode, 422)
  assert.equal(
    (await register(t, 'machine', { scopes: 'indicator:read', account: 'lanhdao' })).statusCode,
    422,
    'a person is no machine',
  )
  assert.equal((await register(t, 'machine', { scopes: '', account: 'lanhdao' })).statusCode, 422)
  await register(t, 'public')
  const doubled = await register(t, 'public')
  assert.equal(doubled.statusCode, 422)
  assert.match(doubled.body, /Đã có ứng dụng mang mã/)
})

dbTest(
  'who manages one organisation registers for it alone, asks for consent, and uses its machines only',
  async (t) => {
    assert.equal((await register(t, 'public', {}, local)).statusCode, 200)
    assert.equal((await register(t, 'public', { id: 'cong-khac', trusted: 'yes' }, local)).statusCode, 422)
    assert.equal((await register(t, 'public', { id: 'cong-khac', organisation: 'H32' }, local)).statusCode, 403)
    const machine = { personName: 'Máy thử', machine: true } as const
    await createAccount(t.context(), { ...machine, name: 'may-xa', organisation: 'H32.22366' })
    await createAccount(t.context(), { ...machine, name: 'may-khac', organisation: 'H32.22390' })
    const ask = (id: string, account: string) =>
      register(t, 'machine', { id, account, scopes: 'indicator:read' }, local)
    assert.equal((await ask('may-mot', 'may-khac')).statusCode, 422)
    assert.equal((await ask('may-mot', 'may-xa')).statusCode, 200)
    await register(t, 'public', { id: 'cua-tinh', organisation: 'H32' })
    assert.equal((await t.as(local).get(`${path}/cua-tinh`)).statusCode, 404)
    for (const deed of ['khoa-lai', 'mo-khoa', 'ma-bi-mat'])
      assert.equal((await t.as(local).submit(`${path}/cua-tinh/${deed}`, {})).statusCode, 404, deed)
    assert.doesNotMatch((await t.as(local).get(path)).body, /cua-tinh/)
  },
)

const editOf = { name: 'Cổng đã đổi', redirectUris: 'https://cong.vidu.invalid/ve\nhttps://cong.vidu.invalid/ve-2' }

const sameTokens = async (t: DbTest) => {
  const [row] = await t.sql<{ count: number }[]>`
    select count(*)::int as count from identity.provider_artifact where client = 'cong-thu'`
  return row?.count
}

const changesOf = async (t: DbTest) =>
  (
    await t.sql<{ body: string }[]>`
      select body from ledger.entry where subject = 'client:cong-thu' and action = 'client.changed' order by at`
  ).map(({ body }) => {
    const { from, to, ended } = JSON.parse(body)
    return { from, to, ended }
  })

dbTest(
  'an application is changed, old and new go into the ledger, and less than before voids what was given',
  async (t) => {
    await register(t, 'confidential')
    const hand = () => t.sql`
    insert into identity.provider_artifact (id_hash, model, payload, client, expires_at)
    values (sha256(${Buffer.from(String(Math.random()))}), 'RefreshToken', '{}', 'cong-thu', ${new Date(t.now.getTime() + 60_000)})`
    await hand()
    const form = await t.as(administrator).get(`${path}/cong-thu/sua`)
    assert.match(form.body, /https:\/\/cong\.vidu\.invalid\/ve<\/textarea>/)
    const edit = (more: Record<string, string>) => t.as(administrator).submit(`${path}/cong-thu/sua`, more)
    const wider = await edit({
      ...editOf,
      personScopes: 'profile',
      id: 'cong-khac',
      kind: 'machine',
      organisation: 'H32',
    })
    assert.equal(wider.headers.location, `${path}/cong-thu?da-sua=1`)
    assert.match((await t.as(administrator).get(String(wider.headers.location))).body, /Cổng đã đổi[\s\S]*ve-2/)
    assert.equal(await sameTokens(t), 1, 'more than before takes nothing away')
    await edit({ ...editOf, personScopes: 'profile' })
    assert.equal((await changesOf(t)).length, 1, 'nothing changed, nothing written')
    await edit(editOf)
    assert.equal(await sameTokens(t), 0, 'what was given for more than is allowed now is void')
    await hand()
    await edit({ ...editOf, redirectUris: 'https://cong.vidu.invalid/ve' })
    assert.equal(await sameTokens(t), 0)
    assert.deepEqual(await changesOf(t), [
      {
        from: { name: 'Cổng thử', redirectUris: ['https://cong.vidu.invalid/ve'] },
        to: { name: 'Cổng đã đổi', redirectUris: editOf.redirectUris.split('\n') },
        ended: 0,
      },
      { from: { scopes: ['openid', 'profile'] }, to: { scopes: ['openid'] }, ended: 1 },
      {
        from: { redirectUris: editOf.redirectUris.split('\n') },
        to: { redirectUris: ['https://cong.vidu.invalid/ve'] },
        ended: 1,
      },
    ])
    const [row] = await t.sql<{ organisation: string; secret: boolean }[]>`
    select organisation, secret_hash is not null as secret from identity.relying_client where id = 'cong-thu'`
    assert.deepEqual(row, { organisation: 'H32.22366', secret: true }, 'the rest is as it was registered')
  },
)

dbTest('a change that is wrong says so beside its field, and one of another organisation finds nothing', async (t) => {
  await register(t, 'public')
  const wrong = await t.as(administrator).submit(`${path}/cong-thu/sua`, { name: '', redirectUris: 'http://a.invalid' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /id="name-error"/)
  assert.match(wrong.body, /id="redirectUris-error"[\s\S]*https:\/\/ đầy đủ/)
  assert.equal((await t.as(local).submit(`${path}/cong-thu/sua`, editOf)).statusCode, 303)
  assert.equal((await t.as(local).submit(`${path}/cong-thu/sua`, { ...editOf, trusted: 'yes' })).statusCode, 422)
  await register(t, 'public', { id: 'tin-cay', trusted: 'yes' })
  assert.equal(
    (await t.as(local).submit(`${path}/tin-cay/sua`, { ...editOf, trusted: '' })).statusCode,
    403,
    'where nobody is asked, only who answers for the province leads people elsewhere',
  )
  await register(t, 'public', { id: 'cua-tinh', organisation: 'H32' })
  for (const answer of [
    await t.as(local).get(`${path}/cua-tinh/sua`),
    await t.as(local).submit(`${path}/cua-tinh/sua`, editOf),
  ])
    assert.equal(answer.statusCode, 404)
  assert.equal((await t.as('lanhdao').submit(`${path}/cong-thu/sua`, editOf)).statusCode, 403)
})
