import assert from 'node:assert/strict'
import { type Json, listEntries } from '#ledger'
import { signatureBlockFor } from '#organisations'
import { type Asker, type DbTest, dbTest, makeActor } from '#test/harness'

const password = 'tram-huong-2026'
const decided = {
  so: '9/QĐ-UBND',
  'ngay-day': '20',
  'ngay-month': '11',
  'ngay-year': '2026',
  'hieu-luc-day': '23',
  'hieu-luc-month': '11',
  'hieu-luc-year': '2026',
}

/** A browser of one person: keeps its cookie. */
async function signedIn(t: DbTest, account: string) {
  const visitor = t.visitor()
  const answer = await visitor.signIn({ account, password })
  const { cookie } = answer
  const headers = { cookie }
  return {
    get: (url: string) => visitor.inject({ method: 'GET', url, headers }),
    submit: (url: string, fields: Record<string, string>) => visitor.submit(url, fields, headers),
  } satisfies Pick<Asker, 'get' | 'submit'>
}

const bodyOf = (body: Json | undefined) => (typeof body === 'object' && body !== null ? JSON.stringify(body) : '')

dbTest(
  'who holds two positions acts under one, sees which on every page, and changes it without a password',
  async (t) => {
    const person = await signedIn(t, 'giamdoc-ioc')
    const before = await person.get('/chuc-danh')
    assert.match(before.body, /Đang làm việc với tư cách <strong>Giám đốc Trung tâm giám sát/)
    assert.match(before.body, /Phó Chánh Văn phòng Ủy ban nhân dân tỉnh Khánh Hòa/)
    assert.equal((await person.submit('/chuc-danh', { position: 'H32.VP:PCVP' })).statusCode, 303)
    const after = await person.get('/chuc-danh')
    assert.match(after.body, /Đang làm việc với tư cách <strong>Phó Chánh Văn phòng/)
    assert.equal(
      (await person.submit('/chuc-danh', { position: 'H32:CT' })).statusCode,
      409,
      'not one he does not hold',
    )
    assert.match(before.body, /Ký văn bản của Trung tâm giám sát/)
    assert.match(after.body, /Ký thay \(KT\.\) Chánh Văn phòng/)
    const other = await signedIn(t, 'giamdoc-ioc')
    assert.match((await other.get('/chuc-danh')).body, /tư cách <strong>Giám đốc/, 'the choice is of one session')
    const one = await signedIn(t, 'vanphong')
    assert.doesNotMatch((await one.get('/chuc-danh')).body, /class="acting-as"/)
  },
)

dbTest(
  'a role bound to a position counts only while its holder acts under it, and ends when he leaves it',
  async (t) => {
    const administrator = t.as('quantri')
    const given = { role: 'auditor', organisation: 'H32.VP', position: 'H32.VP:PCVP' }
    assert.equal((await administrator.submit('/quan-tri/tai-khoan/giamdoc-ioc/vai-tro', given)).statusCode, 303)
    const wrong = { ...given, position: 'H32:CT' }
    assert.equal((await administrator.submit('/quan-tri/tai-khoan/giamdoc-ioc/vai-tro', wrong)).statusCode, 422)
    const person = await signedIn(t, 'giamdoc-ioc')
    assert.equal((await person.get('/nhat-ky')).statusCode, 403)
    await person.submit('/chuc-danh', { position: 'H32.VP:PCVP' })
    assert.equal((await person.get('/nhat-ky')).statusCode, 200)
    const left = await administrator.submit('/quan-tri/don-vi/H32.VP/chuc-danh/PCVP/thoi-giu/giamdoc-ioc', decided)
    assert.equal(left.statusCode, 303)
    assert.equal((await person.get('/nhat-ky')).statusCode, 403)
    assert.match((await person.get('/chuc-danh')).body, /Giám đốc Trung tâm/)
  },
)

dbTest('the ledger says under which position something was done', async (t) => {
  const person = await signedIn(t, 'giamdoc-ioc')
  await person.submit('/chuc-danh', { position: 'H32.VP:PCVP' })
  await person.submit('/tai-khoan/lien-he', { email: 'moi@vidu.invalid', phone: '' })
  const question = {
    subject: 'account:giamdoc-ioc',
    action: 'account.contact-changed',
    limit: 1,
    reach: 'all' as const,
  }
  const [entry] = await listEntries(t.sql, question)
  assert.match(bodyOf(entry?.body), /"actingAs":"H32.VP:PCVP"/)
  assert.equal(entry?.organisation, 'H32.VP')
})

