// The overview is read in a minute: what stands on it, how much of it a phone shows, and what it leaves out.

import assert from 'node:assert/strict'
import { processTouches } from '#indicators'
import { browser, cloneTest, dbTest } from '#test/harness'
import { importBytes } from '#warehouse'
import { sampleDossiers, takeIn } from './testing.ts'

const between = (body: string, from: string, to: string) => body.slice(body.indexOf(from), body.indexOf(to))
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0

dbTest('the overview holds three decisions, six key cards and three units at most, and no card twice', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const { body } = await t.as('lanhdao').get('/')
  const decisions = between(body, 'Nội dung cần chỉ đạo', 'Chỉ tiêu chính')
  const key = between(body, 'Chỉ tiêu chính', 'Đơn vị cần chú ý')
  const units = between(body, 'Đơn vị cần chú ý', 'nguồn đúng hạn')
  assert.ok(count(decisions, /<li class="matter">/g) >= 1 && count(decisions, /<li class="matter">/g) <= 3)
  assert.equal(count(key, /<article /g), 6)
  assert.ok(count(units, /<li class="matter">/g) >= 1 && count(units, /<li class="matter">/g) <= 3)
  const cards = [...body.matchAll(/<article [^>]*id="([^"]+)"/g)].map((match) => match[1])
  assert.equal(new Set(cards).size, cards.length)
  assert.match(body, /nhom=Th%E1%BB%A7[^"]*">18 chỉ tiêu/, 'every group leads to its list')
  const card = /<article [^>]*id="the-dossier-on-time".*?<\/article>/s.exec(body)?.[0] ?? ''
  assert.match(card, /Căn cứ: 118\/2025\/NĐ-CP/)
  assert.match(card, /href="\/chi-tieu\/dossier\.on-time[^"]*">Xem chi tiết/)
})

dbTest('each decision names the units that are worst in it, and its own cause', async (t) => {
  const atTheDesk = Array.from({ length: 12 }, (_, nth) => ({
    code: `H32.22333-261104-${2000 + nth}`,
    area: '22333',
    procedure: 'MH.CHUNGTHUC.01',
    startedOn: '2026-11-04',
    dueOn: '2026-11-20',
    endedOn: '2026-11-06',
    channel: '1' as const,
  }))
  await takeIn(t.context(), [...sampleDossiers, ...atTheDesk])
  const { body } = await t.as('lanhdao').get('/')
  const matters = between(body, 'Nội dung cần chỉ đạo', 'Chỉ tiêu chính').split('<li class="matter">')
  const of = (name: string) => matters.find((one) => one.includes(`>${name} `)) ?? ''
  assert.match(of('Tỷ lệ hồ sơ giải quyết đúng hạn'), /Kém nhất: <span><a [^>]*>UBND phường Nha Trang/)
  assert.match(of('Tỷ lệ hồ sơ giải quyết đúng hạn'), /thủ tục Cấp giấy chứng nhận quyền sử dụng đất: 3 trên 3/)
  assert.match(of('Tỷ lệ hồ sơ nộp trực tuyến'), /Kém nhất: <span><a [^>]*>UBND phường Bắc Nha Trang/)
  assert.match(of('Tỷ lệ hồ sơ nộp trực tuyến'), /thủ tục Chứng thực bản sao: 12 trên 12/)
})

dbTest('where no source has sent anything the overview says so, instead of calling all well', async (t) => {
  const { body } = await t.as('lanhdao').get('/')
  assert.match(body, /Chưa nguồn nào gửi dữ liệu nên chưa đánh giá được/)
  assert.doesNotMatch(body, /không có nguồn nào chậm/)
  assert.match((await t.as('lanhdao').get('/nguon')).body, /0\/11 nguồn đúng hạn · 11 nguồn chưa gửi lần nào/)
})

