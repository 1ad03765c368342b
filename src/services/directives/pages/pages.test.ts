import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { given, issued, ok, read } from '../testing.ts'

dbTest('the same words go to many agencies as a task each, and one document issues them all', async (t) => {
  const sent = await t.as('phochutich').submit('/nhiem-vu/giao-nhieu', {
    'trich-yeu': 'Cập nhật số liệu phòng chống thiên tai',
    'noi-dung': 'Cập nhật đầy đủ lực lượng, phương tiện, điểm sơ tán của địa bàn.',
    'so-ngay': '3',
    'ca-nhom': 'Sở, ban, ngành và Văn phòng',
  })
  assert.equal(sent.statusCode, 303, sent.body)
  assert.match(String(sent.headers.location), /dot=DOT-2026-0001&xong=14/)
  const [first] = await t.sql<{ code: string }[]>`
    select code from directives.directive where batch = 'DOT-2026-0001' order by code limit 1`
  const sheet = await t.as('vanphong').get(`/nhiem-vu/${first?.code}/viec/ban-hanh`)
  assert.match(sheet.body, /Cùng một văn bản cho cả 14 nhiệm vụ/)
  const answer = await t.as('vanphong').submit(`/nhiem-vu/${first?.code}/viec/ban-hanh`, {
    so: '45/UBND-NV',
    'ngay-day': '23',
    'ngay-month': '11',
    'ngay-year': '2026',
    'ca-dot': 'yes',
  })
  assert.equal(answer.statusCode, 303, answer.body)
  const [sum] = await t.sql<{ issued: number; numbers: number }[]>`
    select count(*) filter (where state = 'issued')::int as issued, count(distinct document_number)::int as numbers
    from directives.directive where batch = 'DOT-2026-0001'`
  assert.deepEqual({ ...sum }, { issued: 14, numbers: 1 })
})

dbTest('bulk actions do what they may and name with reasons what they may not', async (t) => {
  const owed = await issued(t)
  const opinion = await given(t)
  const body = new URLSearchParams([
    ['viec', 'nhac'],
    ['ve', '/nhiem-vu/danh-sach?nhom=dang-mo'],
    ['chon[]', owed],
    ['chon[]', opinion],
  ])
  const answer = await t.as('phochutich').inject({
    method: 'POST',
    url: '/nhiem-vu/danh-sach/hang-loat',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: body.toString(),
  })
  const to = String(answer.headers.location)
  assert.match(to, /nhom=dang-mo&xong=1&loi=/)
  const page = await t.as('phochutich').get(to)
  assert.match(page.body, /Đã làm xong 1 nhiệm vụ/)
  assert.match(page.body, new RegExp(`${opinion}: Chỉ nhắc khi`))
})

dbTest('a further agency is a part with its own span and words, asked for by a button of the form', async (t) => {
  const fields = {
    loai: 'hand',
    'trich-yeu': 'Chuẩn bị họp giao ban tháng',
    'noi-dung': 'Chuẩn bị báo cáo phục vụ họp giao ban tháng của lãnh đạo.',
    'chu-tri': 'H32.KHCN',
    'so-ngay': '5',
    'so-phan': '1',
  }
  const more = await t.as('lanhdao').submit('/nhiem-vu/giao', { ...fields, 'them-phan': '1' })
  assert.equal(more.statusCode, 200)
  assert.match(more.body, /Cơ quan chủ trì phần 2/)
  assert.match(more.body, /value="Chuẩn bị họp giao ban tháng"/)
  const sent = await t.as('lanhdao').submit('/nhiem-vu/giao', {
    ...fields,
    'so-phan': '3',
    'chu-tri-2': 'H32.TC',
    'so-ngay-2': '2',
    'viec-2': 'Chuẩn bị phần số liệu giải ngân.',
    'chu-tri-3': '',
  })
  assert.equal(sent.statusCode, 303, sent.body)
  const code = /nhiem-vu\/([^?]+)/.exec(String(sent.headers.location))?.[1] ?? ''
  const seen = await read(t, code, 'lanhdao')
  assert.deepEqual(
    seen.parts.map(({ organisation, task }: { organisation: string; task: string }) => [organisation, task]),
    [
      ['H32.KHCN', null],
      ['H32.TC', 'Chuẩn bị phần số liệu giải ngân.'],
    ],
  )
})

dbTest('the list is filtered, ordered and paged by key, and comes as files', async (t) => {
  const codes: string[] = []
  for (let index = 0; index < 12; index++)
    codes.push(
      await issued(t, {
        title: `Nhiệm vụ kiểm thử số ${String(index).padStart(2, '0')}`,
        parts: [{ organisation: 'H32.TC', deadline: { budget: { amount: 1 + index } } }],
      }),
    )
  const leader = t.as('lanhdao')
  const seen: string[] = []
  for (let url = '/nhiem-vu/danh-sach?don-vi=H32.TC&sort=-due&limit=10'; url; ) {
    const { body } = await leader.get(url)
    seen.push(...[...body.matchAll(/<a href="\/nhiem-vu\/(NV-[0-9-]+)"/g)].map(([, code = '']) => code))
    url = (/href="([^"]+)" rel="next"/.exec(body)?.[1] ?? '').replaceAll('&amp;', '&')
  }
  assert.deepEqual(seen, codes.toReversed(), 'each once, the latest deadline first')
  const found = await leader.get('/nhiem-vu/danh-sach?q=kiem+thu+so+07')
  assert.doesNotMatch(found.body, /kiểm thử số 03/)
  assert.match(found.body, /Nhiệm vụ kiểm thử số 07/)
  const xlsx = await leader.get('/nhiem-vu/danh-sach?tep=xlsx&don-vi=H32.TC')
  assert.equal(xlsx.rawPayload.subarray(0, 2).toString(), 'PK')
  for (const url of ['/nhiem-vu/danh-sach?sort=x&after=khong-co', '/nhiem-vu/lich?thang=2026-13'])
    assert.equal((await leader.get(url)).statusCode, 200, url)
})

