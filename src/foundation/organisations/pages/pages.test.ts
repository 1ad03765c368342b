import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { findOrganisation, listDescendantCodes, listReachedCodes } from '../index.ts'
import { listSuccessionsOf } from '../store.ts'

const decided = {
  so: '100/QĐ-UBND',
  'ngay-day': '20',
  'ngay-month': '11',
  'ngay-year': '2026',
  'hieu-luc-day': '1',
  'hieu-luc-month': '12',
  'hieu-luc-year': '2026',
}
const from = { asOf: '2026-12-01' }

dbTest('the tree is shown for any day, and found by words without diacritics', async (t) => {
  const officer = t.as('canbo-nhatrang')
  const now = await officer.get('/quan-tri/don-vi')
  assert.equal(now.statusCode, 200)
  assert.match(now.body, /Ủy ban nhân dân xã Đại Lãnh/)
  assert.doesNotMatch(now.body, /Sở Thông tin và Truyền thông/)
  assert.doesNotMatch(now.body, /href="\/quan-tri\/don-vi\/tao-moi"/)
  const then = await officer.get('/quan-tri/don-vi?ngay-day=31&ngay-month=12&ngay-year=2024')
  assert.match(then.body, /Sở Thông tin và Truyền thông/)
  const found = await officer.get('/quan-tri/don-vi?q=dai+lanh')
  assert.match(found.body, /href="\/quan-tri\/don-vi\/H32\.22504"/)
  assert.doesNotMatch(found.body, /Sở Tài chính/)
})

const codesOf = (csv: string) => csv.trim().split('\r\n').slice(1)

