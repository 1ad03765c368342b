import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { portfolio } from '#portfolio'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { loadPortfolio } from '../pack.ts'
import { seedYear } from '../seed.ts'

const path = '/danh-muc-du-an'

const readCsv = async (t: DbTest, who: string, query = ''): Promise<Record<string, string>[]> => {
  const answer = await t.as(who).get(`${path}?tep=csv&loai=tat-ca${query}`)
  assert.equal(answer.statusCode, 200)
  return parse(answer.body.replace(/^\ufeff/, ''), { columns: true })
}

const form = {
  loai: 'disbursed',
  'nguon-von': 'province',
  nam: '2026',
  'so-tien': '14,7 tỷ',
  'ngay-day': '20',
  'ngay-month': '11',
  'ngay-year': '2026',
  'chung-tu': 'Chứng từ thử 1',
}

dbTest('the programme is complete by state, and what is invented says so', async (t) => {
  const rows = await readCsv(t, 'lanhdao')
  const count = (nature: string, state: string) =>
    rows.filter((row) => row.Loại === nature && row['Tình trạng'] === state).length
  assert.deepEqual(
    ['Đang triển khai', 'Chưa triển khai', 'Đề xuất không thực hiện'].map((state) => count('Dự án đầu tư', state)),
    [20, 7, 4],
  )
  assert.deepEqual(
    ['Đang triển khai', 'Chưa triển khai', 'Chuyển sang năm sau', 'Đề xuất không thực hiện', 'Nguồn không nêu'].map(
      (state) => count('Nhiệm vụ thường xuyên', state),
    ),
    [49, 16, 10, 7, 5],
  )
  const real = rows.filter((row) => row['Minh họa'] === '')
  assert.deepEqual(
    real.map((row) => Number(row['Tổng mức đầu tư'])).toSorted((a, b) => a - b),
    [14_700_000_000, 20_400_000_000, 55_000_000_000],
  )
})

dbTest('what is stated stands beside what the ledger sums to, and the difference is said', async (t) => {
  const list = await t.as('lanhdao').get(path)
  assert.match(list.body, /nguồn nêu giải ngân 93,21% vốn được cấp; sổ cộng ra \d+,\d\d%/)
  const programme = await t.as('lanhdao').get(`${path}/chuong-trinh/chuyen-doi-so-2024`)
  assert.equal(programme.statusCode, 200)
  assert.match(programme.body, /chênh \d+,\d+ điểm phần trăm/)
  // An agency is not shown the whole province.
  assert.equal((await t.as('dulieu-khcn').get(`${path}/chuong-trinh/chuyen-doi-so-2024`)).statusCode, 404)
})

dbTest('a list is scoped: an agency sees its own, another nothing of it', async (t) => {
  const own = await readCsv(t, 'dulieu-khcn')
  assert.ok(own.length > 3 && own.every((row) => row['Mã chủ đầu tư'] === 'H32.KHCN'))
  const nobody = makeActor('nguoi-ngoai', { 'portfolio:read': ['H32.KKT'] })
  assert.match((await t.as(nobody).get(path)).body, /Chưa có dự án nào trong phạm vi/)
  assert.equal((await t.as(nobody).get(`${path}/CDS24-IOC`)).statusCode, 404)
})