dbTest('who may sign what for whom follows the register, from its day to its revocation', async (t) => {
  const actorOf = (account: string, code: string) => ({
    ...makeActor(account, {}, 'H32'),
    position: { code, title: '', held: 1 },
  })
  const ask = (account: string, code: string, organisation: string, kind: 'cong-van' | 'quyet-dinh' = 'cong-van') =>
    signatureBlockFor(t.context(actorOf(account, code)), { organisation, kind })
  const vice = await ask('phochutich', 'H32:PCT', 'H32')
  assert.deepEqual(vice.allowed && [...vice.authority, vice.position], [
    'TM. ỦY BAN NHÂN DÂN',
    'KT. CHỦ TỊCH',
    'PHÓ CHỦ TỊCH',
  ])
  const underChief = await ask('giamdoc-ioc', 'H32.VP:PCVP', 'H32')
  assert.deepEqual(underChief.allowed && underChief.authority, ['TL. CHỦ TỊCH', 'KT. CHÁNH VĂN PHÒNG'])
  assert.equal((await ask('giamdoc-ioc', 'H32.VP:PCVP', 'H32', 'quyet-dinh')).allowed, false, 'not among the kinds')
  const elsewhere = await ask('giamdoc-ioc', 'H32.VP.IOC:GD', 'H32')
  assert.match(elsewhere.allowed ? '' : elsewhere.reason, /đổi chức danh đang dùng rồi ký/)
  const standIn = { ...actorOf('phochutich', 'H32:PCT'), onBehalfOf: { account: 'lanhdao', name: 'Nguyễn Văn Mẫu' } }
  const refused = await signatureBlockFor(t.context(standIn), { organisation: 'H32', kind: 'cong-van' })
  assert.equal(refused.allowed, false, 'standing in is no right to sign')

  const list = await t.as('lanhdao').get('/quan-tri/tham-quyen-ky?don-vi=H32')
  const revoke =
    /href="(\/quan-tri\/tham-quyen-ky\/\d+\/thu-hoi)"[^>]*aria-label="Thu hồi thẩm quyền ký của Phó Chủ tịch/.exec(
      list.body,
    )?.[1] ?? ''
  assert.ok(revoke, 'the head may revoke')
  assert.equal((await t.as('giamdoc-khcn').submit(revoke, decided)).statusCode, 403, 'another head may not')
  assert.equal(
    (await t.as('lanhdao').submit(revoke, { ...decided, 'hieu-luc-day': '22' })).statusCode,
    422,
    'not backwards',
  )
  assert.equal((await t.as('lanhdao').submit(revoke, decided)).statusCode, 303)
  assert.equal((await ask('phochutich', 'H32:PCT', 'H32')).allowed, false)
  const register = '/quan-tri/tham-quyen-ky?don-vi=H32'
  assert.match((await t.as('canbo-nhatrang').get(`${register}&tep=csv`)).body, /Đã thu hồi/)
  const later = t.at(new Date(t.now.getTime() + 60 * 60_000)).as('lanhdao')
  const moment = (minutes: number) =>
    new Date(t.now.getTime() + 7 * 3_600_000 + minutes * 60_000).toISOString().slice(0, 16)
  const then = await later.get(`${register}&tai=2020-01-01`)
  assert.match(then.body, /Lúc đó hệ thống chưa biết thẩm quyền ký nào khớp/)
  const before = (await later.get(`${register}&tep=csv&tai=${moment(-1)}`)).body
  assert.match(before, /Phó Chủ tịch/)
  assert.doesNotMatch(before, /hu hồi/, 'it was not revoked yet')
  assert.doesNotMatch((await later.get(`${register}&tai=${moment(-1)}`)).body, /Ghi thẩm quyền ký|thu-hoi/)
  assert.match((await later.get(`${register}&tep=csv&tai=${moment(1)}`)).body, /Đã thu hồi/)
})

dbTest(
  'an authority is written with its document; what the law does not let be given comes back at its field',
  async (t) => {
    const form = {
      so: '12/UQ-UBND',
      'ngay-day': '20',
      'ngay-month': '11',
      'ngay-year': '2026',
      'hinh-thuc': 'TUQ',
      'nguoi-giao': 'H32:CT',
      'nguoi-ky': 'H32.KHCN:GD',
      loai: 'quyet-dinh',
      'tu-day': '23',
      'tu-month': '11',
      'tu-year': '2026',
    }
    const leader = t.as('lanhdao')
    const open = await leader.submit('/quan-tri/tham-quyen-ky/giao', form)
    assert.equal(open.statusCode, 422)
    assert.match(open.body, /href="#den"/, 'a written authorisation has an end')
    const until = { 'den-day': '31', 'den-month': '12', 'den-year': '2026', 'pham-vi': 'Quyết định về khoa học' }
    assert.equal((await leader.submit('/quan-tri/tham-quyen-ky/giao', { ...form, ...until })).statusCode, 303)
    const director = {
      ...makeActor('giamdoc-khcn', {}, 'H32.KHCN'),
      position: { code: 'H32.KHCN:GD', title: '', held: 1 },
    }
    const answer = await signatureBlockFor(t.context(director), { organisation: 'H32', kind: 'quyet-dinh' })
    assert.deepEqual(answer.allowed && [...answer.authority, answer.position], [
      'TUQ. CHỦ TỊCH',
      'GIÁM ĐỐC SỞ KHOA HỌC VÀ CÔNG NGHỆ',
    ])
    const empty = await leader.submit('/quan-tri/tham-quyen-ky/giao', {})
    for (const field of ['hinh-thuc', 'nguoi-giao', 'nguoi-ky', 'loai', 'tu', 'so', 'ngay'])
      assert.match(empty.body, new RegExp(`href="#${field}"`), field)
    for (const account of ['canbo-nhatrang', 'kiemtra'])
      assert.equal((await t.as(account).submit('/quan-tri/tham-quyen-ky/giao', { ...form, ...until })).statusCode, 403)
  },
)
