import assert from 'node:assert/strict'
import { browser, cloneTest, dbTest, findAxeFaults, makeActor, signIn } from '#test/harness'

const paths = ['/dia-ban', '/dia-ban/tra-cuu', '/dia-ban/toa-do', '/dia-ban/22366-2024'] as const

dbTest('who may not look places up is refused on every page', async (t) => {
  for (const path of paths) {
    assert.equal((await t.as(makeActor('khac', {})).get(path)).statusCode, 403, path)
    assert.equal((await t.visitor().get(path)).statusCode, 303, path)
  }
})

dbTest('pasted addresses come back as units, the divided one with all its candidates', async (t) => {
  const officer = t.as('canbo-nhatrang')
  const text = 'P. Tân Tiến, TP Nha Trang\nxa cam hoa, huyen cam lam, khanh hoa'
  const { statusCode, body } = await officer.submit('/dia-ban/tra-cuu', { 'dia-chi': text })
  assert.equal(statusCode, 200, body)
  assert.match(body, /1 trong 2 địa chỉ đã xác định; 1 địa chỉ thuộc đơn vị đã chia/)
  assert.match(body, /Phường Nha Trang, Tỉnh Khánh Hòa/)
  assert.match(
    body,
    /Đơn vị đã chia: Xã Cam Hòa, Huyện Cam Lâm, Tỉnh Khánh Hòa \(đến 30\/06\/2025\) nay thuộc 3 đơn vị/,
  )
  const file = await officer.submit('/dia-ban/tra-cuu', { 'dia-chi': text, tai: 'csv' })
  assert.match(file.body, /Đã xác định,22366,/)
  const empty = await officer.submit('/dia-ban/tra-cuu', { 'dia-chi': ' ' })
  assert.equal(empty.statusCode, 422)
  assert.match(empty.body, /Nhập ít nhất một địa chỉ/)
})

dbTest('a CSV of communes, districts and provinces comes back with the codes behind its own columns', async (t) => {
  const csv = 'Họ tên,Xã phường,Huyện,Tỉnh\nA,Phường Lộc Thọ,TP Nha Trang,Khánh Hòa\nB,Xã Cam Tân,Cam Lâm,Khánh Hòa\n'
  const payload = [
    '--x\r\ncontent-disposition: form-data; name="dang"\r\n\r\ncsv\r\n',
    `--x\r\ncontent-disposition: form-data; name="tep"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n${csv}\r\n--x--\r\n`,
  ].join('')
  const answer = await t.as('canbo-nhatrang').inject({
    method: 'POST',
    url: '/dia-ban/tra-cuu/tep',
    payload,
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  })
  assert.equal(answer.statusCode, 200, answer.body)
  const [head = '', first = '', second = ''] = answer.body.split('\r\n')
  assert.match(head, /Họ tên,Xã phường,Huyện,Tỉnh,Kết quả,Mã đơn vị/)
  assert.match(first, /^A,Phường Lộc Thọ,TP Nha Trang,Khánh Hòa,Đã xác định,22366,/)
  assert.match(second, /Đơn vị đã chia: chọn một,,,/)
})

dbTest('a point answers with its unit, at sea with the nearest, on an island with Trường Sa', async (t) => {
  const officer = t.as('canbo-nhatrang')
  const at = async (lat: string, lon: string) => (await officer.get(`/dia-ban/toa-do?vi=${lat}&kinh=${lon}`)).body
  assert.match(await at('12,2654', '109,1953'), /Thuộc Phường Bắc Nha Trang\./)
  assert.match(await at('8.645', '111.92'), /Thuộc Đặc khu Trường Sa\./)
  assert.match(await at('12.2', '109.6'), /không thuộc đơn vị nào; gần nhất là .*, cách \d+,\d km/)
  assert.match(await at('12.67', '108.05'), /thuộc Tỉnh Đắk Lắk/)
  const wrong = await officer.get('/dia-ban/toa-do?vi=x&kinh=200')
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Nhập vĩ độ từ -90 đến 90/)
})

