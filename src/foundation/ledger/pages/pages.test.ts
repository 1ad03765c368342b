import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dbTest, makeActor } from '#test/harness'
import { projectRoot } from '#test/settings'
import { appendBatch, appendEntry, destroyKey } from '../actions.ts'
import { makeSigner } from '../note.ts'
import { verifyEntryProof, verifyItemProof } from '../proof.ts'
import { listEntries } from '../read.ts'
import { sequenceLedger, signCheckpoint } from '../sequence.ts'
import { sayAction } from './words.ts'

const signer = makeSigner('tests.invalid/ledger', generateKeyPairSync('ed25519').privateKey)

dbTest('an auditor sees the deeds of his organisations with their proof, and nobody else sees any', async (t) => {
  const ctx = t.context(makeActor('can-bo-thu', {}, 'X01'))
  const id = await appendEntry(ctx, { action: 'source.landed', subject: 'source:<b>S1</b>', body: { rows: 3 } })
  const far = await appendEntry(t.context(makeActor('can-bo-khac', {}, 'X02')), {
    action: 'source.landed',
    subject: 'source:S2',
  })
  const auditor = t.as(makeActor('kiem-toan', { 'ledger:read': ['X01'] }))

  assert.match((await auditor.get(`/nhat-ky/${id}`)).body, /Chờ đánh số/)
  assert.equal((await auditor.get(`/api/v1/ledger/entries/${id}/proof`)).json().code, 'ledger.not-numbered')
  await sequenceLedger(t.sql)
  assert.match((await auditor.get(`/nhat-ky/${id}`)).body, /Đã đánh số, chờ ký/)
  await signCheckpoint(t.sql, signer, { now: t.now })
  assert.match((await auditor.get(`/nhat-ky/${id}`)).body, /Đã ký niêm phong/)

  const list = await auditor.get('/nhat-ky')
  assert.equal(list.statusCode, 200)
  assert.ok(list.body.includes('source:&lt;b>S1&lt;/b>') && !list.body.includes('source:S2'))
  assert.ok(list.body.includes(signer.verifierKey))
  assert.equal((await auditor.get(`/nhat-ky/${far}`)).statusCode, 404)
  assert.equal((await auditor.get(`/api/v1/ledger/entries/${far}/proof`)).statusCode, 404)

  const proof = (await auditor.get(`/api/v1/ledger/entries/${id}/proof`)).json()
  assert.ok(verifyEntryProof(proof, [signer.verifierKey]))
  const witness = t.as('may-lam-chung', 'ledger:witness')
  const checkpoints = (await witness.get('/api/v1/ledger/checkpoints')).json()
  assert.equal(checkpoints.items[0].verifierKey, signer.verifierKey)

  const officer = t.as('can-bo-thu', 'source:read')
  for (const path of [
    '/nhat-ky',
    `/nhat-ky/${id}`,
    '/api/v1/ledger/checkpoints',
    `/api/v1/ledger/entries/${id}/proof`,
    '/api/v1/ledger/entries',
  ]) {
    assert.equal((await officer.get(path)).statusCode, 403, path)
  }
  assert.equal((await t.visitor().get('/api/v1/ledger/checkpoints')).statusCode, 401)
})

