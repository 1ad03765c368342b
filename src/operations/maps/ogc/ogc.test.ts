// The face at /ogc against the requirements of OGC API Features, part 1: Core (OGC 17-069r3); each test names those it holds.
import assert from 'node:assert/strict'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { takeReports } from '../testing.ts'

interface Link {
  rel: string
  href: string
  type?: string
}

const operator = (t: DbTest) => t.as('trucban')
const linkOf = (body: { links: Link[] }, rel: string) => body.links.find((link) => link.rel === rel)
/** What follows the host: the test's server has none of its own. */
const pathOf = (link: Link | undefined) => {
  assert.ok(link)
  const { pathname, search } = new URL(link.href)
  return pathname + search
}

const get = async (t: DbTest, url: string) => {
  const answer = await operator(t).get(url)
  assert.equal(answer.statusCode, 200, `${url}: ${answer.body.slice(0, 300)}`)
  return answer.json()
}

dbTest(
  'landing page, API definition and conformance (root-success, api-definition-success, conformance-success)',
  async (t) => {
    const landing = await get(t, '/ogc')
    assert.ok(linkOf(landing, 'conformance') && linkOf(landing, 'data') && linkOf(landing, 'service-desc'))
    const { conformsTo } = await get(t, pathOf(linkOf(landing, 'conformance')))
    for (const name of ['core', 'geojson', 'oas30'])
      assert.ok(conformsTo.includes(`http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${name}`), name)
    const definition = await operator(t).get(pathOf(linkOf(landing, 'service-desc')))
    assert.match(String(definition.headers['content-type']), /^application\/vnd\.oai\.openapi\+json; ?version="?3\.0/)
    const { openapi, paths } = definition.json()
    assert.match(openapi, /^3\.0\./)
    const items = paths['/collections/{collectionId}/items'].get.parameters.map(({ name }: { name: string }) => name)
    for (const name of ['limit', 'bbox', 'datetime', 'after']) assert.ok(items.includes(name), `${name} is described`)
  },
)

dbTest(
  'collections: links, extents and items (fc-md-success, fc-md-links, fc-md-items, fc-md-items-links, fc-md-extent)',
  async (t) => {
    const body = await get(t, '/ogc/collections')
    assert.ok(linkOf(body, 'self'))
    const ids = body.collections.map(({ id }: { id: string }) => id)
    for (const id of ['areas-communes-2025', 'areas-provinces-2025', 'areas-provinces-2024', 'reports', 'sources'])
      assert.ok(ids.includes(id), id)
    for (const one of body.collections) {
      const items = linkOf(one, 'items')
      assert.equal(items?.type, 'application/geo+json', 'every link to items has a type')
      const [box] = one.extent?.spatial.bbox ?? []
      assert.ok(!box || (box.length === 4 && box[0] <= box[2] && box[1] <= box[3]))
      assert.deepEqual(await get(t, `/ogc/collections/${one.id}`), one, 'sfc-md-success: the same alone')
    }
  },
)

dbTest(
  'items: GeoJSON of CRS84 with links, times and counts (fc-response, fc-links, fc-timeStamp, fc-numberMatched, fc-numberReturned)',
  async (t) => {
    const answer = await operator(t).get('/ogc/collections/areas-communes-2025/items?limit=10')
    assert.match(String(answer.headers['content-type']), /^application\/geo\+json/)
    const body = answer.json()
    assert.equal(body.type, 'FeatureCollection')
    assert.equal(body.timeStamp, t.now.toISOString())
    assert.equal(body.numberMatched, 65)
    assert.equal(body.numberReturned, 10)
    assert.equal(body.features.length, 10)
    assert.ok(linkOf(body, 'self')?.type)
    const [feature] = body.features
    assert.equal(feature.type, 'Feature')
    assert.equal(feature.properties.name, 'Phường Bắc Nha Trang')
    const [[ring]] = feature.geometry.coordinates
    assert.deepEqual(ring[0], ring.at(-1), 'rings are closed')
    let twice = 0
    for (let at = 0; at + 1 < ring.length; at++) twice += ring[at][0] * ring[at + 1][1] - ring[at + 1][0] * ring[at][1]
    assert.ok(twice > 0, 'outer rings run against the clock (RFC 7946)')
  },
)

dbTest(
  'pages follow one another by the link next until all have come once (fc-limit-response-1, fc-links)',
  async (t) => {
    const seen: string[] = []
    let url = '/ogc/collections/areas-communes-2025/items?limit=20'
    for (let pages = 0; url && pages < 10; pages++) {
      const body = await get(t, url)
      assert.ok(body.features.length <= 20)
      seen.push(...body.features.map(({ id }: { id: string }) => id))
      const next = linkOf(body, 'next')
      url = next ? pathOf(next) : ''
    }
    assert.equal(seen.length, 65)
    assert.equal(new Set(seen).size, 65)
  },
)

dbTest('a box gives what meets it and nothing else (fc-bbox-definition, fc-bbox-response)', async (t) => {
  const near = await get(t, '/ogc/collections/areas-communes-2025/items?bbox=109.18,12.23,109.20,12.25')
  const names = near.features.map(({ properties }: { properties: { name: string } }) => properties.name)
  assert.ok(names.includes('Phường Nha Trang'))
  assert.ok(names.length < 6, names.join(', '))
  const inside = await get(t, '/ogc/collections/areas-communes-2025/items?bbox=109.188,12.238,109.189,12.239')
  assert.deepEqual(
    inside.features.map(({ id }: { id: string }) => id),
    ['22366'],
    'a box inside of an area meets it',
  )
  const islands = await get(t, '/ogc/collections/areas-communes-2025/items?bbox=111,8,115,12')
  assert.deepEqual(
    islands.features.map(({ id }: { id: string }) => id),
    ['22736'],
  )
  const six = await get(t, '/ogc/collections/areas-communes-2025/items?bbox=111,8,0,115,12,100')
  assert.equal(six.numberMatched, 1)
  const none = await get(t, '/ogc/collections/areas-communes-2025/items?bbox=-72,42,-70,43')
  assert.equal(none.numberMatched, 0)
})

dbTest(
  'wrong and unknown parameters are answered with 400 in problem details (query-param-invalid, query-param-unknown)',
  async (t) => {
    const items = '/ogc/collections/areas-communes-2025/items'
    for (const query of [
      'limit=0',
      'limit=x',
      'limit=-1',
      'bbox=1,2,3',
      'bbox=1,2,3,x',
      'bbox=108,99,109,12',
      'bbox=1,9,2,3',
      'datetime=heute',
      'datetime=2026-01-02T00:00:00Z/2026-01-01T00:00:00Z',
      'khong-co=1',
      'limit=1&limit=2',
      'f=html',
    ]) {
      const answer = await operator(t).get(`${items}?${query}`)
      assert.equal(answer.statusCode, 400, query)
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/, query)
    }
    assert.equal((await operator(t).get('/ogc?khong-co=1')).statusCode, 400)
    assert.equal((await operator(t).get('/ogc/collections/khong-co')).statusCode, 404)
    assert.equal((await operator(t).get(`${items}/99999`)).statusCode, 404)
    assert.equal((await operator(t).get(`${items}?limit=999999`)).statusCode, 200, 'more than the most is the most')
  },
)

