import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { locate, openLocator } from './locate.ts'
import { listBoundariesOn, openOutline } from './read.ts'

dbTest('a point answers with its commune, on land and on Trường Sa', async (t) => {
  const ctx = t.context()
  // The places of public buildings, taken from the outlines as anybody sees them.
  assert.deepEqual((await locate(ctx, 109.19, 12.24)).unit, { code: '22366', name: 'Phường Nha Trang' })
  assert.equal((await locate(ctx, 108.99, 11.565)).unit?.name, 'Phường Phan Rang')
  assert.deepEqual((await locate(ctx, 111.924, 8.645)).unit, { code: '22736', name: 'Đặc khu Trường Sa' })
})

dbTest('every commune’s own label point lies in it', async (t) => {
  const ctx = t.context()
  const find = await openLocator(ctx)
  const [head] = await listBoundariesOn(ctx, '2026-11-23')
  assert.ok(head)
  const { units } = await openOutline(ctx, head)
  for (const { code, label } of units) assert.equal(find(label[0], label[1]), code)
})

dbTest(
  'a point outside of all says so: at sea the nearest, in another province its name, abroad nothing',
  async (t) => {
    const ctx = t.context()
    const sea = await locate(ctx, 109.6, 12.2)
    assert.equal(sea.unit, undefined)
    assert.ok(sea.nearest && sea.nearest.distanceKm > 15 && sea.nearest.distanceKm < 60, JSON.stringify(sea))
    assert.match(sea.words, /không thuộc đơn vị nào; gần nhất là .*, cách \d+,\d km/)
    const inland = await locate(ctx, 108.05, 12.67)
    assert.match(inland.words, /thuộc Tỉnh Đắk Lắk/)
    const peninsula = await locate(ctx, 109.22, 11.99)
    assert.equal(peninsula.unit, undefined)
    assert.match(peninsula.words, /trong Tỉnh Khánh Hòa nhưng ngoài hình của mọi đơn vị/)
    const boston = await locate(ctx, -71.06, 42.36)
    assert.deepEqual([boston.unit, boston.nearest], [undefined, undefined])
  },
)

dbTest('before the merger a point lies in the province of its time', async (t) => {
  const ctx = t.context()
  assert.equal((await locate(ctx, 108.9, 11.7, '2025-06-30')).unit?.code, '58-2024')
  assert.equal((await locate(ctx, 109.1, 12.3, '2025-06-30')).unit?.code, '56-2024')
})

dbTest('what is no place is refused with a word how to mend it', async (t) => {
  await assert.rejects(locate(t.context(), 200, 12), /Tọa độ chưa đúng/)
  const answer = await t.as('trucban').get('/api/v1/maps/locate?lon=109.19&lat=12.24')
  assert.equal(answer.json().unit.code, '22366')
  assert.equal((await t.as('trucban').get('/api/v1/maps/locate?lon=x&lat=12.24')).statusCode, 422)
  assert.equal((await t.visitor().get('/api/v1/maps/locate?lon=109&lat=12')).statusCode, 401)
})

dbTest('fifty thousand points a second and more are looked up', async (t) => {
  const find = await openLocator(t.context())
  const points = Array.from({ length: 50_000 }, (_, index) => [
    108.5 + ((index * 7919) % 1000) / 1000,
    11.3 + ((index * 104_729) % 1600) / 1000,
  ])
  const started = performance.now()
  let found = 0
  for (const [lon = 0, lat = 0] of points) if (find(lon, lat)) found += 1
  const ms = performance.now() - started
  assert.ok(found > 15_000 && found < 45_000, `${found}`)
  assert.ok(ms < 5000, `50,000 points took ${ms.toFixed(0)} ms`)
})
