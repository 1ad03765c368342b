import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unzipSync } from 'fflate'
import { dbTest, makeActor } from '#test/harness'
import { allRoutes } from '../../src/serving.ts'
import { crawl, isLinkless, isPage, type Visit } from '../crawl.ts'
import {
  communeA,
  everybody,
  fillEverything,
  fillSamples,
  makeByHand,
  personalMark,
  sendEmptyForm,
} from '../samples.ts'

const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** Every page as it was answered to somebody who may see everything, by the first test; the others look at them. */
const visits: Visit[] = []

dbTest('every page is reached by links from the menu, and none fails on hostile records', async (t) => {
  const rare = await fillEverything(t.context())
  const asker = t.as(everybody)
  const roots = [...rare, ...(await makeByHand(asker)), ...(await sendEmptyForm(asker, communeA.organisation))]
  visits.push(...(await crawl(asker, { perRoute: 4, roots })))
  const failed = visits.filter(({ answer }) => answer.statusCode >= 500)
  assert.deepEqual(
    failed.map(({ url }) => url),
    [],
  )
  const reached = new Set(visits.map(({ route }) => route.path))
  const missing = allRoutes().filter(({ method, path }) => method === 'GET' && !reached.has(path) && !isLinkless(path))
  assert.deepEqual(
    missing.map(({ path }) => path),
    [],
  )
})

