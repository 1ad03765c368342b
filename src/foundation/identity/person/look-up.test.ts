import assert from 'node:assert/strict'
import { listEntries } from '#ledger'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { listLooks } from './look-store.ts'
import { resolvePerson } from './resolve.ts'
import { hashNumber } from './seal.ts'

const number = '999088000777'
const dossier = 'H32.22366-261122-0001'
const reach = ['H32.22366', 'H32.22366.PVHCC']
const clerk = makeActor('motcua-nhatrang', { 'person:look-up': reach }, 'H32.22366.PVHCC')

const made = (t: DbTest) =>
  resolvePerson(t.context(), {
    issuer: 'https://vneid.vidu.invalid',
    subject: 'look-1',
    name: 'Vũ Thị Tra Cứu Thử',
    birthDate: '1977-07-07',
    sex: 'female',
    number,
  })

const looks = async (t: DbTest) =>
  listLooks(t.sql, { persons: [], numbers: [await hashNumber(t.context(), number)] }, { limit: 20 })

dbTest('a clerk sees what the purpose needs, and no more', async (t) => {
  await made(t)
  const full = await t
    .as(clerk)
    .submit('/tra-cuu-cong-dan', { purpose: 'tiep-nhan', reference: dossier, number: '999 088 000 777' })
  assert.equal(full.statusCode, 200)
  for (const shown of ['Vũ Thị Tra Cứu Thử', '07/07/1977', 'Nữ', number]) assert.ok(full.body.includes(shown), shown)
  const less = await t.as(clerk).submit('/tra-cuu-cong-dan', { purpose: 'tra-ket-qua', reference: dossier, number })
  assert.ok(
    less.body.includes('Vũ Thị Tra Cứu Thử') && less.body.includes('••/••/1977') && less.body.includes('999•••••0777'),
  )
  assert.ok(!less.body.includes('07/07/1977') && !less.body.includes(`>${number}<`))
})

dbTest('every look-up is written down with purpose and subject, found or not, refused or not', async (t) => {
  const before = await t.as(clerk).submit('/tra-cuu-cong-dan', { purpose: 'giai-quyet', reference: dossier, number })
  assert.match(before.body, /Không có hồ sơ cá nhân với số này/)
  const { person } = await made(t)
  await t.as(clerk).submit('/tra-cuu-cong-dan', { purpose: 'giai-quyet', reference: dossier, number })
  const far = await t
    .as(clerk)
    .submit('/tra-cuu-cong-dan', { purpose: 'giai-quyet', reference: 'H32.KHCN-261122-0001', number })
  assert.equal(far.statusCode, 403)
  assert.match(far.body, /ngoài phạm vi được giao/)
  const vague = await t.as(clerk).submit('/tra-cuu-cong-dan', { purpose: '', reference: 'xem cho biết', number })
  assert.equal(vague.statusCode, 422)
  assert.ok(!vague.body.includes('Vũ Thị'))

  const seen = await looks(t)
  assert.deepEqual(
    seen.map(({ outcome, refusal }) => [outcome, refusal]).toSorted(),
    [
      ['found', null],
      ['not-found', null],
      ['refused', 'person.out-of-reach'],
      ['refused', 'request.invalid'],
    ],
    'who asked before there was a record is told too',
  )
  const entries = await listEntries(t.sql, { subject: `person:${person}`, reach: 'all', limit: 20 })
  const looked = entries.filter(({ action }) => /look|search/.test(action))
  assert.deepEqual(looked.map(({ action }) => action).toSorted(), [
    'person.looked-up',
    'person.search-refused',
    'person.search-refused',
  ])
  const found = looked.find(({ action }) => action === 'person.looked-up')
  assert.equal(found?.purpose, `Thẩm định, giải quyết hồ sơ · ${dossier}`)
  assert.equal(found?.sealedUnder, `person:${person}`)
  assert.ok(!JSON.stringify(entries).includes(number), 'the number is not in the ledger')
})

dbTest('the decision takes the purpose: what lets be seen and what is refused are said by it', async (t) => {
  await made(t)
  const asked = { purpose: 'tra-ket-qua', reference: dossier, number }
  const seen = await t.as('motcua-nhatrang').submit('/tra-cuu-cong-dan', asked)
  assert.match(
    seen.body,
    /Ông\/bà được xem vì có vai trò Tiếp nhận một cửa, do [^<]*, với mục đích “Trả kết quả, đối chiếu người nhận”\. Phạm vi: /,
  )
  const other = await t.as('motcua-nhatrang').submit('/tra-cuu-cong-dan', { ...asked, purpose: 'to-mo' })
  assert.equal(other.statusCode, 403)
  assert.match(other.body, /quyền này chỉ được dùng để: “Tiếp nhận hồ sơ/)
  assert.ok(!other.body.includes('Vũ Thị'))
  // Both at the same instant: in no order.
  const look = (await looks(t)).find(({ outcome }) => outcome === 'refused')
  assert.equal(look?.refusal, 'access.purpose', 'the person reads of it')
  const refusals = await listEntries(t.sql, {
    actor: 'motcua-nhatrang',
    action: 'access.refused',
    reach: 'all',
    limit: 9,
  })
  assert.deepEqual(
    refusals.map(({ body }) => (body as Record<string, unknown>).code),
    ['access.purpose'],
    'a refusal is a security event, as any other',
  )
  const own = await t.as('motcua-nhatrang').get('/tai-khoan/quyen')
  assert.match(own.body, /Tra cứu công dân theo mục đích.*?chỉ để: Tiếp nhận hồ sơ/)
})

dbTest('who holds no such permission, and a key of a machine, look nobody up', async (t) => {
  await made(t)
  for (const account of ['lanhdao', 'quantri', 'vanphong'])
    assert.equal((await t.as(account).get('/tra-cuu-cong-dan')).statusCode, 403, account)
  assert.equal((await t.as('motcua-nhatrang').get('/tra-cuu-cong-dan')).statusCode, 200)
  const machine = { ...clerk, scopes: ['person:look-up'] }
  const asked = await t.as(machine).submit('/tra-cuu-cong-dan', { purpose: 'giai-quyet', reference: dossier, number })
  assert.equal(asked.statusCode, 403)
  assert.equal((await looks(t))[0]?.outcome, 'refused')
})