dbTest(
  'the follow-up of a month counts in time, late and not yet due by agency; PDF says in words when it cannot be made',
  async (t) => {
    const inTime = await issued(t)
    const late = await issued(t, { parts: [{ organisation: 'H32.KHCN', deadline: { budget: { amount: 1 } } }] })
    await issued(t, { parts: [{ organisation: 'H32.KHCN', deadline: { budget: { amount: 20 } } }] })
    const then = t.at(new Date('2026-11-26T03:00:00Z'))
    for (const code of [inTime, late]) {
      await ok(then, 'dulieu-khcn', code, { deed: 'accept' })
      await ok(then, 'dulieu-khcn', code, { deed: 'submit', words: 'Đã làm xong cả.' })
      await ok(then, 'phochutich', code, { deed: 'verify' })
    }
    const { countDirectives } = await import('../index.ts')
    const counts = await countDirectives(then.context(), { from: '2026-11-01', to: '2026-11-30' })
    const {
      assigned,
      doneInTime,
      doneLate,
      notYetDue,
      late: open,
    } = counts.find(({ organisation }) => organisation === 'H32.KHCN') ?? {
      assigned: 0,
      doneInTime: 0,
      doneLate: 0,
      notYetDue: 0,
      late: 0,
    }
    assert.deepEqual(
      { assigned, doneInTime, doneLate, notYetDue, open },
      { assigned: 3, doneInTime: 1, doneLate: 1, notYetDue: 1, open: 0 },
    )
    const csv = await then.as('lanhdao').get('/nhiem-vu/theo-doi?thang=2026-11&tep=csv')
    assert.match(csv.body, /H32\.KHCN,Sở KH&CN,0,3,1,1,1,0,0,0,3/)
    const pdf = await then.as('lanhdao').get('/nhiem-vu/theo-doi?thang=2026-11&tep=pdf')
    assert.ok(pdf.statusCode === 503 || pdf.rawPayload.subarray(0, 5).toString() === '%PDF-', String(pdf.statusCode))
    const letter = await t.as('dulieu-khcn').get(`/nhiem-vu/${inTime}/phieu-giao`)
    assert.match(letter.body, /Thực hiện ý kiến chỉ đạo của Phó Chủ tịch Ủy ban nhân dân tỉnh Trần Thị Ví Dụ/)
    assert.match(letter.body, /TL\. CHỦ TỊCH/)
  },
)

dbTest(
  'any agency may co-operate, communes too; the form offers them in folds and keeps what was ticked',
  async (t) => {
    const sheet = await t.as('lanhdao').get('/nhiem-vu/giao?don-vi=H32.KHCN')
    assert.match(sheet.body, /Cơ quan phối hợp: Ủy ban nhân dân cấp xã \(6\d\)/)
    const fields = {
      'trich-yeu': 'Rà soát điểm sơ tán ven biển',
      'noi-dung': 'Rà soát điểm sơ tán ven biển cùng các phường, báo cáo kết quả.',
      'chu-tri': 'H32.NNMT',
      'so-ngay': '5',
      'phoi-hop': 'H32.22366',
    }
    const again = await t.as('lanhdao').submit('/nhiem-vu/giao', { ...fields, 'trich-yeu': 'Ngắn' })
    assert.equal(again.statusCode, 422)
    assert.match(again.body, /Ủy ban nhân dân cấp xã \(1\/6\d\)/)
    const sent = await t.as('lanhdao').submit('/nhiem-vu/giao', fields)
    const code = /nhiem-vu\/([^?]+)/.exec(String(sent.headers.location))?.[1] ?? ''
    assert.deepEqual((await read(t, code, 'lanhdao')).parts[0].coOrganisations, ['H32.22366'])
    assert.equal(
      (await t.as('dulieu-nhatrang').get(`/nhiem-vu/${code}`)).statusCode,
      200,
      'and who co-operates sees it',
    )
  },
)

dbTest('the board and the tasks of a month or a day come as files, each reader’s own', async (t) => {
  const code = await issued(t)
  const board = await t.as('lanhdao').get('/nhiem-vu?tep=csv')
  assert.match(board.body, /H32\.KHCN,[^\n]*,0,0,1,0,1,0,0,0,/)
  assert.doesNotMatch((await t.as('dulieu-nhatrang').get('/nhiem-vu?tep=csv')).body, /H32\.KHCN/)
  const listed = async (han: string) => {
    const { body } = await t.as('lanhdao').get(`/nhiem-vu/danh-sach?han=${han}&tep=csv`)
    return body.includes(code)
  }
  assert.deepEqual(
    [await listed('2026-11'), await listed('2026-12'), await listed('2026-11-30'), await listed('2026-11-29')],
    [true, false, true, false],
  )
  const page = await t.as('lanhdao').get('/nhiem-vu/danh-sach?han=2026-11-30')
  assert.match(page.body, /Đến hạn: 30\/11\/2026/)
  assert.match(page.body, /id="danh-sach" data-live="directive"/)
})
