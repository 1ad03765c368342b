import assert from 'node:assert/strict'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { issueToken } from '#identity'
import { type CloneTest, cloneTest, type DbTest, dbTest, makeActor } from '#test/harness'
import { processSource } from '../import.ts'

const report = (code: string, state = 'moi', more: Record<string, unknown> = {}) => ({
  ma: code,
  linh_vuc: 'Môi trường',
  don_vi: 'H32.NNMT',
  dia_ban: '22366',
  tiep_nhan: '2026-11-20T08:00:00+07:00',
  trang_thai: state,
  cap_nhat: '2026-11-20T08:00:00+07:00',
  ...more,
})

const pusher = makeActor('may-day-thu', { 'record:push': ['H32.VP'] }, 'H32.VP')
const url = '/api/v1/sources/citizen-reports/records'

const push = (t: DbTest, body: unknown, headers: Record<string, string> = {}) =>
  t.as(pusher).inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })

dbTest('a pushed batch is answered with the place where its counts are read', async (t) => {
  const answer = await push(t, [report('PA-1'), report('PA-2', 'sai'), report('PA-1')])
  assert.equal(answer.statusCode, 202, answer.body)
  const { landing, url } = answer.json()
  assert.equal(url, `/api/v1/sources/citizen-reports/landings/${landing}`)
  assert.equal(answer.headers.location, url)
  const waiting = (await t.as(pusher).get(url)).json()
  assert.equal(waiting.state, 'landed')
  await processSource(t.context(), 'citizen-reports')
  const done = (await t.as(pusher).get(url)).json()
  assert.equal(done.state, 'done')
  const { received, applied, superseded, duplicate, quarantined } = done
  assert.deepEqual([received, applied, superseded, duplicate, quarantined], [3, 1, 0, 1, 1])
  assert.equal(done.lines.length, 1)
  assert.equal(done.lines[0].faults[0].field, 'trang_thai')
  assert.equal(done.lines[0].faults[0].value, 'sai')
})

dbTest('the same key with the same content is the same arrival, with another content it is refused', async (t) => {
  const headers = { 'idempotency-key': '"lo-1"' }
  const first = await push(t, [report('PA-1')], headers)
  const again = await push(t, [report('PA-1')], headers)
  assert.equal(again.statusCode, 202)
  assert.equal(again.json().landing, first.json().landing)
  const other = await push(t, [report('PA-9')], headers)
  assert.equal(other.statusCode, 422)
  assert.equal(other.json().code, 'push.key-reused')
  assert.match(String(other.headers['content-type']), /application\/problem\+json/)
})

dbTest('many small arrivals end as they would have ended alone', async (t) => {
  const at = (hour: number) => `2026-11-20T${String(hour).padStart(2, '0')}:00:00+07:00`
  const batches = [
    [report('A'), report('B')],
    [report('A', 'dang-xu-ly', { cap_nhat: at(9) })],
    [report('A')],
    [report('A', 'dang-xu-ly', { cap_nhat: at(9) }), report('C', 'sai')],
    [report('C', 'sai'), report('B', 'moi', { cap_nhat: at(7) })],
    [report('C', 'moi')],
    [report('B', 'moi', { cap_nhat: at(7) })],
  ]
  const ids: number[] = []
  for (const batch of batches) ids.push((await push(t, batch)).json().landing)
  await processSource(t.context(), 'citizen-reports')
  const rows = await t.sql`
    select applied, superseded, duplicate, quarantined from warehouse.landing where id = any(${ids.map(String)}::bigint[]) order by id`
  assert.deepEqual(
    rows.map((row) => Object.values(row)),
    [
      [2, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 1, 1],
      [0, 1, 1, 0],
      [1, 0, 0, 0],
      [0, 0, 1, 0],
    ],
  )
  const [stands] =
    await t.sql`select status from warehouse.citizen_report where source = 'citizen-reports' order by opened_on limit 1`
  assert.ok(stands)
  const landings = await t.sql<{ landingId: number }[]>`
    select landing_id from warehouse.record where source = 'citizen-reports' and key = 'A' order by id`
  assert.deepEqual(
    landings.map((row) => row.landingId),
    [ids[0], ids[1]],
  )
})

