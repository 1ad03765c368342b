import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processTouches } from '#indicators'
import type { MapLayer } from '#platform/capability'
import { readConfig } from '#platform/config'
import type { Context } from '#platform/context'
import type { PageContent } from '#platform/http'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { renderFragment } from '#ui'
import { createMaps } from '../capability.ts'
import { drawAreas } from '../drawing/draw-areas.tsx'
import { drawMap } from '../drawing/draw-map.tsx'
import { makeLayer, takeReports } from '../testing.ts'
import { MapQuery } from './address.ts'

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, group = '']) => group)
const list = (body: string) => body.slice(body.indexOf('id="map-list"'))
const mainPicture = (body: string) => body.slice(body.indexOf('class="map-frame"'), body.indexOf('class="map-inset"'))
const withReports = '/ban-do?chi-tieu=feedback.received'

async function open(t: DbTest, url: string, who = 'trucban'): Promise<string> {
  const answer = await t.as(who).get(url)
  assert.equal(answer.statusCode, 200, `${url}: ${answer.body.slice(-600)}`)
  return answer.body
}

dbTest('without a script the map is a picture of 65 communes with the same 65 as links beside it', async (t) => {
  const body = await open(t, '/ban-do')
  const drawn = new Set(all(mainPicture(body), /data-code="(\d+)"/g))
  const inset = new Set(all(body.slice(body.indexOf('class="map-inset"')), /data-code="(\d+)"/g))
  const listed = all(list(body), /data-key="area:(\d+)"/g)
  assert.equal(listed.length, 65)
  assert.deepEqual(new Set([...drawn, ...inset]), new Set(listed))
  assert.ok(!drawn.has('22736') && inset.has('22736'), 'Trường Sa is far out and has a picture of its own')
  assert.match(body, /Quần đảo<\/tspan><tspan[^>]*>Hoàng Sa/)
  assert.match(body, /Quần đảo<\/tspan><tspan[^>]*>Trường Sa/)
  assert.match(body, /Ranh giới: thanglequoc\/vietnamese-provinces-database \(MIT\)/)
  assert.match(body, /huyện không có: bộ tìm được theo giấy phép GPL-3\.0/)
})

dbTest('choosing in the list chooses on the map, and the address says what is chosen', async (t) => {
  const body = await open(t, '/ban-do?chon=area:22366')
  assert.match(body, /<h2>Phường Nha Trang<\/h2>/)
  assert.match(body, /class="map-chosen"/)
  const [chosen] = all(list(body), /<a class="map-row"[^>]*aria-current="true" data-key="([^"]*)"/g)
  assert.equal(chosen, 'area:22366')
  assert.match(await open(t, '/ban-do?chon=area:99999'), /không còn, hoặc ông\/bà không có quyền xem/)
})

