import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Sql, Transaction } from '#platform/sql'
import { type DbTest, dbTest } from '#test/harness'
import { endTaskBy, flood, open, plain, sendParts } from '../testing.ts'
import { listOpenIncidents } from './face.ts'
import { mapLayers } from './map-layers.ts'
import { reportHtml } from './reports.ts'

const word = /DIỄN TẬP/

/** A statement that may fail without ending the test's transaction. */
const inSavepoint = (t: DbTest, work: (sql: Sql) => PromiseLike<unknown>) =>
  // The test's connection is a transaction.
  (t.sql as Transaction).savepoint(async (inner) => {
    await work(inner)
  })

dbTest('every page, file and message of an exercise says so; nothing of a real incident does', async (t) => {
  const operator = t.as('trucban')
  const exercise = await open(operator, {}, true)
  const real = await open(operator, { 'la-that': 'yes' })
  assert.match(exercise, /^DT-2026-\d{4}$/)
  const bulletin = {
    ten: 'Sơ tán',
    'noi-dung': 'Đến điểm sơ tán.',
    'khu-vuc': 'Phường Mẫu',
    kenh: 'zalo',
    khoa: '',
    nhan: 'H32',
    'vai-tro': 'leader',
  }
  for (const code of [exercise, real]) {
    await operator.submit(`/tinh-huong/${code}/ban-tin`, { ...bulletin, khoa: randomUUID() })
    await operator.submit(`/tinh-huong/${code}/bao-cao`, {})
  }
  const pages = [
    '',
    '/nhiem-vu',
    '/nhiem-vu/1',
    '/ban-do',
    '/ban-tin',
    '/ban-tin/1',
    '/ban-tin/soan',
    '/bao-cao',
    '/bao-cao/1',
    '/chi-huy',
    '/dong',
  ]
  for (const page of pages) {
    const drill = await operator.get(`/tinh-huong/${exercise}${page}`)
    assert.equal(drill.statusCode, 200, page)
    assert.match(drill.body, /<html[^>]* data-exercise="yes"/, `${page}: the striped frame`)
    assert.match(/<title>([^<]*)/.exec(drill.body)?.[1] ?? '', word, `${page}: the title`)
    assert.match(plain(/<h1>([\s\S]*?)<\/h1>/.exec(drill.body)?.[1] ?? ''), word, `${page}: the heading`)
    const truth = await operator.get(`/tinh-huong/${real}${page}`)
    assert.doesNotMatch(truth.body, /data-exercise/, page)
    assert.doesNotMatch(plain(truth.body), word, page)
  }
  for (const file of ['?tep=csv', '/nhiem-vu?tep=csv', '/ban-tin?tep=csv']) {
    const answer = await operator.get(`/tinh-huong/${exercise}${file}`)
    assert.match(decodeURIComponent(String(answer.headers['content-disposition'])), /dien-tap/)
    for (const line of answer.body
      .trim()
      .split('\r\n')
      .slice(1)
      .filter((one) => /^[^"]/.test(one)))
      assert.match(line, word, file)
  }
  // What goes out carries the word at its head, in its title and at its foot.
  const [row] = await t.sql<{ title: string }[]>`select title from incidents.bulletin where incident = ${exercise}`
  assert.doesNotMatch(row?.title ?? '', word, 'it is no part of what was typed, so nobody can take it out')
  assert.ok((plain((await operator.get(`/tinh-huong/${exercise}/ban-tin/1`)).body).match(/DIỄN TẬP/g)?.length ?? 0) > 6)
})

dbTest('the printed report of an exercise says so on its letter', async (t) => {
  const code = await open(t.as('trucban'), {}, true)
  await t.as('trucban').submit(`/tinh-huong/${code}/bao-cao`, {})
  const ctx = t.context()
  const { getIncident } = await import('./access.ts')
  const { getReport } = await import('./reports.ts')
  const html = await reportHtml(ctx, await getIncident(ctx, code), await getReport(ctx, code, 1))
  assert.ok((html.match(/DIỄN TẬP/g)?.length ?? 0) >= 10, 'title, number, head, foot and every section')
})

dbTest('exercises are never among the real ones: list, counts, map, tasks', async (t) => {
  const operator = t.as('trucban')
  const exercise = await open(operator, { 'toa-do': '12.24 109.19' }, true)
  assert.doesNotMatch((await operator.get('/tinh-huong')).body, new RegExp(exercise))
  assert.match((await operator.get('/tinh-huong?che-do=dien-tap')).body, new RegExp(exercise))
  assert.doesNotMatch((await operator.get('/tinh-huong?tep=csv')).body, new RegExp(exercise))
  const open1 = await listOpenIncidents(t.context())
  assert.deepEqual(
    open1.map((one) => [one.code, one.exercise]),
    [[exercise, true]],
  )
  const [real, drills] = await Promise.all(mapLayers.map((layer) => layer.list(t.context(), { limit: 10 })))
  assert.deepEqual([real?.total, drills?.total], [0, 1])
  assert.match(drills?.features[0]?.title ?? '', word)
})

dbTest('an exercise never becomes real nor the reverse, by any statement', async (t) => {
  const exercise = await open(t.as('trucban'), {}, true)
  const real = await open(t.as('trucban'), { 'la-that': 'yes' })
  for (const [code, mark] of [
    [exercise, false],
    [real, true],
  ] as const)
    await assert.rejects(
      inSavepoint(t, (sql) => sql`update incidents.incident set exercise = ${mark} where code = ${code}`),
      /an exercise stays an exercise/,
    )
  for (const table of ['task', 'bulletin', 'log_entry', 'place'] as const)
    await assert.rejects(
      inSavepoint(t, (sql) =>
        table === 'task'
          ? sql`insert into incidents.task (incident, exercise, number, title, what, organisation, state) values (${exercise}, false, 99, 'x', 'x', 'H32', 'open')`
          : table === 'place'
            ? sql`insert into incidents.place (incident, exercise, name, role, added_by, added_name, added_at, form_key) values (${exercise}, false, 'x', 'x', 'x', 'x', now(), 'x')`
            : table === 'log_entry'
              ? sql`insert into incidents.log_entry (incident, exercise, at, happened_at, kind, text, author, author_name) values (${real}, true, now(), now(), 'note', 'x', 'x', 'x')`
              : sql`insert into incidents.bulletin (incident, exercise, number, kind, title, body, area, channels, state, drafted_by, drafted_name, drafted_parties, drafted_at, form_key) values (${exercise}, false, 9, 'alert', 'x', 'x', 'x', '{}', 'draft', 'x', 'x', '{x}', now(), 'x')`,
      ),
      /violates foreign key/,
      table,
    )
})

dbTest('nothing real is opened by accident from an exercise', async (t) => {
  const operator = t.as('trucban')
  const exercise = await open(operator, {}, true)
  const fromIt = await operator.submit('/tinh-huong/mo', { ...flood, tu: exercise, khoa: randomUUID() })
  assert.equal(fromIt.statusCode, 422)
  assert.match(plain(fromIt.body), /Không mở tình huống thật từ một cuộc diễn tập/)
  const unsure = await operator.submit('/tinh-huong/mo', { ...flood, khoa: randomUUID() })
  assert.equal(unsure.statusCode, 422)
  assert.match(plain(unsure.body), new RegExp(`Đang có cuộc diễn tập ${exercise}`))
  await open(operator, { 'la-that': 'yes' })
  for (const page of ['', '/nhiem-vu', '/ban-tin', '/chi-huy', '/dong']) {
    const { body } = await operator.get(`/tinh-huong/${exercise}${page}`)
    assert.doesNotMatch(body, /href="\/tinh-huong\/mo["?]/, 'no way to the form of real ones')
    assert.doesNotMatch(body, /href="\/nhiem-vu\/giao/, 'no real directive comes out of it')
  }
})

dbTest('a drill runs its playbook like the real thing, and both look different', async (t) => {
  const operator = t.as('trucban')
  const exercise = await open(operator, {}, true)
  assert.equal((await endTaskBy(operator, exercise, 1)).statusCode, 303)
  const write = await sendParts(operator, `/tinh-huong/${exercise}/dien-bien`, { loai: 'note', 'noi-dung': 'Thử' })
  assert.equal(write.statusCode, 303)
  const steps = (await listOpenIncidents(t.context()))[0]
  assert.deepEqual([steps?.stepsDone, steps?.stepsTotal], [1, 9])
})
