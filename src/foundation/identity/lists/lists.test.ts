import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Asker, type DbTest, dbTest, makeActor } from '#test/harness'
import { findAccount } from '../store.ts'
import { closeLeavers } from './actions.ts'
import { issueActivation } from './activation.ts'
import { readCsv } from './csv.ts'

const path = '/quan-tri/danh-sach-tai-khoan'
const head = 'Tên đăng nhập,Họ và tên,Mã đơn vị,Thư điện tử,Vai trò,Việc,Ngày thôi dùng,Lý do'

/** Uploads a list as a browser does. @returns the answer to the upload. */
async function upload(asker: Asker, text: string | Buffer) {
  const payload = Buffer.concat([
    Buffer.from(
      '--x\r\ncontent-disposition: form-data; name="tep"; filename="ds.csv"\r\ncontent-type: text/csv\r\n\r\n',
    ),
    Buffer.from(text),
    Buffer.from('\r\n--x--\r\n'),
  ])
  const headers = { 'content-type': 'multipart/form-data; boundary=x' }
  return asker.inject({ method: 'POST', url: path, headers, payload })
}

async function preview(asker: Asker, ...rows: string[]) {
  const answer = await upload(asker, [head, ...rows].join('\r\n'))
  assert.equal(answer.statusCode, 303, answer.body.slice(0, 500))
  const address = String(answer.headers.location)
  return { address, body: (await asker.get(address)).body }
}

const apply = (asker: Asker, address: string, cach: 'all' | 'good') => asker.submit(`${address}/ap-dung`, { cach })
const administratorOf = (t: DbTest) =>
  t.as(makeActor('quantri-khcn', { 'account:manage': ['H32.KHCN', 'H32.KHCN.CDS'] }, 'H32.KHCN'))

const one = 'moi.mot,Nguyễn Thị Mới,H32.KHCN,moi.mot@vidu.invalid,Chuyên viên,,,'

dbTest('a list is looked at first, applied once, and the same list again changes nothing', async (t) => {
  const administrator = administratorOf(t)
  const { address, body } = await preview(administrator, one, 'dulieu-khcn,Bùi Thị Đổi Tên,H32.KHCN,,,,,')
  assert.match(body, /1 thêm mới, 1 sửa, 0 thôi dùng, 0 không đổi, 0 có lỗi/)
  assert.match(body, /Bùi Thị Mẫu Đơn Thử → Bùi Thị Đổi Tên/)
  assert.equal(await findAccount(t.sql, 'moi.mot'), undefined, 'looking changes nothing')
  assert.equal((await apply(administrator, address, 'all')).statusCode, 303)
  assert.equal((await findAccount(t.sql, 'moi.mot'))?.organisation, 'H32.KHCN')
  assert.equal((await findAccount(t.sql, 'dulieu-khcn'))?.personName, 'Bùi Thị Đổi Tên')
  assert.equal((await apply(administrator, address, 'all')).statusCode, 409, 'once')
  const again = await preview(administrator, one, 'dulieu-khcn,Bùi Thị Đổi Tên,H32.KHCN,,,,,')
  assert.match(again.body, /0 thêm mới, 0 sửa, 0 thôi dùng, 2 không đổi/)
  const jobs = await t.sql`select payload from graphile_worker._private_jobs where payload::text like '%moi.mot%'`
  assert.equal(jobs.length, 1, 'the new person is told where to choose a password')
})