cloneTest('on a phone six cards are seen, each group is a line, and the whole is a few screens long', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const context = await (await browser()).newContext({ viewport: { width: 390, height: 844 } })
  try {
    const [name = '', value = ''] = (await t.signIn('lanhdao')).split('=')
    await context.addCookies([{ name, value, url: t.url }])
    const page = await context.newPage()
    await page.goto(t.url)
    const seen = await page
      .locator('article.card')
      .evaluateAll((cards) => cards.filter((card) => card.checkVisibility()))
    assert.equal(seen.length, 6)
    await page.getByRole('link', { name: '18 chỉ tiêu nhóm Thủ tục hành chính' }).waitFor()
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    assert.ok(height < 4 * 844, `${height} px`)
    await page.setViewportSize({ width: 1280, height: 800 })
    const wide = await page
      .locator('article.card')
      .evaluateAll((cards) => cards.filter((card) => card.checkVisibility()))
    assert.ok(wide.length > 6, `${wide.length} cards on a desk`)
  } finally {
    await context.close()
  }
})

cloneTest('a first visit on a phone is light, and nothing jumps when the letters arrive', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const context = await (await browser()).newContext({ viewport: { width: 390, height: 844 } })
  try {
    const [name = '', value = ''] = (await t.signIn('lanhdao')).split('=')
    await context.addCookies([{ name, value, url: t.url }])
    const page = await context.newPage()
    // Over a slow line the page is read before its fonts are there.
    await page.route('**/*.woff2', async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, 500))
      await asked.continue()
    })
    await page.goto(t.url)
    await page.evaluate(() => document.fonts.ready)
    const found = await page.evaluate(async () => {
      let shift = 0
      // Not in the library of types yet: how far what was seen has moved.
      type Shift = PerformanceEntry & { value: number }
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shift += (entry as Shift).value
      }).observe({ type: 'layout-shift', buffered: true })
      await new Promise((resolve) => setTimeout(resolve, 300))
      const files = performance
        .getEntriesByType('resource')
        .filter((entry) => entry instanceof PerformanceResourceTiming)
        .map(({ name, encodedBodySize }) => ({ name, bytes: encodedBodySize }))
      return { shift, files, page: performance.getEntriesByType('navigation')[0]?.toJSON().encodedBodySize as number }
    })
    const bytesOf = (pattern: RegExp) =>
      found.files.filter(({ name }) => pattern.test(name)).reduce((sum, { bytes }) => sum + bytes, 0)
    assert.ok(bytesOf(/\.woff2$/) > 10_000, 'the fonts were waited for')
    assert.ok(found.shift <= 0.05, `layout shift ${found.shift}`)
    assert.ok(bytesOf(/\.js$/) <= 40_000, `${bytesOf(/\.js$/)} bytes of JavaScript`)
    assert.ok(found.page + bytesOf(/./) <= 160_000, `${found.page + bytesOf(/./)} bytes in all`)
  } finally {
    await context.close()
  }
})

dbTest('a source that is late is a matter for those whose numbers it feeds, and for no other unit', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  await importBytes(t.context(), {
    source: 'air-stations',
    contractVersion: 1,
    channel: 'command',
    fileName: 'tram.csv',
    bytes: (async function* () {
      yield Buffer.from('tram,dia_ban,thoi_diem,pm25,pm10\nKK-01,22366,2026-11-23 08:00,20,30\n')
    })(),
  })
  await processTouches(t.context())
  const later = t.at(new Date('2026-11-25T12:00:00Z'))
  const matter = /Số liệu chậm<\/span><h3 class="matter-title"><a href="\/nguon\/air-stations"/
  assert.match((await later.as('lanhdao').get('/')).body, matter)
  assert.match((await later.as('lanhdao').get('/?don-vi=H32.NNMT')).body, matter, 'whose source it is')
  const commune = await later.as('lanhdao').get('/?don-vi=H32.22366')
  assert.equal(commune.statusCode, 200)
  assert.doesNotMatch(commune.body, matter)
})