dbTest('filters, order and place are in the address, and pages by key lose and double nothing', async (t) => {
  for (const sort of ['name', '-total', '-share', 'slip', '-granted', 'code']) {
    const seen: string[] = []
    let url: string | undefined = `${path}?loai=tat-ca&sort=${sort}&limit=20`
    while (url) {
      const { body, statusCode } = await t.as('lanhdao').get(url.replaceAll('&amp;', '&'))
      assert.equal(statusCode, 200)
      seen.push(
        ...[...body.matchAll(/<th scope="row"[^>]*><a href="\/danh-muc-du-an\/(CDS24-[\w-]+)"/g)].map(
          ([, code]) => code ?? '',
        ),
      )
      url = /<a class="[^"]*" href="([^"]+)" rel="next"/.exec(body)?.[1]
    }
    assert.equal(seen.length, 118, sort)
    assert.equal(new Set(seen).size, 118, sort)
  }
  const one = await readCsv(t, 'lanhdao', '&q=hoi%20chan%20tu%20xa')
  assert.deepEqual(
    one.map((row) => row.Tên),
    ['Nền tảng hội chẩn từ xa cho trạm y tế'],
  )
  assert.equal(
    (await readCsv(t, 'lanhdao', '&don-vi=H32.YT&tinh-trang=under-way')).every(
      (row) => row['Mã chủ đầu tư'] === 'H32.YT',
    ),
    true,
  )
  assert.match((await t.as('lanhdao').get(`${path}?q=khongcogi`)).body, /Không có dự án nào khớp/)
})

dbTest(
  'a movement is recorded by its form: faults come back beside the fields, what is right is in the totals',
  async (t) => {
    const custodian = t.as('dulieu-khcn')
    const page = `${path}/CDS24-IOC/bien-dong`
    assert.equal((await custodian.get(page)).statusCode, 200)
    const wrong = await custodian.submit(page, { ...form, 'so-tien': 'nhiều', nam: '26' })
    assert.equal(wrong.statusCode, 422)
    assert.match(wrong.body, /value="nhiều"/)
    assert.match(wrong.body, /Nhập số tiền khác 0/)
    assert.match(wrong.body, /Năm gồm bốn chữ số/)
    assert.equal((await custodian.submit(page, form)).statusCode, 303)
    const granted = { ...form, loai: 'allotted', 'so-tien': '10 tỷ' }
    assert.equal((await custodian.submit(page, granted)).statusCode, 303)
    const { body } = await custodian.get(`${path}/CDS24-IOC`)
    assert.match(body, /147,00%/)
    const link = /href="(\/danh-muc-du-an\/CDS24-IOC\/bien-dong\/\d+)"/.exec(body)?.[1] ?? ''
    assert.match((await custodian.get(link)).body, /Giao vốn/)
    assert.equal((await custodian.submit(link, { 'ly-do': '' })).statusCode, 422)
    assert.equal((await custodian.submit(link, { 'ly-do': 'Ghi nhầm nguồn vốn' })).statusCode, 303)
    assert.equal((await custodian.submit(link, { 'ly-do': 'Ghi nhầm nguồn vốn' })).statusCode, 409)
    assert.match((await custodian.get(`${path}/CDS24-IOC`)).body, /Ghi đảo số/)
    assert.equal((await t.as('lanhdao').submit(page, form)).statusCode, 403)
    assert.equal((await t.as('dulieu-nnmt').submit(page, form)).statusCode, 403)
  },
)

dbTest('obstacles, milestones and the state have their forms', async (t) => {
  const custodian = t.as('dulieu-khcn')
  const project = `${path}/CDS24-IOC`
  const date = (name: string, day: string, month: string, year = '2026') => ({
    [`${name}-day`]: day,
    [`${name}-month`]: month,
    [`${name}-year`]: year,
  })
  assert.equal((await custodian.submit(`${project}/vuong-mac`, { 'noi-dung': '' })).statusCode, 422)
  assert.equal(
    (await custodian.submit(`${project}/vuong-mac`, { 'noi-dung': 'Chờ thẩm định giá', ...date('ngay', '02', '11') }))
      .statusCode,
    303,
  )
  const link =
    /href="(\/danh-muc-du-an\/CDS24-IOC\/vuong-mac\/\d+)"/.exec((await custodian.get(project)).body)?.[1] ?? ''
  assert.equal((await custodian.submit(link, { cach: 'Đã có kết quả', ...date('ngay', '01', '11') })).statusCode, 422)
  assert.equal((await custodian.submit(link, { cach: 'Đã có kết quả', ...date('ngay', '20', '11') })).statusCode, 303)
  assert.match((await custodian.get(project)).body, /Xong 20\/11\/2026/)
  const milestone = { ten: 'Chạy thử', ...date('ke-hoach', '01', '10') }
  assert.equal((await custodian.submit(`${project}/moc`, milestone)).statusCode, 303)
  assert.match((await custodian.get(project)).body, /chậm 53 ngày/)
  assert.equal(
    (await custodian.submit(`${project}/moc`, { ...milestone, ...date('thuc-te', '03', '10') })).statusCode,
    303,
  )
  assert.match((await custodian.get(project)).body, /chậm 2 ngày/)
  assert.equal(
    (
      await custodian.submit(`${project}/tinh-trang`, {
        'tinh-trang': 'completed',
        'giai-doan': '',
        'ly-do': 'Biên bản nghiệm thu thử',
      })
    ).statusCode,
    303,
  )
  assert.match((await custodian.get(project)).body, /Hoàn thành/)
})

dbTest('the list prints, and goes out as a file that any browser prints', async (t) => {
  const html = await t.as('lanhdao').get(`${path}?in=html`)
  assert.match(html.headers['content-type'] as string, /text\/html/)
  assert.match(html.headers['content-disposition'] as string, /^attachment/)
  assert.match(html.body, /Trung tâm giám sát, điều hành thông minh, giai đoạn 1/)
  const xlsx = await t.as('lanhdao').get(`${path}?tep=xlsx`)
  assert.equal(xlsx.rawPayload.subarray(0, 2).toString(), 'PK')
})

dbTest('the demonstration year has slow projects, and making it twice makes it once', async (t) => {
  await seedYear(t.context())
  const once = await readCsv(t, 'lanhdao', '&nam=2026')
  await seedYear(t.context())
  await loadPortfolio(t.context(), t.context().config.packDir, true)
  assert.deepEqual(await readCsv(t, 'lanhdao', '&nam=2026'), once)
  const slow = await readCsv(t, 'lanhdao', '&cham=co')
  assert.ok(slow.length >= 3 && slow.length < 20, `${slow.length} slow`)
})

dbTest(
  'without demonstration data there are only the three that are named, and the page says what is missing',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'tram-portfolio-'))
    const text = await readFile(join(t.context().config.packDir, 'portfolio/programme-2024.yaml'), 'utf8')
    await mkdir(join(folder, 'portfolio'))
    await writeFile(
      join(folder, 'portfolio/thu.yaml'),
      text.replace('code: chuyen-doi-so-2024', 'code: thu').replaceAll('CDS24-', 'THU-'),
    )
    await loadPortfolio(t.context(), folder, false)
    await rm(folder, { recursive: true })
    const rows = (await readCsv(t, 'lanhdao', '&q=thu')).flatMap(({ Mã: code = '' }) =>
      code.startsWith('THU-') ? [code] : [],
    )
    assert.deepEqual(rows.toSorted(), ['THU-DE06', 'THU-IOC', 'THU-LGSP'])
    const { body } = await t.as('lanhdao').get(`${path}/chuong-trinh/thu`)
    assert.match(body, /Sổ chưa có vốn giao|sổ chưa có vốn giao/)
    assert.match(body, /−28/)
  },
)

