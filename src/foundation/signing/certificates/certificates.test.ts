import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DbTest, dbTest } from '#test/harness'
import { uploadSample } from '#test/samples'
import { begin, courierOf, makePdf, makeSigner, signAll } from '#test/signers'
import { requestSignature } from '../requests/actions.ts'
import { columns, importCertificates } from './import.ts'
import { dueNotice } from './model.ts'
import { seedCertificates } from './seed.ts'
import { watchEnds } from './watch.ts'

const dayMs = 24 * 3_600_000
const head = Object.values(columns).join(',')
const line = (serial: string, to: string, more = 'H32.KHCN,dulieu-khcn') =>
  `${serial},Nơi cấp mẫu,"Bùi Thị Mẫu, Thử",ca-nhan,${more},token,2024-01-01,${to}`

const bring = (t: DbTest, ...lines: string[]) =>
  importCertificates(t.context(), Buffer.from(`\ufeff${[head, ...lines].join('\r\n')}`))

test('every threshold is told once, the earliest first, however often one looks', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -10, max: 100 }), { maxLength: 40 }), (looks) => {
      const end = new Date('2026-12-31T00:00:00Z')
      let told: number | null = null
      const all: number[] = []
      for (const days of looks.toSorted((a, b) => b - a)) {
        const due = dueNotice(end, told, new Date(end.getTime() - days * dayMs))
        if (due === undefined) continue
        assert.ok(days > 0 && days <= due)
        all.push(due)
        told = due
      }
      assert.deepEqual(
        all,
        [...new Set(all)].toSorted((a, b) => b - a),
      )
    }),
  )
})

dbTest('a list is taken in whole or not at all, and a second time changes nothing', async (t) => {
  const admin = t.as('quantri')
  const faulty = `${head}\n${line('0A:0b', '2027-01-01')}\n${line('xyz', '2027-01-01')}\n${line('0c', '2020-01-01')}\n${line('0d', '2027-01-01', 'H99.KHONG,')}`
  await assert.rejects(importCertificates(t.context(), Buffer.from(faulty)), (error: Error) => {
    assert.match(error.message, /Dòng 3.*số hệ 16.*Dòng 4: ngày hết hạn.*Dòng 5: không có đơn vị/s)
    return true
  })
  assert.deepEqual(await bring(t, line('0A:0b', '2027-01-01')), { taken: 1, fresh: 1 })
  assert.deepEqual(await bring(t, line('a0b', '2027-01-01')), { taken: 1, fresh: 0 })
  const list = await admin.get('/quan-tri/chung-thu-so?q=bui+thi+mau')
  assert.match(list.body, /Bùi Thị Mẫu, Thử/)
  const file = await admin.get('/quan-tri/chung-thu-so?tai=csv')
  assert.match(file.body, /a0b,Nơi cấp mẫu/)
  assert.equal((await t.as('phantich').get('/quan-tri/chung-thu-so')).statusCode, 403)
  assert.equal((await t.as('giamdoc-khcn').get('/quan-tri/chung-thu-so/nhap')).statusCode, 403)
  const other = await t.as('canbo-nhatrang').get('/quan-tri/chung-thu-so?q=bui+thi+mau')
  assert.doesNotMatch(other.body, /Bùi Thị Mẫu, Thử/, 'each sees the register of his own unit')
  const to = await uploadSample(admin, '/quan-tri/chung-thu-so/nhap', {
    name: 'ds.csv',
    bytes: `${head}\n${line('e1', '2028-01-01')}`,
  })
  assert.match(to, /taken=1&fresh=1/)
})

dbTest(
  'of a certificate that ends its holder and his unit are told in time, once, and its renewal is on the worklist',
  async (t) => {
    await bring(t, line('77', '2027-01-10'), line('79', '2027-01-11', 'H32.22366,'))
    const told = async () =>
      (await t.sql<{ code: string }[]>`select code from notifications.notice where code like 'certificate.%'`).map(
        ({ code }) => code,
      )
    await watchEnds(t.context())
    await watchEnds(t.context())
    const first = await told()
    assert.equal(first.filter((code) => code === 'certificate.own-ending').length, 1)
    const perPerson = await t.sql<{ account: string; count: number; body: string }[]>`
      select account, count(*)::int as count, min(body) as body from notifications.notice
      where code = 'certificate.ending' group by account`
    assert.deepEqual(new Set(perPerson.map(({ count }) => count)), new Set([1]), 'one to each, not one a unit')
    assert.match(perPerson.find(({ account }) => account === 'lanhdao')?.body ?? '', /có 2 chứng thư số/)
    assert.match(perPerson.find(({ account }) => account === 'giamdoc-khcn')?.body ?? '', /có 1 chứng thư số/)
    await watchEnds(t.at(new Date('2027-01-05T01:00:00Z')).context())
    assert.equal((await told()).filter((code) => code === 'certificate.own-ending').length, 2, 'again in the last week')
    const open = () =>
      t.sql`select from worklist.item where capability = 'signing' and kind = 'renew' and closed_at is null`
    assert.equal((await open()).length, 2)
    await bring(t, line('78', '2029-01-10'))
    assert.equal((await open()).length, 1, 'the later certificate closes it')
  },
)

dbTest('a certificate that is marked as revoked signs nothing from then on', async (t) => {
  const code = await requestSignature(t.context(), {
    title: 'Công văn mẫu',
    pdf: { bytes: await makePdf('thu hoi'), name: 'a.pdf' },
    organisation: 'H32.VP',
    signers: [{ kind: 'person', account: 'lanhdao', organisation: 'H32' }],
  })
  const signer = await makeSigner('Nguyễn Văn Mẫu')
  const ask = async () =>
    courierOf(t.as('lanhdao'), await begin(t.as('lanhdao'), [code]))('chung-thu', { chain: signer.chain })
  const given = await begin(t.as('lanhdao'), [code])
  assert.equal((await courierOf(t.as('lanhdao'), given)('chung-thu', { chain: signer.chain })).status, 200)
  const [row] = await t.sql<{ id: number }[]>`select id from signing.certificate where account = 'lanhdao'`
  const path = `/quan-tri/chung-thu-so/${row?.id}/thu-hoi`
  assert.equal((await t.as('quantri').submit(path, { 'ly-do': 'ngắn' })).statusCode, 422)
  assert.equal((await t.as('lanhdao').submit(path, { 'ly-do': 'Mất thiết bị giữ khóa.' })).statusCode, 403)
  assert.equal((await t.as('quantri').submit(path, { 'ly-do': 'Mất thiết bị giữ khóa.' })).statusCode, 303)
  assert.equal((await ask()).value.code, 'certificate.revoked')
  await signAll(t.as('lanhdao'), given, signer)
  assert.match(
    (await t.as('lanhdao').get(given)).body,
    /Chứng thư số đã bị thu hồi/,
    'nor under a consent given before',
  )
  const [request] = await t.sql<{ state: string }[]>`select state from signing.request where code = ${code}`
  assert.equal(request?.state, 'pending')
})

dbTest('the demonstration holds as many certificates as the province has issued, found at once', async (t) => {
  await seedCertificates(t.context(), { demo: true, full: false, progress: () => {} })
  await seedCertificates(t.context(), { demo: true, full: false, progress: () => {} })
  const [row] = await t.sql<{ count: number }[]>`select count(*) as count from signing.certificate`
  assert.equal(row?.count, 4952)
  const answer = await t.as('quantri').get('/quan-tri/chung-thu-so?trang-thai=ending')
  assert.match(answer.body, /Sắp hết hạn/)
})