dbTest('every fault of a row names its column and how to mend it; all or nothing, or only the good rows', async (t) => {
  const administrator = administratorOf(t)
  const rows = [
    'Viết Hoa!,,H32.KHCN,sai,Vua,giữ,,',
    one,
    'moi.mot,Trùng Dòng,H32.KHCN,,,,,',
    'moi.hai,Người Ngoài,H32.TC,,,,,',
    'lanhdao,Chiếm Tên,H32.KHCN,,,,,',
    'moi.ba,Quản Trị,H32.KHCN,,Quản trị hệ thống,,,',
    'dulieu-khcn,Bùi Thị Mẫu Đơn Thử,H32.KHCN,,,xóa,31/02/2027,',
  ]
  const { address, body } = await preview(administrator, ...rows)
  assert.match(body, /1 thêm mới, 0 sửa, 0 thôi dùng, 0 không đổi, 6 có lỗi/)
  for (const words of [
    'Nhập họ và tên',
    'Địa chỉ thư chưa đúng',
    'Vai trò là một trong',
    'đã có ở dòng 3',
    'ngoài phạm vi ông/bà quản lý',
    'ngoài các đơn vị ông/bà quản lý',
    'Vai trò quản trị không giao bằng danh sách',
    'ví dụ 31/12/2026',
    'Nêu lý do thôi dùng',
  ])
    assert.ok(body.includes(words), words)
  assert.equal((await apply(administrator, address, 'all')).statusCode, 409)
  assert.equal(await findAccount(t.sql, 'moi.mot'), undefined)
  assert.equal((await apply(administrator, address, 'good')).statusCode, 303)
  assert.ok(await findAccount(t.sql, 'moi.mot'))
  assert.equal(await findAccount(t.sql, 'moi.hai'), undefined)
  assert.equal((await findAccount(t.sql, 'lanhdao'))?.personName, 'Nguyễn Văn Mẫu')
})

dbTest(
  'who is removed is closed at once or on his day, leaves his positions, and his work is called back',
  async (t) => {
    const administrator = t.as('quantri')
    const { address } = await preview(
      administrator,
      'dulieu-khcn,,,,,xóa,,Nghỉ hưu theo QĐ 1/QĐ-SNV',
      'dulieu-tc,,,,,xóa,25/11/2026,Chuyển công tác',
    )
    assert.equal((await apply(administrator, address, 'all')).statusCode, 303)
    assert.ok((await findAccount(t.sql, 'dulieu-khcn'))?.disabledAt)
    const chart = await administrator.get('/quan-tri/don-vi/H32.KHCN/chuc-danh')
    assert.doesNotMatch(chart.body, /Bùi Thị Mẫu Đơn Thử/)
    const called = await t.sql`
    select payload from graphile_worker._private_jobs where payload::text like '%dulieu-khcn%'`
    assert.ok(called.length > 0, 'others hear that he may do less')
    const waiting = await findAccount(t.sql, 'dulieu-tc')
    assert.equal(waiting?.disabledAt, null)
    assert.equal(waiting?.leavesOn, '2026-11-25')
    const later = t.at(new Date('2026-11-24T17:10:00Z'))
    await closeLeavers(later.context())
    assert.ok((await findAccount(t.sql, 'dulieu-tc'))?.disabledAt, 'on the first minutes of his day')
    const own = await preview(administrator, 'quantri,,,,,xóa,,Thử xóa chính mình')
    assert.match(own.body, /Không tự xóa tài khoản đang dùng/)
  },
)

