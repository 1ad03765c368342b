import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { sampleDossiers, takeIn } from './testing.ts'

async function makeBoard(t: DbTest): Promise<string> {
  const answer = await t.as('lanhdao').submit('/bang', { title: 'Giao ban tháng 11', 'don-vi': 'H32' })
  assert.equal(answer.statusCode, 303)
  return (answer.headers.location as string).split('?')[0] ?? ''
}

const order = (body: string) =>
  [...body.matchAll(/class="matter row row-spread"><span>\d+\. ([^<]*) <span/g)].map((match) => match[1])

dbTest('a board is made, filled, arranged by buttons and presented', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const leader = t.as('lanhdao')
  const path = await makeBoard(t)
  for (const [indicator, kind] of [
    ['dossier.on-time', 'card'],
    ['dossier.received', 'course'],
    ['dossier.on-time', 'units'],
  ])
    assert.equal(
      (await leader.submit(`${path}/muc`, { 'chi-tieu': indicator ?? '', kind: kind ?? '' })).statusCode,
      303,
    )
  const filled = await leader.get(`${path}?sua=1`)
  assert.deepEqual(order(filled.body), [
    'Tỷ lệ hồ sơ giải quyết đúng hạn',
    'Hồ sơ tiếp nhận',
    'Tỷ lệ hồ sơ giải quyết đúng hạn',
  ])
  const down = /action="(\/bang\/\d+\/muc\/\d+\/doi-cho)"/.exec(filled.body)?.[1] ?? ''
  await leader.submit(down, { step: '1' })
  const moved = await leader.get(`${path}?sua=1`)
  assert.equal(order(moved.body)[0], 'Hồ sơ tiếp nhận')
  await leader.submit(down.replace('doi-cho', 'xoa'), {})
  assert.equal(order((await leader.get(`${path}?sua=1`)).body).length, 2)
  const wall = await leader.get(`${path}?trinh-chieu=1`)
  assert.match(wall.body, /data-face="wall"/)
  assert.match(wall.body, /Thoát trình chiếu/)
})

dbTest('a board is its owner’s until it is shared, and only he may change it', async (t) => {
  const path = await makeBoard(t)
  const other = t.as('phochutich')
  assert.equal((await other.get(path)).statusCode, 403)
  await t.as('lanhdao').submit(path, { title: 'Giao ban', shared: 'yes' })
  assert.equal((await other.get(path)).statusCode, 200)
  assert.match((await other.get('/bang')).body, /Giao ban/)
  assert.equal((await other.submit(`${path}/xoa`, {})).statusCode, 403)
  assert.equal((await other.submit(`${path}/muc`, { 'chi-tieu': 'dossier.received', kind: 'card' })).statusCode, 403)
  assert.equal((await t.as('dulieu-khcn').get(path)).statusCode, 403, 'its numbers are out of his reach')
  assert.equal((await t.as('lanhdao').submit(`${path}/xoa`, {})).statusCode, 303)
  assert.equal((await t.as('lanhdao').get(path)).statusCode, 404)
})

dbTest('a board without a proper name comes back with what was typed and why', async (t) => {
  const answer = await t.as('lanhdao').submit('/bang', { title: 'ab', 'don-vi': 'H32' })
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /value="ab"/)
  assert.match(answer.body, /Tên bảng cần ít nhất 3 ký tự/)
})

dbTest('search finds indicators, units, sources and records without diacritics', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const leader = t.as('lanhdao')
  assert.match((await leader.get('/tim?q=dung+han')).body, /href="\/chi-tieu\/dossier\.on-time"/)
  const first = /href="\/chi-tieu\/([^"]+)"/.exec((await leader.get('/tim?q=ho+so+dung+han')).body)?.[1]
  assert.equal(first, 'dossier.on-time', 'whole words come before parts of words')
  assert.match((await leader.get('/tim?q=bac+nha+trang')).body, /href="\/don-vi\/H32\.22333"/)
  assert.match((await leader.get('/tim?q=quan+trac+khong+khi')).body, /href="\/nguon\/air-stations"/)
  const records = await leader.get('/tim?q=h32.22366-261102')
  assert.equal(records.body.match(/href="\/ban-ghi\/\d+"/g)?.length, 10)
  assert.match((await leader.get('/tim?q=khong+he+co')).body, /Không tìm thấy/)
})

dbTest('search shows nothing out of reach', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const { body } = await t.as('dulieu-tc').get('/tim?q=H32.22366-261102')
  assert.doesNotMatch(body, /\/ban-ghi\//)
})

dbTest('units of a kind are ranked together, with too few cases apart', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const { body } = await t.as('lanhdao').get('/xep-hang?chi-tieu=dossier.on-time&nhom=ward')
  assert.match(body, /UBND phường Nha Trang[\s\S]{0,200}1\/1/)
  assert.match(body, /UBND phường Bắc Nha Trang[\s\S]{0,200}ít trường hợp/)
  const csv = await t.as('lanhdao').get('/xep-hang.csv?chi-tieu=dossier.on-time&nhom=ward')
  assert.match(csv.body, /1,1,H32\.22366,UBND phường Nha Trang,75/)
})

dbTest('a commune’s own page tells it what to mend and where it stands', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const { body } = await t.as('lanhdao').get('/don-vi/H32.22366')
  assert.match(
    body,
    /Việc cần sửa[\s\S]*Tỷ lệ hồ sơ giải quyết đúng hạn[\s\S]*thủ tục Cấp giấy chứng nhận quyền sử dụng đất \(3 trên 3/,
  )
  assert.match(body, /Thứ hạng trong nhóm phường/)
  assert.match((await t.as('lanhdao').get('/don-vi?q=nha+trang')).body, /href="\/don-vi\/H32\.22366/)
  assert.match((await t.as('lanhdao').get('/don-vi.csv')).body, /H32\.22366/)
})