dbTest('the list is narrowed by its filters, and a wrong date is answered with words', async (t) => {
  const ctx = t.context(makeActor('can-bo-thu', {}, 'X01'))
  await appendEntry(ctx, { action: 'source.landed', subject: 'source:S1', at: new Date('2026-11-20T18:00:00Z') })
  await appendEntry(ctx, {
    action: 'person.looked-up',
    subject: 'person:P1',
    purpose: 'Hồ sơ thử',
    at: new Date('2026-11-22T05:00:00Z'),
  })
  const auditor = t.as('kiem-toan', 'ledger:read')
  const shows = async (query: string) => {
    const { body } = await auditor.get(`/nhat-ky?donVi=X01&${query}`)
    return ['source:S1', 'person:P1'].filter((subject) => body.includes(`>${subject}<`))
  }
  assert.deepEqual(await shows(''), ['source:S1', 'person:P1'])
  assert.deepEqual(await shows('hanhDong=source.landed'), ['source:S1'])
  assert.deepEqual(await shows('tu-day=21&tu-month=11&tu-year=2026&den-day=21&den-month=11&den-year=2026'), [
    'source:S1',
  ])
  assert.deepEqual(await shows('tu-day=22&tu-month=11&tu-year=2026'), ['person:P1'])
  assert.deepEqual(await shows('mucDich=ho+so+THU'), ['person:P1'])
  assert.deepEqual(await shows('doiTuong=source:*'), ['source:S1'])
  assert.equal(
    (await t.sql`select from ledger.entry where action = 'ledger.searched'`).count,
    6,
    'each search is written',
  )
  const wrong = await auditor.get('/nhat-ky?tu-day=31&tu-month=2&tu-year=2026')
  assert.equal(wrong.statusCode, 422)
  const main = wrong.body.slice(wrong.body.indexOf('<main'))
  assert.equal(main.match(/Ngày phải có đủ ngày, tháng, năm/g)?.length, 1, 'once')
  assert.match(main, /<a [^>]*href="\/nhat-ky"[^>]*><span>Mở lại trang/)
})

dbTest('one item of a batch is proved through the interface', async (t) => {
  const batch = await appendBatch(t.context(), { action: 'records.landed', subject: 'source:S1' }, ['a', 'b', 'c'])
  await sequenceLedger(t.sql)
  await signCheckpoint(t.sql, signer, { now: t.now })
  const auditor = t.as('kiem-toan', 'ledger:read')
  const entry = (await auditor.get(`/api/v1/ledger/entries/${batch.id}/proof`)).json()
  const item = (await auditor.get(`/api/v1/ledger/entries/${batch.id}/items/1/proof`)).json()
  assert.ok(verifyItemProof('b', item, entry))
  assert.ok(!verifyItemProof('a', item, entry))
  assert.equal((await auditor.get(`/api/v1/ledger/entries/${batch.id}/items/3/proof`)).statusCode, 404)
})

dbTest(
  'a body whose key was destroyed is said to be unreadable, and destroying needs its own permission',
  async (t) => {
    const id = await appendEntry(t.context(), {
      action: 'person.looked-up',
      subject: 'person:P1',
      body: { name: 'Người Thử' },
      sealUnder: 'person:P1',
    })
    const auditor = t.as('kiem-toan', 'ledger:read')
    const openings = async () => {
      const rows = await listEntries(t.sql, {
        action: 'ledger.bodies-opened',
        actor: 'kiem-toan',
        reach: 'all',
        limit: 9,
      })
      return rows.map(({ body }) => (body as { entries: string[] }).entries)
    }
    assert.match((await auditor.get(`/nhat-ky/${id}`)).body, /Người Thử/)
    await auditor.get('/nhat-ky')
    assert.deepEqual(
      await openings(),
      [[id]],
      'whoever opens what was sealed leaves word of it; a list shows no bodies',
    )
    await auditor.get('/api/v1/ledger/entries?subject=person:P1')
    assert.deepEqual(await openings(), [[id], [id]])
    await assert.rejects(
      async () => destroyKey(t.context(makeActor('kiem-toan', { 'ledger:read': 'all' })), 'person:P1', 'x'),
      { status: 403 },
    )
    await destroyKey(t.context(), 'person:P1', 'theo yêu cầu')
    const { body } = await auditor.get(`/nhat-ky/${id}`)
    assert.ok(!body.includes('Người Thử') && body.includes('Nội dung không còn đọc được'))
    assert.deepEqual(await openings(), [[id], [id]], 'nothing was read any more')
  },
)

