import assert from 'node:assert/strict'
import type { MapBox } from '#platform/capability'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { reportLayer, sourceLayer } from './map-layer.ts'

const count = 58_251
const city: MapBox = [108.5, 11.4, 109.5, 12.9]

/** As many reports as the largest public file of them has, spread evenly over a square of a degree; a third of one commune. */
async function makeReports(t: DbTest): Promise<void> {
  await t.sql`
    insert into warehouse.citizen_report (record_id, part, source, organisation, area, opened_at, opened_on, category, longitude, latitude)
    select 9000000 + g, 0, 'citizen-reports', case when g % 3 = 0 then 'H32.22366' else 'H32.22333' end,
      case when g % 3 = 0 then '22366' else '22333' end,
      timestamptz '2026-01-01' + g * interval '5 minutes', date '2026-01-01', 'Rác thải',
      109 + (g % 241) / 482.0, 12 + (g % 239) / 478.0
    from generate_series(0, ${count - 1}) g`
  await t.sql`analyze warehouse.citizen_report`
}

dbTest('58,251 reports: the cells of a view add up to what lies in it, at any size of cell', async (t) => {
  await makeReports(t)
  const ctx = t.context()
  for (const cellDegrees of [1, 0.125, 2 ** -6]) {
    const cells = (await reportLayer.gather?.(ctx, { box: city, cellDegrees })) ?? []
    assert.equal(
      cells.reduce((sum, cell) => sum + cell.count, 0),
      count,
      `cells of ${cellDegrees}`,
    )
    for (const { point, box } of cells) {
      assert.ok(box[0] <= point[0] && point[0] <= box[2] && box[1] <= point[1] && point[1] <= box[3])
      assert.equal(Math.floor(box[0] / cellDegrees), Math.floor(box[2] / cellDegrees), 'one cell')
    }
  }
  const corner: MapBox = [109, 12, 109.1, 12.1]
  const few = (await reportLayer.gather?.(ctx, { box: corner, cellDegrees: 0.125 })) ?? []
  const [asked] = await t.sql<{ count: number }[]>`
    select count(*) from warehouse.citizen_report
    where longitude between 109 and 109.1 and latitude between 12 and 12.1`
  assert.equal(
    few.reduce((sum, cell) => sum + cell.count, 0),
    asked?.count,
  )
})

dbTest('58,251 reports: a page of the map stays small, and a small view asks the index', async (t) => {
  await makeReports(t)
  const page = await t.as('trucban').get('/ban-do?lop=reports')
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /58\.251 trong khung/)
  assert.ok(Buffer.byteLength(page.body) <= 150_000, `${Buffer.byteLength(page.body)} bytes`)
  const part = await t.as('trucban').get('/ban-do?lop=reports&khung=109,12,109.5,12.5&phan=danh-sach')
  assert.ok(Buffer.byteLength(part.body) <= 100_000, `${Buffer.byteLength(part.body)} bytes`)
  const plan = await t.sql<{ 'query plan'?: string; queryPlan?: string }[]>`
    explain select count(*) from warehouse.citizen_report
    where longitude is not null and latitude is not null and longitude between 109 and 109.001 and latitude between 12 and 12.001`
  assert.match(JSON.stringify(plan), /citizen_report_place/)
})

dbTest('reports: newest first, page by page, one by one, and only those in reach', async (t) => {
  await makeReports(t)
  const ctx = t.context()
  const { features, total } = await reportLayer.list(ctx, { box: city, limit: 3 })
  assert.equal(total, count)
  assert.deepEqual(
    features.map(({ id }) => Number(id)),
    [9_000_000 + count - 1, 9_000_000 + count - 2, 9_000_000 + count - 3],
  )
  const first = (await reportLayer.page?.(ctx, { limit: 1000 })) ?? []
  const next = (await reportLayer.page?.(ctx, { limit: 1000, after: first.at(-1)?.id })) ?? []
  assert.equal(new Set([...first, ...next].map(({ id }) => id)).size, 2000)
  assert.deepEqual(
    (await reportLayer.extent?.(ctx))?.map((edge) => Math.round(edge * 100) / 100),
    [109, 12, 109.5, 12.5],
  )
  const own = t.context(makeActor('officer', { 'source:read': ['H32.22366'] }, 'H32.22366'))
  assert.equal((await reportLayer.list(own, { limit: 0 })).total, Math.ceil(count / 3))
  assert.equal(await reportLayer.find?.(own, '9000001'), undefined)
  assert.equal((await reportLayer.find?.(own, '9000003'))?.area, '22366')
  const none = t.context(makeActor('nobody', {}))
  assert.equal((await reportLayer.list(none, { limit: 10 })).total, 0)
  assert.deepEqual(await reportLayer.gather?.(none, { box: city, cellDegrees: 1 }), [])
  for (const id of ['x', "1' or '1'='1", '99999999999999999999'])
    assert.equal(await reportLayer.find?.(ctx, id), undefined)
})

dbTest('sources stand where their agency is; what is late comes first and says so', async (t) => {
  await t.sql`
    insert into warehouse.landing (source, contract_version, channel, state, received_at, received_by)
    values ('citizen-reports', 1, 'push', 'done', timestamptz '2026-11-02T03:00:00Z', 'test')`
  const { features, total } = await sourceLayer.list(t.context(), { limit: 100 })
  assert.equal(total, features.length)
  const [late] = features
  assert.deepEqual([late?.id, late?.severity], ['citizen-reports', 'medium'])
  assert.match(late?.note ?? '', /^chậm \d+ ngày làm việc$/)
  assert.ok(features.every(({ area, title, href }) => area && title && href.startsWith('/nguon/')))
  const reach = makeActor('officer', { 'source:read': ['H32.22366'] }, 'H32.22366')
  const seen = await sourceLayer.list(t.context(reach), { limit: 100 })
  assert.ok(seen.total < total)
})
