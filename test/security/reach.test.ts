/** Who works for one commune never meets the rows of another: on no page, in no download, by no search and over no API. */
import assert from 'node:assert/strict'
import type { Actor } from '#platform/context'
import type { Route } from '#platform/http'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { collectGrants } from '../../src/app.ts'
import { allRoutes } from '../../src/serving.ts'
import { crawl, isPage, type Sender, submitForm } from '../crawl.ts'
import { type FoundForm, formsOf } from '../every-form.ts'
import { communeA, communeB, everybody, fillSamples, makeByHand, markOfB, sendEmptyForm } from '../samples.ts'

/** Holds every permission there is, but over commune A only: more than any role gives. */
const mostOfA: Actor = makeActor(
  'nguoi-xa-a',
  Object.fromEntries([...collectGrants().keys()].map((name) => [name, [communeA.organisation]])),
  communeA.organisation,
)
const peopleOfA = ['chutich-nhatrang', 'dulieu-nhatrang', 'canbo-nhatrang', mostOfA] as const

const nameOf = (who: string | Actor) => (typeof who === 'string' ? who : who.account)

/** What the samples lead to, and what somebody may guess: numbers of rows follow one another. */
async function findAddresses(t: DbTest): Promise<string[]> {
  const asker = t.as(everybody)
  const roots = [...(await makeByHand(asker)), ...(await sendEmptyForm(asker, communeB.organisation))]
  const visits = await crawl(asker, { perRoute: 3, roots })
  const ids = await t.sql<{ url: string }[]>`
    select '/ban-ghi/' || r.id as url from warehouse.record r
    union all select '/ban-ghi/' || r.id || '/chi-tieu' from warehouse.record r
    union all select '/cach-ly/' || q.id from warehouse.quarantine q`
  return [...new Set([...visits.map(({ url }) => url), ...ids.map(({ url }) => url), ...guesses])]
}

/** Addresses that name commune B outright; of its mark only the beginning, so that what was typed is not taken for what was found. */
const guesses = [
  ['q', markOfB.slice(0, 7)],
  ['q', 'PA-B'],
  ['don-vi', communeB.organisation],
  ['organisation', communeB.organisation],
  ['dia-ban', communeB.area],
  ['nguon', 'citizen-reports'],
].flatMap(([name, value]) =>
  allRoutes()
    .filter(({ method, path }) => method === 'GET' && !path.includes(':'))
    .map(({ path }) => `${path}?${name}=${value}`),
)

async function findLeaks(asker: Sender, addresses: readonly string[]): Promise<string[]> {
  const leaks: string[] = []
  for (const url of addresses) {
    const answer = await asker.inject({ method: 'GET', url, headers: { accept: 'text/html' } })
    assert.ok(answer.statusCode < 500, `${url}: ${answer.statusCode}`)
    if (answer.body.includes(markOfB)) leaks.push(url)
  }
  return leaks
}

dbTest('nobody of one commune meets the rows of another on any page, list, search or download', async (t) => {
  await fillSamples(t.context())
  const addresses = await findAddresses(t)
  const seen = await findLeaks(t.as(everybody), addresses)
  assert.ok(seen.length > 20, `the mark stands at ${seen.length} addresses for who may see all`)
  for (const who of peopleOfA) {
    assert.deepEqual(await findLeaks(t.as(who), who === mostOfA ? addresses : seen), [], String(nameOf(who)))
  }
})

dbTest('who works for a commune does see its own rows', async (t) => {
  await fillSamples(t.context())
  const own = await t.sql<{ id: number }[]>`
    select r.id from warehouse.record r join warehouse.citizen_report c on c.record_id = r.id
    where c.organisation = ${communeA.organisation} and r.state = 'applied' limit 3`
  assert.equal(own.length, 3)
  for (const { id } of own) assert.equal((await t.as(mostOfA).get(`/ban-ghi/${id}`)).statusCode, 200)
})

const withParameters = (route: Route, values: Record<string, string>): string =>
  route.path.replace(/:([A-Za-z]+)\??/g, (_, name: string) => values[name] ?? 'khong-co')

