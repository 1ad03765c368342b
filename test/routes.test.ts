/**
 * The matrix of refusals, made from the list of routes itself: a new route is in it without anybody writing a test. Each route is asked
 * as nobody, as somebody without its permission, and as each role of the demonstration people, and must refuse where the cards say so.
 */
import assert from 'node:assert/strict'
import type { Role } from '#platform/capability'
import type { Actor } from '#platform/context'
import type { Route } from '#platform/http'
import { dbTest } from '#test/harness'
import { collectGrants } from '../src/app.ts'
import { allRoutes } from '../src/serving.ts'
import { makeActor } from './harness.ts'

const routes = allRoutes()
const grants = collectGrants()
const roles: readonly Role[] = [
  'leader',
  'operator',
  'custodian',
  'officer',
  'analyst',
  'administrator',
  'auditor',
  'clerk',
]

const needsPermission = ({ access }: Route) => access !== 'public' && access !== 'signed-in'
const isJson = ({ path }: Route) => /^\/(api|health)\//.test(path)

/** An address of the route with codes that nothing has. */
const addressOf = ({ path }: Route) => path.replace(/:[A-Za-z]+\??/g, 'khong-co').replace('*', 'khong-co')

const request = (route: Route) => ({
  method: route.method,
  url: addressOf(route),
  headers: { accept: isJson(route) ? 'application/json' : 'text/html' },
})

const actorIn = (role: Role, organisation: string): Actor =>
  makeActor(
    `nguoi-${role}`,
    Object.fromEntries([...grants].filter(([, holders]) => holders.has(role)).map(([name]) => [name, [organisation]])),
    organisation,
  )

dbTest('nobody gets into a route that is not public: the API says 401, a page leads to the sign-in', async (t) => {
  let asked = 0
  for (const route of routes.filter(({ access }) => access !== 'public')) {
    const answer = await t.visitor().inject(request(route))
    asked += 1
    if (isJson(route)) assert.equal(answer.statusCode, 401, `${route.method} ${route.path}`)
    else {
      assert.equal(answer.statusCode, 303, `${route.method} ${route.path}`)
      assert.match(String(answer.headers.location), /^\/dang-nhap\?tiep=/, route.path)
    }
  }
  assert.ok(asked > 15, `${asked} routes`)
})

dbTest('who is signed in without the permission is refused before anything is looked up or changed', async (t) => {
  let asked = 0
  for (const route of routes.filter(needsPermission)) {
    const answer = await t.as(makeActor('khong-quyen', {}, 'H32')).inject(request(route))
    assert.equal(answer.statusCode, 403, `${route.method} ${route.path}`)
    asked += 1
  }
  assert.ok(asked > 10, `${asked} routes`)
})

dbTest('each role is refused exactly the routes whose permission no card gives it', async (t) => {
  let refused = 0
  for (const role of roles) {
    for (const route of routes.filter(needsPermission)) {
      const holds = grants.get(route.access)?.has(role) ?? false
      // What changes something is asked only of those who must be refused: the others are tested where the deed is.
      if (holds && route.method !== 'GET') continue
      // A refusal is asked for in a few bytes: how its page looks is tested where that is made.
      const asked = holds ? request(route) : { ...request(route), headers: { accept: 'application/json' } }
      const answer = await t.as(actorIn(role, 'H32')).inject(asked)
      const words = `${role} at ${route.method} ${route.path}: ${answer.statusCode}`
      if (holds) assert.ok(answer.statusCode < 500 && answer.statusCode !== 401, words)
      else assert.equal(answer.statusCode, 403, words)
      if (!holds) refused += 1
    }
  }
  assert.ok(refused > 30, `${refused} refusals`)
})

dbTest('a permission over another organisation opens no door to strange codes', async (t) => {
  const withCodes = routes.filter((route) => needsPermission(route) && route.path.includes(':'))
  assert.ok(withCodes.length > 3, `${withCodes.length} routes with codes`)
  for (const route of withCodes) {
    const actor = makeActor('nguoi-la', { [route.access]: ['H32.22390'] }, 'H32.22390')
    const answer = await t.as(actor).inject(request(route))
    assert.ok(
      answer.statusCode >= 300 && answer.statusCode < 500,
      `${route.method} ${route.path}: ${answer.statusCode}`,
    )
  }
})

dbTest('a form or a call from another site changes nothing, whoever is signed in', async (t) => {
  const open = routes.filter(({ foreignOrigins }) => foreignOrigins).map(({ path }) => path)
  // Where no cookie counts, and the call itself brings a code, a token or the client's own proof; and what anybody may read of places.
  const ofPlaces = open.filter((path) => path.startsWith('/api/v1/places/reconcile'))
  assert.ok(routes.filter(({ path }) => ofPlaces.includes(path)).every(({ access }) => access === 'public'))
  assert.deepEqual(
    open.filter((path) => !ofPlaces.includes(path)),
    ['/oidc/token', '/oidc/token/revocation', '/oidc/me'],
  )
  const changing = routes.filter(({ method, foreignOrigins }) => method !== 'GET' && !foreignOrigins)
  assert.ok(changing.length > 5)
  for (const route of changing) {
    const permissions = needsPermission(route) ? { [route.access]: 'all' as const } : {}
    const { headers, ...rest } = request(route)
    const answer = await t.as(makeActor('ai-do', permissions, 'H32')).inject({
      ...rest,
      headers: { ...headers, 'sec-fetch-site': 'cross-site' },
    })
    assert.equal(answer.statusCode, 403, `${route.method} ${route.path}`)
  }
})

dbTest('every answer carries the headers that keep a browser safe, and no page allows scripts within', async (t) => {
  for (const url of ['/dang-nhap', '/khong-co-trang-nay', '/health/live', '/api/openapi.json', '/']) {
    const { headers } = await t.visitor().get(url)
    assert.match(String(headers['content-security-policy']), /script-src 'self';.*frame-ancestors 'none'/, url)
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
})

dbTest('the API describes itself: every JSON route is in the document', async (t) => {
  const document = (await t.visitor().get('/api/openapi.json')).json()
  assert.equal(document.openapi, '3.1.0')
  for (const route of routes.filter(({ path }) => path.startsWith('/api/v1/'))) {
    const described = document.paths[route.path.replace(/:([A-Za-z]+)/g, '{$1}')]?.[route.method.toLowerCase()]
    assert.ok(described, `${route.method} ${route.path}`)
    assert.equal(described.security.length === 0, route.access === 'public', route.path)
  }
})

dbTest('health is told to anybody, and says no more than well or not', async (t) => {
  assert.deepEqual((await t.visitor().get('/health/live')).json(), { status: 'live' })
  const ready = (await t.visitor().get('/health/ready')).json()
  assert.equal(ready.status, 'ready')
  for (const check of ready.checks) assert.deepEqual(Object.keys(check), ['name', 'ok'])
})
