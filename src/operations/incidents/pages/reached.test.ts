import assert from 'node:assert/strict'
import { type Asker, dbTest } from '#test/harness'
import { createIncidents } from '../capability.ts'
import { makeSample } from '../sample.ts'
import { sendParts } from '../testing.ts'

const own = /^\/(tinh-huong|kich-ban|ca-truc)([/?]|$)/
const routes = (createIncidents({ matters: () => [], layers: () => [] }).routes ?? []).filter(
  ({ method }) => method === 'GET',
)
const patternOf = (path: string) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/:[a-z0-9A-Z]+/g, '[^/]+')}$`)
// Fixed parts before parameters.
const sorted = routes.toSorted((a, b) => a.path.split(':').length - b.path.split(':').length)
const routeOf = (url: string) => sorted.find(({ path }) => patternOf(path).test(url.split('?')[0] ?? ''))?.path

const mostOfOne = 6

/** Follows the links of this room's pages; the addresses met, with what was answered. */
async function follow(asker: Asker, roots: readonly string[]): Promise<Map<string, { status: number; body: string }>> {
  const met = new Map<string, { status: number; body: string }>()
  const counts = new Map<string, number>()
  const waiting = [...roots]
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    const route = routeOf(url)
    const count = counts.get(route ?? '') ?? 0
    if (!route || met.has(url) || count >= mostOfOne) continue
    counts.set(route, count + 1)
    const { statusCode, body } = await asker.get(url)
    met.set(url, { status: statusCode, body })
    for (const [, href = ''] of body.matchAll(/\b(?:href|src)="([^"#]*)/g)) {
      const next = href.replaceAll('&amp;', '&')
      if (own.test(next)) waiting.push(next)
    }
  }
  return met
}

const hostile = '<script>alert(1)</script><b>"\'=1+1'

dbTest('every page of this room is reached by links, fails for nobody, and shows hostile words as words', async (t) => {
  await makeSample(t.context())
  const operator = t.as('trucban')
  const [exercise] = await t.sql<{ code: string }[]>`select code from incidents.incident where exercise`
  const code = exercise?.code ?? ''
  const write = await sendParts(operator, `/tinh-huong/${code}/dien-bien`, { loai: 'note', 'noi-dung': hostile })
  assert.equal(write.statusCode, 303)
  const place = { ten: hostile, 'vai-tro': hostile, khoa: 'noi-la', 'ghi-chu': hostile }
  assert.equal((await operator.submit(`/tinh-huong/${code}/ban-do`, place)).statusCode, 303)
  const roots = ['/tinh-huong', '/kich-ban', '/ca-truc']
  const met = await follow(operator, roots)
  const reached = new Set([...met.keys()].map(routeOf))
  assert.deepEqual(
    routes.map(({ path }) => path).filter((path) => !reached.has(path)),
    [],
  )
  assert.ok(met.size > 40, `${met.size} pages`)
  for (const [url, { status, body }] of met) {
    assert.equal(status, 200, url)
    assert.ok(!/<script>alert|<b>"/.test(body), `markup of a text at ${url}`)
    assert.ok(!/<[^>]*\sstyle="/.test(body) || url.endsWith('/pdf'), `inline style at ${url}`)
  }
  for (const who of ['lanhdao', 'kiemtra', 'phantich', 'quantri', 'canbo-nhatrang', 'chutich-nhatrang'])
    for (const [url, { status }] of await follow(t.as(who), [...roots, ...met.keys()]))
      assert.ok([200, 403, 404].includes(status), `${who} at ${url}: ${status}`)
})
