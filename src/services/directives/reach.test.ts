import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { issued, moved, ok, read, refused } from './testing.ts'

const mark = 'NHIEMVURIENGCUAPHUONG'

/** Tasks of a ward, of a department and of an island, the ward's with a mark in every text. */
async function arrange(t: DbTest) {
  const ward = await issued(t, {
    title: `Việc của phường ${mark}`,
    words: `Nội dung riêng của phường, người ngoài không được thấy ${mark}.`,
    parts: [{ organisation: 'H32.22366', deadline: { budget: { amount: 5 } } }],
  })
  const department = await issued(t, {
    parts: [{ organisation: 'H32.TC', coOrganisations: ['H32.KHCN'], deadline: { budget: { amount: 5 } } }],
  })
  return { ward, department }
}

const statusOf = async (t: DbTest, who: string, url: string) => (await t.as(who).get(url)).statusCode

dbTest(
  'whoever reaches an agency sees its tasks; a commune sees no other agency’s, on no page and in no file',
  async (t) => {
    const { ward, department } = await arrange(t)
    const matrix: [string, boolean, boolean][] = [
      ['lanhdao', true, true],
      ['trucban', true, true],
      ['phantich', true, true],
      ['quantri', true, true],
      ['kiemtra', true, true],
      ['vanphong', true, true],
      ['chutich-nhatrang', true, false],
      ['dulieu-nhatrang', true, false],
      ['canbo-nhatrang', false, false],
      ['dulieu-truongsa', false, false],
      ['dulieu-tc', false, true],
      ['dulieu-khcn', false, true],
      ['giamdoc-khcn', false, true],
      ['dulieu-nnmt', false, false],
      ['canbo-pvhcc', false, false],
    ]
    for (const [who, seesWard, seesDepartment] of matrix) {
      assert.equal(await statusOf(t, who, `/nhiem-vu/${ward}`), seesWard ? 200 : 404, `${who} at the ward's`)
      assert.equal(
        await statusOf(t, who, `/nhiem-vu/${department}`),
        seesDepartment ? 200 : 404,
        `${who} at the department's`,
      )
      for (const url of [
        '/nhiem-vu',
        '/nhiem-vu/danh-sach',
        '/nhiem-vu/danh-sach?tep=csv',
        '/nhiem-vu/lich?thang=2026-11',
        '/nhiem-vu/theo-doi',
        '/api/v1/directives',
        `/nhiem-vu/${ward}/phieu-giao`,
        `/nhiem-vu/${ward}/viec/tien-do`,
        `/api/v1/directives/${ward}`,
      ]) {
        const { body } = await t.as(who).get(url)
        if (!seesWard) assert.ok(!body.includes(mark), `${who} at ${url}`)
      }
      const listed = await t.as(who).get('/nhiem-vu/danh-sach?tep=csv')
      assert.equal(listed.body.includes(ward), seesWard, `${who}: the ward's in the file`)
      assert.equal(listed.body.includes(department), seesDepartment, `${who}: the department's in the file`)
    }
  },
)

dbTest(
  'only the agency in charge works on a task: neither who co-operates, nor who gave it, nor another commune',
  async (t) => {
    const { ward, department } = await arrange(t)
    for (const who of ['lanhdao', 'phochutich', 'trucban', 'phantich', 'quantri', 'kiemtra', 'vanphong'])
      assert.equal(await refused(t, who, ward, { deed: 'accept' }), 'access.forbidden', who)
    for (const who of ['dulieu-truongsa', 'canbo-nhatrang', 'dulieu-tc'])
      assert.ok(
        ['directive.not-found', 'access.forbidden'].includes(await refused(t, who, ward, { deed: 'accept' })),
        who,
      )
    assert.equal(await refused(t, 'dulieu-khcn', department, { deed: 'accept' }), 'access.forbidden', 'co-operating')
    assert.equal((await moved(t, 'dulieu-nhatrang', ward, { deed: 'accept' })).statusCode, 200)
    assert.equal((await moved(t, 'dulieu-tc', department, { deed: 'accept' })).statusCode, 200)
    for (const who of ['dulieu-nhatrang', 'vanphong', 'phantich'])
      for (const deed of [
        { deed: 'withdraw', reason: 'Thôi không làm nữa.' },
        { deed: 'decide-extension', granted: true, answer: 'Đồng ý.' },
      ])
        assert.equal(await refused(t, who, ward, deed), 'access.forbidden', `${who} ${deed.deed}`)
  },
)

