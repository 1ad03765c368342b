import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createPosition, listOffices, sayPosition, seatsOn } from '#organisations'
import { Problem } from '#platform/errors'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { leavePosition, takePosition } from './actions.ts'

const decision = { number: '7/QĐ-UBND', issuedOn: '2026-11-20' }
const decided = { so: '7/QĐ-UBND', 'ngay-day': '20', 'ngay-month': '11', 'ngay-year': '2026' }
const from = (day: number, month = 12) => ({
  ...decided,
  'hieu-luc-day': String(day),
  'hieu-luc-month': String(month),
  'hieu-luc-year': '2026',
})

const holdersOn = async (t: DbTest, organisation: string, key: string, asOf: string, knownAt?: Date) => {
  const offices = await listOffices(t.sql, organisation, { asOf, ...(knownAt ? { knownAt } : {}) })
  return offices.find(({ position }) => position.code === `${organisation}:${key}`)?.holders.map((one) => one.account)
}

dbTest('the chart of an organisation shows who sits where on any day, and the heads of its units', async (t) => {
  const reader = t.as('canbo-nhatrang')
  const chart = await reader.get('/quan-tri/don-vi/H32/chuc-danh')
  assert.equal(chart.statusCode, 200)
  assert.match(chart.body, /Nguyễn Văn Mẫu/)
  assert.match(chart.body, /Đặng Văn Tạm Gọi/, 'the head of a unit below')
  assert.doesNotMatch(chart.body, /Thêm chức danh/)
  assert.match((await reader.get('/quan-tri/don-vi/H32')).body, /Chủ tịch: Nguyễn Văn Mẫu/)
  const before = await reader.get('/quan-tri/don-vi/H32/chuc-danh?ngay-day=1&ngay-month=1&ngay-year=2025')
  assert.doesNotMatch(before.body, /Nguyễn Văn Mẫu/, 'no seat stands before its organisation')
  const api = await reader.get('/api/v1/organisations/H32/positions?asOf=2026-11-23')
  assert.equal(api.json().positions[0].holders[0].name, 'Nguyễn Văn Mẫu')
})

dbTest('what people are called comes from the positions they hold', async (t) => {
  const [seat] = await seatsOn(t.sql, ['giamdoc-khcn'], '2026-11-23')
  assert.equal(seat && sayPosition(seat), 'Giám đốc Sở Khoa học và Công nghệ tỉnh Khánh Hòa')
  assert.match((await t.visitor().get('/dang-nhap')).body, /Giám đốc Sở Khoa học và Công nghệ tỉnh Khánh Hòa/)
})

dbTest('a successor takes the seat only when his predecessor has left it, and both stay readable', async (t) => {
  const administrator = t.as('quantri')
  const office = '/quan-tri/don-vi/H32.KHCN/chuc-danh/GD'
  const full = await administrator.submit(`${office}/bo-nhiem`, { ...from(1), nguoi: 'dulieu-khcn' })
  assert.equal(full.statusCode, 422)
  assert.match(full.body, /đang do Đặng Văn Tạm Gọi giữ/)
  assert.equal((await administrator.submit(`${office}/thoi-giu/giamdoc-khcn`, from(1))).statusCode, 303)
  assert.equal(
    (await administrator.submit(`${office}/bo-nhiem`, { ...from(1), nguoi: 'dulieu-khcn', quyen: 'yes' })).statusCode,
    303,
  )
  assert.deepEqual(await holdersOn(t, 'H32.KHCN', 'GD', '2026-11-30'), ['giamdoc-khcn'])
  assert.deepEqual(await holdersOn(t, 'H32.KHCN', 'GD', '2026-12-01'), ['dulieu-khcn'])
  const known = new Date(t.now.getTime() - 1000)
  assert.deepEqual(await holdersOn(t, 'H32.KHCN', 'GD', '2026-12-01', known), ['giamdoc-khcn'], 'as it was known')
  const page = await administrator.get(office)
  assert.match(page.body, /Quyền/)
  assert.match(page.body, /7\/QĐ-UBND ngày 20\/11\/2026/)
  const own = async (at: string) => (await t.at(new Date(at)).as('dulieu-khcn').get('/tai-khoan')).body
  const seat = /Quyền Giám đốc Sở Khoa học và Công nghệ/
  assert.doesNotMatch(await own('2026-11-30T23:50:00+07:00'), seat)
  assert.match(await own('2026-12-01T00:10:00+07:00'), seat, 'from the first minute of the day here, not in Greenwich')
})

