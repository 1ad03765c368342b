// Every layer that a card puts on the map, held to what the map and its face to machines rely on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MapFeature } from '#platform/capability'
import { capabilities, collectGrants } from '../src/app.ts'
import { dbTest, makeActor } from './harness.ts'

const layers = capabilities.flatMap(({ mapLayers = [] }) => mapLayers)

test('layers have codes of their own, a title in words and a permission that some role holds', () => {
  assert.equal(new Set(layers.map(({ code }) => code)).size, layers.length)
  const grants = collectGrants()
  for (const { code, title, permission, gather, page, find, extent } of layers) {
    assert.match(code, /^[a-z][a-z-]{0,40}$/)
    assert.ok(!code.startsWith('area'), `${code}: the areas are the map's own`)
    assert.match(title, /\p{L}/u)
    assert.ok(grants.get(permission)?.size, `${code}: no role holds ${permission}`)
    // What is too much for one list has to be counted, told page by page and found.
    assert.equal(Boolean(gather), Boolean(page && find && extent), code)
  }
})

function checkFeature(layer: string, feature: MapFeature): void {
  const { id, title, href, point, severity } = feature
  assert.ok(id && title.trim(), `${layer}: ${JSON.stringify(feature)}`)
  assert.match(href, /^\/(?![/\\])/, `${layer}: ${href}`)
  assert.ok(!point || (Math.abs(point[0]) <= 180 && Math.abs(point[1]) <= 90), `${layer}: longitude, then latitude`)
  assert.ok(severity === undefined || ['critical', 'high', 'medium', 'low'].includes(severity))
}

dbTest('each layer keeps to its limit, counts what it has, and shows nothing to who reaches nothing', async (t) => {
  for (const layer of layers) {
    const whole = await layer.list(t.context(), { limit: 1000 })
    for (const feature of whole.features) checkFeature(layer.code, feature)
    assert.ok(whole.total >= whole.features.length, layer.code)
    assert.equal(new Set(whole.features.map(({ id }) => id)).size, whole.features.length, `${layer.code}: ids`)
    const one = await layer.list(t.context(), { limit: 1 })
    assert.ok(one.features.length <= 1, layer.code)
    assert.equal(one.total, whole.total, `${layer.code}: the total does not hang on the limit`)
    const nobody = makeActor('nobody-here', { [layer.permission]: ['H32.22909'] }, 'H32.22909')
    const seen = await layer.list(t.context(nobody), { limit: 1000 })
    assert.ok(seen.total <= whole.total, layer.code)
  }
})