dbTest('a single feature links to itself and its collection (f-success, f-links)', async (t) => {
  const body = await get(t, '/ogc/collections/areas-communes-2025/items/22736')
  assert.equal(body.id, '22736')
  assert.equal(body.properties.name, 'Đặc khu Trường Sa')
  assert.ok(linkOf(body, 'self') && linkOf(body, 'collection'))
})

dbTest('points of a layer by box, by time and page by page (fc-time-definition, fc-time-response)', async (t) => {
  await takeReports(t.context())
  const items = '/ogc/collections/reports/items'
  const all = await get(t, items)
  assert.deepEqual([all.numberMatched, all.numberReturned], [7, 7])
  assert.deepEqual(all.features[0].geometry, { type: 'Point', coordinates: [109.19, 12.23] })
  const later = await get(t, `${items}?datetime=2026-11-13T00:00:00Z/..`)
  assert.equal(later.numberReturned, 4)
  const one = await get(t, `${items}?datetime=../2026-11-10T01:00:00Z`)
  assert.equal(one.numberReturned, 1)
  const boxed = await get(t, `${items}?bbox=109.18,12.229,109.2,12.233`)
  assert.equal(boxed.numberMatched, 2)
  const first = await get(t, `${items}?limit=5`)
  const second = await get(t, pathOf(linkOf(first, 'next')))
  assert.deepEqual([first.numberReturned, second.numberReturned, linkOf(second, 'next')], [5, 2, undefined])
  const ids = [...first.features, ...second.features].map(({ id }: { id: string }) => id)
  assert.equal(new Set(ids).size, 7)
})

dbTest(
  'each caller gets what he may see: his own commune’s reports, no layer without the permission, nothing unsigned',
  async (t) => {
    await takeReports(t.context())
    const own = makeActor('officer', { 'map:read': ['H32.22366'], 'source:read': ['H32.22366'] }, 'H32.22366')
    const seen = (await t.as(own).get('/ogc/collections/reports/items')).json()
    assert.equal(seen.numberMatched, 5)
    assert.ok(seen.features.every(({ properties }: { properties: { area: string } }) => properties.area === '22366'))
    const other = (await t.as('trucban').get('/ogc/collections/reports/items')).json().features.at(-1)
    assert.equal(other.properties.area, '22333')
    assert.equal((await t.as(own).get(`/ogc/collections/reports/items/${other.id}`)).statusCode, 404)
    const bare = makeActor('bare', { 'map:read': 'all' })
    const { collections } = (await t.as(bare).get('/ogc/collections')).json()
    assert.deepEqual(
      collections.filter(({ id }: { id: string }) => !id.startsWith('areas-')),
      [],
    )
    assert.equal((await t.as(bare).get('/ogc/collections/reports/items')).statusCode, 404)
    const visitor = await t.visitor().get('/ogc/collections')
    assert.equal(visitor.statusCode, 401)
    assert.match(String(visitor.headers['content-type']), /problem\+json/)
  },
)