dbTest('a key is destroyed by two persons with a ground, never by one, and what it sealed is gone', async (t) => {
  const id = await appendEntry(t.context(), {
    action: 'person.looked-up',
    subject: 'person:P9',
    body: { name: 'Người Thử' },
    sealUnder: 'person:P9',
  })
  const path = '/nhat-ky/huy-khoa'
  const [first, second] = [t.as('quan-tri-mot', 'ledger:destroy-key'), t.as('quan-tri-hai', 'ledger:destroy-key')]
  assert.equal((await t.as('kiem-toan', 'ledger:read').get(path)).statusCode, 403)
  assert.equal((await first.submit(path, { khoa: 'person:P9', canCu: '', lyDo: '' })).statusCode, 422)
  assert.equal(
    (await first.submit(path, { khoa: 'person:khong-co', canCu: 'QĐ 1/2026', lyDo: 'Yêu cầu' })).statusCode,
    422,
  )
  const wish = { khoa: 'person:P9', canCu: 'Quyết định số 5/QĐ-UBND', lyDo: 'Yêu cầu xóa dữ liệu' }
  assert.equal((await first.submit(path, wish)).statusCode, 303)
  assert.equal((await second.submit(path, wish)).statusCode, 422, 'one wish at a time')
  const decide = /action="(\/nhat-ky\/huy-khoa\/\d+)"/.exec((await second.get(path)).body)?.[1] ?? ''
  assert.equal((await first.submit(decide, { viec: 'destroyed' })).statusCode, 409, 'not by who asked')
  assert.equal((await t.as('kiem-toan', 'ledger:read').submit(decide, { viec: 'destroyed' })).statusCode, 403)
  assert.equal((await second.submit(decide, { viec: 'destroyed' })).statusCode, 303)
  assert.equal((await second.submit(decide, { viec: 'refused' })).statusCode, 409, 'decided once')
  const { body } = await t.as('kiem-toan', 'ledger:read').get(`/nhat-ky/${id}`)
  assert.ok(!body.includes('Người Thử') && body.includes('Nội dung không còn đọc được'))
})

dbTest('the entries that a filter finds are downloaded', async (t) => {
  const auditor = t.as('quantri')
  const all = await auditor.get('/nhat-ky?tai=csv')
  assert.equal(all.statusCode, 200)
  const lines = all.body.trim().split('\r\n')
  assert.match(lines[0] ?? '', /Hành động/)
  assert.ok(lines.length > 1)
  const action = lines[1]?.split(',')[2] ?? ''
  const some = (await auditor.get(`/nhat-ky?hanhDong=${action}&tai=csv`)).body.trim().split('\r\n').slice(1)
  assert.ok(some.length > 0 && some.every((line) => line.split(',')[2] === action))
})

test('every deed that the program writes into the ledger has Vietnamese words', () => {
  const files = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
  const deeds = sources.flatMap((file) =>
    [...readFileSync(join(projectRoot, 'src', file), 'utf8').matchAll(/\baction: '([a-z]+\.[a-z-]+)'/g)].map(
      (match) => match[1] ?? '',
    ),
  )
  assert.ok(new Set(deeds).size > 25, 'the deeds were found')
  assert.deepEqual(
    [...new Set(deeds)].filter((deed) => !sayAction(deed)),
    [],
  )
})

dbTest('the list names a deed in words and keeps the code of one it does not know', async (t) => {
  const ctx = t.context(makeActor('can-bo-thu', {}, 'X01'))
  await appendEntry(ctx, { action: 'figures.published', subject: 'figures:S1' })
  await appendEntry(ctx, { action: 'thing.unheard-of', subject: 'thing:1' })
  const { body } = await t.as(makeActor('kiem-toan', { 'ledger:read': ['X01'] })).get('/nhat-ky')
  assert.match(body, /Công bố số liệu <span class="code muted small">figures\.published/)
  assert.match(body, /<span class="code">thing\.unheard-of/)
})

dbTest('whoever did something stands by name and position, also when the account is no longer in use', async (t) => {
  const [person] = await t.sql<{ personName: string }[]>`
    update identity.account set disabled_at = ${t.now} where name = 'canbo-nhatrang' returning person_name`
  assert.ok(person?.personName)
  const id = await appendEntry(t.context(makeActor('canbo-nhatrang', {}, 'X01')), {
    action: 'source.landed',
    subject: 'source:S1',
  })
  const auditor = t.as(makeActor('kiem-toan', { 'ledger:read': ['X01'] }))
  for (const path of ['/nhat-ky', `/nhat-ky/${id}`])
    assert.match((await auditor.get(path)).body, new RegExp(`${person.personName}, \\p{L}`, 'u'), path)
})
