import assert from 'node:assert/strict'
import { issueToken } from '#identity'
import { type DbTest, dbTest } from '#test/harness'
import { raise } from './testing.ts'

const base = '/alertmanager/api/v2'

async function client(t: DbTest, scopes: string[]) {
  const { token } = await issueToken(t.context(), { account: 'trucban', scopes, label: 'thử' })
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
  return {
    get: (path: string, at = t) => at.visitor().inject({ method: 'GET', url: `${base}${path}`, headers }),
    delete: (path: string, at = t) => at.visitor().inject({ method: 'DELETE', url: `${base}${path}`, headers }),
    post: (path: string, body: unknown, at = t) =>
      at.visitor().inject({
        method: 'POST',
        url: `${base}${path}`,
        headers: { ...headers, 'content-type': 'application/json' },
        payload: JSON.stringify(body),
      }),
  }
}

dbTest('a token writes or reads as its scopes say, and nobody does without one', async (t) => {
  const alert = [{ labels: { alertname: 'Thử', quan: 'Cam Ranh' }, startsAt: t.now.toISOString() }]
  const writer = await client(t, ['alerts:write'])
  assert.equal((await writer.post('/alerts', alert)).statusCode, 200)
  assert.equal((await writer.get('/alerts')).statusCode, 403)
  const reader = await client(t, ['alerts:read'])
  assert.equal((await reader.post('/alerts', alert)).statusCode, 403)
  const [one] = (await reader.get('/alerts')).json()
  assert.deepEqual(Object.keys(one).sort(), [
    'annotations',
    'endsAt',
    'fingerprint',
    'generatorURL',
    'labels',
    'receivers',
    'startsAt',
    'status',
    'updatedAt',
  ])
  assert.match(one.fingerprint, /^[0-9a-f]{16}$/)
  assert.deepEqual(one.status, { state: 'active', silencedBy: [], inhibitedBy: [] })
  const nobody = await t
    .visitor()
    .inject({ method: 'GET', url: `${base}/alerts`, headers: { accept: 'application/json' } })
  assert.equal(nobody.statusCode, 401)
  assert.equal(nobody.headers['www-authenticate'], 'Bearer')
})

dbTest('silences are made, listed, changed and ended in the shape that amtool knows', async (t) => {
  const amtool = await client(t, ['alerts:write', 'alerts:read'])
  await amtool.post('/alerts', [{ labels: { alertname: 'Thử', quan: 'Cam Ranh' }, startsAt: t.now.toISOString() }])
  const wanted = {
    matchers: [
      { name: 'quan', value: 'Cam.*', isRegex: true, isEqual: true },
      { name: 'alertname', value: 'Thử' },
    ],
    startsAt: t.now.toISOString(),
    endsAt: new Date(t.now.getTime() + 3_600_000).toISOString(),
    createdBy: 'amtool',
    comment: 'Bảo trì có kế hoạch',
  }
  const { silenceID } = (await amtool.post('/silences', wanted)).json()
  const [listed] = (await amtool.get('/silences')).json()
  assert.equal(listed.id, silenceID)
  assert.deepEqual(listed.status, { state: 'active' })
  assert.deepEqual(listed.matchers[1], { name: 'alertname', value: 'Thử', isRegex: false, isEqual: true })
  assert.equal((await amtool.get('/alerts?silenced=false')).json().length, 0)
  assert.deepEqual((await amtool.get('/alerts')).json()[0].status, {
    state: 'suppressed',
    silencedBy: [silenceID],
    inhibitedBy: [],
  })
  assert.equal(
    (await amtool.post('/silences', { ...wanted, id: silenceID, comment: 'Kéo dài bảo trì' })).json().silenceID,
    silenceID,
  )
  assert.equal((await amtool.get(`/silence/${silenceID}`)).json().comment, 'Kéo dài bảo trì')
  assert.equal((await amtool.delete(`/silence/${silenceID}`)).statusCode, 200)
  assert.deepEqual((await amtool.get(`/silence/${silenceID}`)).json().status, { state: 'expired' })
  assert.equal((await amtool.get('/alerts?silenced=false')).json().length, 1)
  for (const bad of [
    {},
    { ...wanted, comment: '' },
    { ...wanted, matchers: [{ name: 'a', value: '(', isRegex: true }] },
  ]) {
    const refused = await amtool.post('/silences', bad)
    assert.equal(refused.statusCode, 400)
    assert.equal(typeof refused.json(), 'string')
  }
  assert.equal((await amtool.get('/alerts?filter=khong-phai-bo-loc')).statusCode, 400)
})

dbTest('status and receivers are there, and rules and other rooms are read like all others', async (t) => {
  const amtool = await client(t, ['alerts:read'])
  await raise(t, { labels: { quan: 'Nha Trang' } })
  assert.equal((await amtool.get('/status')).json().cluster.status, 'ready')
  assert.deepEqual((await amtool.get('/receivers')).json(), [{ name: 'tram-huong' }])
  const [group] = (await amtool.get('/alerts/groups')).json()
  assert.equal(group.alerts.length, 1)
  assert.equal(group.labels.quan, 'Nha Trang')
})