dbTest('one record, JSON Lines and the own format of the contract are taken', async (t) => {
  const one = await push(t, report('PA-1'))
  const lines = await push(t, `${JSON.stringify(report('PA-2'))}\n${JSON.stringify(report('PA-3'))}\n`, {
    'content-type': 'application/x-ndjson',
  })
  const air = makeActor('tram-do-thu', { 'record:push': ['H32.NNMT'] })
  const csv = await t.as(air).inject({
    method: 'POST',
    url: '/api/v1/sources/air-stations/records',
    headers: { 'content-type': 'text/csv' },
    payload: 'tram,dia_ban,thoi_diem,pm25,pm10\nT1,22366,2026-11-20 08:00,12.5,30\n',
  })
  const json = await t.as(air).inject({
    method: 'POST',
    url: '/api/v1/sources/air-stations/records',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify([{ tram: 'T1', dia_ban: '22366', thoi_diem: '2026-11-20 09:00', pm25: 12.5, pm10: null }]),
  })
  for (const answer of [one, lines, csv, json]) assert.equal(answer.statusCode, 202, answer.body)
  await processSource(t.context(), 'citizen-reports')
  await processSource(t.context(), 'air-stations')
  const ids = [one, lines, csv, json].map((answer) => String(answer.json().landing))
  const rows = await t.sql`
    select state, applied, fault from warehouse.landing where id = any(${ids}::bigint[]) order by id`
  assert.deepEqual(
    rows.map(({ state, applied, fault }) => [state, applied, fault]),
    [
      ['done', 1, null],
      ['done', 2, null],
      ['done', 1, null],
      ['done', 1, null],
    ],
  )
})

dbTest('a broken batch is refused as a whole and leaves its neighbours alone', async (t) => {
  const ids: number[] = []
  for (const body of [[report('A')], '[{"ma": "B"', [report('C')]]) ids.push((await push(t, body)).json().landing)
  await processSource(t.context(), 'citizen-reports')
  const rows =
    await t.sql`select state, applied from warehouse.landing where id = any(${ids.map(String)}::bigint[]) order by id`
  assert.deepEqual(
    rows.map(({ state, applied }) => [state, applied]),
    [
      ['done', 1],
      ['refused', 0],
      ['done', 1],
    ],
  )
})

dbTest('a push is refused to those it is not open to', async (t) => {
  const elsewhere = makeActor('may-khac', { 'record:push': ['H32.KHCN'] })
  const send = (who: Parameters<DbTest['as']>[0]) =>
    t.as(who).inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload: '[]' })
  assert.equal((await send(elsewhere)).statusCode, 403)
  assert.equal((await send(makeActor('khong-quyen', {}))).statusCode, 403)
  assert.equal((await send({ ...pusher, scopes: ['source:air-stations'] })).statusCode, 403)
  assert.equal((await send({ ...pusher, scopes: ['source:citizen-reports'] })).statusCode, 202)
  const landing = (await push(t, [report('A')])).json().url
  assert.equal((await t.as(elsewhere).get(landing)).statusCode, 403)
  assert.equal((await t.as(pusher).get('/api/v1/sources/citizen-reports/landings/999999')).statusCode, 404)
  assert.equal((await t.visitor().inject({ method: 'POST', url, payload: '[]' })).statusCode, 401)
})

dbTest('what is no record is refused at the door', async (t) => {
  assert.equal((await push(t, '')).statusCode, 422)
  assert.equal((await push(t, '"abc"')).json().code, 'push.not-json')
  assert.equal((await push(t, '<xml/>', { 'content-type': 'application/xml' })).statusCode, 415)
  assert.equal((await push(t, [report('A')], { 'idempotency-key': 'có dấu' })).statusCode, 422)
})