dbTest('a chair of a commune gives to his own desks in the commune’s name, and to no other agency', async (t) => {
  const give = (organisation: string) =>
    t.as('chutich-nhatrang').inject({
      method: 'POST',
      url: '/api/v1/directives',
      payload: {
        title: 'Việc trong phường (thử nghiệm)',
        words: 'Giải quyết dứt điểm hồ sơ quá hạn tại bộ phận một cửa.',
        parts: [{ organisation, deadline: { budget: { amount: 3 } } }],
      },
    })
  assert.equal((await give('H32.22736')).statusCode, 403)
  assert.equal((await give('H32.KHCN')).statusCode, 403)
  const answer = await give('H32.22366.PVHCC')
  assert.equal(answer.statusCode, 201, answer.body)
  const { code } = answer.json()
  const seen = await read(t, code, 'chutich-nhatrang')
  assert.equal(seen.authority, 'H32.22366')
  assert.equal(seen.giver, 'chutich-nhatrang')
  const issue = await t.as('chutich-nhatrang').inject({
    method: 'POST',
    url: `/api/v1/directives/${code}/issue`,
    payload: { number: '12/NV', on: '2026-11-23' },
  })
  assert.equal(issue.statusCode, 200, 'where no office is named the authority issues itself')
  await ok(t, 'canbo-nhatrang', code, { deed: 'accept' })
  await ok(t, 'canbo-nhatrang', code, { deed: 'submit', words: 'Đã giải quyết hết hồ sơ.' })
  await ok(t, 'chutich-nhatrang', code, { deed: 'verify' })
})

dbTest('an assistant writes for a leader of the list, and for nobody else', async (t) => {
  const payload = (giver: string) => ({
    title: 'Việc do trực ban ghi (thử nghiệm)',
    words: 'Kiểm tra cảnh báo và báo cáo kết quả xử lý trong ngày.',
    giver,
    parts: [{ organisation: 'H32.NNMT', deadline: { budget: { amount: 3 } } }],
  })
  const give = (giver: string) =>
    t.as('trucban').inject({ method: 'POST', url: '/api/v1/directives', payload: payload(giver) })
  assert.equal((await give('giamdoc-khcn')).statusCode, 422)
  const { code } = (await give('phochutich')).json()
  const seen = await read(t, code)
  assert.equal(seen.giverName, 'Trần Thị Ví Dụ')
  assert.equal(seen.recordedBy, 'trucban')
})

dbTest('a private calendar address shows what its account may see, and ends when it is taken back', async (t) => {
  const { ward, department } = await arrange(t)
  const made = await t.as('dulieu-nhatrang').submit('/nhiem-vu/lich/dang-ky', {})
  const address = /\/ical\/nhiem-vu\/[A-Za-z0-9_-]{43}\.ics/.exec(made.body)?.[0] ?? ''
  const calendar = await t.visitor().get(address)
  assert.match(String(calendar.headers['content-type']), /text\/calendar/)
  assert.ok(calendar.body.startsWith('BEGIN:VCALENDAR'))
  assert.ok(calendar.body.includes(`${ward}@tram-huong`))
  assert.ok(!calendar.body.includes(department))
  assert.match(calendar.body, /DTEND:20261130T100000Z/)
  const again = await t.as('dulieu-nhatrang').submit('/nhiem-vu/lich/dang-ky', {})
  assert.equal((await t.visitor().get(address)).statusCode, 404, 'a new address ends the old one')
  const second = /\/ical\/nhiem-vu\/[A-Za-z0-9_-]{43}\.ics/.exec(again.body)?.[0] ?? ''
  assert.equal((await t.visitor().get(second)).statusCode, 200)
  await t.as('dulieu-nhatrang').submit('/nhiem-vu/lich/dang-ky/thu-hoi', {})
  assert.equal((await t.visitor().get(second)).statusCode, 404)
  assert.equal((await t.visitor().get(`/ical/nhiem-vu/${'a'.repeat(43)}.ics`)).statusCode, 404)
})