dbTest('every page of the room is reached by links, by who may write and by who may only read', async (t) => {
  const follow = async (account: string) => {
    const seen = new Map<string, number>()
    const open = [path]
    for (let url = open.pop(); url !== undefined && seen.size < 400; url = open.pop()) {
      if (seen.has(url)) continue
      const { body, statusCode, headers } = await t.as(account).get(url)
      seen.set(url, statusCode)
      if (!String(headers['content-type']).startsWith('text/html') || headers['content-disposition']) continue
      for (const [, href = ''] of body.matchAll(/href="(\/danh-muc-du-an[^"#]*)/g)) {
        const next = href.replaceAll('&amp;', '&')
        // One order and one paper are enough; the rest differ by what they sort by.
        if (!/sort=|limit=|in=pdf|tep=/.test(next)) open.push(next)
      }
    }
    assert.deepEqual(
      [...seen].filter(([, status]) => status !== 200),
      [],
    )
    return [...seen.keys()].map((url) => url.split('?')[0] ?? '')
  }
  const pages = (portfolio.routes ?? [])
    .filter(({ method, path }) => method === 'GET' && !path.startsWith('/api/'))
    .map((one) => one.path)
  const fits = (pattern: string, url: string) =>
    new RegExp(`^${pattern.replace(/:id/g, '\\d+').replace(/:code/g, '[^/]+')}$`).test(url)
  const [written, read] = [await follow('dulieu-nhatrang'), await follow('giamdoc-khcn')]
  const all = [...written, ...read, ...(await follow('dulieu-nnmt')), ...(await follow('lanhdao'))]
  assert.deepEqual(
    pages.filter((pattern) => !all.some((url) => fits(pattern, url))),
    [],
  )
  const forms = pages.filter((pattern) => /:code\//.test(pattern))
  assert.ok(!read.some((url) => forms.some((pattern) => fits(pattern, url))), 'who only reads is offered no form')
})