dbTest('classes and hatching are the same in picture, list and legend', async (t) => {
  await takeReports(t.context())
  const body = await open(t, withReports)
  assert.match(body, /Phản ánh, kiến nghị tiếp nhận · Tháng 11\/2026 · 65 xã, phường, đặc khu/)
  const rows = all(list(body), /data-key="area:(\d+" data-class(?:="\d)?)/g)
  const classes = new Map(rows.map((row) => [row.slice(0, 5), row.slice(-1)]))
  assert.equal(classes.get('22366'), '1')
  assert.equal(classes.get('22333'), '0')
  assert.equal([...classes.values()].filter((one) => one === 's').length, 63)
  const picture = mainPicture(body)
  for (const [code, look] of [
    ['22366', 'map-class-2'],
    ['22333', 'map-class-1'],
    ['22390', 'map-none'],
  ])
    assert.match(picture, new RegExp(`class="${look}"[^>]*data-code="${code}"`))
  assert.match(body, /không có số liệu <span class="muted">\(63\)/)
  assert.match(body, /Phường Nha Trang<\/span><span class="map-row-value">5 phản ánh/)
  const order = async (xep: string) => all(list(await open(t, `${withReports}&xep=${xep}`)), /data-key="area:(\d+)"/g)
  assert.deepEqual((await order('thap')).slice(0, 2), ['22333', '22366'], 'no data is not the lowest')
  assert.equal((await order('ten'))[0], '22736', 'Đặc khu Trường Sa')
})

dbTest('who sees one commune sees its number and no other, and is not told that the others have none', async (t) => {
  await takeReports(t.context())
  const own = makeActor('officer', { 'map:read': 'all', 'indicator:read': ['H32.22366'] }, 'H32.22366')
  const { body } = await t.as(own).get(withReports)
  assert.match(body, /Phường Nha Trang<\/span><span class="map-row-value">5 phản ánh/)
  assert.equal(all(list(body), /data-key="area:(\d+)"/g).length, 1)
  assert.doesNotMatch(body, /class="map-none"/)
  assert.doesNotMatch(body, /2 phản ánh/)
  const bare = await t.as(makeActor('bare', { 'map:read': 'all' })).get(withReports)
  assert.equal(bare.statusCode, 200)
  assert.doesNotMatch(bare.body, /5 phản ánh/)
})

dbTest('a period of before the merger is drawn on the provinces of its time', async (t) => {
  const body = await open(t, `${withReports}&ky=2025-05`)
  assert.match(body, /63 tỉnh, thành phố đến 30-6-2025/)
  assert.deepEqual(all(list(body), /data-key="area:([\w-]+)"/g).sort(), ['56-2024', '58-2024'])
  const later = await open(t, `${withReports}&ky=2025-07`)
  assert.match(later, /65 xã, phường, đặc khu từ 1-7-2025/)
  const country = await open(t, '/ban-do?chi-tieu=&ranh-gioi=provinces-2025')
  assert.equal(all(list(country), /data-key="area:(\d+)"/g).length, 34)
  assert.equal((await t.as('trucban').get(`${withReports}&ky=ba`)).statusCode, 422)
  assert.equal((await t.as('trucban').get('/ban-do?ranh-gioi=huyen')).statusCode, 422)
  assert.equal((await t.as('trucban').get('/ban-do?chi-tieu=khong.co')).statusCode, 404)
})

dbTest('what lies outside is said to, with a way to it; layers are chosen in the address', async (t) => {
  await takeReports(t.context())
  const away = await open(t, '/ban-do?lop=reports&khung=106,20,107,21')
  assert.match(away, /Không có gì trong khung này; lớp có 7 đối tượng ở nơi khác/)
  const [there] = all(away, /<a href="([^"]*)" data-go="[^"]*">Xem vùng có dữ liệu/g)
  assert.ok(there)
  const body = await open(t, there.replaceAll('&amp;', '&'))
  assert.match(body, /7 trong khung/)
  assert.equal(all(list(body), /data-key="(reports:\d+)"/g).length, 7)
  const none = await open(t, '/ban-do?loc=1')
  assert.doesNotMatch(none, /data-key="(reports|sources)/)
  const wrong = await t.as('trucban').get('/ban-do?khung=1,2,3')
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /bốn số độ/)
})

dbTest('the areas come as CSV and XLSX, with no data as words and never as 0', async (t) => {
  await takeReports(t.context())
  const csv = await open(t, '/ban-do/dia-ban.csv?chi-tieu=feedback.received')
  const lines = csv.trim().split('\r\n')
  assert.equal(lines.length, 66)
  assert.equal(lines[1], '22366,Phường Nha Trang,5,có số liệu')
  assert.match(csv, /\d{5},[^,]*,,không có số liệu/)
  const xlsx = await t.as('trucban').get('/ban-do/dia-ban.xlsx?chi-tieu=feedback.received')
  assert.equal(xlsx.rawPayload.subarray(0, 2).toString(), 'PK')
})

dbTest('a pack without outlines still has its lists', async (t) => {
  await t.sql`delete from maps.boundary_set`
  const body = await open(t, '/ban-do')
  assert.match(body, /Chưa có ranh giới/)
  assert.match(body, /Nguồn dữ liệu/)
})

dbTest('outlines are kept by the browser under their hash, and nothing else is served there', async (t) => {
  const body = await open(t, '/ban-do')
  const [path] = all(body, /data-outline="([^"]*)"/g)
  assert.ok(path)
  const answer = await t.as('trucban').get(path)
  assert.match(String(answer.headers['cache-control']), /immutable/)
  assert.equal(answer.json().units.length, 65)
  assert.equal((await t.as('trucban').get(`/ban-do/ranh-gioi/${'0'.repeat(64)}.json`)).statusCode, 404)
  assert.equal((await t.as('trucban').get('/ban-do/ranh-gioi/x.json')).statusCode, 422)
  assert.equal((await t.as(makeActor('none', {})).get('/ban-do')).statusCode, 403)
})

