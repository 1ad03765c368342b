import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { keepDuties } from '../keeping/pass.ts'
import { listLetters } from '../reminders/store.ts'
import { arrive, at, pass, watchOnly } from '../testing.ts'

const now = at('2026-11-05T10:00')
const rain = 'H32.NNMT'

/** Rain stopped on Monday 02-11; on Wednesday a letter was drafted. */
async function late(t: DbTest): Promise<{ later: DbTest; code: string }> {
  await watchOnly(t, 'rain-and-water')
  await arrive(t, 'rain-and-water', at('2026-11-01T20:00'))
  await pass(t, '2026-11-02T06:30', '2026-11-05T08:30', 6)
  const [row] = await listLetters(t.sql, { agency: rain, organisations: 'all', limit: 1 })
  return { later: t.at(now), code: row?.code ?? '' }
}

dbTest('the matrix says in words how each agency stands, by groups', async (t) => {
  const { later } = await late(t)
  const page = await later.as('lanhdao').get('/trach-nhiem')
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /Sở NN&amp;MT/)
  assert.match(page.body, /Chậm 3 ngày/)
  assert.match(page.body, /Đúng hạn/)
  const communes = await later.as('lanhdao').get('/trach-nhiem?nhom=xa&limit=100')
  assert.equal(communes.body.match(/<th scope="row">/g)?.length, 65)
  const first = await later.as('lanhdao').get('/trach-nhiem?nhom=xa&limit=20')
  const next = /href="([^"]*after=[^"]*)" rel="next"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&')
  assert.ok(next)
  assert.equal((await later.as('lanhdao').get(next)).body.match(/<th scope="row">/g)?.length, 20)
  const faults = await later.as('lanhdao').get('/trach-nhiem?tinh-trang=loi')
  assert.match(faults.body, /Chậm 3 ngày/)
  assert.doesNotMatch(faults.body, /<td>Đúng hạn/)
  const csv = await later.as('lanhdao').get('/trach-nhiem.csv?tinh-trang=late')
  assert.match(csv.body, /Trạm đo mưa.*Chậm/)
})

dbTest('custodians see their own only, letters too; whoever signs for the department in charge sees all', async (t) => {
  const { later, code } = await late(t)
  const own = await later.as('dulieu-nhatrang').get('/trach-nhiem')
  assert.equal(own.body.match(/<th scope="row">/g)?.length, 1)
  assert.equal((await later.as('dulieu-nhatrang').get(`/trach-nhiem/don-vi/${rain}`)).statusCode, 404)
  assert.equal((await later.as('dulieu-nhatrang').get(`/trach-nhiem/van-ban/${code}`)).statusCode, 404)
  assert.doesNotMatch((await later.as('dulieu-nhatrang').get('/trach-nhiem/van-ban')).body, new RegExp(code))
  assert.equal(
    (await later.as('dulieu-nhatrang').submit(`/trach-nhiem/van-ban/${code}`, { viec: 'bo' })).statusCode,
    404,
  )
  const signer = await later.as('giamdoc-khcn').get(`/trach-nhiem/van-ban/${code}`)
  assert.equal(signer.statusCode, 200)
  assert.match((await later.as('giamdoc-khcn').get('/trach-nhiem?nhom=ngoai')).body, /Thuế tỉnh/)
  assert.doesNotMatch((await later.as('dulieu-khcn').get('/trach-nhiem')).body, /Thuế tỉnh/)
})

dbTest('the page of an agency leads to where the missing data are delivered', async (t) => {
  const { later } = await late(t)
  const custodian = await later.as('dulieu-nnmt').get(`/trach-nhiem/don-vi/${rain}`)
  assert.match(custodian.body, /href="\/nguon\/rain-and-water\/tai-len"/)
  assert.match(custodian.body, /3 kỳ, từ 02\/11\/2026/)
  const december = t.at(at('2026-12-03T10:00'))
  await keepDuties(december.context())
  const commune = await december.as('dulieu-nhatrang').get('/trach-nhiem/don-vi/H32.22366')
  assert.match(commune.body, /href="\/nhap-lieu\?don-vi=H32.22366&amp;ky=2026-11"/)
  const leader = await december.as('chutich-nhatrang').get('/trach-nhiem/don-vi/H32.22366')
  assert.doesNotMatch(leader.body, /nhap-lieu\?don-vi/)
})