dbTest('there is one head a day: two only where the document says so', async (t) => {
  const administrator = t.as('quantri')
  const second = { ...from(1), 'ky-hieu': 'TGD', ten: 'Tổng Giám đốc', 'cap-bac': 'head', 'so-nguoi': '1' }
  const refused = await administrator.submit('/quan-tri/don-vi/H32.TC/chuc-danh/them', second)
  assert.equal(refused.statusCode, 422)
  assert.match(refused.body, /mỗi ngày chỉ một chức danh đứng đầu/)
  const two = { ...from(1), ten: 'Giám đốc', 'cap-bac': 'head', 'so-nguoi': '2' }
  assert.equal((await administrator.submit('/quan-tri/don-vi/H32.TC/chuc-danh/GD/sua', two)).statusCode, 303)
  for (const nguoi of ['dulieu-tc', 'vanphong'])
    assert.equal(
      (await administrator.submit('/quan-tri/don-vi/H32.TC/chuc-danh/GD/bo-nhiem', { ...from(1), nguoi })).statusCode,
      303,
    )
  assert.equal((await holdersOn(t, 'H32.TC', 'GD', '2026-12-01'))?.length, 2)
  const one = { ...two, 'so-nguoi': '1' }
  assert.equal((await administrator.submit('/quan-tri/don-vi/H32.TC/chuc-danh/GD/sua', one)).statusCode, 422)
  assert.equal((await administrator.submit('/quan-tri/don-vi/H32.TC/chuc-danh/GD/bai-bo', from(5))).statusCode, 422)
})

dbTest('whatever is taken and left in whatever order, no day has more holders than seats', async (t) => {
  const ctx = t.context({ ...makeActor('quantri', { 'position:manage': 'all' }), roles: [] })
  await createPosition(
    ctx,
    { organisation: 'H32.XD', key: 'THU', title: 'Thử', rank: 'officer', seats: 1 },
    { effectiveOn: '2026-12-01', decision },
  )
  const people = ['dulieu-tc', 'dulieu-khcn', 'vanphong']
  const day = (index: number) => `2026-12-${String(index).padStart(2, '0')}`
  const deeds = fc.record({
    who: fc.nat(2),
    on: fc.integer({ min: 1, max: 28 }),
    long: fc.option(fc.nat(9)),
    leaves: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(deeds, { minLength: 3, maxLength: 8 }), async (list) => {
      for (const { who, on, long, leaves } of list) {
        const account = people[who] ?? ''
        const deed = { effectiveOn: day(on), decision }
        const validTo = long === null ? undefined : day(Math.min(28, on + long))
        const done = leaves
          ? leavePosition(ctx, { position: 'H32.XD:THU', account }, deed)
          : takePosition(ctx, { position: 'H32.XD:THU', account, acting: false, validTo }, deed)
        await done.catch((error) => assert.ok(error instanceof Problem))
      }
      for (let index = 1; index <= 28; index++)
        assert.ok(((await holdersOn(t, 'H32.XD', 'THU', day(index))) ?? []).length <= 1)
    }),
    { numRuns: 5 },
  )
})

dbTest('positions are changed only within reach, and only for people within reach', async (t) => {
  const own = '/quan-tri/don-vi/H32.KHCN/chuc-danh'
  for (const path of [
    `${own}/them`,
    `${own}/GD/sua`,
    `${own}/GD/bai-bo`,
    `${own}/GD/bo-nhiem`,
    `${own}/GD/thoi-giu/giamdoc-khcn`,
  ]) {
    assert.equal((await t.as('lanhdao').submit(path, from(1))).statusCode, 403, path)
    const elsewhere = t.as(makeActor('quantri-tc', { 'position:manage': ['H32.TC'] }, 'H32.TC'))
    assert.equal((await elsewhere.get(path)).statusCode, 403, path)
    assert.equal((await elsewhere.submit(path, from(1))).statusCode, 403, path)
  }
  const near = t.as(makeActor('quantri-tc', { 'position:manage': ['H32.TC'] }, 'H32.TC'))
  const foreign = await near.submit('/quan-tri/don-vi/H32.TC/chuc-danh/CV/bo-nhiem', { ...from(1), nguoi: 'lanhdao' })
  assert.equal(foreign.statusCode, 422)
  assert.equal(
    (await near.submit('/quan-tri/don-vi/H32.TC/chuc-danh/CV/bo-nhiem', { ...from(1), nguoi: 'dulieu-tc' })).statusCode,
    303,
  )
})

dbTest('a form of a position comes back with every fault at its field', async (t) => {
  const answer = await t
    .as('quantri')
    .submit('/quan-tri/don-vi/H32.KHCN/chuc-danh/them', { ten: 'Tên vừa gõ', 'so-nguoi': 'hai' })
  assert.equal(answer.statusCode, 422)
  for (const field of ['ky-hieu', 'cap-bac', 'so-nguoi', 'so', 'ngay', 'hieu-luc'])
    assert.match(answer.body, new RegExp(`href="#${field}"`), field)
  assert.match(answer.body, /Tên vừa gõ/)
})