dbTest('the country is searched by name or code, and a unit tells its history', async (t) => {
  const officer = t.as('canbo-nhatrang')
  assert.match((await officer.get('/dia-ban')).body, /34 tỉnh, thành phố/)
  const found = (await officer.get('/dia-ban?q=sa%20pa')).body
  assert.match(found, /Phường Sa Pa/)
  assert.match(found, /Thị xã Sa Pa/)
  const old = (await officer.get('/dia-ban/22435-2024')).body
  assert.match(old, /Đơn vị kết thúc sau ngày/)
  const divided = (await officer.get('/dia-ban/22768-2024')).body
  assert.match(divided, /Đơn vị đã chia: nay thuộc 2 đơn vị/)
  assert.match(divided, /Một phần/)
  assert.equal((await officer.get('/dia-ban/99999')).statusCode, 404)
})

dbTest(
  'the country and its units are asked as of a day, in pages, with the map where there is an outline',
  async (t) => {
    const officer = t.as('canbo-nhatrang')
    const rows = (body: string) => body.match(/<th scope="row"/g)?.length ?? 0
    const before = (await officer.get('/dia-ban?ngay=2025-06-30')).body
    assert.match(before, /63 tỉnh, thành phố ngày 30\/06\/2025/)
    assert.equal(rows(before), 50)
    assert.equal(rows((await officer.get('/dia-ban?ngay=2025-06-30&after=50')).body), 13)
    const searched = (await officer.get('/dia-ban?q=sa%20pa&ngay=2025-02-28')).body
    assert.match(searched, /Thị xã Sa Pa/)
    assert.doesNotMatch(searched, /Phường Sa Pa<\/a>[\s\S]*hiện nay/)
    const hanoi = (await officer.get('/dia-ban/01')).body
    assert.match(hanoi, /50 trong 126 dòng/)
    assert.ok(hanoi.length < 120_000, `${hanoi.length} letters`)
    assert.match((await officer.get('/dia-ban/01?ngay=2025-06-30')).body, /Quận Ba Đình/)
    const nhaTrang = (await officer.get('/dia-ban/22366')).body
    assert.match(nhaTrang, /Phường Nha Trang trên bản đồ/)
    assert.match(
      (await officer.get('/dia-ban/22366?ngay=2025-06-30')).body,
      /Ngày 30\/06\/2025 chưa có đơn vị này[\s\S]*Khi ấy là/,
    )
    assert.doesNotMatch((await officer.get('/dia-ban/22768-2024')).body, /trên bản đồ"/)
  },
)

cloneTest(
  'where I am is asked of the browser: allowed it answers with the commune, refused it says how to go on',
  async (t) => {
    const context = await (await browser()).newContext({ viewport: { width: 390, height: 844 } })
    const page = await context.newPage()
    await signIn(page, t.url, 'canbo-nhatrang')
    await page.goto(`${t.url}/dia-ban/toa-do`)
    const button = page.getByRole('button', { name: 'Vị trí của tôi' })
    await button.click()
    await page.getByText(/Trình duyệt không được phép cho biết vị trí/).waitFor()
    await context.grantPermissions(['geolocation'])
    await context.setGeolocation({ latitude: 12.2654, longitude: 109.1953 })
    await button.click()
    await page.getByText('Thuộc Phường Bắc Nha Trang.').waitFor()
    assert.deepEqual(await findAxeFaults(page), [])
    // At sea: no unit, and the nearest one.
    await context.setGeolocation({ latitude: 12.2, longitude: 109.6 })
    await page.goto(`${t.url}/dia-ban/toa-do`)
    await button.click()
    await page.getByText(/không thuộc đơn vị nào; gần nhất là/).waitFor()
    await page.goto(`${t.url}/dia-ban/22366`)
    assert.deepEqual(await findAxeFaults(page), [])
    await context.close()
  },
  { timeoutMs: 240_000 },
)