/** The page over made-up layers: what any card may bring. */
async function openWith(ctx: Context, layers: readonly MapLayer[], query: Record<string, string> = {}) {
  const show = createMaps(() => layers).routes?.find(({ path }) => path === '/ban-do')
  assert.ok(show)
  const url = `/ban-do?${new URLSearchParams(query)}`
  const reply = (await show.handle(ctx, {
    params: {},
    query: MapQuery.parse(query),
    body: undefined,
    request: { url, path: '/ban-do', method: 'GET', address: '', headers: {}, cookies: {} },
  } as never)) as { content?: PageContent; body?: never }
  const around = { now: ctx.now, timeZone: 'Asia/Ho_Chi_Minh', address: url, csrf: undefined }
  return { html: renderFragment(around, (reply.content?.body ?? reply.body) as never), content: reply.content }
}

const officer = (codes: 'all' | string[]) => makeActor('o', { 'map:read': 'all', 'fake:read': codes })

dbTest('a layer of any card: rows, marks by the worst severity, what is in reach and no more', async (t) => {
  const at = [109.19, 12.24] as const
  const layer = makeLayer([
    { id: 'A-1', title: 'Thấp', href: '/a/1', point: at, severity: 'low', organisation: 'H32.22366' },
    { id: 'A-2', title: 'Nghiêm trọng', href: '/a/2', point: at, severity: 'critical', organisation: 'H32.22366' },
    { id: 'A-3', title: 'Theo địa bàn', href: '/a/3', area: '22736', severity: 'high', organisation: 'H32.22736' },
    { id: 'A-4', title: 'Không có nơi', href: '/a/4', organisation: 'H32.22366' },
  ])
  const { html } = await openWith(t.context(officer('all')), [layer])
  assert.match(html, /Lớp thử <span class="muted">2 trong khung/)
  assert.deepEqual(all(list(html), /data-key="(fake:[^"]*)"/g), ['fake:A-1', 'fake:A-2'])
  assert.match(html, /class="map-mark map-mark-critical"/, 'two together show the graver')
  assert.match(html, /1 đối tượng không có vị trí/)
  const wide = await openWith(t.context(officer('all')), [layer], { khung: '107,6,118,18' })
  assert.ok(all(list(wide.html), /data-key="(fake:[^"]*)"/g).includes('fake:A-3'), 'an area stands for its place')
  const own = await openWith(t.context(officer(['H32.22736'])), [layer], { khung: '107,6,118,18' })
  assert.deepEqual(all(list(own.html), /data-key="(fake:[^"]*)"/g), ['fake:A-3'])
  const stolen = await openWith(t.context(officer(['H32.22736'])), [layer], { chon: 'fake:A-2' })
  assert.match(stolen.html, /không có quyền xem/)
  const without = await openWith(t.context(makeActor('o', { 'map:read': 'all' })), [layer], { chon: 'fake:A-2' })
  assert.doesNotMatch(without.html, /Nghiêm trọng/)
  const cell = all(html, /data-mark="(fake:@[^"]*)"/g)[0] ?? ''
  const both = await openWith(t.context(officer('all')), [layer], { chon: cell })
  assert.match(both.html, /Lớp thử: 2 đối tượng gần nhau[\s\S]*href="\/a\/2"/)
})

dbTest('hostile titles and addresses stay words', async (t) => {
  const layer = makeLayer([
    {
      id: '"><x',
      title: '<script>alert(1)</script>',
      href: 'javascript:alert(1)',
      point: [109.19, 12.24],
      note: '"><img src=x>',
      organisation: 'H32',
    },
    { id: "'};--", title: '{{7*7}}', href: '//evil.example', point: [109.1, 12.2], organisation: 'H32' },
    { id: 'c', title: 'c', href: '/\\evil.example', point: [Number.NaN, 12], organisation: 'H32' },
    { id: 'd', title: 'd', href: '/d', point: [900, 900], organisation: 'H32' },
  ])
  for (const chon of ['fake:"><x', "fake:'};--", 'fake:c', 'fake:@9_9_9', 'fake:@999999999_1_30', 'area:"><script>']) {
    const { html } = await openWith(t.context(officer('all')), [layer], { chon })
    assert.doesNotMatch(html, /<script|<img|javascript:|href="\/\/evil|href="\/\\evil|NaN/, chon)
  }
})