dbTest('the API gives nothing of another commune, asked for it by name', async (t) => {
  await fillSamples(t.context())
  const [fact] = await t.sql<{ id: number }[]>`
    select id from indicators.fact where organisation = ${communeB.organisation} and value is not null limit 1`
  const [landing] = await t.sql<{ id: number }[]>`select id from warehouse.landing order by id limit 1`
  assert.ok(fact && landing, 'commune B has numbers')
  const codes = ['feedback.received', 'citizen-reports', communeB.organisation]
  const query = `organisation=${communeB.organisation}&period=month`
  let asked = 0
  for (const route of allRoutes().filter(({ method, path }) => method === 'GET' && path.startsWith('/api/v1/'))) {
    for (const code of codes) {
      const url = `${withParameters(route, { code, id: String(fact.id), landing: String(landing.id) })}?${query}`
      const answer = await t.as(mostOfA).inject({ method: 'GET', url, headers: { accept: 'application/json' } })
      asked += 1
      assert.ok(answer.statusCode < 500, `${url}: ${answer.statusCode}`)
      assert.ok(!answer.body.includes(markOfB), url)
      if (/facts/.test(route.path) && answer.statusCode === 200) {
        assert.ok(!answer.body.includes(`"organisation":"${communeB.organisation}"`), url)
      }
    }
  }
  assert.ok(asked > 10, `${asked} questions`)
})

dbTest('the numbers of another commune are refused to who reads only his own', async (t) => {
  await fillSamples(t.context())
  const ask = (who: Actor, organisation: string) =>
    t.as(who).get(`/api/v1/indicators/feedback.received/facts?organisation=${organisation}&period=month`)
  const own = await ask(mostOfA, communeA.organisation)
  assert.equal(own.statusCode, 200, own.body)
  assert.ok(own.json().facts.length > 0)
  assert.ok([403, 404].includes((await ask(mostOfA, communeB.organisation)).statusCode))
  assert.equal((await ask(everybody, communeB.organisation)).statusCode, 200)
})

/** Every form that stands on a page for who may see all, each once; signing out, and how pages look, are nobody else's matter. */
async function findForms(t: DbTest): Promise<FoundForm[]> {
  const asker = t.as(everybody)
  const roots = [...(await makeByHand(asker)), ...(await sendEmptyForm(asker, communeB.organisation))]
  const units = [`/don-vi/${communeB.organisation}`, `/nhap-so-lieu?don-vi=${communeB.organisation}`]
  const visits = await crawl(asker, { perRoute: 3, roots: [...roots, ...units] })
  const forms = visits.filter(isPage).flatMap(({ answer }) => formsOf(answer.body, 'Thử của người ngoài'))
  const own = /^\/(dang-|hien-thi|tai-khoan)/
  return [...new Map(forms.map((form) => [JSON.stringify(form), form])).values()].filter(
    ({ action }) => !own.test(action),
  )
}

/** What somebody has done, by the ledger: deed and organisation. */
const deedsOf = (t: DbTest, actor: string) =>
  t.sql<{ action: string; organisation: string }[]>`
    select action, organisation from ledger.entry where actor = ${actor} order by action, organisation`

dbTest(
  'no form does anything to another commune, nor to the province, for who may do everything in his own',
  async (t) => {
    await fillSamples(t.context())
    const forms = await findForms(t)
    const actions = new Set(forms.map(({ action }) => action.split('?')[0]))
    assert.ok(actions.size > 15, `${actions.size} addresses of forms`)
    for (const { action, fields } of forms) {
      const answer = await submitForm(t.as(mostOfA), action, fields)
      assert.ok(answer.statusCode < 500, `${action}: ${answer.statusCode} ${JSON.stringify(fields)}`)
      assert.ok(!answer.body.includes(markOfB), action)
    }
    // A look at personal data of his own record is written down under the organisation of its source, a refusal where it was met.
    const outside = (await deedsOf(t, String(mostOfA.account))).filter(
      ({ action, organisation }) =>
        action !== 'record.personal-viewed' && !action.startsWith('access.') && organisation !== communeA.organisation,
    )
    assert.deepEqual(outside, [])
    const before = (await deedsOf(t, String(everybody.account))).length
    for (const { action, fields } of forms) {
      const { statusCode } = await submitForm(t.as(everybody), action, fields)
      assert.ok(statusCode < 500, `${action}: ${statusCode} ${JSON.stringify(fields)}`)
    }
    const done = (await deedsOf(t, String(everybody.account))).length - before
    assert.ok(done > 5, `the same forms do something for who may: ${done} deeds`)
  },
)