dbTest('the list of today goes out without running formulas, and comes back as it is', async (t) => {
  const administrator = administratorOf(t)
  const { address } = await preview(administrator, '"cong.thuc","=HYPERLINK(""http://x.invalid"")",H32.KHCN,,,,,')
  assert.equal((await apply(administrator, address, 'all')).statusCode, 303)
  const file = await administrator.get(`${path}/hien-co.csv`)
  assert.match(file.body, /"'=HYPERLINK/)
  assert.doesNotMatch(file.body, /lanhdao/, 'only within reach')
  const answer = await upload(administrator, file.body)
  assert.match(
    (await administrator.get(String(answer.headers.location))).body,
    /0 thêm mới, 0 sửa, 0 thôi dùng, \d+ không đổi, 0 có lỗi/,
  )
  const sample = await administrator.get(`${path}/mau.csv`)
  assert.match(sample.body, /^\ufeffTên đăng nhập,Họ và tên,Mã đơn vị/)
})

dbTest('a file that is no list is refused in words, and lists are nobody else’s business', async (t) => {
  const administrator = administratorOf(t)
  for (const [file, words] of [
    ['', /không có dòng dữ liệu/],
    ['a,b\r\n1,2', /thiếu cột “Tên đăng nhập”/],
    [Buffer.from([0xff, 0xfe, 0x41]), /CSV UTF-8/],
    [`${head}\r\n"mở`, /CSV UTF-8/],
    [
      [head, ...Array.from({ length: 5001 }, (_, index) => `n${index},N,H32.KHCN,,,,,`)].join('\n'),
      /nhiều nhất 5000 dòng/,
    ],
  ] as const) {
    const answer = await upload(administrator, file)
    assert.equal(answer.statusCode, 422)
    assert.match(answer.body, words)
  }
  const { address } = await preview(administrator, one)
  assert.equal((await t.as('quantri').get(address)).statusCode, 404, 'another’s upload')
  for (const url of [path, `${path}/mau.csv`, `${path}/hien-co.csv`, address])
    assert.equal((await t.as('lanhdao').get(url)).statusCode, 403, url)
  assert.equal((await apply(t.as('lanhdao'), address, 'all')).statusCode, 403)
})

dbTest('a link sets the first password once, within 72 hours, and only the newest one', async (t) => {
  const administrator = t.as('quantri')
  const { address } = await preview(administrator, one)
  await apply(administrator, address, 'all')
  const visitor = t.visitor()
  const handed = await administrator.submit('/quan-tri/tai-khoan/moi.mot/kich-hoat', {})
  assert.match(handed.body, />https?:\/\/[^/<]+\/kich-hoat\?ma=[\w-]{43}</, 'a whole address, for it is handed on')
  const tokenOf = (link: string | undefined) => /ma=(.+)$/.exec(link ?? '')?.[1] ?? ''
  const old = tokenOf(await issueActivation(t.context(), 'moi.mot'))
  const ma = tokenOf(await issueActivation(t.context(), 'moi.mot'))
  assert.equal((await visitor.get(`/kich-hoat?ma=${old}`)).statusCode, 410)
  assert.equal((await visitor.get(`/kich-hoat?ma=${ma}`)).statusCode, 200)
  assert.equal((await visitor.get(`/kich-hoat?ma=${ma}`)).statusCode, 200, 'looking uses nothing up')
  const late = t.at(new Date(t.now.getTime() + 72 * 3600_000 + 1000)).visitor()
  assert.equal((await late.get(`/kich-hoat?ma=${ma}`)).statusCode, 410)
  const wanted = 'bay con cá vàng'
  assert.equal((await visitor.submit('/kich-hoat', { ma, wanted: 'ngan', again: 'ngan' })).statusCode, 422)
  assert.equal((await visitor.submit('/kich-hoat', { ma, wanted, again: 'khác' })).statusCode, 422)
  assert.equal((await visitor.submit('/kich-hoat', { ma, wanted, again: wanted })).statusCode, 303)
  assert.equal((await visitor.submit('/kich-hoat', { ma, wanted, again: wanted })).statusCode, 410, 'once')
  assert.equal((await visitor.signIn({ account: 'moi.mot', password: wanted })).statusCode, 303)
  const shown = await administrator.submit('/quan-tri/tai-khoan/moi.mot/kich-hoat', {})
  assert.match(shown.body, /kich-hoat\?ma=/)
  assert.equal((await t.as('lanhdao').submit('/quan-tri/tai-khoan/moi.mot/kich-hoat', {})).statusCode, 403)
})

test('what a spreadsheet writes is read back cell by cell', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'ệ', ',', ';', '"', '\n', ' ', '=') }).map((text) => `x${text}`)
  const rows = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(rows, (table) => {
      const written = [
        'a,b,c',
        ...table.map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')),
      ]
      const read = readCsv(Buffer.from(`\ufeff${written.join('\r\n')}\r\n`))
      assert.deepEqual(
        read?.slice(1).map(({ cells }) => cells),
        table.map((cells) => cells.map((text) => text.normalize('NFC'))),
      )
    }),
  )
})