dbTest('only a page of the map opens the one host of the base map', async (t) => {
  const ctx = t.context(officer('all'))
  const plain = await openWith(ctx, [])
  assert.equal(plain.content?.headers?.['content-security-policy'], undefined)
  const { mapBase } = readConfig({ MAP_BASE_URL: 'https://tiles.example.vn/wmts/{TileMatrix}/{TileRow}/{TileCol}.png' })
  assert.equal(mapBase?.url, 'https://tiles.example.vn/wmts/{z}/{y}/{x}.png')
  const based = await openWith({ ...ctx, config: { ...ctx.config, mapBase } }, [])
  const policy = based.content?.headers?.['content-security-policy'] ?? ''
  assert.match(policy, /img-src 'self' data: https:\/\/tiles\.example\.vn;/)
  assert.match(policy, /connect-src 'self' https:\/\/tiles\.example\.vn;/)
  assert.match(policy, /script-src 'self';/)
  assert.match(based.html, /Bản đồ nền: https:\/\/tiles\.example\.vn/)
})

test('a base map that is no address of tiles stops the start with a word', () => {
  for (const address of [
    'tiles',
    'https://tiles.example.vn/',
    'file:///{z}/{x}/{y}',
    'https://tiles.example.vn/{z}/{x}',
  ])
    assert.throws(() => readConfig({ MAP_BASE_URL: address }), /MAP_BASE_URL must be an address of tiles/)
})

dbTest('other pages get the drawing as a figure with its table, and a word where there is none', async (t) => {
  await takeReports(t.context())
  await processTouches(t.context())
  const ctx = t.context()
  const around = { now: ctx.now, timeZone: 'Asia/Ho_Chi_Minh', address: '/', csrf: undefined }
  const html = renderFragment(
    around,
    (await drawAreas(ctx, { id: 'phan-anh', indicator: 'feedback.received' })) as never,
  )
  assert.match(html, /Cao nhất Phường Nha Trang 5 phản ánh, thấp nhất Phường Bắc Nha Trang 2 phản ánh/)
  assert.match(html, /<table[\s\S]*Phường Nha Trang[\s\S]*5 phản ánh/)
  assert.ok(html.length < 110_000, `${html.length} characters`)
  await t.sql`delete from maps.boundary_set`
  const none = renderFragment(around, (await drawAreas(ctx, { id: 'x', indicator: 'feedback.received' })) as never)
  assert.match(none, /chưa có ranh giới/)
})

dbTest('the wall gets the province with marks, those near one another as one of the worst severity', async (t) => {
  const ctx = t.context()
  const around = { now: ctx.now, timeZone: 'Asia/Ho_Chi_Minh', address: '/', csrf: undefined }
  const html = renderFragment(
    around,
    (await drawMap(ctx, {
      id: 'wall-map',
      label: 'Cảnh báo đang mở',
      areas: ['22366'],
      things: [
        { key: 'CB-1', point: [109.19, 12.24], severity: 'low', href: '/canh-bao/CB-1' },
        { key: 'CB-2', area: '22402', severity: 'medium', href: '/canh-bao/CB-2' },
        { key: 'CB-3', point: [109.191, 12.241], severity: 'critical', href: '/canh-bao/CB-3' },
        { key: 'CB-4', area: 'không có' },
      ],
    })) as never,
  )
  assert.match(
    html,
    /<a href="\/canh-bao\/CB-3"[^>]*><g class="map-mark map-mark-critical"[^>]*><circle[\s\S]*?>2<\/text>/,
  )
  assert.match(html, /href="\/canh-bao\/CB-2"/)
  assert.doesNotMatch(html, /CB-1/)
  assert.match(html, /class="map-class-2"[^>]*data-code="22366"/)
})