dbTest('areas are filtered, sorted, paged by key and downloaded', async (t) => {
  const reader = t.as('canbo-nhatrang')
  const list = '/quan-tri/dia-ban'
  assert.match((await reader.get(list)).body, /Xem thành bảng/)
  const communes = await reader.get(`${list}?loai=ward&thuoc=56&sort=-people&limit=10`)
  const names = [...communes.body.matchAll(/href="\/quan-tri\/dia-ban\/(\d+)"/g)].map((match) => match[1])
  assert.equal(new Set(names).size, 10, 'one page of them')
  const next = /href="([^"]*after=[^"]*)"/.exec(communes.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const second = [...(await reader.get(next)).body.matchAll(/href="\/quan-tri\/dia-ban\/(\d+)"/g)].map(
    (match) => match[1],
  )
  assert.ok(second.length > 0 && second.every((code) => !names.includes(code)), 'the next page holds others')
  const file = await reader.get(`${list}?loai=ward&thuoc=56&sort=-people&tep=csv`)
  const people = codesOf(file.body).map((line) => Number(line.split(',').at(6) || -1))
  assert.deepEqual(
    people,
    people.toSorted((a, b) => b - a),
    'the file keeps the order, those without a figure last',
  )
  assert.ok(people.length > 10)
  assert.match((await reader.get(`${list}?q=nha+trang`)).body, /Phường Nha Trang/)
  assert.match((await reader.get(`${list}?q=khong-co-noi-nay`)).body, /Không có địa bàn nào khớp/)
  const book = await reader.get(`${list}?tep=xlsx`)
  assert.equal(book.rawPayload.subarray(0, 2).toString(), 'PK')
  const below = await reader.get(`${list}/56`)
  assert.match(below.body, /thuoc=56[^"]*tep=csv/, 'those below an area are downloaded too')
})

dbTest('organisations are filtered by kind, sorted and downloaded', async (t) => {
  const reader = t.as('canbo-nhatrang')
  const file = await reader.get('/quan-tri/don-vi?loai=department&sort=-code&tep=csv')
  const codes = codesOf(file.body).map((line) => line.split(',')[0] ?? '')
  assert.ok(codes.length > 5 && codes.includes('H32.KHCN'))
  assert.deepEqual(
    codes,
    codes.toSorted((a, b) => b.localeCompare(a, 'vi')),
  )
  assert.match((await reader.get('/quan-tri/don-vi?dang=bang&limit=20')).body, /after=/)
})

dbTest('a former agency says when it ended and what came after it', async (t) => {
  const answer = await t.as('kiemtra').get('/quan-tri/don-vi/H32-2024.TTTT')
  assert.equal(answer.statusCode, 200)
  assert.match(answer.body, /kết thúc hoạt động sau ngày 28\/02\/2025/)
  assert.match(answer.body, /href="\/quan-tri\/don-vi\/H32-2024\.KHCN"/)
  assert.equal((await t.as('kiemtra').get('/quan-tri/don-vi/KHONG.CO')).statusCode, 404)
})

dbTest('an administrator renames with a document, and the history names it', async (t) => {
  const administrator = t.as('quantri')
  const path = '/quan-tri/don-vi/H32.KHCN/thay-doi/doi-ten'
  assert.match((await administrator.get(path)).body, /Sở Khoa học và Công nghệ tỉnh Khánh Hòa/)
  const answer = await administrator.submit(path, { ...decided, ten: 'Sở Khoa học và Công nghệ số' })
  assert.equal(answer.statusCode, 303)
  assert.equal((await findOrganisation(t.sql, 'H32.KHCN', from))?.name, 'Sở Khoa học và Công nghệ số')
  const shown = await administrator.get(String(answer.headers.location))
  assert.match(shown.body, /100\/QĐ-UBND ngày 20\/11\/2026/)
  assert.match(shown.body, /do quantri nhập/)
})

dbTest('a form without its document or with an impossible day comes back whole, every fault named', async (t) => {
  const wrong = { ten: 'Tên vừa gõ', 'hieu-luc-day': '31', 'hieu-luc-month': '2', 'hieu-luc-year': '2027' }
  const answer = await t.as('quantri').submit('/quan-tri/don-vi/H32.TC/thay-doi/doi-ten', wrong)
  assert.equal(answer.statusCode, 422)
  for (const field of ['so', 'ngay', 'hieu-luc']) assert.match(answer.body, new RegExp(`href="#${field}"`))
  assert.match(answer.body, /Tên vừa gõ/)
})

dbTest('every kind of change works from its form', async (t) => {
  const submit = async (code: string, work: string, fields: Record<string, string>) => {
    const path = `/quan-tri/don-vi/${code}/thay-doi/${work}`
    assert.equal((await t.as('quantri').get(path)).statusCode, 200)
    const answer = await t.as('quantri').submit(path, { ...decided, ...fields })
    assert.equal(answer.statusCode, 303, answer.body.slice(0, 2000))
  }
  await submit('H32.VP.IOC', 'chuyen', { 'cap-tren': 'H32.KHCN' })
  await submit('H32.TP', 'hop-nhat', {
    cung: 'H32.TT',
    vao: 'moi',
    'ma-moi': 'H32.TPTT',
    'ten-moi': 'Sở Tư pháp và Thanh tra',
  })
  const parts = { 'ma-1': 'H32.XD1', 'ten-1': 'Sở Xây dựng', 'ma-2': 'H32.GT', 'ten-2': 'Sở Giao thông' }
  await submit('H32.XD', 'chia-tach', parts)
  await submit('H32.KKT', 'giai-the', {})
  await submit('H32.YT', 'dinh-chinh', { ten: 'Sở Y tế tỉnh Khánh Hòa', 'doi-chieu': 'yes', 'hieu-luc-year': '2025' })
  const codes = new Set(await listDescendantCodes(t.sql, 'H32', from))
  for (const code of ['H32.TPTT', 'H32.XD1', 'H32.GT', 'H32.YT']) assert.ok(codes.has(code), code)
  for (const code of ['H32.TP', 'H32.TT', 'H32.XD', 'H32.KKT']) assert.ok(!codes.has(code), code)
  assert.equal((await findOrganisation(t.sql, 'H32.VP.IOC', from))?.parent, 'H32.KHCN')
  assert.equal((await findOrganisation(t.sql, 'H32.YT', from))?.unverified, false)
})

dbTest('a new agency is added under its superior, and a taken code is said', async (t) => {
  const fields = { ...decided, ma: 'h32.moi', ten: 'Đơn vị mới', loai: 'unit', 'cap-tren': 'H32', 'dia-ban': '56' }
  const created = await t.as('quantri').submit('/quan-tri/don-vi/tao-moi', fields)
  assert.equal(created.statusCode, 303)
  assert.equal((await findOrganisation(t.sql, 'H32.MOI', from))?.name, 'Đơn vị mới')
  const again = await t.as('quantri').submit('/quan-tri/don-vi/tao-moi', fields)
  assert.equal(again.statusCode, 422)
  assert.match(again.body, /đã được dùng cho một đơn vị khác/)
})

dbTest(
  'an end recorded before one already recorded is refused in words, or takes its place and the past stays readable',
  async (t) => {
    const end = (at: DbTest, fields: Record<string, string>) =>
      at.as('quantri').submit('/quan-tri/don-vi/H32.TT/thay-doi/giai-the', { ...decided, ...fields })
    const merged = { cung: 'H32.TT', vao: 'moi', 'ma-moi': 'H32.TPTT', 'ten-moi': 'Sở Tư pháp và Thanh tra' }
    await t.as('quantri').submit('/quan-tri/don-vi/H32.TP/thay-doi/hop-nhat', { ...decided, ...merged })
    const later = t.at(new Date(t.now.getTime() + 3_600_000))
    const sooner = { so: '101/QĐ-UBND', 'hieu-luc-day': '25', 'hieu-luc-month': '11', 'hieu-luc-year': '2026' }
    const refused = await end(later, sooner)
    assert.equal(refused.statusCode, 422)
    assert.match(refused.body, /H32\.TT đã được ghi hợp nhất từ ngày \d\d\/\d\d\/2026 theo 100\/QĐ-UBND/)
    assert.match(refused.body, /name="thay"/)
    assert.equal((await end(later, { ...sooner, thay: '1' })).statusCode, 303)
    const ends = async (knownAt?: Date) =>
      (await listSuccessionsOf(t.sql, 'H32.TT', knownAt)).flatMap(({ predecessor, successor, how }) =>
        predecessor === 'H32.TT' ? [`${how} ${successor}`] : [],
      )
    assert.deepEqual(await ends(), ['dissolve null'])
    assert.deepEqual(await ends(new Date(t.now.getTime() + 60_000)), ['merge H32.TPTT'])
    const heir = await later.as('quantri').get('/quan-tri/don-vi/H32.TPTT')
    assert.doesNotMatch(heir.body, /href="\/quan-tri\/don-vi\/H32\.TT"/, 'it has come from the other one alone')
  },
)

dbTest('one who does not administer neither sees the forms nor changes anything', async (t) => {
  for (const account of ['lanhdao', 'dulieu-khcn', 'kiemtra']) {
    assert.equal((await t.as(account).get('/quan-tri/don-vi/tao-moi')).statusCode, 403)
    const answer = await t.as(account).submit('/quan-tri/don-vi/H32.TC/thay-doi/giai-the', decided)
    assert.equal(answer.statusCode, 403)
  }
  assert.ok(await findOrganisation(t.sql, 'H32.TC', from))
})

dbTest('the interface lists by pages, by day and by branch, and refuses strangers', async (t) => {
  const client = t.as('phantich')
  const first = (await client.get('/api/v1/organisations?within=H32&kind=commune&limit=60')).json()
  const next = (await client.get(`/api/v1/organisations?within=H32&kind=commune&limit=60&after=${first.next}`)).json()
  assert.deepEqual([first.items.length, next.items.length, next.next], [60, 5, undefined])
  const one = (await client.get('/api/v1/organisations/000.00.00.H32')).json()
  assert.deepEqual([one.code, one.predecessors.length], ['H32', 2])
  const area = (await client.get('/api/v1/areas/22366?asOf=2025-06-30')).json()
  assert.deepEqual([area.code, area.name], ['22366-2024', 'Phường Tân Tiến'])
  assert.equal((await client.get('/api/v1/areas?within=56&limit=100')).json().items.length, 65)
  const divided = (await client.get('/api/v1/areas/22465-2024')).json()
  assert.deepEqual(
    divided.successors.map((row: Record<string, unknown>) => [row.successor, row.share, row.weight]).sort(),
    [
      ['22453', 'part', null],
      ['22465', 'part', null],
    ],
  )
  assert.deepEqual(
    divided.ancestors.map(({ name }: { name: string }) => name),
    ['Việt Nam', 'Tỉnh Khánh Hòa', 'Huyện Cam Lâm'],
    'where it lay when it ended',
  )
  assert.equal((await t.visitor().get('/api/v1/organisations')).statusCode, 401)
})

dbTest('a role over the merged province reaches the old one, a role over a commune only itself', async (t) => {
  const province = new Set(await listReachedCodes(t.sql, 'H32', '2026-11-23'))
  for (const code of ['H32', 'H32.22366.VP', 'H32-2024', 'H32-2024.TTTT', 'H43']) assert.ok(province.has(code), code)
  for (const code of ['G01.56-CA', 'TINH-46']) assert.ok(!province.has(code), code)
  const commune = await listReachedCodes(t.sql, 'H32.22366', '2026-11-23')
  assert.deepEqual(commune.sort(), ['H32.22366', 'H32.22366.PVHCC', 'H32.22366.VP'])
})

dbTest('a divided area shows its heirs, and its shares are declared with a document', async (t) => {
  const path = '/quan-tri/dia-ban/22768-2024'
  const shown = await t.as('quantri').get(path)
  assert.match(shown.body, /Phường Đông Hải/)
  assert.match(shown.body, /href="\/quan-tri\/dia-ban\/22888"/)
  assert.match(shown.body, /chưa khai báo/)
  const { 'hieu-luc-day': _day, 'hieu-luc-month': _month, 'hieu-luc-year': _year, ...document } = decided
  const wrong = await t.as('quantri').submit(`${path}/ty-le`, { ...document, 'tl-22780': '70', 'tl-22888': '20' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /cộng lại bằng 1/)
  const right = await t.as('quantri').submit(`${path}/ty-le`, { ...document, 'tl-22780': '62,5', 'tl-22888': '37,5' })
  assert.equal(right.statusCode, 303)
  assert.match((await t.as('lanhdao').get(path)).body, /62,5\s?%/)
  assert.equal((await t.as('lanhdao').submit(`${path}/ty-le`, document)).statusCode, 403)
})

dbTest('areas are shown for any day and found by a name without diacritics', async (t) => {
  const then = await t.as('phantich').get('/quan-tri/dia-ban?ngay-day=30&ngay-month=6&ngay-year=2025')
  assert.match(then.body, /Huyện Khánh Vĩnh/)
  const found = await t.as('phantich').get('/quan-tri/dia-ban?q=truong+sa')
  assert.match(found.body, /Đặc khu Trường Sa/)
  assert.doesNotMatch(found.body, /Phường Nha Trang/)
})