const pushOver = (t: CloneTest, token: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${t.url}${url}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

cloneTest('with a token for one source a hundred pushes at once all come in, each with its own counts', async (t) => {
  const { token } = await issueToken(t.context(), {
    account: 'quantri',
    scopes: ['source:citizen-reports'],
    label: 'Máy đẩy thử nghiệm',
  })
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      pushOver(t, token, [report(`PA-${index % 90}`)], { 'idempotency-key': `k${index % 95}` }),
    ),
  )
  const landings = new Set<number>()
  for (const answer of answers) {
    const body = await answer.json()
    if (answer.status === 202) landings.add(body.landing)
    else assert.equal(body.code, 'push.key-reused')
  }
  assert.equal(landings.size, 95)
  const elsewhere = await fetch(`${t.url}/api/v1/sources/air-stations/records`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '[]',
  })
  assert.equal(elsewhere.status, 403)
  for (let wait = 0; wait < 100; wait += 1) {
    const [row] =
      await t.sql`select count(*)::int as n from warehouse.landing where source = 'citizen-reports' and state = 'done'`
    if (row?.n === 95) break
    await sleep(100)
  }
  const [sums] = await t.sql`
    select sum(received)::int as received, sum(applied)::int as applied, sum(duplicate)::int as duplicate
    from warehouse.landing where source = 'citizen-reports' and state = 'done'`
  assert.deepEqual(sums, { received: 95, applied: 90, duplicate: 5 })
})

cloneTest('a large batch is streamed to its landing; over the limit it is refused', async (t) => {
  const { token } = await issueToken(t.context(), {
    account: 'quantri',
    scopes: ['record:push'],
    label: 'Máy đẩy thử nghiệm',
  })
  const many = Array.from({ length: 5000 }, (_, index) => report(`L-${index}`))
  const answer = await pushOver(t, token, many, { 'idempotency-key': 'lon-1' })
  assert.equal(answer.status, 202)
  const again = await pushOver(t, token, many, { 'idempotency-key': 'lon-1' })
  assert.equal((await again.json()).landing, (await answer.json()).landing)
  const other = await pushOver(t, token, [...many, report('x')], { 'idempotency-key': 'lon-1' })
  assert.equal(other.status, 422)
  const huge = await fetch(`${t.url}${url}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: Buffer.alloc(33 * 1024 * 1024, 32),
  })
  assert.equal(huge.status, 413)
})

cloneTest('a large batch that was cut off midway is taken when it comes again under its key', async (t) => {
  const { token } = await issueToken(t.context(), { account: 'quantri', scopes: ['record:push'], label: 'Máy thử' })
  const many = JSON.stringify(Array.from({ length: 5000 }, (_, index) => report(`C-${index}`)))
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(many),
    'idempotency-key': 'cat-ngang',
  }
  await new Promise<void>((resolve) => {
    const cut = request(`${t.url}${url}`, { method: 'POST', headers })
    cut.on('error', () => resolve())
    cut.write(many.slice(0, 400_000), () => setTimeout(() => cut.destroy(new Error('cut')), 300))
  })
  for (let wait = 0; wait < 50; wait += 1) {
    const open = await t.sql`select from warehouse.landing where state = 'landing'`
    if (open.length === 0) break
    await sleep(100)
  }
  const again = await pushOver(t, token, JSON.parse(many), { 'idempotency-key': 'cat-ngang' })
  assert.equal(again.status, 202)
})

dbTest('a record says the same as an object and as a line of a table', async (t) => {
  const asker = t.as(makeActor('may-day-thu', { 'record:push': 'all' }, 'H32'))
  const columns = ['tram', 'dia_ban', 'thoi_diem', 'pm25', 'pm10']
  const row = { tram: 'T1', dia_ban: '22366', thoi_diem: '2026-11-20 08:00', pm25: 12.5, pm10: '' }
  const bodies = [
    ['text/csv', `${columns.join(',')}\nT1,22366,2026-11-20 08:00,12.5,\n`],
    ['application/json', JSON.stringify([row])],
    ['application/json', JSON.stringify([{ ...row, pm25: '12.5', pm10: null }])],
  ] as const
  for (const [type, payload] of bodies) {
    const answer = await asker.inject({
      method: 'POST',
      url: '/api/v1/sources/air-stations/records',
      headers: { 'content-type': type },
      payload,
    })
    assert.equal(answer.statusCode, 202, answer.body)
  }
  await processSource(t.context(), 'air-stations')
  const [sums] = await t.sql`
    select sum(applied)::int as applied, sum(duplicate)::int as duplicate from warehouse.landing where source = 'air-stations'`
  assert.deepEqual(sums, { applied: 1, duplicate: 2 })
})