dbTest('a letter goes its way through the page: explained, refused, signed, on the ladder, withdrawn', async (t) => {
  const { later, code } = await late(t)
  const path = `/trach-nhiem/van-ban/${code}`
  const agency = later.as('dulieu-nnmt')
  const short = await agency.submit(path, { viec: 'giai-trinh', 'giai-trinh': 'mất điện' })
  assert.equal(short.statusCode, 422)
  assert.match(short.body, /mất điện<\/textarea>/)
  assert.match(short.body, /Nêu rõ vì sao chậm/)
  const told = await agency.submit(path, { viec: 'giai-trinh', 'giai-trinh': 'Trạm đo mất điện từ ngày 02/11' })
  assert.equal(told.statusCode, 303)
  assert.match((await agency.get(path)).body, /Trạm đo mất điện từ ngày 02\/11/)
  const operator = later.as('trucban')
  assert.match((await operator.get(path)).body, /Chấp nhận giải trình/)
  const refused = await operator.submit(path, { viec: 'khong', 'ly-do': 'Có nguồn điện dự phòng' })
  assert.equal(refused.statusCode, 303)
  const signer = later.as('giamdoc-khcn')
  const date = { 'ngay-day': '05', 'ngay-month': '11', 'ngay-year': '2026' }
  const wrong = await signer.submit(path, { viec: 'ky', so: 'mười', ...date })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /value="mười"/)
  assert.equal((await operator.submit(path, { viec: 'ky', so: '5', ...date })).statusCode, 403)
  assert.equal((await signer.submit(path, { viec: 'ky', so: '5', ...date })).statusCode, 303)
  const issued = await signer.get(path)
  assert.match(issued.body, /05\/NN-SKHCN/)
  const letter = await signer.get(`${path}/thu.html`)
  assert.match(letter.body, /nhắc nhở/)
  const ladder = await later.as('lanhdao').get('/trach-nhiem/bac-thang')
  assert.match(ladder.body, /còn 2 lần tới ngưỡng 3/)
  const file = await later.as('lanhdao').get('/trach-nhiem/bac-thang.csv')
  assert.match(file.body, /Sở Nông nghiệp và Môi trường[^\n]*,1,/)
  const back = await signer.submit(path, { viec: 'thu-hoi', 'ly-do': 'Ban hành nhầm kỳ số liệu' })
  assert.equal(back.statusCode, 303)
  assert.match(
    (await later.as('lanhdao').get('/trach-nhiem/bac-thang.csv')).body,
    /Sở Nông nghiệp và Môi trường[^\n]*,0,/,
  )
})

dbTest('only who may see duties sees the pages', async (t) => {
  for (const path of ['/trach-nhiem', '/trach-nhiem/bac-thang', '/trach-nhiem/van-ban'])
    assert.equal((await t.as('canbo-pvhcc').get(path)).statusCode, 403)
})

dbTest('a pack that says nothing of duties has plain settings, signed at its root', async (t) => {
  await t.sql`delete from duties.setting`
  const { later, code } = await late(t)
  const ladder = await later.as('lanhdao').get('/trach-nhiem/bac-thang')
  assert.match(ladder.body, /Giá trị mặc định của chương trình/)
  const letter = await later.as('lanhdao').get(`/trach-nhiem/van-ban/${code}`)
  assert.match(letter.body, /Ủy ban nhân dân tỉnh Khánh Hòa/)
})

dbTest('duties are read by the API as far as one reaches, page by page, with its filters', async (t) => {
  await pass(t, '2026-11-09T06:30', '2026-11-11T18:30', 12)
  const list = async (who: string, query: string) => {
    const answer = await t.as(who).get(`/api/v1/duties?${query}`)
    assert.equal(answer.statusCode, 200, answer.body)
    return answer.json()
  }
  const ids: number[] = []
  for (let after = ''; ; ) {
    const { duties, next } = await list('lanhdao', `agency=H32.NNMT&limit=3${after}`)
    ids.push(...duties.map(({ id }: { id: number }) => id))
    if (!next) break
    after = `&after=${next}`
  }
  const [row] = await t.sql<
    { count: number }[]
  >`select count(*)::int as count from duties.duty where agency = 'H32.NNMT'`
  assert.equal(new Set(ids).size, row?.count)
  const late = await list('lanhdao', 'state=late&source=rain-and-water')
  assert.ok(late.duties.length > 0)
  assert.ok(
    late.duties.every(
      (one: { state: string; subject: { code: string } }) =>
        one.state === 'late' && one.subject.code === 'rain-and-water',
    ),
  )
  const own = await list('dulieu-nhatrang', '')
  assert.ok(own.duties.every(({ organisation }: { organisation: string }) => organisation.startsWith('H32.22366')))
  assert.equal((await t.as('canbo-nhatrang').get('/api/v1/duties')).statusCode, 403)
})