test('hostile texts of records stay texts on every page, and no page allows scripts within', () => {
  let shown = 0
  for (const { url, answer } of visits.filter(isPage)) {
    assert.equal(answer.headers['content-security-policy'], policy, url)
    assert.ok(!/<script>alert|<img src=x|<b>|<i>[AB]/.test(answer.body), `markup of a record at ${url}`)
    assert.ok(!/<[^>]*\son[a-z]+=["']|(href|src|action)="javascript:/i.test(answer.body), `script within ${url}`)
    assert.ok(!/<script(?![^>]*\bsrc=)[^>]*>\s*[^<\s]/.test(answer.body), `inline script at ${url}`)
    assert.ok(!/<[^>]*\sstyle="/.test(answer.body), `inline style at ${url}`)
    if (answer.body.includes('&lt;script')) shown += 1
  }
  assert.ok(shown >= 3, `the hostile text was met on ${shown} pages only`)
})

test('a cell that a spreadsheet would run is kept a text in every download', () => {
  const downloads = visits.filter(({ answer }) => answer.headers['content-disposition'] && answer.statusCode === 200)
  // The very file that was sent is given back as it came.
  const lists = downloads.filter(({ route }) => !route.path.endsWith('/tep'))
  const ofType = (type: RegExp) => lists.filter(({ answer }) => type.test(String(answer.headers['content-type'])))
  const csv = ofType(/^text\/csv/)
  const xlsx = ofType(/spreadsheetml/)
  assert.ok(csv.length > 0 && xlsx.length > 0, 'lists can be taken away in both formats')
  let cells = 0
  for (const { url, answer } of csv) {
    for (const cell of csvCells(answer.body.replace(/^\ufeff/, ''))) {
      cells += 1
      assert.ok(!/^[=+@\t\r]|^-(?![\d.,]+$)/.test(cell), `${url}: ${JSON.stringify(cell)}`)
    }
  }
  for (const { url, answer } of xlsx) {
    for (const [name, bytes] of Object.entries(unzipSync(answer.rawPayload))) {
      const text = new TextDecoder().decode(bytes).replace(ownFormula, '')
      assert.ok(!/<f[ >]|<script>/.test(text), `${url} ${name} holds a formula`)
    }
  }
  assert.ok(cells > 50, `${cells} cells`)
})

/** The summaries of an official form, over cells of its own sheet: no text, no address, no other function. */
const ownFormula = /<f>(?:(?:IF|OR|COUNT|SUM|AVERAGE)\(|[A-Z]\d+|[:,=)0-]|""|&quot;&quot;)+<\/f>/g

function csvCells(text: string): string[] {
  return [...text.matchAll(/(?:^|[,\r\n])(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}

test('names of files that were sent never break out of the headers of a download', () => {
  const files = visits.filter(({ answer }) => answer.headers['content-disposition'])
  assert.ok(files.some(({ route }) => route.path.endsWith('/tep')))
  for (const { url, answer } of files) {
    assert.equal(answer.headers['set-cookie'], undefined, url)
    const disposition = String(answer.headers['content-disposition'])
    assert.match(disposition, /^(attachment|inline); filename\*=UTF-8''[A-Za-z0-9%._~!*'()-]+$/, url)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  }
})

test('personal values are masked on every page and in every list, whoever looks', () => {
  // The file as it came is what it is; who fetches it is asked for the right to, and written down.
  const shown = visits.filter(({ route, answer }) => !route.path.endsWith('/tep') && answer.body.includes(personalMark))
  assert.deepEqual(
    shown.map(({ url }) => url),
    [],
  )
  assert.ok(visits.some(({ route }) => route.path === '/ban-ghi/:id'))
  assert.ok(visits.some(({ route }) => route.path === '/cach-ly/:id'))
})

dbTest('a look at personal values needs a purpose, and each one is in the ledger', async (t) => {
  await fillSamples(t.context())
  const [row] = await t.sql<{ id: number }[]>`
    select id from warehouse.record where source = 'citizen-reports' and key = 'PA-A-7' and state = 'applied'`
  const looks = () => t.sql`select from ledger.entry where action = 'record.personal-viewed'`
  const bare = await t.as(everybody).submit(`/ban-ghi/${row?.id}`, {})
  assert.equal(bare.statusCode, 422)
  assert.ok(!bare.body.includes(personalMark))
  assert.equal((await looks()).length, 0)
  for (const time of [1, 2]) {
    const look = { 'muc-dich': 'giai-quyet', 'ly-do': 'hồ sơ H32.1-261122-0001' }
    const opened = await t.as(everybody).submit(`/ban-ghi/${row?.id}`, look)
    assert.ok(opened.body.includes(personalMark))
    assert.equal((await looks()).length, time)
  }
})

dbTest('a file with personal columns goes only to those who import, and each fetch is in the ledger', async (t) => {
  await fillSamples(t.context())
  const [landing] = await t.sql<{ id: number }[]>`select id from warehouse.landing where source = 'citizen-reports'`
  const url = `/nguon/citizen-reports/dot/${landing?.id}/tep`
  const reader = makeActor('nguoi-doc', { 'source:read': 'all' }, 'H32')
  assert.equal((await t.as(reader).get(url)).statusCode, 403)
  assert.equal((await t.as(everybody).get(url)).statusCode, 200)
  const fetched = await t.sql<{ actor: string }[]>`select actor from ledger.entry where action = 'landing.fetched'`
  assert.deepEqual(
    fetched.map(({ actor }) => actor),
    [everybody.account],
  )
})

dbTest('a search gives back what was typed as a text', async (t) => {
  const typed = '"><script>alert(1)</script>'
  let answered = 0
  for (const { url, answer } of visits.filter(isPage).filter(({ url }) => !url.includes('?'))) {
    for (const [, form = '', fields = ''] of answer.body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)) {
      if (/method="post"/i.test(form)) continue
      const action = (/action="([^"]*)"/.exec(form)?.[1] ?? url).split('?')[0] ?? ''
      const names = [...fields.matchAll(/<input\b[^>]*\bname="([^"]+)"/g)].map((match) => match[1] ?? '')
      // Addresses of things of the other test have gone with it; those of lists stand.
      const query = new URLSearchParams(names.map((name) => [name, typed]))
      const found = await t.as(everybody).get(`${action}?${query}`)
      assert.ok(found.statusCode < 500, `${action}: ${found.statusCode}`)
      assert.ok(!found.body.includes('<script>alert'), action)
      answered += 1
      if (answered > 60) return
    }
  }
  assert.ok(answered > 3, `${answered} search forms`)
})
